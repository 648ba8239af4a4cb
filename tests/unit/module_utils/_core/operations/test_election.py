# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pipelines that start a scan at the same moment: one goes on, all hand back that one, and the others step back."""

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
from glasswall_script import FINE, LATELY, SCAN_ID, SCAN_PATH, TARGET, item, listed, looked, running, started
from scripted_vendor import Expected, connection_reset, job

LOW, HIGH = str(uuid.UUID(int=1)), str(uuid.UUID(int=2**128 - 1))  # ids before and after ours
OURS = item("Listing")  # started at a whole second, as all below whose time is not given
OTHER_TARGET = {"targetContainerPath": "elsewhere"}
STOPPED = Expected("DELETE", SCAN_PATH, 202, item("Processing"))
TOO_LATE = Expected("DELETE", SCAN_PATH, 405, "")


def other(scan_id: str, second: str = "00", word: str = "Listing", **fields: t.Any) -> dict[str, t.Any]:
    """A scan that another pipeline started at about the same moment."""
    return item(word, scan_id, **{"scanStartTime": f"2026-01-01T00:00:{second}Z", **fields})


def lately(*items: dict[str, t.Any], **fields: t.Any) -> Expected:
    return listed(*items, query=LATELY, **fields)


class Went:
    """How a start went: its result or its error, what it warned of, and how long it slept."""

    def __init__(self, *expected: Expected, retries: int = 0, check_mode: bool = False, **settings: t.Any) -> None:
        self.warned: list[str] = []
        clock = FakeClock()
        with job(*expected, clock=clock, warned=self.warned, retries=retries, check_mode=check_mode) as the_job:
            self.result = start.start_scan(the_job, start.StartRequest(**{"target": TARGET, **settings}))
        self.sleeps = clock.sleeps

    def told(self) -> tuple[str, bool, bool, int]:
        return self.result.scan.id, self.result.changed, self.result.reused, len(self.warned)


OURS_ALONE = (SCAN_ID, True, False, 0)


# Ours is the first


def test_a_start_lists_once_where_times_have_fractions() -> None:
    went = Went(listed(), started(FINE), lately(FINE))
    assert went.told() == OURS_ALONE
    assert went.sleeps == []


def test_a_start_lists_again_after_the_second_where_times_are_whole_seconds() -> None:
    """Until then, one with a smaller id might still start in the same second."""
    went = Went(listed(), started(OURS), lately(OURS), lately(OURS))
    assert went.told() == OURS_ALONE
    assert went.sleeps == [1.0]


def test_the_list_is_read_again_until_it_has_our_scan() -> None:
    """What was started before ours may not show either."""
    went = Went(listed(), started(FINE), lately(), lately(), lately(FINE))
    assert went.told() == OURS_ALONE
    assert went.sleeps == [1.0, 2.0]


def test_our_scan_is_kept_with_a_warning_where_the_list_never_has_it() -> None:
    went = Went(listed(), started(FINE), *[lately()] * 4)
    assert went.told() == (SCAN_ID, True, False, 1)
    assert f"does not show scan {SCAN_ID}" in went.warned[0]
    assert went.sleeps == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    "rival",
    [
        other(HIGH),
        other(LOW, "01"),
        other(LOW, word="Cancelled"),
        other(LOW, word="Error"),
        other(LOW, **OTHER_TARGET),
        other(LOW, scanStartTime="2025-12-31T23:49:59Z"),  # too long ago to have been started at the same moment
    ],
)
def test_our_scan_wins_where_no_other_is_earlier(rival: dict[str, t.Any]) -> None:
    assert Went(listed(), started(OURS), *[lately(rival, OURS)] * 2).told() == OURS_ALONE


def test_ours_that_has_ended_meanwhile_is_not_given_up_for_a_later_one() -> None:
    ended = {**OURS, "scanStatus": "Completed"}
    assert Went(listed(), started(OURS), lately(other(HIGH), ended)).told() == OURS_ALONE


def test_the_time_in_the_list_counts_where_the_answer_has_another() -> None:
    late = {**OURS, "scanStartTime": "2026-01-01T00:00:05Z"}
    assert Went(listed(), started(late), *[lately(other(LOW, "01"), OURS)] * 2).told() == OURS_ALONE


def test_without_times_the_smaller_id_is_the_first() -> None:
    rival, ours = other(LOW, scanStartTime=None), {**OURS, "scanStartTime": None}
    assert Went(listed(), started(ours), lately(rival, ours), STOPPED, lately(rival)).told()[0] == LOW


# Another one is


