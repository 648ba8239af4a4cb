# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a scan, unless one of the same source and target already runs or has completed lately; never start it twice."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .._errors import Conflict, LostAnswer, NotFound
from .._models import ACTIVE, Query, Scan, ScanState
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
    candidates = _candidates(job, settings)
    reusable = _reusable(job, settings, candidates)
    if reusable is None and job.check_mode:
        predicted = provider.predict(settings.target)
        return Result(True, predicted, False, no_wait(job, settings.wait), diff=Diff(after=[predicted]))
    scan = reusable or _start(job, settings, candidates)
    changed, diff = reusable is None, Diff(after=[] if reusable else [scan])
    waited = no_wait(job, settings.wait)
    if settings.wait and not scan.finished and not job.check_mode:
        scan, waited = wait_until_completed(job, scan, settings.wait, changed=changed, reused=not changed)
    return Result(changed, scan, not changed, waited, diff)


def _candidates(job: Job, settings: Settings) -> list[Scan]:
    """The scans of the same source and target that run, or may be fresh enough; newest first."""
    provider = job.provider
    found: list[Scan] = []
    if provider.can("list"):
        found += provider.scans_of(settings.target, Query(states=ACTIVE))
        if settings.fresh_for:
            since = provider.http.server_now() - timedelta(seconds=settings.fresh_for) - _LONGEST_SCAN
            completed = Query(states=frozenset({ScanState.COMPLETED}), started_after=since)
            found += provider.scans_of(settings.target, completed)
    if settings.previous_scan_id:
        found += _previous(job, settings, settings.previous_scan_id)
    return sorted({scan.id: scan for scan in found}.values(), key=_newest, reverse=True)


def _previous(job: Job, settings: Settings, scan_id: str) -> list[Scan]:
    """The scan that the user names, unless it is known to be of another source or target."""
    provider = job.provider
    try:
        scan = provider.get(provider.check_id(scan_id))
    except NotFound:
        job.warn(f"previous_scan_id {scan_id} is not known to {provider.title} any more.")
        return []
    if scan.source and not provider.same_target(scan, settings.target):
        job.warn(f"previous_scan_id {scan_id} is a scan of {scan.source} to {scan.target}, and so it does not serve.")
        return []
    return [scan]


def _newest(scan: Scan) -> float:
    return scan.started_at.timestamp() if scan.started_at else 0.0


def _reusable(job: Job, settings: Settings, candidates: list[Scan]) -> Scan | None:
    active = next((scan for scan in candidates if scan.state in ACTIVE), None)
    if active and settings.if_active == "fail":
        raise Conflict(f"A scan of the same source and target already runs: {active}.").knowing(scan=active)
    if active and settings.if_active == "reuse":
        return active
    if not settings.fresh_for:
        return None
    oldest = job.provider.http.server_now() - timedelta(seconds=settings.fresh_for)
    return next((scan for scan in candidates if _completed_since(scan, oldest)), None)


def _completed_since(scan: Scan, oldest: datetime) -> bool:
    ended = scan.finished_at or scan.started_at  # an end that is not told was no earlier than the start
    return scan.state is ScanState.COMPLETED and ended is not None and ended >= oldest


def _start(job: Job, settings: Settings, candidates: list[Scan]) -> Scan:
    provider = job.provider
    sent_at = provider.http.server_now()
    known = {scan.id for scan in candidates}

    def is_it(scan: Scan) -> bool:
        """Whether a scan is the one that our lost request made."""
        if scan.id in known:
            return False
        return scan.state in ACTIVE or (scan.started_at is not None and scan.started_at >= sent_at)

    def made() -> Scan | None:
        since = sent_at - timedelta(minutes=1)
        return next(filter(is_it, provider.scans_of(settings.target, Query(started_after=since))), None)

    try:
        return send_once(job, lambda: provider.start(settings.target), made if provider.can("list") else None)
    except LostAnswer as lost:
        raise lost.knowing(scan=None, changed=True) from None
