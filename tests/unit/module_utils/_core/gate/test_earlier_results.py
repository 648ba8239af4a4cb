# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision by results of earlier tasks: which scans are judged, and the effect of failures and wrong values."""

from __future__ import annotations

import itertools
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    EarlierFailureError,
    GateFailedError,
    InvalidInputError,
    earlier_failure,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.evaluate import GateResult
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import MODES
from ansible_collections.datascan.gate.plugins.module_utils._core.models import PREDICTED_ID
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_error, render_result
from gate_support import REQUEST, ask, assert_not_asked, failure, scan_result

STARTED = {"changed": True, "scan": scan_result("running"), "reused": False}
FOUND = {"changed": False, "scans": [scan_result("running")], "missing": [], "summary": {}}
WAITED = {"changed": False, "scans": [scan_result()], "timed_out": False, "elapsed": 1.0}
SKIPPED = {"changed": False, "skipped": True, "skip_reason": "Conditional result was False"}
TIMED_OUT = failure("wait_timeout", "After 9 s, 1 of 1 scan had not finished.", timed_out=True)


def outcome(**given: t.Any) -> tuple[GateResult, DatascanError | None]:
    """The result of a gate, and its error if it fails."""
    try:
        return ask(**given), None
    except DatascanError as error:
        return error.result, error


def ids(result: GateResult) -> list[tuple[str, str]]:
    return [(scan.id, scan.state.value) for scan in result.scans]


# Which scans are judged


@pytest.mark.parametrize("before", [{"started": STARTED}, {"found": FOUND}, {"scans": [scan_result("running")]}])
def test_a_scan_is_judged_as_the_wait_saw_it_last(before: dict[str, t.Any]) -> None:
    result = ask(**before, waited=WAITED)
    assert (result.passed, result.proceed, ids(result)) == (True, True, [("1", "completed")])


@pytest.mark.parametrize("waited", [None, SKIPPED])
def test_without_a_wait_a_scan_is_judged_as_it_was_started_or_found(waited: dict[str, t.Any] | None) -> None:
    assert ask(started={**STARTED, "scan": scan_result()}, waited=waited).passed
    assert ask(found={**FOUND, "scans": [scan_result()]}, waited=waited).passed
    for before in ({"started": STARTED}, {"found": FOUND}):
        result, error = outcome(**before, waited=waited)
        assert (result.passed, result.proceed, ids(result)) == (False, False, [("1", "running")])
        assert isinstance(error, GateFailedError)


def test_records_of_one_scan_may_lack_its_source() -> None:
    started = {**STARTED, "scan": scan_result("running", source="nightly", target="a")}
    assert ask(started=started, waited=WAITED).passed
    assert ask(started=started, waited={**WAITED, "scans": [scan_result(source="nightly")]}).passed


def test_scans_that_check_mode_predicts_have_one_id() -> None:
    scans = [scan_result("queued", id=PREDICTED_ID, source=source) for source in ("nightly", "weekly")]
    assert ask(scans=scans, check_mode=True).proceed


def test_a_scan_that_the_wait_never_saw_is_judged_as_it_was_found() -> None:
    found = {**FOUND, "scans": [scan_result("running"), scan_result("running", id="2")]}
    result, _error = outcome(found=found, waited=WAITED)
    assert ids(result) == [("1", "completed"), ("2", "running")]
    assert result.reasons == ("Scan 2 was still running when the wait ended.",)


def test_scans_of_two_vendors_with_one_id_are_two_scans() -> None:
    result, _error = outcome(scans=[scan_result("failed", provider="bigid")], waited=WAITED)
    assert (result.passed, ids(result)) == (False, [("1", "completed"), ("1", "failed")])


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(
    ("other", "policy"),
    [
        (scan_result("running"), {}),
        (scan_result("failed"), {}),
        (scan_result("unknown"), {}),
        (scan_result(issue_count=3), {"max_issues": 2}),
        (scan_result(), {"max_issues": 2}),  # which has no count
        (scan_result(issue_count=0, finished_at="2025-12-01T00:00:00Z"), {"max_age": 60}),
        (scan_result(issue_count=0), {"max_age": 60}),  # which has no end
    ],
)
def test_of_two_records_of_one_scan_the_worse_counts_once(
    other: dict[str, t.Any], policy: dict[str, t.Any], reverse: bool
) -> None:
    good = scan_result(issue_count=0, finished_at="2026-01-01T00:00:00Z")
    scans = [other, good] if reverse else [good, other]
    assert ask(scans=[good, good], policy=policy).summary["total"] == 1
    for given in ({"scans": scans}, {"found": {**FOUND, "scans": scans}}, {"waited": {**WAITED, "scans": scans}}):
        result, error = outcome(**given, policy=policy)
        assert (result.passed, len(result.scans), len(result.reasons)) == (False, 1, 1)
        assert isinstance(error, GateFailedError)


