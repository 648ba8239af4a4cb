# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider of Advalidation: late counts of issues, checks, errors in four forms, creatives, a low rate limit."""

from __future__ import annotations

import json
import typing as t
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    ConflictError,
    DatascanError,
    ForbiddenError,
    InvalidInputError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
    ScanNotCompletedError,
    UnauthorizedError,
    UnavailableError,
    UnknownOutcomeError,
    UnsupportedError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import Policy
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.verdict import judge
from ansible_collections.datascan.gate.plugins.module_utils._core.models import (
    MAX_LISTED_ISSUES,
    Issue,
    Query,
    Scan,
    ScanState,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import cancel, rescan, start, status, wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from fake_clock import FakeClock
from scripted_vendor import TOKEN, Expected, connection_reset, scripted_context, session_of

ID, NEW = 1001, 1002
CREATIVE = "/v2/creatives/7"
RESCAN = f"{CREATIVE}/rescan"
CHECKS = [("include_checks", "true")]

CONTRACTS = Path(__file__).parents[4] / "contracts" / "advalidation"
FILES = {path.stem: json.loads(path.read_text()) for path in sorted(CONTRACTS.glob("get-scan-*.json"))}


def advalidation(*expected: Expected, **settings: t.Any) -> AbstractContextManager[OperationContext]:
    given = {"provider": "advalidation", "api_url": None, "retries": 0, **settings}
    return scripted_context(*expected, **given)


def item(vendor_status: str | None = "finished", scan_id: int = ID, **fields: t.Any) -> dict[str, t.Any]:
    return {
        "id": scan_id,
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": None,
        "finishedAt": "2026-01-01T00:00:20Z",
        "sequenceType": "initial",
        "nbIssues": 0 if vendor_status == "finished" else None,
        "processingStatus": vendor_status,
        **fields,
    }


def read_response(vendor_status: str | None = "finished", scan_id: int = ID, **fields: t.Any) -> Expected:
    return Expected("GET", f"/v2/scans/{scan_id}", answer={"data": item(vendor_status, scan_id, **fields)}, query=[])


def test_its_retry_after_is_not_believed() -> None:
    """The value is always 15, although the real time differs."""
    clock = FakeClock()
    busy = Expected("GET", f"/v2/scans/{ID}", 429, {}, headers={"Retry-After": "15"})
    with advalidation(busy, read_response(), retries=1, clock=clock) as context:
        assert context.provider.get(str(ID)).state is ScanState.COMPLETED
    assert 0 < clock.elapsed < 2


def with_checks(*checks: dict[str, t.Any], **fields: t.Any) -> Expected:
    answer = {"data": item(**{"nbIssues": len(checks), "tests": list(checks), **fields})}
    return Expected("GET", f"/v2/scans/{ID}", answer=answer, query=CHECKS)


def creative(latest: dict[str, t.Any] | None) -> Expected:
    return Expected("GET", CREATIVE, answer={"data": {"id": 7, "campaignId": 1, "latestScanStatus": latest}})


def rescanned(**more: t.Any) -> Expected:
    return Expected("POST", RESCAN, **{"answer": {"data": item("queued", NEW)}, "body": {}, **more})


def verdict(scan: Scan, **policy: t.Any) -> bool:
    return judge([scan], [], Policy(**policy), "enforce", datetime(2026, 1, 1, tzinfo=timezone.utc)).passed


# Status


@pytest.mark.parametrize("name", [name for name in FILES if FILES[name]["response"]["status"] == 200])
def test_a_documented_answer_makes_the_scan_that_it_shows(name: str) -> None:
    request, response = FILES[name]["request"], FILES[name]["response"]
    shown = response["body"]["data"]
    # The document has types and no values, so the answer is about another scan than the path.
    path = request["path"].replace("/scans/1", f"/scans/{shown['id']}")
    asked = Expected(request["method"], f"/v2{path}", answer=response["body"])
    with advalidation(asked) as context:
        scan = context.provider.get(str(shown["id"]))
    assert (scan.id, scan.provider, scan.vendor_status) == ("0", "advalidation", shown["processingStatus"])
    assert scan.state == {"queued": "queued", "finished": "completed"}[shown["processingStatus"]]
    assert scan.issue_count == shown["nbIssues"]
    times = scan.model_dump(mode="json")
    assert (times["started_at"], times["finished_at"]) == (shown["createdAt"], shown["finishedAt"])


ERRORS: dict[int, type[DatascanError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    422: RejectedError,
}


@pytest.mark.parametrize("name", [name for name in FILES if FILES[name]["response"]["status"] != 200])
def test_a_documented_error_is_shown_with_the_vendors_text(name: str) -> None:
    response = FILES[name]["response"]
    asked = Expected("GET", "/v2/scans/1", response["status"], response["body"])
    with advalidation(asked) as context, pytest.raises(ERRORS[response["status"]]) as caught:
        context.provider.get("1")
    assert caught.value.http_status == response["status"]
    assert caught.value.request.vendor_errors == [{"code": "string", "message": "string", "field": "string"}]


@pytest.mark.parametrize(
    ("vendor_status", "state"),
    [
        ("queued", "queued"),
        ("processing", "running"),
        ("finished", "completed"),
        ("Finished ", "completed"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
        ("canceled", "unknown"),
        (None, "unknown"),
    ],
)
def test_each_vendor_status_has_its_state(vendor_status: str | None, state: str) -> None:
    warned: list[str] = []
    with advalidation(read_response(vendor_status, nbIssues=0), warned=warned) as context:
        scan = context.provider.get(str(ID))
    assert (scan.state, scan.vendor_status) == (state, (vendor_status or "").strip() or None)
    assert len(warned) == (1 if state == "unknown" else 0)


def test_a_finished_scan_runs_on_until_its_issues_are_counted() -> None:
    with advalidation(read_response(nbIssues=None), read_response(nbIssues=None), read_response(nbIssues=0)) as context:
        result = wait.wait_for_scans(context, wait.WaitRequest([str(ID)]))
    assert (result.scans[0].state, result.scans[0].issue_count, result.waited.polls) == ("completed", 0, 3)


def test_a_scan_that_is_not_analysed_has_no_end() -> None:
    with advalidation(read_response(nbIssues=None)) as context:
        scan = context.provider.get(str(ID))
    assert (scan.state, scan.finished_at, scan.vendor_status) == ("running", None, "finished")


@pytest.mark.parametrize("count", [0, 3, None])
def test_an_inconclusive_scan_passes_no_gate(count: int | None) -> None:
    seen = read_response(nbIssues=count, isInconclusive=True, inconclusiveReason="The creative did not load.")
    with advalidation(seen) as context:
        scan = context.provider.get(str(ID))
    assert (scan.state, scan.error) == ("failed", "inconclusive: The creative did not load.")
    assert not verdict(scan)
    assert not verdict(scan, allow_stopped=True, max_issues=10)


def test_a_scan_that_still_runs_is_not_inconclusive_yet() -> None:
    with advalidation(read_response("processing", isInconclusive=True)) as context:
        assert context.provider.get(str(ID)).state == "running"


def test_a_date_may_have_no_time() -> None:
    with advalidation(read_response(createdAt="2025-12-30", finishedAt="2025-12-31")) as context:
        scan = context.provider.get(str(ID)).model_dump(mode="json")
    assert (scan["started_at"], scan["finished_at"]) == ("2025-12-30T00:00:00Z", "2025-12-31T00:00:00Z")


def test_a_date_may_be_left_out() -> None:
    without = {name: value for name, value in item().items() if name != "finishedAt"}
    with advalidation(Expected("GET", f"/v2/scans/{ID}", answer={"data": without})) as context:
        assert context.provider.get(str(ID)).finished_at is None


def test_the_key_has_its_own_header_and_the_vendor_its_own_host() -> None:
    seen = read_response()
    seen.sent_headers = {"X-API-Key": TOKEN}
    with advalidation(seen) as context:
        context.provider.get(str(ID))


@pytest.mark.parametrize("wrong", ["", "83d71394-faa2-4b6c-b13b-6d3118de459e", "1.5", "-1", "+1", "٣", "../users/me"])
def test_an_id_that_is_no_whole_number_is_never_sent(wrong: str) -> None:
    with advalidation() as context:
        with pytest.raises(InvalidInputError, match="not an Advalidation scan id"):
            status.read_status(context, status.StatusRequest([wrong]))
        with pytest.raises(InvalidInputError, match="not an Advalidation creative id"):
            rescan.rescan(context, rescan.RescanRequest(wrong))


def test_one_number_may_be_written_in_several_ways() -> None:
    with advalidation(read_response()) as context:
        assert [scan.id for scan in status.read_status(context, status.StatusRequest([" 01001", "1001"])).scans] == [
            "1001"
        ]


# Checks


def test_the_checks_that_failed_are_named_where_there_are_issues() -> None:
    checks = [
        {"name": "Test_Video_Duration", "result": "fail", "valueFormatted": "7 seconds", "value": 7},
        {"name": "Test_Video_Codec", "result": "pass", "valueFormatted": "h264"},
        {"name": "Test_Load_Time", "result": "warn", "valueFormatted": None},
        {"name": "Test_SSL", "result": "fail"},
    ]
    with advalidation(read_response(nbIssues=3), with_checks(*checks, nbIssues=3)) as context:
        scan = context.provider.get(str(ID))
    assert (scan.state, scan.issue_count) == ("completed", 3)
    assert scan.error == "failed checks: Test_Video_Duration (7 seconds), Test_SSL; warnings: Test_Load_Time"
    assert scan.issues == [
        Issue(name="Test_Video_Duration", result="fail"),
        Issue(name="Test_Load_Time", result="warn"),
        Issue(name="Test_SSL", result="fail"),
    ]


def test_the_checks_that_failed_are_listed_up_to_a_number() -> None:
    checks = [{"name": f"Check {number}", "result": " Fail "} for number in range(MAX_LISTED_ISSUES + 1)]
    with advalidation(read_response(nbIssues=101), with_checks(*checks, {"result": "fail"})) as context:
        scan = context.provider.get(str(ID))
    assert [issue.name for issue in scan.issues] == [f"Check {number}" for number in range(MAX_LISTED_ISSUES)]
    assert {issue.result for issue in scan.issues} == {"Fail"}
    with advalidation(read_response(nbIssues=1), with_checks({"result": "fail"})) as context:
        assert [issue.name for issue in context.provider.get(str(ID)).issues] == ["unnamed check"]


def test_many_checks_are_not_all_named() -> None:
    checks = [{"name": f"Check {number}", "result": "fail"} for number in range(12)]
    with advalidation(read_response(nbIssues=12), with_checks(*checks)) as context:
        error = context.provider.get(str(ID)).error
    assert error is not None
    assert error.endswith("Check 9 and 2 more")


@pytest.mark.parametrize("tests", [None, [], [{}], [{"name": "Check 1", "result": "pass"}]])
def test_without_checks_the_count_of_issues_stands(tests: t.Any) -> None:
    with advalidation(read_response(nbIssues=2), with_checks(nbIssues=2, tests=tests)) as context:
        scan = context.provider.get(str(ID))
    assert (scan.issue_count, scan.error, scan.issues) == (2, None, [])


def test_no_scan_is_lost_over_its_checks() -> None:
    refused = Expected("GET", f"/v2/scans/{ID}", 422, {}, query=CHECKS)
    with advalidation(read_response(nbIssues=2), refused) as context:
        scan = context.provider.get(str(ID))
    assert (scan.state, scan.issue_count, scan.error) == ("completed", 2, None)


@pytest.mark.parametrize("fault", [(503, ""), (429, {}), (200, "<html>"), (200, connection_reset())])
def test_the_read_of_checks_is_sent_once(fault: tuple[int, t.Any]) -> None:
    failed = Expected("GET", f"/v2/scans/{ID}", *fault, query=CHECKS)
    clock = FakeClock()
    with advalidation(read_response(nbIssues=2), failed, retries=5, clock=clock) as context:
        scan = context.provider.get(str(ID))
    assert (scan.state, scan.issue_count, scan.error) == ("completed", 2, None)
    assert not clock.sleeps


@pytest.mark.parametrize(
    "bad",
    [
        "Check 9",
        None,
        7,
        ["fail"],
        {},
        {"name": {"en": "Check 9"}, "result": ["fail"]},
        {"name": "Check 9", "result": {"id": 1}, "valueFormatted": 1.5},
        {"name": "Check 9", "result": "pass", "valueFormatted": {}, "attributes": {"error": "x"}, "extended": []},
    ],
)
def test_one_bad_check_costs_that_check(bad: t.Any) -> None:
    good = {"name": "Check 1", "result": "fail"}
    answer = Expected("GET", f"/v2/scans/{ID}", answer={"data": item(nbIssues=2, tests=[bad, good])}, query=CHECKS)
    with advalidation(read_response(nbIssues=2), answer) as context:
        scan = context.provider.get(str(ID))
    assert (scan.state, scan.issue_count, scan.error) == ("completed", 2, "failed checks: Check 1")
    assert scan.issues == [Issue(name="Check 1", result="fail")]


@pytest.mark.parametrize(
    ("later", "state", "count"),
    [
        ({"nbIssues": 5}, "completed", 5),
        ({"nbIssues": 1}, "completed", 2),
        ({"nbIssues": None}, "running", None),
        ({"processingStatus": "processing"}, "running", 2),
        ({"processingStatus": "failed"}, "failed", 2),
        ({"processingStatus": "cancelled"}, "cancelled", 2),
        ({"isInconclusive": True}, "failed", 2),
        ({"error": "the creative is gone"}, "failed", 2),
    ],
)
def test_the_read_of_checks_makes_no_scan_better_than_it_was(
    later: dict[str, t.Any], state: str, count: int | None
) -> None:
    answer = Expected("GET", f"/v2/scans/{ID}", answer={"data": item(**{"nbIssues": 2, **later})}, query=CHECKS)
    with advalidation(read_response(nbIssues=2), answer) as context:
        scan = context.provider.get(str(ID))
    assert (scan.state, scan.issue_count) == (state, count)


def test_a_scan_without_issues_is_asked_for_once() -> None:
    with advalidation(read_response()) as context:
        assert context.provider.get(str(ID)).error is None


# Errors


def failing(code: int, answer: t.Any, **more: t.Any) -> Expected:
    return Expected("GET", f"/v2/scans/{ID}", code, answer, **more)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"error": "not found"}, [{"code": None, "message": "not found"}]),
        ({"error": {"responseCode": 500, "issues": []}}, [{"code": 500, "message": None, "field": None}]),
        ({"error": {"issues": None}}, [{"code": None, "message": None, "field": None}]),
        (
            {"error": {"issues": [{"type": "notFound", "message": "Gone.", "relatedId": 1001}]}},
            [{"code": "notFound", "message": "Gone.", "field": 1001}],
        ),
        ({}, []),
    ],
)
def test_an_error_comes_in_several_forms(answer: t.Any, found: list[t.Any]) -> None:
    with (
        advalidation(failing(404, answer)) as context,
        pytest.raises(NotFoundError, match="has no scan 1001") as caught,
    ):
        context.provider.get(str(ID))
    assert caught.value.request.vendor_errors == found


