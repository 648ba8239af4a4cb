# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for scans: alone (scan_wait), and inside the verbs that start, rescan, cancel or look."""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..errors import DatascanError, InvalidInputError, ScanNotCompletedError, TooLateError, WaitTimeoutError
from ..models import Scan, ScanState, given_scan
from .context import Diff, OperationContext, WaitStats
from .polling import WaitOptions, Watch, watch
from .progress import Progress

_CANCELLING = 60.0  # seconds after the time-out; from then on nothing is tried again, and a silent vendor left alone


@dataclass(frozen=True)
class WaitRequest:
    """What scan_wait is asked for. `scans` are scans as an earlier task returned them."""

    scan_ids: Sequence[str] = ()
    scans: Sequence[Mapping[str, t.Any]] = ()
    wait_options: WaitOptions = field(default_factory=WaitOptions)
    on_timeout: str = "fail"  # or cancel, return


@dataclass(frozen=True)
class WaitResult:
    """The scans as last seen, and how the wait went."""

    scans: list[Scan]
    waited: WaitStats
    changed: bool = False
    diff: Diff = field(default_factory=Diff)


def wait_for_scans(context: OperationContext, request: WaitRequest) -> WaitResult:
    """Wait for scans.

    Raises WaitTimeoutError when the time is up (unless on_timeout is return), ScanNotCompletedError with fail_fast,
    NotFoundError for a scan that does not exist.
    """
    scan_ids, seen = _wanted(context, request)
    if on_timeout_cancels := request.on_timeout == "cancel":
        context.provider.require("cancel")
    # In check mode there is one look, and no wait.
    wait_options = replace(request.wait_options, timeout=0.0) if context.check_mode else request.wait_options
    state = wait_for(context, scan_ids, wait_options, seen)
    waited = facts(context, state)
    if request.wait_options.fail_fast:
        for scan in state.scans:
            if scan.succeeded is False:
                raise ScanNotCompletedError(f"Scan {scan}.").knowing(scans=state.scans, **vars(waited))
    if context.check_mode:
        if state.last_error:  # no other look follows, and a scan must not be lost silently
            raise state.last_error.knowing(scans=state.scans, **vars(replace(waited, timed_out=False)))
        return WaitResult(state.scans, replace(waited, timed_out=False))
    if not state.timed_out or request.on_timeout == "return":
        return WaitResult(state.scans, waited)
    error = timed_out(state)  # before the cancelling, for it names what still ran
    with context.provider.deadline(_CANCELLING):
        cancelled, words = _cancel_pending(context, state) if on_timeout_cancels else ([], "")
    error.message += words
    raise error.knowing(scans=state.scans, changed=bool(cancelled), cancelled=cancelled, **vars(facts(context, state)))


def wait_for(
    context: OperationContext,
    scan_ids: Sequence[str],
    wait_options: WaitOptions,
    seen: Mapping[str, Scan] | None = None,
) -> Watch:
    """Watch scans of the context's vendor; a fault that ends the wait knows what was seen until then."""
    # The single poll of check mode gets its retries.
    limit = contextlib.nullcontext() if context.check_mode else context.provider.deadline(wait_options.timeout)
    try:
        with limit:
            return watch(
                context.get_many,
                scan_ids,
                wait_options,
                clock=context.clock,
                floor=context.provider.poll_interval_for(len(scan_ids)),
                seen=seen,
                report_progress=Progress(context.report_progress) if not context.check_mode else lambda state: None,
            )
    except DatascanError as error:
        raise error.knowing(requests=context.provider.requests_sent, timed_out=False) from None


def wait_until_completed(
    context: OperationContext, scan: Scan, wait_options: WaitOptions, before: float = 0.0, **known: t.Any
) -> tuple[Scan, WaitStats]:
    """Wait for one scan that was just started; anything but completed is an error that knows the scan.

    `before` is seconds that were waited already, and that count.
    """
    try:
        state = wait_for(context, [scan.id], wait_options, {scan.id: scan})
    except DatascanError as error:
        scans = error.known.get("scans") or [scan]
        error.known["elapsed"] = round(error.known.get("elapsed", 0.0) + before, 1)
        raise error.knowing(scan=scans[0], **known) from None
    state.elapsed += before
    ended = state.scans[0]
    waited = facts(context, state)
    if state.timed_out:
        raise timed_out(state).knowing(scan=ended, **known, **vars(waited))
    if ended.state is not ScanState.COMPLETED:
        raise ScanNotCompletedError(f"Scan {ended}.").knowing(scan=ended, **known, **vars(waited))
    return ended, waited


def facts(context: OperationContext, state: Watch) -> WaitStats:
    """How a wait went, for a result."""
    return WaitStats(round(state.elapsed, 1), state.polls, context.provider.requests_sent, state.timed_out)


def no_wait(context: OperationContext, asked: WaitOptions | None) -> WaitStats | None:
    """The same where a wait was asked for, and there is nothing to wait for, or check mode does not."""
    return WaitStats(0.0, 0, context.provider.requests_sent) if asked else None


def timed_out(state: Watch) -> WaitTimeoutError:
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
        return WaitTimeoutError(message)
    return WaitTimeoutError(f"{message} The last look failed: {state.last_error.message}").because(state.last_error)


def _wanted(context: OperationContext, request: WaitRequest) -> tuple[list[str], dict[str, Scan]]:
    """The ids to wait for, each once, and the scans that are known to have finished."""
    given = [given_scan(value, f"scans[{number}]") for number, value in enumerate(request.scans)]
    for number, scan in enumerate(given):
        if scan.provider != context.provider.name:
            raise InvalidInputError(
                f"scans[{number}] is of {scan.provider}, but provider is {context.provider.name}; "
                "wait for each vendor's scans in a task of its own."
            )
    scan_ids = [*request.scan_ids, *(scan.id for scan in given)]
    if not scan_ids:
        raise InvalidInputError("There is no scan to wait for: scan_ids and scans are empty.")
    checked = [context.check_id(scan_id) for scan_id in scan_ids]
    return list(dict.fromkeys(checked)), {scan.id: scan for scan in given if scan.finished}


def _cancel_pending(context: OperationContext, state: Watch) -> tuple[list[str], str]:
    """Cancel what still runs, where the vendor allows; say for each what came of it."""
    cancelled: list[str] = []
    words: list[str] = []
    for scan_id in state.pending:
        try:
            context.provider.cancel(scan_id)
            cancelled.append(scan_id)
            words.append(f" Scan {scan_id} was cancelled.")
        except TooLateError as error:
            words.append(f" {error.message}")
        except DatascanError as error:
            words.append(f" Cancelling {scan_id} met a fault: {error.message}")
    for scan_id in cancelled:
        with contextlib.suppress(DatascanError):  # they are cancelled all the same
            state.seen[scan_id] = context.provider.get(scan_id)  # the answer to a cancel may still show the old state
    return cancelled, "".join(words)
