# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for scans: alone (scan_wait), and as a part of the operations that start, rescan, cancel or read scans."""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..errors import (
    DatascanError,
    InvalidInputError,
    ScanNotCompletedError,
    TooLateError,
    UnavailableError,
    UnknownOutcomeError,
    WaitTimeoutError,
)
from ..models import ACTIVE, Scan, ScanState
from ..providers.capabilities import CancelsScans, CountsIssues
from .context import OperationContext
from .end_forecast import MAX_SCANS, EndForecast
from .handed_over import parse_handed_scan
from .identity import IdentifiedScans
from .polling import PollState, WaitOptions, poll_scans
from .progress import ProgressReporter
from .results import ScanDiff, WaitStats, partial_result

_NAMED_SCANS = 5  # in a message; the others are counted


@dataclass(frozen=True)
class WaitRequest:
    """The request of scan_wait. `scans` are scans, or results of a start, as earlier tasks returned them."""

    scan_ids: Sequence[str] = ()
    scans: Sequence[Mapping[str, t.Any]] = ()
    options: WaitOptions = field(default_factory=WaitOptions)
    on_timeout: str = "fail"  # or cancel, return
    count_issues: bool = False  # of the scans that have completed


@dataclass(frozen=True)
class WaitResult:
    """The scans as last seen, what was done about them at the time-out, and how the wait went."""

    scans: list[Scan] | None = None
    waited: WaitStats | None = None
    changed: bool = False
    cancelled: list[str] = field(default_factory=list)
    left_running: list[str] = field(default_factory=list)  # ids of scans that this pipeline did not start
    unseen: list[str] | None = None  # ids of scans that no poll could read, so that they are not among `scans`
    diff: ScanDiff = field(default_factory=ScanDiff)


def wait_for_scans(context: OperationContext, request: WaitRequest) -> WaitResult:
    """Wait for scans.

    Raises WaitTimeoutError at the deadline (unless on_timeout is return), ScanNotCompletedError with fail_fast,
    NotFoundError for a scan that does not exist, and the error of a count of issues that failed.
    """
    if request.count_issues:
        context.require(CountsIssues)
    awaited = _scans_to_wait_for(context, request)
    if request.on_timeout == "cancel":
        context.require(CancelsScans)
    # In check mode there is one poll, and no wait.
    options = replace(request.options, timeout=0.0) if context.check_mode else request.options
    finished = {scan_id: scan for scan_id, scan in awaited.known.items() if scan.finished}
    has_deadline = request.count_issues and not context.check_mode  # that of the wait ends before the count
    with context.provider.deadline(options.timeout) if has_deadline else contextlib.nullcontext():
        state = wait_until_finished(context, awaited.scan_ids, options, finished, awaited.known)
        result = _result_of(context, state)
        if options.fail_fast:
            _raise_for_unsuccessful(result)
        if request.count_issues and (context.check_mode or not state.timed_out):
            from .issue_counts import count_issues

            counts = count_issues(context, result.scans or [], result.waited)
            result = counts.checked(replace(result, scans=counts.scans, waited=counts.waited))
    if context.check_mode:
        return _after_one_poll(state, result)
    if not state.timed_out or request.on_timeout == "return":
        return result
    if request.on_timeout != "cancel":
        raise timeout_error(context, state).with_result(result)
    error = _unfinished_error(state)  # made before cancelling, since it names what still ran
    result, outcome = _cancel_pending(context, state, awaited.reused)
    raise error.with_message(error.message + outcome).with_result(result)


def _result_of(context: OperationContext, state: PollState) -> WaitResult:
    unseen = [scan_id for scan_id in state.scan_ids if scan_id not in state.seen]
    return WaitResult(state.scans, wait_stats(context, state), unseen=unseen)


def _raise_for_unsuccessful(result: WaitResult) -> None:
    for scan in result.scans or ():
        if scan.succeeded is False:
            raise ScanNotCompletedError(f"Scan {scan}.", result=result)


def _after_one_poll(state: PollState, result: WaitResult) -> WaitResult:
    """What check mode returns: no time-out, since there was no wait."""
    result = replace(result, waited=result.waited and replace(result.waited, timed_out=False))
    if state.last_error:  # no other poll follows, so the error must not be lost
        raise state.last_error.with_result(result)
    return result


