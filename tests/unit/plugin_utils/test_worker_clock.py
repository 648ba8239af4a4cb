# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of a worker: sleeps and requests end when the parent process has ended."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.clock import Clock
from ansible_collections.datascan.gate.plugins.plugin_utils import _worker_clock
from ansible_collections.datascan.gate.plugins.plugin_utils._worker_clock import ParentGoneError, WorkerClock

PARENT = 4711
INIT = 1


class Time:
    """Simulated time, and a parent process that ends at a given time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.parent_goes_at = float("inf")
        monkeypatch.setattr(Clock, "monotonic", lambda clock: self.now)
        monkeypatch.setattr(Clock, "sleep", lambda clock, seconds: self.pass_by(seconds))
        monkeypatch.setattr(_worker_clock.os, "getppid", lambda: INIT if self.now >= self.parent_goes_at else PARENT)

    def pass_by(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.5, 3600.3])
def test_while_the_parent_lives_a_sleep_has_its_length(passing: Time, seconds: float) -> None:
    clock = WorkerClock()
    clock.sleep(seconds)
    clock.check_interrupted()
    assert passing.now == pytest.approx(seconds)


@pytest.mark.parametrize("goes_at", [0.0, 0.1, 7.3, 3599.9])
def test_a_sleep_ends_within_a_second_after_the_parent_has_gone(passing: Time, goes_at: float) -> None:
    clock = WorkerClock()
    passing.parent_goes_at = goes_at
    with pytest.raises(ParentGoneError):
        clock.sleep(3600.0)
    assert goes_at <= passing.now <= goes_at + 1.0


@pytest.mark.parametrize("seconds", [0.0, 0.01])
def test_the_shortest_sleep_notices_it(passing: Time, seconds: float) -> None:
    clock = WorkerClock()
    passing.parent_goes_at = 0.0
    with pytest.raises(ParentGoneError):
        clock.sleep(seconds)


def test_a_request_is_not_sent_after_the_parent_has_gone(passing: Time) -> None:
    clock = WorkerClock()
    clock.check_interrupted()
    passing.parent_goes_at = 0.0
    with pytest.raises(ParentGoneError):
        clock.check_interrupted()


def test_a_parent_that_went_before_the_first_statement_is_noticed(
    passing: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    passing.parent_goes_at = 0.0
    monkeypatch.setattr(_worker_clock.multiprocessing, "parent_process", lambda: SimpleNamespace(pid=PARENT))
    with pytest.raises(ParentGoneError):
        WorkerClock().check_interrupted()


def test_no_handler_of_an_operation_takes_it_for_an_error() -> None:
    kinds: tuple[t.Any, ...] = ParentGoneError.__mro__
    assert Exception not in kinds
