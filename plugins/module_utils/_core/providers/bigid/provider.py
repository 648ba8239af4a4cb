# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID: parent scans and their status, as in "Scan Insights API Tutorial", and the start of a scan profile.

Oddities that shape this file: the status is true or false, and false does not say how a scan ended; how it ended
stands in its own record (GET /scans/{id}), which no document describes, or in the parent-scan list. The list says
how many scans there are, and not how to get those beyond `limit`.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from ...errors import (
    DatascanError,
    ForbiddenError,
    InterruptedWaitError,
    InvalidInputError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
    UnavailableError,
)
from ...http.authentication import Authentication, HeaderForm
from ...http.response import Response
from ...models import ACTIVE, PREDICTED_ID, Query, Scan, ScanList, ScanState
from ...options import ConnectionOptions
from ...redaction import Redactor
from ..capabilities import ListsScans, StartsScans
from ..paging import ListPage, ListReader, PageCursor, collect_scans
from ..records import InvalidRecord
from . import errors as _bigid_errors
from .clusters import BigIDClusters
from .rows import Row, ScanPage, ScanRow, parse_page, parse_record, parse_started, parse_status
from .tokens import SessionTokenAuthentication

_AUTO_SCHEMES = ("raw", "bearer")  # in the order in which they are tried
_PAGE_SIZE = 200
_WHOLE_LIST = 10_000  # the limit when a list is read again: `skip` may have no effect, and one page cannot change
_BATCH = 8  # scans whose states are read at once; few, because a limit may be reached before the next
_MAX_SINGLE_READS = 100  # scans of a list that are read one by one, where the list lacks their states
_NO_SUCH_ROUTE = (NotFoundError, ForbiddenError, RejectedError)  # what a deployment without a route may answer

_STATES = {
    "completed": ScanState.COMPLETED,  # the only status seen in use
    # All others are inferred. No other status is completed, so none passes a gate by default.
    "queued": ScanState.QUEUED,
    "pending": ScanState.QUEUED,
    "started": ScanState.RUNNING,
    "running": ScanState.RUNNING,
    "in progress": ScanState.RUNNING,
    "in-progress": ScanState.RUNNING,
    "in_progress": ScanState.RUNNING,
    "inprogress": ScanState.RUNNING,
    "paused": ScanState.RUNNING,  # it may continue
    "stopped": ScanState.STOPPED,
    "failed": ScanState.FAILED,
    "error": ScanState.FAILED,
    "errored": ScanState.FAILED,
    "aborted": ScanState.FAILED,  # it did not reach its end
    "cancelled": ScanState.CANCELLED,
    "canceled": ScanState.CANCELLED,
}


