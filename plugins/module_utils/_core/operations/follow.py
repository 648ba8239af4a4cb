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
from ..models import Query, Scan, ScanList, ScanState
from ..options import check_seconds
from ..providers.capabilities import ListsScans, gap_sentence
from .context import OperationContext
from .follow_memory import FollowedScan, FollowMemory, ListProgress
from .polling import MIN_INTERVAL, LastPoll, WaitOptions, poll_interval
from .status import check_query, matching_scans

REPORT_FIRST = ("none", "active", "all")
_LONGEST_PAUSE = 10.0  # seconds until a new scan is noticed, or whether the vendor answers again
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


class Follower:
    """Follows scans. It neither sleeps nor delivers: the caller does."""

    def __init__(self, context: OperationContext, request: FollowRequest) -> None:
        """Raises InvalidInputError for what cannot be an id, UnsupportedError for what the vendor's list cannot do."""
        self._context = context
        self._request = request
        self._scan_ids = list(dict.fromkeys(context.check_id(scan_id, "scan_ids") for scan_id in request.scan_ids))
        if request.query is not None:
            check_query(context.require(ListsScans), request.query)
        self._memory = FollowMemory()
        self._warned_of_gap = False
        self._undelivered: dict[int, Change] = {}  # by identity
        self._after_delivery: ListProgress | None = None
        self._refusals = 0
        self._last_poll = LastPoll(context.clock, context.provider.seconds_waited)

    @property
    def is_over(self) -> bool:
        """Whether nothing can change any more."""
        return self._request.query is None and all(scan_id in self._memory.ended for scan_id in self._scan_ids)

    def poll(self) -> list[Change]:
        """What changed. This blocks while the vendor answers.

        An error of the vendor is a change, too. Raises it when the token was refused in several polls in a row. Raises
        InterruptedWaitError, and InvalidInputError or UnsupportedError for a query that the vendor cannot serve.
        """
        with self._last_poll.measured():
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
        else:
            self._memory.has_fault = change.kind is ChangeKind.ERROR
        self._undelivered.pop(id(change), None)
        self._settle()

    def pause(self) -> float:
        """Seconds until the next poll is due."""
        floor = self._context.provider.poll_interval_for(max(1, len(self._memory.followed)))
        options = WaitOptions(interval=self._request.interval)
        if options.interval is None:
            floor = max(floor, self._last_poll.shortest_pause(self._memory.has_fault))
            if self._memory.has_fault or not self._memory.followed:
                return max(floor, _LONGEST_PAUSE)
        youngest = max((one.since for one in self._memory.followed.values()), default=0.0)
        pause = poll_interval(self._context.clock.monotonic() - youngest, options, floor, self._context.clock)
        is_bounded = options.interval is None and self._request.query is not None
        return min(pause, max(floor, _LONGEST_PAUSE)) if is_bounded else pause

    def position(self) -> dict[str, t.Any]:
        """What was delivered, as JSON, for `resume` after a restart. It has no name and no address."""
        return self._memory.as_position(self._context.provider.name)

    def resume(self, position: t.Any) -> None:
        """Continue where an earlier follower was. Raises InvalidInputError for anything but its `position`."""
        now = self._context.clock.monotonic()
        self._memory = FollowMemory.from_position(position, self._context.provider.name, now)

    # Reading

    def _read(self) -> tuple[Mapping[str, Scan | DatascanError], ListProgress | None, DatascanError | None]:
        """The vendor's answers, what is known once they are delivered, and the first error that concerns no scan."""
        seen: dict[str, Scan | DatascanError] = {}
        progress, fault = None, None
        if self._request.query is None:
            unread = [scan_id for scan_id in self._scan_ids if scan_id not in self._memory.ended]
        else:
            listed, fault = self._list(self._request.query)
            seen.update((scan.id, scan) for scan in listed if self._is_wanted(scan, self._request.query))
            progress = None if fault else self._progress(listed, self._request.query)
            unread = [scan_id for scan_id in self._memory.followed if scan_id not in seen]
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
        oldest = max([start for start in (self._memory.lists_begin, query.started_after) if start], default=None)
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

    def _is_wanted(self, scan: Scan, query: Query) -> bool:
        """Whether a scan of the list is followed. One that has another owner is not, although the list has it."""
        if scan.owner and not query.has_owner(scan):
            return False
        return scan.id in self._memory.followed or query.could_match(scan)

    def _progress(self, listed: ScanList, query: Query) -> ListProgress:
        """How far a list brings a follower: nowhere beyond a scan that may still come to match the query."""
        starts = [scan.started_at for scan in listed if scan.started_at]
        if listed.gap:
            return ListProgress(self._memory.newest, None, max(starts, default=None))
        newest = max([*starts, *([self._memory.newest] if self._memory.newest else [])], default=None)
        awaited = [
            scan.started_at
            for scan in listed
            if scan.started_at and not scan.finished and not self._is_wanted(scan, query)
        ]
        return ListProgress(min([*awaited, newest]) if newest else None, frozenset(scan.id for scan in listed))

    # What the answers mean

    def _fault_changes(self, fault: DatascanError | None) -> Iterator[Change]:
        if fault is not None and not self._memory.has_fault:
            yield Change(ChangeKind.ERROR, error=fault)
        elif fault is None and self._memory.has_fault:
            yield Change(ChangeKind.RECOVERED)

    def _changes_of(self, scan_id: str, answer: Scan | DatascanError) -> Iterator[Change]:
        if scan_id in self._memory.ended:
            return
        before = self._memory.followed.get(scan_id)
        previous = before.state if before else None
        if isinstance(answer, DatascanError):
            if isinstance(answer, NotFoundError) and self._memory.counts_as_gone(scan_id):
                gone = Scan(id=scan_id, provider=self._context.provider.name, state=ScanState.UNKNOWN)
                yield Change(ChangeKind.VANISHED, (before and before.scan) or gone, previous, answer)
            return
        self._memory.misses.pop(scan_id, None)
        kind = _kind_of(answer, before)
        if kind is None:
            return
        if before is None and self._is_silent(answer):
            self._remember(kind, answer)
        else:
            yield Change(kind, answer, previous)

    def _is_silent(self, scan: Scan) -> bool:
        """Whether a scan is not reported because it was there before following began."""
        if self._request.query is None or not self._memory.is_first:
            return False
        if self._memory.present_until and not (scan.started_at and scan.started_at <= self._memory.present_until):
            return False
        wanted = self._request.report_first
        return wanted == "none" or (wanted == "active" and scan.finished)

    def _ends_all(self, changes: Sequence[Change]) -> bool:
        ends = {
            change.scan.id
            for change in changes
            if change.scan and change.kind in (ChangeKind.FINISHED, ChangeKind.VANISHED)
        }
        return all(scan_id in self._memory.ended or scan_id in ends for scan_id in self._scan_ids)

    def _remember(self, kind: ChangeKind, scan: Scan) -> None:
        if kind in (ChangeKind.FINISHED, ChangeKind.VANISHED):
            self._memory.end(scan.id)
        else:
            self._memory.keep(scan, self._context.clock.monotonic())

    def _settle(self) -> None:
        """Once all changes of a poll are delivered, the next one reads on from there."""
        if self._undelivered or self._after_delivery is None:
            return
        progress, self._after_delivery = self._after_delivery, None
        self._memory.advance(progress)


def _kind_of(scan: Scan, before: FollowedScan | None) -> ChangeKind | None:
    """What a scan's answer means; None where nothing changed."""
    if scan.finished:
        return ChangeKind.FINISHED
    if before is None:
        return ChangeKind.STARTED
    is_same = (before.state, before.vendor_status) == (scan.state, scan.vendor_status)
    return None if is_same else ChangeKind.CHANGED
