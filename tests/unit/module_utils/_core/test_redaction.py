# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redaction of secrets in every form in which they may come back."""

from __future__ import annotations

import gc
import html
import json
import quopri
import re
import sys
import threading
import time
from base64 import b64encode, encodebytes, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import MASK, RESULT_WORDS, Redactor

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
    """An example is the user and password of a proxy. At most one character at either end of the token is left."""
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


# The forms in which a server may echo a secret.
ECHOES: dict[str, Callable[[str], str]] = {
    "JSON": json.dumps,
    "JSON in JSON": lambda secret: json.dumps(json.dumps({"a": secret})),
    "JSON three times": lambda secret: json.dumps(json.dumps(json.dumps(secret))),
    "JSON of .NET": lambda secret: re.sub(r"[^0-9A-Za-z]", lambda match: f"\\u{ord(match[0]):04X}", secret),
    "JSON of PHP": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "JSON of .NET in JSON": lambda secret: json.dumps(secret.replace("+", "\\u002B").replace("&", "\\u0026")),
    "all of it in JSON": lambda secret: "".join(f"\\u{ord(character):04x}" for character in secret),
    "HTML": html.escape,
    "HTML twice": lambda secret: html.escape(html.escape(secret)),
    "HTML by names": lambda secret: secret.replace("+", "&plus;").replace("/", "&sol;").replace("=", "&equals;"),
    "HTML by numbers": lambda secret: "".join(f"&#{ord(character)};" for character in secret),
    "HTML by numbers in hexadecimal": lambda secret: "".join(f"&#x{ord(character):X};" for character in secret),
    "JSON in HTML": lambda secret: html.escape(json.dumps(json.dumps(secret))),
    "JSON in an address": lambda secret: quote(json.dumps(secret), safe=""),
    "an address three times": lambda secret: quote(quote(quote(secret, safe=""), safe=""), safe=""),
    "an address, each byte": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()),
    "base64 in an address": lambda secret: quote(b64encode(f"ann:{secret}".encode()).decode(), safe=""),
    "base64 in lines": lambda secret: encodebytes(b"before: " * 5 + secret.encode()).decode(),
    "a Basic header": lambda secret: "Basic " + b64encode(f"ann:{secret}".encode()).decode(),
    "hexadecimal": lambda secret: secret.encode().hex(),
    "hexadecimal in upper case": lambda secret: secret.encode().hex().upper(),
    "HTML by numbers without a semicolon": lambda secret: "".join(f"&#{ord(character)}" for character in secret),
    "HTML by numbers with zeros": lambda secret: "".join(f"&#{ord(character):012};" for character in secret),
    "HTML by numbers in hexadecimal with zeros": lambda secret: "".join(f"&#x{ord(one):012x};" for one in secret),
    "HTML by names without a semicolon": lambda secret: html.escape(html.escape(secret)).replace(";", ""),
    "base64 twice": lambda secret: b64encode(b64encode(f"ann:{secret}".encode())).decode(),
    "base64 four times": lambda secret: b64encode(b64encode(b64encode(b64encode(secret.encode())))).decode(),
    "base64 of base64 in an address": lambda secret: b64encode(quote(b64encode(secret.encode())).encode()).decode(),
    "base64 of JSON": lambda secret: b64encode(json.dumps({"token": secret}).encode()).decode(),
    "base64 of an address": lambda secret: b64encode(quote(f"token={secret}", safe="").encode()).decode(),
    "base64 of hexadecimal digits": lambda secret: b64encode(secret.encode().hex().encode()).decode(),
    "base64 of base64 in a path": lambda secret: f"api/v1/{b64encode(b64encode(secret.encode())).decode()}",
    "hexadecimal digits of base64": lambda secret: b64encode(secret.encode()).hex(),
    "hexadecimal digits of hexadecimal digits": lambda secret: secret.encode().hex().encode().hex(),
    "hexadecimal with colons": lambda secret: secret.encode().hex(":"),
    "hexadecimal in groups": lambda secret: secret.encode().hex(" ", -2),
    "hexadecimal in an array": lambda secret: ", ".join(f"0x{byte:02X}" for byte in secret.encode()),
    "hexadecimal in a list of texts": lambda secret: json.dumps([f"{byte:02x}" for byte in secret.encode()])[1:-1],
    "numbers of bytes": lambda secret: str(list(secret.encode()))[1:-1],
    "numbers of bytes in Go": lambda secret: " ".join(map(str, secret.encode())),
    "UTF-16": lambda secret: secret.encode("utf-16-le").decode("latin-1"),
    "UTF-16 in base64": lambda secret: b64encode(f"ann:{secret}".encode("utf-16-le")).decode(),
    "UTF-16 in hexadecimal": lambda secret: secret.encode("utf-16-be").hex(),
    "UTF-16 in JSON": lambda secret: json.dumps("\0".join(secret)),
    "UTF-16 in an address": lambda secret: quote(secret.encode("utf-16-be"), safe=""),
    "quoted-printable": lambda secret: quopri.encodestring(secret.encode(), quotetabs=True).decode(),
    "quoted-printable, each byte": lambda secret: "".join(f"={byte:02X}" for byte in secret.encode()),
    "Python": lambda secret: repr({"a": secret}),
    "Python's bytes": lambda secret: repr(secret.encode()),
    "octal": lambda secret: "".join(f"\\{byte:03o}" for byte in secret.encode()),
    "octal of two digits": lambda secret: re.sub(
        r"[^\w](?![0-7])", lambda match: f"\\{ord(match[0]):o}" if ord(match[0]) < 128 else match[0], secret
    ),
    "two lines": lambda secret: f"{secret[:9]}\r\n   {secret[9:]}",
    "two lines in JSON": lambda secret: f"{secret[:9]}\\n{secret[9:]}",
    "characters of no width": "\u200b".join,
    "upper case": str.upper,
    "lower case": str.lower,
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
@pytest.mark.parametrize("secret", [TOKEN, "we\"ird\\t0ken of 'some' <one>", "t\u00f6ken-with-\u00fcmlauts-and-more"])
def test_no_escape_hides_a_secret(secret: str, echo: Callable[[str], str]) -> None:
    text = f"you sent {echo(secret)} to us"
    shown = Redactor([secret]).redact_text(text)
    assert MASK in shown
    assert shown.startswith("you sent ") and shown.endswith(" to us")
    rest = shown.removeprefix("you sent ").removesuffix(" to us").replace(MASK, "")
    assert len(rest) <= len(echo("")) + 64  # what stands around it
    assert not {part for n in range(len(secret) - 5) if (part := echo(secret[n : n + 6]).strip("\"'{}\n")) in rest}


