# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests in threads that Ctrl-C does not wait for."""

from __future__ import annotations

import threading
import typing as t
from collections import deque
from collections.abc import Callable, Iterable

if t.TYPE_CHECKING:
    from concurrent.futures import Future


A = t.TypeVar("A")
T = t.TypeVar("T")


class DaemonThreads:
    """A thread for each call. The calls end with the block, unless Ctrl-C or another signal ends it.

    When the interpreter ends, it waits for the threads of a pool, but not for these.
    """

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> DaemonThreads:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_exception: object) -> None:
        if kind is None or issubclass(kind, Exception):
            for thread in self._threads:
                thread.join()

    def start(self, call: Callable[[], T]) -> Future[T]:
        """Begin a call; its result or error is that of the future."""
        from concurrent.futures import Future

        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(call())
            except BaseException as error:  # noqa: BLE001  (it is raised where the result is read)
                future.set_exception(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self._threads = [*filter(threading.Thread.is_alive, self._threads), thread]
        return future


def call_each(call: Callable[[A], T], items: Iterable[A], at_once: int) -> list[T]:
    """The results of a call for each item, in order, with so many calls at the same time.

    Raises the error of a call. No call begins after it, nor after Ctrl-C.
    """
    left = deque(enumerate(items))
    results: dict[int, T] = {}

    def work() -> None:
        while (taken := _take(left)) is not None:
            number, item = taken
            try:
                results[number] = call(item)
            except BaseException:
                left.clear()
                raise

    with DaemonThreads() as threads:
        try:
            for future in [threads.start(work) for _thread in range(min(at_once, len(left)))]:
                future.result()
        finally:
            left.clear()
    return [results[number] for number in range(len(results))]


def _take(left: deque[T]) -> T | None:
    try:
        return left.popleft()
    except IndexError:  # another thread has taken the last one
        return None
