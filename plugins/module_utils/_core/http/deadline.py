# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deadline of an operation, and its effect on requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..clock import Clock
from ..errors import DatascanError

FINAL_POLL_TIMEOUT = 10.0  # seconds that a request of a wait's final poll may take after the deadline


class Deadline:
    """Set by a `with` block. Without one, nothing is limited."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at: float | None = None  # on the monotonic clock
        self._timeout_error: DatascanError | None = None

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Set the deadline to this many seconds from now. Of nested deadlines the nearest one holds."""
        outer, outer_error = self._at, self._timeout_error
        inner = self._clock.monotonic() + seconds
        if outer is None or inner < outer:
            self._at = inner
        try:
            yield
        finally:
            if self._at != outer:
                self._at, self._timeout_error = outer, outer_error

    @property
    def timeout_error(self) -> DatascanError | None:
        """The error of a request that timed out after the deadline; no further request is sent then.

        A final poll of a thousand scans would otherwise wait for a silent vendor a thousand times.
        """
        return self._timeout_error

    def record_timeout(self, error: DatascanError) -> None:
        """Note that a request timed out."""
        if self._at is not None and self._clock.monotonic() >= self._at:
            self._timeout_error = error

    def shorten(self, timeout: float) -> float:
        """The seconds that a request may take: until the deadline, but at least FINAL_POLL_TIMEOUT."""
        if self._at is None:
            return timeout
        return min(timeout, max(FINAL_POLL_TIMEOUT, self._at - self._clock.monotonic()))

    def allows_pause(self, seconds: float) -> bool:
        """Whether a pause from now on ends in time."""
        return self._at is None or self._clock.monotonic() + seconds <= self._at
