# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the body of a request, and the numbers in its parameters."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

_MAX_DIGITS = 20


async def read_json(request: Request) -> Any:
    """The body as JSON, whatever its content type; None if it is not JSON, or is nested too deep."""
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        return None


def whole_number(text: str) -> int | None:
    """A number of ASCII digits; None for another text, and for one that is longer than any number here."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _MAX_DIGITS else None


async def read_object(request: Request) -> dict[str, Any]:
    """The body if it is an object, otherwise an empty object."""
    body = await read_json(request)
    return body if isinstance(body, dict) else {}
