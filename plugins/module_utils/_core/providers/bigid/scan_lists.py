# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's list of parent scans: the scans of a query, and those of a scan profile.

The document describes the number of scans, and not how to get those beyond `limit`.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...errors import DatascanError, InvalidInputError, InvalidResponseError, NotFoundError, RejectedError
from ...models import FINISHED, MAY_RUN, Query, Scan, ScanList, ScanState, state_rank
from ..capabilities import ListsScans
from ..paging import LOWEST_RANK, ListPage, ListReader, PageCursor, collect_scans
from ..records import InvalidRecord, with_worst
from .newest import NewestScans
from .profiles import is_profile_of
from .rows import Row, ScanPage, ScanRow, parse_page
from .single_reads import PAGE_SIZE, BigIDSingleReads, Listing

_WHOLE_LIST = 10_000  # the limit when a list is read again: `skip` may have no effect, and one page cannot change
_NO_PARAMETER = (200, 400, 422)  # HTTP statuses of an error about a parameter that a deployment does not know
_BATCH = 8  # scans whose states are read at once; few, because a limit may be reached before the next
_MAX_SINGLE_READS = 100  # scans of a list that are read one by one, where the list lacks their states
# Scans of a list that have ended and are read one by one, because the list may be wrong: those that changed last come
# first, so that others no longer run.
_MAX_CHECKS = 100
_MAX_CHECKS_BEFORE_START = 1


@dataclass
class _ReadBudget:
    """How many scans of a list may still be read one by one."""

    stateless: int
    ended: int

    def take(self, stateless: Sequence[Row], ended: Sequence[Row]) -> list[Row]:
        """As many of these rows as may be read."""
        chosen, checked = stateless[: self.stateless], ended[: self.ended]
        self.stateless -= len(chosen)
        self.ended -= len(checked)
        return [*chosen, *checked]


