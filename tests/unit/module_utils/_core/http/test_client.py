# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session with a vendor: what is sent again and what never is, time, redirects, TLS, sizes."""

from __future__ import annotations

import datetime
import gzip
import io
import ipaddress
import socket
import ssl
import threading
import time
import typing as t
import warnings
from collections.abc import Mapping
from pathlib import Path

import pytest
import requests
import urllib3
from ansible_collections.datascan.gate.plugins.module_utils._core.clock import Clock
from ansible_collections.datascan.gate.plugins.module_utils._core.compat.pydantic import BaseModel
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    ForbiddenError,
    InterruptedWaitError,
    InvalidInputError,
    InvalidResponseError,
    NotFoundError,
    NoTimeLeftError,
    RejectedError,
    UnauthorizedError,
    UnavailableError,
    UnknownOutcomeError,
    UntrustedCertificateError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.http import body as _body
from ansible_collections.datascan.gate.plugins.module_utils._core.http.authentication import (
    Authentication,
    Reader,
    TokenAuthentication,
    bearer_header,
    raw_header,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.http.client import MAX_REAUTHENTICATIONS, HttpClient
from ansible_collections.datascan.gate.plugins.module_utils._core.http.connection import Connection
from ansible_collections.datascan.gate.plugins.module_utils._core.http.session import VERSION
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fake_clock import FakeClock
from http_connections import answer, ask, parse_errors, send, sends, server, session
from scripted_vendor import TOKEN, Expected, Script, connection_reset, mount

URL = "https://vendor.test/api"
TRANSIENT = [408, 429, 500, 502, 503, 504]


class Spoken:
    """A session behind a script."""

    def __init__(
        self,
        *expected: Expected,
        clock: FakeClock | None = None,
        credential: Authentication | None = None,
        trusts_retry_after: bool = True,
        **connection: t.Any,
    ) -> None:
        self.clock = clock or FakeClock()
        self.http = HttpClient(
            Connection(**{"api_url": URL, **connection}),
            credential or TokenAuthentication(TOKEN, bearer_header),
            clock=self.clock,  # type: ignore[arg-type]
            parse_errors=parse_errors,
            trusts_retry_after=trusts_retry_after,
        )
        self.script = Script(list(expected), self.clock)
        mount(self.http, self.script)

    def read(self, **kwargs: t.Any) -> t.Any:
        try:
            return self.http.read("GET", ("x",), lambda data: data, **kwargs)
        finally:
            assert not self.script.left

    def write(self, **kwargs: t.Any) -> t.Any:
        try:
            return self.http.write("POST", ("x",), lambda data: data, **kwargs)
        finally:
            assert not self.script.left


def get(status: int = 200, answer: t.Any = None, **fields: t.Any) -> Expected:
    return Expected("GET", "/api/x", status, {"ok": True} if answer is None else answer, **fields)


def post(status: int = 200, answer: t.Any = None, **fields: t.Any) -> Expected:
    return Expected("POST", "/api/x", status, {"ok": True} if answer is None else answer, **fields)


def cut_off() -> Exception:
    """What urllib3 raises where a body ends before its time."""
    return urllib3.exceptions.ProtocolError("Connection broken", urllib3.exceptions.IncompleteRead(10, 90))


def refused() -> Exception:
    """What requests raises where nobody listens."""
    cause = urllib3.exceptions.NewConnectionError(None, "[Errno 111] Connection refused")  # type: ignore[arg-type]
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/x", cause))  # type: ignore[arg-type]


FAULTS: list[t.Any] = [
    *[(status, {}) for status in TRANSIENT],
    (200, "<html><body>502 Bad Gateway</body></html>"),
    (200, '{"ok": tr'),
    (200, ""),
    (200, connection_reset()),
    (200, cut_off()),
    (200, requests.ReadTimeout("read timed out")),
]


# Reads


@pytest.mark.parametrize(("status", "answer"), [*FAULTS, (425, {}), (200, requests.ConnectTimeout()), (200, refused())])
def test_a_read_is_retried_after_a_transient_error(status: int, answer: t.Any) -> None:
    spoken = Spoken(get(status, answer), get())
    assert spoken.read() == {"ok": True}
    assert spoken.http.requests_sent == 2
    assert len(spoken.clock.sleeps) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, NotFoundError),
        *[(status, RejectedError) for status in (400, 405, 409, 412, 418, 422, 501)],
    ],
)
def test_a_read_does_not_repeat_what_stays_wrong(status: int, kind: type[DatascanError]) -> None:
    with pytest.raises(DatascanError) as caught:
        Spoken(get(status, {"wrong": "because"})).read()
    assert "because" in caught.value.message
    assert caught.value.facts() == {
        "kind": kind.kind,
        "http_status": status,
        "method": "GET",
        "url": f"{URL}/x",
        "vendor_errors": [{"code": 7, "message": "because"}],
    }


