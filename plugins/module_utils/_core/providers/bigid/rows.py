# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's bodies: rows of its parent-scan list, a scan's own record, its status, and the response to a start.

Parsed by hand, and leniently: the documents show only the id (under two names) and `name` of a row, and state
that the list is sorted by updated_at. BigID's own code has `state`, `executedBy`, `created_at` and `updated_at`. All
other keys are inferred, and optional. A scan also has a secret, `scanSecretKey`, so only these fields are read.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from ...models import parse_timestamp
from ..envelope import record_error
from ..paging import parse_total
from ..records import InvalidRecord, check_identity, parse_each
from .errors import ID_KEYS, is_record, without_secret_key


@dataclass(frozen=True)
class Row:
    """A scan as the list or its own record shows it; `state` is BigID's status, trimmed."""

    id: str
    name: str | None = None
    profile: str | None = None
    state: str | None = None
    error: str | None = None
    owner: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    updated_at: datetime | None = None

    def merge(self, older: Row) -> Row:
        """This row, with the constant fields that it lacks from an older row of the same scan."""
        return replace(
            self,
            name=self.name or older.name,
            profile=self.profile or older.profile,
            owner=self.owner or older.owner,
            started_at=self.started_at or older.started_at,
        )

    def starts_between(self, after: datetime | None, before: datetime | None) -> bool:
        """Whether the scan may have started then; a scan without times is kept."""
        latest = self.started_at or self.updated_at  # it started no later than its last change
        too_early = after is not None and latest is not None and latest < after
        too_late = before is not None and self.started_at is not None and self.started_at > before
        return not too_early and not too_late


ScanRow = t.Union[Row, InvalidRecord]
_WRAPPERS = ("data", "result", "scan", "scanChildren")  # keys under which other answers have the scan
_ENVELOPE_WORDS = frozenset({"success", "ok", "string"})  # of an envelope's `status`; the last is the document's


@dataclass(frozen=True)
class Status:
    """The answer of a scan's status: whether it is active, or None; and what else it holds of the scan's state."""

    is_active: bool | None
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ScanPage:
    """A part of the parent-scan list; `total` may be missing."""

    records: list[ScanRow]
    total: int | None

    @property
    def rows(self) -> list[Row]:
        """The records that could be parsed."""
        return [record for record in self.records if isinstance(record, Row)]


def parse_page(data: t.Any) -> ScanPage:
    """`data.scanChildren` as the sample answer has it, or a list in `data` as the code samples read it."""
    body = data.get("data") if isinstance(data, dict) else None
    if isinstance(body, dict):
        return ScanPage(_parse_rows(body.get("scanChildren")), parse_total(body.get("totalCount")))
    return ScanPage(_parse_rows(body), parse_total(data.get("totalCount")) if isinstance(data, dict) else None)


def parse_record(data: t.Any, scan_id: str) -> list[Row]:
    """A scan's own record: an array with one object, or that object. It need not repeat the id.

    Several objects are parts of the scan. Raises ValueError where all are about other scans, or where one shows nothing
    of a scan: it may have the state under a name that is not known.
    """
    while isinstance(data, dict) and not is_record(data) and (key := _wrapper(data)):
        _check_ids(data, scan_id)
        data = data[key]
    items = data if isinstance(data, list) else [data]
    rows = [(item, _parse_row(item, scan_id)) for item in items]
    own = [replace(row, id=scan_id) for item, row in rows if _is_of(item, scan_id)]
    if rows and not own:
        check_identity(scan_id, _ids(rows[0][0])[0])
    if not all(_shows_scan(item, row) for item, row in rows):
        raise ValueError("a record has neither an id nor a state")
    return own


def parse_status(data: t.Any, scan_id: str) -> Status:
    """The status, also in the envelope of other answers, or in an array. An envelope's own `status` is not the scan's.

    Of several, true beats all others.
    """
    items = _status_objects(data)
    for item in items:
        _check_ids(item, scan_id)
        if error := _error(item):
            raise ValueError(f"it carries an error: {error}")
    values = [_boolean(item.get("status")) for item in items]
    words = [_text(item, key) for item in items for key in ("status", "state")]
    flags = [value for value in values if isinstance(value, bool)]
    return Status(
        is_active=any(flags) if flags else None,
        words=[word for word in words if word and not isinstance(_boolean(word), bool) and not _is_envelope_word(word)],
    )


