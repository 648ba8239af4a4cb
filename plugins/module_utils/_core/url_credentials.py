# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials inside an address: those that a user writes into `api_url`, and those of a proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

_TOKEN_LENGTH = 20  # characters of a part of a path that may be a token
_BETWEEN_KINDS = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_SECRET_NAME = re.compile(r"(?i)(?:token|key|secret|pass\w*|pwd|auth\w*|sig\w*|credentials?|jwt|session)$")
_ADDRESS = re.compile(r"(?i)\s*https?://(?:[^/?#@\s\[\]:]+|\[[0-9a-f:.]+\])(?::[0-9]*)?(?:/|\s*$)")
_SCHEME = re.compile(r"^\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?/*")


def has_credentials(address: str) -> bool:
    """Whether an address has a user, a query, a fragment, or a part of its path that has the form of a token."""
    return any(mark in address for mark in "@?#") or next(_path_tokens(_rest(address)), None) is not None


def is_address(text: str) -> bool:
    """Whether a text is an address of HTTP with a host, and a port that is a number."""
    return bool(_ADDRESS.match(text))


def url_credentials(address: str) -> Iterator[str]:
    """Every text in an address that may be a secret, also where the address is not well formed."""
    rest = _rest(address)
    user, _at, after = rest.rpartition("@")
    if user:
        yield user
        yield from filter(None, user.split(":", 1))
    head, mark, query = _first_of(rest if "@" not in rest else after)
    if mark:
        for pair in re.split("[&;?#]", query):
            name, _equals, value = pair.partition("=")
            yield value or name
    yield from _path_tokens(head)


def proxy_credentials(environment: Mapping[str, str]) -> Iterator[str]:
    """The users and passwords in the addresses of proxies, such as that in HTTPS_PROXY."""
    for name, value in environment.items():
        if name.lower().endswith("_proxy") and "@" in value:
            yield from url_credentials(value)


def _rest(address: str) -> str:
    """What follows the scheme, however many slashes there are."""
    return address[_SCHEME.match(address).end() :].strip()  # type: ignore[union-attr]


def _first_of(text: str) -> tuple[str, str, str]:
    match = re.search("[?#]", text)
    return (text[: match.start()], match[0], text[match.end() :]) if match else (text, "", "")


def _path_tokens(rest: str) -> Iterator[str]:
    for segment in rest.split("/")[1:]:
        for part in segment.split(";"):
            name, mark, value = part.partition("=")
            if mark and _SECRET_NAME.search(unquote(name)):
                yield value
            elif _looks_like_token(unquote(value if mark else name)):
                yield value if mark else name


def _looks_like_token(text: str) -> bool:
    """Whether a text is a JSON web token, or mixes upper case, lower case and digits as no name does."""
    if text.startswith("eyJ") and len(text) >= _TOKEN_LENGTH:
        return True
    is_mixed = text.lower() != text != text.upper()
    return is_mixed and len(text) >= _TOKEN_LENGTH and len(_BETWEEN_KINDS.findall(text)) > 3