def test_an_error_under_200_is_an_error() -> None:
    with pytest.raises(RejectedError, match="answered HTTP 200 with an error: because"):
        Spoken(get(200, {"wrong": "because"})).read()


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_reads_end_after_the_tries_that_are_allowed(retries: int) -> None:
    spoken = Spoken(*[get(503, {})] * (retries + 1), retries=retries)
    with pytest.raises(UnavailableError, match="HTTP 503"):
        spoken.read()
    assert spoken.http.requests_sent == retries + 1


@pytest.mark.parametrize("status", [*TRANSIENT, 425])
def test_a_wait_survives_an_error_that_outlasts_the_retries(status: int) -> None:
    with pytest.raises(DatascanError) as caught:
        Spoken(get(status, {}), retries=0).read()
    assert caught.value.is_transient


def test_the_last_of_several_errors_is_raised() -> None:
    with pytest.raises(UnavailableError, match="HTTP 502"):
        Spoken(get(503, {}), get(200, connection_reset()), get(502, {}), retries=2).read()


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ("  <html>", "an HTML page"),
        ('{"a"', "incomplete or invalid JSON"),
        ("", "an empty body"),
        (" \n", "an empty body"),
        ("[" * 100_000, "incomplete or invalid JSON"),
    ],
)
def test_what_stands_where_json_belongs_is_named(answer: str, what: str) -> None:
    with pytest.raises(InvalidResponseError, match=f"HTTP 200 with {what}"):
        Spoken(get(200, answer), retries=0).read()


def test_the_body_is_read_whatever_its_content_type() -> None:
    assert Spoken(get(headers={"Content-Type": "text/html; charset=utf-16"})).read() == {"ok": True}


def test_a_compressed_body_is_read() -> None:
    answer = gzip.compress(b'{"long": "' + b"x" * 200_000 + b'"}')
    data = Spoken(get(200, answer, headers={"Content-Encoding": "gzip"})).read()
    assert len(data["long"]) == 200_000


# Pauses


@pytest.mark.parametrize(("random", "share"), [(0.0, 0.5), (0.5, 0.75), (0.999, 0.9995)])
def test_the_backoff_grows_up_to_a_cap_and_jitters(random: float, share: float) -> None:
    clock = FakeClock()
    clock.random = lambda: random  # type: ignore[method-assign]
    with pytest.raises(UnavailableError):
        Spoken(*[get(503, {})] * 10, clock=clock, retries=9).read()
    assert clock.sleeps == pytest.approx([share * most for most in (0.5, 1, 2, 4, 8, 16, 30, 30, 30)])


def test_the_backoff_has_a_cap_after_any_number_of_retries() -> None:
    clock = FakeClock()
    with pytest.raises(UnavailableError):
        Spoken(*[get(503, {})] * 1200, clock=clock, retries=1199).read()
    assert set(clock.sleeps[8:]) == {15.0}


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 1.0),
        ("9999", 60.0),
        ("9" * 400, 60.0),
        ("Thu, 01 Jan 2026 00:00:20 GMT", 20.0),
        ("Wed, 31 Dec 2025 23:59:00 GMT", 1.0),
        ("Fri, 01 Jan 2027 00:00:00 GMT", 60.0),
        ("Fri, 31 Dec 9999 23:59:59 -2300", 0.25),
        ("soon", 0.25),
        ("-5", 0.25),
        ("1.5", 0.25),
        ("", 0.25),
        ("\N{SUPERSCRIPT TWO}", 0.25),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after(status: int, header: str, pause: float) -> None:
    spoken = Spoken(get(status, {}, headers={"Retry-After": header}), get())
    spoken.read()
    assert spoken.clock.sleeps == [pause]


