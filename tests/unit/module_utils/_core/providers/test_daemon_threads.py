# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls in threads: a few at the same time, in order, and Ctrl-C waits for none of them."""

from __future__ import annotations

import threading
import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InterruptedWaitError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.daemon_threads import (
    DaemonThreads,
    call_each,
)
from scripted_vendor import connected


def test_the_results_come_in_the_order_of_the_items() -> None:
    together = threading.Barrier(4, timeout=30)

    def double(number: int) -> int:
        together.wait()  # returns once four calls wait
        return 2 * number

    assert call_each(double, range(8), 4) == [0, 2, 4, 6, 8, 10, 12, 14]
    assert call_each(double, [], 4) == []


@pytest.mark.parametrize("kind", [InterruptedWaitError, ValueError, KeyboardInterrupt])
def test_after_an_error_no_further_call_begins(kind: type[BaseException]) -> None:
    called: list[int] = []

    def fail(number: int) -> None:
        called.append(number)
        raise kind("no")

    with pytest.raises(kind, match="no"):
        call_each(fail, range(1000), 4)
    assert len(called) <= 4


class _Interrupted:
    """Calls of which the first one is interrupted by Ctrl-C while the others wait for their answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ended = threading.Event()
        self.waiting = threading.Semaphore(0)
        self.called: list[t.Any] = []
        self.threads: list[threading.Thread] = []
        start = DaemonThreads.start

        def start_and_interrupt(threads: DaemonThreads, call: t.Callable[[], t.Any]) -> t.Any:
            future = start(threads, call)
            result = future.result

            def interrupted(timeout: float | None = None) -> t.Any:
                assert self.waiting.acquire(timeout=30)
                if not self.ended.is_set():
                    raise KeyboardInterrupt
                return result(timeout)

            monkeypatch.setattr(future, "result", interrupted)
            return future

        monkeypatch.setattr(DaemonThreads, "start", start_and_interrupt)

    def call(self, item: t.Any) -> t.Any:
        self.called.append(item)
        self.threads.append(threading.current_thread())
        self.waiting.release()
        assert self.ended.wait(30)
        return item


def test_ctrl_c_waits_for_no_call_and_none_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted = _Interrupted(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        call_each(interrupted.call, range(100), 4)
    assert all(thread.daemon for thread in interrupted.threads)  # nor does the end of the program
    interrupted.ended.set()
    for thread in interrupted.threads:
        thread.join(30)
    assert len(interrupted.called) <= 4


def test_ctrl_c_waits_for_no_scan_that_is_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted = _Interrupted(monkeypatch)
    provider, _script = connected([])

    def get(scan_id: str) -> Scan:
        interrupted.call(scan_id)
        return Scan(id=scan_id, provider="glasswall", state=ScanState.COMPLETED)

    monkeypatch.setattr(provider, "get", get)
    with pytest.raises(KeyboardInterrupt):
        provider.get_many(["a", "b"])
    interrupted.ended.set()
