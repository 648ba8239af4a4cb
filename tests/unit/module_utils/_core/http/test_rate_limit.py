# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast requests are sent, and how long a wait pauses, where a vendor limits the rate."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.http.rate_limit import RateLimit, RateLimiter
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.glasswall import scan_lists
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from fake_clock import FakeClock
from glasswall_script import SCAN_ID, SCAN_PATH, read_response
from scripted_vendor import Expected, connected


def turns(limiter: RateLimiter, clock: FakeClock, count: int) -> list[float]:
    """When each of this many simultaneous requests is sent."""
    left = []
    for _turn in range(count):
        limiter.acquire(clock)
        left.append(clock.elapsed)
    return left


def test_a_burst_leaves_at_once_and_then_one_a_step() -> None:
    clock = FakeClock()
    limiter = RateLimiter(RateLimit(per_minute=30, burst=3))
    assert turns(limiter, clock, 6) == [0, 0, 0, 2, 4, 6]


def test_a_rest_is_made_up_for_but_never_by_more_than_a_burst() -> None:
    clock = FakeClock()
    limiter = RateLimiter(RateLimit(per_minute=30, burst=3))
    turns(limiter, clock, 3)
    clock.elapsed = 4.0
    assert turns(limiter, clock, 3) == [4, 4, 6]
    clock.elapsed = 1000.0
    assert turns(limiter, clock, 4) == [1000, 1000, 1000, 1002]


@pytest.mark.parametrize("gap", [0.0, 0.3, 0.9, 1.7])
def test_no_minute_ever_holds_more_than_the_rate_and_a_burst(gap: float) -> None:
    clock = FakeClock()
    limiter = RateLimiter(RateLimit(per_minute=50, burst=10))
    left = []
    for _turn in range(300):
        limiter.acquire(clock)
        left.append(clock.elapsed)
        clock.elapsed += gap
    assert max(sum(begin <= one < begin + 60 for one in left) for begin in left) <= 60


def test_after_a_429_no_burst_is_left() -> None:
    clock = FakeClock()
    limiter = RateLimiter(RateLimit(per_minute=30, burst=3))
    limiter.acquire(clock)
    limiter.penalize(clock)
    assert turns(limiter, clock, 3) == [2, 4, 6]


def test_without_a_rate_limit_no_request_waits() -> None:
    clock = FakeClock()
    assert turns(RateLimiter(None), clock, 1000)[-1] == 0


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> type[Provider]:
    """Glasswall, if it allowed only 20 requests a minute, two of them at once."""
    vendor = provider_classes()["glasswall"]
    monkeypatch.setattr(vendor, "rate_limit", RateLimit(per_minute=20, burst=2))
    return vendor


def test_every_request_takes_its_turn(limited: type[Provider]) -> None:
    clock = FakeClock()
    provider, _script = connected([read_response("Processing")] * 4, clock=clock)
    for _turn in range(4):
        provider.get(SCAN_ID)
    assert clock.sleeps == [3.0, 3.0]


def test_after_one_request_too_many_the_others_come_one_by_one(limited: type[Provider]) -> None:
    clock = FakeClock()
    refused = Expected("GET", SCAN_PATH, 429, "")
    provider, _script = connected([refused, *[read_response("Processing")] * 3], clock=clock, retries=1)
    for _turn in range(3):
        provider.get(SCAN_ID)
    assert clock.elapsed == pytest.approx(9.0)


def test_polls_of_many_scans_are_spaced(limited: type[Provider], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_lists, "_FEW", 5)  # a vendor without a list
    clock = FakeClock()
    ids = [f"83d71394-faa2-4b6c-b13b-{number:012}" for number in range(5)]
    responses = [read_response(vendor_status, one) for vendor_status in ("Processing", "Completed") for one in ids]
    provider, script = connected(responses, clock=clock)
    given: t.Any = {"options": WaitOptions(timeout=600)}
    result = wait.wait_for_scans(OperationContext(provider, clock), wait.WaitRequest(ids, **given))  # type: ignore[arg-type]
    assert not script.left
    assert all(scan.state is ScanState.COMPLETED for scan in result.scans if isinstance(scan, Scan))
    # Three of the first poll's five requests wait for the rate limit. The pause then lasts as long as five requests.
    assert clock.sleeps[:4] == [3.0, 3.0, 3.0, 15.0]


def test_a_request_that_would_leave_too_late_takes_no_turn() -> None:
    clock = FakeClock()
    limiter = RateLimiter(RateLimit(per_minute=30))
    assert limiter.acquire(clock, 0.0)
    assert not limiter.acquire(clock, 1.9)
    assert clock.elapsed == 0.0
    assert limiter.acquire(clock, 2.0)
    assert clock.elapsed == 2.0
