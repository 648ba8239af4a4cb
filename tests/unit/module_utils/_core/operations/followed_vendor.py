# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vendor whose scans a test moves on between two polls of a follower."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from datetime import datetime

from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError, NotFoundError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Query, Scan, ScanList
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.follow import (
    Change,
    Follower,
    FollowRequest,
)
from fake_clock import FakeClock


class FollowedVendor:
    """Stands in for a provider and for the context around it."""

    name = "glasswall"
    title = "Glasswall"
    finds_by = frozenset({"source"})

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.provider = self
        self.scans: dict[str, Scan] = {}
        self.fault: DatascanError | None = None  # in place of every answer
        self.unreadable: dict[str, DatascanError] = {}  # by id, in place of one answer
        self.gap: str | None = None  # of the list
        self.queries: list[Query] = []
        self.reads: list[list[str]] = []
        self.warnings: list[str] = []
        self.warn = self.warnings.append

    def set(self, scan_id: str, state: str, started_at: datetime | None = None, **more: t.Any) -> None:
        before = self.scans.get(scan_id)
        started_at = started_at or (before.started_at if before else self.clock.now())
        self.scans[scan_id] = Scan(id=scan_id, provider=self.name, state=state, started_at=started_at, **more)  # type: ignore[arg-type]

    # What a follower uses

    def require(self, capability: type) -> FollowedVendor:
        return self

    def check_id(self, scan_id: str, option: str) -> str:
        return scan_id

    def poll_interval_for(self, scans: int) -> float:
        return 1.0

    def seconds_waited(self) -> float:
        return 0.0

    def list_scans(self, query: Query) -> ScanList:
        self.queries.append(query)
        if self.fault is not None:
            raise self.fault  # pylint: disable=raising-bad-type
        after = query.started_after
        found = [scan for scan in self.scans.values() if not after or not scan.started_at or scan.started_at > after]
        return ScanList(found, self.gap)

    def get_many(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        self.reads.append(list(scan_ids))
        if self.fault:
            return dict.fromkeys(scan_ids, self.fault)
        return {scan_id: self.unreadable.get(scan_id) or self._get(scan_id) for scan_id in scan_ids}

    def _get(self, scan_id: str) -> Scan | DatascanError:
        return self.scans.get(scan_id) or NotFoundError(f"no scan {scan_id}")


def follower(vendor: FollowedVendor, **request: t.Any) -> Follower:
    """A follower of some ids, or of all scans that the vendor lists."""
    if "scan_ids" not in request:
        request.setdefault("query", Query())
    return Follower(t.cast(OperationContext, vendor), FollowRequest(**request))


def deliver(following: Follower) -> list[str]:
    """Poll, and deliver what changed, as texts: what happened to which scan."""
    changes = following.poll()
    for change in changes:
        following.delivered(change)
    return [described(change) for change in changes]


def described(change: Change) -> str:
    return change.kind.value if change.scan is None else f"{change.scan.id} {change.kind.value}"
