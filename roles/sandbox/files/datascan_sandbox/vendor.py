# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state and routes of one vendor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from .clock import Clock
from .users import User

Operation = Callable[[Request, User], Awaitable[Response]]


class Refused(Exception):
    """A refused request: a status with the vendor's usual error, or with a body of its own."""

    def __init__(self, status: int, response: Response | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.response = response


class Vendor(ABC):
    """One vendor: its settings, its scans and its routes."""

    name: str
    base: str
    open_paths: tuple[str, ...] = ()
    """Operations that need no token of their own."""
    settings: Any
    """The vendor's class of settings."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.router = APIRouter(prefix=f"/{self.name}{self.base}")
        self.reset()
        for method, path, operation in self.operations():
            self.router.add_api_route(path, self._guarded(path, operation), methods=[method])

    def _guarded(self, path: str, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        """An operation behind the vendor's authentication, with its refusals as answers."""

        async def run(request: Request) -> Response:
            try:
                user = User("") if path in self.open_paths else self.user_of(request)
                if user is None:
                    raise Refused(401)
                return await operation(request, user)
            except Refused as refused:
                return refused.response or self.error(refused.status)

        return run

    @abstractmethod
    def reset(self) -> None:
        """Forget every scan and setting."""

    @abstractmethod
    def operations(self) -> list[tuple[str, str, Operation]]:
        """Method, path and function of every operation."""

    @abstractmethod
    def user_of(self, request: Request) -> User | None:
        """The user who sends the request, or None if the token is not valid."""

    @abstractmethod
    def error(self, status: int) -> Response:
        """The vendor's own answer for an error status, used for unknown routes and for faults."""

    @abstractmethod
    def seed(self, wish: dict[str, Any]) -> list[Any]:
        """Create the scans that a test describes, and return their ids. Raises ValueError."""

    @abstractmethod
    def scans(self) -> list[Any]:
        """Every scan of every owner, as the vendor shows it."""

    def expire_sessions(self) -> None:
        """End every open session, if the vendor has sessions."""
        return
