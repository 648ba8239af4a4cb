# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How late the gate opens, and in how many looks, as the benchmark measures it on its simulated clock."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))
from lateness import FIXED, LENGTHS, about, wait


@pytest.mark.parametrize("length", LENGTHS)
def test_the_end_is_seen_at_most_a_tenth_of_the_length_and_a_second_late(length: float) -> None:
    waits = [wait(one, None, seed) for seed, one in enumerate(about(length)[::20])]
    assert [seen for seen in waits if not seen.in_time] == []


def test_a_scan_of_ten_minutes_takes_fewer_polls_than_one_every_ten_seconds() -> None:
    for seed, length in enumerate(about(600)[::20]):
        assert wait(length, None, seed).looks < wait(length, FIXED, seed).looks


def test_a_fixed_interval_is_late_by_as_much() -> None:
    seen = wait(61.0, FIXED, 0)
    assert (seen.late, seen.looks) == (9.0, 8)
