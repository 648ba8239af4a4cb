# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a policy: their defaults, and what is refused."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import (
    MODES,
    POLICY_OPTIONS,
    Policy,
    parse_policy,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import STATES, ScanState


def test_an_option_that_is_left_out_keeps_its_default() -> None:
    assert parse_policy({}) == parse_policy(dict.fromkeys(("states", "max_issues", "max_age"))) == Policy()


def test_the_defaults_of_the_options_are_those_of_the_policy() -> None:
    assert parse_policy({name: option.get("default") for name, option in POLICY_OPTIONS.items()}) == Policy()


def test_every_option_reaches_the_policy() -> None:
    options = {"states": ["failed"], "max_issues": 3, "allow_stopped": True, "allow_missing": True, "max_age": 60}
    assert parse_policy(options) == Policy(frozenset({ScanState.FAILED}), 3, True, True, 60)
    assert set(options) == set(POLICY_OPTIONS)


@pytest.mark.parametrize("name", ["max_issues", "max_age"])
def test_negative_numbers_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"policy\.{name} must be 0 or more"):
        parse_policy({name: -1})
    assert parse_policy({name: 0})


def test_an_age_that_no_clock_can_count_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"policy\.max_age must be at most 1000000000 seconds"):
        parse_policy({"max_age": 10**9 + 1})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_isues": 1}, "policy.max_isues is not a policy option: use states, max_issues"),
        ({1: 1}, "policy.1 is not a policy option"),
        ({"max_issues": "5"}, "policy.max_issues must be of type int."),
        ({"max_issues": True}, "policy.max_issues must be of type int."),
        ({"allow_stopped": 1}, "policy.allow_stopped must be of type bool."),
        ({"allow_missing": "false"}, "policy.allow_missing must be of type bool."),
        ({"states": "completed"}, "policy.states must be of type list."),
        ({"states": ["done"]}, f"policy.states must contain only {', '.join(STATES)}, not 'done'."),
        ({"states": [["completed"]]}, "policy.states must contain only"),
    ],
)
def test_what_no_front_end_has_validated_is_refused(options: dict[t.Any, t.Any], message: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_policy(options)
    assert caught.value.message.startswith(message)


def test_the_modes() -> None:
    assert MODES == ("enforce", "advise")
