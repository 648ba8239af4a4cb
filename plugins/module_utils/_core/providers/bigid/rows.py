# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What BigID says of scans: rows of its parent-scan list, a scan's own record, its status, and the answer to a start.

Read by hand, and with patience: the documents show of a row only the id (under two names) and `name`, and say that
the list is sorted by updated_at. `state` is seen in the record. All other keys are inferred, and optional.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from ...models import to_utc
from ..records import InvalidRecord, read_each


@dataclass(frozen=True)
class Row:
    """A scan as the list or its own record shows it; `state` is BigID's word, trimmed."""

    id: str
    name: str | None = None
    profile: str | None = None
    state: str | None = None
    error: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    updated_at: datetime | None = None

    def over(self, older: Row) -> Row:
        """This row, with what an older one of the same scan tells and this one does not, and which does not change."""
        return replace(
            self,
            name=self.name or older.name,
            profile=self.profile or older.profile,
            started_at=self.started_at or older.started_at,
        )

    def starts_between(self, after: datetime | None, before: datetime | None) -> bool:
        """Whether it started then, as far as is known: a scan whose times are not told is not left out."""
        latest = self.started_at or self.updated_at  # it started no later than its last change
        too_early = after is not None and latest is not None and latest < after
        too_late = before is not None and self.started_at is not None and self.started_at > before
        return not too_early and not too_late


@dataclass(frozen=True)
class Page:
    """A part of the parent-scan list: its rows, and those without an id; `total` is a hint that may be missing."""

    rows: list[Row]
    without_id: list[InvalidRecord]
    total: int | None

    @property
    def size(self) -> int:
        """How many rows came."""
        return len(self.rows) + len(self.without_id)


def parse_page(data: t.Any) -> Page:
    """`data.scanChildren` as the sample answer has it, or a list in `data` as the code samples read it."""
    body = data.get("data") if isinstance(data, dict) else None
    if isinstance(body, dict):
        return Page(*_rows(body.get("scanChildren")), _count(body.get("totalCount")))
    return Page(*_rows(body), _count(data.get("totalCount")) if isinstance(data, dict) else None)


def parse_record(data: t.Any, scan_id: str) -> Row:
    """A scan's own record: an array with one object, or that object. It need not repeat the id."""
    items = data if isinstance(data, list) else [data]
    return replace(_row_in(items[0] if items else {}, scan_id), id=scan_id)


def parse_status(data: t.Any) -> t.Any:
    """What the status says: true, false, or whatever else. In an envelope, `status` is not the scan's."""
    if not isinstance(data, dict):
        raise ValueError("it is no object")
    return data.get("status")


def parse_started(data: t.Any) -> str:
    """The id of a scan that was started."""
    result = data.get("result") if isinstance(data, dict) else None
    return _row_in(result).id


def _row_in(item: t.Any, default_id: str | None = None) -> Row:
    """A row; without an id it is none."""
    if not isinstance(item, dict):
        raise ValueError("a scan is no object")
    scan_id = _text(item, "_id", "id") or default_id
    if scan_id is None:
        raise ValueError("a scan has no id")
    return Row(
        id=scan_id,
        name=_text(item, "name"),
        profile=_text(item, "scanProfileName", "scan_profile_name"),
        state=_text(item, "state"),
        error=_text(item, "error", "errorMessage", "error_message"),
        started_at=_time(item, "started_at", "startedAt", "created_at", "createdAt"),
        finished_at=_time(item, "finished_at", "finishedAt", "completed_at", "completedAt"),
        updated_at=_time(item, "updated_at", "updatedAt"),
    )


def _rows(items: t.Any) -> tuple[list[Row], list[InvalidRecord]]:
    if not isinstance(items, list):
        raise ValueError("the list of scans is missing")
    records = read_each(items, _row_in, "_id")
    rows = [record for record in records if not isinstance(record, InvalidRecord)]
    return rows, [record for record in records if isinstance(record, InvalidRecord)]


def _text(item: dict[str, t.Any], *keys: str) -> str | None:
    """The first of these keys that holds a text, or a whole number as ids may be."""
    for key in keys:
        value = item.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def _time(item: dict[str, t.Any], *keys: str) -> datetime | None:
    return next((time for time in (to_utc(item.get(key)) for key in keys) if time), None)


def _count(value: t.Any) -> int | None:
    """A count, which the document writes as 42.0."""
    return int(value) if isinstance(value, (int, float)) and 0 <= value < 2**31 else None
