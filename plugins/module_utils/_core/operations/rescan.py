# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scan again what has been scanned, unless that already happens."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..errors import ConflictError, DatascanError, TooEarlyError, UnknownOutcomeError, WaitTimeoutError
from ..models import PREDICTED_ID, Scan, ScanState, predicted_scan
from .at_most_once import create_at_most_once
from .context import Diff, OperationContext, WaitStats
from .polling import WaitOptions, pause
from .wait import no_wait, wait_until_completed


@dataclass(frozen=True)
class RescanRequest:
    """What scan_rescan is asked for; `subject` is a scan's id, or with Advalidation a creative's."""

    subject: str
    if_active: str = "reuse"  # or fail, start
    wait: WaitOptions | None = None


@dataclass(frozen=True)
class RescanResult:
    """The rescan that runs now, the scan before it (if there was one), and whether the rescan was there already."""

    changed: bool
    scan: Scan
    parent: Scan | None
    reused: bool
    waited: WaitStats | None = None
    diff: Diff = field(default_factory=Diff)


def rescan_scan(context: OperationContext, request: RescanRequest) -> RescanResult:
    """Start a rescan, or hand back the one that runs.

    Raises NotFoundError, ConflictError where one runs and may not be reused, TooEarlyError while the parent is listing (with `wait`
    it is waited for), UnknownOutcomeError where nobody knows whether one was started; with `wait`, ScanNotCompletedError and
    WaitTimeoutError.
    """
    provider = context.provider
    provider.require("rescan")
    if context.check_mode and request.subject == PREDICTED_ID:
        return _predicted(context, request, predicted_scan(provider.name), None)
    parent = provider.get_rescan_parent(request.subject)
    try:
        return _of(context, request, parent)
    except DatascanError as error:
        raise error.knowing(parent=parent, changed=False) from None


def _of(context: OperationContext, request: RescanRequest, parent: Scan | None) -> RescanResult:
    """The rescan of what a scan has scanned, or of what nothing has scanned yet."""
    running = context.provider.find_running_rescan(parent) if parent else None
    if running and request.if_active == "fail":
        raise _conflict(context, request, running)
    if context.check_mode:
        return _predicted(context, request, parent, running)
    began = context.clock.monotonic()
    if running and request.if_active == "reuse":
        scan, reused = running, True
    else:
        scan, reused = _start(context, request, parent)
    waited = no_wait(context, request.wait)
    diff = Diff(after=[] if reused else [scan])
    if request.wait and scan.state is not ScanState.COMPLETED:
        before = context.clock.monotonic() - began
        left = replace(request.wait, timeout=max(0.0, request.wait.timeout - before))
        scan, waited = wait_until_completed(context, scan, left, before, changed=not reused, reused=reused)
    return RescanResult(not reused, scan, parent, reused, waited, diff)


def _conflict(context: OperationContext, request: RescanRequest, running: Scan) -> ConflictError:
    kind = context.provider.rescan_option.removesuffix("_id").capitalize()
    return ConflictError(f"{kind} {request.subject} is being scanned again already: {running}.").knowing(scan=running)


def _too_early(why: str) -> TooEarlyError:
    return TooEarlyError(f"{why}; set wait: true to wait for that.")


def _predicted(
    context: OperationContext, request: RescanRequest, parent: Scan | None, running: Scan | None
) -> RescanResult:
    waited = no_wait(context, request.wait)
    if running and request.if_active == "reuse":
        return RescanResult(False, running, parent, True, waited)
    if request.wait is None and parent and (why := context.provider.rescan_blocker(parent)):
        raise _too_early(why)
    like = {"name": parent.name, "source": parent.source, "target": parent.target} if parent else {}
    scan = predicted_scan(context.provider.name, parent_id=parent.id if parent else None, **like)
    return RescanResult(True, scan, parent, False, waited, diff=Diff(after=[scan]))


def _start(context: OperationContext, request: RescanRequest, parent: Scan | None) -> tuple[Scan, bool]:
    """The rescan, and whether it was somebody else's."""
    provider = context.provider
    turn = _Turn(context, request, parent)
    if parent and provider.rescan_blocker(parent):
        turn.wait()

    lost = False

    def made() -> Scan | None:
        """What a lost request has made; where nothing had been scanned before, whatever is there now."""
        nonlocal lost
        lost = True
        if parent is None:
            return provider.get_rescan_parent(request.subject)
        return provider.find_created_rescan(request.subject, parent)

    while True:
        sent_at = provider.server_now().replace(microsecond=0)  # as coarse as the vendor's times may be
        try:
            return create_at_most_once(context, lambda: provider.rescan(request.subject), made), False
        except TooEarlyError:
            turn.wait()
        except ConflictError as conflict:
            running = provider.find_running_rescan(parent, everyone=True) if parent else None
            if running is None:
                raise conflict.knowing(changed=lost) from None
            if lost and running.started_at and running.started_at >= sent_at:
                return running, False  # the request whose answer was lost has made it, and it did not show until now
            if request.if_active != "reuse":
                raise _conflict(context, request, running).because(conflict) from None
            return running, True
        except UnknownOutcomeError as lost:
            raise lost.knowing(scan=None, changed=True) from None


class _Turn:
    """Waiting until the parent is far enough: once or more, for the vendor may change its mind, in one time-out."""

    def __init__(self, context: OperationContext, request: RescanRequest, parent: Scan | None) -> None:
        self._job = context
        self._settings = request
        self._parent = parent
        self._began = context.clock.monotonic()
        self._polls = 0
        self._fault: DatascanError | None = None  # of the last look, where it did not go well

    def wait(self) -> None:
        """Until the parent's state says that it is far enough; without `wait` that is the user's to do."""
        provider, wait_options = self._job.provider, self._settings.wait
        why = self._not_yet() or f"{provider.title} does not scan {self._settings.subject} again yet"
        if wait_options is None:
            raise _too_early(why)
        self._job.report_progress(f"{why}; waiting for that.")
        with provider.deadline(self._began + wait_options.timeout - self._job.clock.monotonic()):
            while True:
                elapsed = self._job.clock.monotonic() - self._began
                left = wait_options.timeout - elapsed
                if left <= 0:
                    raise self._timeout(why, elapsed)
                self._job.clock.sleep(
                    min(left, pause(elapsed, wait_options, provider.min_poll_interval, self._job.clock))
                )
                if self._is_over():
                    return

    def _is_over(self) -> bool:
        self._polls += 1
        self._fault = None
        try:
            self._parent = self._job.provider.get_rescan_parent(self._settings.subject)
        except DatascanError as error:
            if not error.transient:
                raise
            self._fault = error
            return False
        return self._not_yet() is None

    def _not_yet(self) -> str | None:
        return self._job.provider.rescan_blocker(self._parent) if self._parent else None

    def _timeout(self, why: str, elapsed: float) -> WaitTimeoutError:
        error = WaitTimeoutError(f"After {elapsed:.0f} s: {why}.")
        if self._fault:
            error = WaitTimeoutError(f"{error.message} The last look failed: {self._fault.message}").because(
                self._fault
            )
        waited = WaitStats(round(elapsed, 1), self._polls, self._job.provider.requests_sent, timed_out=True)
        return error.knowing(**vars(waited))
