# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbered pages of a list, a few at the same time, so that a poll of many scans takes less time."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from functools import partial

from ..errors import DatascanError
from .daemon_threads import DaemonThreads

if t.TYPE_CHECKING:
    from concurrent.futures import Future

PAGES_AT_ONCE = 4  # requests at the same time; few, to spare the vendor

P = t.TypeVar("P")


class ReadAhead(t.Generic[P]):
    """Reads pages in their order. Those that are needed anyway are requested before, and no other page."""

    def __init__(self, read_page: Callable[[int, bool], P]) -> None:
        """`read_page` is called with a page's number, and with whether it is read ahead, which is in another thread.

        What is read ahead is to be requested once: where that fails, it is read again in its turn, with all retries.
        """
        self._read_page = read_page
        self._threads = DaemonThreads()
        self._futures: dict[int, Future[P]] = {}
        self._has_failed = False
        self._last = 0  # the number of the last page that is needed
        self._requested = 0  # the number of the last page that was requested ahead

    def __enter__(self) -> ReadAhead[P]:
        """Requests end with the block, unless Ctrl-C ends it."""
        self._threads.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        self._threads.__exit__(kind, *exception)

    def need(self, number: int, more: int) -> None:
        """The page `number` was read, and at least so many more pages are needed."""
        self._last = max(self._last, number + more)
        self._request_after(number)

    def page(self, number: int) -> P:
        """A page. Raises the error of its request."""
        future = self._futures.pop(number, None)
        if future is not None:
            self._request_after(number)
            try:
                return future.result()
            except DatascanError:
                self._has_failed = True  # the vendor is spared, and the others are read in their turn
        return self._read_page(number, False)

    def _request_after(self, number: int) -> None:
        """Request the next pages. What was requested and not read yet are so many pages at most."""
        first, last = max(self._requested, number) + 1, min(self._last, number + PAGES_AT_ONCE)
        if self._has_failed or first > last or (not self._requested and first == last):  # a single one needs no thread
            return
        for each in range(first, last + 1):
            self._futures[each] = self._threads.start(partial(self._read_page, each, True))
        self._requested = last
