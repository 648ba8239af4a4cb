# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vendor that echoes a secret inside a longer encoded text: no part of the secret can be decoded from the result."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from glasswall_script import SAS

TOKEN = "to/ken+with=signs&m\u00f6re"
JWT = "eyJhbGciOiJub25lIn0.eyJ1c2VyIjoiYW5uIn0.c2lnbmF0dXJl"
SIGNATURE = "ZmFrZQ=="


def in_base64(text: str) -> str:
    """All texts that three rounds of base64 decoding find in a text."""
    found = []
    for piece in re.findall(r"[A-Za-z0-9+/_-]{4,}", text):
        for begin in range(4):
            part = piece[begin:].translate(str.maketrans("-_", "+/"))
            part = part[: len(part) // 4 * 4]
            found.append(base64.b64decode(part).decode("utf-8", "replace"))
    return "\n".join(found)


@pytest.mark.parametrize("secret", [TOKEN, JWT, SAS])
@pytest.mark.parametrize("before", ["", "a", "ab", "abc", 'Authorization: "Bearer '])
@pytest.mark.parametrize("after", ["", "!", "!!", '", "x": 1}'])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_of_something_longer(secret: str, before: str, after: str, encode: object) -> None:
    encoded = encode(f"{before}{secret}{after}".encode()).decode()  # type: ignore[operator]
    shown = Redactor([secret]).redact_text(f"you sent {encoded} to us")
    read = in_base64(shown)
    assert not {part for part in (secret[n : n + 6] for n in range(len(secret) - 5)) if part in read}


@pytest.mark.parametrize("secret", [TOKEN, JWT, SAS])
def test_percent_encoded_twice(secret: str) -> None:
    twice = quote(quote(f"x={secret}&y", safe=""), safe="")
    for text in (twice, re.sub("%25..", lambda match: match[0].lower(), twice)):
        shown = Redactor([secret]).redact_text(text)
        assert quote(quote(secret[-10:], safe=""), safe="").lower() not in shown.lower()


@pytest.mark.parametrize("equals", ["=", "%3D", "%3d", "%253D", "%253d"])
@pytest.mark.parametrize("name", ["sig", "SharedAccessSignature", "AccountKey"])
def test_a_signature_of_another_task_is_masked_by_its_form(name: str, equals: str) -> None:
    assert (
        SIGNATURE[:4] not in Redactor().redact([f"a{';' if name != 'sig' else '?'}{name}{equals}{quote(SIGNATURE)}"])[0]
    )


@pytest.mark.parametrize("half", ["\udcff", "\ud800"])
def test_a_secret_that_is_no_utf8(half: str) -> None:
    """An environment variable may hold such bytes."""
    assert Redactor([f"t0ken-{half}-more"]).redact_text(f"the t0ken-{half}-more") == "the ********"