def test_of_two_records_only_an_issue_that_both_list_can_be_accepted() -> None:
    def record(*names: str, started: str | None) -> dict[str, t.Any]:
        return scan_result(issue_count=2, issues=[{"name": name} for name in names], started_at=started)

    def passed(name: str, first: dict[str, t.Any], second: dict[str, t.Any], **policy: t.Any) -> t.Any:
        accepted = [{"issue": name, "until": "2999-01-01T00:00:00Z", "reason": "Known."}]
        given = {"scans": [first, second], "policy": {"max_issues": 1, "accepted": accepted, **policy}}
        return outcome(**given)[0].passed

    old, new = "2025-12-30T00:00:00Z", "2025-12-31T20:00:00Z"
    first, second = record("a", "b", started=new), record("a", "c", started=new)
    assert passed("a", first, second)
    assert not passed("b", first, second)
    assert not passed("c", first, second)
    newer_than = "2025-12-31T00:00:00Z"
    assert passed("a", first, second, newer_than=newer_than)
    for started in (old, None):
        assert not passed("a", first, record("a", "c", started=started), newer_than=newer_than)
        assert not passed("a", record("a", "c", started=started), first, newer_than=newer_than)


def test_a_name_that_only_an_earlier_task_knows_is_kept() -> None:
    """BigID names a scan in the list of scans, and not in the status of a running scan."""
    started = {"changed": True, "scan": scan_result("queued", name="nightly", source="in")}
    waited = {**WAITED, "scans": [scan_result("failed")]}
    result, _error = outcome(started=started, waited=waited)
    assert [(one.name, one.source, one.state.value) for one in result.scans] == [("nightly", "in", "failed")]


@pytest.mark.parametrize(
    "given",
    [
        {"scans": []},
        {"waited": {**WAITED, "scans": []}},
        {"waited": {**WAITED, "scans": []}, "found": {**FOUND, "scans": []}},
        {"scans": [], "waited": SKIPPED},
    ],
)
def test_an_empty_list_alone_never_passes(given: dict[str, t.Any]) -> None:
    """An empty list does not show that the vendor was asked, or that it answered."""
    for policy in ({}, {"allow_missing": True}):
        result, error = outcome(**given, policy=policy)
        assert (result.passed, result.proceed) == (False, False)
        assert result.reasons == ("There is no scan to judge.",)
        assert isinstance(error, GateFailedError)
    assert ask(scans=[], missing=["a"], policy={"allow_missing": True}).passed


@pytest.mark.parametrize("count", [False, True, "0", -1, 0.5, float("nan"), float("inf"), [], {}])
def test_an_invalid_count_is_refused(count: t.Any) -> None:
    result, error = outcome(scans=[{**scan_result(), "issue_count": count}], policy={"max_issues": 0})
    assert isinstance(error, InvalidInputError)
    assert "check issue_count" in error.message
    assert not result.passed


def test_all_results_together() -> None:
    started = {**STARTED, "scan": scan_result(id="a")}
    found = {**FOUND, "scans": [scan_result(id="b")]}
    result = ask(started=started, found=found, waited=WAITED, scans=[scan_result(id="c")])
    assert [scan_id for scan_id, _state in ids(result)] == ["1", "a", "b", "c"]
    assert (result.passed, result.summary["completed"]) == (True, 4)


def test_missing_ids_come_from_the_search_and_from_the_option() -> None:
    result, _error = outcome(found={**FOUND, "missing": ["x", "y"]}, waited=WAITED, missing=["y", "z"])
    assert (result.passed, result.missing) == (False, ("x", "y", "z"))
    assert ask(found={**FOUND, "missing": ["x"]}, waited=WAITED, policy={"allow_missing": True}).missing == ("x",)


