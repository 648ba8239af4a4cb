# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID: parent scans and their status, as in "Scan Insights API Tutorial", and the start of a scan profile.

Oddities that shape this file: the status is true or false, and false does not say how a scan ended; how it ended
stands in its own record (GET /scans/{id}), which no document describes, or in the parent-scan list. The list says
how many scans there are, and not how to get those beyond `limit`. `single_reads` has the reads by id.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ...errors import (
    DatascanError,
    InterruptedWaitError,
    InvalidInputError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
    UnavailableError,
)
from ...http.authentication import Authentication, HeaderForm
from ...http.response import Response
from ...models import FINISHED, MAY_RUN, PREDICTED_ID, Query, Scan, ScanList, ScanState, state_rank
from ...options import ConnectionOptions
from ...redaction import Redactor
from ..capabilities import ListsScans, StartsScans
from ..paging import ListPage, ListReader, PageCursor, collect_scans
from ..records import InvalidRecord, failed_by, with_worst
from . import errors as _bigid_errors
from .clusters import BigIDClusters
from .newest import NewestScans
from .profiles import parse_scan_type
from .rows import Row, ScanPage, ScanRow, parse_page, parse_started
from .single_reads import PAGE_SIZE, BigIDSingleReads, Listing
from .tokens import SessionTokenAuthentication

_AUTO_SCHEMES = ("raw", "bearer")  # in the order in which they are tried
_WHOLE_LIST = 10_000  # the limit when a list is read again: `skip` may have no effect, and one page cannot change
_USUAL_SCAN_TYPE = "dsScan"
_NO_PARAMETER = (200, 400, 422)  # HTTP statuses of an error about a parameter that a deployment does not know
_BATCH = 8  # scans whose states are read at once; few, because a limit may be reached before the next
_MAX_SINGLE_READS = 100  # scans of a list that are read one by one, where the list lacks their states
# Scans of a list that have ended and are read one by one, because the list may be wrong: those that changed last come
# first, so that others no longer run.
_MAX_CHECKS = 100
_MAX_CHECKS_BEFORE_START = 1

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


