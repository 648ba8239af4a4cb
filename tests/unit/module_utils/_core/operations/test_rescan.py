# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scanning again: the child, the one that runs already, the parent that is not far enough, and lost answers."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    ConflictError,
    DatascanError,
    InvalidInputError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
    ScanNotCompletedError,
    TooEarlyError,
    UnauthorizedError,
    UnknownOutcomeError,
    WaitTimeoutError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import PREDICTED_ID
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import rescan
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from fake_clock import FakeClock
from glasswall_script import CHILD_ID, SCAN_ID, SCAN_PATH, item, list_response, missing_responses, read_response
from scripted_vendor import Expected, connection_reset, scripted_context, shown

CHILD = {"scan_id": CHILD_ID, "parentScan": SCAN_ID}
EXPIRED = {"errorCode": 105, "message": "The signed start (se) parameter must be in the future."}


def child(status: str = "Listing") -> dict[str, t.Any]:
    return item(status, **CHILD)


def rescan_response(answer: t.Any = None, status: int = 200) -> Expected:
    return Expected("PATCH", SCAN_PATH, status, child() if answer is None else answer)


TOO_EARLY = rescan_response("", 425)
REFUSED = Expected("GET", f"/api/v1/scans/{CHILD_ID}", 401, "")
RUNNING = rescan_response("", 409)


def run(
    *expected: Expected, check_mode: bool = False, clock: FakeClock | None = None, **settings: t.Any
) -> rescan.RescanResult:
    connection = {name: settings.pop(name) for name in ("retries", "reported") if name in settings}
    with scripted_context(*expected, check_mode=check_mode, clock=clock, **connection) as context:
        return rescan.rescan(context, rescan.RescanRequest(**{"subject": SCAN_ID, **settings}))


def expect_error(kind: type[DatascanError], *expected: Expected, **settings: t.Any) -> DatascanError:
    with pytest.raises(DatascanError) as caught:
        run(*expected, **settings)
    assert caught.value.kind == kind.kind, caught.value
    return caught.value


# Starting one


@pytest.mark.parametrize("vendor_status", ["Completed", "Processing", "Cancelled", "Error"])
def test_a_rescan_is_the_child_of_its_parent(vendor_status: str) -> None:
    result = run(read_response(vendor_status), list_response(), rescan_response())
    assert (result.changed, result.reused, result.waited) == (True, False, None)
    assert (result.scan.id, result.scan.parent_id, result.parent.id) == (CHILD_ID, SCAN_ID, SCAN_ID)
    assert (result.diff.before, result.diff.after) == ([], [result.scan])


@pytest.mark.parametrize("place", ["sourceContainerPath", "targetContainerPath"])
def test_a_child_of_another_source_or_target_is_not_the_rescan_that_was_sent(place: str) -> None:
    answers = [read_response("Completed"), list_response(), rescan_response(item("Listing", **CHILD, **{place: "b"}))]
    error = expect_error(UnknownOutcomeError, *answers)
    assert f"not a rescan of {SCAN_ID}" in error.message and error.result.changed


def test_a_parent_that_does_not_exist() -> None:
    assert "has no scan" in expect_error(NotFoundError, *missing_responses()).message


def test_an_invalid_id_is_not_sent() -> None:
    expect_error(InvalidInputError, subject="../scans/allusers")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [(412, [EXPIRED], RejectedError), (404, "", NotFoundError), (401, "", UnauthorizedError)],
)
def test_a_refused_rescan_has_its_parent_in_the_result(status: int, body: t.Any, kind: type[DatascanError]) -> None:
    error = expect_error(kind, read_response("Completed"), list_response(), rescan_response(body, status))
    assert error.http_status == status
    assert error.result.parent.id == SCAN_ID
    assert shown(error)["changed"] is False


