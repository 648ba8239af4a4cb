# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which a token goes with a request."""

from __future__ import annotations

from collections.abc import Mapping

from ._errors import InvalidInput

SCHEMES = ("auto", "bearer", "raw", "api_key")


class Token:
    """A ready token, sent as it is."""

    def __init__(self, token: str | None, scheme: str) -> None:
        """`scheme` is one of SCHEMES but auto, which a vendor's own file resolves."""
        if not token:
            raise InvalidInput("api_token is missing: set it, or the environment variable DATASCAN_API_TOKEN.")
        if not token.isascii() or not token.isprintable():
            raise InvalidInput("api_token holds a character that no HTTP header can carry, such as a line end.")
        self._headers = header_for(token, scheme)

    def headers(self) -> Mapping[str, str]:
        """The header that carries the token."""
        return self._headers

    def refused(self) -> bool:
        """A ready token has no second chance."""
        return False


def header_for(token: str, scheme: str) -> dict[str, str]:
    """The header for a token: `Authorization: Bearer T`, `Authorization: T`, or `X-API-Key: T`."""
    if scheme == "api_key":
        return {"X-API-Key": token}
    return {"Authorization": token if scheme == "raw" else f"Bearer {token}"}
