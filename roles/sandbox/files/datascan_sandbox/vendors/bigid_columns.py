# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The columns of one cluster, with the nine parameters that the document lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..bodies import whole_number
from . import bigid_catalogue as catalogue
from .bigid_settings import BigIDSettings


class BadNumber(ValueError):
    """A parameter that is not a number."""


def cluster_of(query: Mapping[str, str], settings: BigIDSettings) -> str:
    both = ("clusterId", "cluster_id")
    names = both if settings.cluster_parameter == "both" else (settings.cluster_parameter,)
    return next((query[name] for name in names if query.get(name)), "")


def page_of(cluster: str, size: int, query: Mapping[str, str], settings: BigIDSettings) -> dict[str, Any]:
    """One page. Raises BadNumber and BadFilter."""
    numbers = _matching(cluster, size, query, settings)
    if query.get("sample", "null") not in ("", "null"):
        numbers = [numbers[place] for place in catalogue.sampled(len(numbers), number_of(query["sample"], 0))]
    total = len(numbers)
    first = number_of(query.get("offsetKey") or query.get("skip"), 0)
    limit = number_of(query.get("limit"), settings.page_limit_default)
    if is_true(query.get("ignoreLimit")):
        limit = total
    limit = min(cap for cap in (limit, settings.page_limit_max, settings.page_size_max) if cap is not None)
    page = [_column(cluster, number, settings) for number in numbers[first : first + limit]]
    body: dict[str, Any] = {"results": page}
    on_request = settings.total_count == "on_request" and is_true(query.get("requireTotalCount"))
    if settings.total_count == "always" or on_request:
        body["totalCount"] = total
    if settings.offset_keys and first + limit < total:
        body["offset"] = {"offsetKey": [str(first + limit)]}
    return body


def number_of(text: str | None, default: int) -> int:
    if not text:
        return default
    number = whole_number(text)
    if number is None:
        raise BadNumber(text)
    return number


def _matching(cluster: str, size: int, query: Mapping[str, str], settings: BigIDSettings) -> Sequence[int]:
    """The numbers of the requested columns. Columns are generated only where a filter or search needs them."""
    text, search, sort = query.get("filter"), query.get("searchText"), query.get("sort")
    if not text and not search and (not sort or sort == "_id"):
        return range(size)
    tests = []
    if text:
        tests.append(catalogue.matcher(text))
    if search:
        tests.append(catalogue.searcher(search))
    # Numbers are in the order of their _id.
    records = [{**_column(cluster, number, settings), "_id": f"{number:08d}"} for number in range(size)]
    records = [record for record in records if all(test(record) for test in tests)]
    if sort:
        records = catalogue.sorted_by(records, sort)
    return [int(record["_id"]) for record in records]


def _column(cluster: str, number: int, settings: BigIDSettings) -> dict[str, Any]:
    return catalogue.column(cluster, number, text_booleans=settings.text_booleans)


def is_true(text: str | None) -> bool:
    return (text or "").lower() == "true"