def parse_started(data: t.Any) -> Row:
    """A scan that was started. Its `result` is the whole scan or only its id."""
    return _parse_row(data.get("result") if isinstance(data, dict) else None)


def _parse_row(item: t.Any, default_id: str | None = None) -> Row:
    """A row. Raises ValueError without an id."""
    if not isinstance(item, dict):
        raise ValueError("a scan is not an object")
    scan_id = _text(item, "_id", "id") or default_id
    if scan_id is None:
        raise ValueError("a scan has no id")
    return Row(
        id=scan_id,
        name=_text(item, "name"),
        profile=_text(item, "scanProfileName", "scan_profile_name"),
        state=_text(item, "state"),
        error=_error(item, ("state",)),
        owner=_text(item, "executedBy"),
        started_at=_time(item, "started_at", "startedAt", "created_at", "createdAt"),
        finished_at=_time(item, "finished_at", "finishedAt", "completed_at", "completedAt"),
        updated_at=_time(item, "updated_at", "updatedAt"),
    )


def _error(item: dict[str, t.Any], state_keys: Collection[str] | None = None) -> str | None:
    error = record_error(item, state_keys)
    return error and without_secret_key(error)


def _shows_scan(item: dict[str, t.Any], row: Row) -> bool:
    return bool(_ids(item) or row.state or row.error)


def _wrapper(body: dict[str, t.Any]) -> str | None:
    return next((key for key in _WRAPPERS if isinstance(body.get(key), (dict, list))), None)


def _status_objects(data: t.Any) -> list[dict[str, t.Any]]:
    """The objects of a status: the body, what it wraps, or the items of an array. Raises ValueError for another one."""
    found: list[dict[str, t.Any]] = []
    for body in data if isinstance(data, list) else [data]:
        if not isinstance(body, dict):
            raise ValueError("the body is not an object")
        found.append(body)
        if key := _wrapper(body):
            found += _status_objects(body[key])
    return found


def _boolean(value: t.Any) -> t.Any:
    return {"true": True, "false": False}.get(value.strip().lower(), value) if isinstance(value, str) else value


def _is_envelope_word(word: str) -> bool:
    return word.lower() in _ENVELOPE_WORDS


def _ids(item: dict[str, t.Any]) -> list[str]:
    """The ids of a scan, under their names. Raises ValueError for one that is no id: it may be another scan's."""
    present = [key for key in ID_KEYS if item.get(key) not in (None, "")]
    ids = [_text(item, key) for key in present]
    if None in ids:
        raise ValueError(f"{present[ids.index(None)]} is not an id")
    return [text for text in ids if text]


def _check_ids(body: dict[str, t.Any], scan_id: str) -> None:
    """Raise ValueError where a body names another scan."""
    ids = _ids(body)
    if ids and scan_id not in ids:
        check_identity(scan_id, ids[0])


def _is_of(item: dict[str, t.Any], scan_id: str) -> bool:
    """Whether an object is about a scan, or is a part of it."""
    parent = _text(item, "parentId", "parent_id", "parentScanId", "parent_scan_id")
    return not _ids(item) or scan_id in (*_ids(item), parent)


def _parse_rows(items: t.Any) -> list[ScanRow]:
    if not isinstance(items, list):
        raise ValueError("the list of scans is missing")
    return parse_each(items, _parse_row, "_id")


def _text(item: dict[str, t.Any], *keys: str) -> str | None:
    """The value of the first of these keys that is a string or a whole number."""
    for key in keys:
        value = item.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def _time(item: dict[str, t.Any], *keys: str) -> datetime | None:
    return next((time for time in (parse_timestamp(item.get(key)) for key in keys) if time), None)
