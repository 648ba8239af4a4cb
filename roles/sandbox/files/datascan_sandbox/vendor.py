# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state and routes of one vendor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import compile_path

from .clock import Clock
from .users import User

Operation = Callable[[Request, User], Awaitable[Response]]


def no_route_text(request: Request) -> str:
    """Names a route that does not exist."""
    return f"There is no route {request.method} {request.url.path}."


class Refused(Exception):
    """A refused request: a status with the vendor's usual error, or with a body of its own."""

    def __init__(self, status: int, response: Response | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.response = response


class Vendor(ABC):
    """One vendor: its settings, its scans and its routes. The README shows its docstring."""

    name: str
    base: str
    words: Mapping[str, str] = {}
    """Further words in a name that choose what a scan does, and what such a scan does."""
    open_paths: tuple[str, ...] = ()
    """Operations that need no token of their own."""
    settings: Any
    """The vendor's class of settings. `page_size_max` and `cancel_processing_seconds` mean the same for all."""
    by_id: Mapping[Any, Any]
    """Every scan by its id, each with `started` and `timeline`."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.router = APIRouter(prefix=self.api_path())
        self.reset()
        for method, path, operation in self.operations():
            self.router.add_api_route(path, self._guarded(path, operation), methods=[method])

    @classmethod
    def api_path(cls) -> str:
        """What follows the sandbox's address in the vendor's api_url."""
        return f"/{cls.name}{cls.base}"

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
        """Method, path and function of every operation.

        A function is called get, list, start, cancel, rescan, columns or issues (or begins so, with an underscore)
        where it does the same for every vendor: shared tests use these names.
        """

    @abstractmethod
    def user_of(self, request: Request) -> User | None:
        """The user who sends the request, or None if the token is not valid."""

    @abstractmethod
    def error(self, status: int) -> Response:
        """The vendor's own answer for an error status, used for refusals and for faults."""

    def no_route(self, request: Request, status: int) -> Response:
        """The answer for a route that does not exist, which names it, or for a method that a route does not have."""
        if status == 404:
            return PlainTextResponse(no_route_text(request), status)
        response = self.error(status)
        if status == 405:
            response.headers["Allow"] = ", ".join(self._methods_of(request.url.path))
        return response

    def _methods_of(self, path: str) -> list[str]:
        """The methods of the routes with this path."""
        operations = [(method, compile_path(self.api_path() + own)[0]) for method, own, _run in self.operations()]
        return sorted({method for method, pattern in operations if pattern.match(path)})

    @abstractmethod
    def seed(self, wish: dict[str, Any]) -> list[Any]:
        """Create the scans that a test describes, and return their ids. Raises ValueError."""

    @abstractmethod
    def scans(self) -> list[Any]:
        """Every scan of every owner, as the vendor shows it."""

    def expire_sessions(self) -> None:
        """End every open session, if the vendor has sessions."""
        return
