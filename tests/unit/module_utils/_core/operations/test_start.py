# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The start of a scan: once, or not at all where a matching scan exists; lost responses, and the result of failures."""

from __future__ import annotations

import typing as t
import uuid
from datetime import datetime, timezone

import pytest
import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    ConflictError,
    DatascanError,
    InterruptedWaitError,
    InvalidInputError,
    InvalidResponseError,
    RejectedError,
    ScanNotCompletedError,
    UnauthorizedError,
    UnavailableError,
    UnknownOutcomeError,
    UnsupportedError,
    WaitTimeoutError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import PREDICTED_ID, parse_timestamp
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import start
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from fake_clock import FakeClock
from glasswall_script import (
    CHILD_ID,
    LABEL,
    NEW_ITEM,
    RECENT_QUERY,
    SCAN_ID,
    TARGET,
    item,
    list_response,
    missing_responses,
    read_response,
    running,
    start_response,
    start_responses,
)
from scripted_vendor import TOKEN, Expected, connection_reset, scripted_context, shown

OTHER = {"sourceContainerPath": "elsewhere"}
IDS = [str(uuid.UUID(int=number)) for number in range(1, 6)]
WEEK = 7 * 86_400
# The fake clock starts with the year 2026.
COMPLETED_SINCE = [
    ("startDate", "2025-12-24T23:00:00Z"),
    *(("scanStatus", "Cancelled"), ("scanStatus", "Completed"), ("scanStatus", "Errored")),
    ("pageSize", "100"),
    ("page", "1"),
]


def run(
    *expected: Expected, check_mode: bool = False, clock: FakeClock | None = None, **settings: t.Any
) -> start.StartResult:
    connection = {name: settings.pop(name) for name in ("retries", "warned", "reported") if name in settings}
    with scripted_context(*expected, check_mode=check_mode, clock=clock, **connection) as context:
        return start.start_scan(context, start.StartRequest(**{"target": TARGET, **settings}))


def expect_error(kind: type[DatascanError], *expected: Expected, **settings: t.Any) -> DatascanError:
    with pytest.raises(DatascanError) as caught:
        run(*expected, **settings)
    assert caught.value.kind == kind.kind, caught.value
    return caught.value


# A matching scan


def test_a_scan_is_started_where_none_runs() -> None:
    result = run(list_response(), *start_responses())
    assert (result.changed, result.reused, result.scan.id, result.waited) == (True, False, SCAN_ID, None)
    assert (result.diff.before, result.diff.after) == ([], [result.scan])


@pytest.mark.parametrize("vendor_status", ["Listing", "Processing"])
def test_one_that_runs_is_handed_back(vendor_status: str) -> None:
    result = run(list_response(running(vendor_status)))
    assert (result.changed, result.reused, result.scan.id) == (False, True, SCAN_ID)
    assert (result.diff.before, result.diff.after) == ([], [])


def test_the_newest_of_several_is_handed_back() -> None:
    """The oldest scan may be stuck, and the others may have been started to replace it."""
    result = run(
        list_response(
            running(scan_id=IDS[0], scanStartTime="2025-12-31T22:00:00Z"),
            running(scan_id=IDS[1], scanStartTime="2025-12-31T23:00:00Z"),
            running(scan_id=IDS[2], scanStartTime="2025-12-31T22:30:00Z"),
        )
    )
    assert result.scan.id == IDS[1]


def test_one_of_another_source_or_target_does_not_serve() -> None:
    others = [
        item(scan_id=IDS[0], sourceContainerPath="uploads-2"),
        item(scan_id=IDS[1], sourceStorage="else.blob.core.windows.net"),
        item(scan_id=IDS[2], targetContainerPath="dirty"),
        item(scan_id=IDS[3], targetStorage="else.blob.core.windows.net"),
    ]
    assert run(list_response(*others), *start_responses()).changed


def test_if_active_fail() -> None:
    error = expect_error(ConflictError, list_response(item()), if_active="fail")
    assert f"is already running: {LABEL}: running" in error.message
    assert error.result.scan.id == SCAN_ID


def test_if_active_fail_starts_where_none_runs() -> None:
    assert run(list_response(item(**OTHER)), *start_responses(CHILD_ID), if_active="fail").scan.id == CHILD_ID