def test_a_search_that_finds_nothing_does_not_pass() -> None:
    nothing = {**FOUND, "scans": []}
    result, error = outcome(found=nothing, waited=SKIPPED)
    assert (result.proceed, result.reasons) == (False, ("There is no scan to judge.",))
    assert isinstance(error, GateFailedError)
    assert ask(found=nothing, waited=SKIPPED, mode="advise").proceed
    assert ask(found=nothing, waited=SKIPPED, policy={"allow_missing": True}).passed


def test_a_wait_that_returns_at_its_time_out_leaves_it_to_the_policy() -> None:
    waited = {**WAITED, "scans": [scan_result("running")], "timed_out": True}
    result, error = outcome(started=STARTED, waited=waited)
    assert (result.passed, result.timed_out) == (False, True)
    assert isinstance(error, GateFailedError)
    assert ask(started=STARTED, waited=waited, policy={"states": ["running"]}).passed


def test_what_the_wait_cancelled_is_known() -> None:
    waited = {**TIMED_OUT, "scans": [scan_result("cancelled")], "cancelled": ["1"]}
    result, _error = outcome(started=STARTED, waited=waited)
    assert (result.cancelled, result.timed_out, ids(result)) == (("1",), True, [("1", "cancelled")])


# Every combination of results, modes and check mode

COMPLETED, RUNNING = [scan_result()], [scan_result("running")]
WAITS: dict[str, dict[str, t.Any] | None] = {
    "none": None,
    "skipped": SKIPPED,
    "ok": WAITED,
    "ended badly": {**WAITED, "scans": [scan_result("failed")]},
    "timed out": {**TIMED_OUT, "scans": RUNNING},
    "timed out, and saw nothing": TIMED_OUT,
    "timed out, although all completed": {**TIMED_OUT, "scans": COMPLETED},
    "not completed": failure("scan_not_completed", scans=[scan_result("failed")]),
    "unauthorized": failure("unauthorized", scans=RUNNING),
    "unauthorized, although all completed": failure("unauthorized", scans=COMPLETED),
    "without error": {"failed": True, "msg": "Unsupported parameters."},
    "unreachable": {"unreachable": True, "msg": "No route to host."},
}
BEFORES: dict[str, dict[str, t.Any]] = {
    "started": {"started": STARTED},
    "found": {"found": FOUND},
    "started, unauthorized": {"started": failure("unauthorized")},
    "started, lost": {"started": failure("lost_answer", scan=None)},
    "started, timed out without a scan": {"started": failure("wait_timeout")},
    "started, timed out": {"started": {**TIMED_OUT, "scan": scan_result("running")}},
    "found, not all": {"found": failure("not_found", scans=COMPLETED, missing=["2"])},
    "found, timed out": {"found": {**TIMED_OUT, "scans": RUNNING, "missing": []}},
}
NOT_ASKED_BEFORE = {"started, unauthorized", "started, lost", "started, timed out without a scan", "found, not all"}
NOT_ASKED_WAITS = {"unauthorized", "unauthorized, although all completed", "without error", "unreachable"}
TIMED_OUT_WAITS = {name for name in WAITS if name.startswith("timed out")}


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("before", "wait"), list(itertools.product(BEFORES, WAITS)))
def test_every_combination(before: str, wait: str, mode: str, check_mode: bool) -> None:
    result, error = outcome(**BEFORES[before], waited=WAITS[wait], mode=mode, check_mode=check_mode)
    was_asked = before not in NOT_ASKED_BEFORE and wait not in NOT_ASKED_WAITS
    no_wait = wait in ("none", "skipped")
    has_timed_out = wait in TIMED_OUT_WAITS or (no_wait and before.endswith("timed out"))
    passed = was_asked and wait == "ok"
    # In check mode nothing waited; what a failed wait left is a failure in check mode too.
    only_unfinished = check_mode and was_asked and no_wait and not has_timed_out
    assert result.passed is (None if only_unfinished else passed)
    assert result.proceed is (passed or (was_asked and mode == "advise") or only_unfinished)
    assert (error is None) is result.proceed
    assert bool(result.reasons) is not (passed or only_unfinished)
    assert result.msg
    if error is not None:
        assert result.error == error.facts()
        assert error.message == result.msg
    if not was_asked:
        assert isinstance(error, EarlierFailureError)
        assert error.kind not in ("wait_timeout", "scan_not_completed") or before.endswith("without a scan")
    elif error is not None:
        expected = (
            "wait_timeout" if has_timed_out else "scan_not_completed" if wait == "not completed" else "gate_closed"
        )
        assert error.kind == expected


