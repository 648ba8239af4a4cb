# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How policies and reports name what a scan is of."""

from __future__ import annotations

from ..foreign_text import NOT_KNOWN
from ..models import Scan


def join_ends(source: str | None, target: str | None) -> str:
    """A source and a target as one text, or an empty text where neither is known."""
    return f"{source or NOT_KNOWN} \u2192 {target or NOT_KNOWN}" if source or target else ""


def location(scan: Scan) -> str:
    """The source and the target of a scan, or an empty text."""
    return join_ends(scan.source, scan.target)
