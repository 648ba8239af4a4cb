# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow scans without an end: each poll returns what changed since the last one.

The caller polls, delivers the changes, and sleeps. A change is known once it was delivered: a caller that is killed
before that, and resumes at the position that it saved last, gets the change again.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from ..errors import (
    DatascanError,
    ForbiddenError,
    InterruptedWaitError,
    InvalidInputError,
    NotFoundError,
    UnauthorizedError,
    UnsupportedError,
)
from ..models import Query, Scan, ScanList, ScanState, iso, parse_timestamp
from ..options import check_seconds
from ..providers.capabilities import ListsScans, gap_sentence
from .context import OperationContext
from .polling import MIN_INTERVAL, WaitOptions, poll_interval
from .status import check_query, matching_scans

REPORT_FIRST = ("none", "active", "all")
_VERSION = 1  # of a position
_MARGIN = timedelta(minutes=2)  # a list may show a scan late, and times may be whole seconds
_LONGEST_PAUSE = 10.0  # seconds until a new scan is noticed, or whether the vendor answers again
_MISSES = 3  # polls in a row that do not find a scan before it counts as gone
_REFUSALS = 3  # polls in a row that are refused before following ends


class ChangeKind(str, Enum):
    """What happened. Every end of a scan is `finished`: how it ended is in the scan."""

    STARTED = "started"
    CHANGED = "changed"  # of state, or of the vendor's own status
    FINISHED = "finished"
    VANISHED = "vanished"  # the vendor does not know the scan any more
    ERROR = "error"  # the vendor cannot be read; once, when that begins
    RECOVERED = "recovered"  # once, when that is over


@dataclass(frozen=True)
class Change:
    """One thing that happened. Only `error` and `recovered` concern no scan."""

    kind: ChangeKind
    scan: Scan | None = None
    previous_state: ScanState | None = None  # None for a scan that was not known before
    error: DatascanError | None = None
    is_last: bool = False  # no scan is left to follow


@dataclass(frozen=True)
class FollowRequest:
    """The scans to follow: these ids, or those that a query finds, now and later.

    `interval` is seconds between polls; None follows the scans' own length. `report_first` is which scans of a query's
    first poll are reported: none, those that are active, or all. Later changes of the others are reported as well.
    """

    scan_ids: Sequence[str] = ()
    query: Query | None = None
    interval: float | None = None
    report_first: str = "active"

    def __post_init__(self) -> None:
        """Raise InvalidInputError for a request that cannot be followed."""
        if bool(self.scan_ids) == (self.query is not None):
            raise InvalidInputError("Set either scan_ids or query: they name the scans to follow.")
        if self.report_first not in REPORT_FIRST:
            raise InvalidInputError(f"report_first must be one of {', '.join(REPORT_FIRST)}.")
        if self.query is not None and self.query.limit is not None:
            raise InvalidInputError("query.limit cannot be used here: all scans that match the query are followed.")
        if self.interval is not None:
            check_seconds("interval", self.interval, least=MIN_INTERVAL)


@dataclass(frozen=True)
class _Followed:
    """A scan that has not finished, as the last delivered change left it."""

    state: ScanState
    vendor_status: str | None
    since: float  # on the monotonic clock, when it was first seen
    scan: Scan | None = None  # None after a restart, until the next poll


