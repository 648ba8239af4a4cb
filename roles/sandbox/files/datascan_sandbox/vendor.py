# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sandbox keeps of one vendor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from .clock import Clock
from .settings import Settings


class Vendor(ABC):
    """One vendor: its settings, its scans and its routes."""

    name: str
    base: str
    settings: Settings

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.router = APIRouter(prefix=f"/{self.name}{self.base}")
        self.reset()
        self.add_routes()

    @abstractmethod
    def reset(self) -> None:
        """Forget every scan and setting."""

    @abstractmethod
    def add_routes(self) -> None:
        """Register the vendor's operations."""

    @abstractmethod
    def seed(self, wish: dict[str, Any]) -> list[Any]:
        """Make scans as a test wants them, and return their ids. Raises ValueError."""

    @abstractmethod
    def scans(self) -> list[Any]:
        """Every scan, whoever owns it, as the vendor would show it."""

    @abstractmethod
    def no_route(self, status: int) -> Response:
        """The answer where the vendor has no such path (404) or method (405)."""

    @abstractmethod
    def error_body(self) -> Any:
        """The vendor's own error, for a fault that sends it under 200."""