def test_if_active_start_starts_another() -> None:
    result = run(list_response(item()), start_response(item("Listing", CHILD_ID)), if_active="start")
    assert (result.changed, result.reused, result.scan.id) == (True, False, CHILD_ID)


# fresh_for


@pytest.mark.parametrize(
    ("fields", "fresh"),
    [
        ({"scanEndTime": "2025-12-31T23:00:00Z"}, True),
        ({"scanEndTime": "2025-12-31T22:59:59Z"}, False),
        ({"scanEndTime": None, "scanStartTime": "2025-12-31T23:00:00Z"}, True),
        ({"scanEndTime": None, "scanStartTime": "2025-12-31T22:59:59Z"}, False),
        ({"scanEndTime": "2025-12-31T23:30:00Z", **OTHER}, False),
    ],
)
def test_one_that_completed_that_recently_is_handed_back(fields: dict[str, t.Any], fresh: bool) -> None:
    asked = [list_response(), list_response(item("Completed", **fields), query=COMPLETED_SINCE)]
    result = run(*asked, *([] if fresh else start_responses(CHILD_ID)), fresh_for=3600)
    assert (result.changed, result.reused) == (not fresh, fresh)
    assert result.scan.id == (SCAN_ID if fresh else CHILD_ID)


SUCCESS = item("Completed", scanStartTime="2025-12-31T23:30:00Z", scanEndTime="2025-12-31T23:40:00Z")


@pytest.mark.parametrize(
    ("newer", "reused"),
    [
        (item("Error", IDS[0], scanEndTime="2025-12-31T23:55:00Z"), False),
        (item("Cancelled", IDS[0], scanEndTime="2025-12-31T23:55:00Z"), False),
        (item("Error", IDS[0], scanEndTime="2025-12-31T23:40:00Z"), False),  # at the same time
        (item("Error", IDS[0], scanStartTime="2025-12-31T23:50:00Z", scanEndTime="2999-01-01T00:00:00Z"), False),
        (item("Error", IDS[0], scanStartTime=None, scanEndTime="yesterday"), False),  # this scan may be the newest
        (item("Error", IDS[0], scanStartTime="2025-12-31T22:00:00Z", scanEndTime="2025-12-31T22:10:00Z"), True),
        (item("Error", IDS[0], sourceContainerPath="elsewhere", scanEndTime="2025-12-31T23:55:00Z"), True),
    ],
)
def test_a_success_is_stale_once_a_newer_scan_has_failed(newer: dict[str, t.Any], reused: bool) -> None:
    asked = [list_response(), list_response(SUCCESS, newer, query=COMPLETED_SINCE)]
    result = run(*asked, *([] if reused else start_responses(CHILD_ID)), fresh_for=3600)
    assert (result.reused, result.scan.id) == (reused, SCAN_ID if reused else CHILD_ID)


@pytest.mark.parametrize(
    ("started", "reused"),
    [
        ("2025-12-31T23:20:01Z", True),
        ("2025-12-31T23:20:00Z", False),
        ("2025-12-31T22:00:00Z", False),
        (None, False),
    ],
)
def test_one_that_started_before_newer_than_is_not_fresh(started: str | None, reused: bool) -> None:
    """The scan ended after that time, but a gate with the same newer_than would not pass."""
    done = item("Completed", scanStartTime=started, scanEndTime="2025-12-31T23:40:00Z")
    asked = [list_response(), list_response(done, query=COMPLETED_SINCE)]
    newer_than = datetime(2025, 12, 31, 23, 20, tzinfo=timezone.utc)
    result = run(*asked, *([] if reused else start_responses(CHILD_ID)), fresh_for=3600, newer_than=newer_than)
    assert (result.reused, result.scan.id) == (reused, SCAN_ID if reused else CHILD_ID)


@pytest.mark.parametrize(
    "times",
    [
        {"scanStartTime": "2999-01-01T00:00:00Z", "scanEndTime": "2999-01-01T00:00:00Z"},
        {"scanStartTime": None, "scanEndTime": "2027-01-01T00:00:00Z"},
        {"scanStartTime": None, "scanEndTime": 1767225600},
    ],
)
def test_a_scan_with_an_invalid_time_is_not_fresh(times: dict[str, t.Any]) -> None:
    odd = item("Completed", **times)
    asked = [list_response(), list_response(odd, query=COMPLETED_SINCE), *start_responses(CHILD_ID)]
    assert run(*asked, fresh_for=3600).scan.id == CHILD_ID