def test_an_answer_about_a_scan_that_had_ended_before_is_not_the_new_one() -> None:
    old = {**child("Completed"), "scanStartTime": "2025-12-30T00:00:00Z", "scanEndTime": "2025-12-30T01:00:00Z"}
    error = expect_error(UnknownOutcomeError, read_response("Completed"), list_response(), rescan_response(old))
    assert error.result.changed and CHILD_ID in error.message


def test_an_answer_about_a_child_that_was_there_before_is_not_the_new_one_which_is_searched_for() -> None:
    old = "00000000-0000-0000-0000-000000000001"
    result = run(
        read_response("Completed", childScans=[old]),
        list_response(),
        rescan_response(item("Processing", **{**CHILD, "scan_id": old})),
        read_response("Completed", childScans=[old, CHILD_ID]),
        read_response("Listing", **CHILD),
    )
    assert (result.changed, result.reused, result.scan.id) == (True, False, CHILD_ID)


# One that runs


def test_one_that_runs_is_handed_back() -> None:
    result = run(read_response("Completed"), list_response(item(), child("Processing")))
    assert (result.changed, result.reused, result.scan.id, result.parent.id) == (False, True, CHILD_ID, SCAN_ID)
    assert result.diff.after == []


def test_if_active_fail() -> None:
    error = expect_error(ConflictError, read_response("Completed"), list_response(child()), if_active="fail")
    assert "is already being rescanned" in error.message
    assert (error.result.parent.id, error.result.scan.id, error.result.changed) == (SCAN_ID, CHILD_ID, False)


def test_409_hands_back_the_child_that_another_user_started() -> None:
    result = run(
        read_response("Completed"),
        list_response(),
        RUNNING,
        list_response(),
        read_response("Completed", childScans=[CHILD_ID]),
        read_response("Processing", CHILD_ID, parentScan=SCAN_ID),
    )
    assert (result.changed, result.reused, result.scan.id) == (False, True, CHILD_ID)


@pytest.mark.parametrize("if_active", ["fail", "start"])
def test_409_fails_where_none_may_be_reused(if_active: str) -> None:
    before = [list_response()] if if_active == "fail" else []  # a start needs no list
    error = expect_error(
        ConflictError,
        read_response("Completed"),
        *before,
        RUNNING,
        list_response(child()),
        if_active=if_active,
    )
    assert (error.http_status, error.result.scan.id, error.result.parent.id) == (409, CHILD_ID, SCAN_ID)


def test_409_without_a_child_that_can_be_seen() -> None:
    error = expect_error(
        ConflictError, read_response("Completed"), list_response(), RUNNING, list_response(), read_response("Completed")
    )
    assert (error.http_status, error.result.parent.id, error.result.changed) == (409, SCAN_ID, False)


# A parent that is not far enough


def test_a_parent_that_is_listing_is_too_early() -> None:
    error = expect_error(TooEarlyError, read_response("Listing"), list_response())
    assert "while it lists its files" in error.message
    assert "Set wait: true" in error.message
    assert (error.result.parent.id, error.result.changed) == (SCAN_ID, False)


def test_425_is_too_early_as_well() -> None:
    error = expect_error(TooEarlyError, read_response("Processing"), list_response(), TOO_EARLY)
    assert error.result.parent.id == SCAN_ID


def test_with_wait_the_listing_is_waited_for() -> None:
    reported: list[str] = []
    result = run(
        read_response("Listing"),
        list_response(),
        read_response("Listing"),
        read_response("Processing"),
        rescan_response(),
        read_response("Completed", **CHILD),
        wait=WaitOptions(),
        reported=reported,
    )
    assert (result.changed, result.scan.id, result.scan.state) == (True, CHILD_ID, "completed")
    assert "while it lists its files" in reported[0]
    assert result.waited is not None
    assert (result.waited.elapsed, result.waited.timed_out) == (3.0, False)


def test_with_wait_425_is_waited_for() -> None:
    result = run(
        read_response("Processing"),
        list_response(),
        TOO_EARLY,
        read_response("Processing"),
        rescan_response(),
        read_response("Completed", **CHILD),
        wait=WaitOptions(),
    )
    assert result.scan.state == "completed"