@pytest.mark.parametrize("answer", ["<!DOCTYPE html><html><body>Not found</body></html>", "", {"detail": "Not Found"}])
def test_a_404_in_another_form_is_about_api_url_and_no_scan_is_missing(answer: t.Any) -> None:
    with advalidation(failing(404, answer)) as context, pytest.raises(RejectedError, match="check api_url") as caught:
        status.read_status(context, status.StatusRequest([str(ID)], missing="ignore"))
    assert caught.value.http_status == 404


def test_an_error_under_200_is_an_error() -> None:
    answer = {"error": {"responseCode": 403, "issues": [{"message": "No permission."}]}}
    with advalidation(failing(200, answer)) as context, pytest.raises(DatascanError, match="No permission"):
        context.provider.get(str(ID))


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": []}, []])
def test_another_shape_is_a_transient_error(answer: t.Any) -> None:
    with advalidation(failing(200, answer)) as context, pytest.raises(InvalidResponseError):
        context.provider.get(str(ID))


def test_one_missing_scan_does_not_hide_the_others() -> None:
    with advalidation(failing(404, {}), read_response(scan_id=NEW)) as context:
        result = status.read_status(context, status.StatusRequest([str(ID), str(NEW)], missing="ignore"))
    assert ([scan.id for scan in result.scans], result.missing) == ([str(NEW)], [str(ID)])


