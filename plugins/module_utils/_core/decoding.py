# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts with their escapes decoded, and where each decoded character stands in the original.

A server may repeat what it was sent inside JSON, HTML, an address or an e-mail, and each of these inside another.
"""

from __future__ import annotations

import re
from base64 import b64decode
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from html.entities import html5

_MAX_ROUNDS = 8  # of decoding what was decoded before
_BREAKS = "\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_UNSEEN = (
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U000e0000-\U000e01ef"
)
# Every alternative is linear in the text: none begins in the middle of another of its kind.
_ESCAPE = re.compile(
    r"(?:\\+x[89a-fA-F][0-9a-fA-F])+|(?:\\+[23][0-7]{2})+"  # bytes, as Python and C write them
    r"|\\+(?:[uU]\{[0-9a-fA-F]{1,6}\}"
    r"|u[dD][89abAB][0-9a-fA-F]{2}\\+u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-7][0-9a-fA-F]|[01][0-7]{2}|[nr])?"
    r"|%[0-7][0-9a-fA-F]|(?:%[89a-fA-F][0-9a-fA-F])+|%u[0-9a-fA-F]{4}"
    r"|&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
    rf"|[{_BREAKS}]+[ \t]*|[{_UNSEEN}]+"
)
_BASE64 = re.compile("[A-Za-z0-9+/_-]{8,}")
_STANDARD = str.maketrans("-_", "+/")  # the alphabet of base64 in addresses, and the usual one
_HEX = re.compile("[0-9A-Fa-f]{8,}")
_QUOTED_PRINTABLE = re.compile(r"(?:=[89A-Fa-f][0-9A-Fa-f])+|=[2-7][0-9A-Fa-f]|=[ \t]*\r?\n")


class DecodedText:
    """A text after some rounds of decoding. Where its parts stand in the original is only computed when asked for."""

    def __init__(self, text: str, pattern: re.Pattern[str] | None = None, source: DecodedText | None = None) -> None:
        self.text = text
        self._pattern = pattern
        self._source = source
        self._escapes: _Escapes | None = None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part that is not empty stands in the original."""
        if self._source is None or self._pattern is None:
            return start, end
        if self._escapes is None:
            self._escapes = _Escapes(self._source.text, self._pattern)
        return self._source.original_span(self._escapes.source_span(start)[0], self._escapes.source_span(end - 1)[1])

    def decoded(self, pattern: re.Pattern[str]) -> DecodedText:
        """The text after one more round."""
        return DecodedText(pattern.sub(_replacement, self.text), pattern, self)


class _Escapes:
    """The escapes of one round of decoding: where each stands, and where what it stands for is in the decoded text."""

    def __init__(self, text: str, pattern: re.Pattern[str]) -> None:
        self._spans = [(0, 0), *(match.span() for match in pattern.finditer(text))]
        self._starts, self._ends = [0], [0]
        offset = 0  # of the decoded text from the source
        for start, end in self._spans[1:]:
            size = len(_decode(text[start:end]))
            self._starts.append(start + offset)
            self._ends.append(start + offset + size)
            offset += size - (end - start)

    def source_span(self, place: int) -> tuple[int, int]:
        """What one character of the decoded text was decoded from."""
        number = bisect_right(self._starts, place) - 1
        start, end = self._spans[number]
        if place < self._ends[number]:
            return start, end
        unchanged = end + place - self._ends[number]
        return unchanged, unchanged + 1


def decodings(text: str) -> Iterator[DecodedText]:
    """The text as it is, and after each round that decodes something in it."""
    original = DecodedText(text)
    yield original
    yield from _rounds(original)
    if "=" in text and _QUOTED_PRINTABLE.search(text):  # apart, because in other texts `=` ends a name
        plain = original.decoded(_QUOTED_PRINTABLE)
        yield plain
        yield from _rounds(plain)


def fully_decoded(text: str) -> str:
    """The text after the last round."""
    return list(_rounds(DecodedText(text), DecodedText(text)))[-1].text


def encoded_texts(text: str) -> Iterator[str]:
    """What each long enough run of base64 or hexadecimal digits in a text encodes, wherever in it a group begins."""
    for run in _BASE64.findall(text):
        for start in range(4):
            part = run[start:].translate(_STANDARD)
            yield b64decode(part[: len(part) - (len(part) % 4 == 1)] + "==").decode("utf-8", "replace")
    for run in _HEX.findall(text):
        for start in range(2):
            part = run[start : start + (len(run) - start) // 2 * 2]
            yield bytes.fromhex(part).decode("utf-8", "replace")


def _rounds(view: DecodedText, *first: DecodedText) -> Iterator[DecodedText]:
    yield from first
    for _round in range(_MAX_ROUNDS):
        if not _ESCAPE.search(view.text):
            return
        after = view.decoded(_ESCAPE)
        if after.text == view.text:  # nothing but what looks like an entity
            return
        view = after
        yield view


def _replacement(match: re.Match[str]) -> str:
    return _decode(match[0])


@lru_cache(maxsize=4096)
def _decode(text: str) -> str:
    """What an escape stands for. Line breaks and what cannot be seen stand for nothing: a text may be split there."""
    first = text[0]
    if first == "\\":
        return _backslashes(text.lstrip("\\"))
    if first == "&":
        return _entity(text)
    if first == "%" and text[1] == "u":
        return _character(text[2:])
    if first in "%=":
        digits = text[1:].replace(first, "").strip()
        return _text(bytes.fromhex(digits))
    return ""


def _backslashes(rest: str) -> str:
    """What follows a run of backslashes, of which JSON in JSON has several."""
    if rest in ("", "n", "r"):
        return ""
    if rest[0] in "0123":
        return _text(bytes(int(digits, 8) for digits in re.findall("[0-7]{3}", rest)))
    if rest[0] == "x":
        return _text(bytes.fromhex("".join(re.findall("x(..)", rest))))
    parts = [part.strip("{}") for part in re.split(r"\\*[uUx]", rest) if part]
    if len(parts) == 2:
        return bytes.fromhex("".join(parts)).decode("utf-16-be")
    return _character(parts[0])


def _entity(text: str) -> str:
    name = text[1:-1]
    if name.startswith("#"):
        return _character(name[2:]) if name[1] in "xX" else _character(f"{int(name[1:]):x}")
    return html5.get(name + ";") or html5.get(name.lower() + ";") or text


def _text(data: bytes) -> str:
    """Bytes as UTF-8, or as the characters of these numbers."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _character(digits: str) -> str:
    """A character by its number in hexadecimal."""
    number = int(digits, 16)
    return chr(number) if number < 0x110000 else ""
