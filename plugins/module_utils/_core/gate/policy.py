# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy of a gate: its options as data, and the parsed policy."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from ..errors import InvalidInputError
from ..models import STATES, ScanState, is_in_future, iso
from ..option_reading import OptionTable, check_kind
from ..options import check_seconds
from ..unknown_options import describe_unknown_options
from .acceptance import ACCEPTED_OPTIONS, Acceptance, parse_accepted, parse_zoned_time

ENFORCE, ADVISE = "enforce", "advise"
MODES = (ENFORCE, ADVISE)
POLICY_OPTIONS: OptionTable = {
    "states": {"type": "list", "elements": "str", "choices": list(STATES), "default": ["completed"]},
    "max_issues": {"type": "int"},
    "allow_stopped": {"type": "bool", "default": False},
    "allow_missing": {"type": "bool", "default": False},
    "max_age": {"type": "int"},  # seconds
    "min_scans": {"type": "int"},
    "newer_than": {"type": "raw"},  # ISO 8601 with a zone, or epoch seconds, as a number or a text
    "accepted": {"type": "list", "elements": "dict", "options": ACCEPTED_OPTIONS},
}
_FIRST_TIME = datetime(2001, 9, 9, 1, 46, 40, tzinfo=timezone.utc)  # epoch second 1,000,000,000
_MAX_SECONDS = 10**11  # since 1970, which a datetime can hold


@dataclass(frozen=True)
class Policy:
    """The conditions of a gate: `max_age` is seconds since a scan finished, `newer_than` is before its start."""

    states: frozenset[ScanState] = frozenset({ScanState.COMPLETED})
    max_issues: int | None = None
    allow_stopped: bool = False
    allow_missing: bool = False
    max_age: int | None = None
    min_scans: int | None = None
    newer_than: datetime | None = None
    accepted: tuple[Acceptance, ...] = ()

    @property
    def accepted_states(self) -> frozenset[ScanState]:
        """The states that pass."""
        return self.states | ({ScanState.STOPPED} if self.allow_stopped else frozenset())

    @property
    def counting_option(self) -> str | None:
        """The option that cannot be checked without the issues of the scans, or None."""
        if self.max_issues is not None:
            return "max_issues"
        return "accepted.issue" if any(entry.issue is not None for entry in self.accepted) else None


def parse_policy(options: Mapping[str, t.Any]) -> Policy:
    """The policy that a user's options describe; an option that is None, empty or left out keeps its default.

    Raises InvalidInputError for an unknown name, a value of another type, and a number that is out of range.
    """
    given = {name: value for name, value in options.items() if value is not None and value != ""}
    if unknown := describe_unknown_options(POLICY_OPTIONS, given, "policy."):
        raise InvalidInputError(unknown)
    for name, value in given.items():
        if (kind := POLICY_OPTIONS[name]["type"]) != "raw":  # its parser checks it
            check_kind(f"policy.{name}", value, kind)
    for name, least in (("max_issues", 0), ("min_scans", 1)):
        if given.get(name, least) < least:
            raise InvalidInputError(f"policy.{name} must be {least} or more.")
    if "max_age" in given:
        check_seconds("policy.max_age", given["max_age"], zero=True)
    for name, parse in _PARSERS.items():
        if name in given:
            given[name] = parse(given[name])
    return Policy(**given)


def check_newer_than(policy: Policy, now: datetime) -> None:
    """Raise InvalidInputError for a newer_than in the future, which no scan can meet."""
    if policy.newer_than is not None and is_in_future(policy.newer_than, now):
        raise InvalidInputError(
            f"policy.newer_than is {iso(policy.newer_than)}, which is in the future: it is {iso(now)} on this machine."
        )


def _parse_states(states: list[t.Any]) -> frozenset[ScanState]:
    for state in states:
        if state not in STATES:
            raise InvalidInputError(f"policy.states must contain only {', '.join(STATES)}, not {state!r}.")
    return frozenset(ScanState(state) for state in states)


def parse_newer_than(value: t.Any, name: str = "policy.newer_than") -> datetime:
    """The time after which a scan must have started. One before 2001-09-09 is refused: 20261126 is no such time.

    Raises InvalidInputError, which names the option, for a value that is not a time with a zone or epoch seconds.
    """
    time = parse_zoned_time(value)
    seconds = _epoch_seconds(value)
    if time is None and seconds is not None and seconds < _MAX_SECONDS:
        time = datetime.fromtimestamp(seconds, timezone.utc)
    if time is None or time < _FIRST_TIME:
        shown = f", not {value!r}" if isinstance(value, str) else ""
        raise InvalidInputError(
            f"{name} must be a time in ISO 8601 with a zone, as a text like '2026-11-22T08:00:00Z', or whole seconds "
            f"since 1970 from 1000000000 on{shown}."
        )
    return time


def _epoch_seconds(value: t.Any) -> int | None:
    """A whole number, or a text of digits, as a number."""
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"\s*\d{1,20}\s*", value, re.ASCII) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


_PARSERS: Mapping[str, Callable[[t.Any], t.Any]] = {
    "states": _parse_states,
    "newer_than": parse_newer_than,
    "accepted": parse_accepted,
}