# The limit of 60 requests a minute


def test_retry_after_is_ignored() -> None:
    clock = FakeClock()
    limited = failing(429, {}, headers={"Retry-After": "15", "X-RateLimit-IPRemaining": "0"})
    with advalidation(limited, read_response(), retries=1, clock=clock) as context:
        assert context.provider.get(str(ID)).state == "completed"
    assert sum(clock.sleeps) < 2


def test_a_limit_that_stays_is_a_transient_error() -> None:
    with advalidation(failing(429, {})) as context, pytest.raises(UnavailableError):
        context.provider.get(str(ID))


@pytest.mark.parametrize("count", [1, 5, 20, 40])
def test_a_wait_stays_under_the_limit_however_many_scans_it_watches(count: int) -> None:
    clock = FakeClock()
    sent: list[float] = []
    ids = [str(number) for number in range(1, count + 1)]
    responses = [
        read_response(vendor_status, int(one)) for vendor_status in ("processing",) * 8 + ("finished",) for one in ids
    ]
    with advalidation(*responses, clock=clock) as context:
        request = session_of(context.provider).request

        def noting(*args: t.Any, **kwargs: t.Any) -> t.Any:
            sent.append(clock.elapsed)
            return request(*args, **kwargs)

        session_of(context.provider).request = noting  # type: ignore[method-assign]
        wait.wait_for_scans(context, wait.WaitRequest(ids))
    assert len(sent) == 9 * count
    # A bucket of 15 requests that is refilled with one request a second never runs empty.
    level, at = 15.0, 0.0
    for moment in sent:
        level, at = min(15.0, level + moment - at) - 1, moment
        assert level >= 0


