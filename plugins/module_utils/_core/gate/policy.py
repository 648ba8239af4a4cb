# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy of a gate: its options as data, and the parsed policy."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import InvalidInputError
from ..models import STATES, ScanState
from ..option_reading import OptionTable
from ..options import check_seconds

ENFORCE, ADVISE = "enforce", "advise"
MODES = (ENFORCE, ADVISE)
POLICY_OPTIONS: OptionTable = {
    "states": {"type": "list", "elements": "str", "choices": list(STATES), "default": ["completed"]},
    "max_issues": {"type": "int"},
    "allow_stopped": {"type": "bool", "default": False},
    "allow_missing": {"type": "bool", "default": False},
    "max_age": {"type": "int"},  # seconds
}
_TYPES: Mapping[str, type | tuple[type, ...]] = {"list": (list, tuple), "int": int, "bool": bool}


@dataclass(frozen=True)
class Policy:
    """The conditions for each scan; `max_age` is seconds since the scan finished."""

    states: frozenset[ScanState] = frozenset({ScanState.COMPLETED})
    max_issues: int | None = None
    allow_stopped: bool = False
    allow_missing: bool = False
    max_age: int | None = None

    @property
    def accepted_states(self) -> frozenset[ScanState]:
        """The states that pass."""
        return self.states | ({ScanState.STOPPED} if self.allow_stopped else frozenset())


def parse_policy(options: Mapping[str, t.Any]) -> Policy:
    """The policy that a user's options describe; an option that is None or left out keeps its default.

    Raises InvalidInputError for an unknown name, a value of another type, and a number that is out of range.
    """
    given = {name: value for name, value in options.items() if value is not None}
    for name, value in given.items():
        _check_type(name, value)
    if given.get("max_issues", 0) < 0:
        raise InvalidInputError("policy.max_issues must be 0 or more.")
    if "max_age" in given:
        check_seconds("policy.max_age", given["max_age"], zero=True)
    if "states" in given:
        given["states"] = _parse_states(given["states"])
    return Policy(**given)


def _check_type(name: str, value: t.Any) -> None:
    if name not in POLICY_OPTIONS:
        raise InvalidInputError(f"policy.{name} is not a policy option: use {', '.join(POLICY_OPTIONS)}.")
    kind = POLICY_OPTIONS[name]["type"]
    is_bool = isinstance(value, bool)  # which Python counts among the integers
    if not isinstance(value, _TYPES[kind]) or is_bool != (kind == "bool"):
        raise InvalidInputError(f"policy.{name} must be of type {kind}.")


def _parse_states(states: list[t.Any]) -> frozenset[ScanState]:
    for state in states:
        if state not in STATES:
            raise InvalidInputError(f"policy.states must contain only {', '.join(STATES)}, not {state!r}.")
    return frozenset(ScanState(state) for state in states)