@pytest.mark.parametrize(("before", "wait"), list(itertools.product(BEFORES, WAITS)))
def test_no_policy_makes_a_failed_task_pass(before: str, wait: str) -> None:
    policy = {"states": ["completed", "running", "failed"], "allow_missing": True}
    result, error = outcome(**BEFORES[before], waited=WAITS[wait], policy=policy)
    has_failed = (
        before in NOT_ASKED_BEFORE
        or wait not in ("none", "skipped", "ok", "ended badly")
        or (wait in ("none", "skipped") and before.endswith("timed out"))
    )
    assert result.passed is not has_failed
    assert isinstance(error, EarlierFailureError) is has_failed


@pytest.mark.parametrize("failed", [TIMED_OUT, failure("unauthorized", "The token has expired.")])
@pytest.mark.parametrize("scans", [COMPLETED, RUNNING])
def test_a_report_is_written_after_a_failed_wait_and_is_not_green(
    failed: dict[str, t.Any], scans: list[dict[str, t.Any]], tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    result, error = outcome(started=STARTED, waited={**failed, "scans": scans}, reports=[("json", str(report))])
    assert error is not None
    assert (result.changed, result.reports) == (True, (str(report),))
    written = json.loads(report.read_text())
    assert (written["passed"], written["reasons"]) == (False, list(result.reasons))


def test_a_report_states_that_the_pipeline_stops_where_advise_does_not_apply(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    reports = [("json", str(report))]
    outcome(started=STARTED, waited=failure("unauthorized"), reports=reports, mode="advise")
    assert json.loads(report.read_text())["mode"] == "enforce"
    outcome(started=STARTED, waited=TIMED_OUT, reports=reports, mode="advise")
    assert json.loads(report.read_text())["mode"] == "advise"


# Messages


@pytest.mark.parametrize(
    ("given", "message"),
    [
        # For a single scan that takes too long, the message of the wait is complete.
        ({"waited": {**TIMED_OUT, "scans": RUNNING}}, TIMED_OUT["msg"]),
        (
            {"waited": {**TIMED_OUT, "scans": RUNNING}, "mode": "advise"},
            f"{TIMED_OUT['msg']} Gate failed, but mode is advise: Scan 1 was still running when the wait ended.",
        ),
        (
            {"waited": {**TIMED_OUT, "scans": [*COMPLETED, scan_result("running", id="2")]}},
            f"{TIMED_OUT['msg']} Gate failed: Scan 2 was still running when the wait ended.",
        ),
        (
            {"waited": failure("unauthorized", "The token has expired.", scans=RUNNING)},
            "The token has expired. Gate failed: Scan 1 was still running when the wait ended.",
        ),
        # After a failure, scans that pass do not open the gate.
        ({"waited": failure("unauthorized", "The token has expired.", scans=COMPLETED)}, "The token has expired."),
        (
            {"waited": {**TIMED_OUT, "scans": COMPLETED}, "mode": "advise"},
            f"Gate failed, but mode is advise: {TIMED_OUT['msg']}",
        ),
        ({"waited": WAITED}, "Gate passed: 1 of 1 scan."),
        ({"check_mode": True}, "Check mode does not wait for scans, so there is no verdict."),
    ],
)
def test_the_message(given: dict[str, t.Any], message: str) -> None:
    result, _error = outcome(started=STARTED, **given)
    assert result.msg == message


def test_a_message_of_ansible_itself_ends_like_a_sentence() -> None:
    refused = {"failed": True, "msg": "one of the following is required: scan_ids, scans"}
    result, _error = outcome(started=STARTED, waited=refused)
    assert result.msg == (
        "one of the following is required: scan_ids, scans. Gate failed: Scan 1 was still running when the wait ended."
    )


# The error of an earlier task


def test_a_failure_has_the_facts_of_the_earlier_task() -> None:
    facts = {
        "kind": "unauthorized",
        "http_status": 401,
        "method": "GET",
        "url": "https://vendor.test/scans",
        "vendor_errors": [{"message": "expired"}],
    }
    _result, error = outcome(started=STARTED, waited={"failed": True, "msg": "No.", "error": facts})
    assert isinstance(error, EarlierFailureError)
    assert error.facts() == facts
    assert render_error(error)["error"] == facts


@pytest.mark.parametrize("mode", MODES)
def test_the_facts_stay_where_mode_advise_proceeds(mode: str) -> None:
    result, _error = outcome(started=STARTED, waited=TIMED_OUT, mode=mode)
    assert (
        result.error == {**REQUEST, "kind": "wait_timeout", "vendor_errors": ()} or result.error == TIMED_OUT["error"]
    )


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"kind": 5, "http_status": "401", "method": ["GET"], "url": 1, "vendor_errors": "no list"},
        {"kind": "no such kind", "http_status": True, "more": "than known"},
        {"kind": ["error"], "vendor_errors": ["no mapping", None]},
    ],
)
def test_facts_of_another_type_are_left_out(facts: dict[str, t.Any]) -> None:
    made = earlier_failure("It failed.", facts).facts()
    assert {**made, "vendor_errors": list(made["vendor_errors"])} == {**REQUEST, "kind": "error"}


