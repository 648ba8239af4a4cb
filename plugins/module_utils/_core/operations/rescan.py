# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scan again what has been scanned, unless a rescan already runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..errors import ConflictError, DatascanError, TooEarlyError, UnknownOutcomeError, WaitTimeoutError
from ..models import PREDICTED_ID, Scan, ScanState, other_place, predicted_scan
from ..providers.capabilities import CountsIssues, RescansScans
from .at_most_once import check_ended_later, create_at_most_once, unknown_scan
from .context import OperationContext
from .polling import LastPoll, WaitOptions, failure_of_poll, poll_interval
from .results import ScanDiff, WaitStats, partial_result
from .wait import WaitResult, no_wait_stats, wait_until_completed, with_last_error


@dataclass(frozen=True)
class RescanRequest:
    """The request of scan_rescan. `subject` is a scan's id, or what the provider's rescan option names."""

    subject: str
    if_active: str = "reuse"  # or fail, start
    wait: WaitOptions | None = None
    count_issues: bool = False  # if the rescan has completed when it is returned


@dataclass(frozen=True)
class RescanResult:
    """The rescan that runs now, the scan before it (None: there was none), and whether the rescan was there before."""

    changed: bool = False
    scan: Scan | None = None
    parent: Scan | None = None
    reused: bool | None = None
    waited: WaitStats | None = None
    diff: ScanDiff = field(default_factory=ScanDiff)


def rescan(context: OperationContext, request: RescanRequest) -> RescanResult:
    """Start a rescan, or return the one that runs.

    Raises NotFoundError, ConflictError where a rescan runs and if_active is fail, TooEarlyError while the parent is not
    ready (with `wait` the parent is waited for), UnknownOutcomeError where a rescan may have been started; with `wait`,
    ScanNotCompletedError and WaitTimeoutError.
    """
    provider = context.require(RescansScans)
    if request.count_issues:
        context.require(CountsIssues)
    if context.check_mode and request.subject == PREDICTED_ID:
        return _predict(context, request, predicted_scan(provider.name), None)
    with context.time_limit(request.wait):
        parent = provider.get_rescan_parent(request.subject)
        try:
            result = _rescan(context, request, parent)
            return _with_issues(context, result) if request.count_issues else result
        except DatascanError as error:
            raise error.with_result(replace(_known_result(error), parent=parent)) from None


def _with_issues(context: OperationContext, result: RescanResult) -> RescanResult:
    if result.scan is None:
        return result
    from .issue_counts import count_issues

    counts = count_issues(context, [result.scan], result.waited)
    return counts.checked(replace(result, scan=counts.scans[0], waited=counts.waited))


def _known_result(error: DatascanError) -> RescanResult:
    known = partial_result(error, RescanResult)
    return replace(known, changed=known.changed or error.may_have_changed)


def _rescan(context: OperationContext, request: RescanRequest, parent: Scan | None) -> RescanResult:
    """The rescan of what a scan has scanned, or of what has not been scanned yet."""
    asks = parent is not None and request.if_active != "start"
    running = context.require(RescansScans).find_running_rescan(parent) if parent and asks else None
    if running and request.if_active == "fail":
        raise _conflict(context, request, running)
    if context.check_mode:
        return _predict(context, request, parent, running)
    if running and request.if_active == "reuse":
        scan, is_reused = running, True
    else:
        scan, is_reused = _Start(context, request, parent).start()
    diff = ScanDiff(after=[] if is_reused else [scan])
    result = RescanResult(not is_reused, scan, parent, is_reused, no_wait_stats(context, request.wait), diff)
    if request.wait is None or scan.state is ScanState.COMPLETED:
        return result
    try:
        scan, waited = wait_until_completed(context, scan, request.wait)
    except DatascanError as error:
        known = partial_result(error, WaitResult)
        scans = known.scans or [scan]
        raise error.with_result(replace(result, scan=scans[0], waited=known.waited)) from None
    return replace(result, scan=scan, waited=waited)


def _conflict(context: OperationContext, request: RescanRequest, running: Scan) -> ConflictError:
    kind = context.require(RescansScans).rescan_option.removesuffix("_id").capitalize()
    message = f"{kind} {request.subject} is already being rescanned: {running}."
    return ConflictError(message, result=RescanResult(scan=running))


def _too_early(why: str) -> TooEarlyError:
    return TooEarlyError(f"{why}. Set wait: true to wait until it can be rescanned.")


def _predict(
    context: OperationContext, request: RescanRequest, parent: Scan | None, running: Scan | None
) -> RescanResult:
    waited = no_wait_stats(context, request.wait)
    if running and request.if_active == "reuse":
        return RescanResult(False, running, parent, True, waited)
    if request.wait is None and parent and (why := context.require(RescansScans).rescan_blocker(parent)):
        raise _too_early(why)
    like = {"name": parent.name, "source": parent.source, "target": parent.target} if parent else {}
    scan = predicted_scan(context.provider.name, parent_id=parent.id if parent else None, **like)
    return RescanResult(True, scan, parent, False, waited, ScanDiff(after=[scan]))


