# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict: every rule of a policy, and what the gate does with it."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import GateFailedError, InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.gate import evaluate
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.verdict import MODES, Policy, given_policy, judge
from ansible_collections.datascan.gate.plugins.module_utils._core.models import PREDICTED_ID, STATES, Scan, Verdict
from support import FakeClock

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)  # of the fake clock as well


def scan(state: str = "completed", **fields: t.Any) -> Scan:
    return Scan(**{"id": "1", "provider": "glasswall", "state": state, **fields})


def verdict(*scans: Scan, missing: t.Sequence[str] = (), mode: str = "enforce", **policy: t.Any) -> Verdict:
    return judge(scans, missing, given_policy(policy), mode, NOW)


# Rules


@pytest.mark.parametrize("state", STATES)
def test_only_completed_passes_by_default(state: str) -> None:
    assert verdict(scan(state)).passed is (state == "completed")


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (scan("queued"), "Scan 1 had not started when the wait ended."),
        (
            scan("running", vendor_status="Listing"),
            "Scan 1 was still running when the wait ended (glasswall says Listing).",
        ),
        (scan("failed", vendor_status="Error", error="disk full."), "Scan 1 failed (glasswall says Error): disk full."),
        (scan("failed", vendor_status="Failed"), "Scan 1 failed."),
        (scan("cancelled", vendor_status="Cancelled"), "Scan 1 was cancelled."),
        (scan("stopped"), "Scan 1 stopped, and nobody says that it completed."),
        (scan("unknown", vendor_status="Paused"), "Scan 1 is in a state that nobody knows (glasswall says Paused)."),
        (scan("failed", name="nightly"), "Scan nightly (1) failed."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_why_a_scan_does_not_pass(made: Scan, reason: str) -> None:
    assert verdict(made).reasons == [reason]


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


def test_issues_that_are_not_counted_are_not_none() -> None:
    (reason,) = verdict(scan(), max_issues=1000).reasons
    assert reason == "Scan 1 has no count of issues yet, so max_issues cannot be kept."


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


def test_the_same_verdict_reads_the_same_at_any_time() -> None:
    old = scan(finished_at="2020-01-01T00:00:00Z")
    policy = Policy(max_age=60)
    later = datetime(2027, 1, 1, tzinfo=timezone.utc)
    assert judge([old], [], policy, "enforce", NOW) == judge([old], [], policy, "enforce", later)


def test_a_missing_scan_does_not_pass() -> None:
    made = verdict(scan(), missing=["a", "b"])
    assert (made.passed, made.reasons, made.missing) == (
        False,
        ["Scan a is missing.", "Scan b is missing."],
        ["a", "b"],
    )


def test_no_scan_at_all_does_not_pass() -> None:
    assert verdict().reasons == ["There is no scan to judge."]
    assert verdict(missing=["a"]).reasons == ["Scan a is missing."]


def test_missing_scans_may_pass() -> None:
    assert verdict(allow_missing=True).passed
    assert verdict(scan(), missing=["a"], allow_missing=True).passed
    assert not verdict(scan("failed"), missing=["a"], allow_missing=True).passed


def test_every_reason_of_every_scan_is_told() -> None:
    made = verdict(scan("failed", id="a"), scan(id="b"), scan("cancelled", id="c", issue_count=3), max_issues=2)
    assert [(item.scan.id, item.passed, len(item.reasons)) for item in made.judgements] == [
        ("a", False, 2),
        ("b", False, 1),
        ("c", False, 2),
    ]
    assert len(made.reasons) == 5
    assert (made.summary["total"], made.summary["failed"]) == (3, 1)


def test_one_bad_scan_closes_the_gate() -> None:
    made = verdict(scan(id="a"), scan("failed", id="b"), scan(id="c"))
    assert (made.passed, made.reasons) == (False, ["Scan b failed."])
    assert [item.passed for item in made.judgements] == [True, False, True]


# Options


def test_an_option_that_is_left_out_keeps_its_default() -> None:
    assert given_policy({}) == given_policy(dict.fromkeys(("states", "max_issues", "max_age"))) == Policy()


@pytest.mark.parametrize("name", ["max_issues", "max_age"])
def test_less_than_nothing_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"policy\.{name} must be 0 or more"):
        given_policy({name: -1})
    assert given_policy({name: 0})


# The verb