def test_retry_after_counts_for_nothing_where_the_vendors_is_known_to_lie() -> None:
    spoken = Spoken(get(429, {}, headers={"Retry-After": "15"}), get(), trusts_retry_after=False)
    spoken.read()
    assert spoken.clock.sleeps == [0.25]


def test_no_retry_sleeps_past_the_deadline() -> None:
    spoken = Spoken(get(503, {}, takes=1.0), get(503, {}, headers={"Retry-After": "20"}, takes=1.0))
    with spoken.http.deadline(21.0), pytest.raises(UnavailableError):
        spoken.read()
    assert spoken.clock.elapsed == 2.25


def test_a_retry_may_end_at_the_deadline() -> None:
    spoken = Spoken(get(503, {}, headers={"Retry-After": "20"}), get())
    with spoken.http.deadline(20.0):
        assert spoken.read() == {"ok": True}


# Writes


@pytest.mark.parametrize(("status", "answer"), [fault for fault in FAULTS if fault[0] != 429])
def test_a_write_is_sent_once_and_its_outcome_may_be_unknown(status: int, answer: t.Any) -> None:
    spoken = Spoken(post(status, answer, body={"a": 1}))
    with pytest.raises(UnknownOutcomeError, match="the request may have been carried out") as caught:
        spoken.write(body={"a": 1})
    facts = caught.value.facts()
    assert (facts["kind"], facts["method"], facts["url"]) == ("lost_answer", "POST", f"{URL}/x")
    assert not caught.value.is_transient


@pytest.mark.parametrize("status", [507, 520, 522, 524, 599])
def test_any_5xx_may_hide_a_write_that_was_carried_out(status: int) -> None:
    with pytest.raises(UnknownOutcomeError):
        Spoken(post(status, "")).write()


def test_a_write_that_answers_in_another_shape_is_lost() -> None:
    def parse(data: t.Any) -> t.Any:
        raise ValueError("no scan in it")

    spoken = Spoken(post())
    with pytest.raises(UnknownOutcomeError, match="no scan in it"):
        spoken.http.write("POST", ("x",), parse)


def test_a_write_whose_answer_is_too_large_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_body, "MAX_BODY", 1000)
    with pytest.raises(UnknownOutcomeError, match="is larger than"):
        Spoken(post(200, '"' + "x" * 2000 + '"')).write()


@pytest.mark.parametrize("fault", [requests.ConnectTimeout(), refused()], ids=["time-out", "refused"])
def test_a_write_that_never_left_is_sent_again(fault: Exception) -> None:
    spoken = Spoken(post(200, fault), post(200, fault), post())
    assert spoken.write() == {"ok": True}
    assert spoken.http.requests_sent == 3


def test_a_write_that_never_leaves_is_no_lost_answer() -> None:
    with pytest.raises(UnavailableError, match=r"Cannot connect to vendor.test: the host does not answer"):
        Spoken(*[post(200, refused())] * 3, retries=2).write()


def test_a_write_that_was_limited_is_sent_again_for_it_was_not_carried_out() -> None:
    spoken = Spoken(post(429, {}, headers={"Retry-After": "3"}), post())
    assert spoken.write() == {"ok": True}
    assert spoken.clock.sleeps == [3.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 412, 422, 425])
def test_a_refused_write_is_not_retried_and_its_outcome_is_known(status: int) -> None:
    with pytest.raises(DatascanError) as caught:
        Spoken(post(status, {})).write()
    assert not isinstance(caught.value, UnknownOutcomeError)


# 401


class Chances(Authentication):
    """A credential that has so many second chances, and shows which token is used."""

    def __init__(self, chances: int) -> None:
        self.chances = chances
        self.number = 0

    def headers(self, client: Reader) -> dict[str, str]:
        return {"Authorization": f"Bearer token-{self.number}"}

    def accepted(self, headers: Mapping[str, str]) -> None:
        assert headers == self.headers(None)  # type: ignore[arg-type]

    def refused(self, headers: Mapping[str, str]) -> bool:
        assert headers == self.headers(None)  # type: ignore[arg-type]
        self.number += 1
        return self.number <= self.chances


def with_token(number: int) -> dict[str, str]:
    return {"Authorization": f"Bearer token-{number}"}


