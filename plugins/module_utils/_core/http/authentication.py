# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a request is authenticated: the protocol, and the two generic forms of a token's header."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping, Sequence

from ..errors import InvalidInputError

T = t.TypeVar("T")
HeaderForm = Callable[[str], Mapping[str, str]]  # from a token to the header that carries it


class Reader(t.Protocol):
    """The part of the HTTP client that an authentication may use."""

    def read(
        self,
        method: str,
        path: Sequence[str],
        parse: Callable[[t.Any], T],
        *,
        headers: Mapping[str, str] | None = None,
        names_record: bool = True,
    ) -> T:
        """Send a request with these headers instead of the authentication's."""


class Authentication(t.Protocol):
    """Authenticates requests. Several threads and several clients may share one."""

    def headers(self, client: Reader) -> Mapping[str, str]:
        """The headers of the next request. To get them, requests may be sent with `client`."""

    def accepted(self, headers: Mapping[str, str]) -> None:
        """Called after a request with these headers succeeded."""

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Called after HTTP 401 for a request with these headers: True where another attempt is worthwhile."""

    def forbidden(self, headers: Mapping[str, str]) -> bool:
        """The same after HTTP 403, which may be about the form of the header, or about what the token allows."""
        return False

    @property
    def advice(self) -> str:
        """After a request that was refused for good: the option to check, and the token that the vendor expects."""
        return "Check api_token."


class TokenAuthentication(Authentication):
    """A token that is sent as it is given."""

    def __init__(self, token: str | None, form: HeaderForm, expected: str = "") -> None:
        """`expected` is a clause about the vendor's tokens. Raises InvalidInputError for one that cannot be sent."""
        if not token:
            raise InvalidInputError("api_token is missing: set it, or the environment variable DATASCAN_API_TOKEN.")
        check_token("api_token", token)
        self._headers = form(token)
        self._expected = expected

    @property
    def advice(self) -> str:
        """Names api_token, and what the vendor expects there."""
        return f"Check api_token: {self._expected}." if self._expected else "Check api_token."

    def headers(self, client: Reader) -> Mapping[str, str]:
        """The header that carries the token."""
        return self._headers

    def accepted(self, headers: Mapping[str, str]) -> None:
        """Nothing changes."""

    def refused(self, headers: Mapping[str, str]) -> bool:
        """There is no other token to try."""
        return False


def bearer_header(token: str) -> Mapping[str, str]:
    """`Authorization: Bearer TOKEN` (RFC 6750, 2.1)."""
    return {"Authorization": f"Bearer {token}"}


def raw_header(token: str) -> Mapping[str, str]:
    """`Authorization: TOKEN`."""
    return {"Authorization": token}


HEADER_FORMS: Mapping[str, HeaderForm] = {"bearer": bearer_header, "raw": raw_header}  # by auth_scheme


def check_token(option: str, token: str) -> None:
    """Reject a token that no header can carry, without showing it."""
    if not token.isascii() or not token.isprintable() or token != token.strip():
        raise InvalidInputError(
            f"{option} contains a character that no HTTP header can carry, such as a line break or a space at an end."
        )
