# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invalid addresses are refused before any name is resolved, with the reason."""

from __future__ import annotations

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.http.request import check_base_url


@pytest.mark.parametrize(
    "api_url",
    [
        "https://scans.example.com/api/v1",
        "https://scans_1.example.com./v1",
        "http://localhost:8080",
        "http://127.0.0.1:8080/api",
        "http://[::1]:8080/api",
        "http://[fe80::1%25eth0]/api",
        "https://b\u00fccher.example/api",
        "https://xn--bcher-kva.example/api",
        "https://1and1.example/",
        "https://example.com/%7Bid%7D/v1",
    ],
)
def test_an_address_that_can_work_is_accepted(api_url: str) -> None:
    assert check_base_url(api_url) == api_url.rstrip("/")


@pytest.mark.parametrize(
    ("api_url", "reason"),
    [
        (f"https://{'a' * 64}.example.com/api", "63 characters"),
        (f"https://{'.'.join(['abc'] * 80)}/api", "253 characters"),
        ("https://a..example.com/api", "'a..example.com' is not a host name"),
        ("https://*.example.com/api", "not a host name"),
        ("https://<host>/api", "not a host name"),
        ("https://%zz/api", "not a host name"),
        ("https://a,b/api", "not a host name"),
        ("https://a b.example.com/api", "space"),
        ("https://a.example.com/api v1", "space"),
        ("https://a\nb.example.com/api", "invisible"),
        ("https://a\x00b.example.com/api", "invisible"),
        ("https://{{ host }}/api", "template"),
        ("https://scans.example.com/{% if a %}", "template"),
        ("https://127.0.0.1:0/api", "port"),
        ("https://127.0.0.1:99999/api", "port"),
        ("https://127.0.0.1:https/api", "port"),
        ("https://127.0.0.1:-1/api", "port"),
        ("http://::1/api", "brackets"),
        ("http://fe80::1:8080/api", "brackets"),
        ("http://[::1/api", "brackets"),
        ("http://[::g]/api", "IPv6"),
        ("http://999.1.1.1/api", "IPv4"),
        ("http://1.2.3.4.5/api", "IPv4"),
        ("htps://scans.example.com", "scheme"),
        ("scans.example.com/api", "scheme"),
        ("http:\\\\scans.example.com\\api", "host"),
    ],
)
def test_an_address_that_cannot_work_is_refused_with_the_reason(api_url: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=f"^api_url must .*{reason}"):
        check_base_url(api_url)