def test_a_pause_of_the_wait_for_the_parent_is_as_long_as_a_slow_poll() -> None:
    clock = FakeClock()
    slow = [read_response("Listing") for _poll in range(2)]
    for answer in slow:
        answer.takes = 2
    started = {**CHILD, "scanStartTime": "2026-01-01T00:00:30Z"}
    run(
        *(read_response("Listing"), list_response(), *slow, read_response("Processing")),
        rescan_response(item("Listing", **started)),
        read_response("Completed", **started),
        wait=WaitOptions(),
        clock=clock,
    )
    assert clock.sleeps[:3] == [1.0, 2.0, 2.0]


def test_a_fault_that_passes_does_not_end_the_wait_for_the_parent() -> None:
    busy = Expected("GET", SCAN_PATH, 503, "")
    result = run(
        read_response("Listing"),
        list_response(),
        busy,
        busy,
        read_response("Completed"),
        rescan_response(),
        read_response("Completed", **CHILD),
        wait=WaitOptions(),
        retries=0,
    )
    assert result.scan.state == "completed"


def test_the_wait_for_the_parent_ends_at_the_deadline_with_a_final_poll() -> None:
    clock = FakeClock()
    error = expect_error(
        WaitTimeoutError,
        read_response("Listing"),
        list_response(),
        *[read_response("Listing")] * 3,
        wait=WaitOptions(2.5),
        clock=clock,
    )
    assert clock.elapsed == 2.5
    assert "while it lists its files" in error.message
    assert error.result.parent.id == SCAN_ID
    known = {key: shown(error)[key] for key in ("changed", "timed_out", "elapsed", "polls", "requests")}
    assert known == {"changed": False, "timed_out": True, "elapsed": 2.5, "polls": 3, "requests": 5}


def test_the_final_poll_of_a_slow_vendor_begins_early_enough_to_end_in_time() -> None:
    """Otherwise the deadline would cut it, and the error would name a failure that was none of the vendor's."""
    clock = FakeClock()
    slow = [read_response("Listing") for _poll in range(3)]
    for answer in slow:
        answer.takes = 3
    error = expect_error(
        WaitTimeoutError, read_response("Listing"), list_response(), *slow, wait=WaitOptions(15), clock=clock
    )
    assert (clock.elapsed, clock.sleeps) == (15, [1.0, 3.0, 2.0])
    assert "The last poll failed" not in error.message


def test_no_retry_sleeps_past_the_end_of_the_wait_for_the_parent() -> None:
    clock = FakeClock()
    busy = Expected("GET", SCAN_PATH, 503, "", headers={"Retry-After": "30"})
    error = expect_error(
        WaitTimeoutError,
        read_response("Listing"),
        list_response(),
        *[busy] * 3,
        wait=WaitOptions(2.5),
        clock=clock,
        retries=5,
    )
    assert clock.elapsed == 2.5
    assert "The last poll failed: " in error.message


def test_a_vendor_that_always_answers_too_early_ends_at_the_deadline() -> None:
    """Its two answers may disagree: 425 to the rescan, and a parent that is no longer listing."""
    clock = FakeClock()
    error = expect_error(
        WaitTimeoutError,
        read_response("Processing"),
        list_response(),
        *[TOO_EARLY, read_response("Processing")] * 3,
        TOO_EARLY,
        wait=WaitOptions(3.0),
        clock=clock,
    )
    assert clock.elapsed == 3.0
    assert error.result.waited.timed_out is True


def test_the_two_waits_share_their_time() -> None:
    clock = FakeClock()
    error = expect_error(
        WaitTimeoutError,
        *(
            read_response("Listing"),
            list_response(),
            read_response("Listing"),
            read_response("Processing"),
            rescan_response(),
        ),
        *[read_response("Processing", **CHILD)] * 3,
        wait=WaitOptions(5.0),
        clock=clock,
    )
    assert clock.elapsed == 5.0
    assert (error.result.scan.id, error.result.changed, error.result.waited.timed_out) == (CHILD_ID, True, True)
    assert error.result.waited.elapsed == 5.0  # with the wait for the parent
    assert error.message.startswith("After 5 s, ")


