# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's clusters and their columns, as in "Cluster Analysis API Tutorial".

Oddities that shape this file: the list of clusters is a bare array, or stands in an envelope; totalCount says 5
beside one result, so that it is a hint and no proof; the parameter offsetKey has no counterpart in the documented
answer, and elsewhere is a text or a list; the texts of errors say scan where they mean a cluster.
"""

from __future__ import annotations

import hashlib
import typing as t
from collections.abc import Iterator, Sequence

from ...columns.models import Cluster, Column, ColumnPage, ColumnQuery, Tag, TagProperties, none_is_empty
from ...compat.pydantic import BaseModel, BeforeValidator, ConfigDict, to_camel
from ...errors import DatascanError, InterruptedWaitError, NotFoundError
from ..capabilities import ListsColumns

_PAGE_SIZE = 1000  # the document's default of 10000 needs ten times the memory
_PATH = ("data-catalog", "column", "cluster", "similar")
_OTHER_NAME = "cluster_id"  # the name of clusterId in another description of the API


class _Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, defer_build=True)


class _Cluster(Cluster, _Camel):
    """A cluster as BigID sends it."""


class _TagProperties(TagProperties, _Camel):
    """What a tag is used for, as BigID sends it."""


class _Tag(Tag, _Camel):
    """A tag as BigID sends it."""

    properties: _TagProperties | None = None


class _Column(Column, _Camel):
    """A column as BigID sends it; its attributes are in snake case there too."""

    tags: t.Annotated[tuple[_Tag, ...], BeforeValidator(none_is_empty)] = ()


def _count(value: t.Any) -> t.Any:
    """A count, or None for anything else; it is only a hint."""
    try:
        return max(0, int(float(value)))
    except (TypeError, ValueError, OverflowError):
        return None


def _offset(value: t.Any) -> t.Any:
    keys = value.get("offsetKey") if isinstance(value, dict) else None
    keys = keys if isinstance(keys, list) else [keys]
    return [str(key) for key in keys if key not in (None, "")]


class _ColumnPageBody(_Camel):
    """One page of columns; `offset` may say where the next page starts."""

    results: list[_Column]
    total_count: t.Annotated[t.Optional[int], BeforeValidator(_count)] = None
    offset: t.Annotated[list[str], BeforeValidator(_offset)] = []


class _PageOffset:
    """Where the next page starts: at the key that the last page gave, else after the number of columns before it."""

    def __init__(self, query: ColumnQuery) -> None:
        self._skip = query.skip
        self._own = self._keys = [query.offset_key] if query.offset_key else []
        self._is_sample = query.sample is not None

    def params(self) -> list[tuple[str, str]]:
        """A key that BigID gave counts from the start; `skip` may add to the user's own key."""
        skip = [("skip", str(self._skip))] if self._skip and self._keys in ([], self._own) else []
        return skip + [("offsetKey", key) for key in self._keys]

    def advance(self, page: _ColumnPageBody, full: bool) -> bool:
        """Advance past a page. False if it is the last."""
        self._skip += len(page.results)
        if self._is_sample:  # a second request would draw another sample
            return False
        if page.offset and page.offset != self._keys:
            self._keys = page.offset
        elif self._own:
            return self._keys == self._own  # after BigID's keys columns cannot be counted: their start is unknown
        else:
            self._keys = []
            # A count that is exceeded is wrong. A count that is reached on a page that is not full is the end.
            return full or self._skip != page.total_count
        return True

    def has_more(self, page: _ColumnPageBody) -> bool:
        """Whether more columns follow according to the count."""
        return not self._is_sample and self._skip < (page.total_count or 0)

    def is_lost(self, page: _ColumnPageBody) -> bool:
        """Whether the number of columns that follow is unknown."""
        return page.total_count is None or bool(self._own)