# Scanning again


def test_a_creative_is_scanned_again() -> None:
    with advalidation(creative(item()), rescanned()) as context:
        result = rescan.rescan(context, rescan.RescanRequest("7"))
    assert (result.changed, result.reused, result.scan.id, result.scan.state) == (True, False, str(NEW), "queued")
    assert result.parent is not None
    assert (result.parent.id, result.parent.state) == (str(ID), "completed")


def test_a_creative_may_have_had_no_scan() -> None:
    with advalidation(creative(None), rescanned()) as context:
        result = rescan.rescan(context, rescan.RescanRequest("7"))
    assert (result.changed, result.scan.id, result.parent) == (True, str(NEW), None)


@pytest.mark.parametrize("latest", [item("queued"), item("processing"), item(nbIssues=None)])
def test_a_latest_scan_that_runs_is_handed_back(latest: dict[str, t.Any]) -> None:
    with advalidation(creative(latest)) as context:
        result = rescan.rescan(context, rescan.RescanRequest("7"))
    assert (result.changed, result.reused, result.scan.id) == (False, True, str(ID))


def test_a_latest_scan_that_runs_fails_the_rescan_if_asked() -> None:
    with (
        advalidation(creative(item("processing"))) as context,
        pytest.raises(ConflictError, match=r"Creative 7 is already being rescanned: 1001: running") as caught,
    ):
        rescan.rescan(context, rescan.RescanRequest("7", if_active="fail"))
    assert caught.value.result.scan.id == str(ID)


