# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glasswall's lists of scans: those of a query, those of a target, and many scans by id from the list of own scans."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from ...errors import (
    DatascanError,
    ForbiddenError,
    InterruptedWaitError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
)
from ...models import MAY_RUN, Query, Scan, ScanList, ScanState, iso
from ..capabilities import ListsScans, StartsScans
from ..paging import ListReader, collect_scans
from ..records import InvalidRecord, RepeatedRecords, failed_by, parse_each
from .known_places import KnownPlaces
from .pages import PAGE_SIZE, ScanPages, query_params, record_key, record_rank
from .records import (
    ParseRecords,
    Record,
    ScanStatusItem,
    could_match,
    lacks_account,
    location_key,
    location_keys,
    matches,
    normalize_id,
)

_HISTORY = timedelta(days=90)  # of scans that show how long one takes
_FEW = 2  # up to this many scans are read one by one, because a page of the list may contain none of them


class GlasswallScanLists(StartsScans, ListsScans, is_partial=True):
    """The part of the provider that lists scans."""

    finds_by = frozenset({"source"})

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self._starts: dict[str, datetime] = {}  # when the scans seen so far started, to narrow the next list
        self._unlisted: set[str] = set()  # ids that the list of own scans is known to lack
        self._is_address_proven = False  # whether a path below api_url was found
        self._repeated = RepeatedRecords(self._parse_scan, "scanId", _is_lasting)  # of the list that a wait polls

    def get_many(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """Many scans from the list of own scans, while its next page may save more single requests than it costs."""
        found: dict[str, Scan | DatascanError] = {}
        listed = [scan_id for scan_id in scan_ids if scan_id not in self._unlisted]
        if len(listed) > _FEW:
            try:
                found.update(self._from_list(listed))
            except (ForbiddenError, NotFoundError, RejectedError):
                self._unlisted.update(listed)  # this token may see scans, but no list of them
            except InterruptedWaitError:
                raise
            except DatascanError as error:
                found = dict.fromkeys(listed, error)
        missing = [scan_id for scan_id in scan_ids if scan_id not in found]
        if missing:
            found.update(super().get_many(missing))
        return {scan_id: found[scan_id] for scan_id in scan_ids}

    def _from_list(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        wanted = set(scan_ids)
        found: dict[str, Scan | DatascanError] = {}
        listed = 0
        self._repeated.begin_reading()
        pages = ScanPages(self._client, ("scans",), self._since(scan_ids), self._repeated.parse_each)
        reader = ListReader(lambda _number: pages, record_key, rank=record_rank)
        with pages.ahead:
            for page in reader.pages(readings=1):  # a scan that this reading does not show is read alone
                self._is_address_proven = True
                found.update(self._wanted([*page.rows, *page.worse], wanted))
                missing = len(wanted) - len(found)
                listed += len(page.rows)
                pages_left = -(-max(0, (page.total or 0) - listed) // max(1, len(page.rows)))
                if not missing or pages_left > missing:
                    return found
                pages.need(_pages_needed(missing, pages_left, len(page.rows)))
        if reader.gap is None:
            self._unlisted |= wanted - found.keys()  # another user's scans, which the list never has
        return found

    def _wanted(self, records: Iterable[Record], wanted: set[str]) -> Iterator[tuple[str, Scan | DatascanError]]:
        """Those of the records that are of these scans, as answers."""
        for record in records:
            if not isinstance(record, InvalidRecord):
                if record.id in wanted:
                    yield record.id, self._accept(record)
            elif record.scan_id in wanted:
                yield str(record.scan_id), record.error(self.title)
            else:
                self._warn_once(record.sentence(self.title))

    def _since(self, scan_ids: Sequence[str]) -> list[tuple[str, str]]:
        """The list's filter that leaves out all scans before the first of these, once its start is known."""
        starts = [self._starts.get(scan_id) for scan_id in scan_ids]
        known = [start for start in starts if start is not None]
        return [("startDate", iso(min(known) - timedelta(seconds=1)))] if len(known) == len(starts) else []

    def list_scans(self, query: Query) -> ScanList:
        """GET /scans or /scans/allusers, page by page; another user's scans need a token with that scope."""
        return self._find(query, self._to_scans)

    def list_recent(self) -> list[Scan]:
        """The first page of the own scans that completed in the last months; its order is not documented."""
        query = Query(states=frozenset({ScanState.COMPLETED}), started_after=self.server_now() - _HISTORY)
        params = query_params(query, self.state_map)
        pages = ScanPages(self._client, ("scans",), params, self._parse_records, is_optional=True)
        # A filter may be ignored. They are not accepted: an undocumented status is no reason for a warning here.
        valid = [record for record in pages.read(0).rows if not isinstance(record, InvalidRecord)]
        return [scan for scan in valid if scan.state is ScanState.COMPLETED]

    def _to_scans(self, records: Iterable[Record]) -> Iterator[Scan]:
        for record in records:
            if not isinstance(record, InvalidRecord):
                yield self._accept(record)
                continue
            if record.scan_id is None:  # a scan that cannot be read or judged later
                raise record.error(self.title)
            self._warn_once(record.sentence(self.title))
            yield self._unknown(record, record.scan_id)

    def list_scans_of(self, target: Mapping[str, t.Any], query: Query) -> ScanList:
        """An invalid record fails a list of running scans where it may be one of the same source and target."""
        wanted = self.predict_scan(target)
        may_run = query.states is None or bool(query.states & MAY_RUN)

        def to_scans(records: Iterable[Record]) -> Iterator[Scan]:
            for record in records:
                if not isinstance(record, InvalidRecord):
                    scan = self._accept(record)
                    if matches(scan, wanted):
                        yield scan
                    elif lacks_account(scan, wanted):
                        self._report_without_account(scan, query)
                    continue
                message = record.sentence(self.title)
                if may_run and could_match(record, wanted):
                    raise InvalidResponseError(
                        f"{message} It may be a scan of the same source and target, so no scan is started."
                    )
                self._warn_once(message)
                if could_match(record, wanted):
                    yield record.ended_scan(self.name)

        return self._find(query, to_scans, confirms=True)

    def _report_without_account(self, scan: Scan, query: Query) -> None:
        """Warn of a scan whose account is not known: adopting it could judge another account's files.

        Raises InvalidResponseError in a search for a scan that was just created, which it may be.
        """
        message = (
            f"{self.title} does not name the storage account of scan {scan.id}, which has the same host and containers"
        )
        if query.states is None:
            raise InvalidResponseError(f"{message}. It may be the scan that was just started.")
        self._warn_once(f"{message}. It is taken for a scan of another account.")

    def _find(
        self, query: Query, to_scans: Callable[[Iterable[Record]], Iterable[Scan]], *, confirms: bool = False
    ) -> ScanList:
        """The scans that match a query."""
        params = query_params(query, self.state_map)
        if query.states is not None and not any(name == "scanStatus" for name, _value in params):
            return ScanList([])  # the query's states do not exist in Glasswall
        path = ("scans", "allusers") if query.all_users or query.owners else ("scans",)

        places = KnownPlaces(self._parse_records)

        def to_wanted(records: Sequence[Record]) -> Iterable[Scan]:
            scans = to_scans(record for record in places.complete(records) if self._has_state(record, query))
            return [scan for scan in map(places.complete_scan, scans) if _may_be_of(query.source, scan)]

        return collect_scans(self._reader(path, params, places.parse, confirms=confirms), to_wanted)

    def _has_state(self, record: Record, query: Query) -> bool:
        if isinstance(record, InvalidRecord) or query.states is None:
            return True
        if record.state is ScanState.UNKNOWN:
            self._warn_of_status(record)
        return record.state in query.states

    def _reader(
        self, path: Sequence[str], params: Sequence[tuple[str, str]], parse: ParseRecords, *, confirms: bool
    ) -> ListReader[Record]:
        return ListReader(
            lambda _number: ScanPages(self._client, path, params, parse),
            record_key,
            rank=record_rank,
            confirms=confirms,
        )

    def _unknown(self, record: InvalidRecord, scan_id: str) -> Scan:
        """A scan of which only the existence is known; no gate passes it."""
        source, target = location_keys(record)
        return Scan(
            id=scan_id,
            provider=self.name,
            state=ScanState.UNKNOWN,
            source=source,
            target=target,
            parent_id=normalize_id(record.text("parentScan")),
            error=f"invalid record ({record.why})",
        )

    def _parse_records(self, items: list[t.Any]) -> list[Record]:
        return parse_each(items, self._parse_scan, "scanId")

    def _parse_scan(self, data: t.Any) -> Scan:
        """The scan of a record. It depends on nothing but the record, and on the vendor's clock for its times."""
        item = ScanStatusItem.model_validate(data)
        status = item.scan_status.strip()
        return Scan(
            id=item.scan_id,
            provider=self.name,
            state=failed_by(item.error, self.state_map.get(status.lower(), ScanState.UNKNOWN)),
            vendor_status=status,
            started_at=self.parse_time(item.scan_start_time),
            finished_at=self.parse_time(item.scan_end_time),
            owner=item.scan_owner,
            source=location_key(item.source_storage, item.source_container_path),
            target=location_key(item.target_storage, item.target_container_path),
            parent_id=item.parent_scan,
            child_ids=item.child_scans,
            error=item.error,
        )

    def _accept(self, scan: Scan) -> Scan:
        """The same scan. Its start is remembered, and a status that is not documented warned of."""
        if scan.state is ScanState.UNKNOWN:
            self._warn_of_status(scan)
        if scan.started_at:
            self._starts[scan.id] = scan.started_at
        return scan

    def _warn_of_status(self, scan: Scan) -> None:
        self.parse_state(scan.vendor_status)


def _may_be_of(source: str | None, scan: Scan) -> bool:
    """Whether a scan is of a source. One of an invalid record may be, where that does not show another one."""
    return source in (None, scan.source) or (scan.source is None and scan.vendor_status is None)


def _is_lasting(scan: Scan) -> bool:
    """Whether the same record will always be the same scan: a time after the vendor's clock counts only later."""
    return scan.started_at is not None and (scan.finished_at is not None or not scan.finished)


def _pages_needed(missing: int, pages_left: int, rows: int) -> int:
    """How many more pages are read at least, however many of the missing scans each of them shows."""
    rows = max(rows, PAGE_SIZE)  # a page may be shorter than those after it
    while_cheaper = 1 + (missing - pages_left) // max(1, rows - 1)
    return min(pages_left, -(-missing // max(1, rows)), while_cheaper)
