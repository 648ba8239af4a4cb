# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for scans of one vendor: what is waited for, what happens at the time-out, and what is known then."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    InterruptedWaitError,
    InvalidInputError,
    NotFoundError,
    ScanNotCompletedError,
    UnauthorizedError,
    UnavailableError,
    UnsupportedError,
    WaitTimeoutError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import PREDICTED_ID, Scan
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base as _provider
from fake_clock import FakeClock
from glasswall_script import CHILD_ID, LABEL, SCAN_ID, SCAN_PATH, item, page, read_response
from scripted_vendor import Expected, scripted_context, shown

OTHER = {"scan_id": CHILD_ID}
BUSY = Expected("GET", SCAN_PATH, 503, "")


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at several scans come in order."""
    monkeypatch.setattr(_provider, "_THREADS", 1)


def given(
    state: str = "running", scan_id: str = SCAN_ID, provider: str = "glasswall", **fields: t.Any
) -> dict[str, t.Any]:
    return Scan(id=scan_id, provider=provider, state=state, **fields).model_dump(mode="json")  # type: ignore[arg-type]


def run(
    *expected: Expected, check_mode: bool = False, clock: FakeClock | None = None, **settings: t.Any
) -> wait.WaitResult:
    connection = {name: settings.pop(name) for name in ("retries", "reported") if name in settings}
    options = {name: settings.pop(name) for name in ("timeout", "interval", "until", "fail_fast") if name in settings}
    if "scans" not in settings:
        settings.setdefault("scan_ids", [SCAN_ID])
    with scripted_context(*expected, check_mode=check_mode, clock=clock, **connection) as context:
        return wait.wait_for_scans(context, wait.WaitRequest(options=WaitOptions(**options), **settings))


def expect_error(kind: type[DatascanError], *expected: Expected, **settings: t.Any) -> DatascanError:
    with pytest.raises(DatascanError) as caught:
        run(*expected, **settings)
    assert caught.value.kind == kind.kind, caught.value
    return caught.value


# What is waited for


def test_until_it_has_finished() -> None:
    result = run(read_response("Listing"), read_response("Processing"), read_response("Completed"))
    assert [scan.state for scan in result.scans] == ["completed"]
    assert vars(result.waited) == {"elapsed": 2.0, "polls": 3, "requests": 3, "timed_out": False}
    assert result.changed is False


@pytest.mark.parametrize("vendor_status", ["Error", "Cancelled"])
def test_how_it_ends_is_for_the_gate_to_judge(vendor_status: str) -> None:
    assert run(read_response(vendor_status)).scans[0].finished


def test_scans_of_an_earlier_task() -> None:
    """They may have ended since, so they are looked at at once."""
    result = run(read_response("Completed"), scans=[given()])
    assert [scan.state for scan in result.scans] == ["completed"]
    assert result.waited.elapsed == 0


def test_scans_that_had_finished_are_not_asked_for_again_and_keep_their_place() -> None:
    result = run(read_response("Completed"), scans=[given("failed", CHILD_ID), given()])
    assert [(scan.id, scan.state) for scan in result.scans] == [(CHILD_ID, "failed"), (SCAN_ID, "completed")]


def test_where_all_had_finished_nothing_is_sent() -> None:
    result = run(scans=[given("completed")])
    assert vars(result.waited) == {"elapsed": 0.0, "polls": 0, "requests": 0, "timed_out": False}


def test_each_is_waited_for_once() -> None:
    result = run(read_response("Completed"), scan_ids=[SCAN_ID, SCAN_ID.upper()])
    assert [scan.id for scan in result.scans] == [SCAN_ID]


def test_several_in_the_order_asked() -> None:
    result = run(
        read_response("Completed", **OTHER),
        read_response("Listing"),
        read_response("Completed"),
        scan_ids=[CHILD_ID, SCAN_ID],
    )
    assert [scan.id for scan in result.scans] == [CHILD_ID, SCAN_ID]
    assert result.waited.polls == 2


@pytest.mark.parametrize("place", ["source", "target"])
def test_an_answer_of_another_source_or_target_is_not_about_the_scan_that_was_started(place: str) -> None:
    """Its id was given to another scan, or the vendor mixes them up."""
    places = {"source": "acct.blob.core.windows.net/uploads", "target": "acct.blob.core.windows.net/clean"}
    assert run(read_response("Completed"), scans=[given(**places)]).scans[0].state == "completed"
    started = {"scan": given(**{**places, place: "acct.blob.core.windows.net/other"}), "reused": False}
    error = expect_error(WaitTimeoutError, read_response("Completed"), scans=[started], timeout=0)
    assert f"another scan with the id {SCAN_ID}: its {place} is" in error.message
    assert error.result.scans == []


def test_an_answer_of_another_source_than_the_poll_before_is_refused() -> None:
    other = read_response("Completed", sourceContainerPath="other")
    error = expect_error(WaitTimeoutError, read_response("Listing"), other, interval=5, timeout=5)
    assert "its source is" in error.message
    assert [scan.state for scan in error.result.scans] == ["running"]


def test_until_any() -> None:
    result = run(
        read_response("Listing"), read_response("Completed", **OTHER), scan_ids=[SCAN_ID, CHILD_ID], until="any"
    )
    assert [scan.state for scan in result.scans] == ["running", "completed"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scan_ids": []}, "scan_ids and scans are empty"),
        ({"scan_ids": ["../x"]}, "is not a Glasswall scan id"),
        ({"scans": [given(), {"id": SCAN_ID}]}, r"scans[1] is not a scan"),
        ({"scans": [given(), given(provider="bigid")]}, "scans[1] is a scan of bigid, but provider is glasswall"),
        ({"scan_ids": [PREDICTED_ID]}, "is not a Glasswall scan id"),
    ],
)
def test_invalid_scans_are_refused_before_any_request(settings: dict[str, t.Any], message: str) -> None:
    assert message in expect_error(InvalidInputError, **settings).message


# The end of the time


def test_a_timeout_fails_with_the_whole_result() -> None:
    error = expect_error(
        WaitTimeoutError,
        *(
            read_response("Listing"),
            read_response("Completed", **OTHER),
            read_response("Processing"),
            read_response("Processing"),
        ),
        scan_ids=[SCAN_ID, CHILD_ID],
        timeout=2.0,
    )
    assert error.message == (
        f"After 2 s, 1 of 2 scans had not finished: {LABEL}: running (vendor status Processing). The scan continues at "
        f"Glasswall: to wait for it again, set scan_ids of scan_wait to {SCAN_ID}."
    )
    assert [scan.state for scan in error.result.scans] == ["running", "completed"]
    known = {key: shown(error)[key] for key in ("timed_out", "elapsed", "polls", "requests")}
    assert known == {"timed_out": True, "elapsed": 2.0, "polls": 3, "requests": 4}
    assert (error.result.changed, error.result.cancelled) == (False, [])


def test_a_time_out_may_be_returned() -> None:
    result = run(read_response("Listing"), read_response("Listing"), timeout=1.0, on_timeout="return")
    assert (result.waited.timed_out, result.scans[0].state, result.changed) == (True, "running", False)


def test_a_time_out_may_cancel() -> None:
    error = expect_error(
        WaitTimeoutError,
        *(read_response("Listing"), read_response("Listing")),
        Expected("DELETE", SCAN_PATH, 202, item("Processing")),
        read_response("Cancelled"),
        timeout=1.0,
        on_timeout="cancel",
    )
    assert error.message.startswith("After 1 s, 1 of 1 scan had not finished: ")
    assert error.message.endswith(f" Scan {SCAN_ID} was cancelled.")
    assert (error.result.changed, error.result.cancelled, error.result.waited.timed_out) == (True, [SCAN_ID], True)
    assert [scan.state for scan in error.result.scans] == ["cancelled"]
    assert [scan.state for scan in error.result.diff.before] == ["running"]
    assert [scan.state for scan in error.result.diff.after] == ["cancelled"]


def test_only_what_still_runs_is_cancelled() -> None:
    error = expect_error(
        WaitTimeoutError,
        *(read_response("Completed", **OTHER), read_response("Listing"), read_response("Listing")),
        Expected("DELETE", SCAN_PATH, 202, item("Cancelled")),
        read_response("Cancelled"),
        scan_ids=[CHILD_ID, SCAN_ID],
        timeout=1.0,
        on_timeout="cancel",
    )
    assert [scan.state for scan in error.result.scans] == ["completed", "cancelled"]


def test_cancelling_may_come_too_late() -> None:
    error = expect_error(
        WaitTimeoutError,
        *(read_response("Processing"), read_response("Processing")),
        Expected("DELETE", SCAN_PATH, 405, ""),
        timeout=1.0,
        on_timeout="cancel",
    )
    assert "can no longer be cancelled" in error.message
    assert (error.result.changed, error.result.cancelled) == (False, [])


def test_a_fault_while_cancelling_does_not_hide_the_time_out() -> None:
    error = expect_error(
        WaitTimeoutError,
        *(read_response("Listing"), read_response("Listing")),
        Expected("DELETE", SCAN_PATH, 403, ""),
        timeout=1.0,
        on_timeout="cancel",
    )
    assert f"Scan {SCAN_ID} could not be cancelled: " in error.message
    assert (error.result.changed, error.result.cancelled) == (False, [])


def test_a_lost_cancellation_is_read_again_and_repeated() -> None:
    lost, again = Expected("DELETE", SCAN_PATH, 503, ""), Expected("DELETE", SCAN_PATH, 202, item("Listing"))
    error = expect_error(
        WaitTimeoutError,
        *(
            read_response("Listing"),
            read_response("Listing"),
            lost,
            read_response("Listing"),
            again,
            read_response("Cancelled"),
        ),
        timeout=1.0,
        on_timeout="cancel",
    )
    assert (error.result.changed, error.result.cancelled) == (True, [SCAN_ID])


def test_after_a_cancellation_of_unknown_outcome_something_may_have_changed() -> None:
    error = expect_error(
        WaitTimeoutError,
        *(read_response("Listing"), read_response("Listing"), Expected("DELETE", SCAN_PATH, 503, ""), BUSY),
        timeout=1.0,
        on_timeout="cancel",
        retries=0,
    )
    assert (error.result.changed, error.result.cancelled) == (True, [])
    assert "may have been carried out" in error.message


@pytest.mark.parametrize("settings", [{"timeout": 0.0, "on_timeout": "return"}, {"until": "any"}])
def test_a_scan_that_no_poll_could_read_is_named(settings: dict[str, t.Any]) -> None:
    result = run(
        read_response("Completed"),
        Expected("GET", f"/api/v1/scans/{CHILD_ID}", 503, ""),
        retries=0,
        scan_ids=[SCAN_ID, CHILD_ID],
        **settings,
    )
    assert ([scan.id for scan in result.scans], result.unseen) == ([SCAN_ID], [CHILD_ID])


def test_an_interrupted_wait_keeps_what_it_saw() -> None:
    clock = FakeClock()

    def interrupt(seconds: float) -> None:
        raise InterruptedWaitError("Stop.")

    clock.sleep = interrupt  # type: ignore[method-assign]
    error = expect_error(InterruptedWaitError, read_response("Listing"), clock=clock)
    assert [scan.id for scan in error.result.scans] == [SCAN_ID]
    assert error.result.waited.polls == 1


def test_a_failed_poll_after_the_cancellation_keeps_the_result() -> None:
    error = expect_error(
        WaitTimeoutError,
        *(read_response("Listing"), read_response("Listing")),
        Expected("DELETE", SCAN_PATH, 202, item("Processing")),
        BUSY,
        timeout=1.0,
        on_timeout="cancel",
        retries=0,
    )
    assert (error.result.changed, error.result.cancelled) == (True, [SCAN_ID])
    assert "could not be cancelled" not in error.message


def test_a_vendor_that_cannot_cancel_is_refused_before_the_wait() -> None:
    with (
        scripted_context(provider="protecto") as context,
        pytest.raises(UnsupportedError, match="Protecto cannot cancel a scan"),
    ):
        wait.wait_for_scans(context, wait.WaitRequest(["1"], on_timeout="cancel"))


def test_a_timeout_without_a_successful_poll_has_the_reason() -> None:
    error = expect_error(WaitTimeoutError, BUSY, BUSY, timeout=1.0, retries=0)
    assert error.message.startswith(
        f"After 1 s, 1 of 1 scan had not finished: {SCAN_ID}: not read yet. The scan may continue at Glasswall: "
    )
    assert "The last poll failed: GET https://vendor.test" in error.message
    assert (error.http_status, error.request.method) == (503, "GET")
    assert error.result.scans == []


class StallingClock(FakeClock):
    """Its sleeps after the first take ten seconds longer, as those of a machine that was suspended."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.elapsed += 10 if len(self.sleeps) > 1 else 0


