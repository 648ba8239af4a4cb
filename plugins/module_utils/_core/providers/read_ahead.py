# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbered pages of a list, a few at the same time, so that a poll of many scans takes less time."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

if t.TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

PAGES_AT_ONCE = 4  # requests at the same time; few, to spare the vendor

P = t.TypeVar("P")


class ReadAhead(t.Generic[P]):
    """Reads pages in their order. Those that are needed anyway are requested before, and no other page."""

    def __init__(self, read_page: Callable[[int], P]) -> None:
        """`read_page` is called in several threads."""
        self._read_page = read_page
        self._pool: ThreadPoolExecutor | None = None
        self._futures: dict[int, Future[P]] = {}
        self._last = 0  # the number of the last page that is needed
        self._requested = 0  # the number of the last page that was requested ahead

    def __enter__(self) -> ReadAhead[P]:
        """Requests end with the block."""
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def need(self, number: int, more: int) -> None:
        """The page `number` was read, and at least so many more pages are needed."""
        self._last = max(self._last, number + more)
        self._request_after(number)

    def page(self, number: int) -> P:
        """A page. Raises the error of its request."""
        future = self._futures.pop(number, None)
        if future is None:
            return self._read_page(number)
        self._request_after(number)
        return future.result()

    def _request_after(self, number: int) -> None:
        """Request the next pages. What was requested and not read yet are so many pages at most."""
        first, last = max(self._requested, number) + 1, min(self._last, number + PAGES_AT_ONCE)
        if first > last or (self._pool is None and first == last):  # a single one needs no thread
            return
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(max_workers=PAGES_AT_ONCE)
        self._futures.update({each: self._pool.submit(self._read_page, each) for each in range(first, last + 1)})
        self._requested = last
