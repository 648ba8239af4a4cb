# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single values of clusters and columns, of which vendors send some in other types than documented.

A value that cannot be read becomes None: it costs itself, not the record that it stands in.
"""

from __future__ import annotations

import math
import typing as t


def flag_or_none(value: t.Any) -> bool | None:
    """A boolean, also from text."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def text_or_none(value: t.Any) -> str | None:
    """A text, also from a number or a boolean."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    number = number_or_none(value)
    if isinstance(number, float) and number.is_integer() and abs(number) < 2**53:
        return str(int(number))  # BigID writes 42.0 for 42, which a rule for "42" must find
    return None if number is None else str(number)


def number_or_none(value: t.Any) -> float | None:
    """A finite number, which a float can hold."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    try:
        return value if is_number and math.isfinite(value) else None
    except OverflowError:
        return None


def size_or_none(value: t.Any) -> int | None:
    """A number of columns, also as 20.0 or as text."""
    try:
        number = float(value) if isinstance(value, str) else number_or_none(value)
    except ValueError:
        return None
    return int(number) if number is not None and number >= 0 and number == number // 1 else None


def readable_texts(value: t.Any) -> list[str]:
    """The texts of a list that can be read; none for anything else."""
    texts = [text_or_none(item) for item in value] if isinstance(value, list) else []
    return [text for text in texts if text is not None]
