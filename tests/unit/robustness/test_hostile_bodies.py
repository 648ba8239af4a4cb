# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of responses: text that other programs could not read again is replaced."""

from __future__ import annotations

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.http.body import parse_json
from scripted_vendor import client_of, connected


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ('{"rank": NaN, "n": [Infinity, -Infinity, 1e999]}', {"rank": None, "n": [None, None, None]}),
        (r'{"name": "\ud800", "\udc00": "a\ud83d"}', {"name": "\ufffd", "\ufffd": "a\ufffd"}),
        (r'["\ud83d\ude00 \ud83dx \\ud83d"]', ["\U0001f600 \ufffdx \\ud83d"]),
        ('["a\x9b31m", "\\u009b\\u007f", "\\\\u009b \\u0041\\u001b"]', ["a\ufffd31m", "\ufffd\ufffd", "\\u009b A\x1b"]),
        ("12345678901234567890123456789", 12345678901234567890123456789),
        ("[1" + "0" * 5000 + ", -1" + "0" * 400 + ", 1e400, -1e400, 7]", [None, None, None, None, 7]),
    ],
)
def test_json_as_its_standard_has_it(text: str, data: object) -> None:
    assert parse_json(text) == (None, data)


@pytest.mark.parametrize("text", ["", "{", "<html>", "[" * 100_000, '{"data":' * 50_000, "{} {}", "'a'"])
def test_any_other_body_is_not_json(text: str) -> None:
    assert parse_json(text) == ("incomplete or invalid JSON", None)


@pytest.mark.parametrize(
    "text",
    [
        '{"state": "Failed", "state": "Completed"}',
        '{"a": 1, "a": 1}',
        '{"a": 1, "\\u0061": 2}',
        '{"a": 1, "b": [{"c": {"": 0, "": 1}}]}',
        r'{"\ud800": 1, "\udc00": 2}',  # different only before what cannot be encoded is replaced
    ],
)
def test_an_object_that_has_a_key_twice_contradicts_itself(text: str) -> None:
    assert parse_json(text) == ("JSON that has a key twice", None)


def test_half_a_character_is_refused_before_it_is_sent() -> None:
    vendor, _script = connected([], provider="bigid")
    for read in (
        lambda text: client_of(vendor).read("GET", (text,), str),
        lambda text: client_of(vendor).read("GET", (), str, params=[("q", text)]),
    ):
        with pytest.raises(
            InvalidInputError, match=r"^'a.udcff' contains half of a surrogate pair, which cannot be sent\.$"
        ):
            read("a\udcff")
