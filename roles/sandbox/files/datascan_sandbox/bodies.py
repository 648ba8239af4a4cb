# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what a client has sent."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request


async def read_json(request: Request) -> Any:
    """The body, whatever its content type; None where it is no JSON."""
    try:
        return json.loads(await request.body())
    except ValueError:
        return None


async def read_object(request: Request) -> dict[str, Any]:
    """The body if it is an object, or else an empty one."""
    body = await read_json(request)
    return body if isinstance(body, dict) else {}
