# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts with their escapes decoded, and where each decoded character stands in the original.

A server may repeat what it was sent inside JSON, HTML, an address or an e-mail, and each of these inside another.
"""

from __future__ import annotations

import re
import typing as t
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache

from .encoded_runs import (
    BASE64_RUN,
    HEX_RUN,
    NUMBERS,
    base64_begin,
    decode_base64,
    decode_hex,
    decode_numbers,
    has_base64_run,
    has_hex_run,
    has_numbers,
    hex_begin,
)

_MAX_ROUNDS = 8  # of decoding what was decoded before
_MAX_ENCODINGS = 3  # of base64, hexadecimal digits and numbers inside each other, each of them escaped as often as that
_BREAKS = "\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_UNSEEN = (
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U000e0000-\U000e01ef"
)
# Every alternative is linear in the text: none begins in the middle of another of its kind.
_ESCAPE = re.compile(
    r"(?:\\+x[89a-fA-F][0-9a-fA-F])+|(?:\\+[23][0-7]{2})+"  # bytes, as Python and C write them
    rf"|\\+(?:[{_UNSEEN}]+"  # the rest of an escape in UTF-16 may follow: the backslashes stay until the next round
    r"|[uU]\{[0-9a-fA-F]{1,6}\}"
    r"|u[dD][89abAB][0-9a-fA-F]{2}\\+u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-7][0-9a-fA-F]|[01][0-7]{2}|[0-7]{2}|0|[nr])?"
    r"|%[0-7][0-9a-fA-F]|(?:%[89a-fA-F][0-9a-fA-F])+|%u[0-9a-fA-F]{4}"
    r"|&(?:\#0*[0-9]{1,7}(?![0-9])|\#[xX]0*[0-9a-fA-F]{1,6}(?![0-9a-fA-F])|[A-Za-z][A-Za-z0-9]{1,30});?"
    rf"|[{_BREAKS}]+[ \t]*|[{_UNSEEN}]+"
)
_FIRST_OF_ESCAPE = re.compile(rf"[\\%&{_BREAKS}{_UNSEEN}]")
_HAS_UNSEEN = re.compile(f"[{_UNSEEN}]")
_QUOTED = re.compile(r"(?:=[89A-Fa-f][0-9A-Fa-f])+|=[2-7][0-9A-Fa-f]|=[ \t]*\r?\n")
_MAY_BE_QUOTED = re.compile(r"=(?:[2-9A-Fa-f][0-9A-Fa-f]|[ \t]*\r?\n)")  # its search goes from one `=` to the next
_PRINTABLE = bytes(range(32, 127))
_LONGEST_OLD_ENTITY = 6  # characters of a name of HTML that needs no semicolon, such as `frac34`


class _Form(t.NamedTuple):
    """What is decoded in one round, and what each match of it stands for."""

    pattern: re.Pattern[str]
    decode: Callable[[str], str]
    # Of a form that encodes byte after byte: where in a match the first byte begins.
    begin: Callable[[str], int] | None = None
    width: tuple[int, int] = (1, 1)  # characters for so many bytes
    # Whether the pattern may find something, where that can be known faster.
    is_found: Callable[[str], bool] | None = None
    first: re.Pattern[str] | None = None  # a character that every match begins with, where it is found much faster

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """All that stands for something else."""
        if self.first is None:
            yield from self.pattern.finditer(text)
            return
        end = 0
        for first in self.first.finditer(text):
            if first.start() >= end and (match := self.pattern.match(text, first.start())):
                yield match
                end = match.end()


class DecodedText:
    """A text after some rounds of decoding. Where its parts stand in the original is only computed when asked for."""

    def __init__(self, text: str, form: _Form | None = None, source: DecodedText | None = None) -> None:
        self.text = text
        self._form = form
        self._source = source
        self._escapes: _Escapes | None = None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part that is not empty stands in the original."""
        if self._source is None or self._form is None:
            return start, end
        if self._escapes is None:
            self._escapes = _Escapes(self._source.text, self._form)
        return self._source.original_span(self._escapes.source_span(start)[0], self._escapes.source_span(end - 1)[1])

    def decoded(self, form: _Form) -> DecodedText:
        """The text after one more round. The same object where the round changes nothing."""
        if form.is_found and not form.is_found(self.text):
            return self
        pieces, end = [], 0
        for match in form.matches(self.text):
            pieces += [self.text[end : match.start()], form.decode(match[0])]
            end = match.end()
        text = "".join([*pieces, self.text[end:]])
        return self if text == self.text else DecodedText(text, form, self)


