# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pipelines that start a scan at the same moment: all return the elected scan, and the other scans are cancelled."""

from __future__ import annotations

import typing as t
import uuid

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    ConflictError,
    ScanNotCompletedError,
    UnavailableError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import start
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from fake_clock import FakeClock
from glasswall_script import (
    NEW_ITEM,
    RECENT_QUERY,
    SCAN_ID,
    SCAN_PATH,
    TARGET,
    item,
    list_response,
    read_response,
    running,
    start_response,
)
from scripted_vendor import Expected, connection_reset, scripted_context

LOW, HIGH = str(uuid.UUID(int=1)), str(uuid.UUID(int=2**128 - 1))  # ids before and after the id of our scan
OURS = item("Listing")  # started at a whole second, as all below whose time is not given
OTHER_TARGET = {"targetContainerPath": "elsewhere"}
STOPPED = Expected("DELETE", SCAN_PATH, 202, item("Processing"))
TOO_LATE = Expected("DELETE", SCAN_PATH, 405, "")


def other(scan_id: str, second: str = "00", vendor_status: str = "Listing", **fields: t.Any) -> dict[str, t.Any]:
    """A scan that another pipeline started at about the same moment."""
    return item(vendor_status, scan_id, **{"scanStartTime": f"2026-01-01T00:00:{second}Z", **fields})


def recent_list_response(*items: dict[str, t.Any], **fields: t.Any) -> Expected:
    return list_response(*items, query=RECENT_QUERY, **fields)


class StartRun:
    """How a start went: its result or its error, what it warned of, and how long it slept."""

    def __init__(self, *expected: Expected, retries: int = 0, check_mode: bool = False, **settings: t.Any) -> None:
        self.warned: list[str] = []
        clock = FakeClock()
        with scripted_context(
            *expected, clock=clock, warned=self.warned, retries=retries, check_mode=check_mode
        ) as context:
            self.result = start.start_scan(context, start.StartRequest(**{"target": TARGET, **settings}))
        self.sleeps = clock.sleeps

    def summary(self) -> tuple[str, bool, bool, int]:
        return self.result.scan.id, self.result.changed, self.result.reused, len(self.warned)


OURS_ALONE = (SCAN_ID, True, False, 0)


# Our scan is the first


def test_a_start_lists_once_where_times_have_fractions() -> None:
    start_run = StartRun(list_response(), start_response(NEW_ITEM), recent_list_response(NEW_ITEM))
    assert start_run.summary() == OURS_ALONE
    assert start_run.sleeps == []


def test_a_start_lists_again_after_the_second_where_times_are_whole_seconds() -> None:
    """A scan with a smaller id might still start in the same second."""
    start_run = StartRun(list_response(), start_response(OURS), recent_list_response(OURS), recent_list_response(OURS))
    assert start_run.summary() == OURS_ALONE
    assert start_run.sleeps == [1.0]


def test_the_list_is_read_again_until_it_has_our_scan() -> None:
    """A scan that was started earlier may not be in the list either."""
    start_run = StartRun(
        list_response(),
        start_response(NEW_ITEM),
        recent_list_response(),
        recent_list_response(),
        recent_list_response(NEW_ITEM),
    )
    assert start_run.summary() == OURS_ALONE
    assert start_run.sleeps == [1.0, 2.0]


def test_our_scan_is_kept_with_a_warning_where_the_list_never_has_it() -> None:
    start_run = StartRun(list_response(), start_response(NEW_ITEM), *[recent_list_response()] * 4)
    assert start_run.summary() == (SCAN_ID, True, False, 1)
    assert f"does not show scan {SCAN_ID}" in start_run.warned[0]
    assert start_run.sleeps == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    "rival",
    [
        other(HIGH),
        other(LOW, "01"),
        other(LOW, vendor_status="Cancelled"),
        other(LOW, vendor_status="Error"),
        other(LOW, **OTHER_TARGET),
        other(LOW, scanStartTime="2025-12-31T23:49:59Z"),  # too long ago to have been started at the same moment
    ],
)
def test_our_scan_wins_where_no_other_is_earlier(rival: dict[str, t.Any]) -> None:
    assert (
        StartRun(list_response(), start_response(OURS), *[recent_list_response(rival, OURS)] * 2).summary()
        == OURS_ALONE
    )


