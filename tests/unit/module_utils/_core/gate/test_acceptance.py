# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accepted scans and issues of a policy: what an entry applies to, how long, and what is never accepted."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import parse_policy
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.verdict import Rule, Verdict, judge
from ansible_collections.datascan.gate.plugins.module_utils._core.models import STATES, Scan, iso
from gate_support import scan
from hypothesis import given, settings
from hypothesis import strategies as st

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
FILES = ("a.doc", "b.doc", "c.doc")


def entry(until: timedelta = timedelta(days=1), **fields: str) -> dict[str, str]:
    return {"until": iso(NOW + until), "reason": "Known.", **fields}


def verdict(*scans: Scan, missing: t.Sequence[str] = (), **policy: t.Any) -> Verdict:
    return judge(scans, missing, parse_policy(policy), "enforce", NOW)


def with_issues(*names: str, count: int | None = None, **fields: t.Any) -> Scan:
    issues = [{"name": name} for name in names]
    return scan(issue_count=len(names) if count is None else count, issues=issues, **fields)


def statuses(made: Verdict) -> list[tuple[str, int]]:
    return [(use.status, use.count) for use in made.accepted]


# Issues


def test_accepted_issues_do_not_count() -> None:
    found = with_issues(*FILES)
    each = [entry(issue=name) for name in FILES]
    assert verdict(found).passed
    assert not verdict(found, max_issues=0).passed
    made = verdict(found, max_issues=0, accepted=each)
    assert (made.passed, statuses(made)) == (True, [("used", 1)] * 3)
    over = verdict(found, max_issues=0, accepted=[entry(timedelta(days=-1), issue=name) for name in FILES])
    assert (over.passed, statuses(over)) == (False, [("expired", 0)] * 3)
    assert verdict(found, max_issues=1, accepted=each[:2]).passed
    assert not verdict(found, max_issues=0, accepted=each[:2]).passed


def test_the_end_of_an_entry_is_inclusive() -> None:
    found = with_issues("a.doc")
    assert verdict(found, max_issues=0, accepted=[entry(timedelta(0), issue="a.doc")]).passed
    assert not verdict(found, max_issues=0, accepted=[entry(timedelta(microseconds=-1), issue="a.doc")]).passed


@pytest.mark.parametrize(
    "name", ["*", "a*", "A.DOC", "a.doc ", " a.doc", "a", "doc", "a?doc", ".*", "a.doc\u200b", "b.doc", "1"]
)
def test_the_name_of_an_issue_is_exact(name: str) -> None:
    made = verdict(with_issues("a.doc"), max_issues=0, accepted=[entry(issue=name)])
    assert (made.passed, statuses(made)) == (False, [("unused", 0)])


def test_an_issue_of_one_scan_is_not_accepted_in_another() -> None:
    scans = [with_issues("a.doc", id="1", name="in"), with_issues("a.doc", id="2", name="out")]
    made = verdict(*scans, max_issues=0, accepted=[entry(issue="a.doc", scan="in")])
    assert [item.passed for item in made.scans] == [True, False]
    both = verdict(*scans, max_issues=0, accepted=[entry(issue="a.doc")])
    assert (both.passed, statuses(both)) == (True, [("used", 2)])


def test_an_entry_for_an_issue_does_not_accept_the_scan() -> None:
    failed = with_issues("a.doc", state="failed", name="in")
    assert not verdict(failed, accepted=[entry(issue="a.doc", scan="in")]).passed
    assert not verdict(with_issues("a.doc", "b.doc", name="in"), max_issues=0, accepted=[entry(issue="a.doc")]).passed


def test_an_issue_that_is_not_listed_cannot_be_accepted() -> None:
    entries = [entry(issue=name) for name in FILES]
    assert not verdict(with_issues("a.doc", count=3), max_issues=0, accepted=entries).passed
    assert not verdict(scan(), max_issues=0, accepted=entries).passed  # not counted
    assert not verdict(scan(issues=[{"name": "a.doc"}]), max_issues=0, accepted=entries).passed


def test_a_listed_issue_that_does_not_count_hides_none_that_does() -> None:
    """Advalidation lists warnings beside the failed checks that it counts."""
    made = verdict(with_issues("failed", "warning", count=1), max_issues=0, accepted=[entry(issue="warning")])
    assert not made.passed
    assert made.reasons[0].found == 1


