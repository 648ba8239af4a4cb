# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress as lines: one when something changes, one a minute otherwise.

Where many scans change one after the other, a line waits for a few changes: the longer, the more lines there have been,
though never longer than a minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ..models import Scan
from .polling import Watch

_EVERY = 60.0  # seconds between lines when nothing changes
_NAMED = 3  # changes named in a line; the others are counted
_PROMPT = 5  # lines that tell of changes at once
_SLOWER = 2.0  # seconds that each line after those waits longer for further changes


class Progress:
    """Turns the state of a wait into lines, and never floods a log."""

    def __init__(self, report_progress: Callable[[str], None]) -> None:
        self._tell = report_progress
        self._words: dict[str, str] = {}
        self._last: float | None = None  # seconds into the wait, of the last line
        self._last_error: float | None = None  # of the last line that told of a fault
        self._told = 0  # lines that told of changes

    def __call__(self, watch: Watch) -> None:
        """Say something if there is something to say."""
        changed = self._changed(watch)
        error = watch.last_error.message if watch.last_error else None
        due = _is_due(self._last, watch.elapsed, self._pause() if changed else _EVERY)
        trouble = error is not None and _is_due(self._last_error, watch.elapsed)  # faults may come and go
        if trouble or due or watch.next_look is None:
            self._tell(self._line(watch, [self._change(scan) for scan in changed], error))
            self._words.update((scan.id, _word(scan)) for scan in changed)
            self._told += bool(changed)
            self._last = watch.elapsed
            if error:
                self._last_error = watch.elapsed

    def _changed(self, watch: Watch) -> list[Scan]:
        """The scans of which there is something to tell."""
        return [scan for scan in watch.scans if self._words.get(scan.id) != _word(scan)]

    def _change(self, scan: Scan) -> str:
        before = self._words.get(scan.id)
        return f"{scan.name or scan.id} is {_word(scan)}" + (f", was {before}" if before else "")

    def _pause(self) -> float:
        """Seconds from the last line to one that tells of changes."""
        return min(_EVERY, max(0.0, self._told - _PROMPT) * _SLOWER)

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


def _is_due(last: float | None, now: float, pause: float = _EVERY) -> bool:
    return last is None or now - last >= pause


def clock_face(seconds: float) -> str:
    """Seconds as H:MM:SS, without hours where there are none."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def _word(scan: Scan) -> str:
    """The state, and the vendor's own word where it says more."""
    vendor = scan.vendor_status
    return scan.state.value if not vendor or vendor.lower() == scan.state.value else f"{scan.state.value} ({vendor})"