def test_a_ready_token_has_no_second_chance() -> None:
    with pytest.raises(UnauthorizedError, match=r"\(the token is missing, wrong or expired\)\. Check api_token\.$"):
        Spoken(get(401, "")).read()


@pytest.mark.parametrize("method", ["read", "write"])
def test_a_token_that_was_renewed_is_used_at_once(method: str) -> None:
    expected = get if method == "read" else post
    spoken = Spoken(
        expected(401, "", sent_headers=with_token(0)), expected(sent_headers=with_token(1)), credential=Chances(1)
    )
    assert getattr(spoken, method)() == {"ok": True}
    assert spoken.clock.sleeps == []


def test_second_chances_end() -> None:
    tries = 1 + MAX_REAUTHENTICATIONS
    spoken = Spoken(*[get(401, "", sent_headers=with_token(n)) for n in range(tries)], credential=Chances(99))
    with pytest.raises(UnauthorizedError):
        spoken.read()


def test_second_chances_come_on_top_of_retries() -> None:
    answers = [get(503, {}), get(401, ""), get(503, {}), get()]
    assert Spoken(*answers, credential=Chances(1), retries=2).read() == {"ok": True}


# What is sent


def test_headers() -> None:
    spoken = Spoken(get(sent_headers={"Accept": "application/json", "Authorization": f"Bearer {TOKEN}"}))
    spoken.read()
    assert spoken.script.sent[0].headers["User-Agent"] == f"datascan.gate/{VERSION}"


def test_a_netrc_file_does_not_replace_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine vendor.test login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    Spoken(get(sent_headers={"Authorization": f"Bearer {TOKEN}"})).read()


@pytest.mark.parametrize(
    ("segment", "path"),
    [
        ("a/b", "/api/a%2Fb"),
        ("../x", "/api/..%2Fx"),
        ("a?b=c#d", "/api/a%3Fb%3Dc%23d"),
        ("50%", "/api/50%25"),
        ("%2e%2e", "/api/%252e%252e"),
        ("a\r\nHost: b", "/api/a%0D%0AHost%3A%20b"),
        ("\N{PILE OF POO}", "/api/%F0%9F%92%A9"),
        ("a;b&c", "/api/a%3Bb%26c"),
    ],
)
def test_ids_are_quoted_into_paths(segment: str, path: str) -> None:
    spoken = Spoken(Expected("GET", path, answer={}))
    assert spoken.http.read("GET", (segment,), lambda data: data) == {}


def test_an_optional_read_is_sent_once() -> None:
    for fault in (get(status=503), get(answer="<html>"), get(answer=connection_reset())):
        spoken = Spoken(fault, retries=5)
        with pytest.raises(DatascanError):
            spoken.http.read("GET", ("x",), lambda data: data, is_optional=True)
        assert not spoken.clock.sleeps


def test_an_optional_read_ends_at_the_deadline_and_any_other_a_second_later() -> None:
    spoken = Spoken(get(), get(), timeout=10)
    with spoken.http.deadline(5):
        spoken.clock.elapsed += 4
        for is_optional, limit in ((True, 1.0), (False, 2.0)):
            spoken.http.read("GET", ("x",), lambda data: data, is_optional=is_optional)
            assert spoken.script.given["timeout"] == limit
        spoken.clock.elapsed += 1
        with pytest.raises(UnavailableError, match="no time is left"):
            spoken.http.read("GET", ("x",), lambda data: data, is_optional=True)