class Follower:
    """Follows scans. It neither sleeps nor delivers: the caller does."""

    def __init__(self, context: OperationContext, request: FollowRequest) -> None:
        """Raises InvalidInputError for what cannot be an id, UnsupportedError for what the vendor's list cannot do."""
        self._context = context
        self._request = request
        self._scan_ids = list(dict.fromkeys(context.check_id(scan_id, "scan_ids") for scan_id in request.scan_ids))
        if request.query is not None:
            check_query(context.require(ListsScans), request.query)
        self._followed: dict[str, _Followed] = {}
        self._ended: dict[str, int] = {}  # by id, the polls in a row whose list did not have the scan any more
        self._misses: dict[str, int] = {}  # by id, the polls in a row that did not find it
        self._newest: datetime | None = None  # the latest start of a scan: later lists begin a little before it
        self._is_first = True  # no whole list was read yet
        self._present_until: datetime | None = None  # the latest start in the first list, where that was not whole
        self._warned_of_gap = False
        self._undelivered: dict[int, Change] = {}  # by identity
        self._after_delivery: _Progress | None = None
        self._has_fault = False
        self._refusals = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing can change any more."""
        return self._request.query is None and all(scan_id in self._ended for scan_id in self._scan_ids)

    def poll(self) -> list[Change]:
        """What changed. This blocks while the vendor answers.

        An error of the vendor is a change, too. Raises it when the token was refused in several polls in a row. Raises
        InterruptedWaitError, and InvalidInputError or UnsupportedError for a query that the vendor cannot serve.
        """
        seen, progress, fault = self._read()
        self._refusals = self._refusals + 1 if isinstance(fault, (UnauthorizedError, ForbiddenError)) else 0
        if fault and self._refusals >= _REFUSALS:
            raise fault
        changes = [*self._fault_changes(fault)]
        for scan_id, answer in seen.items():
            changes += self._changes_of(scan_id, answer)
        if changes and self._request.query is None and self._ends_all(changes):
            changes[-1] = replace(changes[-1], is_last=True)
        self._undelivered, self._after_delivery = {id(change): change for change in changes}, progress
        self._settle()
        return changes

    def delivered(self, change: Change) -> None:
        """Remember that a change was handed over."""
        if change.scan is not None:
            self._remember(change.kind, change.scan)
        elif change.kind in (ChangeKind.ERROR, ChangeKind.RECOVERED):
            self._has_fault = change.kind is ChangeKind.ERROR
        self._undelivered.pop(id(change), None)
        self._settle()

    def pause(self) -> float:
        """Seconds until the next poll is due."""
        floor = self._context.provider.poll_interval_for(max(1, len(self._followed)))
        options = WaitOptions(interval=self._request.interval)
        if options.interval is None and (self._has_fault or not self._followed):
            return max(floor, _LONGEST_PAUSE)
        youngest = max((one.since for one in self._followed.values()), default=0.0)
        pause = poll_interval(self._context.clock.monotonic() - youngest, options, floor, self._context.clock)
        is_bounded = options.interval is None and self._request.query is not None
        return min(pause, max(floor, _LONGEST_PAUSE)) if is_bounded else pause

    def position(self) -> dict[str, t.Any]:
        """What was delivered, as JSON, for `resume` after a restart. It has no name and no address."""
        return {
            "version": _VERSION,
            "provider": self._context.provider.name,
            "has_fault": self._has_fault,
            "is_first": self._is_first,
            "present_until": iso(self._present_until) if self._present_until else None,
            "newest": iso(self._newest) if self._newest else None,
            "followed": {scan_id: [one.state.value, one.vendor_status] for scan_id, one in self._followed.items()},
            "ended": list(self._ended),
        }

    def resume(self, position: t.Any) -> None:
        """Continue where an earlier follower was. Raises InvalidInputError for anything but its `position`."""
        now = self._context.clock.monotonic()
        try:
            if position["version"] != _VERSION:
                raise ValueError
            provider, newest = position["provider"], parse_timestamp(position["newest"])
            followed = {
                str(scan_id): _Followed(ScanState(state), vendor_status, now)
                for scan_id, (state, vendor_status) in position["followed"].items()
            }
            ended = {str(scan_id): 0 for scan_id in position["ended"]}
            is_first, has_fault = position["is_first"] is not False, position["has_fault"] is True
            present_until = parse_timestamp(position["present_until"])
        except (TypeError, ValueError, KeyError, AttributeError):
            raise InvalidInputError("This is not a saved position of followed scans.") from None
        if provider != self._context.provider.name:
            raise InvalidInputError(f"The saved position is of {provider}, not of {self._context.provider.name}.")
        self._followed, self._ended, self._newest, self._is_first = followed, ended, newest, is_first
        self._present_until, self._has_fault = present_until, has_fault

    # Reading

    def _read(self) -> tuple[Mapping[str, Scan | DatascanError], _Progress | None, DatascanError | None]:
        """The vendor's answers, what is known once they are delivered, and the first error that concerns no scan."""
        seen: dict[str, Scan | DatascanError] = {}
        progress, fault = None, None
        if self._request.query is None:
            unread = [scan_id for scan_id in self._scan_ids if scan_id not in self._ended]
        else:
            listed, fault = self._list(self._request.query)
            seen.update((scan.id, scan) for scan in listed if self._is_wanted(scan, self._request.query))
            progress = None if fault else self._progress(listed, self._request.query)
            unread = [scan_id for scan_id in self._followed if scan_id not in seen]
        try:
            answers = self._context.get_many(unread) if unread else {}
        except InterruptedWaitError:
            raise
        except DatascanError as error:
            return seen, progress, fault or error
        errors = [answer for answer in answers.values() if isinstance(answer, DatascanError)]
        fault = fault or next((error for error in errors if not isinstance(error, NotFoundError)), None)
        return {**seen, **answers}, progress, fault

    def _list(self, query: Query) -> tuple[ScanList, DatascanError | None]:
        """The scans that a query finds, in any state. An error comes with those that were read before it."""
        oldest = max([start for start in (self._begin(), query.started_after) if start], default=None)
        query = query.model_copy(update={"started_after": oldest, "states": None})
        try:
            listed = matching_scans(self._context.require(ListsScans).list_scans(query), query)
        except (InterruptedWaitError, InvalidInputError, UnsupportedError):
            raise
        except DatascanError as error:
            listed = error.result if isinstance(error.result, ScanList) else ScanList(())
            return matching_scans(listed, query), error
        if listed.gap and not self._warned_of_gap:
            self._warned_of_gap = True
            reason = gap_sentence(self._context.provider, listed.gap)
            self._context.warn(f"{reason} A scan that it lacks is reported once it is listed.")
        return listed, None

    def _begin(self) -> datetime | None:
        return self._newest and self._newest - _MARGIN

    def _is_wanted(self, scan: Scan, query: Query) -> bool:
        """Whether a scan of the list is followed. One that has another owner is not, although the list has it."""
        if scan.owner and not query.has_owner(scan):
            return False
        return scan.id in self._followed or query.could_match(scan)

    def _progress(self, listed: ScanList, query: Query) -> _Progress:
        """How far a list brings a follower: nowhere beyond a scan that may still come to match the query."""
        starts = [scan.started_at for scan in listed if scan.started_at]
        if listed.gap:
            return _Progress(self._newest, None, max(starts, default=None))
        newest = max([*starts, *([self._newest] if self._newest else [])], default=None)
        awaited = [
            scan.started_at
            for scan in listed
            if scan.started_at and not scan.finished and not self._is_wanted(scan, query)
        ]
        return _Progress(min([*awaited, newest]) if newest else None, frozenset(scan.id for scan in listed))

    # What the answers mean

    def _fault_changes(self, fault: DatascanError | None) -> Iterator[Change]:
        if fault is not None and not self._has_fault:
            yield Change(ChangeKind.ERROR, error=fault)
        elif fault is None and self._has_fault:
            yield Change(ChangeKind.RECOVERED)

    def _changes_of(self, scan_id: str, answer: Scan | DatascanError) -> Iterator[Change]:
        if scan_id in self._ended:
            return
        before = self._followed.get(scan_id)
        previous = before.state if before else None
        if isinstance(answer, DatascanError):
            if isinstance(answer, NotFoundError) and self._is_gone(scan_id):
                gone = Scan(id=scan_id, provider=self._context.provider.name, state=ScanState.UNKNOWN)
                yield Change(ChangeKind.VANISHED, (before and before.scan) or gone, previous, answer)
            return
        self._misses.pop(scan_id, None)
        kind = _kind_of(answer, before)
        if kind is None:
            return
        if before is None and self._is_silent(answer):
            self._remember(kind, answer)
        else:
            yield Change(kind, answer, previous)

    def _is_gone(self, scan_id: str) -> bool:
        self._misses[scan_id] = self._misses.get(scan_id, 0) + 1
        return self._misses[scan_id] >= _MISSES

    def _is_silent(self, scan: Scan) -> bool:
        """Whether a scan is not reported because it was there before following began."""
        if self._request.query is None or not self._is_first:
            return False
        if self._present_until and not (scan.started_at and scan.started_at <= self._present_until):
            return False
        wanted = self._request.report_first
        return wanted == "none" or (wanted == "active" and scan.finished)

    def _ends_all(self, changes: Sequence[Change]) -> bool:
        ends = {
            change.scan.id
            for change in changes
            if change.scan and change.kind in (ChangeKind.FINISHED, ChangeKind.VANISHED)
        }
        return all(scan_id in self._ended or scan_id in ends for scan_id in self._scan_ids)

    # What is remembered

    def _remember(self, kind: ChangeKind, scan: Scan) -> None:
        self._misses.pop(scan.id, None)
        before = self._followed.pop(scan.id, None)
        if kind in (ChangeKind.FINISHED, ChangeKind.VANISHED):
            self._ended[scan.id] = 0
            return
        since = before.since if before else self._context.clock.monotonic()
        self._followed[scan.id] = _Followed(scan.state, scan.vendor_status, since, scan)

    def _settle(self) -> None:
        """Once all changes of a poll are delivered, later lists need not show what this one did."""
        if self._undelivered or self._after_delivery is None:
            return
        progress, self._after_delivery = self._after_delivery, None
        if progress.listed is None:
            if self._is_first:
                self._present_until = self._present_until or progress.present_until
            return
        self._newest, listed = progress.newest, progress.listed
        self._is_first = False
        missed = {scan_id: 0 if scan_id in listed else count + 1 for scan_id, count in self._ended.items()}
        self._ended = {scan_id: count for scan_id, count in missed.items() if count < _MISSES}


@dataclass(frozen=True)
class _Progress:
    """How far a list brings a follower."""

    newest: datetime | None  # where later lists begin, but for a margin
    listed: frozenset[str] | None  # the ids in a whole list; None for one that may lack scans
    present_until: datetime | None = None  # the latest start in a list that may lack scans


def _kind_of(scan: Scan, before: _Followed | None) -> ChangeKind | None:
    """What a scan's answer means; None where nothing changed."""
    if scan.finished:
        return ChangeKind.FINISHED
    if before is None:
        return ChangeKind.STARTED
    is_same = (before.state, before.vendor_status) == (scan.state, scan.vendor_status)
    return None if is_same else ChangeKind.CHANGED
