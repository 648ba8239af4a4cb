# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress lines: when one is written, and its text."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import UnavailableError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.expectation import (
    Expectation,
    ExpectedEnd,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import (
    PollState,
    WaitOptions,
    poll_scans,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.progress import (
    ProgressReporter,
    format_clock,
    format_length,
)
from fake_clock import FakeClock


def scan(scan_id: str = "a", state: str = "running", vendor_status: str | None = None, **fields: str) -> Scan:
    return Scan(id=scan_id, provider="glasswall", state=state, vendor_status=vendor_status, **fields)  # type: ignore[arg-type]


def at(
    elapsed: float, *scans: Scan, error: str | None = None, last: bool = False, **fields: bool | ExpectedEnd
) -> PollState:
    return PollState(
        [one.id for one in scans],
        {one.id: one for one in scans},
        elapsed=elapsed,
        next_poll=None if last else max(1.0, elapsed / 10),
        last_error=UnavailableError(error) if error else None,
        **fields,  # type: ignore[arg-type]
    )


def report_lines(*states: PollState) -> list[str]:
    lines: list[str] = []
    progress = ProgressReporter(lines.append)
    for state in states:
        progress(state)
    return lines


def test_the_first_poll_is_reported() -> None:
    assert report_lines(at(0, scan(vendor_status="Listing"))) == [
        "[00:00] 0 of 1 done (1 running); a is running (vendor status Listing); next poll in 1 s"
    ]


def test_a_change_is_reported_with_the_previous_state() -> None:
    assert report_lines(at(0, scan(vendor_status="Listing")), at(75, scan(vendor_status="Processing")))[1:] == [
        "[01:15] 0 of 1 done (1 running); a is running (vendor status Processing), "
        "was running (vendor status Listing); next poll in 7.5 s"
    ]


def test_the_end_is_reported_without_a_next_poll() -> None:
    lines = report_lines(at(0, scan()), at(3700, scan(state="completed", vendor_status="Completed"), last=True))
    assert lines[1:] == ["[1:01:40] 1 of 1 done (1 completed); a is completed, was running"]


def test_a_timeout_is_reported() -> None:
    lines = report_lines(at(0, scan()), at(30, scan(), last=True, timed_out=True))
    assert lines[1:] == ["[00:30] 0 of 1 done (1 running); wait_timeout reached"]


def test_without_a_change_there_is_one_line_a_minute() -> None:
    lines = report_lines(*(at(second, scan()) for second in range(300)))
    assert [line.split("]")[0] for line in lines] == ["[00:00", "[01:00", "[02:00", "[03:00", "[04:00"]


CLOSE = Expectation(720, 700, 740)


@pytest.mark.parametrize(
    ("expectation", "age", "shown"),
    [
        (CLOSE, 480, "usually 12 min; about 4 min left; next"),
        (CLOSE, 600, "usually 12 min; about 120 s left; next"),
        (CLOSE, 719.5, "usually 12 min; it takes longer this time; next"),
        (CLOSE, 9000, "usually 12 min; it takes longer this time; next"),
        (Expectation(720, 500, 900), 480, "usually 8 min to 15 min; next"),
    ],
)
def test_the_expected_end_is_shown_where_it_is_known(expectation: Expectation, age: float, shown: str) -> None:
    (line,) = report_lines(at(0, scan(), expected_end=ExpectedEnd(expectation, age)))
    assert f"; {shown} poll in " in line


def test_of_several_scans_only_the_time_that_is_left_is_shown() -> None:
    (line,) = report_lines(at(0, scan("a"), scan("b"), expected_end=ExpectedEnd(CLOSE, 480)))
    assert "b is running; about 4 min left; next poll" in line
    (line,) = report_lines(at(0, scan("a"), scan("b"), expected_end=ExpectedEnd(Expectation(720, 500, 900), 480)))
    assert "b is running; next poll" in line


def test_an_expectation_that_comes_later_is_shown_at_once_and_only_once() -> None:
    states = [at(second, scan(), expected_end=ExpectedEnd(CLOSE, second)) for second in range(10, 60)]
    without = [at(second, scan()) for second in range(10)]
    lines = report_lines(*without, *states, *without, *states)
    assert [line.split("]")[0] for line in lines] == ["[00:00", "[00:10"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "1 s"), (9.4, "9.4 s"), (47.3, "47 s"), (167, "170 s"), (179.9, "180 s"),
        (180, "3 min"), (720, "12 min"), (10_740, "179 min"), (10_800, "3 h"), (12_700, "3.5 h"), (90_000, "25 h"),
    ],
)  # fmt: skip
def test_a_length_is_shown_about_as_precisely_as_it_is_known(seconds: float, text: str) -> None:
    assert format_length(seconds) == text


