# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts are decoded round after round, and every part is found again in the original."""

from __future__ import annotations

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.decoding import decodings, fully_decoded
from ansible_collections.datascan.gate.plugins.module_utils._core.encoded_runs import encoded_texts

ESCAPED = {
    r"a\u002Bb": "a+b",
    r"a\\\\u002Bb": "a+b",
    r"a\/b": "a/b",
    r"\ud83d\ude00": "\U0001f600",
    r"\u{1F600}\U0001F600\x2B\053": "\U0001f600\U0001f600++",
    "a&plus;b&#43;c&#x2B;d&PLUS;e": "a+b+c+d+e",
    "&amp;amp;lt;": "<",
    "&unknown; &; &#99999999;": "&unknown; &; &#99999999;",
    "%2B%252B%25252B%C3%B6%u002B": "+++\u00f6+",
    "a\u200bb\u00adc\ufeffd\x00e": "abcde",
    "a\r\n   b\\nc\u2028d": "abcd",
    r"a\53b\0c": "a+bc",
    "&#43a&#0000000000043;&#x00000000002B;&ampamp;&plus/": "+a++&+/",
    "100 % of it": "100 % of it",
    "\\": "",
}


@pytest.mark.parametrize(("text", "plain"), ESCAPED.items())
def test_escapes_are_decoded_until_none_is_left(text: str, plain: str) -> None:
    assert fully_decoded(text) == plain


def test_quoted_printable_is_decoded_apart() -> None:
    assert "a+b=c" in [view.text for view in decodings("a=2Bb=3Dc")]
    assert "key=2Bc" in [view.text for view in decodings("key=2Bc")]


@pytest.mark.parametrize(
    ("text", "part", "original"),
    [
        ("x secret y", "secret", "secret"),
        (r"x \u0073ecre\u0074 y", "secret", r"\u0073ecre\u0074"),
        (r"x\\\"secret\\\" y", "secret", "secret"),
        ("x %2573ecret%20y", "secret", "%2573ecret"),
        ("x s\u200be\u200bc\r\n ret\u200b y", "secret", "s\u200be\u200bc\r\n ret"),
        ("x &#115;ecret; y", "secret", "&#115;ecret"),
        ("x =73ecr=\r\net y", "secret", "=73ecr=\r\net"),
    ],
)
def test_a_part_of_a_decoded_text_is_found_in_the_original(text: str, part: str, original: str) -> None:
    spans = [
        view.original_span(start, start + len(part)) for view in decodings(text) if (start := view.text.find(part)) >= 0
    ]
    assert {text[start:end] for start, end in spans} == {original}


@pytest.mark.parametrize(
    "text", ["c2VjcmV0LXdvcmQ=", "xc2VjcmV0LXdvcmQ=", "7365637265742d776f7264", "a7365637265742D776F7264"]
)
def test_what_base64_and_hexadecimal_digits_encode(text: str) -> None:
    assert any("secret-word" in plain for plain in encoded_texts(f"you sent {text}."))
