# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of two texts that a person wants to see of their difference."""

from __future__ import annotations

from collections.abc import Sequence

_LINES = 20
_WIDTH = 200  # characters
_CUT = "\u2026"


def excerpts(before: str, after: str) -> tuple[str, str]:
    """The lines that differ; of many lines the first ones, of a long line the part that begins to differ."""
    old, new = before.splitlines(), after.splitlines()
    start = _common_length(old, new)
    end = _common_length(old[start:][::-1], new[start:][::-1])
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    return _excerpt(old, new), _excerpt(new, old)


def _common_length(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items are the same at the start of both."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))


def _excerpt(lines: Sequence[str], others: Sequence[str]) -> str:
    shown = [_cut(line, others[number] if number < len(others) else "") for number, line in enumerate(lines[:_LINES])]
    if len(lines) > len(shown):
        shown.append(f"({len(lines) - len(shown)} more lines)")
    return "".join(f"{line}\n" for line in shown)


def _cut(line: str, other: str) -> str:
    if len(line) <= _WIDTH:
        return line
    start = max(0, _common_length(line, other) - _WIDTH // 4)
    end = start + _WIDTH
    return (_CUT if start else "") + line[start:end] + (_CUT if end < len(line) else "")