def go(
    *scans: Scan,
    check_mode: bool = False,
    reports: t.Sequence[tuple[str, str]] = (),
    mode: str = "enforce",
    **more: t.Any,
) -> evaluate.GateResult:
    policy = given_policy(more.pop("policy", {}))
    given = [one.model_dump(mode="json") for one in scans]
    settings = evaluate.GateRequest(given, policy=policy, mode=mode, reports=reports, **more)
    return evaluate.evaluate_gate(settings, FakeClock(), check_mode)  # type: ignore[arg-type]


def test_an_open_gate() -> None:
    result = go(scan(id="a"), scan(id="b"))
    assert (result.changed, result.passed, result.reasons, result.reports) == (False, True, [], [])
    assert result.msg == "The gate is open: 2 of 2 scans pass."


def test_a_closed_gate_says_which_scan_and_why_and_knows_everything() -> None:
    with pytest.raises(
        GateFailedError, match=r"^The gate is closed: Scan b failed \(glasswall says Error\)\.$"
    ) as caught:
        go(scan(id="a"), scan("failed", id="b", vendor_status="Error"))
    known = caught.value.result
    assert (known.passed, known.changed, known.reports) == (False, False, [])
    assert known.reasons == ["Scan b failed (glasswall says Error)."]
    assert [one.id for one in known.scans] == ["a", "b"]
    assert (known.summary["total"], known.summary["failed"]) == (2, 1)
    assert caught.value.facts()["kind"] == "gate_closed"


def test_advice_lets_through_and_says_why_not() -> None:
    result = go(scan("failed"), mode="advise")
    assert (result.passed, result.reasons) == (False, ["Scan 1 failed."])
    assert result.msg == "The gate is open by advice only (mode: advise): Scan 1 failed."
    assert MODES == ("enforce", "advise")


@pytest.mark.parametrize("state", ["completed", "failed"])
def test_reports_are_written_whether_the_gate_opens_or_not(state: str, tmp_path: Path) -> None:
    files = [(kind, str(tmp_path / kind)) for kind in ("junit", "markdown", "json", "html")]
    if state == "failed":
        with pytest.raises(GateFailedError) as caught:
            go(scan(state), reports=files)
        assert (caught.value.result.changed, caught.value.result.reports) == (True, [dest for _kind, dest in files])
    else:
        result = go(scan(state), reports=files)
        assert (result.changed, result.reports) == (True, [dest for _kind, dest in files])
    assert all(Path(dest).stat().st_size for _kind, dest in files)


def test_a_report_that_would_not_change_is_left_as_it_is(tmp_path: Path) -> None:
    reports = [("markdown", str(tmp_path / "report.md"))]
    assert go(scan(), reports=reports).changed
    before = (tmp_path / "report.md").stat()
    assert not go(scan(), reports=reports).changed
    after = (tmp_path / "report.md").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_check_mode_writes_no_report_and_says_that_it_would(tmp_path: Path) -> None:
    reports = [("markdown", str(tmp_path / "report.md"))]
    result = go(scan(), reports=reports, check_mode=True)
    assert (result.changed, result.reports) == (True, [str(tmp_path / "report.md")])
    assert (result.file_changes[0].before, bool(result.file_changes[0].after)) == ("", True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("state", ["queued", "running"])
def test_in_check_mode_a_scan_that_nobody_waited_for_closes_no_gate(state: str) -> None:
    result = go(scan(state, id=PREDICTED_ID), check_mode=True)
    assert (result.passed, len(result.reasons)) == (False, 1)
    with pytest.raises(GateFailedError):
        go(scan(state))


def test_in_check_mode_everything_else_closes_it() -> None:
    for scans, more in (
        ([scan("failed")], {}),
        ([scan("running", id="a"), scan("failed", id="b")], {}),
        ([scan("running", id="a")], {"missing": ["b"]}),
        ([], {}),
    ):
        with pytest.raises(GateFailedError):
            go(*scans, check_mode=True, **more)


def test_what_is_no_scan_is_told_before_anything_is_written(tmp_path: Path) -> None:
    settings = evaluate.GateRequest([{"id": "1"}], reports=[("json", str(tmp_path / "report"))])
    with pytest.raises(InvalidInputError, match=r"scans\[0\] is no scan"):
        evaluate.evaluate_gate(settings, FakeClock(), False)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_written_opens_no_gate(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="does not exist"):
        go(scan(), reports=[("json", str(tmp_path / "none" / "report"))])
