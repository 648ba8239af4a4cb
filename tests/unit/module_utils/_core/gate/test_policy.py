# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a policy: their defaults, and what is refused."""

from __future__ import annotations

import typing as t
from datetime import date, datetime, timedelta, timezone

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.acceptance import Acceptance
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import (
    MODES,
    POLICY_OPTIONS,
    Policy,
    check_newer_than,
    parse_policy,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import STATES, ScanState


def test_an_option_that_is_left_out_keeps_its_default() -> None:
    assert parse_policy({}) == parse_policy(dict.fromkeys(("states", "max_issues", "max_age"))) == Policy()


def test_the_defaults_of_the_options_are_those_of_the_policy() -> None:
    assert parse_policy({name: option.get("default") for name, option in POLICY_OPTIONS.items()}) == Policy()


def test_every_option_reaches_the_policy() -> None:
    options = {
        "states": ["failed"],
        "max_issues": 3,
        "allow_stopped": True,
        "allow_missing": True,
        "max_age": 60,
        "min_scans": 2,
        "newer_than": "2026-01-02T03:04:05+01:00",
        "accepted": [{"scan": "a", "until": "2026-01-02T03:04:05Z", "reason": "b"}],
    }
    newer_than = datetime(2026, 1, 2, 2, 4, 5, tzinfo=timezone.utc)
    accepted = (Acceptance("a", None, datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc), "b"),)
    policy = Policy(frozenset({ScanState.FAILED}), 3, True, True, 60, 2, newer_than, accepted)
    assert parse_policy(options) == policy
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
        ({"max_isues": 1}, "policy.max_isues is not an option. Did you mean policy.max_issues?"),
        ({1: 1}, "policy.1 is not an option: use policy.states, "),
        ({"max_issues": "5"}, "policy.max_issues must be a whole number."),
        ({"max_issues": True}, "policy.max_issues must be a whole number."),
        ({"allow_stopped": 1}, "policy.allow_stopped must be true or false."),
        ({"allow_missing": "false"}, "policy.allow_missing must be true or false."),
        ({"states": "completed"}, "policy.states must be a list."),
        ({"states": ["done"]}, f"policy.states must contain only {', '.join(STATES)}, not 'done'."),
        ({"states": [["completed"]]}, "policy.states must contain only"),
    ],
)
def test_what_no_front_end_has_validated_is_refused(options: dict[t.Any, t.Any], message: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_policy(options)
    assert caught.value.message.startswith(message)


UNTIL = {"until": "2026-12-31T23:59:59Z", "reason": "Known."}


@pytest.mark.parametrize("name", ["min_scans", "newer_than", "accepted"])
@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_value_is_not_set(name: str, empty: t.Any) -> None:
    assert parse_policy({name: empty}) == Policy()


def test_an_empty_list_accepts_nothing() -> None:
    assert parse_policy({"accepted": []}) == Policy()


@pytest.mark.parametrize("value", [True, False, 0, -1, 1.5, "2", [2], {}])
def test_a_number_of_scans_is_one_or_more(value: t.Any) -> None:
    with pytest.raises(InvalidInputError, match=r"policy\.min_scans must be"):
        parse_policy({"min_scans": value})


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-02T03:04:05Z",
        " 2026-01-02T03:04:05Z\n",
        "2026-01-02T03:04:05.000+00:00",
        "2026-01-02 04:04:05+0100",
        1767323045,
        "1767323045",
        "1767323045\n",
    ],
)
def test_a_time_of_newer_than(value: t.Any) -> None:
    assert parse_policy({"newer_than": value}).newer_than == datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "value",
    [
        *("yesterday", "now", " ", "2026-01-02", "2026-01-02T03:04:05", "20260102T030405Z", "2026-13-02T03:04:05Z"),
        *("2026-01-02T03:04:05 CET", "2026-01-02T03:04:05Z and more", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        *(0, -1, 1, 20261126, "20261126", "0", "-1767323045", 1767323045.0, 1767323045.5, "1767323045.5", "1.7e9"),
        *("\u0661\u0667\u0666\u0667\u0663\u0662\u0663\u0660\u0664\u0665", 10**12, 10**30, True, False),
        *(float("nan"), float("inf"), date(2026, 1, 2), datetime(2026, 1, 2, tzinfo=timezone.utc)),
        *([], ["2026-01-02T03:04:05Z"], {}, b"2026-01-02T03:04:05Z"),
    ],
    ids=repr,
)
def test_an_invalid_time_for_newer_than_is_refused(value: t.Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^policy\.newer_than must be a time in ISO 8601 with a zone"):
        parse_policy({"newer_than": value})


def test_newer_than_in_the_future_is_refused() -> None:
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)
    check_newer_than(Policy(newer_than=now + timedelta(minutes=2)), now)  # clocks differ
    check_newer_than(Policy(), now)
    with pytest.raises(InvalidInputError, match=r"policy\.newer_than is 2026-01-01T00:02:01Z, which is in the future"):
        check_newer_than(Policy(newer_than=now + timedelta(seconds=121)), now)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"scan": "a", **UNTIL}, "policy.accepted must be a list."),
        ("a", "policy.accepted must be a list."),
        (True, "policy.accepted must be a list."),
        ([{}], "policy.accepted[0] names neither a scan nor an issue"),
        ([{"scan": "a", **UNTIL}, {}], "policy.accepted[1] names neither a scan nor an issue"),
        (["a"], "policy.accepted[0] must have scan or issue, until and reason."),
        ([None], "policy.accepted[0] must have scan or issue"),
        ([UNTIL], "policy.accepted[0] names neither a scan nor an issue"),
        ([{"scan": "", "issue": None, **UNTIL}], "policy.accepted[0] names neither a scan nor an issue"),
        ([{"scan": "a", "issue": "", **UNTIL}], "policy.accepted[0].issue is empty, so the entry would accept more"),
        ([{"scan": "", "issue": "a", **UNTIL}], "policy.accepted[0].scan is empty, so the entry would accept more"),
        ([{"scan": ["a"], "issue": "", **UNTIL}], "policy.accepted[0].issue is empty"),
        ([{"issue": "\u200b", **UNTIL}], "policy.accepted[0].issue has nothing but white space."),
        ([{"scan": "a", **UNTIL, "reason": "\u200b \u2060"}], "policy.accepted[0].reason has nothing but white space."),
        ([{"scan": " ", "issue": "a", **UNTIL}], "policy.accepted[0].scan has nothing but white space."),
        ([{"issue": "\t", **UNTIL}], "policy.accepted[0].issue has nothing but white space."),
        ([{"scan": ["a"], **UNTIL}], "policy.accepted[0].scan must be a text."),
        ([{"scan": 7, **UNTIL}], "policy.accepted[0].scan must be a text."),
        ([{"issue": True, **UNTIL}], "policy.accepted[0].issue must be a text."),
        (
            [{"isue": "a", "scan": "b", **UNTIL}],
            "policy.accepted[0].isue is not an option. Did you mean policy.accepted[0].issue?",
        ),
        ([{"id": "a", **UNTIL}], "policy.accepted[0].id is not an option"),
        ([{"scan": "a", "until": "2026-12-31T23:59:59Z"}], "policy.accepted[0].reason is missing"),
        ([{"scan": "a", **UNTIL, "reason": ""}], "policy.accepted[0].reason is missing"),
        ([{"scan": "a", **UNTIL, "reason": " "}], "policy.accepted[0].reason has nothing but white space."),
        ([{"scan": "a", "reason": "b"}], "policy.accepted[0].until is missing"),
        ([{"scan": "a", **UNTIL, "until": date(2026, 12, 31)}], "policy.accepted[0].until must be a text. Quote it"),
        ([{"scan": "a", **UNTIL, "until": 1798761599}], "policy.accepted[0].until must be a text."),
        *(
            (
                [{"scan": "a", **UNTIL, "until": wrong}],
                "policy.accepted[0].until must be a time in ISO 8601 with a zone",
            )
            for wrong in (
                "2026-12-31",
                "2026-12-31T23:59:59",
                "1798761599",
                "never",
                "2026-12-31Z",
                "2026-02-30T00:00Z",
            )
        ),
    ],
    ids=repr,
)
def test_what_accepts_nothing_clearly_is_refused(entries: t.Any, message: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_policy({"accepted": entries})
    assert caught.value.message.startswith(message)


def test_the_modes() -> None:
    assert MODES == ("enforce", "advise")
