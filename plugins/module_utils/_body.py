# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of an answer, as its standard has it: what Python reads beyond that cannot be passed on to anybody."""

from __future__ import annotations

import json
import math
import re
import typing as t

_HALF = re.compile(r"\\u[dD][89a-fA-F]")  # where a character may be written as its two halves, or as one of them


def parsed(text: str) -> tuple[bool, t.Any]:
    """Whether a body is JSON, and what it says. A number that is infinite or none is null."""
    try:
        data = json.loads(text, parse_constant=lambda _name: None, parse_float=_finite)
        if _HALF.search(text):
            whole = json.dumps(data, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            data = json.loads(whole)
        return True, data
    except (ValueError, RecursionError):
        return False, None


def _finite(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None
