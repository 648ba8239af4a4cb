# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time of day on the vendor's clock, used to measure the age of scans."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from ..clock import Clock

_MAX_DIFFERENCE = timedelta(days=3650)  # a Date that is further away is not a time


class ServerClock:
    """Follows the `Date` header of a vendor's responses. Until the first response, it is this machine's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The time of day, UTC."""
        return self._clock.now() + self._ahead

    def observe(self, date: str | None) -> None:
        """Adopt the time of a `Date` header. An invalid header is ignored."""
        if not date:
            return
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            ahead = parsedate_to_datetime(date).astimezone(timezone.utc) - self._clock.now()
            if abs(ahead) < _MAX_DIFFERENCE:
                self._ahead = ahead