@pytest.mark.parametrize("echo", [echo for name, echo in ECHOES.items() if name.startswith(("numbers", "hexadecimal"))])
@pytest.mark.parametrize("around", ["a {}", "{} a", "deed {} a", "1 2 3 {} be", "300 {} 4000", "{}, 5", "0x1 {} 0xabc"])
def test_no_word_and_no_number_beside_encoded_bytes_hides_a_secret(around: str, echo: Callable[[str], str]) -> None:
    assert MASK in Redactor([TOKEN]).redact_text(around.format(echo(TOKEN)))


def test_no_text_hides_a_secret_of_the_text_beside_it() -> None:
    echo = " ".join(map(str, TOKEN.encode()))
    assert Redactor([TOKEN]).redact(["a", echo, "b", {"c": echo}, "9"]) == ["a", MASK, "b", {"c": MASK}, "9"]


@pytest.mark.parametrize(
    ("echo", "shown"),
    [
        (TOKEN[:8], MASK),
        (f"{TOKEN[:12]}...", f"{MASK}..."),
        (f"...{TOKEN[-10:]}", f"...{MASK}"),
        (f"{TOKEN[:9]}[cut]{TOKEN[-9:]}", f"{MASK}[cut]{MASK}"),
        (f"{quote(TOKEN[:12], safe='')}\u2026", f"{MASK}\u2026"),
        (b64encode(TOKEN[:12].encode()).decode(), MASK),
        (f"{TOKEN.encode().hex()[:20]}\u2026", f"{MASK}\u2026"),
        (f"...{b64encode(TOKEN.encode()).decode()[5:]}", f"...{MASK}"),
        (f"...{b64encode(TOKEN.encode()).decode()[-18:]}", f"...{MASK}"),
        (f"...{TOKEN.encode().hex()[7:]}", f"...{MASK}"),
        (f"...{b64encode(b64encode(TOKEN.encode())).decode()[7:]}", f"...{MASK}"),
        (TOKEN[:4], TOKEN[:4]),
    ],
)
def test_a_server_may_cut_what_it_repeats(echo: str, shown: str) -> None:
    assert Redactor([TOKEN]).redact_text(f"token {echo} is unknown") == f"token {shown} is unknown"