def test_ours_that_has_ended_meanwhile_is_not_given_up_for_a_later_one() -> None:
    ended = {**OURS, "scanStatus": "Completed"}
    assert (
        StartRun(list_response(), start_response(OURS), recent_list_response(other(HIGH), ended)).summary()
        == OURS_ALONE
    )


def test_the_time_in_the_list_counts_where_the_answer_has_another() -> None:
    late = {**OURS, "scanStartTime": "2026-01-01T00:00:05Z"}
    assert (
        StartRun(list_response(), start_response(late), *[recent_list_response(other(LOW, "01"), OURS)] * 2).summary()
        == OURS_ALONE
    )


def test_without_times_the_smaller_id_is_the_first() -> None:
    rival, ours = other(LOW, scanStartTime=None), {**OURS, "scanStartTime": None}
    assert (
        StartRun(
            list_response(),
            start_response(ours),
            recent_list_response(rival, ours),
            STOPPED,
            recent_list_response(rival),
        ).summary()[0]
        == LOW
    )


# Another scan is the first


@pytest.mark.parametrize("rival", [other(LOW), other(HIGH, "00.2"), other(LOW, vendor_status="Processing")])
def test_a_later_start_is_withdrawn_and_the_earlier_scan_returned(rival: dict[str, t.Any]) -> None:
    ours = OURS if rival["scanId"] == LOW else NEW_ITEM
    fine = ours is NEW_ITEM
    start_run = StartRun(
        list_response(),
        start_response(ours),
        recent_list_response(ours, rival),
        STOPPED,
        *([] if fine else [recent_list_response(rival)]),
    )
    assert start_run.summary() == (rival["scanId"], False, True, 1)
    assert start_run.result.diff.after == []
    assert start_run.warned == [
        f"Another pipeline started scan {rival['scanId']} of the same source and target before scan {SCAN_ID} of this "
        f"task. Scan {SCAN_ID} was cancelled."
    ]


def test_the_first_of_several_is_handed_back() -> None:
    """A withdrawn scan that is still in the list is not handed back."""
    middle = other(str(uuid.UUID(int=5)))
    start_run = StartRun(
        list_response(),
        start_response(OURS),
        recent_list_response(OURS, middle),
        STOPPED,
        recent_list_response(other(LOW), middle, OURS),
        recent_list_response(other(LOW)),
    )
    assert start_run.summary()[0] == LOW


def test_an_earlier_one_that_shows_late_is_handed_back_too() -> None:
    start_run = StartRun(
        list_response(),
        start_response(OURS),
        recent_list_response(OURS),
        recent_list_response(OURS, other(LOW)),
        STOPPED,
        recent_list_response(other(LOW)),
    )
    assert start_run.summary() == (LOW, False, True, 1)


def test_time_spent_cancelling_is_not_a_poll() -> None:
    slow = Expected("DELETE", SCAN_PATH, 202, item("Processing"), takes=5.0)
    middle = other(str(uuid.UUID(int=5)))
    start_run = StartRun(
        list_response(),
        start_response(OURS),
        recent_list_response(OURS, middle),
        slow,
        recent_list_response(other(LOW), middle),
        recent_list_response(other(LOW)),
    )
    assert start_run.summary()[0] == LOW
    assert start_run.sleeps == [0.0, 1.0]


def test_where_the_first_has_ended_meanwhile_it_is_handed_back_as_it_ended() -> None:
    ended = other(LOW, vendor_status="Completed")
    start_run = StartRun(
        list_response(),
        start_response(OURS),
        recent_list_response(OURS, other(LOW)),
        STOPPED,
        recent_list_response(ended),
    )
    assert (start_run.result.scan.id, start_run.result.scan.state) == (LOW, "completed")


