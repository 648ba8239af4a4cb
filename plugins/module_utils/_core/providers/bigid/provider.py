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
from dataclasses import replace
from itertools import islice

from ...errors import (
    DatascanError,
    ForbiddenError,
    InvalidInputError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
    UnavailableError,
)
from ...http.client import Answer, Credential
from ...models import ACTIVE, PREDICTED_ID, Query, Scan, ScanState
from ...options import ConnectionOptions
from ...redaction import Redactor
from ..records import InvalidRecord
from . import errors as _bigid_errors
from .clusters import BigIDClusters
from .rows import Page, Row, parse_page, parse_record, parse_started, parse_status
from .tokens import SessionToken

_PAGE_SIZE = 200
_EVERYTHING = 10_000  # the limit that is asked for where pages cannot be turned
_BATCH = 8  # scans whose states are settled at once; few, for a limit may be reached before the next
_MOST_LOOKS = 100  # scans of a list that are asked for one by one, where the list does not tell their state
_NOT_TOLD = (NotFoundError, ForbiddenError, RejectedError)  # what a deployment without such a route may answer

_STATES = {
    "completed": ScanState.COMPLETED,  # the one word that is seen in use
    # All others are inferred. None of them lets a scan pass.
    "queued": ScanState.QUEUED,
    "pending": ScanState.QUEUED,
    "started": ScanState.RUNNING,
    "running": ScanState.RUNNING,
    "in progress": ScanState.RUNNING,
    "in-progress": ScanState.RUNNING,
    "in_progress": ScanState.RUNNING,
    "inprogress": ScanState.RUNNING,
    "paused": ScanState.RUNNING,  # it may go on
    "stopped": ScanState.STOPPED,
    "failed": ScanState.FAILED,
    "error": ScanState.FAILED,
    "errored": ScanState.FAILED,
    "aborted": ScanState.FAILED,  # whoever did it: it did not get to its end
    "cancelled": ScanState.CANCELLED,
    "canceled": ScanState.CANCELLED,
}


