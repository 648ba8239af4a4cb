# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vendor's response."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class Response:
    """The HTTP status, and the body as text and as JSON.

    Where the body is not JSON, `fault` is what it is instead, as a noun, and `data` is None.
    """

    status: int
    text: str
    data: t.Any
    fault: str | None = None
