# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connected providers: what several of them share, and the accepted forms of a token."""

from __future__ import annotations

import io
import typing as t

import pytest
import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import ForbiddenError, InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.options import CONNECTION_OPTIONS, ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import (
    NAMES,
    Connector,
    provider_classes,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from fake_clock import FakeClock
from scripted_vendor import Expected, Script, mount, response_to

URL = "https://vendor.test"
TOKEN = "unit-test-token"


def connector(provider: str, redactor: Redactor | None = None, **options: t.Any) -> Connector:
    given = {"api_url": URL, "api_token": TOKEN, **options}
    return Connector(ConnectionOptions(provider, **given), redactor or Redactor())


def connect(shared: Connector, clock: FakeClock, *expected: Expected) -> tuple[t.Any, Script]:
    provider = shared.connect(clock, print)  # type: ignore[arg-type]
    script = Script(list(expected), clock)
    mount(provider, script)
    return provider, script


def queued() -> Expected:
    return Expected("GET", "/scans/1", answer={"data": {"id": 1, "processingStatus": "queued"}})


def test_providers_of_one_connector_share_the_rate_limit() -> None:
    """Advalidation lets ten requests leave at once, and then one every 1.2 seconds."""
    clock, shared = FakeClock(), connector("advalidation")
    for _number in range(2):
        provider, _script = connect(shared, clock, *[queued() for _request in range(6)])
        for _request in range(6):
            provider.get("1")
    assert clock.elapsed == pytest.approx(2.4)


def test_providers_of_two_connectors_do_not() -> None:
    clock = FakeClock()
    for _number in range(2):
        provider, _script = connect(connector("advalidation"), clock, *[queued() for _request in range(6)])
        for _request in range(6):
            provider.get("1")
    assert clock.sleeps == []


def test_providers_of_one_connector_share_the_token_that_one_of_them_received() -> None:
    redactor = Redactor()
    shared = connector("bigid", redactor, api_token=None, refresh_token="user-token")
    exchange = Expected("GET", "/refresh-access-token", answer={"success": True, "systemToken": "session-token"})
    active = Expected(
        "GET", "/scans/a/status", answer={"status": True}, sent_headers={"Authorization": "session-token"}
    )
    for expected in ([exchange, active], [active]):
        provider, script = connect(shared, FakeClock(), *expected)
        provider.get("a")
        assert not script.left
    assert redactor.redact_text("Bearer: session-token") == "Bearer: ********"


def test_a_deadline_and_the_requests_are_a_providers_own() -> None:
    shared, clock = connector("advalidation"), FakeClock()
    limited, _script = connect(shared, clock, Expected("GET", "/scans/1", 503, {}))
    other, _other_script = connect(shared, clock, Expected("GET", "/scans/1", 503, {}), queued())
    with limited.deadline(0.0):
        other.get("1")
    assert (limited.requests_sent, other.requests_sent) == (0, 2)


# Forms of a token


HEADERS = {
    "bearer": {"Authorization": f"Bearer {TOKEN}"},
    "raw": {"Authorization": TOKEN},
    "api_key": {"X-API-Key": TOKEN},
}


class Recorder(requests.adapters.BaseAdapter):
    """Replaces the network: records the requests, and refuses them."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[t.Any] = []

    def send(self, request: t.Any, **_options: t.Any) -> requests.Response:
        self.sent.append(request)
        return response_to(request, 403, {}, io.BytesIO())

    def close(self) -> None:
        pass


def test_the_choices_of_the_option_are_what_the_providers_know() -> None:
    forms = {scheme for provider in provider_classes().values() for scheme in provider.header_forms}
    assert set(CONNECTION_OPTIONS["auth_scheme"]["choices"]) == {"auto", *forms} == {"auto", *HEADERS}


@pytest.mark.parametrize("scheme", HEADERS)
@pytest.mark.parametrize("name", NAMES)
def test_every_scheme_works_for_every_vendor(name: str, scheme: str) -> None:
    recorder = Recorder()
    provider = connector(name, auth_scheme=scheme).connect(FakeClock(), print)  # type: ignore[arg-type]
    mount(provider, recorder)
    with pytest.raises(ForbiddenError):
        provider.get(provider.example_id)
    sent = recorder.sent[0].headers
    assert {key: sent[key] for key in ("Authorization", "X-API-Key") if key in sent} == HEADERS[scheme]


@pytest.mark.parametrize("name", NAMES)
def test_a_vendor_has_the_scheme_that_auto_means(name: str) -> None:
    vendor = provider_classes()[name]
    assert vendor.auth_scheme in vendor.header_forms


@pytest.mark.parametrize("name", NAMES)
def test_a_refresh_token_is_enough_where_the_vendor_takes_one(name: str) -> None:
    options = {"api_token": None, "refresh_token": "user-token"}
    if provider_classes()[name].takes_refresh_token:
        connector(name, **options)
        return
    with pytest.raises(InvalidInputError, match=r"set api_token instead of refresh_token\.$"):
        connector(name, **options)


def test_a_scheme_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"^auth_scheme must be one of auto, bearer, raw, api_key, not 'basic'"):
        connector("glasswall", auth_scheme="basic")


def test_a_provider_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"^provider must be one of advalidation, .*, not 'other'"):
        connector("other")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "advalidation"])
def test_a_vendor_without_a_public_host_needs_an_address(name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^api_url is missing"):
        connector(name, api_url=None)


def test_the_password_of_a_proxy_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:pa55word-of-ann@proxy.test:3128")
    redactor = Redactor()
    connector("glasswall", redactor)
    assert redactor.redact_text("refused pa55word-of-ann") == "refused ********"