@pytest.mark.parametrize("rival", [other(LOW), other(HIGH, "00.2"), other(LOW, word="Processing")])
def test_a_later_start_is_withdrawn_and_the_earlier_scan_returned(rival: dict[str, t.Any]) -> None:
    ours = OURS if rival["scanId"] == LOW else FINE
    fine = ours is FINE
    went = Went(listed(), started(ours), lately(ours, rival), STOPPED, *([] if fine else [lately(rival)]))
    assert went.told() == (rival["scanId"], False, True, 1)
    assert went.result.diff.after == []
    assert went.warned == [
        f"Another pipeline started scan {rival['scanId']} of the same source and target before scan {SCAN_ID} of this "
        f"task. Scan {SCAN_ID} was cancelled."
    ]


def test_the_first_of_several_is_handed_back() -> None:
    """And not the one that steps back itself, which still shows."""
    middle = other(str(uuid.UUID(int=5)))
    went = Went(
        listed(), started(OURS), lately(OURS, middle), STOPPED, lately(other(LOW), middle, OURS), lately(other(LOW))
    )
    assert went.told()[0] == LOW


def test_an_earlier_one_that_shows_late_is_handed_back_too() -> None:
    went = Went(listed(), started(OURS), lately(OURS), lately(OURS, other(LOW)), STOPPED, lately(other(LOW)))
    assert went.told() == (LOW, False, True, 1)


def test_time_spent_cancelling_is_not_a_poll() -> None:
    slow = Expected("DELETE", SCAN_PATH, 202, item("Processing"), takes=5.0)
    middle = other(str(uuid.UUID(int=5)))
    went = Went(listed(), started(OURS), lately(OURS, middle), slow, lately(other(LOW), middle), lately(other(LOW)))
    assert went.told()[0] == LOW
    assert went.sleeps == [0.0, 1.0]


def test_where_the_first_has_ended_meanwhile_it_is_handed_back_as_it_ended() -> None:
    ended = other(LOW, word="Completed")
    went = Went(listed(), started(OURS), lately(OURS, other(LOW)), STOPPED, lately(ended))
    assert (went.result.scan.id, went.result.scan.state) == (LOW, "completed")


def test_our_scan_continues_with_a_warning_where_it_is_too_late_to_cancel() -> None:
    went = Went(listed(), started(OURS), lately(OURS, other(LOW)), TOO_LATE, lately(OURS, other(LOW)))
    assert went.told() == (LOW, True, True, 1)
    assert [scan.id for scan in went.result.diff.after] == [SCAN_ID]
    assert f"Scan {SCAN_ID} could not be cancelled, and both run" in went.warned[0]


@pytest.mark.parametrize(
    "answers",
    [
        [looked("Cancelled")],
        [looked("Listing"), STOPPED],
    ],
)
def test_a_cancellation_whose_answer_is_lost_is_checked(answers: list[Expected]) -> None:
    lost = Expected("DELETE", SCAN_PATH, 202, connection_reset())
    went = Went(listed(), started(OURS), lately(OURS, other(LOW)), lost, *answers, lately(other(LOW)))
    assert went.told() == (LOW, False, True, 1)


def test_the_wait_is_for_the_earlier_one() -> None:
    went = Went(
        *(listed(), started(OURS), lately(OURS, other(LOW)), STOPPED, lately(other(LOW))),
        looked("Completed", LOW),
        wait=WaitOptions(),
    )
    assert (went.result.scan.id, went.result.scan.state) == (LOW, "completed")


# Other wishes


def test_if_active_fail_withdraws_our_scan_and_fails() -> None:
    with pytest.raises(ConflictError, match="was started at the same moment") as caught:
        Went(listed(), started(OURS), lately(OURS, other(LOW)), STOPPED, lately(other(LOW)), if_active="fail")
    assert (caught.value.result.scan.id, caught.value.result.changed) == (LOW, False)


def test_if_active_fail_reports_that_our_scan_continues() -> None:
    with pytest.raises(ConflictError) as caught:
        Went(listed(), started(OURS), lately(OURS, other(LOW)), TOO_LATE, lately(other(LOW)), if_active="fail")
    assert (caught.value.result.scan.id, caught.value.result.changed) == (LOW, True)


def test_if_active_start_holds_no_election() -> None:
    assert Went(listed(), started(OURS), if_active="start").told() == OURS_ALONE


# A look that fails


def test_our_scan_continues_with_a_warning_where_the_list_fails() -> None:
    went = Went(listed(), started(OURS), Expected("GET", "/api/v1/scans", 503, ""))
    assert went.told() == (SCAN_ID, True, False, 1)
    assert went.warned[0].startswith("Cannot check whether another pipeline")


