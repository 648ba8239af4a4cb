# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's clock: one source of time that tests can move."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone


class Clock:
    """Wall time plus an offset, in seconds since the epoch."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self.offset = 0.0

    def now(self) -> float:
        return self._source() + self.offset

    def advance(self, seconds: float) -> None:
        self.offset += seconds


def iso(moment: float, *, fraction: bool = False) -> str:
    """A time as ISO 8601 in UTC, in whole seconds or with milliseconds."""
    when = datetime.fromtimestamp(moment, tz=timezone.utc)
    return when.isoformat(timespec="milliseconds" if fraction else "seconds").replace("+00:00", "Z")


def parse_iso(text: str) -> float:
    """Parse ISO 8601; a time without a zone is UTC. Raises ValueError."""
    when = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text.strip()))
    return (when if when.tzinfo else when.replace(tzinfo=timezone.utc)).timestamp()


_STAMP = re.compile(r"^\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$")


def shift_stamp(text: str, seconds: float) -> str:
    """Shift a timestamp, and keep its form. Other text is returned unchanged."""
    found = _STAMP.match(text)
    if not found:
        return text
    separator, fraction, zone = found.groups()
    moment = datetime.fromisoformat(text[:19]) + timedelta(seconds=seconds)
    return moment.isoformat(sep=separator) + (fraction or "") + (zone or "")
