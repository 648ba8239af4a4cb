# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at scans: by their ids, or those that a query finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .._errors import DatascanError, InvalidInput, NotFound
from .._models import Query, Scan, summarise
from ._job import Diff, Job, Waited
from ._waiter import Patience


@dataclass(frozen=True)
class Settings:
    """What scan_status is asked for: ids or a query, what to do about an id that is missing, and how long to wait."""

    scan_ids: Sequence[str] = ()
    query: Query | None = None
    missing: str = "fail"  # or ignore
    wait: Patience | None = None


@dataclass(frozen=True)
class Result:
    """The scans in the order asked (a query's: newest first), and the ids that nobody knows."""

    scans: list[Scan]
    summary: dict[str, int]
    missing: list[str]
    waited: Waited | None = None
    changed: bool = False
    diff: Diff = field(default_factory=Diff)


def run(job: Job, settings: Settings) -> Result:
    """Look at scans, and with `wait` until all have finished.

    Raises NotFound for a missing id (unless missing is ignore), WaitTimeout when the time is up.
    """
    if settings.query is not None:
        scans, missing = find(job, settings.query), list[str]()
    else:
        scans, not_found = _by_id(job, settings.scan_ids)
        missing = list(not_found)
        if missing and settings.missing == "fail":
            raise (
                NotFound(f"{job.provider.title} knows no scan {', '.join(missing)}, or this token may not see it.")
                .because(not_found[missing[0]])
                .knowing(scans=scans, missing=missing, summary=summarise(scans))
            )
    if not settings.wait:
        return Result(scans, summarise(scans), missing)
    return _after_waiting(job, settings.wait, scans, missing)


def _after_waiting(job: Job, patience: Patience, scans: list[Scan], missing: list[str]) -> Result:
    from . import wait  # here, because a look without a wait is to cost no more than it must

    waited = wait.no_wait(job, patience)
    if not job.check_mode:
        try:
            state = wait.wait_for(job, [scan.id for scan in scans], patience, {scan.id: scan for scan in scans})
        except DatascanError as error:
            raise error.knowing(missing=missing, summary=summarise(error.known.get("scans", scans))) from None
        scans, waited = state.scans, wait.facts(job, state)
        if state.timed_out:
            raise wait.timed_out(state).knowing(scans=scans, missing=missing, summary=summarise(scans), **vars(waited))
    return Result(scans, summarise(scans), missing, waited)


def find(job: Job, query: Query) -> list[Scan]:
    """The scans that a query asks for, newest first."""
    job.provider.require("list")
    scans = sorted(
        job.provider.scans(query), key=lambda scan: scan.started_at.timestamp() if scan.started_at else 0, reverse=True
    )
    return scans[: query.limit]


def _by_id(job: Job, asked: Sequence[str]) -> tuple[list[Scan], dict[str, NotFound]]:
    if not asked:
        raise InvalidInput("There is no scan to look at: scan_ids is empty.")
    answers = job.look(list(dict.fromkeys(job.check_id(scan_id) for scan_id in asked)))
    scans = [answer for answer in answers.values() if isinstance(answer, Scan)]
    missing = {scan_id: answer for scan_id, answer in answers.items() if isinstance(answer, NotFound)}
    for answer in answers.values():
        if isinstance(answer, DatascanError) and not isinstance(answer, NotFound):
            raise answer.knowing(scans=scans, missing=list(missing), summary=summarise(scans))
    return scans, missing