def test_what_a_secret_shares_with_ordinary_text_is_left() -> None:
    """The common prefix of tokens and the public parts of a connection string are not masked."""
    secrets = Redactor(["datascan-gate-t0ken-of-ann", LAST])
    for text in (
        "datascan.gate",
        "datascan-gate is here",
        "BlobEndpoint is missing",
        "https://acct.blob.core.windows.net/",
    ):
        assert secrets.redact_text(text) == text


@pytest.mark.parametrize(
    ("secret", "text", "shown"),
    [
        ("wrong", "the wrong token", "the wrong token"),
        ("e", "missing required arguments", "missing required arguments"),
        ("1234", "1234 of 12345", "1234 of 12345"),
        ("t0ken", "the t0ken is wrong, t0kens are", f"the {MASK} is wrong, t0kens are"),
        ("argument", "missing arguments: argument", f"missing arguments: {MASK}"),
        ("secret", "client_secret: secret", f"client_secret: {MASK}"),
        ("secret", "c2VjcmV0 %73ecret", f"{MASK} {MASK}"),
        ("pa55word", "my_pa55word_2", f"my_{MASK}_2"),
    ],
)
def test_a_short_or_common_secret_leaves_messages_readable(secret: str, text: str, shown: str) -> None:
    assert Redactor([secret]).redact_text(text) == shown


def test_states_and_kinds_of_errors_are_never_masked() -> None:
    words = {state.value for state in ScanState} | {
        kind.kind for kind in [DatascanError, *DatascanError.__subclasses__()]
    }
    assert words == RESULT_WORDS
    assert Redactor(RESULT_WORDS).redact(sorted(words)) == sorted(words)


@pytest.mark.parametrize("secret", ["äöüß-ÄÖÜß-äöüß", "пароль-от-скана", "密碼密碼密碼"])
def test_a_secret_beyond_ascii_is_masked_in_hexadecimal_digits(secret: str) -> None:
    """Digits of other characters are not decoded, because they may be anything."""
    digits = secret.encode().hex()
    redactor = Redactor([secret])
    for shown in (digits, digits.upper(), digits[: len(digits) - 4]):
        assert redactor.redact_text(f"sent {shown}") == "sent ********"


def test_keys_are_redacted_and_none_is_lost() -> None:
    redacted = Redactor([TOKEN]).redact(
        {f"{TOKEN}": 1, json.dumps(TOKEN)[1:-1].upper(): 2, "other": {TOKEN: TOKEN}, 3: 4}
    )
    assert redacted == {MASK: 1, f"{MASK} (2)": 2, "other": {MASK: MASK}, 3: 4}


def test_the_user_of_any_address_is_masked() -> None:
    text = "see https://ann:pa@ss@host/x and http%3A%2F%2Fann%3Apass%40host, not https://host/a@b"
    assert (
        Redactor().redact_text(text)
        == f"see https://{MASK}@host/x and http%3A%2F%2F{MASK}%40host, not https://host/a@b"
    )


LONG = 1_200_000  # characters
MOST_GROWTH = 9  # of the time for four times the length; the square would be 16
NOISE = 0.1  # seconds


