# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The issues of scans that have completed, counted once by the operations that return scans."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    ForbiddenError,
    InvalidResponseError,
    ScanNotCompletedError,
    UnavailableError,
    UnsupportedError,
    WaitTimeoutError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Query
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import rescan, start, status, wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base as _provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_error, to_plain
from fake_clock import FakeClock
from glasswall_script import CHILD_ID, SCAN_ID, TARGET, item, list_response, read_response, start_responses
from provider_samples import sample_target
from scripted_vendor import Expected, scripted_context

OPTIONS = WaitOptions(timeout=60, interval=5)
CANNOT_COUNT = [name for name, vendor in provider_classes().items() if not vendor.supports("issues")]


def files_response(*statuses: str, scan_id: str = SCAN_ID, **fields: t.Any) -> Expected:
    """A request for the files of a scan, all of them on one page."""
    files = [
        {"fileId": f"f{number}", "fileLocation": f"a/{number}", "status": word} for number, word in enumerate(statuses)
    ]
    answer = {"total": len(files), "files": files}
    return Expected("GET", f"/api/v1/scan-results/{scan_id}/files", **{"answer": answer, **fields})


def wait_request(*scan_ids: str, **fields: t.Any) -> wait.WaitRequest:
    return wait.WaitRequest(scan_ids or (SCAN_ID,), count_issues=True, **{"options": OPTIONS, **fields})


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests about several scans come in order."""
    monkeypatch.setattr(_provider, "_THREADS", 1)


# When issues are counted


def test_a_wait_counts_once_when_the_scan_has_completed() -> None:
    reported: list[str] = []
    history = list_response(query=None)  # of earlier scans
    polls = [read_response("Processing"), read_response("Processing"), history, read_response("Completed")]
    with scripted_context(*polls, files_response("Failed", "Rebuilt"), reported=reported) as context:
        result = wait.wait_for_scans(context, wait_request())
    assert result.scans
    assert (result.scans[0].issue_count, result.scans[0].issues[0].name) == (1, "a/0")
    assert result.waited
    assert (result.waited.polls, result.waited.requests) == (3, 5)
    assert reported[-1] == f"counting the issues of scan {SCAN_ID}"


def test_only_scans_that_completed_are_counted() -> None:
    answers = [read_response("Error"), read_response("Completed", CHILD_ID), files_response("Failed", scan_id=CHILD_ID)]
    with scripted_context(*answers) as context:
        result = wait.wait_for_scans(context, wait_request(SCAN_ID, CHILD_ID))
    assert [scan.issue_count for scan in result.scans or ()] == [None, 1]


def test_without_the_option_nothing_is_counted() -> None:
    with scripted_context(read_response("Completed")) as context:
        result = wait.wait_for_scans(context, wait.WaitRequest([SCAN_ID], options=OPTIONS))
    assert result.scans
    assert result.scans[0].issue_count is None


def test_a_scan_that_was_handed_over_counted_is_not_counted_again() -> None:
    with scripted_context(read_response("Completed"), files_response("Failed")) as context:
        before = status.read_status(context, status.StatusRequest([SCAN_ID], count_issues=True))
    handed = [to_plain(scan) for scan in before.scans or ()]
    with scripted_context() as context:
        result = wait.wait_for_scans(context, wait.WaitRequest(scans=handed, options=OPTIONS, count_issues=True))
    assert result.scans == before.scans


def test_a_scan_that_was_handed_over_finished_is_counted_without_a_poll() -> None:
    with scripted_context(read_response("Completed")) as context:
        before = status.read_status(context, status.StatusRequest([SCAN_ID]))
    handed = [to_plain(scan) for scan in before.scans or ()]
    with scripted_context(files_response("Failed", "Errored")) as context:
        result = wait.wait_for_scans(context, wait.WaitRequest(scans=handed, options=OPTIONS, count_issues=True))
    assert [scan.issue_count for scan in result.scans or ()] == [2]


def test_a_query_counts_each_scan_that_completed() -> None:
    listed = list_response(item("Completed"), item("Processing", CHILD_ID), query=None)
    with scripted_context(listed, files_response("Rebuilt")) as context:
        result = status.read_status(context, status.StatusRequest(query=Query(), count_issues=True))
    assert {scan.id: scan.issue_count for scan in result.scans or ()} == {SCAN_ID: 0, CHILD_ID: None}


def test_a_start_counts_after_its_wait() -> None:
    answers = [list_response(), *start_responses(), read_response("Completed"), files_response("Failed")]
    request = start.StartRequest(TARGET, wait=OPTIONS, count_issues=True)
    with scripted_context(*answers) as context:
        result = start.start_scan(context, request)
    assert result.scan
    assert (result.changed, result.scan.issue_count) == (True, 1)


def test_a_start_without_a_wait_counts_a_reused_scan_that_has_completed() -> None:
    finished = item("Completed", scanEndTime="2025-12-31T23:59:00Z")
    answers = [list_response(), list_response(finished, query=None), files_response("Failed")]
    request = start.StartRequest(TARGET, fresh_for=3600, count_issues=True)
    with scripted_context(*answers) as context:
        result = start.start_scan(context, request)
    assert result.scan
    assert (result.reused, result.scan.issue_count) == (True, 1)


def test_a_start_without_a_wait_does_not_count_a_scan_that_runs() -> None:
    with scripted_context(list_response(), *start_responses()) as context:
        result = start.start_scan(context, start.StartRequest(TARGET, count_issues=True))
    assert result.scan
    assert result.scan.issue_count is None


def test_a_rescan_counts_after_its_wait() -> None:
    child = item("Processing", CHILD_ID, parentScan=SCAN_ID)
    answers = [
        read_response("Completed"),
        list_response(),
        Expected("PATCH", f"/api/v1/scans/{SCAN_ID}", answer=child),
        read_response("Completed", CHILD_ID, parentScan=SCAN_ID),
        files_response("Rebuilt", scan_id=CHILD_ID),
    ]
    with scripted_context(*answers) as context:
        result = rescan.rescan(context, rescan.RescanRequest(SCAN_ID, wait=OPTIONS, count_issues=True))
    assert result.scan
    assert result.scan.issue_count == 0


def test_check_mode_counts_what_is_there() -> None:
    with scripted_context(read_response("Completed"), files_response("Failed"), check_mode=True) as context:
        result = wait.wait_for_scans(context, wait_request())
    assert [scan.issue_count for scan in result.scans or ()] == [1]


# When issues are not counted


@pytest.mark.parametrize("name", CANNOT_COUNT)
def test_a_vendor_that_cannot_count_is_refused_before_anything_is_sent(name: str) -> None:
    vendor = provider_classes()[name]
    requests: list[t.Callable[[t.Any], t.Any]] = [
        lambda context: status.read_status(context, status.StatusRequest([vendor.example_id], count_issues=True)),
        lambda context: wait.wait_for_scans(context, wait_request(vendor.example_id)),
    ]
    if vendor.supports("start"):
        target = sample_target(vendor)  # type: ignore[arg-type]
        requests.append(
            lambda context: start.start_scan(context, start.StartRequest(target, wait=OPTIONS, count_issues=True))
        )
    for request in requests:
        with scripted_context(provider=name) as context, pytest.raises(UnsupportedError) as caught:
            request(context)
        assert caught.value.message.startswith(f"{vendor.title} cannot count the issues of a scan. ")


def test_a_vendor_that_counts_by_itself_is_asked_nothing_more() -> None:
    row = {"id": 1001, "processingStatus": "finished", "nbIssues": 0}
    answer = Expected("GET", "/api/v1/scans/1001", answer={"data": row})
    with scripted_context(answer, provider="advalidation") as context:
        result = status.read_status(context, status.StatusRequest(["1001"], count_issues=True))
    assert [scan.issue_count for scan in result.scans or ()] == [0]


@pytest.mark.parametrize("on_timeout", ["fail", "return"])
def test_nothing_is_counted_after_a_time_out(on_timeout: str) -> None:
    answers = [read_response("Completed"), read_response("Processing", CHILD_ID), read_response("Processing", CHILD_ID)]
    request = wait_request(SCAN_ID, CHILD_ID, options=WaitOptions(timeout=5, interval=5), on_timeout=on_timeout)
    with scripted_context(*answers) as context:
        try:
            result = wait.wait_for_scans(context, request)
        except WaitTimeoutError as error:
            result = error.result
    assert [scan.issue_count for scan in result.scans or ()] == [None, None]


def test_nothing_is_counted_after_a_failure_that_ends_the_wait() -> None:
    answers = [read_response("Completed"), read_response("Error", CHILD_ID)]
    options = WaitOptions(timeout=60, fail_fast=True)
    with scripted_context(*answers) as context, pytest.raises(ScanNotCompletedError):
        wait.wait_for_scans(context, wait_request(SCAN_ID, CHILD_ID, options=options))


# Failures

FAILURES: list[tuple[dict[str, t.Any], type[DatascanError]]] = [
    ({"status": 503, "answer": ""}, UnavailableError),
    ({"status": 403, "answer": ""}, ForbiddenError),
    ({"answer": {"files": None}}, InvalidResponseError),
]


@pytest.mark.parametrize(("fields", "kind"), FAILURES, ids=str)
def test_a_failed_count_keeps_the_scans(fields: dict[str, t.Any], kind: type[DatascanError]) -> None:
    answers = [
        *(read_response("Completed"), read_response("Completed", CHILD_ID)),
        *(files_response(**fields), files_response("Failed", scan_id=CHILD_ID)),
    ]
    with scripted_context(*answers, retries=0) as context, pytest.raises(kind) as caught:
        wait.wait_for_scans(context, wait_request(SCAN_ID, CHILD_ID))
    assert caught.value.message.startswith(f"The issues of scan {SCAN_ID} could not be counted: ")
    shown = render_error(caught.value)
    assert [(scan["state"], scan["issue_count"]) for scan in shown["scans"]] == [("completed", None), ("completed", 1)]
    assert (shown["failed"], shown["polls"], shown["requests"]) == (True, 1, 4)


def test_a_failed_count_of_a_start_keeps_the_scan() -> None:
    answers = [list_response(), *start_responses(), read_response("Completed"), files_response(status=403, answer="")]
    request = start.StartRequest(TARGET, wait=OPTIONS, count_issues=True)
    with scripted_context(*answers) as context, pytest.raises(ForbiddenError) as caught:
        start.start_scan(context, request)
    shown = render_error(caught.value)
    assert (shown["changed"], shown["scan"]["state"], shown["scan"]["issue_count"]) == (True, "completed", None)


def test_a_failed_count_of_a_rescan_keeps_the_rescan_and_its_parent() -> None:
    child = item("Completed", CHILD_ID, parentScan=SCAN_ID)
    answers = [
        *(read_response("Completed"), list_response()),
        Expected("PATCH", f"/api/v1/scans/{SCAN_ID}", answer=child),
        files_response(scan_id=CHILD_ID, status=403, answer=""),
    ]
    with scripted_context(*answers) as context, pytest.raises(ForbiddenError) as caught:
        rescan.rescan(context, rescan.RescanRequest(SCAN_ID, wait=OPTIONS, count_issues=True))
    assert (caught.value.result.scan.id, caught.value.result.parent.id) == (CHILD_ID, SCAN_ID)
    assert caught.value.result.changed


def test_the_issues_that_are_known_are_in_the_failure() -> None:
    rows = [{"fileId": f"f{number}", "fileLocation": f"a/{number}", "status": "Failed"} for number in range(100)]
    first = {"files": rows, "pageLinks": {"totalPages": 2}}
    answers = [read_response("Completed"), files_response(answer=first), files_response(status=403, answer="")]
    with scripted_context(*answers) as context, pytest.raises(ForbiddenError) as caught:
        wait.wait_for_scans(context, wait_request())
    (scan,) = caught.value.result.scans
    assert (scan.issue_count, len(scan.issues)) == (None, 100)


def test_a_count_ends_with_the_wait() -> None:
    clock = FakeClock()
    busy = [files_response(status=503, answer="", takes=2.5) for _number in range(3)]
    answers = [read_response("Completed"), *busy]
    options = WaitOptions(timeout=8, interval=5)
    with scripted_context(*answers, clock=clock, retries=50) as context, pytest.raises(UnavailableError) as caught:
        wait.wait_for_scans(context, wait_request(options=options))
    assert clock.elapsed <= 9
    assert [scan.issue_count for scan in caught.value.result.scans] == [None]


def test_a_list_that_never_settles_is_no_failure_and_no_count() -> None:
    warned: list[str] = []
    answer = {"total": 2, "files": [{"fileId": "a", "status": "Rebuilt"}]}
    answers = [read_response("Completed"), *(files_response(answer=answer) for _number in range(8))]
    with scripted_context(*answers, warned=warned) as context:
        result = status.read_status(context, status.StatusRequest([SCAN_ID], count_issues=True))
    assert [scan.issue_count for scan in result.scans or ()] == [None]
    assert "its total is 2, and 1 came" in warned[0]