class BigID(BigIDClusters):
    """A BigID deployment; the address in its tutorials is that of the documents, so there is no public host."""

    name = "bigid"
    title = "BigID"
    unsupported = {
        "cancel": "Stop it in BigID's console; to wait for it no longer, use on_timeout: return.",
        "rescan": "Start its scan profile again: use scan_start with the same scan_profile and if_active: start.",
    }
    state_map = _STATES
    auth_scheme = "raw"  # to begin with: see _bigid_tokens
    target_options = {
        "scan_profile": {"type": "str", "required": True},
        "scan_type": {"type": "str", "default": "dsScan"},
        "scan_origin": {"type": "str", "default": "datascan.gate"},
    }

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        # The last row seen of each scan, for the status tells neither its name nor when it started.
        self._rows: dict[str, Row] = {}

    @classmethod
    def credential(cls, options: ConnectionOptions, secrets: Redactor) -> Credential:
        """A session token, or a user token that is exchanged for such."""
        return SessionToken(options.api_token, options.refresh_token, options.auth_scheme, secrets)

    @classmethod
    def parse_errors(cls, answer: Answer) -> list[dict[str, t.Any]]:
        """Errors come in four forms, and under HTTP 200 too."""
        return _bigid_errors.parse_errors(answer)

    @classmethod
    def effective_status(cls, answer: Answer) -> int:
        """What an error under 200 amounts to is in its words."""
        return _bigid_errors.effective_status(answer)

    def check_id(self, scan_id: str) -> str:
        """An id may be any text; but as a part of a path, dots alone would lead elsewhere."""
        checked = scan_id.strip()
        if not checked.strip(".") or not checked.isprintable():
            raise InvalidInputError(
                f"{scan_id!r} is no BigID scan id: scan_status with query: {{limit: 1}} finds the latest."
            )
        return checked

    def get(self, scan_id: str) -> Scan:
        """GET /scans/{scan_id}/status; where that is not true, its record and the list are asked how it ended."""
        return self._get(scan_id, self._record, self._listed)

    def _get_unlisted(self, scan_id: str) -> Scan:
        """The same where the list was asked just now."""
        return self._get(scan_id, self._record)

    def _get(self, scan_id: str, *sources: Callable[[str], Row | None]) -> Scan:
        scan_id = self.check_id(scan_id)
        try:
            active = self.http.read("GET", ("scans", scan_id, "status"), parse_status)
        except NotFoundError as error:
            raise NotFoundError(
                f"BigID knows no scan {scan_id}, or this token may not see it: {error.message}", request=error.request
            ) from None
        if active is True:
            row = self._rows.get(scan_id, Row(scan_id))
            said = row.state if self._state_from_row(row) is ScanState.RUNNING else "active"
            return self._scan(row, ScanState.RUNNING, said)
        row = self._row_that_tells(scan_id, sources)
        state = self._state_from_row(row)
        if state is None and active is False:
            # "Which likely means it has completed", says the document. Likely is not enough.
            return self._scan(row, ScanState.STOPPED, row.state or "stopped")
        if state is None:
            self._warn_once(f"BigID says neither true nor false for the status of scan {scan_id}, so it is unknown.")
        return self._scan(row, state or ScanState.UNKNOWN, row.state)

    def _row_that_tells(self, scan_id: str, sources: Sequence[Callable[[str], Row | None]]) -> Row:
        """The first that has a word for its state; where none has, what is known of it."""
        known = Row(scan_id).over(self._rows.get(scan_id, Row(scan_id)))
        fault: DatascanError | None = None
        for ask in sources:
            try:
                row = ask(scan_id)
            except _NOT_TOLD:
                continue
            except (UnavailableError, InvalidResponseError) as error:
                fault = error
                continue
            if row and (row.state or not known.state):
                known = row.over(known)
            if self._state_from_row(known):
                self._rows[scan_id] = known
                return known
        if fault:
            raise fault  # who could not be heard may know
        return known

    def _record(self, scan_id: str) -> Row:
        return self.http.read("GET", ("scans", scan_id), lambda data: parse_record(data, scan_id))

    def _listed(self, scan_id: str) -> Row | None:
        """Among the scans that changed last, for it has just stopped or is long known by its record."""
        return next((row for row in self._page(_PAGE_SIZE, 0).rows if row.id == scan_id), None)

    def get_many(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """Many at once in the parent-scan list; those whose state it does not tell, one by one."""
        if len(scan_ids) == 1:
            return super().get_many(scan_ids)
        found: dict[str, Scan | DatascanError] = {}
        unseen = set(scan_ids)
        try:
            for number, page in enumerate(self._pages(_PAGE_SIZE), 1):
                for bad in page.without_id:  # it may be one of these, each of which is asked for alone then
                    self._warn_once(bad.sentence(self.title))
                for row in page.rows:
                    state = self._state_from_row(row) if row.id in unseen else None
                    if state:
                        found[row.id] = self._scan(row, state, row.state)
                    unseen.discard(row.id)
                if number >= len(unseen):
                    break  # another page would cost as much as a look at each that is left
        except _NOT_TOLD:
            pass
        except DatascanError as error:
            return {scan_id: found.get(scan_id, error) for scan_id in scan_ids}
        left = [scan_id for scan_id in scan_ids if scan_id not in found]
        if left:
            found.update(self.get_each(self._get_unlisted, left))
        return {scan_id: found[scan_id] for scan_id in scan_ids}

    def list_scans(self, query: Query) -> Iterator[Scan]:
        """GET /scans/parent-scans: what changed last comes first, so that limit 1 is the latest scan."""
        return self._find(query, None)

    def list_scans_of(self, target: Mapping[str, t.Any], query: Query) -> Iterator[Scan]:
        """The same for one scan profile, so that only its scans are asked for a state that the list does not tell."""
        return self._find(query, target)

    def _find(self, query: Query, target: Mapping[str, t.Any] | None) -> Iterator[Scan]:
        if query.owners:
            raise InvalidInputError("BigID does not tell whose a scan is: leave query.owners out.")
        rows = self._fitting(query, target)
        looks, count = _MOST_LOOKS, 0
        while batch := list(islice(rows, _BATCH if query.limit is None else min(_BATCH, query.limit - count))):
            silent = [row.id for row in batch if self._state_from_row(row) is None]
            answers = self.get_each(self._get_unlisted, silent[:looks]) if silent[:looks] else {}
            looks -= len(answers)
            if len(answers) < len(silent):
                self._warn_once(
                    f"BigID's list does not tell the states of its scans; after {_MOST_LOOKS} of them were asked for "
                    "one by one, the others count as unknown."
                )
            for row in batch:
                scan = answers.get(row.id) or self._scan(row, self._state_from_row(row) or ScanState.UNKNOWN, row.state)
                if isinstance(scan, NotFoundError):
                    continue  # deleted meanwhile
                if isinstance(scan, DatascanError):
                    raise scan
                if query.states is None or scan.state in query.states:
                    yield scan
                    count += 1

    def _fitting(self, query: Query, target: Mapping[str, t.Any] | None) -> Iterator[Row]:
        """The rows that fit all of a query but its states."""
        after, before = query.started_after, query.started_before
        takes_all = not (target or after or before or query.states is not None)
        size = min(_PAGE_SIZE, query.limit) if takes_all and query.limit else _PAGE_SIZE
        for page in self._pages(size):
            if after and page.rows and all(row.updated_at and row.updated_at < after for row in page.rows):
                return  # and so did all that follow: the list is in the order of updated_at
            for bad in page.without_id:
                self._check_nameless(bad, query, target)
            for row in page.rows:
                if (target is None or _matches(row.profile or row.name, target)) and row.starts_between(after, before):
                    yield row

    def _check_nameless(self, bad: InvalidRecord, query: Query, target: Mapping[str, t.Any] | None) -> None:
        """A scan without an id: nobody could look at it, and of the target that is to be scanned it may be a scan."""
        if target is None:
            raise bad.error(self.title)
        state = self.state_map.get((bad.text("state") or "").lower())
        may_run = query.states is None or (query.states & ACTIVE and (state is None or state in query.states))
        profile = bad.text("scanProfileName") or bad.text("scan_profile_name") or bad.text("name")
        words = bad.sentence(self.title)
        if may_run and (profile is None or _matches(profile, target)):
            raise InvalidResponseError(f"{words} It may be a scan of the same scan profile, so none is started.")
        self._warn_once(words)

    def _pages(self, size: int) -> Iterator[Page]:
        """Page by page, each scan once. `limit` and a total are documented; by `skip` BigID's other lists go on."""
        seen: set[str] = set()
        skip = lost = 0
        while True:
            page = self._page(size, skip)
            new = {row.id: row for row in page.rows if row.id not in seen}
            seen.update(new)
            lost += len(page.without_id)
            yield replace(page, rows=list(new.values()))
            if page.size < size and page.total in (None, len(seen) + lost):
                return  # a total that was passed is a lie, and must not hide a scan
            if new:
                skip += page.size
            elif page.size and size < _EVERYTHING:
                size, skip = _EVERYTHING, 0  # skip does not count here, so there is only one page
            else:
                return  # a total that lies, or a list that shrinks meanwhile

    def _page(self, size: int, skip: int) -> Page:
        # No `sort`: the order by updated_at is the documented default, and the form of another wish is not documented.
        params = [("limit", str(size)), *([("skip", str(skip))] if skip else [])]
        page = self.http.read("GET", ("scans", "parent-scans"), parse_page, params=params)
        self._rows.update((row.id, row) for row in page.rows)
        return page

    def validate_target(self, target: Mapping[str, t.Any]) -> None:
        """A scan profile has a name; whether there is one of that name only BigID knows."""
        for option in self.target_options:
            if not target[option].strip():
                raise InvalidInputError(f"bigid.{option} is empty.")

    def is_same_target(self, scan: Scan, target: Mapping[str, t.Any]) -> bool:
        """The scan profile, which a scan may have for its name."""
        return _matches(scan.source or scan.name, target)

    def predict(self, target: Mapping[str, t.Any]) -> Scan:
        """Nothing is known of it but its profile."""
        profile = target["scan_profile"].strip()
        return Scan(id=PREDICTED_ID, provider=self.name, state=ScanState.QUEUED, name=profile, source=profile)

    def start(self, target: Mapping[str, t.Any]) -> Scan:
        """POST /scans, as BigID's own code for pipelines does it; the answer holds the id and no more."""
        body = {
            "scanType": target["scan_type"],
            "scanProfileName": target["scan_profile"].strip(),
            "scanOrigin": target["scan_origin"],
        }
        scan_id = self.http.write("POST", ("scans",), parse_started, body=body)
        return self.predict(target).model_copy(update={"id": scan_id})

    def _state_from_row(self, row: Row) -> ScanState | None:
        """The state that a row's own word means; None without a word, or for one that nobody knows."""
        state = self.parse_state(row.state) if row.state else ScanState.UNKNOWN
        return None if state is ScanState.UNKNOWN else state

    def _scan(self, row: Row, state: ScanState, said: str | None) -> Scan:
        ended = row.finished_at or row.updated_at  # its last change is the nearest to its end that is documented
        return Scan(
            id=row.id,
            provider=self.name,
            name=row.name or row.profile,
            state=state,
            vendor_status=said,
            started_at=row.started_at,
            finished_at=ended if row.state == said else None,
            source=row.profile,
            error=row.error,
        )


def _matches(profile: str | None, target: Mapping[str, t.Any]) -> bool:
    """Whether a scan is of the profile that is to be scanned, whose name it may have."""
    return profile == str(target["scan_profile"]).strip()
