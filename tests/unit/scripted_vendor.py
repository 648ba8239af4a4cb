# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vendor that expects exact requests, in order, and sends the test's response to each."""

from __future__ import annotations

import io
import json
import typing as t
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import requests
import urllib3
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
from ansible_collections.datascan.gate.plugins.module_utils._core.http.client import HttpClient
from ansible_collections.datascan.gate.plugins.module_utils._core.http.session import Session
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import connect
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_error
from core_differences import ALWAYS_SHOWS_OPTIONS
from fake_clock import FakeClock

# The setting with which a module returns its options.
SHOW_OPTIONS = {} if ALWAYS_SHOWS_OPTIONS else {"_ansible_inject_invocation": True}
TOKEN = "unit-test-token"


def shown(error: DatascanError) -> dict[str, t.Any]:
    """An error as a task shows it."""
    return render_error(error)


@dataclass
class Expected:
    """The next request and its response. An exception in place of a body is raised."""

    method: str
    path: str  # as it goes over the wire, without the query
    status: int = 200
    answer: t.Any = None  # text, bytes or a file as they are, an exception to raise, anything else as JSON
    query: Sequence[tuple[str, str]] | None = None  # None: any query
    body: t.Any = None  # the JSON that has to be sent
    headers: dict[str, str] = field(default_factory=dict)  # of the answer
    sent_headers: dict[str, str] = field(default_factory=dict)  # that have to be sent
    takes: float = 0.0  # seconds on the fake clock


class Script(requests.adapters.BaseAdapter):
    """A transport that answers the expected requests, in order, and fails on any other."""

    def __init__(self, expected: list[Expected], clock: FakeClock) -> None:
        super().__init__()
        self.left = list(expected)
        self.clock = clock
        self.sent: list[t.Any] = []  # the requests, as requests prepared them
        self.given: dict[str, t.Any] = {}  # verify, cert, timeout and the like of the last request

    def send(self, request: t.Any, **kwargs: t.Any) -> requests.Response:
        assert self.left, f"nothing more was expected, but came {request.method} {request.url}"
        self.sent.append(request)
        self.given = kwargs
        expected = self.left.pop(0)
        url = urlsplit(request.url)
        assert (request.method, url.path) == (expected.method, expected.path)
        if expected.query is not None:
            assert parse_qsl(url.query, keep_blank_values=True) == list(expected.query)
        assert (json.loads(request.body) if request.body else None) == expected.body
        for name, value in expected.sent_headers.items():
            assert request.headers.get(name) == value
        self.clock.elapsed += expected.takes
        if isinstance(expected.answer, Exception):
            raise expected.answer
        return _response(request, expected)

    def close(self) -> None:
        pass


def _response(request: t.Any, expected: Expected) -> requests.Response:
    answer = expected.answer
    if isinstance(answer, str):
        answer = answer.encode()
    elif not isinstance(answer, (bytes, io.IOBase)):
        answer = json.dumps(answer).encode()
    body = answer if isinstance(answer, io.IOBase) else io.BytesIO(answer)
    return response_to(request, expected.status, expected.headers, body)


def response_to(request: t.Any, status: int, headers: t.Mapping[str, str], body: t.Any) -> requests.Response:
    """A response as from the network. The body is a file that is read piece by piece."""
    response = requests.Response()
    response.status_code, response.url, response.request = status, request.url, request
    response.headers.update(headers)
    response.raw = urllib3.HTTPResponse(body=body, headers=headers, status=status, preload_content=False)
    return response


def connected(
    expected: list[Expected],
    *,
    clock: FakeClock | None = None,
    warn: t.Callable[[str], None] = print,
    **settings: t.Any,
) -> tuple[Provider, Script]:
    """A vendor behind a script. Settings are those of a connection; provider defaults to glasswall."""
    clock = clock or FakeClock()
    given = {"provider": "glasswall", "api_url": "https://vendor.test/api/v1", "api_token": TOKEN, **settings}
    provider = connect(ConnectionOptions(**given), clock, warn, Redactor([TOKEN]))  # type: ignore[arg-type]
    script = Script(expected, clock)
    mount(provider, script)
    return provider, script


def client_of(provider: Provider) -> HttpClient:
    """The HTTP client of a provider; only tests may reach it."""
    return provider._client


def session_of(connected: Provider | HttpClient) -> Session:
    """The session in which requests are sent; only tests may reach it."""
    client = connected if isinstance(connected, HttpClient) else client_of(connected)
    return client._session


def mount(connected: Provider | HttpClient, network: requests.adapters.BaseAdapter) -> None:
    """Replace the network."""
    session_of(connected).mount("https://", network)


@contextmanager
def scripted_context(
    *expected: Expected,
    check_mode: bool = False,
    clock: FakeClock | None = None,
    reported: list[str] | None = None,
    warned: list[str] | None = None,
    **settings: t.Any,
) -> Iterator[OperationContext]:
    """A context whose vendor expects these requests, in this order and no others.

    Lines of progress are added to `reported`, warnings to `warned`.
    """
    clock = clock or FakeClock()
    reported = [] if reported is None else reported
    warned = [] if warned is None else warned
    provider, script = connected(list(expected), clock=clock, warn=warned.append, **settings)
    context = OperationContext(provider, clock, check_mode, reported.append, warned.append)  # type: ignore[arg-type]
    yield context
    assert not script.left, f"never asked for: {[(one.method, one.path) for one in script.left]}"


def connection_reset() -> Exception:
    """The error that requests raises if the connection ends after the request was sent."""
    cause = ConnectionResetError(104, "Connection reset by peer")
    return requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.", cause))
