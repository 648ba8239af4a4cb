# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's routes of one vendor, called in this process, with a test's clock: a vendor without faults."""

from __future__ import annotations

import io
import json
import re
import typing as t
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from email.utils import format_datetime
from urllib.parse import urlsplit

import requests
from datascan_sandbox.clock import Clock
from datascan_sandbox.lifecycle import Timeline
from datascan_sandbox.state import Sandbox
from scripted_vendor import response_to
from starlette.requests import Request
from starlette.responses import Response

API_TOKEN = "sandbox-token"
REFRESH_TOKEN = "sandbox-refresh-token"
# Making the routes takes longer than a trial, so they are made once, and each test resets its vendor.
_VENDORS = Sandbox(Clock()).vendors


def has_operation(name: str, operation: str) -> bool:
    """Whether a vendor of the sandbox has a route for an operation."""
    return any(each.__name__.partition("_")[0] == operation for _method, _path, each in _VENDORS[name].operations())


class SandboxVendor:
    """A vendor whose scans last `lasts` seconds, by default as long as the sandbox's setting."""

    def __init__(
        self, name: str, now: Callable[[], float], *, lasts: float | None = None, phase: int = -1, **settings: t.Any
    ) -> None:
        """`now` gives seconds since the epoch. All that time a scan is in one phase: the first is that it waits.

        A setting that the vendor does not have is left out.
        """
        self.routes = routes = _VENDORS[name]
        routes.clock.offset = 0.0
        routes.clock._source = now
        routes.reset()
        known = {key: value for key, value in settings.items() if key in type(routes.settings).model_fields}
        routes.settings = routes.settings.merged(known)
        self._lasts, self._phase = lasts, phase
        self.made: list[str] = []  # ids of the scans that requests made, not seed()
        self._patterns = [
            (method, re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path)), operation)
            for method, path, operation in routes.operations()
        ]

    @property
    def now(self) -> float:
        """Seconds since the epoch, on the vendor's clock."""
        return self.routes.clock.now()

    def seed(self, **wish: t.Any) -> str:
        """Add a scan that runs from now on, or that began `age` seconds ago; its id."""
        known = set(self.routes.by_id)
        (scan_id,) = self.routes.seed({"status": None, "age": 0, **wish})
        self._stretch(known)
        return str(scan_id)

    def operation_of(self, method: str, url: str) -> str:
        """The operation of a request: get, list, start, cancel, rescan, columns, issues, or the vendor's own name."""
        operation, _parameters = self._find(method, url)
        return str(operation.__name__).partition("_")[0]

    def call(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Response:
        """Carry out a request."""
        operation, parameters = self._find(method, url)
        path = self._path(url)
        known = set(self.routes.by_id)

        async def receive() -> dict[str, t.Any]:
            return {"type": "http.request", "body": body or b"", "more_body": False}

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": urlsplit(url).query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "path_params": parameters,
        }
        template = next(path for _method, path, each in self.routes.operations() if each == operation)
        try:
            # The operations never await anything, so one step completes them.
            self.routes._guarded(template, operation)(Request(scope, receive)).send(None)  # type: ignore[attr-defined]
        except StopIteration as ended:
            self.made += [str(scan_id) for scan_id in self.routes.by_id if scan_id not in known]
            self._stretch(known)
            response: Response = ended.value
            return response
        raise AssertionError(f"{method} {path} waits for something")

    def _path(self, url: str) -> str:
        return urlsplit(url).path.removeprefix(self.routes.base)

    def _find(self, method: str, url: str) -> tuple[t.Any, dict[str, str]]:
        path = self._path(url)
        for wanted, pattern, operation in self._patterns:
            found = pattern.fullmatch(path)
            if wanted == method and found:
                return operation, found.groupdict()
        raise AssertionError(f"{method} {path} is not an operation")

    def _stretch(self, known: set[t.Any]) -> None:
        if self._lasts is None:
            return
        for scan_id, scan in self.routes.by_id.items():
            if scan_id not in known and scan.timeline.steps:
                scan.timeline = Timeline(((scan.timeline.steps[self._phase][0], self._lasts),), scan.timeline.last)


class SandboxAdapter(requests.adapters.BaseAdapter):
    """Replaces the network, and carries out every request."""

    def __init__(self, vendor: SandboxVendor) -> None:
        super().__init__()
        self._vendor = vendor

    def send(self, request: t.Any, **_options: t.Any) -> requests.Response:
        response = self._vendor.call(request.method, request.url, request.body, request.headers)
        return to_requests(request, response.status_code, bytes(response.body), self._vendor.now)

    def close(self) -> None:
        pass


def to_requests(request: t.Any, status: int, body: bytes, now: float) -> requests.Response:
    """A response as the HTTP client gets it, with the time of the vendor's clock, in seconds since the epoch."""
    date = format_datetime(datetime.fromtimestamp(now, timezone.utc), usegmt=True)
    return response_to(request, status, {"Date": date}, io.BytesIO(body))


def as_json(response: Response) -> t.Any:
    """The body of a response."""
    return json.loads(bytes(response.body))
