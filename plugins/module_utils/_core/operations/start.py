# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a data scan, or reuse a matching scan that runs or completed recently."""

from __future__ import annotations

import math
import typing as t
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ..errors import ConflictError, DatascanError, NotFoundError
from ..models import FINISHED, MAY_RUN, Query, Scan, ScanList, ScanState, is_in_future, start_time
from ..providers.capabilities import CountsIssues, ListsScans, StartsScans, require_whole
from .context import OperationContext
from .creation import Created, create_scan, elects
from .election import earliest_started, elect
from .polling import WaitOptions
from .results import ScanDiff, WaitStats, partial_result
from .wait import WaitResult, no_wait_stats, wait_until_completed

_NOT_STARTED = (
    "A scan of the same source and target may be running, so none is started: run the task again, or set if_active to "
    "start."
)
_MAX_SCAN_LENGTH = timedelta(days=7)  # fresh_for finds scans that took no longer than this


@dataclass(frozen=True)
class StartRequest:
    """The request of scan_start; `fresh_for` is seconds, and counts only for a scan that started after `newer_than`."""

    target: Mapping[str, t.Any]
    if_active: str = "reuse"  # or fail, start
    fresh_for: int | None = None
    previous_scan_id: str | None = None
    wait: WaitOptions | None = None
    newer_than: datetime | None = None
    count_issues: bool = False  # if the scan has completed when it is returned


@dataclass(frozen=True)
class StartResult:
    """The scan that was started, reused or predicted, and whether it was reused.

    `reused` is None where several scans appeared after a lost answer, so that `scan` may be another pipeline's.
    """

    changed: bool = False
    scan: Scan | None = None
    reused: bool | None = None
    waited: WaitStats | None = None
    diff: ScanDiff = field(default_factory=ScanDiff)


def start_scan(context: OperationContext, request: StartRequest) -> StartResult:
    """Start a scan, or return a matching one.

    Raises InvalidInputError or RejectedError for a target that the vendor does not accept, ConflictError for a scan
    that runs where if_active is fail, InvalidResponseError where a scan that runs may be missing from the list,
    UnknownOutcomeError where a scan may have been started; with `wait`, ScanNotCompletedError and WaitTimeoutError.
    The time limit of a wait holds for all that is done before.
    """
    provider = context.require(StartsScans)
    if request.count_issues:
        context.require(CountsIssues)
    provider.validate_target(request.target)
    with context.time_limit(request.wait):
        result = _start_or_reuse(context, request)
        if not request.count_issues or result.scan is None:
            return result
        from .issue_counts import count_issues

        counts = count_issues(context, [result.scan], result.waited)
        return counts.checked(replace(result, scan=counts.scans[0], waited=counts.waited))


def _start_or_reuse(context: OperationContext, request: StartRequest) -> StartResult:
    provider = context.require(StartsScans)
    candidate_list = _CandidateList(context, request)
    listed = candidate_list.read()
    previous = _get_previous(context, request)
    active = _find_active(context, request, [*listed, *previous])
    if active and elects(context, request.if_active) and not context.check_mode:
        election = elect(context, lambda: [*candidate_list.read(), *previous], [*listed, *previous])
        active, listed = election.winner, election.seen
    candidates = [*listed, *previous]
    # A scan that runs is reused even if the list is not complete; only a start needs to know that there is no other.
    reusable = active or (candidate_list.is_whole() and _find_fresh(context, request, candidates))
    if reusable:
        return _after_waiting(context, request, StartResult(scan=reusable, reused=True), candidates)
    if context.check_mode:
        predicted = provider.predict_scan(request.target)
        waited = no_wait_stats(context, request.wait)
        return StartResult(True, predicted, False, waited, ScanDiff(after=[predicted]))
    return _after_waiting(context, request, _start(context, request, candidates), candidates)


def _start(context: OperationContext, request: StartRequest, candidates: Sequence[Scan]) -> StartResult:
    """The result of a start, before any wait."""
    try:
        created = create_scan(context, request.target, request.if_active, {scan.id for scan in candidates})
    except DatascanError as error:
        known = error.result
        result = _result_of(known) if isinstance(known, Created) else StartResult(changed=error.may_have_changed)
        raise error.with_result(result) from None
    return _result_of(created)


def _result_of(created: Created) -> StartResult:
    ours = created.ours
    is_reused = (ours is None or ours.id != created.scan.id) if created.is_certain else None
    return StartResult(ours is not None, created.scan, is_reused, diff=ScanDiff(after=[ours] if ours else []))


