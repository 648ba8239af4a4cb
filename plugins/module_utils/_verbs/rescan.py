# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scan again what has been scanned, unless that already happens."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .._errors import Conflict, DatascanError, LostAnswer, TooEarly, WaitTimeout
from .._models import PREDICTED_ID, Scan, ScanState, predicted_scan
from ._job import Diff, Job, Waited
from ._once import send_once
from ._waiter import Patience, pause
from .wait import no_wait, wait_until_completed


@dataclass(frozen=True)
class Settings:
    """What scan_rescan is asked for; `subject` is a scan's id, or with Advalidation a creative's."""

    subject: str
    if_active: str = "reuse"  # or fail, start
    wait: Patience | None = None


@dataclass(frozen=True)
class Result:
    """The rescan that runs now, the scan before it (if there was one), and whether the rescan was there already."""

    changed: bool
    scan: Scan
    parent: Scan | None
    reused: bool
    waited: Waited | None = None
    diff: Diff = field(default_factory=Diff)


def run(job: Job, settings: Settings) -> Result:
    """Start a rescan, or hand back the one that runs.

    Raises NotFound, Conflict where one runs and may not be reused, TooEarly while the parent is listing (with `wait`
    it is waited for), LostAnswer where nobody knows whether one was started; with `wait`, ScanNotCompleted and
    WaitTimeout.
    """
    provider = job.provider
    provider.require("rescan")
    if job.check_mode and settings.subject == PREDICTED_ID:
        return _predicted(job, settings, predicted_scan(provider.name), None)
    parent = provider.rescan_parent(settings.subject)
    try:
        return _of(job, settings, parent)
    except DatascanError as error:
        raise error.knowing(parent=parent, changed=False) from None


def _of(job: Job, settings: Settings, parent: Scan | None) -> Result:
    """The rescan of what a scan has scanned, or of what nothing has scanned yet."""
    running = job.provider.running_rescan(parent) if parent else None
    if running and settings.if_active == "fail":
        raise _conflict(job, settings, running)
    if job.check_mode:
        return _predicted(job, settings, parent, running)
    began = job.clock.monotonic()
    if running and settings.if_active == "reuse":
        scan, reused = running, True
    else:
        scan, reused = _start(job, settings, parent)
    waited = no_wait(job, settings.wait)
    diff = Diff(after=[] if reused else [scan])
    if settings.wait and scan.state is not ScanState.COMPLETED:
        before = job.clock.monotonic() - began
        left = replace(settings.wait, timeout=max(0.0, settings.wait.timeout - before))
        scan, waited = wait_until_completed(job, scan, left, before, changed=not reused, reused=reused)
    return Result(not reused, scan, parent, reused, waited, diff)


def _conflict(job: Job, settings: Settings, running: Scan) -> Conflict:
    kind = job.provider.rescan_by.removesuffix("_id").capitalize()
    return Conflict(f"{kind} {settings.subject} is being scanned again already: {running}.").knowing(scan=running)


def _too_early(why: str) -> TooEarly:
    return TooEarly(f"{why}; set wait: true to wait for that.")


def _predicted(job: Job, settings: Settings, parent: Scan | None, running: Scan | None) -> Result:
    waited = no_wait(job, settings.wait)
    if running and settings.if_active == "reuse":
        return Result(False, running, parent, True, waited)
    if settings.wait is None and parent and (why := job.provider.not_yet(parent)):
        raise _too_early(why)
    like = {"name": parent.name, "source": parent.source, "target": parent.target} if parent else {}
    scan = predicted_scan(job.provider.name, parent_id=parent.id if parent else None, **like)
    return Result(True, scan, parent, False, waited, diff=Diff(after=[scan]))


def _start(job: Job, settings: Settings, parent: Scan | None) -> tuple[Scan, bool]:
    """The rescan, and whether it was somebody else's."""
    provider = job.provider
    turn = _Turn(job, settings, parent)
    if parent and provider.not_yet(parent):
        turn.wait()

    lost = False

    def made() -> Scan | None:
        """What a lost request has made; where nothing had been scanned before, whatever is there now."""
        nonlocal lost
        lost = True
        if parent is None:
            return provider.rescan_parent(settings.subject)
        return provider.rescan_made(settings.subject, parent)

    while True:
        sent_at = provider.http.server_now().replace(microsecond=0)  # as coarse as the vendor's times may be
        try:
            return send_once(job, lambda: provider.rescan(settings.subject), made), False
        except TooEarly:
            turn.wait()
        except Conflict as conflict:
            running = provider.running_rescan(parent, everyone=True) if parent else None
            if running is None:
                raise conflict.knowing(changed=lost) from None
            if lost and running.started_at and running.started_at >= sent_at:
                return running, False  # the request whose answer was lost has made it, and it did not show until now
            if settings.if_active != "reuse":
                raise _conflict(job, settings, running).because(conflict) from None
            return running, True
        except LostAnswer as lost:
            raise lost.knowing(scan=None, changed=True) from None


class _Turn:
    """Waiting until the parent is far enough: once or more, for the vendor may change its mind, in one time-out."""

    def __init__(self, job: Job, settings: Settings, parent: Scan | None) -> None:
        self._job = job
        self._settings = settings
        self._parent = parent
        self._began = job.clock.monotonic()
        self._polls = 0
        self._fault: DatascanError | None = None  # of the last look, where it did not go well

    def wait(self) -> None:
        """Until the parent's state says that it is far enough; without `wait` that is the user's to do."""
        provider, patience = self._job.provider, self._settings.wait
        why = self._not_yet() or f"{provider.title} does not scan {self._settings.subject} again yet"
        if patience is None:
            raise _too_early(why)
        self._job.tell(f"{why}; waiting for that.")
        provider.http.deadline = self._began + patience.timeout
        try:
            while True:
                elapsed = self._job.clock.monotonic() - self._began
                left = patience.timeout - elapsed
                if left <= 0:
                    raise self._timeout(why, elapsed)
                self._job.clock.sleep(min(left, pause(elapsed, patience, provider.poll_floor, self._job.clock)))
                if self._is_over():
                    return
        finally:
            provider.http.deadline = None

    def _is_over(self) -> bool:
        self._polls += 1
        self._fault = None
        try:
            self._parent = self._job.provider.rescan_parent(self._settings.subject)
        except DatascanError as error:
            if not error.transient:
                raise
            self._fault = error
            return False
        return self._not_yet() is None

    def _not_yet(self) -> str | None:
        return self._job.provider.not_yet(self._parent) if self._parent else None

    def _timeout(self, why: str, elapsed: float) -> WaitTimeout:
        error = WaitTimeout(f"After {elapsed:.0f} s: {why}.")
        if self._fault:
            error = WaitTimeout(f"{error.message} The last look failed: {self._fault.message}").because(self._fault)
        waited = Waited(round(elapsed, 1), self._polls, self._job.provider.http.requests_sent, timed_out=True)
        return error.knowing(**vars(waited))
