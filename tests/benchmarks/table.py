# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the results, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure of this collection and its baseline; `reached` is None where no limit is set."""

    what: str
    ours: str
    other: str
    ratio: str = ""
    target: str = ""
    reached: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """The cells of the row as text."""
        verdict = {True: "yes", False: "**no**", None: ""}[self.reached]
        return self.what, self.ours, self.other, self.ratio, self.target, verdict


def at_most(what: str, ours: float, other: float, limit: float | None = None) -> Row:
    """A row of seconds: the share of the baseline's time, and the limit of this share."""
    share = ours / other
    target = "" if limit is None else f"at most {limit:g}"
    reached = None if limit is None else share <= limit
    return Row(what, seconds(ours), seconds(other), f"{share:.2g}", target, reached)


def at_least(what: str, ours: float, other: float, limit: float | None = None) -> Row:
    """A row of seconds: how many times as fast as the baseline it is, and must be."""
    factor = other / ours
    target = "" if limit is None else f"at least {limit:g}"
    reached = None if limit is None else factor >= limit
    return Row(what, seconds(ours), seconds(other), f"{factor:.3g} times", target, reached)


def seconds(number: float) -> str:
    """With three significant digits."""
    if abs(number) < 1:
        return f"{number * 1000:.0f} ms"
    return f"{number:.3g} s" if abs(number) < 1000 else f"{number:.0f} s"


def markdown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table whose first column is text and whose others are figures."""
    names = list(head)
    lines = [names, ["---", *("---:" for _name in names[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
