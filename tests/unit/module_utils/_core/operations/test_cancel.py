# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancellation: scans that are listing, too late, or finished, and lost responses."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    InvalidInputError,
    NotFoundError,
    RejectedError,
    TooLateError,
    UnauthorizedError,
    UnknownOutcomeError,
    WaitTimeoutError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import PREDICTED_ID
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import cancel
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base as _provider
from fake_clock import FakeClock
from glasswall_script import CHILD_ID, SCAN_ID, SCAN_PATH, item, missing_responses, read_response
from scripted_vendor import Expected, connection_reset, scripted_context

OTHER = {"scan_id": CHILD_ID}
OTHER_PATH = f"/api/v1/scans/{CHILD_ID}"


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes requests for several scans come in order."""
    monkeypatch.setattr(_provider, "_THREADS", 1)


def cancel_response(status: int = 202, answer: t.Any = None, path: str = SCAN_PATH) -> Expected:
    cancelled = item("Processing", path.rpartition("/")[2])
    return Expected("DELETE", path, status, cancelled if answer is None else answer)


TOO_LATE = cancel_response(405, "")


def run(
    *expected: Expected, check_mode: bool = False, clock: FakeClock | None = None, **settings: t.Any
) -> cancel.CancelResult:
    connection = {name: settings.pop(name) for name in ("retries",) if name in settings}
    with scripted_context(*expected, check_mode=check_mode, clock=clock, **connection) as context:
        return cancel.cancel_scans(context, cancel.CancelRequest(**{"scan_ids": [SCAN_ID], **settings}))


def expect_error(kind: type[DatascanError], *expected: Expected, **settings: t.Any) -> DatascanError:
    with pytest.raises(DatascanError) as caught:
        run(*expected, **settings)
    assert caught.value.kind == kind.kind, caught.value
    return caught.value


# Once


def test_a_listing_is_cancelled() -> None:
    result = run(read_response("Listing"), cancel_response(), read_response("Cancelled"))
    assert (result.changed, result.too_late, result.waited) == (True, [], None)
    assert [scan.state for scan in result.scans] == ["cancelled"]
    assert [scan.vendor_status for scan in (*result.diff.before, *result.diff.after)] == ["Listing", "Cancelled"]


def test_the_answer_to_the_cancelling_may_still_show_the_old_state() -> None:
    """Files that were already found are still scanned, so the scan may be processing for a while."""
    result = run(read_response("Listing"), cancel_response(), read_response("Processing"))
    assert (result.changed, [scan.state for scan in result.scans]) == (True, ["running"])


@pytest.mark.parametrize("vendor_status", ["Completed", "Cancelled", "Error"])
def test_what_has_finished_is_left_as_it_is(vendor_status: str) -> None:
    result = run(read_response(vendor_status))
    assert (result.changed, result.diff.before, result.diff.after) == (False, [], [])
    assert result.summary["total"] == 1


def test_a_cancellation_that_is_too_late_names_the_scan_that_still_runs() -> None:
    error = expect_error(TooLateError, read_response("Processing"), TOO_LATE)
    assert "continues to process" in error.message
    assert (error.http_status, error.facts()["kind"]) == (405, "too_late")
    assert (error.result.changed, error.result.too_late) == (False, [SCAN_ID])
    assert [scan.state for scan in error.result.scans] == ["running"]


def test_a_refusal_while_the_scan_still_lists_is_not_called_too_late() -> None:
    for too_late in ("fail", "ignore"):
        error = expect_error(
            RejectedError, read_response("Listing"), TOO_LATE, read_response("Listing"), too_late=too_late
        )
        assert error.http_status == 405
        assert "listed" not in error.message


def test_a_scan_that_ended_its_listing_before_the_request_is_too_late() -> None:
    expect_error(TooLateError, read_response("Listing"), TOO_LATE, read_response("Processing"))


def test_too_late_may_be_ignored() -> None:
    result = run(read_response("Processing"), TOO_LATE, too_late="ignore")
    assert (result.changed, result.too_late, result.summary["running"]) == (False, [SCAN_ID], 1)


def test_ignoring_what_is_too_late_ignores_nothing_else() -> None:
    expect_error(NotFoundError, *missing_responses(), too_late="ignore")
    expect_error(UnauthorizedError, read_response("Listing"), cancel_response(401, ""), too_late="ignore")


# Several


def test_every_scan_is_tried_before_the_first_error_is_raised() -> None:
    error = expect_error(
        TooLateError,
        *(read_response("Processing"), TOO_LATE),
        *(read_response("Listing", **OTHER), cancel_response(path=OTHER_PATH), read_response("Cancelled", **OTHER)),
        scan_ids=[SCAN_ID, CHILD_ID],
    )
    assert (error.result.changed, error.result.too_late) == (True, [SCAN_ID])
    assert [scan.state for scan in error.result.scans] == ["running", "cancelled"]
    assert error.result.summary["cancelled"] == 1


def test_each_is_cancelled_once_and_in_the_order_asked() -> None:
    result = run(
        *(read_response("Completed", **OTHER), read_response("Listing"), cancel_response(), read_response("Cancelled")),
        scan_ids=[CHILD_ID, SCAN_ID, CHILD_ID.upper()],
    )
    assert [scan.id for scan in result.scans] == [CHILD_ID, SCAN_ID]


def test_all_ids_are_checked_before_any_is_asked_for() -> None:
    expect_error(InvalidInputError, scan_ids=[SCAN_ID, "../x"])
    assert "scan_ids is empty" in expect_error(InvalidInputError, scan_ids=[]).message


def test_a_vendor_that_writes_its_ids_otherwise() -> None:
    shown = SCAN_ID.upper()
    result = run(
        Expected("GET", SCAN_PATH, answer=item("Listing", shown)),
        Expected("DELETE", SCAN_PATH, 202, item("Listing", shown)),
        Expected("GET", SCAN_PATH, answer=item("Processing", shown)),
        Expected("GET", SCAN_PATH, answer=item("Cancelled", shown)),
        wait=WaitOptions(),
    )
    assert [scan.state for scan in result.scans] == ["cancelled"]
    assert [scan.state for scan in result.diff.after] == ["cancelled"]


# Waiting


def test_the_wait_lasts_until_the_vendor_reports_cancelled() -> None:
    result = run(
        read_response("Listing"),
        cancel_response(),
        read_response("Processing"),
        read_response("Processing"),
        read_response("Cancelled"),
        wait=WaitOptions(),
    )
    assert (result.changed, result.summary["cancelled"]) == (True, 1)
    assert result.waited is not None
    assert (result.waited.timed_out, result.waited.requests) == (False, 5)
    assert [scan.state for scan in result.diff.after] == ["cancelled"]


def test_a_timeout_reports_the_cancellation() -> None:
    clock = FakeClock()
    responses = [read_response("Processing")] * 10
    with (
        pytest.raises(WaitTimeoutError) as caught,
        scripted_context(read_response("Listing"), cancel_response(), *responses, clock=clock) as context,
    ):
        cancel.cancel_scans(context, cancel.CancelRequest([SCAN_ID], wait=WaitOptions(2.0, 1.0)))
    known = caught.value.result
    assert (known.changed, known.waited.timed_out, known.waited.elapsed) == (True, True, 2.0)
    assert [scan.state for scan in known.scans] == ["running"]


def test_an_error_while_waiting_reports_the_cancellation() -> None:
    refused = Expected("GET", SCAN_PATH, 401, "")
    error = expect_error(
        UnauthorizedError,
        read_response("Listing"),
        cancel_response(),
        read_response("Processing"),
        refused,
        wait=WaitOptions(),
    )
    assert error.result.changed is True
    assert [scan.vendor_status for scan in error.result.scans] == ["Processing"]
    assert (error.result.too_late, error.result.summary["running"], error.result.waited.timed_out) == ([], 1, False)


def test_where_nothing_was_cancelled_nothing_is_waited_for() -> None:
    result = run(read_response("Completed"), wait=WaitOptions())
    assert result.waited is not None
    assert (result.waited.polls, result.waited.timed_out) == (0, False)


# Faults


def test_a_failed_poll_after_the_cancellation_keeps_the_result() -> None:
    result = run(read_response("Listing"), cancel_response(), Expected("GET", SCAN_PATH, 503, ""), retries=0)
    assert result.changed
    assert [scan.vendor_status for scan in result.scans] == ["Processing"]


def test_a_lost_cancelling_that_was_carried_out() -> None:
    result = run(
        read_response("Listing"),
        cancel_response(202, connection_reset()),
        read_response("Cancelled"),
        read_response("Cancelled"),
    )
    assert (result.changed, result.summary["cancelled"]) == (True, 1)


def test_a_lost_cancelling_that_was_not_is_asked_for_again() -> None:
    result = run(
        read_response("Listing"),
        cancel_response(202, connection_reset()),
        read_response("Listing"),
        cancel_response(),
        read_response("Cancelled"),
    )
    assert (result.changed, result.summary["cancelled"]) == (True, 1)


def test_a_cancellation_whose_answer_is_lost_twice_has_an_unknown_outcome() -> None:
    error = expect_error(
        UnknownOutcomeError,
        read_response("Listing"),
        cancel_response(202, connection_reset()),
        read_response("Listing"),
        cancel_response(502, ""),
    )
    assert error.facts()["kind"] == "lost_answer"
    assert [scan.vendor_status for scan in error.result.scans] == ["Listing"]


# Check mode


def test_check_mode_predicts_and_sends_only_reads() -> None:
    result = run(read_response("Listing"), check_mode=True, wait=WaitOptions())
    assert (result.changed, result.too_late) == (True, [])
    assert result.waited is not None


def test_check_mode_shows_the_scan_as_it_would_be() -> None:
    result = run(read_response("Listing"), check_mode=True)
    (before,), (after,) = result.diff.before, result.diff.after
    assert (before.state, before.vendor_status) == ("running", "Listing")
    assert after == before.model_copy(update={"state": "cancelled", "vendor_status": None})
    assert (result.scans, result.summary["cancelled"]) == ([after], 1)


@pytest.mark.parametrize("vendor_status", ["Completed", "Cancelled", "Error"])
def test_check_mode_predicts_no_change_for_what_has_finished(vendor_status: str) -> None:
    assert not run(read_response(vendor_status), check_mode=True).changed


def test_check_mode_predicts_what_is_too_late() -> None:
    error = expect_error(TooLateError, read_response("Processing"), check_mode=True)
    assert (error.result.changed, error.result.too_late) == (False, [SCAN_ID])
    result = run(read_response("Processing"), check_mode=True, too_late="ignore")
    assert (result.changed, result.too_late) == (False, [SCAN_ID])


def test_check_mode_cancels_a_scan_that_only_check_mode_has_seen() -> None:
    assert run(scan_ids=[PREDICTED_ID], check_mode=True).changed


def test_every_failure_is_named_and_a_lost_cancellation_comes_first() -> None:
    missing = missing_responses(CHILD_ID)
    lost = [Expected("DELETE", SCAN_PATH, 503, "")] * 2
    with (
        scripted_context(*missing, read_response("Listing"), lost[0], read_response("Listing"), lost[1]) as context,
        pytest.raises(UnknownOutcomeError) as caught,
    ):
        cancel.cancel_scans(context, cancel.CancelRequest([CHILD_ID, SCAN_ID]))
    assert caught.value.result.changed is True
    assert CHILD_ID in caught.value.message
    assert SCAN_ID in caught.value.message


def test_a_cancellation_that_cannot_be_read_again_may_have_changed_something() -> None:
    busy = Expected("GET", SCAN_PATH, 503, "")
    with (
        scripted_context(read_response("Listing"), Expected("DELETE", SCAN_PATH, 503, ""), busy, retries=0) as context,
        pytest.raises(UnknownOutcomeError) as caught,
    ):
        cancel.cancel_scans(context, cancel.CancelRequest([SCAN_ID]))
    assert caught.value.result.changed is True
