# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest scans by their start, of a list that is in the order of the last change.

A scan that started long ago may have changed last, so the first rows are not the newest scans.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Iterable, Sequence
from datetime import datetime

from ...models import Scan
from .rows import Row, ScanRow


class NewestScans:
    """Which rows can still be among the newest `limit` scans that match; without a limit each row can.

    Where no scan has a start, the order of the list counts.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._starts: dict[str, datetime | None] = {}  # of the scans found so far, by their ids
        self._latest: list[datetime] = []  # of these starts, as many as the limit, the oldest first
        self._passed_over: dict[str, Row] = {}  # rows that could not be among the newest, by id

    def add(self, scan: Scan) -> None:
        """Count a scan that matches the query."""
        start, is_known = scan.started_at, scan.id in self._starts
        if is_known and self._starts[scan.id] == start:
            return
        self._starts[scan.id] = start
        if is_known:  # it was read again, and differs
            self._latest = sorted(filter(None, self._starts.values()))
        elif start:
            insort(self._latest, start)
        del self._latest[: -self._limit if self._limit else None]

    def sort(self, rows: Iterable[Row]) -> list[Row]:
        """The rows in the order in which they are to be read."""
        return list(rows) if self._limit is None else sorted(rows, key=_age)

    def candidates(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that may be among the newest. The others are remembered."""
        held = []
        for row in rows:
            self._passed_over.pop(row.id, None)
            if self.can_hold(row):
                held.append(row)
            else:
                self._passed_over[row.id] = row
        return held

    def remove(self, scan_id: str) -> list[Row]:
        """Stop counting a scan that no longer matches. Returns the rows that were passed over so far."""
        if scan_id not in self._starts:
            return []
        del self._starts[scan_id]
        self._latest = sorted(filter(None, self._starts.values()))
        del self._latest[: -self._limit if self._limit else None]
        passed_over, self._passed_over = list(self._passed_over.values()), {}
        return passed_over

    def can_hold(self, row: Row) -> bool:
        """Whether a scan may be among the newest."""
        if self._is_undated():
            return row.started_at is not None
        oldest, latest = self._oldest(), _latest_start(row)
        return oldest is None or latest is None or latest >= oldest

    def is_whole(self, records: Sequence[ScanRow]) -> bool:
        """Whether no page after one with these records can have one of the newest: what follows changed before it."""
        oldest = self._oldest()
        is_past = oldest is not None and bool(records) and all(_changed_before(record, oldest) for record in records)
        return is_past or self._is_undated()

    def _is_undated(self) -> bool:
        """Whether there are enough scans, none of which has a start."""
        return self._limit is not None and len(self._starts) >= self._limit and not self._latest

    def _oldest(self) -> datetime | None:
        """When the oldest of the newest scans started, once there are enough."""
        return self._latest[0] if len(self._latest) == self._limit else None


def _latest_start(row: Row) -> datetime | None:
    return row.started_at or row.updated_at  # it started no later than its last change


def _age(row: Row) -> float:
    """The order of rows, newest first. One without times may be the newest."""
    latest = _latest_start(row)
    return -latest.timestamp() if latest else -math.inf


def _changed_before(record: ScanRow, time: datetime) -> bool:
    return isinstance(record, Row) and record.updated_at is not None and record.updated_at < time