class BigIDClusters(ListsColumns, is_partial=True):
    """The part of the provider that lists clusters and columns."""

    _cluster_parameter = "clusterId"

    def list_clusters(self) -> Sequence[Cluster]:
        """GET /clusters. How its filter is written is not documented, so all are read."""
        return self._client.read("GET", ("clusters",), _parse_clusters)

    def list_columns(self, query: ColumnQuery) -> Iterator[ColumnPage]:
        """GET /data-catalog/column/cluster/similar, until the limit is reached or nothing new comes."""
        seen: set[bytes] = set()
        offset = _PageOffset(query)
        left = None if query.ignore_limit else query.limit
        asked_again = False
        while left is None or left > 0:
            size = _size(query, left)
            page = self._get_page(query, size, offset)
            new = [column for column in page.results if _is_new(column, seen)][:left]
            yield ColumnPage(new, page.total_count)
            full = len(page.results) >= size and not query.ignore_limit
            if new:
                left = None if left is None else left - len(new)
                asked_again = False
                if not offset.advance(page, full):
                    return
            elif offset.has_more(page) and not asked_again:
                asked_again = True  # more follow according to the count, so this may be a transient fault
            else:
                if full and offset.is_lost(page):
                    self._warn(
                        f"{self.title} repeated a page of columns and sent no key of the next page: "
                        f"the cluster may have more than the {len(seen)} columns that were read."
                    )
                return

    def _get_page(self, query: ColumnQuery, size: int, offset: _PageOffset) -> _ColumnPageBody:
        given = {"filter": query.filter, "searchText": query.search_text, "sort": query.sort, "sample": query.sample}
        params = [(name, str(value)) for name, value in given.items() if value is not None]
        params += [("ignoreLimit", "true")] if query.ignore_limit else []
        params += [("limit", str(size)), *offset.params()]
        params += [("requireTotalCount", "true")]
        try:
            return self._read_columns(query.cluster_id, params)
        except NotFoundError as error:
            message = f"{self.title} has no cluster {query.cluster_id} that this token can see."
            raise NotFoundError(message, request=error.request) from None
        except DatascanError as error:
            if error.http_status != 400:
                raise
            message = (
                f"{error.message} If it names a scan, it may mean the cluster: check cluster_id, filter, search_text, "
                "sort and offset_key."
            )
            raise error.with_message(message) from None

    def _read_columns(self, cluster_id: str, params: list[tuple[str, str]]) -> _ColumnPageBody:
        def read(name: str) -> _ColumnPageBody:
            return self._client.read("GET", _PATH, _parse_column_page, params=[(name, cluster_id), *params])

        try:
            return read(self._cluster_parameter)
        except DatascanError as error:
            if error.http_status != 400 or self._cluster_parameter == _OTHER_NAME:
                raise
            try:
                page = read(_OTHER_NAME)
            except InterruptedWaitError:
                raise
            except DatascanError:
                raise error from None
        self._cluster_parameter = _OTHER_NAME
        return page


def _size(query: ColumnQuery, left: int | None) -> int:
    """How many columns to request at once. A sample must come in one response."""
    wanted = [number for number in (query.sample, left) if number is not None]
    return min(wanted if query.sample is not None else [*wanted, _PAGE_SIZE])


def _is_new(column: Column, seen: set[bytes]) -> bool:
    """Whether a column was not seen before. Digests are kept, because names are long and columns many."""
    identity = hashlib.blake2b(repr(column.identity).encode(), digest_size=16).digest()
    is_new = identity not in seen
    seen.add(identity)
    return is_new


def _parse_clusters(data: t.Any) -> list[Cluster]:
    if isinstance(data, dict):
        data = data.get("data")
    if isinstance(data, dict):
        data = data.get("clusters")
    if not isinstance(data, list):
        raise ValueError("the list of clusters is missing")
    return [_Cluster.model_validate(_rename_fields(item)) for item in data]


def _rename_fields(item: t.Any) -> t.Any:
    """The clusters of an envelope have other names for two fields."""
    return {"id": item.get("clusterId"), "name": item.get("clusterName"), **item} if isinstance(item, dict) else item


def _parse_column_page(data: t.Any) -> _ColumnPageBody:
    if isinstance(data, dict) and "results" not in data:
        data = data.get("data")
    page = _ColumnPageBody.model_validate(data)
    if not all(any(column.identity) for column in page.results):
        raise ValueError("a column without any name")
    return page
