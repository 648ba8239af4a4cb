# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lengths of earlier scans say about the next one."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.expectation import (
    EarlierScans,
    Expectation,
    expect_length,
    place_of,
)

BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)


def scan(number: int, length: float | None, state: str = "completed", **fields: t.Any) -> Scan:
    """The scan that started `number` hours after the first."""
    started = BEGIN + timedelta(hours=number)
    ended = None if length is None else started + timedelta(seconds=length)
    given = {"source": "in", "target": "out", "started_at": started, "finished_at": ended, **fields}
    return Scan(id=str(number), provider="glasswall", state=state, **given)  # type: ignore[arg-type]


def expected(*scans: Scan) -> Expectation | None:
    return EarlierScans(scans).expectation_of(("in", "out"))


@pytest.mark.parametrize(
    ("lengths", "usual", "is_close"),
    [
        ([720, 720, 720], 720, True),
        ([700, 720, 760], 720, True),
        ([600, 720, 840], 720, True),
        ([400, 600, 800], 600, False),
        ([720, 700, 740, 9000, 725], 722.5, True),  # one outlier
        ([720, 700, 740, 5, 725, 715, 730], 722.5, True),
        ([10, 10, 10, 10, 10, 10, 10, 900, 900, 900], 10, True),  # only the last seven count
        ([2, 2, 2], 2, True),  # a vendor's times may be whole seconds
    ],
)
def test_the_median_of_the_last_few_without_outliers(lengths: list[float], usual: float, is_close: bool) -> None:
    expectation = expect_length(lengths)
    assert expectation is not None
    assert (expectation.usual, expectation.is_close) == (usual, is_close)


@pytest.mark.parametrize(
    "lengths",
    [
        [],
        [720],
        [720, 720],
        [720, 720, 9000],  # two that agree are too few
        [100, 1000, 300],
        [100, 210, 150],  # they differ more than twofold
        [600, 700, 5, 6000, 650, 620, 610],  # two outliers of seven
        [400, 600, 800, 9000],  # an outlier beside lengths that are not close
        [60, 110, 190, 340, 600, 80, 450],
    ],
)
def test_nothing_is_expected_of_too_few_or_too_scattered_lengths(lengths: list[float]) -> None:
    assert expect_length(lengths) is None


def test_the_window_has_room_for_a_scan_that_differs_by_a_tenth_from_the_source_s_usual_length() -> None:
    for low, middle, high in [(90, 90, 90), (110, 110, 110), (90, 100, 110), (90, 110, 110), (90, 90, 110)]:
        expectation = expect_length([low, middle, high])
        assert expectation is not None
        assert expectation.earliest <= 90
        assert expectation.latest >= 110


def test_a_source_whose_scans_grow_is_expected_to_take_about_as_long_as_its_last_scans() -> None:
    lengths = [600 * 1.04**number for number in range(12)]
    expectation = expect_length(lengths[::-1])
    assert expectation is not None
    following = 600 * 1.04**12
    assert abs(expectation.usual - following) <= following / 5
    assert expectation.earliest <= following <= expectation.latest


def test_scans_in_any_order_each_counts_once_and_the_newest_count() -> None:
    scans = [scan(number, 100 if number < 6 else 200) for number in range(13)]
    for order in (scans, scans[::-1], scans[1::2] + scans[::2], scans + scans):
        assert expected(*order) == Expectation(200, 200, 200)


@pytest.mark.parametrize("state", ["failed", "cancelled", "stopped", "unknown", "running", "queued"])
def test_only_scans_that_completed_have_a_length(state: str) -> None:
    others = [scan(number, 5, state) for number in range(10, 14)]
    assert expected(*others) is None
    assert expected(*others, *(scan(number, 100) for number in range(3))) == Expectation(100, 100, 100)


@pytest.mark.parametrize("length", [None, 0, -60, 1.77e9])
def test_a_scan_whose_times_make_no_sense_has_no_length(length: float | None) -> None:
    others = [scan(number, length) for number in range(10, 14)]
    assert expected(*others) is None
    assert expected(*others, *(scan(number, 100) for number in range(3))) == Expectation(100, 100, 100)


def test_a_scan_without_a_start_has_no_length() -> None:
    assert expected(*(scan(number, 100, started_at=None) for number in range(3))) is None


@pytest.mark.parametrize("other", [{"source": "other"}, {"target": None}, {"source": None}])
def test_scans_of_another_source_or_target_do_not_count(other: dict[str, t.Any]) -> None:
    assert expected(*(scan(number, 100, **other) for number in range(5))) is None


def test_a_scan_is_compared_by_its_name_where_the_vendor_shows_no_source() -> None:
    nightly = {"source": None, "target": None, "name": "nightly"}
    history = EarlierScans(scan(number, 100, **nightly) for number in range(3))
    assert history.expectation_of(place_of(scan(9, None, "running", **nightly))) == Expectation(100, 100, 100)
    assert history.expectation_of(place_of(scan(9, None, "running", **{**nightly, "name": None}))) is None