def test_a_time_in_the_future_serves_no_fresh_for_where_a_vendor_lets_it_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Provider, "parse_time", lambda self, value: parse_timestamp(value))
    odd = item("Completed", scanEndTime="2026-01-01T00:02:01Z")
    asked = [list_response(), list_response(odd, query=COMPLETED_SINCE), *start_responses(CHILD_ID)]
    assert run(*asked, fresh_for=3600).scan.id == CHILD_ID


def test_one_that_runs_comes_before_one_that_is_fresh() -> None:
    fresh = item("Completed", CHILD_ID, scanEndTime="2026-01-01T00:00:00Z", scanStartTime="2026-01-01T00:00:00Z")
    running = item(scanStartTime="2025-12-31T00:00:00Z")
    assert run(list_response(running), list_response(fresh, query=COMPLETED_SINCE), fresh_for=3600).scan.id == SCAN_ID


def test_freshness_goes_by_the_vendors_clock() -> None:
    date = {"Date": "Thu, 01 Jan 2026 01:00:00 GMT"}
    since = [("startDate", "2025-12-25T00:00:00Z"), *COMPLETED_SINCE[1:]]
    old = item("Completed", scanEndTime="2025-12-31T23:30:00Z")
    wanted = {"fresh_for": 3600, "if_active": "start"}
    result = run(
        list_response(headers=date),
        list_response(old, query=since),
        start_response(item("Listing", CHILD_ID)),
        **wanted,
    )
    assert result.changed


def test_without_fresh_for_completed_scans_are_not_listed() -> None:
    assert run(list_response(), *start_responses(), fresh_for=0).changed


# previous_scan_id


def test_a_previous_scan_that_runs_is_handed_back() -> None:
    started_long_ago = read_response("Processing", scanStartTime="2025-12-31T23:00:00Z")
    assert run(list_response(), started_long_ago, previous_scan_id=SCAN_ID).reused


def test_a_previous_scan_that_is_fresh_is_handed_back() -> None:
    asked = [
        list_response(),
        list_response(query=COMPLETED_SINCE),
        read_response("Completed", scanEndTime="2026-01-01T00:00:00Z"),
    ]
    assert run(*asked, previous_scan_id=SCAN_ID, fresh_for=3600).reused


@pytest.mark.parametrize("vendor_status", ["Error", "Cancelled"])
def test_a_previous_scan_that_did_not_complete_does_not_serve(vendor_status: str) -> None:
    ended = read_response(vendor_status, scanEndTime="2026-01-01T00:00:00Z")
    result = run(
        *(list_response(), list_response(query=COMPLETED_SINCE), ended, *start_responses(CHILD_ID)),
        previous_scan_id=SCAN_ID,
        fresh_for=3600,
    )
    assert result.scan.id == CHILD_ID


def test_a_previous_scan_of_another_source_does_not_serve() -> None:
    """If it were handed back, it would open a gate for data that was not scanned."""
    warned: list[str] = []
    result = run(
        list_response(),
        read_response("Processing", **OTHER),
        *start_responses(CHILD_ID),
        previous_scan_id=SCAN_ID,
        warned=warned,
    )
    assert result.scan.id == CHILD_ID
    assert len(warned) == 1
    assert SCAN_ID in warned[0]


def test_a_previous_scan_that_is_missing_is_a_warning() -> None:
    warned: list[str] = []
    result = run(
        list_response(), *missing_responses(), *start_responses(CHILD_ID), previous_scan_id=SCAN_ID, warned=warned
    )
    assert result.changed
    assert warned == [f"previous_scan_id {SCAN_ID} is ignored: Glasswall does not have this scan any more."]


def test_an_invalid_previous_scan_id_is_refused() -> None:
    assert (
        "not a Glasswall scan id" in expect_error(InvalidInputError, list_response(), previous_scan_id="../x").message
    )


# Before anything is sent


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_target_that_would_be_refused_is_not_sent(check_mode: bool) -> None:
    wrong = {**TARGET, "source_connection_string": TARGET["source_connection_string"].replace("2099", "2020")}  # type: ignore[attr-defined]
    assert "expired" in expect_error(InvalidInputError, target=wrong, check_mode=check_mode).message


