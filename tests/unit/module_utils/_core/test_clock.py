# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock whose sleeps another thread can end."""

from __future__ import annotations

import threading

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.clock import InterruptibleClock
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InterruptedWaitError

LONG = 600.0  # seconds; a test that sleeps this long fails by the time-out of its threads
JOIN_TIMEOUT = 10.0  # seconds


def test_a_sleep_without_an_interrupt_ends_by_itself() -> None:
    clock = InterruptibleClock()
    began = clock.monotonic()
    clock.sleep(0.002)
    assert clock.monotonic() - began >= 0.002


@pytest.mark.parametrize("seconds", [0.0, LONG])
def test_every_later_sleep_is_interrupted(seconds: float) -> None:
    clock = InterruptibleClock()
    clock.interrupt()
    for _sleep in range(2):
        with pytest.raises(InterruptedWaitError, match=r"^The wait was interrupted"):
            clock.sleep(seconds)


def test_the_current_sleeps_of_all_threads_are_interrupted() -> None:
    clock = InterruptibleClock()
    errors: list[InterruptedWaitError] = []
    sleeping = threading.Barrier(4)

    def sleep() -> None:
        sleeping.wait(JOIN_TIMEOUT)
        try:
            clock.sleep(LONG)
        except InterruptedWaitError as error:
            errors.append(error)

    threads = [threading.Thread(target=sleep, daemon=True) for _thread in range(3)]
    for thread in threads:
        thread.start()
    sleeping.wait(JOIN_TIMEOUT)
    clock.interrupt()
    for thread in threads:
        thread.join(JOIN_TIMEOUT)
    assert len(errors) == 3


def test_another_clock_is_not_interrupted() -> None:
    interrupted, other = InterruptibleClock(), InterruptibleClock()
    interrupted.interrupt()
    other.sleep(0.0)


def test_no_request_follows_an_interrupt() -> None:
    clock = InterruptibleClock()
    clock.check_interrupted()
    clock.interrupt()
    with pytest.raises(InterruptedWaitError):
        clock.check_interrupted()
