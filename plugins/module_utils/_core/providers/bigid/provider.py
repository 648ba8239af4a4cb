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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from ...errors import DatascanError, InvalidInputError, InvalidResponseError, NotFoundError
from ...http.authentication import Authentication, HeaderForm
from ...http.response import Response
from ...models import FINISHED, MAY_RUN, PREDICTED_ID, Query, Scan, ScanState, state_rank
from ...options import ConnectionOptions
from ...redaction import Redactor
from ..capabilities import ListsScans, StartsScans
from ..records import InvalidRecord
from . import errors as _bigid_errors
from .clusters import BigIDClusters
from .rows import Row, ScanPage, parse_page, parse_started
from .single_reads import PAGE_SIZE, BigIDSingleReads, Listing
from .tokens import SessionTokenAuthentication

_AUTO_SCHEMES = ("raw", "bearer")  # in the order in which they are tried
_WHOLE_LIST = 10_000  # the limit of a request where `skip` has no effect
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


class BigID(StartsScans, ListsScans, BigIDSingleReads, BigIDClusters):
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

    def list_scans(self, query: Query) -> Iterator[Scan]:
        """GET /scans/parent-scans. The scan that changed last comes first, so limit 1 is the latest scan."""
        return self._find(query, None)

    def list_scans_of(self, target: Mapping[str, t.Any], query: Query) -> Iterator[Scan]:
        """The same for one scan profile. Only its scans are read one by one where the list lacks their states."""
        return self._find(query, target)

    def _find(self, query: Query, target: Mapping[str, t.Any] | None) -> Iterator[Scan]:
        if query.owners:
            raise InvalidInputError("query.owners cannot be used: BigID does not return the owners of scans.")
        rows = self._find_rows(query, target)
        reads_left = _MAX_SINGLE_READS
        checks_left = _MAX_CHECKS if target is None else _MAX_CHECKS_BEFORE_START
        count = 0
        while batch := list(islice(rows, _BATCH if query.limit is None else min(_BATCH, query.limit - count))):
            stateless = [row for row in batch if self._state_from_row(row) is None]
            ended = [row for row in batch if self._state_from_row(row) in FINISHED][:checks_left]
            scans = self._read_rows([*stateless[:reads_left], *ended])
            if len(stateless) > reads_left:
                self._warn_once(
                    f"BigID's list does not contain the states of its scans: {_MAX_SINGLE_READS} of them were read one "
                    "by one, and the others count as unknown."
                )
            unread = {row.id for row in stateless[reads_left:]}
            reads_left -= len(stateless) - len(unread)
            checks_left -= len(ended)
            for row in batch:
                if row.id in unread and target is not None:
                    continue  # it changed before a hundred others of its profile, so it does not run
                scan = scans.get(row.id) or self._scan(row, self._state_from_row(row) or ScanState.UNKNOWN, row.state)
                if isinstance(scan, NotFoundError):
                    continue  # it was deleted in the meantime
                if isinstance(scan, DatascanError):
                    raise scan
                if query.states is None or scan.state in query.states:
                    yield scan
                    count += 1

    def _read_rows(self, rows: Sequence[Row]) -> dict[str, Scan | DatascanError]:
        """The scans of rows that were just listed."""
        listing = Listing({row.id: row for row in rows}, is_whole=True)
        return self._read_scans(list(listing.rows), listing) if rows else {}

    def _find_rows(self, query: Query, target: Mapping[str, t.Any] | None) -> Iterator[Row]:
        """The rows that match all of a query but its states."""
        after, before = query.started_after, query.started_before
        takes_all = not (target or after or before or query.states is not None)
        size = min(PAGE_SIZE, query.limit) if takes_all and query.limit else PAGE_SIZE
        for page in self._pages(size):
            if after and page.rows and all(row.updated_at and row.updated_at < after for row in page.rows):
                return  # as do all that follow: the list is in the order of updated_at
            for record in page.without_id:
                self._check_without_id(record, query, target)
            for row in page.rows:
                if (target is None or _matches(row.profile or row.name, target)) and row.starts_between(after, before):
                    yield row

    def _check_without_id(self, record: InvalidRecord, query: Query, target: Mapping[str, t.Any] | None) -> None:
        """Raise InvalidResponseError for a record that cannot be read later, or that may be a scan of the target."""
        if target is None:
            raise record.error(self.title)
        state = self.state_map.get((record.text("state") or "").lower())
        may_run = query.states is None or (query.states & MAY_RUN and (state is None or state in query.states))
        profile = record.text("scanProfileName") or record.text("scan_profile_name") or record.text("name")
        message = record.sentence(self.title)
        if may_run and (profile is None or _matches(profile, target)):
            raise InvalidResponseError(f"{message} It may be a scan of the same scan profile, so no scan is started.")
        self._warn_once(message)

    def _pages(self, size: int) -> Iterator[ScanPage]:
        """Page by page, each scan once. `limit` and a total are documented; other lists of BigID have `skip`."""
        seen: set[str] = set()
        skip = lost = 0
        while True:
            page = self._page(size, skip)
            new = {row.id: row for row in self._merge_repeated(page.rows) if row.id not in seen}
            seen.update(new)
            lost += len(page.without_id)
            yield replace(page, rows=list(new.values()))
            if page.size < size and page.total in (None, len(seen) + lost):
                return  # a total that is exceeded is wrong, and must not hide a scan
            if new:
                skip += page.size
            elif page.size and size < _WHOLE_LIST:
                size, skip = _WHOLE_LIST, 0  # skip has no effect here, so there is only one page
            else:
                return  # the total is wrong, or the list has become shorter

    def _merge_repeated(self, rows: Sequence[Row]) -> list[Row]:
        """The rows of a page, one for each scan: of several the one with the worst state."""

        def rank(row: Row) -> int:
            return state_rank(self._state_from_row(row) or ScanState.UNKNOWN)

        merged: dict[str, Row] = {}
        for row in rows:
            if row.id not in merged or rank(row) < rank(merged[row.id]):
                merged[row.id] = row
        return list(merged.values())

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
        if state is ScanState.COMPLETED and row.error:
            state = ScanState.FAILED  # what was not scanned is not known
        return Scan(
            id=row.id,
            provider=self.name,
            name=row.name or row.profile,
            state=state,
            vendor_status=status,
            started_at=self.parse_time(row.started_at),
            finished_at=self.parse_time(ended) if row.state == status else None,
            source=row.profile,
            error=row.error,
        )


def _matches(profile: str | None, target: Mapping[str, t.Any]) -> bool:
    """Whether a profile, or a scan's name, is the profile of a target."""
    return profile == str(target["scan_profile"]).strip()