def test_a_copy_of_the_error_keeps_its_kind() -> None:
    error = earlier_failure("It failed.", {"kind": "unauthorized", "http_status": 401})
    copy = error.with_message("In other words.").with_result(GateResult())
    assert (copy.message, copy.facts(), copy.result) == ("In other words.", error.facts(), GateResult())


# Values that are not results


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "There are no results to judge: set started, found, waited or scans."),
        ({"waited": SKIPPED}, "There are no results to judge: set started, found, waited or scans."),
        ({"started": {}}, "started has no scan: set it to the registered result of scan_start or scan_rescan."),
        ({"started": SKIPPED}, "started is the result of a skipped task, so it has no scan"),
        ({"started": SKIPPED, "found": FOUND}, "started is the result of a skipped task"),
        ({"started": WAITED}, "started has no scan"),
        ({"started": {**STARTED, "scan": None}}, "started has no scan"),
        ({"started": {**STARTED, "scan": "83d7"}}, "started.scan is not a scan"),
        ({"started": {**STARTED, "scan": [scan_result()]}}, "started.scan is not a scan"),
        ({"started": {"started": 1, "finished": 0, "ansible_job_id": "j1"}}, "started has no scan"),
        ({"found": {}}, "found has no scans: set it to the registered result of scan_status."),
        ({"found": SKIPPED}, "found is the result of a skipped task"),
        ({"found": {"scans": scan_result()}}, "found.scans must be a list of scans."),
        ({"found": {"scans": ["83d7"]}}, "found.scans[0] is not a scan"),
        ({"found": {**FOUND, "missing": "83d7"}}, "found.missing must be a list of ids."),
        ({"found": {**FOUND, "missing": [5]}}, "found.missing must be a list of ids."),
        ({"waited": {}}, "waited has no scans: set it to the registered result of scan_wait."),
        ({"waited": {"results": [WAITED], "changed": False}}, "waited is the result of a loop"),
        ({"waited": {**WAITED, "cancelled": {}}}, "waited.cancelled must be a list of ids."),
        ({"waited": {**TIMED_OUT, "scans": "no"}}, "waited.scans must be a list of scans."),
        ({"started": {**STARTED, "scan": {**scan_result(), "id": 7}}}, "started.scan is not a scan"),
        ({"scans": [{**scan_result(), "id": 7}]}, "scans[0] is not a scan"),
        # Two records with the same id that describe different scans.
        (
            {
                "started": {**STARTED, "scan": scan_result("running", source="nightly")},
                "waited": {**WAITED, "scans": [scan_result(source="weekly")]},
            },
            "The results disagree about scan 1: its source is weekly, and was nightly.",
        ),
        (
            {"scans": [scan_result(), scan_result(target="a"), scan_result(target="b")]},
            "The results disagree about scan 1: its target is b, and was a.",
        ),
        # A task never returns a contradictory result.
        ({"waited": {**WAITED, "timed_out": True}}, "waited.timed_out is true, but each of its scans has finished"),
        ({"waited": {**WAITED, "cancelled": ["1"]}}, "waited.cancelled is not empty, but waited did not time out"),
        (
            {"waited": {**TIMED_OUT, "timed_out": False, "scans": [scan_result("cancelled")], "cancelled": ["1"]}},
            "waited.cancelled is not empty, but waited did not time out",
        ),
        (
            {"waited": {**TIMED_OUT, "scans": [scan_result("cancelled")], "cancelled": ["2"]}},
            "waited.cancelled names 2, which is not one of its scans",
        ),
    ],
)
def test_a_value_that_is_not_a_result_of_a_task_does_not_pass(
    given: dict[str, t.Any], message: str, mode: str, tmp_path: Path
) -> None:
    more = {"mode": mode, "reports": [("json", str(tmp_path / "report"))], "policy": {"allow_missing": True}}
    for check_mode in (False, True):
        with pytest.raises(InvalidInputError) as caught:
            ask(**given, check_mode=check_mode, **more)
        assert caught.value.message.startswith(message)
        assert_not_asked(caught.value)
        assert (tmp_path / "report").exists() is not check_mode
        (tmp_path / "report").unlink(missing_ok=True)