def test_a_vendor_that_cannot_start_is_refused() -> None:
    with (
        scripted_context(provider="advalidation") as context,
        pytest.raises(UnsupportedError, match="Advalidation cannot start"),
    ):
        start.start_scan(context, start.StartRequest({}))


# Check mode


def test_check_mode_predicts_a_start_and_sends_only_reads() -> None:
    result = run(list_response(), check_mode=True, wait=WaitOptions())
    assert (result.changed, result.reused, result.scan.id) == (True, False, PREDICTED_ID)
    assert (result.scan.source, result.scan.target) == (
        "acct.blob.core.windows.net/uploads",
        "acct.blob.core.windows.net/clean",
    )
    assert result.diff.after == [result.scan]


def test_check_mode_hands_back_what_runs_and_does_not_wait() -> None:
    clock = FakeClock()
    result = run(list_response(item()), check_mode=True, wait=WaitOptions(), clock=clock)
    assert (result.changed, result.reused, result.scan.state) == (False, True, "running")
    assert clock.elapsed == 0


def test_check_mode_fails_where_a_real_run_would() -> None:
    expect_error(ConflictError, list_response(item()), check_mode=True, if_active="fail")


# Waiting


def test_wait_until_it_completed() -> None:
    result = run(
        list_response(),
        *start_responses(),
        read_response("Processing"),
        read_response("Completed", scanEndTime="2026-01-01T00:00:02Z"),
        wait=WaitOptions(),
    )
    assert (result.changed, result.scan.state) == (True, "completed")
    assert result.waited is not None
    assert vars(result.waited) == {"elapsed": 2.0, "polls": 2, "requests": 5, "timed_out": False}


def test_wait_for_one_that_runs_already() -> None:
    history = list_response(query=None)
    result = run(list_response(running()), history, read_response("Completed"), wait=WaitOptions())
    assert (result.changed, result.reused, result.scan.state) == (False, True, "completed")


def test_one_that_completed_is_not_waited_for_but_has_the_same_keys() -> None:
    done = item("Completed", scanEndTime="2026-01-01T00:00:00Z")
    result = run(list_response(), list_response(done, query=COMPLETED_SINCE), fresh_for=3600, wait=WaitOptions())
    assert result.waited is not None
    assert vars(result.waited) == {"elapsed": 0.0, "polls": 0, "requests": 2, "timed_out": False}


@pytest.mark.parametrize(("vendor_status", "state"), [("Error", "failed"), ("Cancelled", "cancelled")])
def test_any_other_end_fails_with_the_scan(vendor_status: str, state: str) -> None:
    error = expect_error(
        ScanNotCompletedError, list_response(), *start_responses(), read_response(vendor_status), wait=WaitOptions()
    )
    assert SCAN_ID in error.message
    assert state in error.message
    assert error.result.scan.state == state
    known = {key: shown(error)[key] for key in ("changed", "reused", "elapsed", "polls", "timed_out", "requests")}
    assert known == {"changed": True, "reused": False, "elapsed": 1.0, "polls": 1, "timed_out": False, "requests": 4}


def test_a_timeout_has_the_scan() -> None:
    error = expect_error(
        WaitTimeoutError,
        list_response(),
        *start_responses(),
        *[read_response("Processing")] * 3,
        wait=WaitOptions(2.5, 1.0),
    )
    assert "After 2 s, 1 of 1 scan had not finished" in error.message
    assert SCAN_ID in error.message
    assert (error.result.scan.state, error.result.waited.timed_out, error.result.changed) == ("running", True, True)
    assert (error.result.waited.elapsed, error.result.waited.polls) == (2.5, 3)


def test_an_error_while_waiting_has_the_scan() -> None:
    refused = Expected("GET", f"/api/v1/scans/{SCAN_ID}", 401, "")
    error = expect_error(
        UnauthorizedError, list_response(), *start_responses(), read_response("Processing"), refused, wait=WaitOptions()
    )
    assert (error.result.scan.vendor_status, error.result.changed) == ("Processing", True)
    assert (error.result.waited.timed_out, error.result.waited.polls, error.http_status) == (False, 2, 401)


