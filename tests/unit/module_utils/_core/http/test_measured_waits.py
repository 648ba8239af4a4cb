# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For how long the requests of a client waited: this is no time that the vendor took to answer."""

from __future__ import annotations

import threading

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.clock import InterruptibleClock
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InterruptedWaitError
from ansible_collections.datascan.gate.plugins.module_utils._core.http.measured_waits import MeasuredWaits
from fake_clock import FakeClock
from glasswall_script import SCAN_ID, SCAN_PATH, read_response
from scripted_vendor import Expected, scripted_context


def test_a_retry_after_is_waited_for_and_the_answers_are_not() -> None:
    limited = Expected("GET", SCAN_PATH, 429, "", headers={"Retry-After": "14"}, takes=2.0)
    with scripted_context(limited, read_response("Completed")) as context:
        context.provider.get(SCAN_ID)
        assert context.provider.seconds_waited() == 14


def test_the_rate_limit_is_waited_for() -> None:
    answer = Expected("GET", "/v2/scans/7", answer={"data": {"id": 7, "processingStatus": "queued"}})
    settings = {"provider": "advalidation", "api_url": "https://vendor.test/v2"}
    with scripted_context(*[answer] * 12, **settings) as context:
        for _poll in range(12):
            context.provider.get("7")
        assert context.provider.seconds_waited() == pytest.approx(2.4)  # ten leave at once, and then one in 1.2 s


class OverlappingSleeps(FakeClock):
    """Each sleep of a thread goes on until the test ends it."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = {5.0: threading.Event(), 7.0: threading.Event()}
        self.begun = threading.Semaphore(0)

    def sleep(self, seconds: float) -> None:
        self.begun.release()
        assert self.ends[seconds].wait(10)


def test_sleeps_of_several_threads_at_the_same_time_count_once() -> None:
    clock = OverlappingSleeps()
    waits = MeasuredWaits(clock)  # type: ignore[arg-type]
    threads = [threading.Thread(target=waits.sleep, args=[seconds]) for seconds in clock.ends]
    for thread in threads:
        thread.start()
        assert clock.begun.acquire(timeout=10)
        clock.elapsed += 1
    for thread, end in zip(threads, clock.ends.values(), strict=True):
        end.set()
        thread.join(10)
        clock.elapsed += 3
    assert waits.seconds == 1 + 1 + 3


def test_a_wait_that_is_interrupted_ends() -> None:
    clock = InterruptibleClock()
    waits = MeasuredWaits(clock)
    clock.interrupt()
    with pytest.raises(InterruptedWaitError):
        waits.sleep(1000)
    with pytest.raises(InterruptedWaitError):
        waits.check_interrupted()
    assert waits.seconds < 100