def wait_until_finished(
    context: OperationContext,
    scan_ids: Sequence[str],
    options: WaitOptions,
    seen: Mapping[str, Scan] | None = None,
    known: Mapping[str, Scan] | None = None,
    *,
    earlier: Sequence[Scan] | None = (),
) -> PollState:
    """Poll scans until they have finished or time is up. An error that ends the wait carries a WaitResult.

    `seen` are scans that were just read, and `known` those of earlier tasks: the answers must be about the same ones.
    `earlier` are listed scans that may tell when the wait ends, or None where no end is to be expected.
    In a time limit, what has passed of it counts as waited. The single poll of check mode gets all its retries.
    """
    provider = context.provider
    known = {**(known or {}), **(seen or {})}
    expects_end = earlier is not None and len(scan_ids) <= MAX_SCANS and not context.check_mode
    left = provider.time_left()
    before = 0.0 if left is None else max(0.0, options.timeout - left)
    with contextlib.nullcontext() if context.check_mode else provider.deadline(options.timeout - before):
        try:
            return poll_scans(
                IdentifiedScans(context, known).get_many,
                scan_ids,
                options,
                clock=context.clock,
                floor=provider.poll_interval_for(len(scan_ids)),
                seen=seen,
                before=before,
                report_progress=ProgressReporter(context.report_progress) if not context.check_mode else _no_progress,
                seconds_waited=provider.seconds_waited,
                expect_end=EndForecast(context, options, known, earlier or ()) if expects_end else _no_expectation,
            )
        except DatascanError as error:
            if not isinstance(error.result, PollState):
                raise
            raise error.with_result(_result_of(context, error.result)) from None


def _no_progress(state: PollState) -> None:
    """Check mode does not wait, so there is no progress to report."""


def _no_expectation(state: PollState) -> None:
    """Used where polls do not depend on an expected end."""


def wait_until_completed(
    context: OperationContext, scan: Scan, options: WaitOptions, earlier: Sequence[Scan] = ()
) -> tuple[Scan, WaitStats]:
    """Wait for one scan that was just started. Every state but completed is an error that carries a WaitResult.

    `earlier` are scans that were listed before the start.
    """
    try:
        state = wait_until_finished(context, [scan.id], options, {scan.id: scan}, earlier=earlier)
    except DatascanError as error:
        known = partial_result(error, WaitResult)
        raise error.with_result(WaitResult(known.scans or [scan], known.waited)) from None
    stats = wait_stats(context, state)
    result = WaitResult(state.scans, stats)
    if state.timed_out:
        raise timeout_error(context, state).with_result(result)
    ended = state.scans[0]
    if ended.state is not ScanState.COMPLETED:
        raise ScanNotCompletedError(f"Scan {ended}.", result=result)
    return ended, stats


def wait_stats(context: OperationContext, state: PollState) -> WaitStats:
    """How a wait went."""
    return WaitStats(round(state.elapsed, 1), state.polls, context.provider.requests_sent, state.timed_out)


def no_wait_stats(context: OperationContext, options: WaitOptions | None) -> WaitStats | None:
    """The stats of a wait that was not needed or was skipped in check mode; None without `wait`."""
    return WaitStats(0.0, 0, context.provider.requests_sent) if options else None


def timeout_error(context: OperationContext, state: PollState) -> WaitTimeoutError:
    """The error that names the scans that had not finished, how to go on with them, and the error of the last poll."""
    pending, vendor = state.pending, context.provider.title
    runs = all(scan_id in state.seen and state.seen[scan_id].state in ACTIVE for scan_id in pending)
    if len(pending) == 1:
        what = f"The scan {'continues' if runs else 'may continue'} at {vendor}: to wait for it again, "
    else:
        what = f"The scans {'continue' if runs else 'may continue'} at {vendor}: to wait for them again, "
    ids = pending[0] if len(pending) == 1 else "these ids"
    return _unfinished_error(state, f" {what}set scan_ids of scan_wait to {ids}.")


def _unfinished_error(state: PollState, advice: str = "") -> WaitTimeoutError:
    unseen = [scan_id for scan_id in state.scan_ids if scan_id not in state.seen]
    unfinished = [scan for scan in state.scans if not scan.finished]
    number = len(unfinished) + len(unseen)
    texts = [str(scan) for scan in unfinished[:_NAMED_SCANS]]
    texts += [f"{scan_id}: not read yet" for scan_id in unseen[: _NAMED_SCANS - len(texts)]]
    named = _listed(texts, "; ", number)
    # A wait without any time left follows one that used it up, whose length is not known here.
    when = f"After {state.elapsed:.0f} s" if state.elapsed >= 0.5 else "At the time-out"
    total = f"{len(state.scan_ids)} scan{'' if len(state.scan_ids) == 1 else 's'}"
    message = f"{when}, {number} of {total} had not finished: {named}.{advice}"
    return with_last_error(WaitTimeoutError(message), state.last_error)


