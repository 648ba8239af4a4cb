# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of a list, parsed one by one: an invalid one must neither hide the others nor get lost."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from ..compat.pydantic import BaseModel, model_validator, reason
from ..errors import InvalidResponseError
from ..models import ErrorText, Scan, ScanState
from .envelope import record_error

T = t.TypeVar("T")


class VendorRecord(BaseModel):
    """A scan's record, whose `error` is whatever error it carries, under any key.

    A class names the keys from which its provider reads the state: under another key, a failure is an error.
    """

    state_keys: t.ClassVar[Collection[str]] = ()
    error: ErrorText = None

    @model_validator(mode="before")
    @classmethod
    def _find_error(cls, data: t.Any) -> t.Any:
        return {**data, "error": record_error(data, cls.state_keys)} if isinstance(data, dict) else data


def failed_by(error: str | None, state: ScanState) -> ScanState:
    """The state, with the record's error: a success beside one is failed, because what was not scanned is not known."""
    return ScanState.FAILED if error and state is ScanState.COMPLETED else state


@dataclass(frozen=True)
class InvalidRecord:
    """A record that cannot be parsed; `scan_id` is None where its id cannot be parsed either."""

    scan_id: str | None
    why: str
    data: t.Any
    fingerprint: int = 0  # of all that it holds

    def text(self, key: str) -> str | None:
        """One of its fields, or None where that is not a text."""
        value = self.data.get(key) if isinstance(self.data, dict) else None
        return value.strip() or None if isinstance(value, str) else None

    @property
    def key(self) -> str | int:
        """What identifies the record in a list: its id, or else all that it holds."""
        return self.scan_id or self.fingerprint

    def sentence(self, vendor: str) -> str:
        """For a warning or an error."""
        if self.scan_id is None:
            return f"{vendor} sent a scan without a valid id ({self.why})."
        return f"{vendor} sent an invalid record of scan {self.scan_id} ({self.why})."

    def ended_scan(self, provider: str) -> Scan:
        """The record of a list of scans that have ended: it may be the newest, and how it ended is not known."""
        return Scan(
            id=self.scan_id or "unknown",
            provider=provider,
            state=ScanState.STOPPED,
            error=f"invalid record ({self.why})",
        )

    def error(self, vendor: str) -> InvalidResponseError:
        """The error that takes the place of the scan."""
        return InvalidResponseError(self.sentence(vendor))


def check_identity(asked: str, found: str) -> None:
    """Raise ValueError where an answer is about another scan than the one that was asked for."""
    if found != asked:
        raise ValueError(f"it is about {found}, not {asked}")


def with_worst(
    records: Sequence[T | InvalidRecord], rank: Callable[[T | InvalidRecord], int], id_of: Callable[[T], str]
) -> list[T | InvalidRecord]:
    """The records of a page, where each of several of one scan is the one of the lowest rank.

    They stay several, because a page that repeats a scan may lack another.
    """

    def key(record: T | InvalidRecord) -> str | None:
        return record.scan_id if isinstance(record, InvalidRecord) else id_of(record)

    if len(set(map(key, records))) == len(records):
        return list(records)

    worst: dict[str | None, T | InvalidRecord] = {}
    for record in records:
        scan_id = key(record)
        if scan_id is not None and (scan_id not in worst or rank(record) < rank(worst[scan_id])):
            worst[scan_id] = record
    return [worst.get(key(record), record) for record in records]


def parse_each(items: list[t.Any], parse: Callable[[t.Any], T], id_key: str) -> list[T | InvalidRecord]:
    """Each record of a list. Raises ValueError where no record has an id, because then the list itself is invalid."""
    records: list[T | InvalidRecord] = []
    for item in items:
        try:
            records.append(parse(item))
        except ValueError as error:
            records.append(InvalidRecord(_id_of(item, id_key), reason(error), item, hash(json.dumps(item))))
    invalid = [record for record in records if isinstance(record, InvalidRecord)]
    if invalid and len(invalid) == len(records) and all(record.scan_id is None for record in invalid):
        raise ValueError(f"none of the {len(records)} scans has a valid id: {invalid[0].why}")
    return records


class RepeatedRecords(t.Generic[T]):
    """Parses the records of a list that is read again and again: one that did not change is the same object as before.

    Of each reading only the next one remembers the records. Several threads may parse pages of one reading.
    """

    def __init__(self, parse: Callable[[t.Any], T], id_key: str, is_lasting: Callable[[T], bool]) -> None:
        """`is_lasting` is false for what another moment may parse in another way, from the same record."""
        self._parse = parse
        self._id_key = id_key
        self._is_lasting = is_lasting
        self._before: dict[t.Any, tuple[t.Any, T]] = {}
        self._now: dict[t.Any, tuple[t.Any, T]] = {}

    def begin_reading(self) -> None:
        """Forget what the last reading did not show."""
        self._before, self._now = self._now, {}

    def parse_each(self, items: list[t.Any]) -> list[T | InvalidRecord]:
        """Each record of a page, as `parse_each` does it."""
        return parse_each(items, self._parse_once, self._id_key)

    def _parse_once(self, item: t.Any) -> T:
        key = _id_of(item, self._id_key)
        known = self._before.get(key)
        if known is None or not _is_same(known[0], item):
            known = item, self._parse(item)
        if self._is_lasting(known[1]):
            self._now[key] = known
        return known[1]


def _is_same(one: t.Any, other: t.Any) -> bool:
    """Whether two records are parsed alike: true equals 1, and 1.0 does, but they are other values."""
    if one != other or type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(map(type, one.values())) == [type(other[key]) for key in one]
    return True


def _id_of(item: t.Any, key: str) -> str | None:
    """A text or a whole number."""
    value = item.get(key) if isinstance(item, dict) else None
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    return str(value).strip() or None