class _Escapes:
    """The escapes of one round of decoding: where each stands, and where what it stands for is in the decoded text."""

    def __init__(self, text: str, form: _Form) -> None:
        self._text, self._form = text, form
        self._begin = lru_cache(maxsize=None)(self._find_begin)
        self._spans = [(0, 0), *(match.span() for match in form.matches(text))]
        self._starts, self._ends = [0], [0]
        offset = 0  # of the decoded text from the source
        for start, end in self._spans[1:]:
            size = len(form.decode(text[start:end]))
            self._starts.append(start + offset)
            self._ends.append(start + offset + size)
            offset += size - (end - start)

    def source_span(self, place: int) -> tuple[int, int]:
        """What one character of the decoded text was decoded from."""
        number = bisect_right(self._starts, place) - 1
        start, end = self._spans[number]
        if place >= self._ends[number]:
            unchanged = end + place - self._ends[number]
            return unchanged, unchanged + 1
        if self._form.begin is None:
            return start, end
        return self._byte_span(number, place)

    def _byte_span(self, number: int, place: int) -> tuple[int, int]:
        """The characters that encode one byte. What is left of a byte before or after all others belongs to that."""
        start, end = self._spans[number]
        index, begin = place - self._starts[number], start + self._begin(number)
        characters, size = self._form.width
        first = start if index == 0 else begin + index * characters // size
        last = end if place + 1 == self._ends[number] else begin + ((index + 1) * characters + size - 1) // size
        return first, last

    def _find_begin(self, number: int) -> int:
        start, end = self._spans[number]
        return self._form.begin(self._text[start:end]) if self._form.begin else 0


def decodings(text: str) -> Iterator[DecodedText]:
    """The text as it is, and after each round that decodes something in it."""
    original = DecodedText(text)
    yield original
    yield from _rounds(original)
    plain = original.decoded(_QUOTED_PRINTABLE)  # apart, because in other texts `=` ends a name
    if plain is not original:
        yield plain
        yield from _rounds(plain)


def fully_decoded(text: str) -> str:
    """The text without escapes. What base64 and the like encode is not decoded."""
    original = DecodedText(text)
    return [original, *_without_escapes(original)][-1].text


def _rounds(view: DecodedText) -> Iterator[DecodedText]:
    """Encoded runs are decoded where no escape is left, because escapes may stand inside."""
    for encoding in range(_MAX_ENCODINGS + 1):
        # Without escapes no line break is left between numbers.
        if "\n" in view.text and (lines := view.decoded(_ENCODINGS[0])) is not view:
            yield lines
        unescaped = list(_without_escapes(view))
        yield from unescaped
        view = source = [view, *unescaped][-1]
        for form in _ENCODINGS if encoding < _MAX_ENCODINGS else ():
            after = view.decoded(form)
            if after is not view:
                view = after
                yield view
        if view is source:
            return


def _without_escapes(view: DecodedText) -> Iterator[DecodedText]:
    for _round in range(_MAX_ROUNDS):
        after = view.decoded(_ESCAPES)
        if after is view:
            return
        view = after
        yield view


@lru_cache(maxsize=4096)
def _decode(text: str) -> str:
    """What an escape stands for. Line breaks and what cannot be seen stand for nothing: a text may be split there."""
    first = text[0]
    if first == "\\":
        rest = text.lstrip("\\")
        return text[: -len(rest)] if _HAS_UNSEEN.match(rest) else _backslashes(rest)
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
    if rest[0] in "01234567":
        return _text(bytes(int(digits, 8) for digits in re.findall("[0-7]{1,3}", rest)))
    if rest[0] == "x":
        return _text(bytes.fromhex("".join(re.findall("x(..)", rest))))
    parts = [part.strip("{}") for part in re.split(r"\\*[uUx]", rest) if part]
    if len(parts) == 2:
        return bytes.fromhex("".join(parts)).decode("utf-16-be")
    return _character(parts[0])


def _entity(text: str) -> str:
    """Programs read entities without a semicolon, too; those of old, such as `&amp`, also before letters."""
    name = text[1:].rstrip(";")
    if name.startswith("#"):
        digits = name[1:].lstrip("xX0") or "0"
        return _character(digits) if name[1] in "xX" else _character(f"{int(digits):x}")
    from html.entities import html5

    found = html5.get(name + ";") or html5.get(name.lower() + ";")
    if found:
        return found
    size = next((size for size in range(_LONGEST_OLD_ENTITY, 1, -1) if name[:size] in html5), 0)
    return html5[name[:size]] + text[1 + size :] if size else text


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


def _may_escape(text: str) -> bool:
    """Whether _ESCAPE may find something, in a fiftieth of its time. Most texts have nothing of it."""
    if any(map(text.__contains__, "\\%&")):
        return True
    rest = text.encode("utf-8", "surrogatepass").translate(None, _PRINTABLE)
    return _FIRST_OF_ESCAPE.search(rest.decode("utf-8", "surrogatepass")) is not None


def _may_be_quoted(text: str) -> bool:
    return _MAY_BE_QUOTED.search(text) is not None


_ESCAPES = _Form(_ESCAPE, _decode, is_found=_may_escape, first=_FIRST_OF_ESCAPE)
_QUOTED_PRINTABLE = _Form(_QUOTED, _decode, is_found=_may_be_quoted)
_ENCODINGS = (
    _Form(NUMBERS, decode_numbers, is_found=has_numbers),
    _Form(HEX_RUN, decode_hex, hex_begin, (2, 1), has_hex_run),
    _Form(BASE64_RUN, decode_base64, base64_begin, (4, 3), has_base64_run),
)
