# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of an answer, as its standard has it: what Python reads beyond that cannot be passed on to anybody."""

from __future__ import annotations

import json
import math
import re
import typing as t

_C1 = re.compile("[\x7f-\x9f]")  # a command to a terminal in one character, which Ansible prints as it is
# Where there may be one of those, or a character may be written as its two halves, or as one of them.
_SUSPECT = re.compile(r"[\x7f-\x9f]|\\u(?:[dD][89a-fA-F]|00[89]|007[fF])")


def parsed(text: str) -> tuple[bool, t.Any]:
    """Whether a body is JSON, and what it says. A number that is infinite or none is null."""
    try:
        data = json.loads(text, parse_constant=lambda _name: None, parse_float=_finite)
        if _SUSPECT.search(text):
            whole = _C1.sub("\ufffd", json.dumps(data, ensure_ascii=False))
            data = json.loads(whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        return True, data
    except (ValueError, RecursionError):
        return False, None


def _finite(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None