@pytest.mark.parametrize(
    "marks", [{"failed": 1}, {"failed": "false"}, {"failed": None}, {"error": "text"}, {"error": {}}]
)
def test_only_a_literal_false_means_that_a_task_did_not_fail(marks: dict[str, t.Any]) -> None:
    result, error = outcome(started=STARTED, waited={**WAITED, **marks}, mode="advise")
    assert (result.passed, result.proceed) == (False, False)
    assert isinstance(error, EarlierFailureError)
    assert ask(started=STARTED, waited={**WAITED, "failed": False, "error": None}).passed


def test_a_failure_without_a_message_names_the_option() -> None:
    _result, error = outcome(started=STARTED, waited={"failed": True})
    assert error is not None
    assert error.message.startswith("The task whose result is waited failed without a message.")
    assert error.kind == "invalid_input"


# The form in which a front end shows it


def test_success_and_failure_have_the_same_keys() -> None:
    passed = render_result(ask(started=STARTED, waited=WAITED))
    _result, error = outcome(started=STARTED, waited=TIMED_OUT)
    assert error is not None
    assert set(render_error(error)) == {*passed, "failed"}
    with pytest.raises(InvalidInputError) as caught:
        ask()
    assert set(render_error(caught.value)) == {*passed, "failed"}
    json.dumps(passed)


# Contradictions, and scans without facts


def test_a_scan_that_the_wait_could_not_read_fails_the_gate() -> None:
    result, error = outcome(waited={**WAITED, "unseen": ["2"]}, policy={"allow_missing": True})
    assert (result.passed, result.proceed, error and error.kind) == (False, False, "gate_closed")
    assert result.reasons == ("Scan 2 could not be read during the wait.",)


def test_a_scan_that_another_task_read_is_judged_by_that() -> None:
    found = {**FOUND, "scans": [scan_result(id="2")]}
    assert ask(found=found, waited={**WAITED, "unseen": ["2"]}).passed


def test_a_scan_that_is_missing_from_any_task_counts() -> None:
    assert not outcome(waited={**WAITED, "missing": ["2"]})[0].proceed


def test_a_list_that_is_not_complete_fails_the_gate() -> None:
    assert not outcome(found={"scans": [scan_result()], "missing": [], "complete": False})[0].proceed


@pytest.mark.parametrize("complete", [False, None, 0, "false", "true"])
def test_only_complete_true_makes_a_list_complete(complete: t.Any) -> None:
    assert not outcome(found={**FOUND, "scans": [scan_result()], "complete": complete})[0].proceed


def test_a_wait_for_the_scans_of_a_list_does_not_make_the_list_complete() -> None:
    result, error = outcome(found={**FOUND, "complete": False}, waited=WAITED)
    assert (result.passed, result.proceed, error and error.kind) == (False, False, "gate_closed")


@pytest.mark.parametrize(
    "given",
    [
        {"waited": {"skipped": True, **failure("unauthorized")}},
        {"waited": {"results": [failure("unauthorized")], "scans": [scan_result()]}},
        {"started": {"results": [], "scan": scan_result()}},
        {"waited": {**WAITED, "scans": [{**scan_result(), "succeeded": False}]}},
        {"waited": {**WAITED, "scans": [{**scan_result(), "finished": False}]}},
        {"waited": {**WAITED, "scans": [{**scan_result(), "issue_count": False}]}, "policy": {"max_issues": 0}},
        {"found": failure("scan_not_completed")},
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_a_result_that_contradicts_itself_lets_nothing_pass(given: dict[str, t.Any], mode: str) -> None:
    result, _error = outcome(**{"started": {**STARTED, "scan": scan_result()}, **given}, mode=mode)
    assert (result.passed, result.proceed) == (False, False)


def test_a_task_with_scans_was_not_skipped() -> None:
    assert not outcome(waited={"skipped": True, "scans": [scan_result("failed")]})[0].proceed