class BigIDScanLists(ListsScans, BigIDSingleReads, is_partial=True):
    """The part of the provider that lists scans."""

    finds_by = frozenset({"name", "source"})  # the name is that of the scan or of its profile, the source the profile
    _asks_for_total = True

    def list_scans(self, query: Query) -> ScanList:
        """GET /scans/parent-scans. The scan that changed last comes first, so limit 1 alone is the latest scan.

        With another field, it is the one that started last of those that match, however they are listed.
        """
        return self._find(query, None)

    def list_recent(self) -> list[Scan]:
        """The scans that changed last, in the states that the list shows."""
        path, params = ("scans", "parent-scans"), [("limit", str(PAGE_SIZE))]
        page = self._client.read("GET", path, parse_page, params=params, names_record=False, is_optional=True)
        states = [(row, self.state_map.get((row.state or "").lower(), ScanState.UNKNOWN)) for row in page.rows]
        return [self._scan(row, state, row.state) for row, state in states]

    def list_scans_of(self, target: Mapping[str, t.Any], query: Query) -> ScanList:
        """The same for one scan profile. Only its scans are read one by one where the list lacks their states."""
        return self._find(query, target)

    def _find(self, query: Query, target: Mapping[str, t.Any] | None) -> ScanList:
        if query.owners:
            raise InvalidInputError("query.owners cannot be used: BigID's list may lack the owners of scans.")
        after = query.started_after
        takes_all = not (target or query.narrows)
        size = min(PAGE_SIZE, query.limit) if takes_all and query.limit else PAGE_SIZE
        # Without another field, the document's latest scans are wanted: those that changed last.
        newest = NewestScans(None if takes_all else query.limit)
        read: dict[str, Scan | DatascanError] = {}  # kept when the list is read again
        is_start = target is not None
        budget = _ReadBudget(_MAX_SINGLE_READS, _MAX_CHECKS_BEFORE_START if is_start else _MAX_CHECKS)
        nameless: dict[str, Row] = {}
        is_old = False

        def to_scans(records: Sequence[ScanRow]) -> Iterator[Scan]:
            nonlocal is_old
            # As are all that follow: the list is in the order of updated_at.
            is_old = bool(after and records) and all(_is_older(record, after) for record in records)
            for record in records:
                if isinstance(record, InvalidRecord) and self._may_have_ended(record, query, target):
                    yield record.ended_scan(self.name)
            page = [record for record in records if isinstance(record, Row)]
            known = [*self._named_since(nameless, page), *page]
            rows = newest.sort(row for row in known if _is_wanted(row, query, target))
            batch = _BATCH if query.limit is None else min(_BATCH, query.limit)
            first = 0
            while first < len(rows):
                candidates = newest.candidates(rows[first : first + batch])
                first += batch
                for scan in self._with_states(candidates, read, budget, is_start):
                    if query.states is None or scan.state in query.states:
                        newest.add(scan)
                        yield scan
                    elif passed_over := newest.remove(scan.id):
                        rows, first = newest.sort([*rows[first:], *passed_over]), 0
            is_old = is_old or newest.is_whole(records)

        reader = self._reader(size, confirms=is_start)
        return collect_scans(reader, to_scans, query.limit if takes_all else None, lambda: is_old)

    def _with_states(
        self, rows: Sequence[Row], read: dict[str, Scan | DatascanError], budget: _ReadBudget, is_start: bool
    ) -> Iterator[Scan]:
        """The scans of some rows. States that the list lacks, and ends, are read one by one into `read`."""
        states = {row.id: self._state_from_row(row) for row in rows}
        self._read_rows([row for row in rows if row.id not in read], states, read, budget)
        for row in rows:
            state = states[row.id]
            scan = read.get(row.id)
            if isinstance(scan, Scan) and _is_worse(row, state, scan):  # by a page that came after that read
                scan = self._scan(row, state or ScanState.UNKNOWN, row.state)
            if isinstance(scan, NotFoundError):
                continue  # it was deleted in the meantime
            if isinstance(scan, DatascanError):
                raise scan
            if scan is None and state is None and is_start:
                continue  # it changed before a hundred others of its profile, so it does not run
            yield scan or self._scan(row, state or ScanState.UNKNOWN, row.state)

    def _read_rows(
        self,
        rows: Sequence[Row],
        states: Mapping[str, ScanState | None],
        read: dict[str, Scan | DatascanError],
        budget: _ReadBudget,
    ) -> None:
        stateless = [row for row in rows if states[row.id] is None]
        ended = [row for row in rows if states[row.id] in FINISHED]
        if len(stateless) > budget.stateless:
            self._warn_once(
                f"BigID's list does not contain the states of its scans: {_MAX_SINGLE_READS} of them were read one "
                "by one, and the others count as unknown."
            )
        wanted = budget.take(stateless, ended)
        listing = Listing({row.id: row for row in wanted}, is_whole=True)
        read.update(self._read_scans(list(listing.rows), listing) if wanted else {})

    def _may_have_ended(self, record: InvalidRecord, query: Query, target: Mapping[str, t.Any] | None) -> bool:
        """Whether a record without an id may be a scan of the target that has ended.

        Raises InvalidResponseError for one that cannot be read later, or that may be a running scan of the target.
        """
        if target is None:
            raise record.error(self.title)
        state = self.state_map.get((record.text("state") or "").lower())
        may_run = query.states is None or (query.states & MAY_RUN and (state is None or state in query.states))
        profile = record.text("scanProfileName") or record.text("scan_profile_name") or record.text("name")
        message = record.sentence(self.title)
        is_of_target = profile is None or is_profile_of(target, profile)
        if may_run and is_of_target:
            raise InvalidResponseError(f"{message} It may be a scan of the same scan profile, so no scan is started.")
        self._warn_once(message)
        return is_of_target and query.states is not None and ScanState.STOPPED in query.states

    def _reader(self, size: int, *, confirms: bool = False) -> ListReader[ScanRow]:
        return ListReader(
            lambda number: _ParentScanPages(self._page, self._with_worst, _WHOLE_LIST if number else size),
            _row_key,
            rank=self._rank,
            confirms=confirms,
        )

    def _with_worst(self, records: Sequence[ScanRow]) -> list[ScanRow]:
        """The records of a page; of several of one scan the one with the worst state counts.

        It may lack the name by which a query finds the scan, which another of them has.
        """
        named = [
            record if isinstance(record, InvalidRecord) or (record.name and record.profile) else self._named(record)
            for record in records
        ]
        return with_worst(named, self._rank, lambda row: row.id)

    def _named(self, row: Row) -> Row:
        return row.merge(self._rows.get(row.id, row))

    def _named_since(self, nameless: dict[str, Row], rows: Sequence[Row]) -> list[Row]:
        """The rows of earlier pages without any name whose names a later page has shown. `rows` are the newest."""
        for row in rows:
            nameless.pop(row.id, None)
        late = [row for row in map(self._named, nameless.values()) if row.name or row.profile]
        for row in late:
            del nameless[row.id]
        nameless.update((row.id, row) for row in rows if not (row.name or row.profile))
        return late

    def _rank(self, record: ScanRow) -> int:
        """The lower, the worse."""
        if isinstance(record, InvalidRecord):
            return LOWEST_RANK
        return state_rank(self._state_from_row(record) or ScanState.UNKNOWN)

    def _page(self, size: int, skip: int) -> ScanPage:
        # No `sort`: the order by updated_at is the documented default, and the form of the parameter is not documented.
        params = [("limit", str(size)), *([("skip", str(skip))] if skip else [])]
        # Without it, other lists of BigID have no total. For one scan the request stays the documented one.
        total = [("requireTotalCount", "true")] if size > 1 and self._asks_for_total else []
        try:
            page = self._client.read("GET", ("scans", "parent-scans"), parse_page, params=[*params, *total])
        except RejectedError as error:
            if not total or error.http_status not in _NO_PARAMETER:
                raise
            self._asks_for_total = False  # not documented for this list, so a deployment may refuse it
            return self._page(size, skip)
        self._rows.update((row.id, row.merge(self._rows.get(row.id, row))) for row in page.rows)
        return page