def test_a_poll_for_which_no_time_is_left_is_no_failure_of_the_vendor() -> None:
    error = expect_error(
        WaitTimeoutError, *[read_response("Processing")] * 2, timeout=3.0, clock=StallingClock(), retries=0
    )
    assert "The last poll" not in error.message and "not sent" not in error.message
    assert (error.kind, error.http_status, error.request.url) == ("wait_timeout", None, None)


def test_a_failure_stays_known_where_no_time_is_left_for_the_last_poll() -> None:
    error = expect_error(
        WaitTimeoutError, read_response("Processing"), BUSY, timeout=3.0, clock=StallingClock(), retries=0
    )
    assert "The last poll failed: GET https://vendor.test" in error.message and "not sent" not in error.message
    assert (error.http_status, error.request.method) == (503, "GET")


def test_many_open_scans_are_counted() -> None:
    ids = [f"00000000-0000-0000-0000-{number:012}" for number in range(8)]
    list_of_all = Expected("GET", "/api/v1/scans", answer=page(*(item("Listing", scan_id) for scan_id in ids)))
    error = expect_error(WaitTimeoutError, list_of_all, scan_ids=ids, timeout=0.0)
    assert "8 of 8 scans had not finished" in error.message
    assert "; and 3 more. The scans continue at Glasswall: " in error.message
    assert error.message.endswith(" set scan_ids of scan_wait to these ids.")


