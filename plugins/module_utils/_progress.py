# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress as lines: one when something changes, one a minute otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ._models import Scan
from ._verbs._waiter import Watch

_EVERY = 60.0  # seconds between lines when nothing changes
_NAMED = 3  # changes named in a line; the others are counted


class Progress:
    """Turns the state of a wait into lines, and never floods a log."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._words: dict[str, str] = {}
        self._last: float | None = None  # seconds into the wait, of the last line
        self._last_error: float | None = None  # of the last line that told of a fault

    def __call__(self, watch: Watch) -> None:
        """Say something if there is something to say."""
        changes = self._changes(watch)
        error = watch.last_error.message if watch.last_error else None
        due = _is_due(self._last, watch.elapsed)
        trouble = error is not None and _is_due(self._last_error, watch.elapsed)  # faults may come and go
        if changes or trouble or due or watch.next_look is None:
            self._tell(self._line(watch, changes, error))
            self._last = watch.elapsed
            if error:
                self._last_error = watch.elapsed

    def _changes(self, watch: Watch) -> list[str]:
        changes = []
        for scan in watch.scans:
            before, now = self._words.get(scan.id), _word(scan)
            if before != now:
                changes.append(f"{scan.name or scan.id} is {now}" + (f", was {before}" if before else ""))
                self._words[scan.id] = now
        return changes

    def _line(self, watch: Watch, changes: list[str], error: str | None) -> str:
        total = len(watch.scan_ids)
        count = Counter(scan.state.value for scan in watch.scans)
        states = ", ".join(f"{number} {state}" for state, number in sorted(count.items()))
        parts = [
            f"[{clock_face(watch.elapsed)}] {total - len(watch.pending)} of {total} done"
            + (f" ({states})" if states else "")
        ]
        parts += changes[:_NAMED]
        if len(changes) > _NAMED:
            parts.append(f"{len(changes) - _NAMED} more changed")
        if error:
            error = error.rstrip(".")
            parts.append(
                f"the last look failed, and the wait goes on: {error}" if watch.next_look is not None else error
            )
        if watch.timed_out:
            parts.append("the time to wait is up")
        if watch.next_look is not None:
            digits = 0 if watch.next_look >= 10 else 1
            parts.append(f"next look in {watch.next_look:.{digits}f} s")
        return "; ".join(parts)


def _is_due(last: float | None, now: float) -> bool:
    return last is None or now - last >= _EVERY


def clock_face(seconds: float) -> str:
    """Seconds as H:MM:SS, without hours where there are none."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def _word(scan: Scan) -> str:
    """The state, and the vendor's own word where it says more."""
    vendor = scan.vendor_status
    return scan.state.value if not vendor or vendor.lower() == scan.state.value else f"{scan.state.value} ({vendor})"
