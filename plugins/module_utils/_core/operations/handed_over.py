# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans that an earlier task handed over, and whether this pipeline started them."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ..models import Scan, parse_scan


@dataclass(frozen=True)
class HandedScan:
    """A scan of an earlier task. `is_ours` is true only where a result shows that this pipeline started it."""

    scan: Scan
    is_ours: bool


def parse_handed_scan(value: t.Any, where: str) -> HandedScan:
    """A scan, or the result of scan_start or scan_rescan, which has a scan.

    Both have `reused`: false after a start, true for a scan that was there before, null where the answer to the start
    was lost. A scan of scan_status has no `reused`, so anybody may have started it. Raises InvalidInputError for
    anything else; `where` names the option in its message.
    """
    is_result = isinstance(value, Mapping) and "scan" in value
    content = value["scan"] if is_result else value
    scan = parse_scan(content, f"{where}.scan" if is_result else where)
    origins = [source["reused"] for source in (value, content) if "reused" in source]
    return HandedScan(scan, bool(origins) and all(reused is False for reused in origins))