def test_our_scan_continues_with_a_warning_where_it_is_too_late_to_cancel() -> None:
    start_run = StartRun(
        list_response(),
        start_response(OURS),
        recent_list_response(OURS, other(LOW)),
        TOO_LATE,
        recent_list_response(OURS, other(LOW)),
    )
    assert start_run.summary() == (LOW, True, True, 1)
    assert [scan.id for scan in start_run.result.diff.after] == [SCAN_ID]
    assert f"Scan {SCAN_ID} could not be cancelled, and both may run" in start_run.warned[0]


@pytest.mark.parametrize(
    "answers",
    [
        [read_response("Cancelled")],
        [read_response("Listing"), STOPPED],
    ],
)
def test_a_cancellation_whose_answer_is_lost_is_checked(answers: list[Expected]) -> None:
    lost = Expected("DELETE", SCAN_PATH, 202, connection_reset())
    start_run = StartRun(
        list_response(),
        start_response(OURS),
        recent_list_response(OURS, other(LOW)),
        lost,
        *answers,
        recent_list_response(other(LOW)),
    )
    assert start_run.summary() == (LOW, False, True, 1)


def test_the_wait_is_for_the_earlier_one() -> None:
    start_run = StartRun(
        *(
            list_response(),
            start_response(OURS),
            recent_list_response(OURS, other(LOW)),
            STOPPED,
            recent_list_response(other(LOW)),
        ),
        read_response("Completed", LOW),
        wait=WaitOptions(),
    )
    assert (start_run.result.scan.id, start_run.result.scan.state) == (LOW, "completed")


# Other values of if_active


def test_if_active_fail_withdraws_our_scan_and_fails() -> None:
    with pytest.raises(ConflictError, match="was started at the same moment") as caught:
        StartRun(
            list_response(),
            start_response(OURS),
            recent_list_response(OURS, other(LOW)),
            STOPPED,
            recent_list_response(other(LOW)),
            if_active="fail",
        )
    assert (caught.value.result.scan.id, caught.value.result.changed) == (LOW, False)


def test_if_active_fail_reports_that_our_scan_continues() -> None:
    with pytest.raises(ConflictError) as caught:
        StartRun(
            list_response(),
            start_response(OURS),
            recent_list_response(OURS, other(LOW)),
            TOO_LATE,
            recent_list_response(other(LOW)),
            if_active="fail",
        )
    assert (caught.value.result.scan.id, caught.value.result.changed) == (LOW, True)


def test_if_active_start_holds_no_election() -> None:
    assert StartRun(list_response(), start_response(OURS), if_active="start").summary() == OURS_ALONE


# A list request that fails


def test_our_scan_continues_with_a_warning_where_the_list_fails() -> None:
    start_run = StartRun(list_response(), start_response(OURS), Expected("GET", "/api/v1/scans", 503, ""))
    assert start_run.summary() == (SCAN_ID, True, False, 1)
    assert start_run.warned[0].startswith("Cannot check whether another pipeline")


def test_after_the_withdrawal_the_earlier_scan_is_returned_even_if_the_next_read_fails() -> None:
    fault = Expected("GET", "/api/v1/scans", 503, "")
    assert StartRun(
        list_response(), start_response(OURS), recent_list_response(OURS, other(LOW)), STOPPED, fault
    ).summary() == (LOW, False, True, 2)


# A scan that another pipeline has just started


def test_a_scan_that_was_just_started_is_read_again_because_it_may_be_withdrawn() -> None:
    start_run = StartRun(list_response(other(HIGH)), list_response(other(HIGH), other(LOW)), list_response(other(LOW)))
    assert start_run.summary() == (LOW, False, True, 0)
    assert start_run.sleeps == [1.0, 1.0]


def test_where_it_was_withdrawn_a_new_scan_is_started() -> None:
    start_run = StartRun(
        list_response(other(HIGH)), list_response(), start_response(NEW_ITEM), list_response(NEW_ITEM, query=None)
    )
    assert start_run.summary() == OURS_ALONE


