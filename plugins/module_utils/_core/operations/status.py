# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read scans: by their ids, or those that a query finds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..errors import DatascanError, InvalidInputError, NotFoundError, UnsupportedError
from ..models import Query, Scan, ScanList, ScanState, start_time, summarise
from ..providers.capabilities import CountsIssues, ListsScans, gap_sentence
from .context import OperationContext
from .polling import WaitOptions
from .results import ScanDiff, WaitStats, partial_result

_SOUGHT = ("name", "source")  # the fields of a query that not every vendor's list has


@dataclass(frozen=True)
class StatusRequest:
    """The request of scan_status: ids or a query, what to do about a missing id, and how long to wait."""

    scan_ids: Sequence[str] = ()
    query: Query | None = None
    missing: str = "fail"  # or ignore
    wait: WaitOptions | None = None
    count_issues: bool = False  # of the scans that have completed


@dataclass(frozen=True)
class StatusResult:
    """The scans in the order asked (a query's: newest first), and the ids that the vendor does not know.

    `complete` is false where scans may be missing: the list never settled, or an id could not be read.
    """

    scans: list[Scan] | None = None
    summary: dict[str, int] | None = None
    missing: list[str] | None = None
    complete: bool | None = None
    waited: WaitStats | None = None
    changed: bool = False
    diff: ScanDiff = field(default_factory=ScanDiff)


def read_status(context: OperationContext, request: StatusRequest) -> StatusResult:
    """Read scans, and with `wait` until all have finished.

    Raises NotFoundError for a missing id (unless missing is ignore), WaitTimeoutError at the deadline, and the error of
    a count of issues that failed.
    """
    if request.count_issues:
        context.require(CountsIssues)
    with context.time_limit(request.wait):
        find = _get_by_id if request.query is None else _find
        result = find(context, request)
        if request.wait:
            result = _after_waiting(context, request.wait, result)
        if not request.count_issues:
            return result
        from .issue_counts import count_issues

        counts = count_issues(context, result.scans or [], result.waited)
        return counts.checked(replace(result, scans=counts.scans, waited=counts.waited))


def _after_waiting(context: OperationContext, options: WaitOptions, result: StatusResult) -> StatusResult:
    from . import wait  # not at the top: reading without a wait must not load what a wait needs

    scans = result.scans or []
    if context.check_mode:
        return replace(result, waited=wait.no_wait_stats(context, options))
    try:
        state = wait.wait_until_finished(
            context, [scan.id for scan in scans], options, {scan.id: scan for scan in scans}
        )
    except DatascanError as error:
        known = partial_result(error, wait.WaitResult)
        seen = scans if known.scans is None else known.scans
        raise error.with_result(replace(result, scans=seen, summary=summarise(seen), waited=known.waited)) from None
    result = replace(result, scans=state.scans, summary=summarise(state.scans), waited=wait.wait_stats(context, state))
    if state.timed_out:
        raise wait.timeout_error(context, state).with_result(result)
    return result


def _find(context: OperationContext, request: StatusRequest) -> StatusResult:
    """The scans that a query asks for. Raises UnsupportedError for a field that the vendor's list does not have.

    Raises NotFoundError where no scan has the query's name and source, unless missing is ignore.
    """
    provider, query = context.require(ListsScans), request.query or Query()
    check_query(provider, query)
    sought = [name for name in _SOUGHT if getattr(query, name) is not None]
    try:
        listed = provider.list_scans(query)
    except DatascanError as error:
        if isinstance(error.result, ScanList):
            raise error.with_result(_listed(matching_scans(error.result, query), query)) from None
        raise
    listed = matching_scans(listed, query)
    result = _listed(listed, query)
    if listed.gap:
        context.warn(f"{gap_sentence(context.provider, listed.gap)} Scans that match the query may be missing.")
    elif sought and not result.scans:
        wanted = " and ".join(f"query.{name} {getattr(query, name)!r}" for name in sought)
        message = f"None of the {listed.seen} scans that {provider.title} listed matches {wanted}. Check the spelling."
        if request.missing == "fail" and not query.model_copy(update={"name": None, "source": None}).narrows:
            raise NotFoundError(message, result=result)
        context.warn(message)
    return result


def check_query(provider: ListsScans, query: Query) -> None:
    """Raise UnsupportedError for a field that the vendor's list does not have."""
    for name in _SOUGHT:
        if getattr(query, name) is not None and name not in provider.finds_by:
            raise UnsupportedError(f"query.{name} cannot be used: {provider.title} does not list the {name} of scans.")


def matching_scans(listed: ScanList, query: Query) -> ScanList:
    """The scans of a list that match a query, also where the vendor ignores a part of it.

    A scan of another owner leaves a gap: the vendor does not keep to the owners, so others of them may be missing.
    """
    scans = [scan for scan in listed if query.could_match(scan)]
    foreign = next((scan for scan in scans if not query.has_owner(scan)), None)
    if foreign is None or listed.gap:
        return replace(listed, scans=scans)
    owner = f"owner {foreign.owner}" if foreign.owner else "no owner"
    gap = f"it has scan {foreign.id} of {owner}, although query.owners names others"
    return replace(listed, scans=scans, gap=gap)


def _listed(listed: ScanList, query: Query) -> StatusResult:
    """Newest first; none of them is missing."""
    scans = _newest_first(listed.scans)[: query.limit]
    return StatusResult(scans, summarise(scans), [], complete=listed.gap is None)


def _newest_first(scans: Sequence[Scan]) -> list[Scan]:
    """The scans by their start; in the vendor's order where none has one.

    Of the others, a completed scan without a start comes last, so that it takes no place of a newer one that would not
    pass a gate. Every other scan without a start comes first, because it may be the newest.
    """
    if not any(scan.started_at for scan in scans):
        return list(scans)

    def age(scan: Scan) -> float:
        if scan.started_at is None:
            return math.inf if scan.state is ScanState.COMPLETED else -math.inf
        return -start_time(scan)

    return sorted(scans, key=age)


def _get_by_id(context: OperationContext, request: StatusRequest) -> StatusResult:
    if not request.scan_ids:
        raise InvalidInputError("There are no scans to read: scan_ids is empty.")
    answers = context.get_many(
        list(dict.fromkeys(context.check_id(scan_id, "scan_ids") for scan_id in request.scan_ids))
    )
    scans = [answer for answer in answers.values() if isinstance(answer, Scan)]
    not_found = {scan_id: answer for scan_id, answer in answers.items() if isinstance(answer, NotFoundError)}
    missing = list(not_found)
    result = StatusResult(scans, summarise(scans), missing, complete=True)
    for answer in answers.values():
        if isinstance(answer, DatascanError) and not isinstance(answer, NotFoundError):
            raise answer.with_result(replace(result, complete=False))
    if missing and request.missing == "fail":
        named = ", ".join(missing)
        message = f"{context.provider.title} has no scan {named} that this token can see. Check the ids and api_url."
        raise NotFoundError(message, request=not_found[missing[0]].request, result=result)
    return result