class BigID(StartsScans, ListsScans, BigIDClusters):
    """A BigID deployment; the address in its tutorials is that of the documents, so there is no public host."""

    name = "bigid"
    title = "BigID"
    unsupported = {
        "cancel": "Stop the scan in BigID's console; to end only the wait, use on_timeout: return.",
        "rescan": "Start its scan profile again: use scan_start with the same scan_profile and if_active: start.",
    }
    state_map = _STATES
    auth_scheme = "raw"  # at first: see _AUTO_SCHEMES
    takes_refresh_token = True
    target_description = ("Scans of the same scan profile are the same, whatever the type and the origin.",)
    target_options = {
        "scan_profile": {
            "type": "str",
            "required": True,
            "description": "The name of the scan profile to run.",
            "sample": "nightly",
        },
        "scan_type": {"type": "str", "default": "dsScan", "description": "The type of scan."},
        "scan_origin": {
            "type": "str",
            "default": "datascan.gate",
            "description": "What BigID is to show as the origin of the scan.",
        },
    }

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        # The last row seen of each scan, because the status has neither its name nor its start.
        self._rows: dict[str, Row] = {}

    @classmethod
    def authentication(
        cls, options: ConnectionOptions, redactor: Redactor, header_forms: Mapping[str, HeaderForm]
    ) -> Authentication:
        """A session token, or a user token that is exchanged for session tokens."""
        schemes = _AUTO_SCHEMES if options.auth_scheme == "auto" else (options.auth_scheme,)
        forms = [header_forms[scheme] for scheme in schemes]
        return SessionTokenAuthentication(options.api_token, options.refresh_token, forms, redactor)

    @classmethod
    def parse_errors(cls, response: Response) -> list[dict[str, t.Any]]:
        """Errors come in four forms, and under HTTP 200 too."""
        return _bigid_errors.parse_errors(response)

    @classmethod
    def effective_status(cls, response: Response) -> int:
        """The text of an error under 200 decides what it amounts to."""
        return _bigid_errors.effective_status(response)

    def check_id(self, scan_id: str) -> str:
        """An id may be any text but dots, which lead to another path."""
        checked = scan_id.strip()
        if not checked.strip(".") or not checked.isprintable():
            raise InvalidInputError(
                f"{scan_id!r} is not a BigID scan id: scan_status with query: {{limit: 1}} returns the latest."
            )
        return checked

    def get(self, scan_id: str) -> Scan:
        """GET /scans/{scan_id}/status; if that is not true, the record and then the list are read for the end state."""
        return self._get(scan_id, self._record, self._listed)

    def _get_unlisted(self, scan_id: str) -> Scan:
        """The same where the list was read just now."""
        return self._get(scan_id, self._record)

    def _get(self, scan_id: str, *sources: Callable[[str], Row | None]) -> Scan:
        scan_id = self.check_id(scan_id)
        try:
            active = self._client.read("GET", ("scans", scan_id, "status"), parse_status)
        except NotFoundError as error:
            raise NotFoundError(
                f"BigID has no scan {scan_id} that this token can see: {error.message}", request=error.request
            ) from None
        if active is True:
            row = self._rows.get(scan_id, Row(scan_id))
            status = row.state if self._state_from_row(row) is ScanState.RUNNING else "active"
            return self._scan(row, ScanState.RUNNING, status)
        row = self._find_row_with_state(scan_id, sources)
        state = self._state_from_row(row)
        if state is None and active is False:
            # The document: "which likely means it has completed". Likely is not enough to pass a gate.
            return self._scan(row, ScanState.STOPPED, row.state or "stopped")
        if state is None:
            self._warn_once(f"BigID's status of scan {scan_id} is neither true nor false, so its state is unknown.")
        return self._scan(row, state or ScanState.UNKNOWN, row.state)

    def _find_row_with_state(self, scan_id: str, sources: Sequence[Callable[[str], Row | None]]) -> Row:
        """The row of the first source that has the state; without one, what is known of the scan."""
        known = Row(scan_id).merge(self._rows.get(scan_id, Row(scan_id)))
        fault: DatascanError | None = None
        for read in sources:
            try:
                row = read(scan_id)
            except _NO_SUCH_ROUTE:
                continue
            except (UnavailableError, InvalidResponseError) as error:
                fault = error
                continue
            if row and (row.state or not known.state):
                known = row.merge(known)
            if self._state_from_row(known):
                self._rows[scan_id] = known
                return known
        if fault:
            raise fault  # the source that failed may know the state
        return known

    def _record(self, scan_id: str) -> Row:
        return self._client.read("GET", ("scans", scan_id), lambda data: parse_record(data, scan_id))

    def _listed(self, scan_id: str) -> Row | None:
        """The row among the scans that changed last. An older scan is known by its record."""
        return next((row for row in self._page(_PAGE_SIZE, 0).rows if row.id == scan_id), None)

    def get_many(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """Many scans from the parent-scan list; those whose state it lacks, one by one."""
        if len(scan_ids) == 1:
            return super().get_many(scan_ids)
        found: dict[str, Scan | DatascanError] = {}
        try:
            for scan in self._find_listed(scan_ids):
                found[scan.id] = scan
        except _NO_SUCH_ROUTE:
            pass
        except InterruptedWaitError:
            raise
        except DatascanError as error:
            return {scan_id: found.get(scan_id, error) for scan_id in scan_ids}
        left = [scan_id for scan_id in scan_ids if scan_id not in found]
        if left:
            found.update(self._get_each(self._get_unlisted, left))
        return {scan_id: found[scan_id] for scan_id in scan_ids}

    def _find_listed(self, scan_ids: Sequence[str]) -> Iterator[Scan]:
        """Those of the scans whose state the list has; pages are read while one costs less than single reads."""
        unseen = set(scan_ids)
        reader = self._reader(_PAGE_SIZE)
        for number, page in enumerate(reader.pages(readings=1), 1):  # a scan that it does not show is read alone
            for record in page.rows:
                if isinstance(record, InvalidRecord):  # it may be one of the scans that are read one by one later
                    self._warn_once(record.sentence(self.title))
                    continue
                state = self._state_from_row(record) if record.id in unseen else None
                unseen.discard(record.id)
                if state:
                    yield self._scan(record, state, record.state)
            if number >= len(unseen):
                return

    def list_scans(self, query: Query) -> ScanList:
        """GET /scans/parent-scans. The scan that changed last comes first, so limit 1 is the latest scan."""
        return self._find(query, None)

    def list_scans_of(self, target: Mapping[str, t.Any], query: Query) -> ScanList:
        """The same for one scan profile. Only its scans are read one by one where the list lacks their states."""
        return self._find(query, target)

    def _find(self, query: Query, target: Mapping[str, t.Any] | None) -> ScanList:
        if query.owners:
            raise InvalidInputError("query.owners cannot be used: BigID does not return the owners of scans.")
        after, before = query.started_after, query.started_before
        takes_all = not (target or after or before or query.states is not None)
        size = min(_PAGE_SIZE, query.limit) if takes_all and query.limit else _PAGE_SIZE
        read: dict[str, Scan | DatascanError] = {}  # kept when the list is read again
        is_old = False

        def to_scans(records: Sequence[ScanRow]) -> Iterator[Scan]:
            nonlocal is_old
            # As are all that follow: the list is in the order of updated_at.
            is_old = bool(after and records) and all(_is_older(record, after) for record in records)
            for record in records:
                if isinstance(record, InvalidRecord):
                    self._check_without_id(record, query, target)
            rows = [record for record in records if isinstance(record, Row) and _is_wanted(record, query, target)]
            batch = _BATCH if query.limit is None else min(_BATCH, query.limit)
            for first in range(0, len(rows), batch):
                for scan in self._with_states(rows[first : first + batch], read):
                    if query.states is None or scan.state in query.states:
                        yield scan

        reader = self._reader(size, confirms=target is not None)
        return collect_scans(reader, to_scans, query.limit, lambda: is_old)

    def _with_states(self, rows: Sequence[Row], read: dict[str, Scan | DatascanError]) -> Iterator[Scan]:
        """The scans of some rows. States that the list lacks are read one by one into `read`, up to a limit."""
        stateless = [row.id for row in rows if self._state_from_row(row) is None]
        wanted = [scan_id for scan_id in stateless if scan_id not in read][: _MAX_SINGLE_READS - len(read)]
        if wanted:
            read.update(self._get_each(self._get_unlisted, wanted))
        if any(scan_id not in read for scan_id in stateless):
            self._warn_once(
                f"BigID's list does not contain the states of its scans: {_MAX_SINGLE_READS} of them were read one "
                "by one, and the others count as unknown."
            )
        for row in rows:
            state = self._state_from_row(row)
            scan = read.get(row.id) if state is None else None
            if isinstance(scan, NotFoundError):
                continue  # it was deleted in the meantime
            if isinstance(scan, DatascanError):
                raise scan
            yield scan or self._scan(row, state or ScanState.UNKNOWN, row.state)

    def _check_without_id(self, record: InvalidRecord, query: Query, target: Mapping[str, t.Any] | None) -> None:
        """Raise InvalidResponseError for a record that cannot be read later, or that may be a scan of the target."""
        if target is None:
            raise record.error(self.title)
        state = self.state_map.get((record.text("state") or "").lower())
        may_run = query.states is None or (query.states & ACTIVE and (state is None or state in query.states))
        profile = record.text("scanProfileName") or record.text("scan_profile_name") or record.text("name")
        message = record.sentence(self.title)
        if may_run and (profile is None or _matches(profile, target)):
            raise InvalidResponseError(f"{message} It may be a scan of the same scan profile, so no scan is started.")
        self._warn_once(message)

    def _reader(self, size: int, *, confirms: bool = False) -> ListReader[ScanRow]:
        return ListReader(
            lambda number: _ParentScanPages(self._page, _WHOLE_LIST if number else size), _row_key, confirms=confirms
        )

    def _page(self, size: int, skip: int) -> ScanPage:
        # No `sort`: the order by updated_at is the documented default, and the form of the parameter is not documented.
        params = [("limit", str(size)), *([("skip", str(skip))] if skip else [])]
        page = self._client.read("GET", ("scans", "parent-scans"), parse_page, params=params)
        self._rows.update((row.id, row) for row in page.rows)
        return page

    def validate_target(self, target: Mapping[str, t.Any]) -> None:
        """A scan profile has a name; only BigID knows whether it exists."""
        for option in self.target_options:
            if not target[option].strip():
                raise InvalidInputError(f"bigid.{option} is empty.")

    def is_same_target(self, scan: Scan, target: Mapping[str, t.Any]) -> bool:
        """By the scan profile, which may be the name of a scan."""
        return _matches(scan.source or scan.name, target)

    def predict_scan(self, target: Mapping[str, t.Any]) -> Scan:
        """Only its profile is known."""
        profile = target["scan_profile"].strip()
        return Scan(id=PREDICTED_ID, provider=self.name, state=ScanState.QUEUED, name=profile, source=profile)

    def start(self, target: Mapping[str, t.Any]) -> Scan:
        """POST /scans, as BigID's own code for pipelines does it; the response has only the id."""
        body = {
            "scanType": target["scan_type"],
            "scanProfileName": target["scan_profile"].strip(),
            "scanOrigin": target["scan_origin"],
        }
        scan_id = self._client.write("POST", ("scans",), parse_started, body=body)
        return self.predict_scan(target).model_copy(update={"id": scan_id})

    def _state_from_row(self, row: Row) -> ScanState | None:
        """The state of a row; None without a status, or for an unknown one."""
        state = self.parse_state(row.state) if row.state else ScanState.UNKNOWN
        return None if state is ScanState.UNKNOWN else state

    def _scan(self, row: Row, state: ScanState, status: str | None) -> Scan:
        ended = row.finished_at or row.updated_at  # the last change is the documented time that is nearest to the end
        return Scan(
            id=row.id,
            provider=self.name,
            name=row.name or row.profile,
            state=state,
            vendor_status=status,
            started_at=row.started_at,
            finished_at=ended if row.state == status else None,
            source=row.profile,
            error=row.error,
        )


class _ParentScanPages(PageCursor[ScanRow]):
    """The pages of the list. `limit` and a total are documented; other lists of BigID have `skip`."""

    def __init__(self, read_page: Callable[[int, int], ScanPage], size: int) -> None:
        self._read_page = read_page
        self._size = size
        self._skip = 0

    def read(self, count: int) -> ListPage[ScanRow]:
        page = self._read_page(self._size, self._skip)
        self._skip += len(page.records)
        return ListPage(page.records, page.total, follows=len(page.records) >= self._size)


def _row_key(record: ScanRow) -> str:
    return record.id if isinstance(record, Row) else repr(record)


def _is_wanted(row: Row, query: Query, target: Mapping[str, t.Any] | None) -> bool:
    """Whether a row matches all of a query but its states."""
    is_of_target = target is None or _matches(row.profile or row.name, target)
    return is_of_target and row.starts_between(query.started_after, query.started_before)


def _is_older(record: ScanRow, time: datetime | None) -> bool:
    """Whether a scan changed last before a time."""
    return isinstance(record, Row) and bool(time and record.updated_at and record.updated_at < time)


def _matches(profile: str | None, target: Mapping[str, t.Any]) -> bool:
    """Whether a profile, or a scan's name, is the profile of a target."""
    return profile == str(target["scan_profile"]).strip()
