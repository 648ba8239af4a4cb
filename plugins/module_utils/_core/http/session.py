# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool of connections to one vendor. No other code sends requests."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping
from datetime import datetime
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

from ..compat.requests import requests
from ..errors import InvalidInputError
from .adapter import LimitedAdapter
from .connection import Connection
from .request import Request

VERSION = "0.1.0"


class Session(requests.Session if requests else object):  # type: ignore[misc]
    """Follows no redirect, keeps no cookie, and takes no credential or certificate from the environment."""

    def __init__(self, connection: Connection, now: Callable[[], datetime]) -> None:
        """`now` returns the time of day, UTC."""
        super().__init__()
        for scheme in ("https://", "http://"):
            self.mount(scheme, LimitedAdapter(connection, now))
        self.headers.update({"Accept": "application/json", "User-Agent": f"datascan.gate/{VERSION}"})
        # No cookie is kept: only the header identifies the sender of a request.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._connection = connection
        self._environment_settings: dict[str, dict[str, t.Any]] = {}  # by the scheme and the host of an address

    def exchange(self, request: Request, headers: Mapping[str, str], timeout: float) -> t.Any:
        """Send a request, and return requests' response as soon as its headers are read.

        Raises what requests raises. `timeout` is seconds for connecting, and between two reads; the limit of the
        whole exchange is that of `limited_exchange`.
        """
        connection = self._connection
        return self.request(
            request.method,
            request.url,
            json=request.body,
            auth=_HeaderAuth(headers),
            timeout=timeout,
            # Set for each request, because REQUESTS_CA_BUNDLE overrides the session's setting.
            verify=connection.ca_path or True if connection.validate_certs else False,
            cert=_client_certificate(connection),
            allow_redirects=False,
            stream=True,
        )

    def merge_environment_settings(self, url: str, *args: t.Any) -> dict[str, t.Any]:
        """requests' own, once for each host: it goes through the whole environment, a quarter of a request's work."""
        host = "//".join(urlsplit(url)[:2])
        if host not in self._environment_settings:
            self._environment_settings[host] = super().merge_environment_settings(url, *args)
        settings = self._environment_settings[host]
        return {**settings, "proxies": dict(settings["proxies"])}

    def get_redirect_target(self, resp: t.Any) -> str | None:
        """None. requests parses the address of a redirect that it does not follow, and raises where it is invalid."""
        return None


class _HeaderAuth(requests.auth.AuthBase if requests else object):  # type: ignore[misc]
    """Sets the headers as requests' auth, because requests would otherwise use the credentials of a .netrc file."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: t.Any) -> t.Any:
        request.headers.update(self._headers)
        return request


def _client_certificate(connection: Connection) -> str | tuple[str, str] | None:
    if connection.client_key and not connection.client_cert:
        raise InvalidInputError("client_key is set without client_cert: set both, or neither.")
    if connection.client_cert and connection.client_key:
        return connection.client_cert, connection.client_key
    return connection.client_cert