def _after_waiting(
    context: OperationContext, request: StartRequest, result: StartResult, earlier: Sequence[Scan]
) -> StartResult:
    """The result after the wait, if `wait` is set. `earlier` are scans of the same source and target."""
    scan = result.scan
    if not request.wait or scan is None or scan.state is ScanState.COMPLETED or context.check_mode:
        return replace(result, waited=no_wait_stats(context, request.wait))
    try:
        scan, waited = wait_until_completed(context, scan, request.wait, earlier)
    except DatascanError as error:
        known = partial_result(error, WaitResult)
        scans = known.scans or [scan]
        raise error.with_result(replace(result, scan=scans[0], waited=known.waited)) from None
    return replace(result, scan=scan, waited=waited)


class _CandidateList:
    """The scans of the same source and target that run, or may be fresh enough, where the vendor lists scans."""

    def __init__(self, context: OperationContext, request: StartRequest) -> None:
        self._context = context
        self._request = request
        self._lists: list[ScanList] = []  # as last read

    def read(self) -> list[Scan]:
        """Read the list."""
        try:
            self._lists = list(self._read())
        except DatascanError as error:
            raise error.with_result(StartResult()) from None
        return [scan for listed in self._lists for scan in listed]

    def _read(self) -> Iterator[ScanList]:
        provider, request = self._context.provider, self._request
        if not isinstance(provider, ListsScans):
            return
        yield provider.list_scans_of(request.target, Query(states=MAY_RUN))
        if request.fresh_for:
            since = provider.server_now() - timedelta(seconds=request.fresh_for) - _MAX_SCAN_LENGTH
            yield provider.list_scans_of(request.target, Query(states=FINISHED, started_after=since))

    def is_whole(self) -> bool:
        """Whether no scan can be missing. Otherwise raises InvalidResponseError, unless if_active is start."""
        for listed in self._lists:
            if listed.gap and self._request.if_active == "start":
                return False
            require_whole(self._context.provider, listed, _NOT_STARTED)
        return True


def _get_previous(context: OperationContext, request: StartRequest) -> list[Scan]:
    """The scan that the user names, unless it is known to be of another source or target."""
    provider, scan_id = context.require(StartsScans), request.previous_scan_id
    if not scan_id:
        return []
    try:
        scan = provider.get(context.check_id(scan_id, "previous_scan_id"))
    except NotFoundError:
        context.warn(f"previous_scan_id {scan_id} is ignored: {provider.title} does not have this scan any more.")
        return []
    if scan.source and not provider.is_same_target(scan, request.target):
        context.warn(f"previous_scan_id {scan_id} is ignored: it is a scan of {scan.source} to {scan.target}.")
        return []
    return [scan]


def _find_active(context: OperationContext, request: StartRequest, candidates: Sequence[Scan]) -> Scan | None:
    """The scan that runs, or may run, and is reused. Raises ConflictError where if_active is fail."""
    active = [scan for scan in candidates if scan.state in MAY_RUN]
    if not active or request.if_active == "start":
        return None
    scan = earliest_started(active) if elects(context, request.if_active) else max(active, key=start_time)
    if request.if_active == "fail":
        message = f"A scan of the same source and target is already running: {scan}."
        raise ConflictError(message, result=StartResult(scan=scan))
    return scan


def _find_fresh(context: OperationContext, request: StartRequest, candidates: Sequence[Scan]) -> Scan | None:
    """The scan that ended last, if it completed recently enough. An older success is stale once a newer scan failed."""
    if not request.fresh_for:
        return None
    now = context.provider.server_now()
    newest = max((scan for scan in candidates if scan.state in FINISHED), key=_end_order, default=None)
    since = now - timedelta(seconds=request.fresh_for)
    is_fresh = newest and _completed_since(newest, since, now) and _started_after(newest, request.newer_than)
    return newest if is_fresh else None


def _end_order(scan: Scan) -> tuple[float, bool]:
    """Later ends are larger. A scan without any time may be the newest; of two at one time the failed one counts."""
    ended = scan.finished_at or scan.started_at
    return ended.timestamp() if ended else math.inf, scan.state is not ScanState.COMPLETED


def _started_after(scan: Scan, time: datetime | None) -> bool:
    return time is None or (scan.started_at is not None and scan.started_at > time)


def _completed_since(scan: Scan, oldest: datetime, now: datetime) -> bool:
    ended = scan.finished_at or scan.started_at  # without a known end, the start is the earliest possible end
    return scan.state is ScanState.COMPLETED and ended is not None and ended >= oldest and not is_in_future(ended, now)
