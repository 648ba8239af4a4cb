# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glasswall's lists of scans: the parameters of a query, and the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...http.client import HttpClient
from ...models import Query, ScanState, iso, state_rank
from ..paging import LOWEST_RANK, ListPage, PageCursor
from ..read_ahead import ReadAhead
from ..records import InvalidRecord, with_worst
from .records import ParseRecords, Record, parse_page

PAGE_SIZE = 100  # requested; a server may send fewer
_QUERY_STATUSES = ("Listing", "Processing", "Cancelled", "Completed", "Errored", "Unknown")


def query_params(query: Query, states: Mapping[str, ScanState]) -> list[tuple[str, str]]:
    """The parameters of a list. `states` are the states by the vendor's statuses in lower case."""
    params = []
    if query.started_after:
        params.append(("startDate", iso(query.started_after)))
    if query.started_before:
        params.append(("endDate", iso(query.started_before)))
    if query.states is not None:
        params += [("scanStatus", status) for status in _QUERY_STATUSES if states[status.lower()] in query.states]
    return params + [("users", owner) for owner in query.owners]


class ScanPages(PageCursor[Record]):
    """The pages of a list of scans, by their numbers."""

    repeats_last_page = True

    def __init__(
        self,
        client: HttpClient,
        path: Sequence[str],
        params: Sequence[tuple[str, str]],
        parse_records: ParseRecords,
        *,
        is_optional: bool = False,
    ) -> None:
        self._client = client
        self._parse_records = parse_records
        self._path = path
        self._params = params
        self._is_optional = is_optional
        self._number = 0
        self.ahead = ReadAhead(self._request)

    def read(self, count: int) -> ListPage[Record]:
        self._number += 1
        return self.ahead.page(self._number)

    def need(self, more: int) -> None:
        """At least so many more pages are needed, so a few of them may be requested at the same time."""
        self.ahead.need(self._number, more)

    def _request(self, number: int, is_ahead: bool) -> ListPage[Record]:
        page, records = self._client.read(
            "GET",
            self._path,
            lambda data: parse_page(data, self._parse_records),
            params=[*self._params, ("pageSize", str(PAGE_SIZE)), ("page", str(number))],
            names_record=False,
            is_optional=self._is_optional or is_ahead,
        )
        pages = page.page_links.total_pages if page.page_links else None
        return ListPage(_with_worst(records), page.total, follows=pages is not None and number < pages)


def _with_worst(records: Sequence[Record]) -> list[Record]:
    """The records of a page; of several of one scan the one with the worst state counts."""
    return with_worst(records, record_rank, lambda scan: scan.id)


def record_key(record: Record) -> str | int:
    return record.key if isinstance(record, InvalidRecord) else record.id


def record_rank(record: Record) -> int:
    """The lower, the worse."""
    return LOWEST_RANK if isinstance(record, InvalidRecord) else state_rank(record.state)
