# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How late a wait ends, and after how many requests, as the benchmark measures it on its simulated clock."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))
from lateness import FIXED, LENGTHS, VARIATIONS, about, mean_late, mean_requests, repeated, wait


@pytest.mark.parametrize("length", LENGTHS)
def test_the_end_is_seen_at_most_a_tenth_of_the_length_and_a_second_late(length: float) -> None:
    waits = [wait(one, None, seed) for seed, one in enumerate(about(length)[::20])]
    assert [seen for seen in waits if not seen.in_time] == []


def test_a_scan_of_ten_minutes_takes_fewer_polls_than_one_every_ten_seconds() -> None:
    for seed, length in enumerate(about(600)[::20]):
        assert wait(length, None, seed).requests < wait(length, FIXED, seed).requests


def test_a_fixed_interval_is_late_by_as_much() -> None:
    seen = wait(61.0, FIXED, 0)
    assert (seen.late, seen.requests) == (9.0, 8)


@pytest.mark.one_core
@pytest.mark.parametrize("length", [20, 60, 300, 600, 1800])
def test_scans_that_repeat_are_noticed_a_fiftieth_of_their_length_late_in_no_more_requests(length: float) -> None:
    """The request for the list of earlier scans counts."""
    seen = repeated(length, "a tenth", scans=60)
    assert [one for one in seen.expected if not one.in_time_for_a_scan_that_repeats] == []
    # Of scans longer than 25 minutes, every poll of the plain schedule is in time.
    assert mean_late(seen.expected) <= mean_late(seen.plain) * (0.9 if length < 1500 else 1.05)
    assert mean_requests(seen.expected) <= mean_requests(seen.plain)
    assert [
        one for one in seen.expected if one.forecast is None or abs(one.forecast - one.length) > one.length / 5
    ] == []


@pytest.mark.one_core
@pytest.mark.parametrize("length", [20, 60, 300, 600, 1800])
@pytest.mark.parametrize("variation", VARIATIONS)
def test_an_expectation_makes_no_scan_later_than_promised(length: float, variation: str) -> None:
    seen = repeated(length, variation, scans=60)
    assert [one for one in seen.expected if not one.in_time] == []
    assert mean_late(seen.expected) <= mean_late(seen.plain) * 1.05
    assert mean_requests(seen.expected) <= mean_requests(seen.plain) + (variation == "tenfold")


@pytest.mark.one_core
def test_lengths_that_vary_tenfold_give_no_expectation() -> None:
    seen = repeated(60, "tenfold", scans=200)
    assert len([one for one in seen.expected if one.forecast is not None]) <= 2  # seven lengths may be alike by chance