def test_a_transient_error_does_not_end_the_wait() -> None:
    busy = Expected("GET", f"/api/v1/scans/{SCAN_ID}", 503, "")
    result = run(
        list_response(), *start_responses(), busy, busy, read_response("Completed"), wait=WaitOptions(), retries=0
    )
    assert result.scan.state == "completed"


# Refused starts


@pytest.mark.parametrize(("status", "code"), [(400, 105), (412, 107)])
def test_a_start_that_is_refused_is_not_repeated(status: int, code: int) -> None:
    error = expect_error(
        RejectedError, list_response(), start_response([{"errorCode": code, "message": "No."}], status)
    )
    assert (error.http_status, error.request.vendor_errors) == (status, [{"code": code, "message": "No."}])


# Lost responses


@pytest.mark.parametrize(
    "lost",
    [
        start_response(connection_reset()),
        start_response("", 500),
        start_response("", 502),
        start_response("", 504),
        start_response("<html>"),
        start_response('{"scanId'),
        start_response(""),
    ],
)
def test_a_start_with_a_lost_answer_is_found_and_adopted(lost: Expected) -> None:
    clock = FakeClock()
    result = run(list_response(), lost, list_response(NEW_ITEM, query=RECENT_QUERY), clock=clock)
    assert (result.changed, result.reused, result.scan.id) == (True, False, SCAN_ID)
    assert result.diff.after == [result.scan]
    assert clock.sleeps == [1.0]


def test_a_lost_start_may_show_late() -> None:
    result = run(
        list_response(),
        start_response(connection_reset()),
        *[list_response(query=RECENT_QUERY)] * 2,
        list_response(NEW_ITEM, query=RECENT_QUERY),
    )
    assert result.scan.id == SCAN_ID


def test_a_lost_start_that_has_ended_meanwhile_is_adopted() -> None:
    made = item("Completed", scanStartTime="2026-01-01T00:00:01Z")
    assert (
        run(list_response(), start_response(connection_reset()), list_response(made, query=RECENT_QUERY)).scan.id
        == SCAN_ID
    )


def test_what_was_there_before_is_not_taken_for_it() -> None:
    """Running scans, finished scans and scans of another source are not the lost scan."""
    before = [
        item(scan_id=IDS[0]),
        item("Completed", IDS[1], scanStartTime="2025-12-31T23:59:59Z"),
        item("Listing", IDS[2], **OTHER),
    ]
    result = run(
        list_response(before[0]),
        start_response(connection_reset()),
        *[list_response(*before, query=RECENT_QUERY)] * 3,
        start_response(item("Listing")),
        if_active="start",
    )
    assert (result.scan.id, result.changed) == (SCAN_ID, True)


def test_it_is_sent_again_only_after_three_lists_without_it() -> None:
    clock = FakeClock()
    result = run(
        list_response(),
        start_response(connection_reset()),
        *[list_response(query=RECENT_QUERY)] * 3,
        *start_responses(),
        clock=clock,
    )
    assert result.scan.id == SCAN_ID
    assert clock.sleeps == [1.0, 2.0, 4.0]


def test_it_is_given_up_in_the_end() -> None:
    nothing = [list_response(query=RECENT_QUERY)] * 3
    error = expect_error(UnknownOutcomeError, list_response(), *[start_response(connection_reset()), *nothing] * 3)
    assert "It was sent 3 times, and the list shows no scan from it." in error.message
    assert (error.result.changed, error.result.scan) == (True, None)
    assert error.facts()["method"] == "POST"


@pytest.mark.parametrize(
    "fault",
    [
        Expected("GET", "/api/v1/scans", 503, ""),
        Expected("GET", "/api/v1/scans", 401, ""),
        Expected("GET", "/api/v1/scans", 200, connection_reset()),
    ],
)
def test_where_the_vendor_has_no_list_a_scan_may_be_running(fault: Expected) -> None:
    responses = [fault] if fault.status == 401 else [fault] * 3
    error = expect_error(
        UnknownOutcomeError, list_response(), start_response(connection_reset()), *responses, retries=0
    )
    assert "may be running" in error.message
    assert (error.result.changed, error.result.scan) == (True, None)


