# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials in an address are found wherever a user puts them, also where the address is not well formed."""

from __future__ import annotations

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.http.request import check_base_url
from ansible_collections.datascan.gate.plugins.module_utils._core.url_credentials import (
    proxy_credentials,
    url_credentials,
)

JWT = "eyJhbGciOiJub25lIn0.eyJ1c2VyIjoiYW5uIn0.c2ln"
OPAQUE = "aB3dE5fG7hJ9kL1mN3pQ5rS7"
WITH_CREDENTIALS = {
    "https://ann:pa55word@host/api": "pa55word",
    "HTTPS://pa55word@host": "pa55word",
    "https://ann:pa/55@word@host": "pa/55@word",
    "https://host/api?key=pa55word": "pa55word",
    "https://host/api?pa55word": "pa55word",
    "https://host/api#x&access_token=pa55word": "pa55word",
    "https://host/api;token=pa55word/v1": "pa55word",
    "https://host/api_key=pa55word/v1": "pa55word",
    f"https://host/{JWT}/v1": JWT,
    f"https://host/v1/{OPAQUE}": OPAQUE,
    "http//ann:pa55word@host": "pa55word",
    "https:/ann:pa55word@host": "pa55word",
    "ann:pa55word@host:443": "pa55word",
}
PLAIN = [
    "https://scans.example.com/api/v1",
    "http://[::1]:8080/",
    "https://host/tenants/83d71394-faa2-4b6c-b13b-6d3118de459e/api",
    "https://host/OurScannersForProduction2026/v2",
    "https://host:8443/api/vault",
]


@pytest.mark.parametrize(("address", "secret"), WITH_CREDENTIALS.items())
def test_an_address_with_credentials_is_refused_and_its_secret_is_known(address: str, secret: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_base_url(address)
    assert secret not in caught.value.message
    assert secret in set(url_credentials(address))


@pytest.mark.parametrize("address", PLAIN)
def test_an_address_without_credentials_has_none(address: str) -> None:
    assert check_base_url(address) == address.rstrip("/")
    assert list(url_credentials(address)) == []


def test_the_credentials_of_proxies() -> None:
    environment = {"HTTPS_PROXY": "http://ann:pa55word@proxy:3128", "no_proxy": "localhost", "PATH": "a:b@c"}
    assert set(proxy_credentials(environment)) == {"ann:pa55word", "ann", "pa55word"}