class StallingClock(FakeClock):
    """Its sleeps take ten seconds longer, as those of a machine that was suspended."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.elapsed += 10


def test_a_request_for_which_no_time_is_left_does_not_hide_the_failure_before() -> None:
    spoken = Spoken(get(status=503), clock=StallingClock())
    with spoken.http.deadline(5), pytest.raises(UnavailableError) as failed:
        spoken.http.read("GET", ("x",), lambda data: data)
    assert (failed.value.http_status, type(failed.value)) == (503, UnavailableError)
    with spoken.http.deadline(0):
        spoken.clock.elapsed += 2
        with pytest.raises(NoTimeLeftError):
            spoken.http.read("GET", ("x",), lambda data: data)


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_what_would_walk_to_another_path_is_never_sent(segment: str) -> None:
    """No quoting helps here: every client and server takes the dots away."""
    with pytest.raises(InvalidInputError):
        Spoken().http.read("GET", ("scans", segment, "status"), lambda data: data)


def test_parameters_may_repeat_and_are_quoted() -> None:
    params = [("a", "1"), ("a", "2&b=3"), ("c", "x y+z")]
    assert Spoken(get(query=params)).read(params=params) == {"ok": True}


def test_a_body_goes_as_json() -> None:
    spoken = Spoken(post(body=["a"]))
    spoken.write(body=["a"])
    assert spoken.script.sent[0].headers["Content-Type"] == "application/json"


def test_without_a_body_none_is_sent() -> None:
    spoken = Spoken(post())
    spoken.write()
    assert spoken.script.sent[0].body is None


@pytest.mark.parametrize(
    ("given", "verify"),
    [
        ({"validate_certs": False}, False),
        ({"ca_path": "/ca.pem"}, "/ca.pem"),
        ({"ca_path": "/ca.pem", "validate_certs": False}, False),
    ],
)
def test_the_environment_does_not_overrule_what_is_trusted(
    given: dict[str, t.Any], verify: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/elsewhere.pem")
    monkeypatch.setenv("CURL_CA_BUNDLE", "/elsewhere.pem")
    spoken = Spoken(get(), **given)
    spoken.read()
    assert spoken.script.given["verify"] == verify


@pytest.mark.parametrize(
    ("given", "cert"),
    [
        ({}, None),
        ({"client_cert": "/c.pem"}, "/c.pem"),
        ({"client_cert": "/c.pem", "client_key": "/k.pem"}, ("/c.pem", "/k.pem")),
    ],
)
def test_client_certificates_and_the_time_out_go_with_each_request(given: dict[str, str], cert: t.Any) -> None:
    spoken = Spoken(get(), timeout=12.5, **given)
    spoken.read()
    assert (spoken.script.given["cert"], spoken.script.given["timeout"]) == (cert, 12.5)


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("https://evil.test/login", "redirected to evil.test"),
        ("https://ann:pa55word@evil.test/x", "redirected to evil.test"),
        ("/elsewhere", "redirected to another path"),
        ("http://vendor.test/api/x", "redirected to vendor.test"),
        ("https://vendor.test:port/x", "redirected to vendor.test"),
        ("https://[::1/x", "redirected to another path"),
        ("", "redirected to another path"),
    ],
)
def test_no_redirect_is_followed(status: int, location: str, message: str) -> None:
    with pytest.raises(RejectedError, match=f"{message}.*Set api_url to the final address"):
        Spoken(get(status, "", headers={"Location": location})).read()
    with pytest.raises(RejectedError, match=message):
        Spoken(post(status, "", headers={"Location": location})).write()


# Bodies


def test_an_endless_body_ends_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            type(self).given += size
            return b" " * size

        read1 = read

    monkeypatch.setattr(_body, "MAX_BODY", 2 * 2**20)
    with pytest.raises(InvalidResponseError, match="is larger than 2 MiB"):
        Spoken(get(200, Endless())).read()
    assert Endless.given < 3 * 2**20


def test_the_limit_of_an_answer() -> None:
    assert _body.MAX_BODY == 256 * 2**20


def test_a_compressed_body_is_measured_as_it_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_body, "MAX_BODY", 2**20)
    bomb = gzip.compress(b" " * 20 * 2**20)
    with pytest.raises(InvalidResponseError, match="is larger than"):
        Spoken(get(200, bomb, headers={"Content-Encoding": "gzip"})).read()


def test_a_dripping_body_ends_with_the_time_of_one_request() -> None:
    clock = FakeClock()

    class Dripping(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            clock.elapsed += 1
            return b" "

        read1 = read

    with pytest.raises(UnavailableError, match="did not answer within 30 seconds"):
        Spoken(get(200, Dripping()), clock=clock, retries=0).read()
    assert clock.elapsed == pytest.approx(30, abs=2)


class Shape(BaseModel):
    count: int


def test_a_wrong_shape_is_reported_without_its_values() -> None:
    spoken = Spoken(get(200, {"count": "sampled-value"}), retries=0)
    with pytest.raises(InvalidResponseError, match=r"not as documented .count: ") as caught:
        spoken.http.read("GET", ("x",), Shape.model_validate)
    assert "sampled-value" not in str(caught.value.message)
    assert caught.value.is_transient


def test_a_wrong_shape_is_read_again() -> None:
    spoken = Spoken(get(200, {}), get(200, {"count": 1}))
    assert spoken.http.read("GET", ("x",), Shape.model_validate).count == 1


# The vendor's clock


@pytest.mark.parametrize(
    ("date", "ahead"),
    [("Thu, 01 Jan 2026 00:05:00 GMT", 300), (None, 0), ("nonsense", 0), ("Fri, 31 Dec 9999 23:59:59 -2300", 0)],
)
def test_the_vendors_clock_is_the_one_of_its_last_answer(date: str | None, ahead: int) -> None:
    spoken = Spoken(get(headers={"Date": date} if date else {}))
    spoken.read()
    assert (spoken.http.server_now() - spoken.clock.now()).total_seconds() == ahead


# api_url and api_token


@pytest.mark.parametrize(
    "api_url",
    [
        "",
        "vendor.test/api",
        "ftp://vendor.test",
        "https://",
        "https:///api",
        "file:///etc",
        "https://vendor.test:port/",
        "https://[::1/api",
        "javascript:x",
    ],
)
def test_an_invalid_api_url_is_refused(api_url: str) -> None:
    with pytest.raises(InvalidInputError, match="api_url must be the API's base address with its version path"):
        Spoken(api_url=api_url)


@pytest.mark.parametrize(
    "api_url",
    [
        "https://me:s3cret@vendor.test/api",
        "https://me@vendor.test",
        "https://@vendor.test",
        "https://vendor.test/?a=b",
        "https://vendor.test/#top",
        "https://vendor.test/api?",
        "https://vendor.test/api#",
    ],
)
def test_an_api_url_that_holds_more_than_an_address(api_url: str) -> None:
    with pytest.raises(InvalidInputError, match="must not contain a user, a query or a fragment") as caught:
        Spoken(api_url=api_url)
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize("api_url", [URL, f"{URL}/", f"{URL}//", f" {URL}\n"])
def test_an_api_url_may_end_in_a_slash_or_a_line_end(api_url: str) -> None:
    assert Spoken(get(), api_url=api_url).read() == {"ok": True}


def test_the_forms_of_a_token() -> None:
    assert bearer_header("T") == {"Authorization": "Bearer T"}
    assert raw_header("T") == {"Authorization": "T"}


@pytest.mark.parametrize("token", [None, ""])
def test_a_token_is_needed(token: str | None) -> None:
    with pytest.raises(InvalidInputError, match=r"api_token is missing: set it, or .* DATASCAN_API_TOKEN"):
        TokenAuthentication(token, bearer_header)


@pytest.mark.parametrize("token", ["line\nend", "tab\there", "pässword", "nul\0"])
def test_a_token_that_no_header_can_carry_is_not_quoted(token: str) -> None:
    with pytest.raises(InvalidInputError, match="api_token contains a character") as caught:
        TokenAuthentication(token, bearer_header)
    assert token not in caught.value.message


# Real connections


CUT_OFF = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"
CUT_CHUNK = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a"'
CUT_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"
NO_HTTP = b"SSH-2.0-OpenSSH\r\n"
NOT_GZIP = answer(b"{}", b"Content-Encoding: gzip")


@pytest.mark.parametrize("broken", [b"", CUT_OFF, CUT_CHUNK, CUT_CHUNKS, NO_HTTP, NOT_GZIP])
def test_an_answer_that_breaks_off_is_read_again_and_a_write_is_lost(
    broken: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Clock, "sleep", lambda clock, seconds: None)
    with server(sends(broken, answer())) as port:
        assert ask(session(port, retries=1)) == {}
    with server(sends(broken)) as port:
        with pytest.raises(UnavailableError, match="is not HTTP" if broken == NO_HTTP else "closed before the answer"):
            ask(session(port))
        with pytest.raises(UnknownOutcomeError):
            send(session(port))


def test_chunks_and_compression_over_a_real_connection() -> None:
    body = gzip.compress(b'{"a": "' + b"b" * 100_000 + b'"}')
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[at : at + 7]), body[at : at + 7]) for at in range(0, len(body), 7))
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    with server(sends(head + chunks + b"0\r\n\r\n")) as port:
        assert len(ask(session(port))["a"]) == 100_000


def test_a_refused_connection_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for go in (ask, send):
        with pytest.raises(UnavailableError, match=f"Cannot connect to 127.0.0.1:{port}: the host does not answer"):
            go(session(port))


def test_a_name_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: t.Any, **kwargs: t.Any) -> t.Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for go in (ask, send):
        with pytest.raises(UnavailableError, match=r"Cannot connect to nowhere.test: the host name cannot be resolved"):
            go(session(0, api_url="http://nowhere.test/api"))


def test_no_answer_and_a_dripping_one() -> None:
    hold = threading.Event()

    def silent(connection: socket.socket, number: int) -> None:
        hold.wait(60)

    def dripping(connection: socket.socket, number: int) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not hold.wait(0.02):
            connection.sendall(b" ")

    for talk in (silent, dripping):
        hold.clear()
        with server(talk) as port:
            began = time.monotonic()
            with pytest.raises(UnavailableError, match=r"did not answer within 0\.2 seconds"):
                ask(session(port, timeout=0.2))
            assert time.monotonic() - began < 30
            hold.set()


def test_a_real_redirect_sends_nothing_on() -> None:
    seen = []

    def talk(connection: socket.socket, number: int) -> None:
        seen.append(number)
        connection.sendall(answer(b"", b"Location: /stolen", status=b"302 Found"))

    with server(talk) as port, pytest.raises(RejectedError, match="redirected"):
        ask(session(port))
    assert seen == [1]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """A server's side of TLS for 127.0.0.1, and the file to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, str(path)