def test_another_scan_is_started_if_asked() -> None:
    with advalidation(creative(item("processing")), rescanned()) as context:
        assert rescan.rescan(context, rescan.RescanRequest("7", if_active="start")).scan.id == str(NEW)


def test_a_rescan_is_waited_for_until_its_issues_are_counted() -> None:
    responses = [
        read_response("processing", NEW),
        read_response("finished", NEW, nbIssues=None),
        read_response("finished", NEW),
    ]
    with advalidation(creative(item()), rescanned(), *responses) as context:
        result = rescan.rescan(context, rescan.RescanRequest("7", wait=WaitOptions(timeout=60)))
    assert (result.scan.state, result.scan.issue_count) == ("completed", 0)


def test_an_inconclusive_rescan_fails_the_wait() -> None:
    ended = read_response("finished", NEW, isInconclusive=True, inconclusiveReason=None)
    with (
        advalidation(creative(item()), rescanned(), ended) as context,
        pytest.raises(ScanNotCompletedError, match="inconclusive"),
    ):
        rescan.rescan(context, rescan.RescanRequest("7", wait=WaitOptions(timeout=60)))


@pytest.mark.parametrize("before", [item(), None])
def test_a_rescan_with_a_lost_answer_is_found_in_the_creative(before: dict[str, t.Any] | None) -> None:
    now = creative(item("queued", NEW))
    with advalidation(creative(before), rescanned(answer=connection_reset()), creative(before), now) as context:
        result = rescan.rescan(context, rescan.RescanRequest("7"))
    assert (result.changed, result.scan.id) == (True, str(NEW))


