# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is uploaded to Advalidation as a creative, and the checks of its scan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from starlette.requests import Request

from ..bodies import read_object

MAX_UPLOAD = 16 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class Upload:
    """A creative by its address or tag, or a file."""

    name: str
    size: int = 0
    """In bytes, of a file."""

    @property
    def is_too_large(self) -> bool:
        return self.size > MAX_UPLOAD


async def read_upload(request: Request) -> Upload | None:
    """The creative: `{"payload": ADDRESS OR TAG}` as JSON, or the bytes of a file in any other content type.

    None without one.
    """
    kind = request.headers.get("content-type", "application/json").partition(";")[0]
    if kind.strip().lower() == "application/json":
        payload = (await read_object(request)).get("payload")
        return Upload(payload) if isinstance(payload, str) and payload else None
    size = len(await request.body())
    # The last part of the name is the keyword that chooses what the scan does.
    name = PurePosixPath(request.headers.get("x-filename", "")).stem or "API-Upload"
    return Upload(name, size) if size else None


def checks_with(issues: int) -> list[dict[str, Any]]:
    """Five checks, of which as many fail as there are issues."""
    return [_check(number, is_passed=number > issues) for number in range(1, 6)]


def _check(number: int, *, is_passed: bool) -> dict[str, Any]:
    seconds = 15 if is_passed else 31
    return {
        "name": f"Check {number}",
        "result": "pass" if is_passed else "fail",
        "value": seconds,
        "valueFormatted": f"{seconds} seconds",
        "valuePhrase": f"It lasts {seconds} seconds",
        "attributes": [],
        "extended": None,
    }