class BigID(StartsScans, ListsScans, BigIDSingleReads, BigIDClusters):
    """A BigID deployment; the address in its tutorials is that of the documents, so there is no public host."""

    name = "bigid"
    title = "BigID"
    unsupported = {
        "cancel": "Stop the scan in BigID's console; to end only the wait, leave on_timeout at fail.",
        "rescan": "Start its scan profile again: use scan_start with the same scan_profile and if_active: start.",
        "issues": "Remove max_issues from the policy, and leave count_issues unset.",
    }
    state_map = _STATES
    finds_by = frozenset({"name", "source"})  # the name is that of the scan or of its profile, the source the profile
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
        "scan_type": {
            "type": "str",
            "sample": "dsScan",
            "description": (
                "The type of scan.",
                "Unless set, it is that of the scan profile, where BigID lists its profiles, and else V(dsScan).",
            ),
        },
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
        self._asks_for_total = True

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
    def find_errors(cls, response: Response) -> list[dict[str, t.Any]]:
        """Without a reason that may quote a scan's secret key."""
        return [
            {
                key: _bigid_errors.without_secret_key(value) if isinstance(value, str) else value
                for key, value in one.items()
            }
            for one in super().find_errors(response)
        ]

    @classmethod
    def is_record(cls, body: Mapping[str, t.Any]) -> bool:
        """A scan's own record may have an `error` and a `status` of its own."""
        return _bigid_errors.is_record(body)

    @classmethod
    def effective_status(cls, response: Response) -> int:
        """The text of an error under 200 decides what it amounts to."""
        return _bigid_errors.effective_status(response)

    @classmethod
    def is_not_found(cls, response: Response) -> bool:
        """The text names a scan or a cluster, which a gateway's does not."""
        return _bigid_errors.is_not_found(response)

    def check_id(self, scan_id: str) -> str:
        """An id may be any text but dots, which lead to another path."""
        checked = scan_id.strip()
        if not checked.strip(".") or not checked.isprintable():
            raise InvalidInputError(
                f"{scan_id!r} is not a BigID scan id: scan_status with query: {{limit: 1}} returns the latest."
            )
        return checked

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
        is_old = False

        def to_scans(records: Sequence[ScanRow]) -> Iterator[Scan]:
            nonlocal is_old
            # As are all that follow: the list is in the order of updated_at.
            is_old = bool(after and records) and all(_is_older(record, after) for record in records)
            for record in records:
                if isinstance(record, InvalidRecord) and self._may_have_ended(record, query, target):
                    yield record.ended_scan(self.name)
            rows = newest.sort(row for row in records if isinstance(row, Row) and _is_wanted(row, query, target))
            batch = _BATCH if query.limit is None else min(_BATCH, query.limit)
            for first in range(0, len(rows), batch):
                candidates = [row for row in rows[first : first + batch] if newest.can_hold(row)]
                for scan in self._with_states(candidates, read, budget, is_start):
                    if query.states is None or scan.state in query.states:
                        newest.add(scan)
                        yield scan
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
        is_of_target = profile is None or _matches(profile, target)
        if may_run and is_of_target:
            raise InvalidResponseError(f"{message} It may be a scan of the same scan profile, so no scan is started.")
        self._warn_once(message)
        return is_of_target and query.states is not None and ScanState.STOPPED in query.states

    def _reader(self, size: int, *, confirms: bool = False) -> ListReader[ScanRow]:
        return ListReader(
            lambda number: _ParentScanPages(self._page, self._with_worst, _WHOLE_LIST if number else size),
            _row_key,
            confirms=confirms,
        )

    def _with_worst(self, records: Sequence[ScanRow]) -> list[ScanRow]:
        """The records of a page; of several of one scan the one with the worst state counts."""
        return with_worst(
            records, lambda row: state_rank(self._state_from_row(row) or ScanState.UNKNOWN), lambda row: row.id
        )

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

    def validate_target(self, target: Mapping[str, t.Any]) -> None:
        """A scan profile has a name; only BigID knows whether it exists."""
        for option in ("scan_profile", "scan_origin"):
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
        """POST /scans, as BigID's own code for pipelines does it; the response has the scan, or only its id."""
        profile = target["scan_profile"].strip()
        body = {
            "scanType": (target["scan_type"] or "").strip() or self._scan_type_of(profile) or _USUAL_SCAN_TYPE,
            "scanProfileName": profile,
            "scanOrigin": target["scan_origin"],
        }
        row = self._client.write("POST", ("scans",), parse_started, body=body)
        row = replace(row, profile=row.profile or profile)  # the scan's own fields may lack it
        self._rows[row.id] = row
        return self._scan(row, self.parse_state(row.state) if row.state else ScanState.QUEUED, row.state)

    def _scan_type_of(self, profile: str) -> str | None:
        """The type of scan of a profile, where this deployment lists its profiles.

        A transient error does not pass for a deployment without that list: a scan of another type would be started.
        """
        try:
            return self._client.read("GET", ("scanProfiles",), lambda data: parse_scan_type(data, profile))
        except InterruptedWaitError:
            raise
        except UnavailableError as error:
            message = f"No scan was started, because the type of its scan profile could not be read: {error.message}"
            raise error.with_message(f"{message.rstrip('.')}. Set bigid.scan_type to start without it.") from None
        except DatascanError:
            return None

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
            state=failed_by(row.error, state),
            vendor_status=status,
            started_at=self.parse_time(row.started_at),
            finished_at=self.parse_time(ended) if row.state == status else None,
            owner=row.owner,
            source=row.profile,
            error=row.error,
        )


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


def _row_key(record: ScanRow) -> str | int:
    return record.id if isinstance(record, Row) else record.key


def _is_wanted(row: Row, query: Query, target: Mapping[str, t.Any] | None) -> bool:
    """Whether a row matches all of a query but its states."""
    is_of_target = target is None or _matches(row.profile or row.name, target)
    has_name = query.name is None or query.name.strip() in (row.name, row.profile)
    is_of_source = query.source is None or query.source.strip() == row.profile
    return is_of_target and has_name and is_of_source and row.starts_between(query.started_after, query.started_before)


def _is_older(record: ScanRow, time: datetime | None) -> bool:
    """Whether a scan changed last before a time."""
    return isinstance(record, Row) and bool(time and record.updated_at and record.updated_at < time)


def _matches(profile: str | None, target: Mapping[str, t.Any]) -> bool:
    """Whether a profile, or a scan's name, is the profile of a target."""
    return profile == str(target["scan_profile"]).strip()