def test_a_failed_list_is_read_again() -> None:
    busy = Expected("GET", "/api/v1/scans", 503, "")
    assert (
        run(
            list_response(),
            start_response(connection_reset()),
            busy,
            list_response(NEW_ITEM, query=RECENT_QUERY),
            retries=0,
        ).scan.id
        == SCAN_ID
    )


def test_a_failed_list_before_empty_ones_does_not_prevent_sending_again() -> None:
    busy = Expected("GET", "/api/v1/scans", 503, "")
    result = run(
        list_response(),
        start_response(connection_reset()),
        busy,
        *[list_response(query=RECENT_QUERY)] * 2,
        *start_responses(),
        retries=0,
    )
    assert (result.scan.id, result.changed) == (SCAN_ID, True)


def test_where_this_machines_clock_is_ahead_scans_of_the_same_moment_are_still_listed() -> None:
    """The vendor's answers have no Date here, so only the new scan shows the vendor's time."""
    made = item("Listing", scanStartTime="2025-12-31T20:00:00.5Z")
    since = [("startDate", "2025-12-31T19:59:00.500000Z"), ("pageSize", "100"), ("page", "1")]
    assert run(list_response(), start_response(made), list_response(made, query=since)).scan.id == SCAN_ID


def test_without_a_list_a_lost_start_is_final() -> None:
    target = {"objects": [{"data_source_name": "crm", "object_name": ["contacts"], "data_samples": None}]}
    lost = Expected(
        "PUT",
        "/api/v1/data-scan/data-scan-async",
        answer=connection_reset(),
        body=[{"data_source_name": "crm", "object_name": ["contacts"]}],
    )
    with scripted_context(lost, provider="protecto") as context, pytest.raises(UnknownOutcomeError) as caught:
        start.start_scan(context, start.StartRequest(target))
    assert "A scan may be running, and Protecto cannot list its scans" in caught.value.message
    assert "previous_scan_id" in caught.value.message
    assert caught.value.result.changed is True


def test_a_start_that_was_never_sent_is_not_lost() -> None:
    error = expect_error(UnavailableError, list_response(), *[start_response(requests.ConnectTimeout())] * 2, retries=1)
    assert shown(error)["changed"] is False


def test_no_message_holds_a_secret() -> None:
    error = expect_error(
        UnknownOutcomeError,
        list_response(),
        *[start_response(connection_reset()), *[list_response(query=RECENT_QUERY)] * 3] * 3,
    )
    assert TOKEN not in str(error.facts()) + error.message
    assert "sig=" not in str(error.facts()) + error.message


def test_a_start_never_reports_a_missing_scan() -> None:
    """A 404 response to a start can only mean that api_url is wrong."""
    error = expect_error(RejectedError, list_response(), start_response("", 404))
    assert (error.http_status, error.result.changed) == (404, False)
    assert "check api_url" in error.message


# Interrupted


class StoppedClock(FakeClock):
    """A clock that ends the first sleep after the start was sent."""

    def sleep(self, seconds: float) -> None:
        raise InterruptedWaitError("Stop.")


def test_an_interrupted_election_keeps_the_scan_that_was_started() -> None:
    whole_seconds = item("Listing")  # so that the election has to list again after a pause
    error = expect_error(
        InterruptedWaitError,
        *(list_response(), start_response(whole_seconds), list_response(whole_seconds, query=RECENT_QUERY)),
        clock=StoppedClock(),
    )
    assert (error.result.changed, error.result.scan.id, error.result.reused) == (True, SCAN_ID, False)


def test_after_a_lost_answer_an_interrupted_search_reports_that_a_scan_may_run() -> None:
    error = expect_error(UnknownOutcomeError, list_response(), start_response(connection_reset()), clock=StoppedClock())
    assert "A scan may be running" in error.message
    assert error.result.changed is True


# Lists that are not complete


def part(*items: dict[str, t.Any], total: int = 2, **settings: t.Any) -> Expected:
    """A page of a list that counts more scans than it shows."""
    return Expected("GET", "/api/v1/scans", answer={"total": total, "scans": list(items)}, **settings)


HALF = [part(item(**OTHER), total=2)] * 8  # two pages, read four times