class _Start:
    """Sending a rescan: when the parent is ready, once, and with a search after a lost answer."""

    def __init__(self, context: OperationContext, request: RescanRequest, parent: Scan | None) -> None:
        self._context = context
        self._provider = context.require(RescansScans)
        self._request = request
        self._parent = parent
        self._readiness = _Readiness(context, request, parent)
        self._is_lost = False  # whether an answer was lost

    def start(self) -> tuple[Scan, bool]:
        """The rescan, and whether it was there before."""
        provider = self._provider
        if self._parent and provider.rescan_blocker(self._parent):
            self._readiness.wait()
        while True:
            # Without microseconds, since a vendor's times may be whole seconds.
            sent_at = provider.server_now().replace(microsecond=0)
            try:
                scan = create_at_most_once(self._context, self._send, self._find_created)
                check_ended_later(self._context, scan, sent_at)
                if self._parent and (why := other_place(scan, self._parent)):
                    raise unknown_scan(self._context, scan, f"which is not a rescan of {self._parent.id} ({why})")
                return scan, False
            except TooEarlyError:
                self._readiness.wait()
            except ConflictError as conflict:
                running = provider.find_running_rescan(self._parent, everyone=True) if self._parent else None
                if running is None:
                    raise conflict.with_result(RescanResult(changed=self._is_lost)) from None
                if self._is_lost and running.started_at and running.started_at >= sent_at:
                    return running, False  # the request with the lost answer created it, and it shows only now
                if self._request.if_active != "reuse":
                    error = _conflict(self._context, self._request, running)
                    raise ConflictError(error.message, request=conflict.request, result=error.result) from None
                return running, True

    def _send(self) -> Scan:
        """Send the rescan. An answer about a scan that was there before does not identify the new one."""
        scan = self._provider.rescan(self._request.subject)
        if self._parent and scan.id in (self._parent.id, *self._parent.child_ids):
            raise UnknownOutcomeError(
                f"{self._provider.title} answered the rescan with scan {scan.id}, which was there before, so the new "
                "scan is not known."
            )
        return scan

    def _find_created(self) -> Scan | None:
        """The rescan that a lost request created; where nothing had been scanned before, any scan that is there now."""
        self._is_lost = True
        if self._parent is None:
            return self._provider.get_rescan_parent(self._request.subject)
        return self._provider.find_created_rescan(self._request.subject, self._parent)


class _Readiness:
    """Waiting until the vendor accepts a rescan of the parent: once or more, within the task's time limit."""

    def __init__(self, context: OperationContext, request: RescanRequest, parent: Scan | None) -> None:
        self._context = context
        self._provider = context.require(RescansScans)
        self._request = request
        self._parent = parent
        self._began = context.clock.monotonic()
        self._polls = 0
        self._last_poll = LastPoll(context.clock, self._provider.seconds_waited)
        self._last_error: DatascanError | None = None  # of the last poll

    def wait(self) -> None:
        """Return once the parent's state allows a rescan. Without `wait`, raise TooEarlyError."""
        provider, options = self._provider, self._request.wait
        why = self._blocker() or f"{provider.title} does not accept a rescan of {self._request.subject} yet"
        if options is None:
            raise _too_early(why)
        self._context.report_progress(f"{why}; waiting until it can be rescanned")
        while True:
            elapsed = self._context.clock.monotonic() - self._began
            left = min(provider.time_left() or 0.0, options.timeout - elapsed)
            if left <= 0:
                raise self._timeout_error(why, options.timeout)
            interval = poll_interval(elapsed, options, provider.min_poll_interval, self._context.clock)
            has_failed = self._last_error is not None
            if options.interval is None:
                interval = max(interval, self._last_poll.shortest_pause(has_failed))
            # The last poll begins early enough to end in time.
            left -= self._last_poll.expected_seconds(has_failed)
            self._context.clock.sleep(max(0.0, min(left, interval)))
            with self._last_poll.measured():
                is_ready = self._is_ready()
            if is_ready:
                return

    def _is_ready(self) -> bool:
        self._polls += 1
        try:
            self._parent = self._provider.get_rescan_parent(self._request.subject)
        except DatascanError as error:
            if not error.is_transient:
                raise
            self._last_error = failure_of_poll([error], self._last_error)
            return False
        self._last_error = None
        return self._blocker() is None

    def _blocker(self) -> str | None:
        return self._provider.rescan_blocker(self._parent) if self._parent else None

    def _timeout_error(self, why: str, elapsed: float) -> WaitTimeoutError:
        error = with_last_error(
            WaitTimeoutError(
                f"wait_timeout reached after {elapsed:.0f} s: {why}. No rescan was started: run the task again."
            ),
            self._last_error,
        )
        requests = self._provider.requests_sent
        waited = WaitStats(round(elapsed, 1), self._polls, requests, timed_out=True)
        return error.with_result(RescanResult(waited=waited))
