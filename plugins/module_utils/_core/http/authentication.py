# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which a token goes with a request."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ..errors import InvalidInputError

if t.TYPE_CHECKING:
    from .client import Http

SCHEMES = ("auto", "bearer", "raw", "api_key")


class Token:
    """A ready token, sent as it is."""

    def __init__(self, token: str | None, scheme: str) -> None:
        """`scheme` is one of SCHEMES but auto, which a vendor's own file resolves."""
        if not token:
            raise InvalidInputError("api_token is missing: set it, or the environment variable DATASCAN_API_TOKEN.")
        check_token("api_token", token)
        self._headers = header_for(token, scheme)

    def headers(self, http: Http) -> Mapping[str, str]:
        """The header that carries the token."""
        return self._headers

    def accepted(self, headers: Mapping[str, str]) -> None:
        """There is nothing to learn from that."""

    def refused(self, headers: Mapping[str, str]) -> bool:
        """A ready token has no second chance."""
        return False


def check_token(option: str, token: str) -> None:
    """Refuse a token that no header can carry, in words that do not show it."""
    if not token.isascii() or not token.isprintable():
        raise InvalidInputError(f"{option} holds a character that no HTTP header can carry, such as a line end.")


def header_for(token: str, scheme: str) -> dict[str, str]:
    """The header for a token: `Authorization: Bearer T`, `Authorization: T`, or `X-API-Key: T`."""
    if scheme == "api_key":
        return {"X-API-Key": token}
    return {"Authorization": token if scheme == "raw" else f"Bearer {token}"}