@pytest.mark.parametrize(
    ("answer", "kind"), [(read_response("Error", **CHILD), ScanNotCompletedError), (REFUSED, UnauthorizedError)]
)
def test_a_failed_wait_reports_both_waits(answer: Expected, kind: type[DatascanError]) -> None:
    expected = [
        read_response("Listing"),
        list_response(),
        read_response("Listing"),
        read_response("Processing"),
        rescan_response(),
    ]
    error = expect_error(kind, *expected, answer, wait=WaitOptions(60.0))
    assert error.result.waited.elapsed == 3.0


# Waiting for the child


def test_wait_until_it_completed() -> None:
    result = run(
        read_response("Completed"),
        list_response(),
        rescan_response(),
        read_response("Completed", **CHILD),
        wait=WaitOptions(),
    )
    assert result.waited is not None
    assert vars(result.waited) == {"elapsed": 1.0, "polls": 1, "requests": 4, "timed_out": False}


def test_a_child_that_does_not_complete_fails_with_the_child() -> None:
    error = expect_error(
        ScanNotCompletedError,
        read_response("Completed"),
        list_response(),
        rescan_response(),
        read_response("Error", **CHILD),
        wait=WaitOptions(),
    )
    assert (error.result.scan.state, error.result.parent.id) == ("failed", SCAN_ID)
    assert (error.result.changed, error.result.reused) == (True, False)


# Check mode


def test_check_mode_predicts_the_child_and_sends_only_reads() -> None:
    result = run(read_response("Completed"), list_response(), check_mode=True, wait=WaitOptions())
    assert (result.changed, result.reused, result.scan.id, result.scan.parent_id) == (
        True,
        False,
        PREDICTED_ID,
        SCAN_ID,
    )
    assert result.scan.state == "queued"
    assert result.diff.after == [result.scan]
    assert result.waited is not None


def test_check_mode_hands_back_what_runs() -> None:
    result = run(read_response("Completed"), list_response(child()), check_mode=True)
    assert (result.changed, result.reused, result.scan.id) == (False, True, CHILD_ID)


def test_check_mode_fails_where_a_real_run_would() -> None:
    expect_error(TooEarlyError, read_response("Listing"), list_response(), check_mode=True)
    expect_error(ConflictError, read_response("Completed"), list_response(child()), check_mode=True, if_active="fail")
    expect_error(NotFoundError, *missing_responses(), check_mode=True)


def test_check_mode_predicts_for_a_scan_that_only_check_mode_has_seen() -> None:
    result = run(subject=PREDICTED_ID, check_mode=True)
    assert (result.changed, result.scan.parent_id) == (True, PREDICTED_ID)


# Lost answers


@pytest.mark.parametrize(
    "lost", [rescan_response(connection_reset()), rescan_response("", 502), rescan_response("<html>")]
)
def test_a_rescan_with_a_lost_answer_is_found_and_adopted(lost: Expected) -> None:
    result = run(
        read_response("Completed"),
        list_response(),
        lost,
        read_response("Completed", childScans=[CHILD_ID]),
        read_response("Listing", **CHILD),
    )
    assert (result.changed, result.reused, result.scan.id) == (True, False, CHILD_ID)


def test_an_old_child_is_not_taken_for_it() -> None:
    old = "00000000-0000-0000-0000-000000000001"
    result = run(
        read_response("Completed", childScans=[old]),
        list_response(),
        rescan_response(connection_reset()),
        *[read_response("Completed", childScans=[old]), list_response()] * 3,
        rescan_response(),
    )
    assert (result.changed, result.scan.id) == (True, CHILD_ID)


