# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a policy accepts for a time: scans and issues, by name, until a date and for a reason."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..errors import InvalidInputError
from ..models import Scan, iso, parse_timestamp
from ..option_reading import KINDS, OptionTable
from ..text import INVISIBLE

ACCEPTED_OPTIONS: OptionTable = {
    "scan": {"type": "str"},
    "issue": {"type": "str"},
    "until": {"type": "str", "required": True},  # ISO 8601 with a zone
    "reason": {"type": "str", "required": True},
}
USED, EXPIRED, UNUSED = "used", "expired", "unused"
_ZONED_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*(?:[Zz]|[+-]\d\d:?\d\d)", re.ASCII)


@dataclass(frozen=True)
class Acceptance:
    """An entry of `policy.accepted`: an issue of a scan, an issue of every scan, or a scan as a whole."""

    scan: str | None
    issue: str | None
    until: datetime  # inclusive
    reason: str

    def is_over(self, now: datetime) -> bool:
        """Whether the time of the entry is over."""
        return now > self.until

    def matches(self, scan: Scan) -> bool:
        """Whether the entry is about a scan, or about an issue that the scan lists.

        Names are compared exactly: no pattern, no other case, and no id. Two names may look the same in a report,
        which leaves out invisible characters.
        """
        is_scan = self.scan is None or self.scan in (scan.name, scan.location)
        return is_scan and (self.issue is None or any(issue.name == self.issue for issue in scan.issues))


@dataclass(frozen=True)
class AcceptanceUse:
    """What became of an entry: `status` is used, expired or unused; `count` is how many scans it was used for."""

    entry: Acceptance
    status: str
    count: int = 0

    def facts(self) -> dict[str, t.Any]:
        """The entry and its use as JSON values."""
        entry = self.entry
        named = {"scan": entry.scan, "issue": entry.issue, "until": iso(entry.until), "reason": entry.reason}
        return {**named, "status": self.status, "count": self.count}


def parse_zoned_time(value: t.Any) -> datetime | None:
    """A time in ISO 8601 with a zone; None for any other value, such as a date alone."""
    is_zoned = isinstance(value, str) and _ZONED_TIME.fullmatch(value.strip())
    return parse_timestamp(value) if is_zoned else None


def parse_accepted(entries: Sequence[t.Any]) -> tuple[Acceptance, ...]:
    """The entries of `policy.accepted`.

    Raises InvalidInputError for an entry that is not complete, has an unknown key, or has no text where one must be. An
    empty scan or issue is refused, because the entry would accept more than it names.
    """
    return tuple(_parse_entry(entry, f"policy.accepted[{number}]") for number, entry in enumerate(entries))


def _parse_entry(entry: t.Any, where: str) -> Acceptance:
    if not isinstance(entry, Mapping):
        raise InvalidInputError(f"{where} must have scan or issue, until and reason.")
    empty = [name for name in ("scan", "issue") if entry.get(name) == ""]
    if empty and any(entry.get(name) not in (None, "") for name in ("scan", "issue")):
        raise InvalidInputError(
            f"{where}.{empty[0]} is empty, so the entry would accept more than it names. Set it, or leave it out."
        )
    given = {name: value for name, value in entry.items() if value is not None and value != ""}
    for name, value in given.items():
        _check_text(where, name, value)
    if not {"scan", "issue"} & set(given):
        raise InvalidInputError(f"{where} names neither a scan nor an issue: set scan, issue or both.")
    for name in ("until", "reason"):
        if name not in given:
            raise InvalidInputError(f"{where}.{name} is missing: what is accepted needs an end and a reason.")
    until = parse_zoned_time(given["until"])
    if until is None:
        raise InvalidInputError(
            f"{where}.until must be a time in ISO 8601 with a zone, like 2026-12-31T23:59:59Z, not {given['until']!r}."
        )
    return Acceptance(given.get("scan"), given.get("issue"), until, " ".join(given["reason"].split()))


def _check_text(where: str, name: str, value: t.Any) -> None:
    if not isinstance(value, str):
        raise InvalidInputError(f"{where}.{name} must be {KINDS['str']}. Quote it where it is set.")
    if not INVISIBLE.sub("", value).strip():
        raise InvalidInputError(f"{where}.{name} has nothing but white space.")
