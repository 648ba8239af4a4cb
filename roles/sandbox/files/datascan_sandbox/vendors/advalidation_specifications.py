# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advalidation's ad specifications: what a campaign's creatives are checked against."""

from __future__ import annotations

from typing import Any


def _specification(number: int, kind: str, *, is_default: bool) -> dict[str, Any]:
    name = f"{'Default' if is_default else 'Strict'} {kind}"
    tests = [
        {"name": f"Check {check}", "enabled": check < 5, "conditionsString": "15 seconds" if check % 2 else None}
        for check in range(1, 6)
    ]
    return {"id": number, "name": name, "type": kind, "isDefault": is_default, "tests": tests}


SPECIFICATIONS = {
    1: _specification(1, "display", is_default=True),
    2: _specification(2, "video", is_default=True),
    3: _specification(3, "video", is_default=False),
}
DEFAULTS = {one["type"]: number for number, one in SPECIFICATIONS.items() if one["isDefault"]}


def short_form(specification: dict[str, Any]) -> dict[str, Any]:
    """As a list shows it: without its tests."""
    return {key: value for key, value in specification.items() if key != "tests"}
