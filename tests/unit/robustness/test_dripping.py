# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No exchange takes longer than its limit, wherever a server, TLS or a proxy drips; on real connections."""

from __future__ import annotations

import socket
import time
import typing as t
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.clock import Clock
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    UnavailableError,
    UnknownOutcomeError,
    WaitTimeoutError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.http import sockets
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.wait import WaitRequest, wait_for_scans
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import connect
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from dripping_server import (
    ANSWERS,
    CHUNKED,
    WHOLE,
    DrippingStream,
    Scene,
    Stream,
    TLSStream,
    accept_socks,
    accept_tunnel,
    all_at_once,
    answer,
    dripping_server,
    read_head,
)
from scripted_vendor import client_of, session_of
from tls_certificates import create_certificate

LIMIT = 4.0  # seconds; long enough for many handshakes at the same time on a busy machine
SHORT = 0.5  # seconds, for one exchange of which nothing has to succeed
ENOUGH = 3.0  # seconds, for one exchange of which something has to succeed
SLACK = 30.0  # seconds, for a busy machine; without the limit each case takes 50 seconds or more
# requests does not verify a proxy with TLS for an address without TLS.
pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
SCAN_ID = "00000000-0000-4000-8000-000000000001"


@dataclass(frozen=True)
class Case:
    """A scene, how it is reached, and whether the request leaves before the limit."""

    scene: Scene
    scheme: str = "http"
    proxy: str | None = None  # its scheme: the scene is then played by the proxy
    is_sent: bool = True
    body: t.Any = None
    requests_before: int = 0  # on the same connection


@dataclass(frozen=True)
class Outcome:
    """What came of a case."""

    seconds: float
    error: DatascanError | None


def cases(context: t.Any) -> dict[str, Case]:
    """Every place, and every way to it."""

    def tls(stream: Stream) -> Stream:
        return TLSStream(stream, context)

    def dripping(*layers: t.Callable[[Stream], Stream]) -> Scene:
        """Play the layers, the last one in drips."""

        def play(connection: DrippingStream) -> None:
            stream: Stream = connection
            for number, layer in enumerate(layers, 1):
                connection.drips = number == len(layers)
                stream = layer(stream)

        return play

    def after_keep_alive(connection: DrippingStream) -> None:
        read_head(connection)
        connection.sendall(WHOLE)
        answer("header")(connection)

    found = {name: Case(answer(name)) for name in ANSWERS}
    for name in ("status line", "header", "chunk extension", "trailer", "body with a length"):
        found[f"{name}, TLS"] = Case(answer(name, layers=[tls]), "https")
        found[f"{name}, proxy"] = Case(answer(name), proxy="http")
        found[f"{name}, CONNECT"] = Case(answer(name, layers=[accept_tunnel, tls]), "https", proxy="http")
        found[f"{name}, TLS proxy"] = Case(answer(name, layers=[tls]), proxy="https")
        found[f"{name}, CONNECT, TLS proxy"] = Case(
            answer(name, layers=[tls, accept_tunnel, tls]), "https", proxy="https"
        )
    found |= {
        "TLS handshake": Case(dripping(tls), "https", is_sent=False),
        "no TLS handshake": Case(lambda connection: None, "https", is_sent=False),
        "answer to CONNECT": Case(dripping(accept_tunnel), "https", "http", is_sent=False),
        "no answer to CONNECT": Case(lambda connection: None, "https", "http", is_sent=False),
        "TLS handshake after CONNECT": Case(dripping(accept_tunnel, tls), "https", "http", is_sent=False),
        "TLS handshake of a proxy": Case(dripping(tls), "https", "https", is_sent=False),
        "answer to CONNECT, TLS proxy": Case(dripping(tls, accept_tunnel), "https", "https", is_sent=False),
        "TLS handshake in TLS": Case(dripping(tls, accept_tunnel, tls), "https", "https", is_sent=False),
        "keep-alive": Case(after_keep_alive, requests_before=1),
        "flood of 100 Continue": Case(all_at_once(b"HTTP/1.1 100 Continue\r\n\r\n")),
        "a request that is not read": Case(lambda connection: None, body="x" * 30_000_000),
        "whole answer, then a slow end": Case(answer("end of a chunk")),
    }
    return found


NAMES = list(cases(None))


def connected(url: str, **options: t.Any) -> Provider:
    given = {"provider": "glasswall", "api_url": url, "api_token": "unit-test-token", "timeout": SHORT, "retries": 0}
    return connect(ConnectionOptions(**{**given, **options}), Clock(), print, Redactor())


def run(case: Case, *, write: bool, ca_path: str | None = None, limit: float = LIMIT) -> Outcome:
    with dripping_server(case.scene) as server:
        address = f"127.0.0.1:{server.port}"
        target = "127.0.0.1:9" if case.proxy else address
        provider = connected(f"{case.scheme}://{target}/api", ca_path=ca_path, timeout=limit)
        if case.proxy:
            session_of(provider).proxies = {"http": f"{case.proxy}://{address}", "https": f"{case.proxy}://{address}"}
        client = client_of(provider)
        for _request in range(case.requests_before):
            client.read("GET", ("scans",), lambda data: data)
        began = time.monotonic()
        error = None
        try:
            (client.write if write else client.read)("POST", ("scans",), lambda data: data, body=case.body)
        except DatascanError as raised:
            error = raised
        seconds = time.monotonic() - began
        provider.close()
    return Outcome(seconds, error)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, bool], Outcome]]:
    """All cases at the same time, as a read and as a write: each of them waits."""
    path = tmp_path_factory.mktemp("dripping") / "certificate.pem"
    context = create_certificate(path, "vendor.test")
    jobs = [(name, case, write) for name, case in cases(context).items() for write in (False, True)]
    with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
        done = list(pool.map(lambda job: run(job[1], write=job[2], ca_path=str(path)), jobs))
    yield {(name, write): outcome for (name, _case, write), outcome in zip(jobs, done, strict=True)}


