# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of one sandbox."""

from __future__ import annotations

from typing import Any

from .clock import Clock
from .faults import Faults
from .vendor import Vendor
from .vendors import vendor_classes


class Sandbox:
    """The vendors, the pending faults, and the received requests."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.vendors: dict[str, Vendor] = {kind.name: kind(self.clock) for kind in vendor_classes()}
        self.faults = Faults()
        self.requests: list[dict[str, Any]] = []

    def reset(self) -> None:
        self.clock.offset = 0.0
        self.faults.rules.clear()
        self.requests.clear()
        for vendor in self.vendors.values():
            vendor.reset()

    def note(self, vendor: str, method: str, path: str, query: str) -> dict[str, Any]:
        """Record a request; its status is set once it is known. Headers and bodies are never recorded."""
        entry: dict[str, Any] = {
            "vendor": vendor,
            "method": method,
            "path": path,
            "query": query,
            "status": None,
            "fault": None,
        }
        self.requests.append(entry)
        return entry
