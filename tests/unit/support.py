# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the unit tests share: a clock that nobody waits for, and a vendor that answers by a script."""

from __future__ import annotations

import io
import json
import typing as t
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, urlsplit

import requests
import urllib3
from ansible.release import __version__
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
from ansible_collections.datascan.gate.plugins.module_utils._core.http.client import HttpClient
from ansible_collections.datascan.gate.plugins.module_utils._core.http.session import Session
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import connect
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_error

ANSIBLE = tuple(int(part) for part in __version__.split(".")[:2])
# What makes a module show the options it was given, which before ansible-core 2.21 it always does.
SHOW_OPTIONS = {"_ansible_inject_invocation": True} if ANSIBLE >= (2, 21) else {}
TOKEN = "unit-test-token"
SAS = (
    "BlobEndpoint=https://acct.blob.core.windows.net/;SharedAccessSignature=sv=2022-11-02&ss=b&srt=sco&sp=rwlc"
    "&st=2022-01-01T00:00:00Z&se=2099-01-01T00:00:00Z&spr=https&sig=ZmFrZQ%3D%3D"
)


def shown(error: DatascanError) -> dict[str, t.Any]:
    """What a task shows of an error."""
    return render_error(error)


class FakeClock:
    """Starts at a fixed time; sleeping moves it on, and is written down."""

    def __init__(self) -> None:
        self.start = datetime(2026, 1, 1, tzinfo=timezone.utc)
        self.elapsed = 0.0
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        return self.elapsed

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.elapsed)

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.sleeps.append(seconds)
        self.elapsed += seconds

    def random(self) -> float:
        return 0.0


@dataclass
class Expected:
    """A request that has to come next, and its answer. An exception in place of a body is raised instead."""

    method: str
    path: str  # as it goes over the wire, without the query
    status: int = 200
    answer: t.Any = None  # text, bytes or a file as they are, an exception to raise, anything else as JSON
    query: Sequence[tuple[str, str]] | None = None  # None: not looked at
    body: t.Any = None  # the JSON that has to be sent
    headers: dict[str, str] = field(default_factory=dict)  # of the answer
    sent_headers: dict[str, str] = field(default_factory=dict)  # that have to be sent
    takes: float = 0.0  # seconds on the fake clock


class Script(requests.adapters.BaseAdapter):
    """Stands where the network is: answers what is expected, in order, and fails on anything else."""

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
    """What the network would have brought; the body is a file, to be read piece by piece."""
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
    """Put something in place of the network."""
    session_of(connected).mount("https://", network)


@contextmanager
def job(
    *expected: Expected,
    check_mode: bool = False,
    clock: FakeClock | None = None,
    said: list[str] | None = None,
    warned: list[str] | None = None,
    **settings: t.Any,
) -> Iterator[OperationContext]:
    """A job whose vendor expects these requests in this order; at the end none may be left over.

    Lines of progress are added to `said`, warnings to `warned`.
    """
    clock = clock or FakeClock()
    said = [] if said is None else said
    warned = [] if warned is None else warned
    provider, script = connected(list(expected), clock=clock, warn=warned.append, **settings)
    the_job = OperationContext(provider, clock, check_mode, said.append, warned.append)  # type: ignore[arg-type]
    yield the_job
    assert not script.left, f"never asked for: {[(one.method, one.path) for one in script.left]}"


# Glasswall, the vendor of the tests of everything that is the same for all of them.

SCAN_ID = "83d71394-faa2-4b6c-b13b-6d3118de459e"
CHILD_ID = "f18eda36-7eb5-477a-a1b1-51c71ab2ba81"
SCAN_PATH = f"/api/v1/scans/{SCAN_ID}"
ACTIVE_ONLY = (("scanStatus", "Listing"), ("scanStatus", "Processing"), ("pageSize", "100"), ("page", "1"))
TARGET = {
    "source_connection_string": SAS,
    "source_container_path": "uploads",
    "destination_connection_string": SAS,
    "target_container_path": "clean",
    "quarantine_container_path": "quarantine",
    "auto_rescan": False,
}


def item(status: str = "Processing", scan_id: str = SCAN_ID, **fields: t.Any) -> dict[str, t.Any]:
    """A scan of TARGET as Glasswall sends it."""
    return {
        "scanOwner": "ci",
        "scanId": scan_id,
        "scanStatus": status,
        "scanStartTime": "2026-01-01T00:00:00Z",
        "scanEndTime": None,
        "sourceStorage": "acct.blob.core.windows.net",
        "sourceContainerPath": "uploads",
        "targetStorage": "acct.blob.core.windows.net",
        "targetContainerPath": "clean",
        "quarantineContainerPath": "quarantine",
        "autoRescan": False,
        "childScans": None,
        **fields,
    }


def page(*items: dict[str, t.Any], **fields: t.Any) -> dict[str, t.Any]:
    """A list of scans that fits on one page."""
    return {"total": len(items), "scans": list(items), **fields}


def looked(status: str, scan_id: str = SCAN_ID, **fields: t.Any) -> Expected:
    """A look at one scan, and what it shows."""
    return Expected("GET", f"/api/v1/scans/{scan_id}", answer=item(status, scan_id, **fields))


def listed(
    *items: dict[str, t.Any], query: Sequence[tuple[str, str]] | None = ACTIVE_ONLY, **fields: t.Any
) -> Expected:
    """A look at the list of own scans; unless told otherwise, only of those that run."""
    return Expected("GET", "/api/v1/scans", answer=page(*items), query=query, **fields)


def started(answer: t.Any, status: int = 200, **fields: t.Any) -> Expected:
    """A start of TARGET."""
    body = {
        "sourceConnectionString": SAS,
        "sourceContainerPath": "uploads",
        "destinationConnectionString": SAS,
        "targetContainerPath": "clean",
        "quarantineContainerPath": "quarantine",
        "autoRescan": False,
    }
    return Expected("POST", "/api/v1/scans", status, answer, body=body, **fields)


def running(status: str = "Processing", scan_id: str = SCAN_ID, **fields: t.Any) -> dict[str, t.Any]:
    """A scan of TARGET that has been running for an hour, so that nobody has to look whether it was the first."""
    return item(status, scan_id, **{"scanStartTime": "2025-12-31T23:00:00Z", **fields})


# One that was just started. Its time is no whole second, so one look tells whether it was the first.
FINE = item("Listing", scanStartTime="2026-01-01T00:00:00.5Z")
# Of that look: a minute before the start was sent, for clocks differ.
LATELY = [("startDate", "2025-12-31T23:59:00Z"), ("pageSize", "100"), ("page", "1")]


def begun(scan_id: str = SCAN_ID) -> list[Expected]:
    """A start of TARGET, and the look that finds no other."""
    new = {**FINE, "scanId": scan_id}
    return [started(new), listed(new, query=LATELY)]


def reset() -> Exception:
    """What requests raises where the connection was cut after the request had left."""
    cause = ConnectionResetError(104, "Connection reset by peer")
    return requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.", cause))