@pytest.mark.parametrize("name", NAMES)
def test_an_exchange_ends_with_its_limit_wherever_bytes_drip(
    name: str, outcomes: dict[tuple[str, bool], Outcome]
) -> None:
    is_sent = cases(None)[name].is_sent
    for write in (False, True):
        outcome = outcomes[name, write]
        assert LIMIT - 0.1 <= outcome.seconds <= LIMIT + SLACK
        assert isinstance(outcome.error, UnknownOutcomeError if write and is_sent else UnavailableError)
        limit = f"within {LIMIT:g} seconds"
        assert limit in outcome.error.message
        assert outcome.error.message.startswith("Cannot connect to") != is_sent


@pytest.mark.parametrize("name", ["negotiation", "header", "header, TLS"])
def test_a_socks_proxy_keeps_the_limit_as_well(name: str, tmp_path: Path) -> None:
    pytest.importorskip("socks", reason="PySocks is an optional library of requests")
    context = create_certificate(tmp_path / "certificate.pem", "vendor.test")

    def negotiate_slowly(connection: DrippingStream) -> None:
        connection.drips = True
        accept_socks(connection)

    case = {
        "negotiation": Case(negotiate_slowly, is_sent=False),
        "header": Case(answer("header", layers=[accept_socks])),
        "header, TLS": Case(
            answer("header", layers=[accept_socks, lambda stream: TLSStream(stream, context)]), "https"
        ),
    }[name]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dripping_server.PAUSE", 0.4)  # so that the short negotiation takes longer than the limit
        case = Case(case.scene, case.scheme, "socks5", case.is_sent)
        outcome = run(case, write=True, ca_path=str(tmp_path / "certificate.pem"), limit=ENOUGH)
    assert outcome.seconds <= ENOUGH + SLACK
    assert isinstance(outcome.error, UnknownOutcomeError if case.is_sent else UnavailableError)
    assert f"within {ENOUGH:g} seconds" in str(outcome.error)


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port where connections are neither made nor refused."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for one in (first, second):  # they fill the queue
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_a_connect_without_an_answer_ends_with_the_limit(deaf_port: int) -> None:
    began = time.monotonic()
    with pytest.raises(UnavailableError, match=r"Cannot connect to 127\.0\.0\.1:\d+ within 0\.5 seconds"):
        client_of(connected(f"http://127.0.0.1:{deaf_port}")).write("POST", ("scans",), lambda data: data)
    assert time.monotonic() - began <= SHORT + SLACK


def test_an_address_that_does_not_answer_leaves_time_for_the_others(
    deaf_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def whole(connection: DrippingStream) -> None:
        read_head(connection)
        connection.sendall(WHOLE)

    with dripping_server(whole) as server:
        ports = [deaf_port] * 3 + [server.port]
        addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]
        monkeypatch.setattr(sockets.socket, "getaddrinfo", lambda *args: addresses)
        client = client_of(connected("http://vendor.test", timeout=2 * ENOUGH))
        assert client.read("GET", ("scans",), lambda data: data) == {}

        monkeypatch.setattr(sockets.socket, "getaddrinfo", lambda *args: addresses[:-1] * 4)
        began = time.monotonic()
        with pytest.raises(UnavailableError, match="Cannot connect"):
            client_of(connected("http://vendor.test")).read("GET", ("scans",), lambda data: data)
        assert time.monotonic() - began <= SHORT + SLACK


def test_many_exchanges_on_one_connection_have_a_limit_each() -> None:
    """The limit of the first must not end one that begins later."""
    count = 11  # of 0.3 seconds each

    def slow(connection: DrippingStream) -> None:
        for _request in range(count):
            read_head(connection)
            connection.sendall(CHUNKED + b"2\r\n{}\r\n")
            connection.drips = True
            connection.sendall(b"0\r\n")
            connection.drips = False
            connection.sendall(b"\r\n")

    with dripping_server(slow) as server:
        client = client_of(connected(f"http://127.0.0.1:{server.port}", timeout=ENOUGH))
        began = time.monotonic()
        assert [client.read("GET", ("scans",), lambda data: data) for _request in range(count)] == [{}] * count
        assert time.monotonic() - began > ENOUGH
        assert client.requests_sent == count


def test_a_wait_for_a_vendor_that_drips_ends_with_its_limit() -> None:
    with dripping_server(answer("header")) as server:
        provider = connected(f"http://127.0.0.1:{server.port}", timeout=0.3, retries=5)
        began = time.monotonic()
        with pytest.raises(WaitTimeoutError, match=r"The last poll failed: .* within 0(\.\d)? seconds"):
            wait_for_scans(
                OperationContext(provider, Clock()),
                WaitRequest(scan_ids=[SCAN_ID], options=WaitOptions(timeout=ENOUGH, interval=0.1)),
            )
        assert time.monotonic() - began <= ENOUGH + SLACK


def test_a_limit_that_no_socket_can_hold_is_no_error() -> None:
    """A socket refuses a time-out of more than 24 days."""

    def whole(connection: DrippingStream) -> None:
        read_head(connection)
        connection.sendall(WHOLE)

    with dripping_server(whole) as server:
        client = client_of(connected(f"http://127.0.0.1:{server.port}", timeout=1e9))
        assert client.read("GET", ("scans",), lambda data: data) == {}