def test_a_rescan_that_was_not_made_is_sent_again() -> None:
    lost = rescanned(status=503, answer="")
    with advalidation(creative(item()), lost, *[creative(item())] * 3, rescanned()) as context:
        assert rescan.rescan(context, rescan.RescanRequest("7")).scan.id == str(NEW)


def test_a_rescan_that_cannot_be_found_has_an_unknown_outcome_and_a_partial_result() -> None:
    lost = [rescanned(status=503, answer=""), *[creative(item())] * 3]
    with advalidation(creative(item()), *lost * 3) as context, pytest.raises(UnknownOutcomeError) as caught:
        rescan.rescan(context, rescan.RescanRequest("7"))
    assert caught.value.result.parent.id == str(ID)


@pytest.mark.parametrize("latest", [item(), None])
def test_check_mode_predicts_a_rescan_and_only_reads(latest: dict[str, t.Any] | None) -> None:
    with advalidation(creative(latest), check_mode=True) as context:
        result = rescan.rescan(context, rescan.RescanRequest("7"))
    assert (result.changed, result.scan.id, result.parent is None) == (True, "predicted", latest is None)


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_creative_that_is_not_there_is_named(where: str) -> None:
    gone = Expected("GET", CREATIVE, 404, {}) if where == "before" else rescanned(status=404, answer={})
    asked = [gone] if where == "before" else [creative(item()), gone]
    with advalidation(*asked) as context, pytest.raises(NotFoundError, match="has no creative 7"):
        rescan.rescan(context, rescan.RescanRequest("7"))


# Unsupported operations


def test_what_it_cannot_do_is_refused_with_what_to_do_instead() -> None:
    with advalidation() as context:
        with pytest.raises(UnsupportedError, match="creative_id"):
            start.start_scan(context, start.StartRequest({}))
        with pytest.raises(UnsupportedError, match="wait_timeout"):
            cancel.cancel_scans(context, cancel.CancelRequest([str(ID)]))
        with pytest.raises(UnsupportedError, match="scan_ids"):
            status.read_status(context, status.StatusRequest(query=Query(states=frozenset({ScanState.FAILED}))))