# fail_fast


@pytest.mark.parametrize("vendor_status", ["Error", "Cancelled"])
def test_fail_fast_fails_with_the_first_that_did_not_succeed(vendor_status: str) -> None:
    error = expect_error(
        ScanNotCompletedError,
        read_response("Listing"),
        read_response(vendor_status, **OTHER),
        scan_ids=[SCAN_ID, CHILD_ID],
        fail_fast=True,
    )
    assert CHILD_ID in error.message
    assert [scan.vendor_status for scan in error.result.scans] == ["Listing", vendor_status]
    assert (error.result.waited.timed_out, error.result.waited.polls) == (False, 1)


def test_fail_fast_passes_where_all_completed() -> None:
    assert run(read_response("Completed"), fail_fast=True).scans[0].succeeded


# Faults


def test_transient_errors_are_waited_out_and_reported() -> None:
    reported: list[str] = []
    result = run(read_response("Listing"), BUSY, BUSY, read_response("Completed"), retries=0, reported=reported)
    assert result.scans[0].state == "completed"
    assert "the last poll failed" in reported[1]


def test_retries_within_a_poll_end_at_the_deadline() -> None:
    clock = FakeClock()
    expect_error(WaitTimeoutError, read_response("Listing"), *[BUSY] * 6, timeout=3.0, retries=5, clock=clock)
    assert clock.elapsed == pytest.approx(3.0)