def test_a_certificate_that_is_not_trusted(certificate: tuple[ssl.SSLContext, str]) -> None:
    context, path = certificate
    with server(sends(answer()), context) as port:
        for go in (ask, send):
            with pytest.raises(
                UntrustedCertificateError, match=r"its certificate is not trusted .*self-signed.*set ca_path"
            ):
                go(http := session(port, "https", retries=3))
            assert http.requests_sent == 1
        assert ask(session(port, "https", ca_path=path)) == {}
        with warnings.catch_warnings():  # the user has decided, and a worker's warnings are stray output
            warnings.simplefilter("error")
            assert ask(session(port, "https", validate_certs=False)) == {}


def test_no_tls_where_tls_is_asked_for() -> None:
    plain = sends(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with server(plain, end=b"") as port, pytest.raises(UntrustedCertificateError, match="TLS failed"):
        ask(session(port, "https", retries=3))


def test_tls_that_breaks_off_before_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is being started again does that, and it passes."""
    monkeypatch.setattr(Clock, "sleep", lambda clock, seconds: None)
    with server(sends(b""), end=b"") as port:
        http = session(port, "https", retries=2)
        with pytest.raises(UnavailableError, match="closed before the answer"):
            ask(http)
    assert http.requests_sent == 3


def test_tls_that_breaks_off_after_the_request_had_left(
    certificate: tuple[ssl.SSLContext, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a reset like any other: a read goes on, and a write is lost."""
    context, path = certificate
    monkeypatch.setattr(Clock, "sleep", lambda clock, seconds: None)
    with server(sends(b"", answer()), context) as port:
        assert ask(session(port, "https", ca_path=path, retries=1)) == {}
    with server(sends(b""), context) as port, pytest.raises(UnknownOutcomeError):
        send(session(port, "https", ca_path=path))


# A program that has to stop


@pytest.mark.parametrize("requests_before", [0, 1])
def test_no_request_is_sent_once_the_clock_is_interrupted(requests_before: int) -> None:
    """Not even one that repeats a read which was sent before."""
    clock = FakeClock()

    def check() -> None:
        if spoken.http.requests_sent == requests_before:
            raise InterruptedWaitError("Stop.")

    clock.check_interrupted = check  # type: ignore[method-assign]
    spoken = Spoken(*[Expected("GET", "/api/x", 503, "")] * requests_before, clock=clock)
    with pytest.raises(InterruptedWaitError):
        spoken.http.read("GET", ("x",), lambda data: data)
    assert spoken.http.requests_sent == requests_before