def test_of_two_that_were_started_together_the_first_is_handed_back() -> None:
    """The pipeline of the later scan is about to cancel it."""
    first = running(scan_id=HIGH, scanStartTime="2025-12-31T22:59:50Z")
    assert StartRun(list_response(running(scan_id=LOW), first)).summary() == (HIGH, False, True, 0)


def test_check_mode_does_not_read_it_again() -> None:
    assert StartRun(list_response(other(LOW)), check_mode=True).summary() == (LOW, False, True, 0)


def test_where_the_second_read_fails_the_task_fails() -> None:
    with pytest.raises(UnavailableError):
        StartRun(list_response(other(LOW)), Expected("GET", "/api/v1/scans", 503, ""))


# Lost responses


def test_after_a_lost_answer_the_first_that_appeared_is_handed_back_and_none_cancelled() -> None:
    """It is unknown which of these scans this pipeline started."""
    both = [other(HIGH), other(LOW)]
    start_run = StartRun(list_response(), start_response(connection_reset()), *[recent_list_response(*both)] * 2)
    assert start_run.summary() == (LOW, True, None, 1)
    assert HIGH in start_run.warned[0]
    assert "cancels none of the others" in start_run.warned[0]


def test_after_a_lost_answer_an_earlier_one_that_shows_late_is_handed_back_and_none_cancelled() -> None:
    both = [other(HIGH), other(LOW)]
    start_run = StartRun(
        list_response(),
        start_response(connection_reset()),
        recent_list_response(other(HIGH)),
        *[recent_list_response(*both)] * 2,
    )
    assert start_run.summary() == (LOW, True, None, 1)


def test_after_a_lost_answer_the_others_may_step_back_by_themselves() -> None:
    start_run = StartRun(
        list_response(),
        start_response(connection_reset()),
        recent_list_response(other(HIGH), other(LOW)),
        recent_list_response(other(LOW)),
    )
    assert start_run.summary() == (LOW, True, False, 0)


def test_after_a_lost_answer_one_that_is_left_alone_is_ours() -> None:
    assert (
        StartRun(list_response(), start_response(connection_reset()), *[recent_list_response(OURS)] * 2).summary()
        == OURS_ALONE
    )


def test_after_a_lost_answer_a_failed_read_is_reported() -> None:
    start_run = StartRun(
        list_response(),
        start_response(connection_reset()),
        recent_list_response(OURS),
        Expected("GET", "/api/v1/scans", 503, ""),
    )
    assert start_run.summary() == (SCAN_ID, True, False, 1)
    assert start_run.warned[0].startswith(f"Cannot check whether {SCAN_ID} is the only scan")


def test_after_a_lost_answer_if_active_fail_fails_where_more_than_one_appeared() -> None:
    with pytest.raises(ConflictError) as caught:
        StartRun(
            list_response(),
            start_response(connection_reset()),
            *[recent_list_response(other(HIGH), other(LOW))] * 2,
            if_active="fail",
        )
    assert (caught.value.result.scan.id, caught.value.result.changed) == (LOW, True)


def test_a_request_that_is_carried_out_late_is_found_by_a_later_read() -> None:
    late = other(LOW)
    start_run = StartRun(
        *(list_response(), start_response(connection_reset()), *[recent_list_response()] * 3),
        *(
            start_response({**OURS, "scanStartTime": "2026-01-01T00:00:07Z"}),
            recent_list_response(late, {**OURS, "scanStartTime": "2026-01-01T00:00:07Z"}),
        ),
        *(STOPPED, recent_list_response(late)),
    )
    assert start_run.summary() == (LOW, False, True, 1)


# A scan that had ended when it was handed back


@pytest.mark.parametrize("vendor_status", ["Error", "Cancelled"])
def test_a_start_whose_answer_has_a_failed_scan_fails_the_wait(vendor_status: str) -> None:
    ended = {**NEW_ITEM, "scanStatus": vendor_status}
    with pytest.raises(ScanNotCompletedError) as caught:
        StartRun(list_response(), start_response(ended), recent_list_response(ended), wait=WaitOptions())
    assert (caught.value.result.scan.id, caught.value.result.changed) == (SCAN_ID, True)
