# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of a connection are named by what causes them: the port, the proxy and its variable, the certificate."""

from __future__ import annotations

import ssl
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.clock import Clock
from ansible_collections.datascan.gate.plugins.module_utils._core.compat import requests as libraries
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    InvalidInputError,
    InvalidResponseError,
    RejectedError,
    UnavailableError,
    UnknownOutcomeError,
    UntrustedCertificateError,
)
from http_connections import answer, ask, send, sends, server, session
from tls_certificates import create_certificate

CLOSED = 1  # a port on which nothing listens
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
PASSWORD = "pr0xy-pass"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, no authorities of this machine, and no real pause."""
    for name in (*PROXIES, "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(Clock, "sleep", lambda clock, seconds: None)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    return create_certificate(path, "server.test"), str(path)


@pytest.fixture
def tls_port(certificate: tuple[ssl.SSLContext, str]) -> Iterator[int]:
    with server(sends(answer()), certificate[0]) as port:
        yield port


def failure(port: int, scheme: str = "http", *, write: bool = False, **options: t.Any) -> DatascanError:
    """The error of one exchange, which is not repeated unless it is transient."""
    client = session(port, scheme, **{"retries": 2, **options})
    with pytest.raises(DatascanError) as caught:
        (send if write else ask)(client)
    assert client.requests_sent == (3 if caught.value.is_transient else 1)
    assert PASSWORD not in caught.value.message
    return caught.value


# The scheme and the port


def test_http_on_a_port_for_https_names_the_scheme(tls_port: int) -> None:
    """This server closes the connection. Other servers answer with a TLS alert or with text."""
    error = failure(tls_port)
    assert "the scheme and the port of api_url" in error.message


def test_an_alert_of_tls_is_recognized() -> None:
    with server(sends(b"\x15\x03\x01\x00\x02\x02\x46"), end=b"{}") as port:
        assert isinstance(failure(port, write=True), InvalidInputError)


@pytest.mark.parametrize(
    "page",
    [
        b"<title>400 The plain HTTP request was sent to HTTPS port</title>",
        b"Client sent an HTTP request to an HTTPS server.",
        b"Reason: You're speaking plain HTTP to an SSL-enabled server port.",
    ],
)
def test_a_servers_own_message_about_https_counts(page: bytes) -> None:
    with server(sends(answer(page, status=b"400 Bad Request"))) as port:
        error = failure(port)
    assert isinstance(error, RejectedError)
    assert "expects https" in error.message


def test_a_server_that_has_answered_in_http_has_the_right_scheme() -> None:
    def talk(connection: t.Any, number: int) -> None:
        connection.sendall(answer() if number == 1 else b"")

    with server(talk) as port:
        client = session(port)
        client.read("GET", ("x",), lambda data: data)
        with pytest.raises(UnknownOutcomeError) as caught:
            send(client)
    assert "scheme" not in caught.value.message


def test_https_on_a_port_for_http_names_api_url() -> None:
    with server(sends(b"HTTP/1.1 400 Bad Request\r\n\r\n"), end=b"") as port:
        error = failure(port, "https")
    assert "api_url" in error.message
    assert "ca_path" not in error.message


def test_a_port_that_speaks_something_else_is_named() -> None:
    with server(sends(b"220 mail.test ESMTP\r\n")) as port:
        error = failure(port)
    assert isinstance(error, UnavailableError)
    assert "not HTTP" in error.message


# Certificates


def test_a_certificate_names_what_to_change(certificate: tuple[ssl.SSLContext, str], tmp_path: Path) -> None:
    create_certificate(tmp_path / "other.pem", "other.test")
    expired = create_certificate(tmp_path / "expired.pem", "expired.test", is_expired=True)
    with server(sends(answer()), certificate[0]) as port:
        assert "set ca_path" in failure(port, "https").message
        assert "the file in ca_path" in failure(port, "https", ca_path=str(tmp_path / "other.pem")).message
        error = failure(port, "https", ca_path=certificate[1], api_url=f"https://localhost:{port}/api")
        assert "api_url" in error.message
        assert "ca_path" not in error.message
    with server(sends(answer()), expired) as port:
        error = failure(port, "https", ca_path=str(tmp_path / "expired.pem"))
    assert "expired" in error.message
    assert "ca_path" not in error.message


def test_a_server_that_wants_another_client_certificate(
    certificate: tuple[ssl.SSLContext, str], tmp_path: Path
) -> None:
    wants = create_certificate(tmp_path / "server.pem", "server.test")
    wants.verify_mode = ssl.CERT_REQUIRED
    wants.maximum_version = ssl.TLSVersion.TLSv1_2  # refuses before the request is sent
    wants.load_verify_locations(tmp_path / "server.pem")
    with server(sends(answer()), wants) as port:
        for options in ({}, {"client_cert": certificate[1]}):
            error = failure(port, "https", ca_path=str(tmp_path / "server.pem"), write=True, **options)
            assert isinstance(error, UntrustedCertificateError)
            assert "client_cert" in error.message


# Proxies


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY", "http_proxy"])
@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "://proxy",
        "proxy:99999",
        f"http://user:{PASSWORD}@proxy:port",
        f"http://user:{PASSWORD}#1@proxy:3128",
        "ftp://proxy:3128",
        "http://[::1",
        "http://a b:3128",
        f"http://{'a' * 64}:3128",
    ],
)
def test_a_malformed_proxy_is_named_by_its_variable(
    variable: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, address)
    error = failure(CLOSED, write=True)
    assert isinstance(error, InvalidInputError)
    assert error.message.startswith(f"{variable} must")


@pytest.mark.parametrize("scheme", ["socks4", "socks5", "socks5h"])
def test_a_socks_proxy_without_its_library(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(libraries.sys.modules, "urllib3.contrib.socks", raising=False)
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://user:{PASSWORD}@127.0.0.1:1080")
    error = failure(CLOSED, write=True)
    assert isinstance(error, InvalidInputError)
    assert "ALL_PROXY" in error.message
    assert "PySocks" in error.message


@pytest.mark.parametrize(("scheme", "variable"), [("http", "HTTP_PROXY"), ("https", "HTTPS_PROXY")])
def test_a_proxy_that_is_down_is_named(scheme: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, f"http://user:{PASSWORD}@127.0.0.1:{CLOSED}")
    for write in (False, True):
        error = failure(5, scheme, write=write)
        assert isinstance(error, UnavailableError)
        assert f"the proxy 127.0.0.1:{CLOSED} ({variable})" in error.message


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (answer(status=b"407 Proxy Authentication Required"), RejectedError, "a user and a password"),
        (answer(b"<html>no</html>", status=b"403 Forbidden"), RejectedError, "HTTP 403"),
        (answer(status=b"502 Bad Gateway"), UnavailableError, "HTTP 502"),
        (b"220 mail.test ESMTP\r\n", InvalidInputError, "HTTP proxy"),
    ],
    ids=["407", "403", "502", "mail"],
)
def test_a_proxy_that_makes_no_tunnel(
    reply: bytes, kind: type[DatascanError], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server(sends(reply)) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:{PASSWORD}@127.0.0.1:{port}")
        error = failure(5, "https", write=True)
    assert error.__class__ is kind
    assert "HTTPS_PROXY" in error.message
    assert words in error.message


def test_a_proxy_for_http_that_wants_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(sends(answer(status=b"407 Proxy Authentication Required"))) as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        error = failure(5, write=True)
    assert isinstance(error, RejectedError)
    assert "HTTP_PROXY" in error.message


def test_a_proxy_that_speaks_tls_and_one_whose_certificate_is_not_trusted(
    tls_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{tls_port}")
    error = failure(5, "https")
    assert isinstance(error, UntrustedCertificateError)
    assert "HTTPS_PROXY" in error.message
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{tls_port}")
    assert "HTTPS_PROXY" in failure(5, "https").message


# Login pages


def test_a_login_page_is_recognized() -> None:
    with server(sends(answer(b"<html>Sign in</html>"))) as port:
        error = failure(port)
    assert isinstance(error, InvalidResponseError)
    assert "login page" in error.message
    with server(sends(answer(b"", b"Location: /login", status=b"302 Found"))) as port:
        assert "login page" in failure(port).message
