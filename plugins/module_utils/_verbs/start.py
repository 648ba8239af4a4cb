# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a scan, unless one of the same source and target already runs or has completed lately; never start it twice."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .._errors import Conflict, DatascanError, LostAnswer, NotFound
from .._models import ACTIVE, Query, Scan, ScanState
from ._first import agree, first_of
from ._job import Diff, Job, Waited
from ._once import send_once
from ._waiter import Patience
from .wait import no_wait, wait_until_completed

_LONGEST_SCAN = timedelta(days=7)  # fresh_for finds scans that took no longer than this


@dataclass(frozen=True)
class Settings:
    """What scan_start is asked for; `fresh_for` is seconds."""

    target: Mapping[str, t.Any]
    if_active: str = "reuse"  # or fail, start
    fresh_for: int | None = None
    previous_scan_id: str | None = None
    wait: Patience | None = None


@dataclass(frozen=True)
class Result:
    """The scan that runs now, and whether it is one that was there before."""

    changed: bool
    scan: Scan
    reused: bool
    waited: Waited | None = None
    diff: Diff = field(default_factory=Diff)


def run(job: Job, settings: Settings) -> Result:
    """Start a scan, or hand back the one that serves.

    Raises InvalidInput or Rejected for a target that the vendor would not take or does not, Conflict for a scan that
    runs where if_active is fail, LostAnswer where nobody knows whether a scan was started; with `wait`,
    ScanNotCompleted and WaitTimeout.
    """
    provider = job.provider
    provider.require("start")
    provider.check_target(settings.target)
    listed = _listed(job, settings)
    previous = _previous(job, settings)
    active = _active(job, settings, [*listed, *previous])
    if active and _all_agree(job, settings) and not job.check_mode:
        agreed = agree(job, lambda: [*_listed(job, settings), *previous], [*listed, *previous])
        active, listed = agreed.first, agreed.seen
    candidates = [*listed, *previous]
    reusable = active or _fresh(job, settings, candidates)
    if reusable is None and job.check_mode:
        predicted = provider.predict(settings.target)
        return Result(True, predicted, False, no_wait(job, settings.wait), diff=Diff(after=[predicted]))
    scan, ours = (reusable, None) if reusable else _start(job, settings, {scan.id for scan in candidates})
    changed, reused = ours is not None, ours is None or ours.id != scan.id
    diff = Diff(after=[ours] if ours else [])
    waited = no_wait(job, settings.wait)
    if settings.wait and scan.state is not ScanState.COMPLETED and not job.check_mode:
        scan, waited = wait_until_completed(job, scan, settings.wait, changed=changed, reused=reused)
    return Result(changed, scan, reused, waited, diff)


def _all_agree(job: Job, settings: Settings) -> bool:
    """Whether pipelines that start a scan at the same moment are to end with one: the vendor has to allow that."""
    return settings.if_active != "start" and job.provider.can("list") and job.provider.can("cancel")


def _listed(job: Job, settings: Settings) -> list[Scan]:
    """The scans of the same source and target that run, or may be fresh enough, where the vendor lists scans."""
    provider = job.provider
    if not provider.can("list"):
        return []
    found = list(provider.scans_of(settings.target, Query(states=ACTIVE)))
    if settings.fresh_for:
        since = provider.http.server_now() - timedelta(seconds=settings.fresh_for) - _LONGEST_SCAN
        completed = Query(states=frozenset({ScanState.COMPLETED}), started_after=since)
        found += provider.scans_of(settings.target, completed)
    return found


def _previous(job: Job, settings: Settings) -> list[Scan]:
    """The scan that the user names, unless it is known to be of another source or target."""
    provider, scan_id = job.provider, settings.previous_scan_id
    if not scan_id:
        return []
    try:
        scan = provider.get(provider.check_id(scan_id))
    except NotFound:
        job.warn(f"previous_scan_id {scan_id} is not known to {provider.title} any more.")
        return []
    if scan.source and not provider.same_target(scan, settings.target):
        job.warn(f"previous_scan_id {scan_id} is a scan of {scan.source} to {scan.target}, and so it does not serve.")
        return []
    return [scan]


