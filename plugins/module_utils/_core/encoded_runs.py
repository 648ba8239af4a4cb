# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of characters that encode text: base64, hexadecimal digits, and bytes that are written as numbers.

Nothing marks where such a run begins, and a server may cut it anywhere. Where its bytes begin follows from ASCII text
inside: of random characters, few would be ASCII for long.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator

_STANDARD = str.maketrans("-_", "+/")  # the alphabet of base64 in addresses, and the usual one
# Four characters of base64 that are three bytes of ASCII: the highest bit of each byte is 0, and few are controls.
# UTF-16 has NUL in between.
_GROUP = ("ACDI-Za-f", "AC-HQS-Xgi-nwyz0-3", "ABEFIJMNQRUVYZcdghklopstwx014589", "A-Za-z0-9+/_-")
_ASCII_GROUPS = f"(?:{''.join(f'[{characters}]' for characters in _GROUP)}){{3,}}"
_ASCII_PAIRS = "(?:[2-7][0-9A-Fa-f](?:00)?){8,}"
_SEPARATOR = "[^0-9A-Za-z]{1,4}(?:0[xX])?"
# Each run is matched from its first character on, so that the time is linear in the text.
BASE64_RUN = re.compile(f"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]*?{_ASCII_GROUPS}[A-Za-z0-9+/_-]*={{0,2}}")
HEX_RUN = re.compile(f"(?<![0-9A-Fa-f])[0-9A-Fa-f]*?{_ASCII_PAIRS}[0-9A-Fa-f]*")
NUMBERS = re.compile(
    f"(?<![0-9A-Za-z])(?:0[xX])?[0-9A-Fa-f]{{1,8}}(?:{_SEPARATOR}[0-9A-Fa-f]{{1,8}}){{7,}}(?![0-9A-Za-z])"
)
_GROUPS, _PAIRS = re.compile(_ASCII_GROUPS), re.compile(_ASCII_PAIRS)
_NUMBER = re.compile("(?<![0-9A-Za-z])(?:0[xX])?([0-9A-Fa-f]{1,8})")
_ANY_BASE64, _ANY_HEX = re.compile("[A-Za-z0-9+/_-]{8,}"), re.compile("[0-9A-Fa-f]{8,}")


def has_base64_run(text: str) -> bool:
    """Whether BASE64_RUN finds something, in a thirtieth of its time."""
    places = _places(text, _GROUP_TABLE)
    # A bit of each place is left where a group begins.
    groups = places & places >> 9 & places >> 18 & places >> 27 & _first_bits(text)
    return bool(groups & groups >> 32 & groups >> 64)


def has_hex_run(text: str) -> bool:
    """Whether HEX_RUN finds something, in a thirtieth of its time."""
    places, first_bits = _places(text, _PAIR_TABLE), _first_bits(text)
    pairs = places & places >> 9 & first_bits
    nul = places >> 2 & places >> 10 & first_bits
    runs = pairs  # where the last pair of so many begins
    for _number in range(7):
        if not runs:
            return False
        runs = pairs & (runs << 16 | (runs << 16 & nul) << 16)
    return bool(runs)


def has_numbers(text: str) -> bool:
    """Whether NUMBERS may find something, in a twentieth of its time: it needs seven separators without a word between.

    The texts of a page often have ids of many digits, so a search through several texts puts a word between them.
    """
    classes = text.encode("ascii", "replace").translate(_NUMBER_CLASSES, _NUMBER_DIGITS)
    return b" " * 7 in classes


def _places(text: str, table: bytes) -> int:
    """A number with a byte of the table for each character, so that all places of a text are compared at once."""
    return int.from_bytes(text.encode("ascii", "replace").translate(table), "little")


def _first_bits(text: str) -> int:
    """The number whose bytes are all 1."""
    return int.from_bytes(b"\1" * len(text), "little")


def _table(*classes: str) -> bytes:
    """For `bytes.translate`: a byte whose bits are the classes that a character is in."""
    patterns = [re.compile(f"[{characters}]") for characters in classes]
    return bytes(
        sum(1 << bit for bit, pattern in enumerate(patterns) if number < 128 and pattern.match(chr(number)))
        for number in range(256)
    )


def base64_begin(run: str) -> int:
    """Where in a match of BASE64_RUN the first whole byte begins."""
    return _longest(_GROUPS, run) % 4


def hex_begin(run: str) -> int:
    """Where in a match of HEX_RUN the first whole byte begins."""
    return _longest(_PAIRS, run) % 2


def decode_base64(run: str) -> str:
    """A character for each byte that a match of BASE64_RUN encodes."""
    return _from_base64(run.rstrip("=")[base64_begin(run) :]).decode("latin-1")


def decode_hex(run: str) -> str:
    """A character for each byte that a match of HEX_RUN encodes."""
    return _from_hex(run[hex_begin(run) :]).decode("latin-1")


def decode_numbers(run: str) -> str:
    """What a match of NUMBERS encodes: in hexadecimal, in decimal and in octal.

    Words before and after the numbers may belong to the match, such as `a` or `be`: what is no byte becomes a NUL.
    """
    numbers = _NUMBER.findall(run)
    readings = [[_hex_bytes(number) for number in numbers]]
    readings += [[_byte(number, base) for number in numbers] for base in (10, 8)]
    return b" ".join(map(b"".join, readings)).decode("latin-1")


def _hex_bytes(number: str) -> bytes:
    return bytes.fromhex(number) if len(number) % 2 == 0 else b"\0"


def _byte(number: str, base: int) -> bytes:
    try:
        return bytes([int(number, base)])
    except ValueError:  # another base, or more than a byte
        return b"\0"


def encoded_texts(text: str) -> Iterator[str]:
    """What each long enough run of base64 or hexadecimal digits in a text encodes, wherever in it a group begins."""
    for run in _ANY_BASE64.findall(text):
        for start in range(4):
            yield _from_base64(run[start:]).decode("utf-8", "replace")
    for run in _ANY_HEX.findall(text):
        for start in range(2):
            yield _from_hex(run[start:]).decode("utf-8", "replace")


def _longest(pattern: re.Pattern[str], run: str) -> int:
    """Where the longest match begins."""
    return max((match.span() for match in pattern.finditer(run)), key=lambda span: span[1] - span[0])[0]


def _from_base64(run: str) -> bytes:
    run = run.translate(_STANDARD)
    return b64decode(run[: len(run) - (len(run) % 4 == 1)] + "==")


def _from_hex(run: str) -> bytes:
    return bytes.fromhex(run[: len(run) // 2 * 2])


_GROUP_TABLE, _PAIR_TABLE = _table(*_GROUP), _table("2-7", "0-9A-Fa-f", "0")
_NUMBER_DIGITS = b"0123456789ABCDEFabcdefXx"  # `0x` may stand before a number
_NUMBER_CLASSES = bytes(number if chr(number).isalnum() and number < 128 else 32 for number in range(256))