def test_after_the_withdrawal_the_earlier_scan_is_returned_even_if_the_next_read_fails() -> None:
    fault = Expected("GET", "/api/v1/scans", 503, "")
    assert Went(listed(), started(OURS), lately(OURS, other(LOW)), STOPPED, fault).told() == (LOW, False, True, 2)


# One that somebody else has just started


def test_a_scan_that_was_just_started_is_read_again_because_it_may_be_withdrawn() -> None:
    went = Went(listed(other(HIGH)), listed(other(HIGH), other(LOW)), listed(other(LOW)))
    assert went.told() == (LOW, False, True, 0)
    assert went.sleeps == [1.0, 1.0]


def test_where_it_was_withdrawn_a_new_scan_is_started() -> None:
    went = Went(listed(other(HIGH)), listed(), started(FINE), listed(FINE, query=None))
    assert went.told() == OURS_ALONE


def test_of_two_that_were_started_together_the_first_is_handed_back() -> None:
    """The later one's pipeline is about to cancel it."""
    first = running(scan_id=HIGH, scanStartTime="2025-12-31T22:59:50Z")
    assert Went(listed(running(scan_id=LOW), first)).told() == (HIGH, False, True, 0)


def test_check_mode_does_not_read_it_again() -> None:
    assert Went(listed(other(LOW)), check_mode=True).told() == (LOW, False, True, 0)


def test_where_the_second_read_fails_the_task_fails() -> None:
    with pytest.raises(UnavailableError):
        Went(listed(other(LOW)), Expected("GET", "/api/v1/scans", 503, ""))


# Lost answers


def test_after_a_lost_answer_the_first_that_appeared_is_handed_back_and_none_cancelled() -> None:
    """Nobody can tell which of them is ours."""
    both = [other(HIGH), other(LOW)]
    went = Went(listed(), started(connection_reset()), *[lately(*both)] * 2)
    assert went.told() == (LOW, True, False, 1)
    assert HIGH in went.warned[0]
    assert "cancels none of the others" in went.warned[0]


def test_after_a_lost_answer_an_earlier_one_that_shows_late_is_handed_back_and_none_cancelled() -> None:
    both = [other(HIGH), other(LOW)]
    went = Went(listed(), started(connection_reset()), lately(other(HIGH)), *[lately(*both)] * 2)
    assert went.told() == (LOW, True, False, 1)


def test_after_a_lost_answer_the_others_may_step_back_by_themselves() -> None:
    went = Went(listed(), started(connection_reset()), lately(other(HIGH), other(LOW)), lately(other(LOW)))
    assert went.told() == (LOW, True, False, 0)


def test_after_a_lost_answer_one_that_is_left_alone_is_ours() -> None:
    assert Went(listed(), started(connection_reset()), *[lately(OURS)] * 2).told() == OURS_ALONE


def test_after_a_lost_answer_a_failed_read_is_reported() -> None:
    went = Went(listed(), started(connection_reset()), lately(OURS), Expected("GET", "/api/v1/scans", 503, ""))
    assert went.told() == (SCAN_ID, True, False, 1)
    assert went.warned[0].startswith(f"Cannot check whether {SCAN_ID} is the only scan")


def test_after_a_lost_answer_if_active_fail_fails_where_more_than_one_appeared() -> None:
    with pytest.raises(ConflictError) as caught:
        Went(listed(), started(connection_reset()), *[lately(other(HIGH), other(LOW))] * 2, if_active="fail")
    assert (caught.value.result.scan.id, caught.value.result.changed) == (LOW, True)


def test_a_request_that_is_carried_out_late_is_found_by_a_later_read() -> None:
    late = other(LOW)
    went = Went(
        *(listed(), started(connection_reset()), *[lately()] * 3),
        *(
            started({**OURS, "scanStartTime": "2026-01-01T00:00:07Z"}),
            lately(late, {**OURS, "scanStartTime": "2026-01-01T00:00:07Z"}),
        ),
        *(STOPPED, lately(late)),
    )
    assert went.told() == (LOW, False, True, 1)


# A scan that had ended when it was handed back


@pytest.mark.parametrize("word", ["Error", "Cancelled"])
def test_a_start_whose_answer_has_a_failed_scan_fails_the_wait(word: str) -> None:
    ended = {**FINE, "scanStatus": word}
    with pytest.raises(ScanNotCompletedError) as caught:
        Went(listed(), started(ended), lately(ended), wait=WaitOptions())
    assert (caught.value.result.scan.id, caught.value.result.changed) == (SCAN_ID, True)
