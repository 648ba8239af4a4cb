# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at scans: by their ids, or those that a query finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..errors import DatascanError, InvalidInputError, NotFoundError
from ..models import Query, Scan, summarise
from .context import Diff, OperationContext, WaitStats
from .polling import WaitOptions


@dataclass(frozen=True)
class StatusRequest:
    """What scan_status is asked for: ids or a query, what to do about an id that is missing, and how long to wait."""

    scan_ids: Sequence[str] = ()
    query: Query | None = None
    missing: str = "fail"  # or ignore
    wait: WaitOptions | None = None


@dataclass(frozen=True)
class StatusResult:
    """The scans in the order asked (a query's: newest first), and the ids that nobody knows."""

    scans: list[Scan]
    summary: dict[str, int]
    missing: list[str]
    waited: WaitStats | None = None
    changed: bool = False
    diff: Diff = field(default_factory=Diff)


def read_status(context: OperationContext, request: StatusRequest) -> StatusResult:
    """Look at scans, and with `wait` until all have finished.

    Raises NotFoundError for a missing id (unless missing is ignore), WaitTimeoutError when the time is up.
    """
    if request.query is not None:
        scans, missing = find(context, request.query), list[str]()
    else:
        scans, not_found = _by_id(context, request.scan_ids)
        missing = list(not_found)
        if missing and request.missing == "fail":
            raise (
                NotFoundError(
                    f"{context.provider.title} knows no scan {', '.join(missing)}, or this token may not see it."
                )
                .because(not_found[missing[0]])
                .knowing(scans=scans, missing=missing, summary=summarise(scans))
            )
    if not request.wait:
        return StatusResult(scans, summarise(scans), missing)
    return _after_waiting(context, request.wait, scans, missing)


def _after_waiting(
    context: OperationContext, wait_options: WaitOptions, scans: list[Scan], missing: list[str]
) -> StatusResult:
    from . import wait

    waited = wait.no_wait(context, wait_options)
    if not context.check_mode:
        try:
            state = wait.wait_for(context, [scan.id for scan in scans], wait_options, {scan.id: scan for scan in scans})
        except DatascanError as error:
            raise error.knowing(missing=missing, summary=summarise(error.known.get("scans", scans))) from None
        scans, waited = state.scans, wait.facts(context, state)
        if state.timed_out:
            raise wait.timed_out(state).knowing(scans=scans, missing=missing, summary=summarise(scans), **vars(waited))
    return StatusResult(scans, summarise(scans), missing, waited)


def find(context: OperationContext, query: Query) -> list[Scan]:
    """The scans that a query asks for, newest first."""
    context.provider.require("list")
    scans = sorted(
        context.provider.list_scans(query),
        key=lambda scan: scan.started_at.timestamp() if scan.started_at else 0,
        reverse=True,
    )
    return scans[: query.limit]


def _by_id(context: OperationContext, asked: Sequence[str]) -> tuple[list[Scan], dict[str, NotFoundError]]:
    if not asked:
        raise InvalidInputError("There is no scan to look at: scan_ids is empty.")
    answers = context.get_many(list(dict.fromkeys(context.check_id(scan_id) for scan_id in asked)))
    scans = [answer for answer in answers.values() if isinstance(answer, Scan)]
    missing = {scan_id: answer for scan_id, answer in answers.items() if isinstance(answer, NotFoundError)}
    for answer in answers.values():
        if isinstance(answer, DatascanError) and not isinstance(answer, NotFoundError):
            raise answer.knowing(scans=scans, missing=list(missing), summary=summarise(scans))
    return scans, missing
