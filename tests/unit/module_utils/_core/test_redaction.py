# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redactor in every form in which they may come back."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import MASK, Redactor

TOKEN = "to/ken+with=signs&more"
SIGNATURE = "RmFrZS9GYWtl+Zg=="
ENCODED = quote(SIGNATURE, safe="")


def lower(text: str) -> str:
    """Percent-encoded as .NET does it."""
    return re.sub("%..", lambda match: match[0].lower(), text)


LAST = (
    "BlobEndpoint=https://acct.blob.core.windows.net/;"
    f"SharedAccessSignature=sv=2022-11-02&ss=b&srt=sco&sp=rwlc&se=2099-01-01T00:00:00Z&sig={ENCODED}"
)
MIDDLE = (
    f"SharedAccessSignature=?sv=2022-11-02&sig={ENCODED}&se=2099-01-01T00:00:00Z;"
    "BlobEndpoint=https://acct.blob.core.windows.net/"
)


@pytest.mark.parametrize(
    "echo",
    [
        TOKEN,
        quote(TOKEN, safe=""),
        quote(TOKEN),
        quote_plus(TOKEN),
        lower(quote(TOKEN, safe="")),
        quote(quote(TOKEN, safe=""), safe=""),
        b64encode(TOKEN.encode()).decode(),
    ],
)
def test_a_token_in_every_form(echo: str) -> None:
    secrets = Redactor([TOKEN])
    assert secrets.redact_text(f"the token {echo} is wrong") == f"the token {MASK} is wrong"


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("before", [b"", b"u:", b"me:", b"you:"])
@pytest.mark.parametrize("after", [b"", b"\xff", b"\xff\xfe"])
def test_a_token_inside_longer_base64(encode: Callable[[bytes], bytes], before: bytes, after: bytes) -> None:
    """Such as the user and password of a proxy. Of the token at most a character at either end is left."""
    token = b"~~>secret??token~~?"  # its base64 has + and /
    echo = encode(before + token + after).decode()
    rest = Redactor([token.decode()]).redact_text(echo).partition(MASK)
    assert rest[1] == MASK
    known = len(encode(before)), len(encode(after))  # characters that need not be a part of the token
    assert len(rest[0]) <= known[0] + 1
    assert len(rest[2]) <= known[1] + 4


@pytest.mark.parametrize("string", [LAST, MIDDLE], ids=["last", "middle"])
@pytest.mark.parametrize(
    "echo",
    [SIGNATURE, ENCODED, lower(ENCODED), quote(ENCODED, safe=""), f"sig={ENCODED}", f"SIG={SIGNATURE}"],
)
def test_the_signature_of_a_connection_string_wherever_it_stands_in_it(string: str, echo: str) -> None:
    scrubbed = Redactor([string]).redact_text(f"the signature '{echo}' did not match")
    assert MASK in scrubbed
    assert SIGNATURE[:6] not in scrubbed


@pytest.mark.parametrize("string", [LAST, MIDDLE], ids=["last", "middle"])
def test_a_connection_string_as_a_whole_and_its_signature_part(string: str) -> None:
    secrets = Redactor([string])
    part = next(part for part in string.split(";") if "SharedAccessSignature" in part).partition("=")[2]
    for echo in (string, part, b64encode(string.encode()).decode(), quote(string, safe="")):
        assert secrets.redact_text(f"<{echo}>") == f"<{MASK}>"


def test_an_account_key_on_its_own() -> None:
    secrets = Redactor(["AccountName=acct;AccountKey=ZmFrZUtleUZha2U=;EndpointSuffix=core.windows.net"])
    assert secrets.redact_text("key ZmFrZUtleUZha2U= is wrong") == f"key {MASK} is wrong"


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("https://a/?sv=1&sig=abc%3D&se=2", f"https://a/?sv=1&sig={MASK}&se=2"),
        ("AccountKey=abc==;x=1", f"AccountKey={MASK};x=1"),
        ("accountkey=abc;", f"accountkey={MASK};"),
        ("SharedAccessSignature=sv=1&sig=abc", f"SharedAccessSignature={MASK}"),
        ("SharedAccessKey=abc=;x=1", f"SharedAccessKey={MASK};x=1"),
        ("to=https%3A%2F%2Fa%3Fsv%3D1%26sig%3Dabc", f"to=https%3A%2F%2Fa%3Fsv%3D1%26sig%3D{MASK}"),
        (
            "to=https%253A%252F%252Fa%253Fsv%253D1%2526sig%253Dabc",
            f"to=https%253A%252F%252Fa%253Fsv%253D1%2526sig%253D{MASK}",
        ),
        ("to=https%3A%2F%2Fa%3Fsig%3Dabc", f"to=https%3A%2F%2Fa%3Fsig%3D{MASK}"),
        ("to=https%253A%252F%252Fa%253fsig%253Dabc", f"to=https%253A%252F%252Fa%253fsig%253D{MASK}"),
        ("Authorization: Bearer abcdef.ghi-jkl", f"Authorization: Bearer {MASK}"),
        ('{"Authorization": "bearer abcdefghi"}', f'{{"Authorization": "bearer {MASK}"}}'),
        ("the bearer of this", "the bearer of this"),
        ("design=nice", "design=nice"),
    ],
)
def test_a_text_in_the_form_of_a_secret_is_masked(text: str, scrubbed: str) -> None:
    assert Redactor().redact_text(text) == scrubbed
    assert Redactor().redact({"deep": ["nothing", [text]]}) == {"deep": ["nothing", [scrubbed]]}


@pytest.mark.parametrize("value", ["", None, "ok", "12345"])
def test_short_secrets_do_not_mask_common_words(value: str | None) -> None:
    secrets = Redactor()
    secrets.add(value)
    assert secrets.redact_text("ok 12345") == "ok 12345"


def test_a_secret_may_join_later() -> None:
    secrets = Redactor()
    assert secrets.redact_text("exchanged") == "exchanged"
    secrets.add("exchanged")
    assert secrets.redact_text("exchanged") == MASK


def test_a_secret_inside_another_leaves_no_rest() -> None:
    assert Redactor(["secret", "secret-and-more"]).redact_text("secret-and-more, secret") == f"{MASK}, {MASK}"


def test_a_result_is_scrubbed_at_every_depth_and_else_stays_as_it_is() -> None:
    secrets = Redactor([TOKEN])
    result = {"msg": f"{TOKEN}!", "list": [TOKEN, {"deep": (TOKEN, 1)}], "n": 1, "f": 1.5, "b": True, "none": None}
    scrubbed = secrets.redact(result)
    assert scrubbed == {
        "msg": f"{MASK}!",
        "list": [MASK, {"deep": [MASK, 1]}],
        "n": 1,
        "f": 1.5,
        "b": True,
        "none": None,
    }
    assert TOKEN not in json.dumps(scrubbed)


def test_text_without_secrets_is_untouched() -> None:
    text = "Scan 83d71394-faa2-4b6c-b13b-6d3118de459e: completed; https://vendor.test/api/v1/scans?page=1&pageSize=100"
    assert Redactor([TOKEN, LAST]).redact_text(text) == text
