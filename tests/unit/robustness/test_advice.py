# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The advice about a refused token and a wrong path is the same for every vendor and request, and is given once."""

from __future__ import annotations

import io
import json
import typing as t

import pytest
import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError, UnauthorizedError
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import (
    NAMES,
    connect,
    provider_class,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from fake_clock import FakeClock
from provider_operations import OPERATIONS
from scripted_vendor import mount, response_to

BODIES = {
    "nothing": "",
    "a page": "<html><h1>Sign in</h1></html>",
    "a gateway's JSON": json.dumps({"message": "no Route matched with those values"}),
    "a list of errors": json.dumps([{"errorCode": 7, "message": "Refused"}]),
    "an error": json.dumps({"success": False, "error": {"message": "Refused."}, "message": "Refused."}),
    "a detail": json.dumps({"detail": "Refused"}),
}
CALLS = [
    (vendor, name, operation)
    for vendor in NAMES
    for name, (capability, operation) in OPERATIONS.items()
    if capability is None or provider_class(vendor).supports(capability)
]


class Always(requests.adapters.BaseAdapter):
    """A transport with one answer to every request."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__()
        self._answer = status, body.encode()
        self.sent = 0

    def send(self, request: t.Any, **_kwargs: t.Any) -> requests.Response:
        self.sent += 1
        return response_to(request, self._answer[0], {}, io.BytesIO(self._answer[1]))

    def close(self) -> None:
        pass


def errors(vendor: str, operation: t.Callable[[t.Any], t.Any], status: int, body: str, **tokens: str) -> list[str]:
    """The messages of an operation to which the vendor always answers so."""
    options = ConnectionOptions(vendor, "https://vendor.test/api/v1", retries=0, **(tokens or {"api_token": "t0ken"}))
    provider = connect(options, FakeClock(), lambda line: None, Redactor())  # type: ignore[arg-type]
    server = Always(status, body)
    mount(provider, server)
    try:
        found = operation(provider)
    except DatascanError as error:
        assert (status != 401) or isinstance(error, UnauthorizedError)
        return [error.message]
    values = found.values() if isinstance(found, dict) else []
    messages = [value.message for value in values if isinstance(value, DatascanError)]
    assert messages or status != 401 or not server.sent
    return messages


@pytest.mark.parametrize(("vendor", "name", "operation"), CALLS, ids=lambda value: value if value in NAMES else None)
def test_a_refused_token_gets_the_same_advice_whatever_the_vendor_answers(
    vendor: str, name: str, operation: t.Callable[[t.Any], t.Any]
) -> None:
    for message in [message for body in BODIES.values() for message in errors(vendor, operation, 401, body)]:
        assert "failed with HTTP 401" in message
        assert message.count(f"Check api_token: {provider_class(vendor).title} expects ") == 1
        assert message.endswith(".") and ".." not in message


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("vendor", [name for name in NAMES if provider_class(name).takes_refresh_token])
def test_a_refused_refresh_token_is_named_instead(vendor: str, body: str) -> None:
    (message,) = errors(vendor, OPERATIONS["get"][1], 401, BODIES[body], refresh_token="t0ken")
    assert "refresh_token" in message and "Check api_token" not in message


@pytest.mark.parametrize("status", [404, 200])
@pytest.mark.parametrize(("vendor", "name", "operation"), CALLS, ids=lambda value: value if value in NAMES else None)
def test_a_wrong_path_gets_its_advice_once(
    vendor: str, name: str, operation: t.Callable[[t.Any], t.Any], status: int
) -> None:
    for message in [message for body in BODIES.values() for message in errors(vendor, operation, status, body)]:
        assert message.lower().count("check ") <= 1
        assert message.count("api_url") <= 1


@pytest.mark.parametrize("body", BODIES)
def test_a_wrong_path_of_the_exchange_gets_its_advice_once(body: str) -> None:
    for vendor in NAMES:
        if provider_class(vendor).takes_refresh_token:
            for message in errors(vendor, OPERATIONS["get"][1], 404, BODIES[body], refresh_token="t0ken"):
                assert (message.lower().count("check "), message.count("api_url")) == (1, 1)
