# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy that the environment names for an address: it is checked before use, and named by its variable."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..compat.requests import has_socks, requests
from ..errors import InvalidInputError
from .address import AddressError, split_address

_SOCKS = ("socks4", "socks4a", "socks5", "socks5h")
_SCHEMES = ("http", "https", *_SOCKS)


@dataclass(frozen=True)
class Proxy:
    """A proxy, without its credentials."""

    address: str  # host and port
    variable: str  # the environment variable that names it
    scheme: str = "http"

    def __str__(self) -> str:
        """As messages name it."""
        return f"the proxy {self.address} ({self.variable})"

    @property
    def wants_credentials(self) -> str:
        """What HTTP 407 means, and what to do."""
        return f"the proxy wants a user and a password: write them into {self.variable}, like http://USER:PASSWORD@HOST"


def find_proxy(url: str, proxies: Mapping[str, str]) -> Proxy | None:
    """The proxy for a URL, of those that requests found in the environment; None for a direct connection.

    Raises InvalidInputError for one that cannot be used, without quoting the variable: it may hold a password.
    """
    address = requests.utils.select_proxy(url, proxies)
    if not address:
        return None
    variable = _variable_of(address, urlsplit(url).scheme)
    try:
        parts = split_address(address if "://" in address else f"http://{address}")
        if parts.scheme not in _SCHEMES:
            raise AddressError(f"its scheme is none of {', '.join(_SCHEMES)}")
    except AddressError as error:
        raise InvalidInputError(
            f"{variable} must be the address of a proxy, like http://proxy.example.com:3128, but {error}. Special "
            "characters in its password must be percent-encoded."
        ) from None
    if parts.scheme in _SOCKS and not has_socks():
        python = sys.executable or "python"
        raise InvalidInputError(
            f"{variable} names a SOCKS proxy, which needs the library PySocks, and {python} has none. Install it: "
            f"{python} -m pip install PySocks"
        )
    return Proxy(parts.netloc.rpartition("@")[2], variable, parts.scheme)


def _variable_of(address: str, scheme: str) -> str:
    """The variable that has this value; the one of the scheme goes before that of all schemes."""
    for wanted in (f"{scheme}_proxy", "all_proxy"):
        for name, value in sorted(os.environ.items()):
            if name.lower() == wanted and value == address:
                return name
    return "the system's settings"
