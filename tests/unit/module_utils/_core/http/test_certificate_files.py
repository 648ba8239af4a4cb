# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of certificates that cannot be used: each is named by its option, at once, and nothing is sent."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError, UnauthorizedError
from cryptography.hazmat.primitives import serialization
from http_connections import answer, ask, send, sends, server, session
from tls_certificates import create_certificate

USABLE = "usable.pem"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that can be used, and files that cannot."""
    folder = tmp_path_factory.mktemp("certificates")
    create_certificate(folder / USABLE, "usable.test")
    create_certificate(folder / "other.pem", "other.test")
    create_certificate(folder / "expired.pem", "expired.test", is_expired=True)
    text = (folder / USABLE).read_text()
    start = text.index("-----BEGIN CERTIFICATE")
    key = serialization.load_pem_private_key(text[:start].encode(), None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"secret")
    )
    (folder / "certificate.pem").write_text(text[start:])
    (folder / "encrypted.pem").write_bytes(encrypted)
    (folder / "encrypted_pair.pem").write_bytes(encrypted + text[start:].encode())
    (folder / "empty.pem").write_text("")
    (folder / "text.pem").write_text("no certificate")
    (folder / "binary.pem").write_bytes(bytes(range(256)))
    (folder / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (folder / "folder.pem").mkdir()
    return folder


USELESS = ["missing.pem", "empty.pem", "text.pem", "binary.pem", "broken.pem", "folder.pem", "nul\0.pem"]


@pytest.mark.parametrize(
    ("named", "given"),
    [
        *[("ca_path", {"ca_path": name}) for name in USELESS],
        *[("client_cert", {"client_cert": name}) for name in USELESS],
        *[("client_key", {"client_cert": "certificate.pem", "client_key": name}) for name in USELESS],
        ("client_key", {"client_cert": "certificate.pem", "client_key": "encrypted.pem"}),
        ("client_cert", {"client_cert": "encrypted_pair.pem"}),
        ("client_cert", {"client_cert": "certificate.pem"}),  # without its key
        ("client_key", {"client_cert": "certificate.pem", "client_key": "other.pem"}),
        ("client_cert", {"client_cert": "expired.pem"}),
    ],
    ids=str,
)
def test_a_file_that_cannot_be_used_is_named_by_its_option(named: str, given: dict[str, str], folder: Path) -> None:
    options: dict[str, t.Any] = {option: str(folder / name) for option, name in given.items()}
    for go in (ask, send):
        client = session(1, "https", retries=3, **options)
        with pytest.raises(InvalidInputError, match=f"^{named}: "):
            go(client)
        assert client.requests_sent == 1


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("name", ["missing.pem", "text.pem", "folder.pem"])
def test_authorities_of_the_environment_are_named_by_their_variable(
    variable: str, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(one, raising=False)
    monkeypatch.setenv(variable, str(folder / name))
    with pytest.raises(InvalidInputError, match=f"^{variable}: "):
        ask(session(1, "https"))


def test_usable_files_are_used(folder: Path) -> None:
    context = create_certificate(folder / "server.pem", "server.test")
    options = {"ca_path": str(folder / "server.pem"), "client_cert": str(folder / USABLE)}
    with server(sends(answer()), context) as port:
        assert ask(session(port, "https", **options)) == {}


@pytest.mark.parametrize("more", [{}, {"client_key": "missing.pem"}])
def test_a_client_certificate_that_plain_http_cannot_send_is_refused(more: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError, match="client_cert is set, but api_url begins with http://"):
        session(1, client_cert="missing.pem", **more)


def test_files_do_not_matter_to_plain_http(folder: Path) -> None:
    with server(sends(answer(status=b"401 Unauthorized"))) as port, pytest.raises(UnauthorizedError):
        ask(session(port, ca_path=str(folder / "missing.pem")))
