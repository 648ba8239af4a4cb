# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of certificate files before they are used: a wrong one is named by its option, and no password is asked for.

requests and ssl name no file in most of their errors, and OpenSSL asks the terminal for the password of a key.
"""

from __future__ import annotations

import contextlib
import os
import re
import ssl
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from ..errors import InvalidInputError
from .connection import Connection

_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")  # what OpenSSL finds in a folder (openssl rehash)
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_SEQUENCE, _UTC_TIME = 0x30, 0x17  # tags of ASN.1


class _EncryptedKeyError(Exception):
    """OpenSSL asks for a password."""


def check_certificate_files(connection: Connection, now: datetime) -> None:
    """Raise InvalidInputError for a file that cannot be used, with the option or the variable that names it."""
    if connection.validate_certs:
        name, path = connection.authorities()
        if path:
            _check_authorities(name, path)
    if connection.client_key and not connection.client_cert:
        raise InvalidInputError("client_key is set without client_cert: set both, or neither.")
    if connection.client_cert:
        _check_client_certificate(connection.client_cert, connection.client_key, now)


def _check_authorities(name: str, path: str) -> None:
    if os.path.isdir(path):
        if not any(_HASHED.fullmatch(file) for file in _list_folder(name, path)):
            raise InvalidInputError(
                f"{name}: {path} is a folder in which OpenSSL finds no certificate. Name a file, or run openssl rehash."
            )
        return
    if not _CERTIFICATE.search(_read(name, path)):
        raise InvalidInputError(f"{name}: {path} contains no certificate in PEM format.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"{name}: {path} contains a certificate that cannot be read ({_why(error)}).") from None


def _check_client_certificate(cert: str, key: str | None, now: datetime) -> None:
    text = _read("client_cert", cert)
    found = _CERTIFICATE.search(text)
    if not found:
        raise InvalidInputError(f"client_cert: {cert} contains no certificate in PEM format.")
    if "PRIVATE KEY-----" not in (text if key is None else _read("client_key", key)):
        where = (
            f"client_cert: {cert} contains no private key, and client_key is not set"
            if key is None
            else (f"client_key: {key} contains no private key in PEM format")
        )
        raise InvalidInputError(f"{where}.")
    _check_pair(cert, key)
    end = _end_of_certificate(found[0])
    if end is not None and end < now:
        raise InvalidInputError(
            f"client_cert: the certificate in {cert} expired at {end:%Y-%m-%dT%H:%M:%SZ}. Renew it."
        )


def _check_pair(cert: str, key: str | None) -> None:
    def refuse_password() -> str:
        raise _EncryptedKeyError

    name, path = ("client_key", key) if key else ("client_cert", cert)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(cert, key, refuse_password)
    except _EncryptedKeyError:
        raise InvalidInputError(
            f"{name}: the private key in {path} is encrypted, and there is no option for its password. Decrypt it."
        ) from None
    except (OSError, ValueError) as error:
        why = "does not belong to" if "MISMATCH" in str(error) else "cannot be used with"
        raise InvalidInputError(f"{name}: the private key in {path} {why} the certificate in {cert}.") from None


def _read(name: str, path: str) -> str:
    with _readable(name, path):
        return Path(path).read_text(encoding="latin-1")


def _list_folder(name: str, path: str) -> list[str]:
    with _readable(name, path):
        return os.listdir(path)


@contextlib.contextmanager
def _readable(name: str, path: str) -> Iterator[None]:
    """Raise InvalidInputError where the block cannot read the path."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"{name}: {path} cannot be read ({_why(error)}).") from None


def _why(error: Exception) -> str:
    return str(getattr(error, "reason", None) or getattr(error, "strerror", None) or error)


def _end_of_certificate(pem: str) -> datetime | None:
    """`notAfter` (RFC 5280, 4.1.2.5); None if it cannot be read. Python has no public function for it."""
    try:
        content = _children(_children(_children(ssl.PEM_cert_to_DER_cert(pem))[0][1])[0][1])
        validity = [value for tag, value in content if tag == _SEQUENCE][2]  # after algorithm and issuer
        tag, value = _children(validity)[1]
        text = value.decode("ascii")
        if tag == _UTC_TIME:
            text = ("20" if text < "50" else "19") + text
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)
    except (ValueError, IndexError):
        return None


def _children(data: bytes) -> list[tuple[int, bytes]]:
    """The tag and the content of each part of DER data."""
    found: list[tuple[int, bytes]] = []
    while data:
        tag, length, start = data[0], data[1], 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[2:start], "big")
        found.append((tag, data[start : start + length]))
        data = data[start + length :]
    return found
