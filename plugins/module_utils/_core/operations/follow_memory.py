# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a follower remembers from one poll to the next, and how that survives a restart."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..errors import InvalidInputError
from ..models import Scan, ScanState, iso, parse_timestamp

_VERSION = 1  # of a position
_MARGIN = timedelta(minutes=2)  # a list may show a scan late, and times may be whole seconds
MAX_MISSES = 3  # polls in a row that do not find a scan before it counts as gone


@dataclass(frozen=True)
class FollowedScan:
    """A scan that has not finished, as the last delivered change left it."""

    state: ScanState
    vendor_status: str | None
    since: float  # on the monotonic clock, when it was first seen
    scan: Scan | None = None  # None after a restart, until the next poll


@dataclass(frozen=True)
class ListProgress:
    """How far a list brings a follower."""

    newest: datetime | None  # where later lists begin, but for a margin
    listed: frozenset[str] | None  # the ids in a whole list; None for one that may lack scans
    present_until: datetime | None = None  # the latest start in a list that may lack scans


@dataclass
class FollowMemory:
    """The scans of which changes were delivered, and how far the lists have been read."""

    followed: dict[str, FollowedScan] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)  # by id, the polls in a row whose list lacked the scan
    misses: dict[str, int] = field(default_factory=dict)  # by id, the polls in a row that did not find it
    newest: datetime | None = None  # the latest start of a scan
    is_first: bool = True  # no complete list was read yet
    present_until: datetime | None = None  # the latest start in the first list, where that was not whole
    has_fault: bool = False  # the vendor cannot be read, and this was delivered

    @property
    def lists_begin(self) -> datetime | None:
        """The oldest start that a list needs; None for all."""
        return self.newest and self.newest - _MARGIN

    def keep(self, scan: Scan, now: float) -> None:
        """Remember a scan that has not finished. `now` is on the monotonic clock."""
        self.misses.pop(scan.id, None)
        before = self.followed.get(scan.id)
        self.followed[scan.id] = FollowedScan(scan.state, scan.vendor_status, before.since if before else now, scan)

    def end(self, scan_id: str) -> None:
        """Remember that a scan has finished, or is gone."""
        self.misses.pop(scan_id, None)
        self.followed.pop(scan_id, None)
        self.ended[scan_id] = 0

    def counts_as_gone(self, scan_id: str) -> bool:
        """Whether a scan, which a poll did not find, was not found in so many polls that it does not exist."""
        self.misses[scan_id] = self.misses.get(scan_id, 0) + 1
        return self.misses[scan_id] >= MAX_MISSES

    def advance(self, progress: ListProgress) -> None:
        """Later lists need not show what this one did. Scans that lists do not show any more are forgotten."""
        if progress.listed is None:
            if self.is_first:
                self.present_until = self.present_until or progress.present_until
            return
        self.newest, self.is_first = progress.newest, False
        missed = {scan_id: 0 if scan_id in progress.listed else count + 1 for scan_id, count in self.ended.items()}
        self.ended = {scan_id: count for scan_id, count in missed.items() if count < MAX_MISSES}

    def as_position(self, provider: str) -> dict[str, t.Any]:
        """The memory as JSON, without a name or an address."""
        return {
            "version": _VERSION,
            "provider": provider,
            "has_fault": self.has_fault,
            "is_first": self.is_first,
            "present_until": iso(self.present_until) if self.present_until else None,
            "newest": iso(self.newest) if self.newest else None,
            "followed": {scan_id: [one.state.value, one.vendor_status] for scan_id, one in self.followed.items()},
            "ended": list(self.ended),
        }

    @classmethod
    def from_position(cls, position: t.Any, provider: str, now: float) -> FollowMemory:
        """The memory that a position holds. Raises InvalidInputError for anything else, and for another vendor's."""
        try:
            if position["version"] != _VERSION:
                raise ValueError
            saved_provider = position["provider"]
            memory = cls(
                followed={
                    str(scan_id): FollowedScan(ScanState(state), vendor_status, now)
                    for scan_id, (state, vendor_status) in position["followed"].items()
                },
                ended={str(scan_id): 0 for scan_id in position["ended"]},
                newest=parse_timestamp(position["newest"]),
                is_first=position["is_first"] is not False,
                present_until=parse_timestamp(position["present_until"]),
                has_fault=position["has_fault"] is True,
            )
        except (TypeError, ValueError, KeyError, AttributeError):
            raise InvalidInputError("This is not a saved position of followed scans.") from None
        if saved_provider != provider:
            raise InvalidInputError(f"The saved position is of {saved_provider}, not of {provider}.")
        return memory
