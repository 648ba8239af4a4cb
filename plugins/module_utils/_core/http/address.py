# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host and a port can be connected to at all, before anything is resolved or sent."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_MAX_NAME = 253  # characters of a host name (RFC 1035, 2.3.4, without the length bytes)
_MAX_LABEL = 63  # characters between two dots
_NOT_IN_A_NAME = re.compile(r"[\x00-,/:-@\[-^`{-\x7f]|[^\S ]")  # letters, digits, `-`, `.`, `_` and other scripts stay


class AddressError(ValueError):
    """What is wrong with an address, as the end of a sentence that names its option. Quotes no user or password."""


def split_address(address: str) -> SplitResult:
    """The parts of an address with a scheme and a host. Raises AddressError."""
    if "{{" in address or "{%" in address:
        raise AddressError("a template in it was not resolved")
    try:
        parts = urlsplit(address)
    except ValueError:
        raise AddressError("the brackets of its IPv6 address are not closed") from None
    host = parts.netloc.rpartition("@")[2]
    if not parts.scheme or not host:
        raise AddressError("it has no scheme or no host")
    if any(character.isspace() or not character.isprintable() for character in address):
        raise AddressError("it contains a space or an invisible character")
    if host.count(":") > 1 and not host.startswith("["):
        raise AddressError("an IPv6 address needs brackets, like https://[2001:db8::1]/api/v1")
    _check_port(parts)
    _check_host(parts.hostname or "", is_bracketed=host.startswith("["))
    return parts


def _check_port(parts: SplitResult) -> None:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise AddressError("its port is not a number from 1 to 65535")


def _check_host(host: str, is_bracketed: bool) -> None:
    if is_bracketed:
        _check_ip_address(host.replace("%25", "%"), "IPv6")  # RFC 6874: a zone follows %25
        return
    ascii_host = host.removesuffix(".")
    if not host.isascii():
        try:
            ascii_host = ascii_host.encode("idna").decode()
        except UnicodeError:
            raise AddressError(f"{host!r} is not a host name") from None
    if len(ascii_host) > _MAX_NAME:
        raise AddressError(f"its host name has more than {_MAX_NAME} characters")
    labels = ascii_host.split(".")
    if max(map(len, labels)) > _MAX_LABEL:
        raise AddressError(f"a part of its host name has more than {_MAX_LABEL} characters")
    if "" in labels or _NOT_IN_A_NAME.search(ascii_host):
        raise AddressError(f"{host!r} is not a host name")
    if len(labels) > 1 and labels[-1].isdigit():
        _check_ip_address(ascii_host, "IPv4")


def _check_ip_address(host: str, version: str) -> None:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        raise AddressError(f"{host!r} is not an {version} address") from None
