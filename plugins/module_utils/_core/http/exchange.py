# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wall-clock limit of one exchange, as its connection and its sockets see it.

requests sends, waits and reads in one thread, so the exchange of a thread is enough to find the limit of a socket.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..clock import Clock
from .proxy import Proxy


class Exchange:
    """One request and its answer, from connecting to the last byte."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        """`seconds` is the limit, from now on."""
        self.limit = seconds
        self.end = clock.monotonic() + seconds
        self.is_connecting = False  # nothing of the request has left this machine while this is true
        self.has_answered = False  # whether the server has ever answered this client
        self.proxy: Proxy | None = None
        self.authorities: str | None = None  # the option or variable that names them, if one does
        self._clock = clock

    def time_left(self) -> float:
        """Seconds until the limit; 0 or less once it is reached."""
        return self.end - self._clock.monotonic()


_of_thread = threading.local()


@contextmanager
def limited_exchange(clock: Clock, seconds: float) -> Iterator[Exchange]:
    """Inside the block, every connection and socket of this thread keeps the limit."""
    exchange = _of_thread.exchange = Exchange(clock, seconds)
    try:
        yield exchange
    finally:
        _of_thread.exchange = None


def current_exchange() -> Exchange | None:
    """The exchange of this thread."""
    return getattr(_of_thread, "exchange", None)