@pytest.mark.parametrize(("status", "kind"), [(401, UnauthorizedError), (404, NotFoundError)])
def test_a_permanent_error_ends_the_wait_with_the_scans_known_so_far(status: int, kind: type[DatascanError]) -> None:
    error = expect_error(kind, read_response("Listing"), Expected("GET", SCAN_PATH, status, ""))
    assert [scan.vendor_status for scan in error.result.scans] == ["Listing"]
    known = {key: shown(error)[key] for key in ("timed_out", "elapsed", "polls", "requests")}
    assert known == {"timed_out": False, "elapsed": 1.0, "polls": 2, "requests": 2}
    assert error.http_status == status


# Check mode


def test_check_mode_polls_once() -> None:
    clock = FakeClock()
    result = run(read_response("Listing"), check_mode=True, clock=clock)
    assert (result.scans[0].state, clock.elapsed) == ("running", 0)
    assert vars(result.waited) == {"elapsed": 0.0, "polls": 1, "requests": 1, "timed_out": False}


def test_check_mode_reports_no_progress() -> None:
    reported: list[str] = []
    run(read_response("Listing"), check_mode=True, reported=reported)
    assert reported == []


def test_check_mode_cancels_nothing() -> None:
    result = run(read_response("Listing"), check_mode=True, on_timeout="cancel")
    assert (result.changed, result.waited.timed_out) == (False, False)


def test_check_mode_accepts_a_predicted_scan() -> None:
    result = run(read_response("Completed"), scan_ids=[PREDICTED_ID, SCAN_ID], check_mode=True)
    assert [(scan.id, scan.state) for scan in result.scans] == [(PREDICTED_ID, "queued"), (SCAN_ID, "completed")]


def test_check_mode_tries_again_like_any_read_and_loses_no_scan() -> None:
    assert run(BUSY, read_response("Listing"), check_mode=True).scans[0].state == "running"
    assert expect_error(UnavailableError, BUSY, check_mode=True, retries=0).http_status == 503