@pytest.mark.parametrize(
    "piece",
    [
        TOKEN,
        TOKEN[:9],
        json.dumps(json.dumps(TOKEN)),
        "\\",
        "\\u0041",
        "%25",
        "&#43;",
        "&a",
        "= ",
        "\n ",
        "x",
        "sig=",
        "&#0",
        "AAAA",
        "bG9uZ2VyLXdvcmRz ",
        "2d",
        "2d ",
        "77,",
        "0x",
    ],
    ids=str,
)
def test_the_time_grows_with_the_length_of_an_answer_and_not_with_its_square(piece: str) -> None:
    assert _grows_with_length(piece, LONG // 8)


def test_base64_that_decodes_to_base64_again_and_again_takes_no_more() -> None:
    assert _grows_with_length("VVVV", LONG // 16)


def _grows_with_length(piece: str, length: int) -> bool:
    """Whether four times the length takes far less than sixteen times as long, in one of several tries.

    Beside other programs, even the processor time of a single try may be several times as long.
    """
    return any(
        _redaction_time(piece, 4 * length) < MOST_GROWTH * _redaction_time(piece, length) + NOISE for _try in range(5)
    )


def _redaction_time(piece: str, length: int) -> float:
    """Seconds of processor time to redact a text of this many characters, without what other tests left to collect."""
    secrets = Redactor([TOKEN, LAST])
    text = piece * (length // len(piece))
    gc.disable()
    try:
        started = time.process_time()
        shown = secrets.redact_text(text)
        taken = time.process_time() - started
    finally:
        gc.enable()
    assert TOKEN not in shown
    return taken


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


@pytest.mark.parametrize("place", [0, 1, 999, 1000, 2499])
def test_a_secret_is_found_anywhere_in_a_result_of_many_scans(place: int) -> None:
    """The texts of a long result are searched a few at a time."""
    scans: list[dict[str, str | None]] = [
        {"id": f"{number}", "source": "x" * 120, "error": None} for number in range(2500)
    ]
    scans[place]["error"] = f"{TOKEN} is refused"
    shown = Redactor([TOKEN]).redact({"scans": scans})
    assert [scan["error"] for scan in shown["scans"] if scan["error"]] == [f"{MASK} is refused"]


def test_text_without_secrets_is_untouched() -> None:
    text = "Scan 83d71394-faa2-4b6c-b13b-6d3118de459e: completed; https://vendor.test/api/v1/scans?page=1&pageSize=100"
    secrets = Redactor([TOKEN, LAST, "t0ken"])
    for harmless in (
        text,
        b64encode(text.encode()).decode(),
        text.encode().hex(":"),
        str(list(text.encode())),
        html.escape(f"{text}&order=1&copy=2&lt=3"),
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 at 2026-11-22 08:00:00, 10.0.0.1:443",
    ):
        assert secrets.redact_text(harmless) == harmless


def test_secrets_that_several_threads_add_are_all_masked() -> None:
    """A front end may run many operations at the same time over one redactor."""
    redactor = Redactor()
    secrets = [[f"secret-{thread}-{number}-abcdefghij" for number in range(25)] for thread in range(4)]
    threads = [threading.Thread(target=lambda own=own: [redactor.add(one) for one in own]) for own in secrets]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert [one for own in secrets for one in own if redactor.redact_text(one) != MASK] == []


def test_an_unknown_web_token_that_begins_like_a_known_one() -> None:
    header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    known, other = f"{header}.eyJzdWIiOiJtZSJ9.SflKxwRJSMeKKF2Q", f"{header}.eyJzdWIiOiJ5b3UifQ.Zm9vYmFyYmF6cXV4"
    assert Redactor([known]).redact_text(f"the token {other} is new") == f"the token {MASK} is new"


def test_an_unknown_password_of_an_address_where_another_is_known() -> None:
    shown = Redactor(["https://me:password-1@proxy"]).redact_text("https://you:password-2@proxy")
    assert "password-2" not in shown


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("abcdefghijklmnop", " ".join(str(byte) for byte in b"abcdefghijklmnop") + "\n"),
        ("k3y9x2q1", " ".join(str(byte) for byte in b"k3y9x2q1") + "\r\n"),
        ("Secret1", "Secre\\u00741\n"),
    ],
)
def test_a_text_that_ends_with_a_line_is_searched_beside_others_as_alone(secret: str, text: str) -> None:
    redactor = Redactor([secret])
    shown = redactor.redact_text(text)
    assert MASK in shown
    assert redactor.redact(["other", text, "another"]) == ["other", shown, "another"]
    assert redactor.redact([text, "1 2 3"]) == [shown, "1 2 3"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_an_escaped_secret_in_utf_16(encoding: str) -> None:
    """PowerShell encodes a command in this way, and its JSON escapes some characters."""
    secret = "k3y&9x'2q<1z"
    escaped = "".join(char if char.isalnum() else f"\\u{ord(char):04x}" for char in secret)
    data = f"run {escaped} now".encode(encoding)
    for text in (b64encode(data).decode(), data.hex()):
        assert MASK in Redactor([secret]).redact_text(text)


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\n  "])
@pytest.mark.parametrize("form", ["d", "03o", "02x", "#04x"])
def test_a_secret_as_a_number_a_line(separator: str, form: str) -> None:
    secret = "k3y9x2q1ZZtop7777"
    text = separator.join(format(byte, form) for byte in secret.encode())
    assert Redactor([secret]).redact_text(f"bytes: {text} end") == f"bytes: {MASK} end"
    assert MASK in Redactor([secret]).redact_text(b64encode(f"bytes: {text} end".encode()).decode())