def _listed(names: Sequence[str], separator: str = ", ", number: int | None = None) -> str:
    """The first few names, and how many more there are. Of so many, `names` may be the first few only."""
    number = len(names) if number is None else number
    more = [f"and {number - _NAMED_SCANS} more"] if number > _NAMED_SCANS else []
    return separator.join([*names[:_NAMED_SCANS], *more])


def with_last_error(error: WaitTimeoutError, last_error: DatascanError | None) -> WaitTimeoutError:
    """The same error, with the error of the last poll added to its message."""
    if last_error is None:
        return error
    message = f"{error.message} The last poll failed: {last_error.message}"
    return WaitTimeoutError(message, request=last_error.request)


@dataclass(frozen=True)
class _Awaited:
    """The ids to wait for, each once; the scans as earlier tasks knew them; the ids of scans that were only reused."""

    scan_ids: Sequence[str]
    known: Mapping[str, Scan]
    reused: frozenset[str]


def _scans_to_wait_for(context: OperationContext, request: WaitRequest) -> _Awaited:
    handed = [parse_handed_scan(value, f"scans[{number}]") for number, value in enumerate(request.scans)]
    given = [one.scan for one in handed]
    for number, scan in enumerate(given):
        if scan.provider != context.provider.name:
            raise InvalidInputError(
                f"scans[{number}] is a scan of {scan.provider}, but provider is {context.provider.name}. "
                "Wait for each vendor's scans in a separate task."
            )
    scan_ids = [*request.scan_ids, *(scan.id for scan in given)]
    if not scan_ids:
        raise InvalidInputError("There are no scans to wait for: scan_ids and scans are empty.")
    checked = [context.check_id(scan_id, "scan_ids") for scan_id in scan_ids]
    reused = frozenset(context.check_id(one.scan.id, "scans") for one in handed if one.is_reused)
    known = {context.check_id(scan.id, "scans"): scan for scan in given}
    return _Awaited(list(dict.fromkeys(checked)), known, reused)


def _cancel_pending(context: OperationContext, state: PollState, reused: Collection[str]) -> tuple[WaitResult, str]:
    """Cancel what still runs and was not only reused: the result after that, and sentences about what was done."""
    cancelled: list[str] = []
    sentences: list[str] = []
    may_have_changed = False
    before = dict(state.seen)
    pending = [scan_id for scan_id in state.pending if scan_id not in reused]
    left_running = [scan_id for scan_id in state.pending if scan_id in reused]
    for number, scan_id in enumerate(pending, 1):
        try:
            state.seen[scan_id] = _cancel_in_time(context, scan_id, before.get(scan_id))
            cancelled.append(scan_id)
            sentences.append(f" Scan {scan_id} was cancelled.")
        except TooLateError as error:
            sentences.append(f" {error.message}")
        except DatascanError as error:
            may_have_changed = may_have_changed or error.may_have_changed
            sentences.append(f" Scan {scan_id} could not be cancelled: {error.message}")
            if isinstance(error, (UnavailableError, UnknownOutcomeError)) and number < len(pending):
                # Each further one would take `timeout`, for a vendor that does not answer.
                sentences.append(f" Not tried to cancel: {', '.join(pending[number:])}.")
                break
    with context.provider.deadline(0.0):  # one second for all of them
        for scan_id in cancelled:
            with contextlib.suppress(DatascanError):  # the scan is cancelled even where it cannot be read again
                # The answer to a cancel request may still show the old state.
                state.seen[scan_id] = context.provider.get(scan_id)
    sentences += _left_running_sentences(left_running)
    changed = bool(cancelled) or may_have_changed
    result = replace(_result_of(context, state), changed=changed, cancelled=cancelled, left_running=left_running)
    return replace(result, diff=_diff_of(cancelled, before, state.seen)), "".join(sentences)


def _left_running_sentences(scan_ids: Sequence[str]) -> list[str]:
    if not scan_ids:
        return []
    scans, continues, them = ("Scan", "continues", "it") if len(scan_ids) == 1 else ("Scans", "continue", "them")
    return [
        f" {scans} {_listed(scan_ids)} {continues} to run, because this pipeline may not have started {them}.",
        f" To cancel {them}, use scan_cancel.",
    ]


def _cancel_in_time(context: OperationContext, scan_id: str, before: Scan | None) -> Scan:
    """Cancel one scan; the request may take `timeout`, and so may all its retries."""
    from .cancellation import request_cancellation

    provider = context.require(CancelsScans)
    with provider.deadline(provider.request_timeout):
        return request_cancellation(provider, scan_id, before)


def _diff_of(scan_ids: Sequence[str], before: Mapping[str, Scan], after: Mapping[str, Scan]) -> ScanDiff:
    return ScanDiff(*([scans[scan_id] for scan_id in scan_ids if scan_id in scans] for scans in (before, after)))