def test_it_is_given_up_in_the_end() -> None:
    responses = [read_response("Completed"), list_response()] * 3
    error = expect_error(
        UnknownOutcomeError,
        read_response("Completed"),
        list_response(),
        *[rescan_response(connection_reset()), *responses] * 3,
    )
    assert "It was sent 3 times" in error.message
    assert (error.result.changed, error.result.scan, error.result.parent.id) == (True, None, SCAN_ID)


def test_where_it_cannot_be_looked_up_a_scan_may_be_running() -> None:
    denied = Expected("GET", SCAN_PATH, 401, "")
    error = expect_error(
        UnknownOutcomeError, read_response("Completed"), list_response(), rescan_response(connection_reset()), denied
    )
    assert "may be running" in error.message
    assert (error.result.changed, error.result.parent.id) == (True, SCAN_ID)


LOST_AND_UNSEEN = [
    read_response("Completed"),
    list_response(),
    rescan_response(connection_reset()),
    *[read_response("Completed"), list_response()] * 3,
    RUNNING,
]
BEFORE = {"scanStartTime": "2025-12-31T23:59:59Z"}


@pytest.mark.parametrize("if_active", ["reuse", "fail"])
def test_a_child_found_by_409_after_a_lost_answer_is_ours_if_it_started_since(if_active: str) -> None:
    """The first request was carried out and did not show; the second is told that a rescan runs."""
    result = run(*LOST_AND_UNSEEN, list_response(child()), if_active=if_active)
    assert (result.changed, result.reused, result.scan.id) == (True, False, CHILD_ID)
    assert result.diff.after == [result.scan]


def test_a_child_found_by_409_after_a_lost_answer_is_not_ours_if_it_started_before() -> None:
    """Another user's, who started it before and whose scans are not in the list."""
    result = run(
        *LOST_AND_UNSEEN,
        list_response(),
        read_response("Completed", childScans=[CHILD_ID]),
        read_response("Processing", **CHILD, **BEFORE),
    )
    assert (result.changed, result.reused, result.scan.id) == (False, True, CHILD_ID)


def test_409_after_a_lost_answer_without_a_child_that_can_be_seen_may_have_changed_something() -> None:
    error = expect_error(ConflictError, *LOST_AND_UNSEEN, list_response(), read_response("Completed"))
    assert (error.http_status, error.result.changed) == (409, True)


@pytest.mark.parametrize("vendor_status", ["Error", "Cancelled"])
def test_a_rescan_whose_answer_has_a_failed_scan_fails_the_wait(vendor_status: str) -> None:
    error = expect_error(
        ScanNotCompletedError,
        read_response("Completed"),
        list_response(),
        rescan_response(child(vendor_status)),
        wait=WaitOptions(),
    )
    assert (error.result.scan.id, error.result.changed) == (CHILD_ID, True)


# Lists that are not complete

HALF = [Expected("GET", "/api/v1/scans", answer={"total": 2, "scans": [item()]})] * 8  # two pages, read four times


@pytest.mark.parametrize("if_active", ["reuse", "fail"])
def test_a_rescan_over_a_list_that_never_settles_fails_with_the_reason(if_active: str) -> None:
    error = expect_error(InvalidResponseError, read_response("Completed"), *HALF, if_active=if_active)
    assert error.message == (
        "Glasswall's list of scans is not complete: its total is 2, and 1 came. "
        f"A rescan of {SCAN_ID} may be running, so none is started."
    )
    result = shown(error)
    assert (result["changed"], result["parent"]["id"], "scans" in result) == (False, SCAN_ID, False)


def test_if_active_start_needs_no_list() -> None:
    assert run(read_response("Completed"), rescan_response(), if_active="start").changed


def test_a_search_after_a_lost_rescan_needs_a_complete_list() -> None:
    before = [read_response("Completed"), list_response(), rescan_response(connection_reset())]
    error = expect_error(UnknownOutcomeError, *before, *[read_response("Completed"), *HALF] * 3)
    assert "the search for it failed: Glasswall's list of scans is not complete" in error.message
