# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for scans: alone (scan_wait), and inside the verbs that start, rescan, cancel or look."""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from .._errors import DatascanError, InvalidInput, ScanNotCompleted, TooLate, WaitTimeout
from .._models import Scan, ScanState, given_scan
from .._progress import Progress
from ._job import Diff, Job, Waited
from ._waiter import Patience, Watch, watch

_CANCELLING = 60.0  # seconds after the time-out; from then on nothing is tried again, and a silent vendor left alone


@dataclass(frozen=True)
class Settings:
    """What scan_wait is asked for. `scans` are scans as an earlier task returned them."""

    scan_ids: Sequence[str] = ()
    scans: Sequence[Mapping[str, t.Any]] = ()
    patience: Patience = field(default_factory=Patience)
    on_timeout: str = "fail"  # or cancel, return


@dataclass(frozen=True)
class Result:
    """The scans as last seen, and how the wait went."""

    scans: list[Scan]
    waited: Waited
    changed: bool = False
    diff: Diff = field(default_factory=Diff)


def run(job: Job, settings: Settings) -> Result:
    """Wait for scans.

    Raises WaitTimeout when the time is up (unless on_timeout is return), ScanNotCompleted with fail_fast,
    NotFound for a scan that does not exist.
    """
    scan_ids, seen = _wanted(job, settings)
    if on_timeout_cancels := settings.on_timeout == "cancel":
        job.provider.require("cancel")
    # In check mode there is one look, and no wait.
    patience = replace(settings.patience, timeout=0.0) if job.check_mode else settings.patience
    state = wait_for(job, scan_ids, patience, seen)
    waited = facts(job, state)
    if settings.patience.fail_fast:
        for scan in state.scans:
            if scan.succeeded is False:
                raise ScanNotCompleted(f"Scan {scan}.").knowing(scans=state.scans, **vars(waited))
    if job.check_mode:
        if state.last_error:  # no other look follows, and a scan must not be lost silently
            raise state.last_error.knowing(scans=state.scans, **vars(replace(waited, timed_out=False)))
        return Result(state.scans, replace(waited, timed_out=False))
    if not state.timed_out or settings.on_timeout == "return":
        return Result(state.scans, waited)
    error = timed_out(state)  # before the cancelling, for it names what still ran
    cancelled, words = _cancel_pending(job, state) if on_timeout_cancels else ([], "")
    error.message += words
    raise error.knowing(scans=state.scans, changed=bool(cancelled), cancelled=cancelled, **vars(facts(job, state)))


def wait_for(job: Job, scan_ids: Sequence[str], patience: Patience, seen: Mapping[str, Scan] | None = None) -> Watch:
    """Watch scans of the job's vendor; a fault that ends the wait knows what was seen until then."""
    http = job.provider.http
    if not job.check_mode:  # whose single look gets its retries
        http.deadline = job.clock.monotonic() + patience.timeout
    try:
        return watch(
            job.look,
            scan_ids,
            patience,
            clock=job.clock,
            floor=job.provider.pause_between_looks(len(scan_ids)),
            seen=seen,
            tell=Progress(job.tell) if not job.check_mode else lambda state: None,
        )
    except DatascanError as error:
        raise error.knowing(requests=http.requests_sent, timed_out=False) from None
    finally:
        http.deadline = None


def wait_until_completed(
    job: Job, scan: Scan, patience: Patience, before: float = 0.0, **known: t.Any
) -> tuple[Scan, Waited]:
    """Wait for one scan that was just started; anything but completed is an error that knows the scan.

    `before` is seconds that were waited already, and that count.
    """
    try:
        state = wait_for(job, [scan.id], patience, {scan.id: scan})
    except DatascanError as error:
        scans = error.known.get("scans") or [scan]
        error.known["elapsed"] = round(error.known.get("elapsed", 0.0) + before, 1)
        raise error.knowing(scan=scans[0], **known) from None
    state.elapsed += before
    ended = state.scans[0]
    waited = facts(job, state)
    if state.timed_out:
        raise timed_out(state).knowing(scan=ended, **known, **vars(waited))
    if ended.state is not ScanState.COMPLETED:
        raise ScanNotCompleted(f"Scan {ended}.").knowing(scan=ended, **known, **vars(waited))
    return ended, waited


def facts(job: Job, state: Watch) -> Waited:
    """How a wait went, for a result."""
    return Waited(round(state.elapsed, 1), state.polls, job.provider.http.requests_sent, state.timed_out)


def no_wait(job: Job, asked: Patience | None) -> Waited | None:
    """The same where a wait was asked for, and there is nothing to wait for, or check mode does not."""
    return Waited(0.0, 0, job.provider.http.requests_sent) if asked else None


def timed_out(state: Watch) -> WaitTimeout:
    """Which scans had not finished, and where the last look failed, if it did."""
    unseen = [scan_id for scan_id in state.scan_ids if scan_id not in state.seen]
    open_scans = [str(scan) for scan in state.scans if not scan.finished] + [
        f"{scan_id}: never seen" for scan_id in unseen
    ]
    named = "; ".join(open_scans[:5]) + (f"; and {len(open_scans) - 5} more" if len(open_scans) > 5 else "")
    message = (
        f"After {state.elapsed:.0f} s, {len(open_scans)} of {len(state.scan_ids)} scans had not finished: {named}."
    )
    if state.last_error is None:
        return WaitTimeout(message)
    return WaitTimeout(f"{message} The last look failed: {state.last_error.message}").because(state.last_error)


def _wanted(job: Job, settings: Settings) -> tuple[list[str], dict[str, Scan]]:
    """The ids to wait for, each once, and the scans that are known to have finished."""
    given = [given_scan(value, f"scans[{number}]") for number, value in enumerate(settings.scans)]
    for number, scan in enumerate(given):
        if scan.provider != job.provider.name:
            raise InvalidInput(
                f"scans[{number}] is of {scan.provider}, but provider is {job.provider.name}; "
                "wait for each vendor's scans in a task of its own."
            )
    scan_ids = [*settings.scan_ids, *(scan.id for scan in given)]
    if not scan_ids:
        raise InvalidInput("There is no scan to wait for: scan_ids and scans are empty.")
    checked = [job.check_id(scan_id) for scan_id in scan_ids]
    return list(dict.fromkeys(checked)), {scan.id: scan for scan in given if scan.finished}


def _cancel_pending(job: Job, state: Watch) -> tuple[list[str], str]:
    """Cancel what still runs, where the vendor allows; say for each what came of it."""
    job.provider.http.deadline = job.clock.monotonic() + _CANCELLING
    cancelled: list[str] = []
    words: list[str] = []
    for scan_id in state.pending:
        try:
            job.provider.cancel(scan_id)
            cancelled.append(scan_id)
            words.append(f" Scan {scan_id} was cancelled.")
        except TooLate as error:
            words.append(f" {error.message}")
        except DatascanError as error:
            words.append(f" Cancelling {scan_id} met a fault: {error.message}")
    for scan_id in cancelled:
        with contextlib.suppress(DatascanError):  # they are cancelled all the same
            state.seen[scan_id] = job.provider.get(scan_id)  # the answer to a cancel may still show the old state
    return cancelled, "".join(words)