class _ParentScanPages(PageCursor[ScanRow]):
    """The pages of the list. `limit` and a total are documented; other lists of BigID have `skip`."""

    def __init__(
        self,
        read_page: Callable[[int, int], ScanPage],
        with_worst: Callable[[Sequence[ScanRow]], list[ScanRow]],
        size: int,
    ) -> None:
        self._read_page = read_page
        self._with_worst = with_worst
        self._size = size
        self._skip = 0

    def read(self, count: int) -> ListPage[ScanRow]:
        page = self._read_page(self._size, self._skip)
        self._skip += len(page.records)
        return ListPage(self._with_worst(page.records), page.total, follows=len(page.records) >= self._size)


def _is_worse(row: Row, state: ScanState | None, scan: Scan) -> bool:
    """Whether a row shows a worse state than the scan has. A status that is not known contradicts a success only."""
    if state is None:
        return row.state is not None and scan.succeeded is True
    return state_rank(state) < state_rank(scan.state)


def _row_key(record: ScanRow) -> str | int:
    return record.id if isinstance(record, Row) else record.key


def _is_wanted(row: Row, query: Query, target: Mapping[str, t.Any] | None) -> bool:
    """Whether a row matches all of a query but its states."""
    is_of_target = target is None or is_profile_of(target, row.profile or row.name)
    has_name = query.name is None or query.name.strip() in (row.name, row.profile)
    is_of_source = query.source is None or query.source.strip() == row.profile
    return is_of_target and has_name and is_of_source and row.starts_between(query.started_after, query.started_before)


def _is_older(record: ScanRow, time: datetime | None) -> bool:
    """Whether a scan changed last before a time."""
    return isinstance(record, Row) and bool(time and record.updated_at and record.updated_at < time)