def test_two_entries_for_one_issue_take_it_off_once() -> None:
    two = [entry(issue="a.doc"), entry(issue="a.doc", scan="in")]
    assert not verdict(with_issues("a.doc", "b.doc", name="in"), max_issues=0, accepted=two).passed


def test_an_expired_entry_does_not_end_another() -> None:
    entries = [entry(timedelta(days=-1), issue="a.doc"), entry(issue="a.doc")]
    made = verdict(with_issues("a.doc"), max_issues=0, accepted=entries)
    assert (made.passed, statuses(made)) == (True, [("expired", 0), ("used", 1)])


@settings(deadline=None)
@given(
    st.lists(st.sampled_from("abcd"), max_size=6),
    st.integers(0, 8),
    st.lists(st.sampled_from("abcde"), max_size=4),
    st.integers(0, 5),
)
def test_what_is_accepted_never_hides_what_is_not(listed: list[str], count: int, names: list[str], most: int) -> None:
    found = with_issues(*listed, count=count)
    passed = verdict(found, max_issues=most, accepted=[entry(issue=name) for name in names]).passed
    taken_off = sum(name in names for name in listed)
    assert not passed or count <= most + taken_off
    assert passed or count > most  # an entry never makes a gate stricter
    if taken_off and passed:
        assert min(count, len(listed) - taken_off) <= most


# Scans


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("count", [None, 0, 9])
def test_a_scan_is_accepted_however_it_ended(state: str, count: int | None) -> None:
    made = verdict(scan(state, name="in", issue_count=count), max_issues=0, accepted=[entry(scan="in")])
    has_ended_badly = state in ("failed", "cancelled", "stopped")
    assert made.passed is (has_ended_badly or (state == "completed" and count is not None))
    assert statuses(made)[0][0] == ("used" if made.passed and (has_ended_badly or count) else "unused")


@pytest.mark.parametrize("fields", [{"name": "in"}, {"source": "in", "target": "out"}, {"source": "in"}])
def test_a_scan_is_named_as_the_reports_show_it(fields: dict[str, str]) -> None:
    name = fields.get("name") or f"in \u2192 {fields.get('target', '-')}"
    failed = scan("failed", id="83d7", **fields)
    assert verdict(failed, accepted=[entry(scan=name)]).passed
    for other in ("83d7", "*", name.upper(), f"{name} (83d7)", "in -> out", "", "glasswall"):
        entries = [entry(scan=other)] if other else []
        assert not verdict(failed, accepted=entries).passed


def test_an_accepted_scan_still_has_to_be_young_found_and_ended() -> None:
    entries = [entry(scan="in")]
    old = scan(
        "failed", name="in", started_at="2025-01-01T00:00:00Z", finished_at="2025-01-01T01:00:00Z", issue_count=0
    )
    assert verdict(old, accepted=entries).passed
    assert not verdict(old, accepted=entries, max_age=60).passed
    assert not verdict(old, accepted=entries, newer_than="2025-12-31T00:00:00Z").passed
    assert not verdict(scan("failed", name="in"), accepted=entries, max_age=60).passed  # no end known
    assert not verdict(scan("failed", name="in"), accepted=entries, newer_than="2025-12-31T00:00:00Z").passed
    assert not verdict(old, accepted=entries, min_scans=2).passed
    assert not verdict(old, accepted=[*entries, entry(scan="gone")], missing=["gone"]).passed
    assert not verdict(accepted=entries).passed


def test_an_expired_entry_for_a_scan_counts_again() -> None:
    made = verdict(scan("failed", name="in"), accepted=[entry(timedelta(days=-1), scan="in")])
    assert ([reason.rule for reason in made.reasons], statuses(made)) == ([Rule.STATES], [("expired", 0)])


def test_an_entry_that_nothing_needs_is_known() -> None:
    made = verdict(scan(name="in"), accepted=[entry(scan="in"), entry(scan="out"), entry(issue="a.doc")])
    assert (made.passed, statuses(made)) == (True, [("unused", 0)] * 3)


def test_every_scan_of_a_name_is_accepted() -> None:
    scans = [scan("failed", id=str(number), name="in") for number in range(3)]
    made = verdict(*scans, scan("failed", id="x", name="out"), accepted=[entry(scan="in")])
    assert [item.passed for item in made.scans] == [True, True, True, False]
    assert statuses(made) == [("used", 3)]
