# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans that an earlier task handed over, and whether this pipeline found them running."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ..models import Scan, parse_scan


@dataclass(frozen=True)
class HandedScan:
    """A scan of an earlier task. `is_reused` is false only if that task is known to have started it."""

    scan: Scan
    is_reused: bool


def parse_handed_scan(value: t.Any, where: str) -> HandedScan:
    """A scan, or the result of scan_start or scan_rescan, which has a scan; either may have `reused`.

    Raises InvalidInputError for anything else; `where` names the option in its message.
    """
    is_result = isinstance(value, Mapping) and "scan" in value
    content = value["scan"] if is_result else value
    scan = parse_scan(content, f"{where}.scan" if is_result else where)
    # Anything but a plain false leaves open who started the scan.
    return HandedScan(scan, any(source.get("reused", False) is not False for source in (value, content)))