def _active(job: Job, settings: Settings, candidates: list[Scan]) -> Scan | None:
    """The scan that runs and is handed back. Conflict where that is not wanted."""
    active = [scan for scan in candidates if scan.state in ACTIVE]
    if not active or settings.if_active == "start":
        return None
    scan = first_of(active) if _all_agree(job, settings) else max(active, key=_start_time)
    if settings.if_active == "fail":
        raise Conflict(f"A scan of the same source and target already runs: {scan}.").knowing(scan=scan)
    return scan


def _fresh(job: Job, settings: Settings, candidates: list[Scan]) -> Scan | None:
    """The newest that completed recently enough."""
    if not settings.fresh_for:
        return None
    oldest = job.provider.http.server_now() - timedelta(seconds=settings.fresh_for)
    newest_first = sorted(candidates, key=_start_time, reverse=True)
    return next((scan for scan in newest_first if _completed_since(scan, oldest)), None)


def _start_time(scan: Scan) -> float:
    return scan.started_at.timestamp() if scan.started_at else 0.0


def _completed_since(scan: Scan, oldest: datetime) -> bool:
    ended = scan.finished_at or scan.started_at  # an end that is not told was no earlier than the start
    return scan.state is ScanState.COMPLETED and ended is not None and ended >= oldest


def _start(job: Job, settings: Settings, known: set[str]) -> tuple[Scan, Scan | None]:
    """The scan to go on with, and the one that this task has started, unless that was cancelled again."""
    provider = job.provider
    sent_at = provider.http.server_now().replace(microsecond=0)  # as coarse as the vendor's times may be
    earliest = sent_at
    found: list[Scan] = []  # where an answer was lost: those of which one may be ours

    def new() -> list[Scan]:
        """The scans that are there since the look before the start."""
        query = Query(started_after=earliest - timedelta(minutes=1))
        return [scan for scan in provider.scans_of(settings.target, query) if scan.id not in known]

    def made() -> Scan | None:
        """The scan that a lost request made."""
        found[:] = [s for s in new() if s.state in ACTIVE or (s.started_at is not None and s.started_at >= sent_at)]
        return first_of(scan for scan in found if scan.state in ACTIVE) or next(iter(found), None)

    try:
        scan = send_once(job, lambda: provider.start(settings.target), made if provider.can("list") else None)
    except LostAnswer as lost:
        raise lost.knowing(scan=None, changed=True) from None
    if not _all_agree(job, settings):
        return scan, scan
    if scan.started_at:  # in case our own clock is wrong, and the vendor's answers have no Date
        earliest = min(earliest, scan.started_at)
    if scan in found:
        return _after_a_loss(job, settings, scan, found, new)
    agreed = agree(job, new, ours=scan)
    first, ours = agreed.first or scan, None if agreed.cancelled else scan
    if first.id != scan.id and settings.if_active == "fail":
        raise _conflict(first, changed=ours is not None)
    return first, ours


def _after_a_loss(
    job: Job, settings: Settings, scan: Scan, found: list[Scan], look: Callable[[], list[Scan]]
) -> tuple[Scan, Scan]:
    """The scan that a lost start made, as far as anybody knows. Which of several it made cannot be told."""
    seen, first = found, scan
    try:
        agreed = agree(job, look, found)
        seen, first = agreed.seen, agreed.first or scan
    except DatascanError as error:
        job.warn(
            f"Whether {scan.id} is the only scan that was started at this moment could not be seen: {error.message}"
        )
    others = [other for other in seen if other.state in ACTIVE and other.id != first.id]
    if others:
        job.warn(
            f"The answer to a start was lost. Besides {first.id}, scans of the same source and target have appeared, "
            f"one of which may be this task's: {', '.join(other.id for other in others)}. None of them was cancelled."
        )
        if settings.if_active == "fail":
            raise _conflict(first, changed=True)
    return first, first


def _conflict(first: Scan, *, changed: bool) -> Conflict:
    words = f"A scan of the same source and target was started at the same moment: {first}."
    return Conflict(words).knowing(scan=first, changed=changed)
