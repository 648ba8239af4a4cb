# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polling: how often, until when, and through which errors. The clock is simulated."""

from __future__ import annotations

import itertools
import math
import typing as t
from collections.abc import Callable, Mapping, Sequence

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    ForbiddenError,
    InvalidResponseError,
    NotFoundError,
    NoTimeLeftError,
    UnauthorizedError,
    UnavailableError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.expectation import (
    Expectation,
    ExpectedEnd,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import (
    PollState,
    WaitOptions,
    failure_of_poll,
    poll_interval,
    poll_scans,
)
from fake_clock import FakeClock


def scan(scan_id: str = "a", state: str = "running") -> Scan:
    return Scan(id=scan_id, provider="glasswall", state=state)  # type: ignore[arg-type]


class Vendor:
    """Scans that each end at a set time in a set state; a poll fails where `fault` has an error."""

    def __init__(self, clock: FakeClock, **ends: tuple[float, str]) -> None:
        self.clock = clock
        self.ends = ends
        self.asked: list[list[str]] = []
        self.times: list[float] = []
        self.fault: Callable[[float], DatascanError | None] = lambda now: None

    def read_scans(self, scan_ids: Sequence[str]) -> Mapping[str, Scan | DatascanError]:
        self.asked.append(list(scan_ids))
        self.times.append(self.clock.elapsed)
        fault = self.fault(self.clock.elapsed)
        return {scan_id: fault or self.shown(scan_id) for scan_id in scan_ids}

    def shown(self, scan_id: str) -> Scan:
        end, state = self.ends[scan_id]
        return scan(scan_id, state if self.clock.elapsed >= end else "running")

    def wait(
        self,
        *,
        floor: float = 1.0,
        seen: dict[str, Scan] | None = None,
        expectation: Expectation | None = None,
        age: float = 0.0,
        **options: t.Any,
    ) -> PollState:
        """`age` is that of the scan when the wait begins."""
        return poll_scans(
            self.read_scans,
            list(self.ends),
            WaitOptions(**options),
            clock=self.clock,  # type: ignore[arg-type]
            floor=floor,
            seen=seen,
            expect_end=lambda state: expectation and ExpectedEnd(expectation, age + self.clock.elapsed),
        )


# How often


@pytest.mark.parametrize(
    ("elapsed", "seconds"), [(0, 1), (5, 1), (10, 1), (20, 2), (60, 6), (299, 29.9), (300, 30), (301, 30), (36_000, 30)]
)
def test_the_pause_is_a_tenth_of_the_time_waited_so_far(elapsed: float, seconds: float) -> None:
    assert poll_interval(elapsed, WaitOptions(), 1.0, FakeClock()) == pytest.approx(seconds)  # type: ignore[arg-type]


@pytest.mark.parametrize(("elapsed", "seconds"), [(0, 5), (40, 5), (60, 6), (300, 30)])
def test_no_poll_comes_before_the_vendors_minimum_interval(elapsed: float, seconds: float) -> None:
    assert poll_interval(elapsed, WaitOptions(), 5.0, FakeClock()) == pytest.approx(seconds)  # type: ignore[arg-type]


def test_an_interval_that_was_set_is_kept() -> None:
    vendor = Vendor(FakeClock(), a=(100, "completed"))
    vendor.wait(interval=7.0)
    assert vendor.times == [7.0 * number for number in range(16)]


@pytest.mark.parametrize("elapsed", [0, 5, 20, 60, 300, 3000])
@pytest.mark.parametrize("random", [0.0, 0.5, 0.999])
@pytest.mark.parametrize("floor", [1.0, 5.0])
def test_jitter_only_shortens_by_a_tenth_and_never_below_the_floor(elapsed: float, random: float, floor: float) -> None:
    clock = FakeClock()
    clock.random = lambda: random  # type: ignore[method-assign]
    full = max(floor, min(30.0, elapsed / 10))
    assert poll_interval(elapsed, WaitOptions(), floor, clock) == pytest.approx(  # type: ignore[arg-type]
        max(floor, full * (1 - random / 10))
    )


@pytest.mark.parametrize("length", [0.5, 1, 3, 7.3, 10, 33, 60, 250, 299, 600, 1799, 3590])
@pytest.mark.parametrize("floor", [1.0, 5.0])
@pytest.mark.parametrize("random", [0.0, 0.999])
def test_the_end_is_seen_at_most_a_tenth_of_the_length_and_a_floor_late(
    length: float, floor: float, random: float
) -> None:
    clock = FakeClock()
    clock.random = lambda: random  # type: ignore[method-assign]
    state = Vendor(clock, a=(length, "completed")).wait(floor=floor)
    assert not state.timed_out
    assert 0 <= clock.elapsed - length <= length / 10 + floor


@pytest.mark.parametrize("length", [5, 33, 60, 250, 299])
@pytest.mark.parametrize("poll_length", [0.5, 2.0, 5.0])
def test_polls_that_take_seconds_make_no_end_later_than_three_of_them_take(length: float, poll_length: float) -> None:
    """As one of 10,000 scans: a scan that ends after its page was read is seen by the end of the next poll.

    The pause between the two is as long as a poll at least, so that a slow vendor is not polled all the time.
    """
    clock = FakeClock()
    vendor = Vendor(clock, a=(length, "completed"))

    def read_slowly(scan_ids: Sequence[str]) -> Mapping[str, Scan | DatascanError]:
        answers = vendor.read_scans(scan_ids)
        clock.elapsed += poll_length
        return answers

    poll_scans(read_slowly, ["a"], WaitOptions(), clock=clock)  # type: ignore[arg-type]
    pauses = [later - earlier - poll_length for earlier, later in itertools.pairwise(vendor.times)]
    assert min(pauses) >= max(1.0, poll_length) - 0.001
    assert 0 <= clock.elapsed - length <= max(length / 10, 3 * poll_length) + 1


class SlowVendor(Vendor):
    """Each poll takes `busy` seconds, and `waiting` more in which a request waits for a rate limit."""

    def __init__(self, clock: FakeClock, busy: float, waiting: float, fault: DatascanError | None = None) -> None:
        super().__init__(clock, a=(400, "completed"))
        self.fault = lambda now: fault
        self.busy, self.waiting = busy, waiting
        self.waited = 0.0

    def read_scans(self, scan_ids: Sequence[str]) -> Mapping[str, Scan | DatascanError]:
        answers = super().read_scans(scan_ids)
        self.clock.elapsed += self.busy + self.waiting
        self.waited += self.waiting
        return answers

    def pauses(self, **options: t.Any) -> list[float]:
        poll_scans(
            self.read_scans,
            ["a"],
            WaitOptions(timeout=600, **options),
            clock=self.clock,  # type: ignore[arg-type]
            seconds_waited=lambda: self.waited,
        )
        return self.clock.sleeps


def test_at_most_half_of_the_time_is_polls_of_a_slow_vendor() -> None:
    pauses = SlowVendor(FakeClock(), 14, 0).pauses()
    assert min(pauses) == 14
    assert len(pauses) < 16  # 400 s are 28 polls and pauses of 14 s


def test_the_time_for_which_requests_waited_makes_no_pause_shorter() -> None:
    quick, waiting = SlowVendor(FakeClock(), 0, 0), SlowVendor(FakeClock(), 0, 14)
    usual = quick.pauses()
    for pause, ended in zip(waiting.pauses(), waiting.times, strict=False):
        assert pause == pytest.approx(max(1.0, min(30.0, (ended + 14) / 10)))
    assert usual[:3] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(("busy", "shortest"), [(14.0, 14.0), (90.0, 30.0)])
def test_a_poll_that_fails_slowly_is_not_repeated_at_once(busy: float, shortest: float) -> None:
    """Such a poll may be six requests that ran into their time-outs, so the pause is at most that of a long wait."""
    pauses = SlowVendor(FakeClock(), busy, 0, UnavailableError("HTTP 503")).pauses()
    assert min(pauses[:-1]) >= shortest  # the last one is cut by the deadline
    assert max(pauses) <= 30


def test_an_interval_that_was_set_is_kept_however_long_a_poll_takes() -> None:
    assert set(SlowVendor(FakeClock(), 14, 0).pauses(interval=2.0)) == {2.0}


@pytest.mark.parametrize("length", [1, 10, 60, 300])
def test_the_number_of_polls_grows_with_the_logarithm(length: float) -> None:
    state = Vendor(FakeClock(), a=(length, "completed")).wait()
    assert state.polls <= 12 + math.log(max(length, 10) / 10) / math.log(1.1)


def test_the_number_of_polls_in_an_hour() -> None:
    state = Vendor(FakeClock(), a=(9e9, "completed")).wait(timeout=3600.0)
    assert 150 <= state.polls <= 160


# Around an expected end

USUAL = Expectation(usual=600, shortest=560, longest=640)
SCATTERED = Expectation(usual=600, shortest=420, longest=800)


@pytest.mark.parametrize("length", [0.5, 1, 3, 7.3, 10, 33, 60, 250, 299, 480, 600, 660, 800, 1799, 3590])
@pytest.mark.parametrize("floor", [1.0, 5.0])
@pytest.mark.parametrize("random", [0.0, 0.999])
@pytest.mark.parametrize("expectation", [USUAL, SCATTERED, Expectation(5, 5, 5), Expectation(9e9, 9e9, 9e9)])
@pytest.mark.parametrize("age", [0.0, 300.0, 500.0, 9000.0])
def test_a_scan_that_ends_at_another_time_than_expected_is_noticed_as_soon_as_promised(
    length: float, floor: float, random: float, expectation: Expectation, age: float
) -> None:
    clock = FakeClock()
    clock.random = lambda: random  # type: ignore[method-assign]
    state = Vendor(clock, a=(length, "completed")).wait(floor=floor, expectation=expectation, age=age)
    assert not state.timed_out
    assert 0 <= clock.elapsed - length <= min(30.0, length / 10 + floor)


@pytest.mark.parametrize("length", [540, 551.3, 575, 600, 618.2, 655, 660])
def test_an_end_within_a_tenth_of_the_expected_one_is_noticed_a_fiftieth_of_the_length_late(length: float) -> None:
    clock = FakeClock()
    Vendor(clock, a=(length, "completed")).wait(expectation=USUAL)
    assert 0 <= clock.elapsed - length <= length / 50 + 1


def test_a_resumed_wait_polls_around_the_end_that_the_scan_s_own_age_tells() -> None:
    vendor = Vendor(FakeClock(), a=(160, "completed"))
    vendor.wait(expectation=USUAL, age=450.0)
    last = [later - sooner for sooner, later in zip(vendor.times, vendor.times[1:], strict=False)][-5:]
    assert max(last) <= 610 / 50 + 1
    assert vendor.times[-1] - 160 <= 610 / 50 + 1


def test_a_set_interval_is_kept_whatever_is_expected() -> None:
    vendor = Vendor(FakeClock(), a=(600, "completed"))
    vendor.wait(interval=7.0, expectation=USUAL)
    assert vendor.times == [7.0 * number for number in range(87)]


def test_an_overdue_scan_is_polled_as_if_nothing_had_been_expected() -> None:
    end = ExpectedEnd(USUAL, 2000)
    for elapsed in (0, 5, 20, 100, 1000):
        overdue = poll_interval(elapsed, WaitOptions(), 1.0, FakeClock(), end)  # type: ignore[arg-type]
        assert overdue == poll_interval(elapsed, WaitOptions(), 1.0, FakeClock())  # type: ignore[arg-type]


def test_a_time_out_before_the_expected_end_is_kept() -> None:
    vendor = Vendor(FakeClock(), a=(9e9, "completed"))
    state = vendor.wait(timeout=100.0, expectation=USUAL)
    assert (state.timed_out, vendor.times[-1]) == (True, 100.0)


def test_no_end_is_expected_after_the_last_poll() -> None:
    vendor = Vendor(FakeClock(), a=(3, "completed"))
    assert vendor.wait(expectation=USUAL).expected_end is None


# When it ends


def test_a_finished_scan_is_polled_once() -> None:
    vendor = Vendor(FakeClock(), a=(0, "completed"))
    state = vendor.wait()
    assert (state.polls, state.elapsed, state.timed_out, vendor.clock.sleeps) == (1, 0.0, False, [])


@pytest.mark.parametrize("end_state", ["completed", "failed", "cancelled", "stopped"])
def test_any_end_is_an_end(end_state: str) -> None:
    state = Vendor(FakeClock(), a=(5, end_state)).wait()
    assert [one.state for one in state.scans] == [end_state]
    assert not state.timed_out


def test_a_scan_in_state_unknown_has_not_finished() -> None:
    assert Vendor(FakeClock(), a=(0, "unknown")).wait(timeout=10.0).timed_out


@pytest.mark.parametrize(("timeout", "interval"), [(10.0, 4.0), (3.0, 60.0), (100.0, None), (0.5, None)])
def test_the_last_sleep_ends_at_the_deadline_and_a_final_poll_follows(timeout: float, interval: float | None) -> None:
    vendor = Vendor(FakeClock(), a=(9e9, "completed"))
    state = vendor.wait(timeout=timeout, interval=interval)
    assert state.timed_out
    assert vendor.times[-1] == state.elapsed == pytest.approx(timeout)
    assert vendor.times[-2] < timeout - 1e-6


def test_the_final_poll_counts() -> None:
    state = Vendor(FakeClock(), a=(10, "completed")).wait(timeout=10.0, interval=4.0)
    assert (state.timed_out, state.polls, state.elapsed) == (False, 4, 10.0)


def test_a_wait_of_zero_seconds_is_one_poll() -> None:
    vendor = Vendor(FakeClock(), a=(9e9, "completed"))
    state = vendor.wait(timeout=0.0)
    assert (state.timed_out, state.polls, vendor.clock.sleeps) == (True, 1, [])


def test_all_of_them_by_default() -> None:
    vendor = Vendor(FakeClock(), a=(2, "completed"), b=(5, "failed"))
    state = vendor.wait()
    assert [(one.id, one.state) for one in state.scans] == [("a", "completed"), ("b", "failed")]
    assert state.elapsed == pytest.approx(5)
    assert vendor.asked == [["a", "b"]] * 3 + [["b"]] * 3


def test_any_of_them() -> None:
    state = Vendor(FakeClock(), a=(9e9, "completed"), b=(5, "completed")).wait(until="any")
    assert [one.state for one in state.scans] == ["running", "completed"]
    assert (state.elapsed, state.timed_out, state.pending) == (5.0, False, ["a"])


@pytest.mark.parametrize("end_state", ["failed", "cancelled"])
def test_fail_fast_ends_with_the_first_that_did_not_succeed(end_state: str) -> None:
    state = Vendor(FakeClock(), a=(9e9, "completed"), b=(5, end_state)).wait(fail_fast=True)
    assert (state.elapsed, state.timed_out) == (5.0, False)


@pytest.mark.parametrize("end_state", ["completed", "stopped"])
def test_fail_fast_does_not_end_with_one_that_did_not_fail(end_state: str) -> None:
    state = Vendor(FakeClock(), a=(20, "completed"), b=(5, end_state)).wait(fail_fast=True)
    assert state.elapsed >= 20


def test_scans_that_were_just_read_are_not_polled_at_once() -> None:
    vendor = Vendor(FakeClock(), a=(1, "completed"))
    state = vendor.wait(seen={"a": scan("a")})
    assert (state.polls, vendor.times) == (1, [1.0])


def test_scans_that_are_known_to_have_finished_are_never_asked_for() -> None:
    vendor = Vendor(FakeClock(), a=(9e9, "completed"), b=(1, "completed"))
    state = vendor.wait(seen={"a": scan("a", "completed")})
    assert vendor.asked == [["b"], ["b"]]
    assert [one.id for one in state.scans] == ["a", "b"]


def test_where_all_scans_have_finished_no_request_is_sent() -> None:
    vendor = Vendor(FakeClock(), a=(9e9, "completed"))
    assert vendor.wait(seen={"a": scan("a", "failed")}).polls == 0
    assert vendor.asked == []


# What it lives through


@pytest.mark.parametrize("fault", [UnavailableError("busy"), InvalidResponseError("HTML")])
def test_a_fault_that_may_pass_is_waited_through(fault: DatascanError) -> None:
    vendor = Vendor(FakeClock(), a=(100, "completed"))
    vendor.fault = lambda now: fault if now < 90 else None
    state = vendor.wait()
    assert [one.state for one in state.scans] == ["completed"]
    assert state.last_error is None


def test_a_fault_that_never_passes_ends_with_the_time() -> None:
    vendor = Vendor(FakeClock(), a=(0, "completed"))
    vendor.fault = lambda now: UnavailableError("busy")
    state = vendor.wait(timeout=60.0)
    assert (state.timed_out, state.scans, state.elapsed) == (True, [], 60.0)
    assert state.last_error is not None


@pytest.mark.parametrize("order", [1, -1])
def test_of_one_poll_the_failure_of_the_vendor_is_kept(order: int) -> None:
    faults = [UnavailableError("busy"), NoTimeLeftError("no time")][::order]
    assert failure_of_poll(faults, None) is failure_of_poll(faults, InvalidResponseError("HTML")) is faults[::order][0]
    assert failure_of_poll([faults[::order][1]], faults[::order][0]) is faults[::order][0]
    assert failure_of_poll([faults[::order][1]], None) is None
    assert failure_of_poll([], faults[0]) is None


def test_a_scan_seen_before_a_fault_stays_known() -> None:
    vendor = Vendor(FakeClock(), a=(9e9, "completed"))
    vendor.fault = lambda now: UnavailableError("busy") if now > 5 else None
    state = vendor.wait(timeout=60.0)
    assert [one.state for one in state.scans] == ["running"]


def test_a_fault_with_one_scan_does_not_hide_the_others() -> None:
    answers: list[Mapping[str, Scan | DatascanError]] = [
        {"a": UnavailableError("busy"), "b": scan("b", "completed")},
        {"a": scan("a", "completed")},
    ]
    state = poll_scans(lambda ids: answers.pop(0), ["a", "b"], WaitOptions(), clock=FakeClock())  # type: ignore[arg-type]
    assert [one.id for one in state.scans] == ["a", "b"]


@pytest.mark.parametrize("fault", [UnauthorizedError("401"), ForbiddenError("403"), NotFoundError("404")])
def test_any_other_error_ends_the_wait_with_all_that_was_seen(fault: DatascanError) -> None:
    vendor = Vendor(FakeClock(), a=(9e9, "completed"), b=(3, "completed"))
    vendor.fault = lambda now: fault if now >= 20 else None
    with pytest.raises(type(fault)) as caught:
        vendor.wait()
    known = caught.value.result
    assert [(one.id, one.state) for one in known.scans] == [("a", "running"), ("b", "completed")]
    assert known.polls == len(vendor.times)
    assert known.elapsed == pytest.approx(vendor.clock.elapsed, abs=0.1)


def test_all_scans_of_the_same_poll_are_known() -> None:
    def read_scans(scan_ids: Sequence[str]) -> Mapping[str, Scan | DatascanError]:
        return {"a": NotFoundError("404"), "b": scan("b", "completed")}

    with pytest.raises(NotFoundError) as caught:
        poll_scans(read_scans, ["a", "b"], WaitOptions(), clock=FakeClock())  # type: ignore[arg-type]
    assert [one.id for one in caught.value.result.scans] == ["b"]


def test_each_poll_is_reported_with_the_time_of_the_next() -> None:
    reported: list[tuple[float, int, float | None]] = []
    clock = FakeClock()
    vendor = Vendor(clock, a=(3, "completed"))
    poll_scans(
        vendor.read_scans,
        ["a"],
        WaitOptions(),
        clock=clock,  # type: ignore[arg-type]
        report_progress=lambda state: reported.append((state.elapsed, state.polls, state.next_poll)),
    )
    assert reported == [(0.0, 1, 1.0), (1.0, 2, 1.0), (2.0, 3, 1.0), (3.0, 4, None)]
