# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create a scan at most once, also where its answer is lost or other pipelines start one at the same moment."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from ..errors import ConflictError, DatascanError, InterruptedWaitError, UnknownOutcomeError
from ..models import MAY_RUN, Query, Scan
from ..providers.capabilities import CancelsScans, ListsScans, StartsScans, require_whole
from .at_most_once import check_ended_later, create_at_most_once, unknown_scan
from .context import OperationContext
from .election import earliest_started, elect

_CLOCK_SKEW = timedelta(minutes=1)  # a list of new scans begins so long before the start was sent


@dataclass(frozen=True)
class Created:
    """The scan to continue with, and the one that this operation started, unless that one was cancelled again.

    `is_certain` is false where several scans appeared after a lost answer, so that `ours` may be another pipeline's.
    """

    scan: Scan
    ours: Scan | None
    is_certain: bool = True


def elects(context: OperationContext, if_active: str) -> bool:
    """Whether pipelines that start a scan at the same moment end with one: the vendor must list and cancel scans."""
    return (
        if_active != "start" and isinstance(context.provider, ListsScans) and isinstance(context.provider, CancelsScans)
    )


def create_scan(
    context: OperationContext, target: Mapping[str, t.Any], if_active: str, known_ids: Collection[str]
) -> Created:
    """Create a scan, and agree with other pipelines on one of those that were started at the same moment.

    `known_ids` are the scans that were listed before. Raises UnknownOutcomeError where a scan may have been created,
    ConflictError where another scan won and if_active is fail, and InterruptedWaitError. The last two carry a Created.
    """
    creation = _Creation(context, target, if_active, known_ids)
    scan = creation.create()
    if not elects(context, if_active):
        return Created(scan, scan)
    if creation.was_found(scan):
        return creation.settle_after_loss(scan)
    return creation.settle(scan)


class _Creation:
    """One creation: when it was sent, and which scans may have come of it."""

    def __init__(
        self, context: OperationContext, target: Mapping[str, t.Any], if_active: str, known_ids: Collection[str]
    ) -> None:
        self._context = context
        self._target = target
        self._if_active = if_active
        self._known_ids = known_ids
        # Without microseconds, since a vendor's times may be whole seconds.
        self._sent_at = context.provider.server_now().replace(microsecond=0)
        self._earliest = self._sent_at
        self._found: list[Scan] = []  # after a lost answer: the scans of which one may be ours

    def create(self) -> Scan:
        """Send the start; after a lost answer, the scan that it created."""
        provider = self._context.require(StartsScans)
        find_created = self._find_created if isinstance(provider, ListsScans) else None
        scan = create_at_most_once(self._context, lambda: self._start(provider), find_created)
        if not self.was_found(scan):
            check_ended_later(self._context, scan, self._sent_at)
            if scan.source and not provider.is_same_target(scan, self._target):
                raise unknown_scan(self._context, scan, "which has another source or target")
        if scan.started_at:  # in case this machine's clock is wrong, and the vendor's answers have no Date
            self._earliest = min(self._earliest, scan.started_at)
        return scan

    def _start(self, provider: StartsScans) -> Scan:
        """Send the start. An answer about a scan that was there before does not identify the new one."""
        scan = provider.start(self._target)
        if scan.id in self._known_ids:
            raise UnknownOutcomeError(
                f"{provider.title} answered the start with scan {scan.id}, which was there before, so the new scan is "
                "not known."
            )
        return scan

    def was_found(self, scan: Scan) -> bool:
        """Whether the scan was found in a list after its answer was lost."""
        return scan in self._found

    def settle(self, scan: Scan) -> Created:
        """Agree with other pipelines on one scan, where the answer identified ours."""
        try:
            election = elect(self._context, self._list_new, ours=scan)
        except InterruptedWaitError as error:
            raise error.with_result(Created(scan, scan)) from None
        winner, ours = election.winner or scan, None if election.is_cancelled else scan
        if winner.id != scan.id and self._if_active == "fail":
            raise _conflict(Created(winner, ours))
        return Created(winner, ours)

    def settle_after_loss(self, scan: Scan) -> Created:
        """Agree with other pipelines on one scan after a lost answer, where one of several new scans may be ours."""
        seen, winner = self._found, scan
        try:
            election = elect(self._context, self._list_new, self._found)
            seen, winner = election.seen, election.winner or scan
        except DatascanError as error:
            self._context.warn(
                f"Cannot check whether {scan.id} is the only scan started at this moment: {error.message}"
            )
        others = [other.id for other in seen if other.state in MAY_RUN and other.id != winner.id]
        if others:
            self._context.warn(
                f"The answer to the start was lost, and several new scans have the same source and target. This task "
                f"continues with {winner.id}, and cancels none of the others, because one may be its own: "
                f"{', '.join(others)}."
            )
            if self._if_active == "fail":
                raise _conflict(Created(winner, winner, is_certain=False))
        return Created(winner, winner, is_certain=not others)

    def _list_new(self) -> list[Scan]:
        """The scans of the target that were not listed before the start."""
        query = Query(started_after=self._earliest - _CLOCK_SKEW)
        provider = self._context.require(ListsScans)
        scans = provider.list_scans_of(self._target, query)
        require_whole(provider, scans, "It may lack a scan of the same source and target.")
        return [scan for scan in scans if scan.id not in self._known_ids]

    def _find_created(self) -> Scan | None:
        """The scan that a request created whose answer was lost."""
        self._found = [scan for scan in self._list_new() if self._may_be_ours(scan)]
        active = earliest_started(scan for scan in self._found if scan.state in MAY_RUN)
        return active or next(iter(self._found), None)

    def _may_be_ours(self, scan: Scan) -> bool:
        return scan.state in MAY_RUN or (scan.started_at is not None and scan.started_at >= self._sent_at)


def _conflict(created: Created) -> ConflictError:
    message = f"A scan of the same source and target was started at the same moment: {created.scan}."
    return ConflictError(message, result=created)
