# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authentication of a request, for every vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    InvalidInputError,
    UnauthorizedError,
    UnavailableError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.http.authentication import Authentication, Reader
from ansible_collections.datascan.gate.plugins.module_utils._core.http.client import HttpClient
from ansible_collections.datascan.gate.plugins.module_utils._core.http.connection import Connection
from ansible_collections.datascan.gate.plugins.module_utils._core.http.response import Response
from fake_clock import FakeClock
from scripted_vendor import Expected, Script, connected, mount


@dataclass
class Exchanged(Authentication):
    """A credential that requests each of its tokens separately."""

    left: int = 9  # how many it may get
    token: str | None = None
    heard: list[str] = field(default_factory=list)

    def headers(self, client: Reader) -> Mapping[str, str]:
        if self.token is None:
            own = {"Authorization": "long-lived"}
            self.token = client.read("GET", ("token",), lambda data: str(data["token"]), headers=own)
            self.left -= 1
        return {"Authorization": self.token}

    def accepted(self, headers: Mapping[str, str]) -> None:
        self.heard.append(f"{headers['Authorization']} accepted")

    def refused(self, headers: Mapping[str, str]) -> bool:
        self.heard.append(f"{headers['Authorization']} refused")
        self.token = None
        return self.left > 0


def http(credential: Exchanged, *expected: Expected) -> tuple[HttpClient, Script]:
    def parse_errors(response: Response) -> list[dict[str, str]]:
        return (
            [{"message": response.data["wrong"]}]
            if isinstance(response.data, dict) and "wrong" in response.data
            else []
        )

    def effective_status(response: Response) -> int:
        return 401 if response.text.count("who are you") else response.status

    clock = FakeClock()
    made = HttpClient(
        Connection("https://vendor.test", retries=1),
        credential,
        clock=clock,
        parse_errors=parse_errors,
        effective_status=effective_status,
    )  # type: ignore[arg-type]
    script = Script(list(expected), clock)
    mount(made, script)
    return made, script


def token(name: str, status: int = 200) -> Expected:
    return Expected("GET", "/token", status, {"token": name}, sent_headers={"Authorization": "long-lived"})


def expected_request(name: str, status: int = 200, answer: object = None) -> Expected:
    return Expected("GET", "/scan", status, answer, sent_headers={"Authorization": name})


def test_a_credential_may_send_a_request_of_its_own_and_hears_how_its_headers_fared() -> None:
    credential = Exchanged()
    made, script = http(
        credential,
        token("one"),
        expected_request("one", answer=1),
        expected_request("one", 401),
        token("two"),
        expected_request("two"),
    )
    made.read("GET", ("scan",), lambda data: data)
    made.read("GET", ("scan",), lambda data: data)
    assert credential.heard == ["one accepted", "one refused", "two accepted"]
    assert not script.left
    assert made.requests_sent == 5


def test_a_request_of_its_own_is_tried_again_but_has_no_second_chance() -> None:
    made, _script = http(Exchanged(), token("", 503), token("one"), expected_request("one"))
    made.read("GET", ("scan",), lambda data: data)

    made, script = http(Exchanged(), token("", 401))
    with pytest.raises(UnauthorizedError, match=r"/token failed with HTTP 401"):
        made.read("GET", ("scan",), lambda data: data)
    assert not script.left


def test_a_write_whose_credential_cannot_be_had_was_not_sent() -> None:
    made, _script = http(Exchanged(), token("", 503), token("", 503))
    with pytest.raises(UnavailableError):
        made.write("POST", ("scan",), lambda data: data)


def test_a_credential_is_not_asked_for_ever() -> None:
    expected = [one for number in range(4) for one in (token(str(number)), expected_request(str(number), 401))]
    made, script = http(Exchanged(left=99), *expected)
    with pytest.raises(UnauthorizedError):
        made.read("GET", ("scan",), lambda data: data)
    assert not script.left


def test_an_error_under_200_counts_as_the_status_it_amounts_to() -> None:
    credential = Exchanged(left=1)
    made, _script = http(credential, token("one"), expected_request("one", answer={"wrong": "who are you"}))
    with pytest.raises(UnauthorizedError, match="answered HTTP 200 with an error: who are you") as caught:
        made.read("GET", ("scan",), lambda data: data)
    assert caught.value.http_status == 200
    assert credential.heard == ["one refused"]


def test_a_refresh_token_that_is_set_for_another_vendor_does_not_hinder() -> None:
    """The environment of a job may hold the tokens of several vendors."""
    provider, _script = connected([], provider="glasswall", refresh_token="user-token")
    assert provider.name == "glasswall"


def test_a_refresh_token_alone_for_a_vendor_without_such_tokens_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"^Glasswall .* set api_token instead of refresh_token\.$"):
        connected([], provider="glasswall", refresh_token="user-token", api_token=None)
