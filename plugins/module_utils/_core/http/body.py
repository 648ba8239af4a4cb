# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of a response: read within limits, and parsed as strict JSON."""

from __future__ import annotations

import json
import math
import re
import sys
import typing as t
from collections.abc import Callable

from ..clock import Clock
from ..compat.pydantic import from_json
from ..compat.requests import requests

MAX_BODY = 256 * 1024 * 1024  # bytes after decompression
_CHUNK = 64 * 1024  # bytes
_MAX_DIGITS = 310  # of a whole number with its sign that a float can hold; Python refuses to show one of 4300
_C1_CHARACTERS = "".join(map(chr, range(0x7F, 0xA0)))  # commands of a terminal, which Ansible prints unchanged
_C1 = re.compile(f"[{_C1_CHARACTERS}]")
_SUSPECT_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|00[89]|007[fF])")  # of such a character, or of half a one


class BodyTooLargeError(Exception):
    """The body is larger than MAX_BODY."""


def read_body(raw: t.Any, clock: Clock, end: float) -> str:
    """Read urllib3's response piece by piece, so that an endless or a dripping body ends at a limit.

    Raises BodyTooLargeError, and requests.ReadTimeout after `end`, a time of the monotonic clock.
    """
    pieces = []
    size = 0
    while piece := raw.read1(_CHUNK, decode_content=True):
        size += len(piece)
        pieces.append(piece)
        if size > MAX_BODY:
            raise BodyTooLargeError
        if clock.monotonic() > end:
            raise requests.ReadTimeout("the body did not end in time")
    return decode(b"".join(pieces))


def decode(body: bytes) -> str:
    """The text of a body without a byte order mark. Without a mark it is UTF-8, or UTF-16 or UTF-32 by its zero bytes.

    RFC 8259, 8.1, lets a reader ignore the mark, which servers on .NET and Windows send.
    """
    return body.decode(json.detect_encoding(body), errors="replace").lstrip("\ufeff")


class RepeatedKeyError(ValueError):
    """An object has a key twice."""


def parse_json(text: str, count_keys: Callable[[t.Any], int] | None = None) -> tuple[str | None, t.Any]:
    """Why a text is not JSON, as a noun, or None; and its value.

    Numbers that are infinite, NaN or too large become None, and lone surrogates are replaced. An object with a key
    twice contradicts itself: one reader sees the first value and another the last, so the whole text is refused.

    With `count_keys` a text is parsed in half the time, and its numbers stay as they are. It returns how many keys the
    objects of a value have, and may leave out objects that it does not know.
    """
    if count_keys and (data := _load_quickly(text, count_keys)) is not None:
        return None, data
    try:
        data = _load(text)
        if _is_suspect(text):
            whole = _C1.sub("\ufffd", json.dumps(data, ensure_ascii=False))
            data = _load(whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    except RepeatedKeyError:
        return "JSON that has a key twice", None
    except (ValueError, RecursionError):
        return "incomplete or invalid JSON", None
    return None, data


def _is_suspect(text: str) -> bool:
    """Whether a text may contain a character that is replaced. A search for one character is the fastest."""
    characters = "\x7f" if text.isascii() else _C1_CHARACTERS
    return any(map(text.__contains__, characters)) or ("\\" in text and _SUSPECT_ESCAPE.search(text) is not None)


def _load_quickly(text: str, count_keys: Callable[[t.Any], int]) -> t.Any:
    """The value of a text that has nothing to replace or to refuse, or None for one that may have.

    pydantic's parser makes one object of a text that repeats, and accepts a key that comes twice.
    """
    if _is_suspect(text):
        return None
    try:
        data = from_json(text, allow_inf_nan=False)
        keys = count_keys(data)
    except (ValueError, TypeError, AttributeError, LookupError):  # not JSON, or of another shape
        return None
    # No object has a key twice, and none was left out, if there are as many keys as there can be at most.
    most = sum(text.count(f"{before}:") for before in '" \t\n\r' if before in text)
    return data if keys == most else None


def _load(text: str) -> t.Any:
    return json.loads(
        text,
        parse_constant=lambda _name: None,
        parse_float=_parse_float,
        parse_int=_parse_int,
        object_pairs_hook=_parse_object,
    )


def _parse_object(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise RepeatedKeyError
    return data


def _parse_int(text: str) -> int | None:
    value = int(text) if len(text) <= _MAX_DIGITS else None
    return None if value is None or abs(value) > sys.float_info.max else value


def _parse_float(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None
