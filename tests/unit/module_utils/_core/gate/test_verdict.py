# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict: every rule of a policy, as data."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import Policy, parse_policy
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.verdict import Reason, Rule, Verdict, judge
from ansible_collections.datascan.gate.plugins.module_utils._core.models import STATES, Scan, ScanState

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def scan(state: str = "completed", **fields: t.Any) -> Scan:
    return Scan(**{"id": "1", "provider": "glasswall", "state": state, **fields})


def verdict(*scans: Scan, missing: t.Sequence[str] = (), mode: str = "enforce", **policy: t.Any) -> Verdict:
    return judge(scans, missing, parse_policy(policy), mode, NOW)


# Rules


@pytest.mark.parametrize("state", STATES)
def test_only_completed_passes_by_default(state: str) -> None:
    assert verdict(scan(state)).passed is (state == "completed")


def test_other_states_may_pass() -> None:
    assert verdict(scan("cancelled"), scan("completed"), states=["completed", "cancelled"]).passed
    assert not verdict(scan("completed"), states=["failed"]).passed
    assert not verdict(scan("completed"), states=[]).passed


def test_stopped_may_pass() -> None:
    assert verdict(scan("stopped"), allow_stopped=True).passed
    assert not verdict(scan("failed"), allow_stopped=True).passed


@pytest.mark.parametrize(
    ("count", "most", "passed"),
    [(0, 0, True), (1, 0, False), (5, 5, True), (6, 5, False), (None, 5, False), (None, None, True), (99, None, True)],
)
def test_issues(count: int | None, most: int | None, passed: bool) -> None:
    assert verdict(scan(issue_count=count), max_issues=most).passed is passed


def test_issues_that_are_not_counted_are_not_zero() -> None:
    (reason,) = verdict(scan(), max_issues=1000).reasons
    assert (reason.rule, reason.expected, reason.found) == (Rule.MAX_ISSUES, 1000, None)


@pytest.mark.parametrize(
    ("finished", "passed"),
    [
        ("2025-12-31T23:00:00Z", True),
        ("2025-12-31T22:59:59Z", False),
        ("2026-01-01T00:00:05Z", True),  # clocks differ
        (None, False),
    ],
)
def test_age(finished: str | None, passed: bool) -> None:
    assert verdict(scan(finished_at=finished), max_age=3600).passed is passed
    assert verdict(scan(finished_at=finished)).passed


@pytest.mark.parametrize(
    ("finished", "rules"),
    [
        ("2026-01-01T00:01:59Z", []),  # clocks differ
        ("2026-01-01T00:02:01Z", [Rule.FUTURE_END]),
        ("2999-01-01T00:00:00Z", [Rule.FUTURE_END]),
        ("9999-12-31T23:59:59Z", [Rule.FUTURE_END]),
        (1767225600, [Rule.MAX_AGE]),  # seconds or milliseconds: no time
        ("20260101", [Rule.MAX_AGE]),
    ],
)
def test_an_end_in_the_future_keeps_no_max_age(finished: t.Any, rules: list[Rule]) -> None:
    assert [reason.rule for reason in verdict(scan(finished_at=finished), max_age=10**9).reasons] == rules


def test_the_same_verdict_reads_the_same_at_any_time() -> None:
    old = scan(finished_at="2020-01-01T00:00:00Z")
    policy = Policy(max_age=60)
    later = datetime(2027, 1, 1, tzinfo=timezone.utc)
    assert judge([old], [], policy, "enforce", NOW) == judge([old], [], policy, "enforce", later)


@pytest.mark.parametrize(
    ("started", "rules"),
    [
        ("2025-12-31T12:00:01Z", []),
        ("2025-12-31T12:00:00Z", [Rule.NEWER_THAN]),  # at that time, so not after it
        ("2025-12-30T12:00:00Z", [Rule.NEWER_THAN]),
        (None, [Rule.NEWER_THAN]),
        ("2026-01-01T00:01:59Z", []),  # clocks differ
        ("2026-01-01T00:02:01Z", [Rule.FUTURE_START]),
        ("9999-12-31T23:59:59Z", [Rule.FUTURE_START]),
    ],
)
def test_a_scan_has_to_start_after_newer_than(started: str | None, rules: list[Rule]) -> None:
    ended = scan(started_at=started, finished_at="2025-12-31T23:00:00Z")
    made = verdict(ended, newer_than="2025-12-31T12:00:00Z")
    assert [reason.rule for reason in made.reasons] == rules
    assert verdict(ended).passed


@pytest.mark.parametrize("allow_missing", [False, True])
def test_fewer_scans_than_min_scans_do_not_pass(allow_missing: bool) -> None:
    def rules(*scans: Scan, missing: t.Sequence[str] = ()) -> set[Rule]:
        made = verdict(*scans, missing=missing, min_scans=2, allow_missing=allow_missing)
        return {reason.rule for reason in made.reasons}

    assert rules(scan(id="a"), scan(id="b")) == rules(scan(id="a"), scan(id="b"), scan(id="c")) == set()
    assert Rule.MIN_SCANS in rules(scan(id="a"), missing=["b", "c"])  # a missing scan does not count
    assert Rule.MIN_SCANS in rules()
    assert rules(scan(id="a"), scan("failed", id="b")) == {Rule.STATES}  # it is judged


@pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled", "stopped", "unknown"])
def test_what_is_not_known_about_a_scan_that_did_not_complete_is_no_second_reason(state: str) -> None:
    made = verdict(scan(state), max_issues=0, max_age=60, newer_than="2025-12-31T12:00:00Z")
    assert [reason.rule for reason in made.reasons] == [Rule.STATES]
    allowed = verdict(scan(state), states=[state], max_issues=0, max_age=60, newer_than="2025-12-31T12:00:00Z")
    assert [reason.rule for reason in allowed.reasons] == [Rule.MAX_ISSUES, Rule.MAX_AGE, Rule.NEWER_THAN]


def test_a_missing_scan_does_not_pass() -> None:
    made = verdict(scan(), missing=["a", "b"])
    assert (made.passed, made.missing, made.blocking_ids) == (False, ("a", "b"), {"a", "b"})
    assert [(reason.rule, reason.scan_id, reason.scan) for reason in made.reasons] == [
        (Rule.MISSING, "a", None),
        (Rule.MISSING, "b", None),
    ]


def test_no_scan_at_all_does_not_pass() -> None:
    assert [reason.rule for reason in verdict().reasons] == [Rule.NO_SCANS]
    assert [reason.rule for reason in verdict(missing=["a"]).reasons] == [Rule.MISSING]


def test_missing_scans_may_pass() -> None:
    assert verdict(allow_missing=True).passed
    allowed = verdict(scan(), missing=["a"], allow_missing=True)
    assert (allowed.passed, allowed.missing, allowed.blocking_ids) == (True, ("a",), frozenset())
    assert not verdict(scan("failed"), missing=["a"], allow_missing=True).passed


def test_a_verdict_has_every_reason_of_every_scan() -> None:
    made = verdict(scan("failed", id="a"), scan(id="b"), scan("cancelled", id="c", issue_count=3), max_issues=2)
    assert [(item.scan.id, item.passed, len(item.reasons)) for item in made.scans] == [
        ("a", False, 1),  # that it failed explains why its issues are not counted
        ("b", False, 1),
        ("c", False, 2),
    ]
    assert len(made.reasons) == 4
    assert (made.summary["total"], made.summary["failed"]) == (3, 1)


def test_one_bad_scan_fails_the_gate() -> None:
    bad = scan("failed", id="b")
    made = verdict(scan(id="a"), bad, scan(id="c"))
    assert not made.passed
    assert made.reasons == (Reason(Rule.STATES, frozenset({ScanState.COMPLETED}), ScanState.FAILED, "b", bad),)
    assert [item.passed for item in made.scans] == [True, False, True]


def test_a_reason_states_what_was_expected_and_what_was_found() -> None:
    made = verdict(scan("stopped", issue_count=3, finished_at="2025-12-31T22:00:00Z"), max_issues=2, max_age=60)
    finished = datetime(2025, 12, 31, 22, tzinfo=timezone.utc)
    assert [(reason.rule, reason.expected, reason.found) for reason in made.reasons] == [
        (Rule.STATES, {ScanState.COMPLETED}, ScanState.STOPPED),
        (Rule.MAX_ISSUES, 2, 3),
        (Rule.MAX_AGE, 60, finished),
    ]


def test_a_verdict_with_one_more_reason_does_not_pass() -> None:
    passed = verdict(scan())
    failed = passed.with_reasons(Reason(Rule.EARLIER_TASK, found="No answer."))
    assert (passed.passed, failed.passed, failed.scans) == (True, False, passed.scans)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (verdict(scan("running")), True),
        (verdict(scan("queued", id="a"), scan(id="b"), max_issues=1), False),  # b is not counted
        (verdict(scan("running"), max_issues=1), True),
        (verdict(scan("queued"), newer_than="2025-12-31T12:00:00Z"), True),
        # The scan began too early, whatever its result is.
        (verdict(scan("running", started_at="2025-12-31T11:00:00Z"), newer_than="2025-12-31T12:00:00Z"), False),
        (verdict(scan("running"), min_scans=2), False),
        (verdict(scan()), False),
        (verdict(), False),
        (verdict(scan("running"), missing=["a"]), False),
        (verdict(scan("running"), missing=["a"], allow_missing=True), True),
        (verdict(scan("running", id="a"), scan("unknown", id="b")), False),
        (verdict(scan("running")).with_reasons(Reason(Rule.EARLIER_TASK, found="No answer.")), False),
    ],
)
def test_whether_only_unfinished_scans_fail_the_gate(made: Verdict, expected: bool) -> None:
    assert made.fails_only_unfinished_scans is expected