def test_a_change_starts_the_minute_again() -> None:
    lines = report_lines(
        *(at(second, scan(vendor_status="Listing" if second < 50 else "Processing")) for second in range(115))
    )
    assert [line.split("]")[0] for line in lines] == ["[00:00", "[00:50", "[01:50"]


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"name": "nightly", "source": "in"}, "nightly (a)"),
        ({"source": "in", "target": "out"}, "in \u2192 out (a)"),
        ({"source": "in"}, "in \u2192 - (a)"),
        ({"target": "out"}, "- \u2192 out (a)"),
        ({}, "a"),
    ],
)
def test_a_scan_is_named_by_the_vendor_s_fields(fields: dict[str, str], label: str) -> None:
    assert f"; {label} is running; " in report_lines(at(0, scan(**fields)))[0]


@pytest.mark.parametrize(
    ("pause", "shown"),
    [(0.0, None), (0.04, None), (0.26, "0.3 s"), (2.0, "2 s"), (9.97, "10 s"), (10.4, "10 s"), (29.6, "30 s")],
)
def test_the_next_poll_is_named_where_there_is_a_pause(pause: float, shown: str | None) -> None:
    state = at(0, scan())
    state.next_poll = pause
    (line,) = report_lines(state)
    assert line.partition("next poll in ")[2] == (shown or "")


def test_the_vendor_status_is_shown_only_where_it_differs_from_the_state() -> None:
    (line,) = report_lines(at(0, scan("a", "completed", "Completed"), scan("b", "failed", "Error"), last=True))
    assert line == "[00:00] 2 of 2 done (1 completed, 1 failed); a is completed; b is failed (vendor status Error)"


def test_many_changes_are_counted() -> None:
    (line,) = report_lines(at(0, *(scan(str(number)) for number in range(1000))))
    assert line == (
        "[00:00] 0 of 1000 done (1000 running); 0 is running; 1 is running; 2 is running; 997 more changed; "
        "next poll in 1 s"
    )


def test_a_failed_poll_is_reported_and_the_wait_continues() -> None:
    lines = report_lines(at(0, scan()), at(2, scan(), error="HTTP 503."))
    assert lines[1:] == ["[00:02] 0 of 1 done (1 running); the last poll failed, retrying: HTTP 503; next poll in 1 s"]


def test_a_lasting_error_is_reported_once_a_minute() -> None:
    assert len(report_lines(*(at(second, scan(), error="HTTP 503." if second else None) for second in range(180)))) == 4


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_intermittent_errors_do_not_flood_the_log(steps: int) -> None:
    states = (at(second, scan(), error=f"fault {second % 7}" if second % steps == 0 else None) for second in range(600))
    assert len(report_lines(*states)) <= 2 * 10 + 1


def test_an_hour_of_waiting_in_short_steps_is_about_sixty_lines() -> None:
    lines: list[str] = []
    clock = FakeClock()
    options = WaitOptions(timeout=3600.0, interval=0.5)
    poll_scans(lambda ids: {"a": scan()}, ["a"], options, clock=clock, report_progress=ProgressReporter(lines.append))  # type: ignore[arg-type]
    assert len(lines) == 61


@pytest.mark.parametrize("minutes", [2, 10, 25])
def test_a_thousand_scans_in_a_thousand_polls_are_less_than_fifty_lines(minutes: int) -> None:
    lines: list[str] = []
    clock = FakeClock()
    ends = {str(number): minutes * 60 * (number + 1) / 1000 for number in range(1000)}
    done = {scan_id: scan(scan_id, "completed") for scan_id in ends}
    running = {scan_id: scan(scan_id) for scan_id in ends}

    def read_scans(scan_ids: Sequence[str]) -> dict[str, Scan]:
        return {scan_id: (done if ends[scan_id] <= clock.elapsed else running)[scan_id] for scan_id in scan_ids}

    options = WaitOptions(interval=minutes * 60 / 1000)
    state = poll_scans(read_scans, list(ends), options, clock=clock, report_progress=ProgressReporter(lines.append))  # type: ignore[arg-type]
    assert state.polls > 1000
    assert len(lines) < 50
    reported = sum(
        line.count(" is completed") + sum(map(int, re.findall(r"(\d+) more changed", line))) for line in lines[1:]
    )
    assert reported == 1000  # each scan is in one of the lines, even if late
    assert lines[-1].startswith(f"[{format_clock(clock.elapsed)}] 1000 of 1000 done (1000 completed); ")


def test_a_change_waits_for_others_only_after_there_have_been_a_few() -> None:
    statuses = ["Listing", "Processing", "Listing", "Processing", "Listing", "Processing"]
    lines = report_lines(*(at(second, scan(vendor_status=statuses[second])) for second in range(6)))
    assert len(lines) == 6


def test_a_delayed_change_is_reported_within_a_minute() -> None:
    lines = report_lines(
        *(at(second, scan(vendor_status=f"status {second}")) for second in range(100)),
        at(159, scan(vendor_status="status 99")),
    )
    assert "a is running (vendor status status 99)" in lines[-1]


@pytest.mark.parametrize(
    ("seconds", "face"),
    [(0, "00:00"), (59.9, "00:59"), (60, "01:00"), (3599, "59:59"), (3600, "1:00:00"), (36_061, "10:01:01")],
)
def test_format_clock(seconds: float, face: str) -> None:
    assert format_clock(seconds) == face
