# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's scans by id, from three sources: the status, the scan's own record, and its row in the parent-scan list.

The status is documented, and true beats all else. False does not show how the scan ended: the record and the row do,
and the worse of the two counts. Where one of them still shows that the scan runs, it runs. A deployment may lack the
route of the status or of the record, so that a scan is not found only where every source has been asked.
"""

from __future__ import annotations

import typing as t
from abc import abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from ...errors import (
    DatascanError,
    ForbiddenError,
    HtmlPageError,
    InterruptedWaitError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
    UnauthorizedError,
)
from ...models import ACTIVE, Scan, ScanState, state_rank
from ..base import Provider
from ..paging import ListReader
from ..records import InvalidRecord
from .rows import Row, ScanPage, ScanRow, Status, parse_record, parse_status

PAGE_SIZE = 200
_NO_ROUTE = (403, 404, 405, 501)  # HTTP statuses of a deployment, or a gateway, without a route


@dataclass(frozen=True)
class Listing:
    """What was read of the list: the rows of the scans that were searched for, and whether it was read to its end."""

    rows: dict[str, Row] = field(default_factory=dict)
    is_whole: bool = False


class BigIDSingleReads(Provider, is_partial=True):
    """The part of the provider that reads scans by their ids."""

    _rows: dict[str, Row]

    def get(self, scan_id: str) -> Scan:
        """GET /scans/{scan_id}/status; if that is not true, the record and the list are read for the end state."""
        checked = self.check_id(scan_id)
        answer = self._read_scans([checked], None)[checked]
        if isinstance(answer, DatascanError):
            raise answer
        return answer

    def get_many(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """Many scans: those that run from the parent-scan list, the others one by one."""
        if len(scan_ids) == 1:
            return self._read_scans(scan_ids, None)
        try:
            listing = self._read_listing(scan_ids)
        except InterruptedWaitError:
            raise
        except DatascanError as error:
            if not _is_missing_route(error):
                return dict.fromkeys(scan_ids, error)
            listing = Listing()
        return self._read_scans(scan_ids, listing)

    def _read_listing(self, scan_ids: Sequence[str]) -> Listing:
        """The rows of these scans; pages are read while one costs less than single reads."""
        rows: dict[str, Row] = {}
        wanted = set(scan_ids)
        reader = self._reader(PAGE_SIZE)
        for number, page in enumerate(reader.pages(readings=1), 1):  # a scan that it does not show is read alone
            for record in (*page.rows, *page.worse):
                if isinstance(record, InvalidRecord):  # it may be one of the scans that are read one by one later
                    self._warn_once(record.sentence(self.title))
                elif record.id in wanted:
                    rows[record.id] = record
            if number >= len(wanted) - len(rows):
                return Listing(rows)
        return Listing(rows, is_whole=reader.gap is None)

    def _read_scans(self, scan_ids: Sequence[str], listing: Listing | None) -> dict[str, Scan | DatascanError]:
        """Each scan; those that neither status nor record know are looked up in the whole list, which is read once."""
        answers: dict[str, Scan | DatascanError] = {}
        for scan_id, row in (listing.rows if listing else {}).items():
            if self._state_from_row(row) in ACTIVE:  # the list has its state
                answers[scan_id] = self._combine([row], Status(None))
        others = [scan_id for scan_id in scan_ids if scan_id not in answers]
        if others:
            answers.update(self._get_each(lambda scan_id: self._read_scan(scan_id, listing), others))
        unknown = {scan_id: error for scan_id, error in answers.items() if _is_unknown(error)}
        if unknown and not (listing and listing.is_whole):
            answers.update(self._look_up(unknown))
        return {scan_id: answers[scan_id] for scan_id in scan_ids}

    def _look_up(self, unknown: dict[str, t.Any]) -> dict[str, Scan | DatascanError]:
        """Scans in the whole list. One that is not there does not exist, and api_url is right."""
        try:
            rows, fault = self._read_whole_list(unknown)
        except InterruptedWaitError:
            raise
        except DatascanError as error:
            return unknown if _is_missing_route(error) else dict.fromkeys(unknown, error)
        found: dict[str, Scan | DatascanError] = {}
        for scan_id, denial in unknown.items():
            row, is_denied = rows.get(scan_id), isinstance(denial, NotFoundError)
            if row and (self._state_from_row(row) or not is_denied):
                found[scan_id] = self._combine([row], Status(None))
            else:
                found[scan_id] = fault or (denial if is_denied else self._not_found(scan_id, denial))
        return found

    def _read_whole_list(self, scan_ids: Collection[str]) -> tuple[dict[str, Row], DatascanError | None]:
        """The rows of these scans, and why others may be in the list, too."""
        rows: dict[str, Row] = {}
        fault: DatascanError | None = None
        reader = self._reader(PAGE_SIZE)
        for page in reader.pages(lambda: len(rows) == len(scan_ids)):
            for record in (*page.rows, *page.worse):
                if isinstance(record, InvalidRecord):
                    fault = record.error(self.title)
                elif record.id in scan_ids:
                    rows[record.id] = record
        if reader.gap and len(rows) < len(scan_ids):
            fault = InvalidResponseError(f"BigID's list of scans could not be read as a whole: {reader.gap}.")
        return rows, fault

    def _read_scan(self, scan_id: str, listing: Listing | None) -> Scan:
        """One scan. Without a listing, the scans that changed last are listed where the scan does not run."""
        row = listing.rows.get(scan_id) if listing else None
        refusal: DatascanError | None = None
        status = Status(None)
        try:
            status = self._client.read("GET", ("scans", scan_id, "status"), lambda data: parse_status(data, scan_id))
        except DatascanError as error:
            if not _is_missing_route(error) or (row is None and not _is_unknown(error)):
                raise
            refusal = self._not_found(scan_id, error) if isinstance(error, NotFoundError) else error
        if status.is_active:
            return self._running(scan_id)
        return self._read_end(scan_id, status, refusal, row, listing)

    def _running(self, scan_id: str) -> Scan:
        row = self._rows.get(scan_id, Row(scan_id))
        status = row.state if self._state_from_row(row) is ScanState.RUNNING else "active"
        return self._scan(row, ScanState.RUNNING, status)

    def _read_end(
        self, scan_id: str, status: Status, refusal: DatascanError | None, row: Row | None, listing: Listing | None
    ) -> Scan:
        """A scan whose status is not true, from its record and its row."""
        faults: list[DatascanError] = []
        records = self._try(lambda: self._read_record(scan_id), faults)
        if isinstance(records, NotFoundError) and isinstance(refusal, RejectedError):
            refusal = self._not_found(scan_id, records)
        rows = [*([] if row is None else [row]), *([] if isinstance(records, DatascanError) else records)]
        # The document has true and false only, so a text there does not make a scan completed, but may deny that it is.
        denials = [word for word in status.words if self.state_map.get(word.lower()) is not ScanState.COMPLETED]
        rows += [Row(scan_id, state=word) for word in denials]
        if listing is None and (rows or refusal is None):
            listed = self._try(lambda: [row for row in self._page(PAGE_SIZE, 0).rows if row.id == scan_id], faults)
            rows += [] if isinstance(listed, DatascanError) else listed
        has_state = any(self._state_from_row(known) for known in rows)
        scan = self._combine(rows, status, scan_id) if has_state else None
        # The source that failed may know the state, or a worse one. A page is not BigID's own.
        errors = [fault for fault in faults if scan is None or not isinstance(fault, HtmlPageError)]
        if errors and (scan is None or scan.succeeded):
            raise errors[0]
        if refusal and not has_state and (not rows or (isinstance(refusal, NotFoundError) and rows == [row])):
            raise refusal  # a row without a state may be of a scan that was deleted in the meantime
        if not (refusal or has_state or denials) and status.is_active is None:
            self._warn_once(f"BigID's status of scan {scan_id} is neither true nor false, so its state is unknown.")
        return scan or self._combine(rows, status, scan_id)

    def _read_record(self, scan_id: str) -> list[Row]:
        return self._client.read("GET", ("scans", scan_id), lambda data: parse_record(data, scan_id))

    def _try(self, read: Callable[[], list[Row]], faults: list[DatascanError]) -> list[Row] | DatascanError:
        """The rows of a source, or its error, which is added to `faults` unless the deployment lacks the route."""
        try:
            return read()
        except (InterruptedWaitError, UnauthorizedError):
            raise
        except DatascanError as error:
            if not _is_missing_route(error):
                faults.append(error)
            return error

    def _combine(self, rows: Sequence[Row], status: Status, scan_id: str = "") -> Scan:
        """The scan that its sources describe: the worst state counts, or without any the status.

        Raises InvalidResponseError where they name several scan profiles: one of them is about another scan.
        """
        profiles = dict.fromkeys(row.profile for row in rows if row.profile)
        if len(profiles) > 1:
            named = " and ".join(profiles)
            raise InvalidResponseError(f"BigID answered about scan {rows[0].id} with several scan profiles: {named}.")
        error = next((row.error for row in rows if row.error), None)  # the worse of two sources counts
        states = [(row, state) for row in rows if (state := self._state_from_row(row))]
        before = self._rows.get(scan_id or rows[0].id, Row(scan_id or rows[0].id))
        unclear = next((row for row in rows if row.state and not self._state_from_row(row)), None)
        if states:
            row, state = min(states, key=lambda known: state_rank(known[1]))
            if not (unclear and state is ScanState.COMPLETED):  # which a status that is not known contradicts
                for other in (*rows, before):
                    row = row.merge(other)
                self._rows[row.id] = row
                return self._scan(replace(row, error=row.error or error), state, row.state)
        row = before
        for other in reversed(rows):
            row = other.merge(row)
        word = unclear.state if unclear else None
        if status.is_active is False:
            # The document: "which likely means it has completed". Likely is not enough to pass a gate.
            return self._scan(row, ScanState.STOPPED, word or "stopped")
        return self._scan(row, ScanState.UNKNOWN, word)

    def _not_found(self, scan_id: str, error: DatascanError) -> NotFoundError:
        message = f"BigID has no scan {scan_id} that this token can see: {error.message}"
        return NotFoundError(message, request=error.request)

    @abstractmethod
    def _reader(self, size: int, *, confirms: bool = False) -> ListReader[ScanRow]:
        """A reader of the parent-scan list."""

    @abstractmethod
    def _page(self, size: int, skip: int) -> ScanPage:
        """One page of it."""

    @abstractmethod
    def _state_from_row(self, row: Row) -> ScanState | None:
        """The state of a row; None without a status, or for an unknown one."""

    @abstractmethod
    def _scan(self, row: Row, state: ScanState, status: str | None) -> Scan:
        """The scan of a row, with a state that may come from another source."""


def _is_missing_route(error: DatascanError) -> bool:
    """Whether a deployment without a route may answer so. Other errors under HTTP 200 come from the route itself."""
    return isinstance(error, NotFoundError) or (
        isinstance(error, (ForbiddenError, RejectedError)) and error.http_status in _NO_ROUTE
    )


def _is_unknown(answer: Scan | DatascanError) -> bool:
    """Whether a scan was not found, be it by the vendor or because of a missing route."""
    return isinstance(answer, NotFoundError) or (isinstance(answer, RejectedError) and answer.http_status in (404, 405))