@pytest.mark.parametrize("if_active", ["reuse", "fail"])
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_start_over_a_list_that_never_settles_fails_with_the_reason(if_active: str, check_mode: bool) -> None:
    error = expect_error(InvalidResponseError, *HALF, if_active=if_active, check_mode=check_mode)
    assert error.message == (
        "Glasswall's list of scans is not complete: its total is 2, and 1 came. A scan of the same source and target "
        "may be running, so none is started: run the task again, or set if_active to start."
    )
    assert (shown(error)["changed"], "scans" in shown(error)) == (False, False)


def test_a_scan_that_runs_is_reused_from_a_list_that_is_not_complete() -> None:
    assert run(*[part(running())] * 8).scan.id == SCAN_ID


def test_if_active_start_needs_no_complete_list() -> None:
    assert run(*HALF, start_response(NEW_ITEM), if_active="start").changed


def test_a_scan_that_is_fresh_is_not_reused_from_a_list_that_is_not_complete() -> None:
    """A newer scan that failed may be missing in the list."""
    done = item("Completed", scanEndTime="2025-12-31T23:59:00Z")
    completed = [part(done)] * 8
    assert "not complete" in expect_error(InvalidResponseError, list_response(), *completed, fresh_for=900).message
    new = start_response({**NEW_ITEM, "scanId": CHILD_ID})
    assert run(list_response(), *completed, new, fresh_for=900, if_active="start").changed


def test_a_search_after_a_lost_answer_needs_a_complete_list() -> None:
    lost = start_response(connection_reset())
    error = expect_error(UnknownOutcomeError, list_response(), lost, *HALF * 3)
    assert (
        "A scan may be running, but the search for it failed: Glasswall's list of scans is not complete"
        in error.message
    )
    assert error.result.changed is True


def test_a_search_that_finds_the_scan_once_its_list_settles() -> None:
    new = {**NEW_ITEM, "scanId": CHILD_ID}
    lost = start_response(connection_reset())
    assert run(list_response(), lost, *HALF, list_response(new, query=RECENT_QUERY)).scan.id == CHILD_ID


def test_an_election_over_a_list_that_is_not_complete_warns() -> None:
    warned: list[str] = []
    result = run(list_response(), start_response(NEW_ITEM), *[part(NEW_ITEM)] * 8, warned=warned)
    assert result.changed
    assert len(warned) == 1
    assert "Cannot check whether another pipeline started a scan" in warned[0]
    assert "not complete" in warned[0]


def test_an_error_of_a_later_page_shows_no_scans_of_others() -> None:
    failed = Expected("GET", "/api/v1/scans", 500, "")
    assert "scans" not in shown(expect_error(UnavailableError, part(item(**OTHER)), failed, retries=0))


@pytest.mark.parametrize(
    "answer",
    [
        item("Completed", **OTHER),
        item("Processing", **OTHER),
        item("Completed", targetContainerPath="elsewhere"),
        item("Completed", scanStartTime="2025-12-20T00:00:00Z", scanEndTime="2025-12-20T01:00:00Z"),
        item("Errored", scanStartTime="2025-12-31T22:00:00Z", scanEndTime="2025-12-31T23:57:00Z"),
    ],
)
def test_an_answer_about_another_or_an_older_scan_is_not_the_new_one_and_nothing_is_sent_again(
    answer: dict[str, t.Any],
) -> None:
    error = expect_error(UnknownOutcomeError, list_response(), start_response(answer))
    assert error.may_have_changed
    assert answer["scanId"] in error.message


def test_an_answer_about_a_scan_that_was_listed_before_is_not_the_new_one_which_is_searched_for() -> None:
    new = {**NEW_ITEM, "scanId": CHILD_ID}
    result = run(
        list_response(running()),
        start_response(running()),
        list_response(running(), new, query=RECENT_QUERY),
        if_active="start",
    )
    assert (result.changed, result.reused, result.scan.id) == (True, False, CHILD_ID)


def test_an_answer_that_ended_within_the_difference_of_two_clocks_is_the_new_one() -> None:
    ended = item("Completed", scanStartTime="2025-12-31T23:58:00Z", scanEndTime="2025-12-31T23:58:30Z")
    result = run(
        list_response(),
        start_response(ended),
        list_response(ended, query=[("startDate", "2025-12-31T23:57:00Z"), *RECENT_QUERY[1:]]),
    )
    assert (result.changed, result.scan.id) == (True, SCAN_ID)
