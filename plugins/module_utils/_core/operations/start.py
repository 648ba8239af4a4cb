# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a scan, unless one of the same source and target already runs or has completed lately; never start it twice."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..errors import ConflictError, DatascanError, NotFoundError, UnknownOutcomeError
from ..models import ACTIVE, Query, Scan, ScanState
from .at_most_once import create_at_most_once
from .context import Diff, OperationContext, WaitStats
from .election import earliest_started, elect
from .polling import WaitOptions
from .wait import no_wait, wait_until_completed

_LONGEST_SCAN = timedelta(days=7)  # fresh_for finds scans that took no longer than this


@dataclass(frozen=True)
class StartRequest:
    """What scan_start is asked for; `fresh_for` is seconds."""

    target: Mapping[str, t.Any]
    if_active: str = "reuse"  # or fail, start
    fresh_for: int | None = None
    previous_scan_id: str | None = None
    wait: WaitOptions | None = None


@dataclass(frozen=True)
class StartResult:
    """The scan that runs now, and whether it is one that was there before."""

    changed: bool
    scan: Scan
    reused: bool
    waited: WaitStats | None = None
    diff: Diff = field(default_factory=Diff)


def start_scan(context: OperationContext, request: StartRequest) -> StartResult:
    """Start a scan, or hand back the one that serves.

    Raises InvalidInputError or RejectedError for a target that the vendor would not take or does not, ConflictError for a scan that
    runs where if_active is fail, UnknownOutcomeError where nobody knows whether a scan was started; with `wait`,
    ScanNotCompletedError and WaitTimeoutError.
    """
    provider = context.provider
    provider.require("start")
    provider.validate_target(request.target)
    listed = _listed(context, request)
    previous = _previous(context, request)
    active = _active(context, request, [*listed, *previous])
    if active and _all_agree(context, request) and not context.check_mode:
        agreed = elect(context, lambda: [*_listed(context, request), *previous], [*listed, *previous])
        active, listed = agreed.first, agreed.seen
    candidates = [*listed, *previous]
    reusable = active or _fresh(context, request, candidates)
    if reusable is None and context.check_mode:
        predicted = provider.predict_scan(request.target)
        return StartResult(True, predicted, False, no_wait(context, request.wait), diff=Diff(after=[predicted]))
    scan, ours = (reusable, None) if reusable else _start(context, request, {scan.id for scan in candidates})
    changed, reused = ours is not None, ours is None or ours.id != scan.id
    diff = Diff(after=[ours] if ours else [])
    waited = no_wait(context, request.wait)
    if request.wait and scan.state is not ScanState.COMPLETED and not context.check_mode:
        scan, waited = wait_until_completed(context, scan, request.wait, changed=changed, reused=reused)
    return StartResult(changed, scan, reused, waited, diff)


def _all_agree(context: OperationContext, request: StartRequest) -> bool:
    """Whether pipelines that start a scan at the same moment are to end with one: the vendor has to allow that."""
    return request.if_active != "start" and context.provider.supports("list") and context.provider.supports("cancel")


def _listed(context: OperationContext, request: StartRequest) -> list[Scan]:
    """The scans of the same source and target that run, or may be fresh enough, where the vendor lists scans."""
    provider = context.provider
    if not provider.supports("list"):
        return []
    found = list(provider.list_scans_of(request.target, Query(states=ACTIVE)))
    if request.fresh_for:
        since = provider.server_now() - timedelta(seconds=request.fresh_for) - _LONGEST_SCAN
        completed = Query(states=frozenset({ScanState.COMPLETED}), started_after=since)
        found += provider.list_scans_of(request.target, completed)
    return found


def _previous(context: OperationContext, request: StartRequest) -> list[Scan]:
    """The scan that the user names, unless it is known to be of another source or target."""
    provider, scan_id = context.provider, request.previous_scan_id
    if not scan_id:
        return []
    try:
        scan = provider.get(provider.check_id(scan_id))
    except NotFoundError:
        context.warn(f"previous_scan_id {scan_id} is not known to {provider.title} any more.")
        return []
    if scan.source and not provider.is_same_target(scan, request.target):
        context.warn(
            f"previous_scan_id {scan_id} is a scan of {scan.source} to {scan.target}, and so it does not serve."
        )
        return []
    return [scan]


def _active(context: OperationContext, request: StartRequest, candidates: list[Scan]) -> Scan | None:
    """The scan that runs and is handed back. ConflictError where that is not wanted."""
    active = [scan for scan in candidates if scan.state in ACTIVE]
    if not active or request.if_active == "start":
        return None
    scan = earliest_started(active) if _all_agree(context, request) else max(active, key=_start_time)
    if request.if_active == "fail":
        raise ConflictError(f"A scan of the same source and target already runs: {scan}.").knowing(scan=scan)
    return scan


def _fresh(context: OperationContext, request: StartRequest, candidates: list[Scan]) -> Scan | None:
    """The newest that completed recently enough."""
    if not request.fresh_for:
        return None
    oldest = context.provider.server_now() - timedelta(seconds=request.fresh_for)
    newest_first = sorted(candidates, key=_start_time, reverse=True)
    return next((scan for scan in newest_first if _completed_since(scan, oldest)), None)


def _start_time(scan: Scan) -> float:
    return scan.started_at.timestamp() if scan.started_at else 0.0


def _completed_since(scan: Scan, oldest: datetime) -> bool:
    ended = scan.finished_at or scan.started_at  # an end that is not told was no earlier than the start
    return scan.state is ScanState.COMPLETED and ended is not None and ended >= oldest


def _start(context: OperationContext, request: StartRequest, known: set[str]) -> tuple[Scan, Scan | None]:
    """The scan to go on with, and the one that this task has started, unless that was cancelled again."""
    provider = context.provider
    sent_at = provider.server_now().replace(microsecond=0)  # as coarse as the vendor's times may be
    earliest = sent_at
    found: list[Scan] = []  # where an answer was lost: those of which one may be ours

    def new() -> list[Scan]:
        """The scans that are there since the look before the start."""
        query = Query(started_after=earliest - timedelta(minutes=1))
        return [scan for scan in provider.list_scans_of(request.target, query) if scan.id not in known]

    def made() -> Scan | None:
        """The scan that a lost request made."""
        found[:] = [s for s in new() if s.state in ACTIVE or (s.started_at is not None and s.started_at >= sent_at)]
        return earliest_started(scan for scan in found if scan.state in ACTIVE) or next(iter(found), None)

    try:
        scan = create_at_most_once(
            context, lambda: provider.start(request.target), made if provider.supports("list") else None
        )
    except UnknownOutcomeError as lost:
        raise lost.knowing(scan=None, changed=True) from None
    if not _all_agree(context, request):
        return scan, scan
    if scan.started_at:  # in case our own clock is wrong, and the vendor's answers have no Date
        earliest = min(earliest, scan.started_at)
    if scan in found:
        return _after_a_loss(context, request, scan, found, new)
    agreed = elect(context, new, ours=scan)
    first, ours = agreed.first or scan, None if agreed.cancelled else scan
    if first.id != scan.id and request.if_active == "fail":
        raise _conflict(first, changed=ours is not None)
    return first, ours


def _after_a_loss(
    context: OperationContext, request: StartRequest, scan: Scan, found: list[Scan], look: Callable[[], list[Scan]]
) -> tuple[Scan, Scan]:
    """The scan that a lost start made, as far as anybody knows. Which of several it made cannot be told."""
    seen, first = found, scan
    try:
        agreed = elect(context, look, found)
        seen, first = agreed.seen, agreed.first or scan
    except DatascanError as error:
        context.warn(
            f"Whether {scan.id} is the only scan that was started at this moment could not be seen: {error.message}"
        )
    others = [other for other in seen if other.state in ACTIVE and other.id != first.id]
    if others:
        context.warn(
            f"The answer to a start was lost. Besides {first.id}, scans of the same source and target have appeared, "
            f"one of which may be this task's: {', '.join(other.id for other in others)}. None of them was cancelled."
        )
        if request.if_active == "fail":
            raise _conflict(first, changed=True)
    return first, first


def _conflict(first: Scan, *, changed: bool) -> ConflictError:
    words = f"A scan of the same source and target was started at the same moment: {first}."
    return ConflictError(words).knowing(scan=first, changed=changed)
