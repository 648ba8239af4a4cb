# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep secrets out of everything that is printed or returned."""

from __future__ import annotations

import re
import typing as t
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote

MASK = "********"
_URL_SAFE = str.maketrans("+/", "-_")
_MIN_LENGTH = 6  # characters; masking shorter secrets would mask common words
# No pattern can match text without one of these, in lower case.
_MARKS = ("sig=", "sig%3d", "sig%253d", "sharedaccess", "accountkey", "bearer")
_PATTERNS = (
    # Also percent-encoded once or twice, and after %26, %3F or \u0026, which end in characters of a word.
    re.compile(r"(?i)((?:(?<![a-z])|(?<=3F))sig(?:=|%(?:25)?3D))[^&;\s\"'<>]+"),
    re.compile(r"(?i)((?:SharedAccessSignature|AccountKey|SharedAccessKey)(?:=|%(?:25)?3D))[^;\s\"'<>]+"),
    re.compile(r"(?i)(\bBearer\s+)[A-Za-z0-9._~+/=-]{6,}"),
)
_PARTS = (  # of a connection string; the signature may stand anywhere in it
    re.compile(r"(?i)(?:SharedAccessSignature|AccountKey|SharedAccessKey)=([^;]+)"),
    re.compile(r"(?i)\bsig=([^;&]+)"),
)


class Redactor:
    """The secrets known so far. A token that is exchanged while a task runs is added."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: set[str] = set()
        for value in values:
            self.add(value)

    def add(self, value: str | None) -> None:
        """Remember a secret, and each form in which a vendor may echo it."""
        if not value or len(value) < _MIN_LENGTH:
            return
        for pattern in _PARTS:  # a vendor may echo a part of a connection string
            for part in pattern.findall(value):
                self.add(part)
        for form in (value, unquote(value)):
            data = _bytes(form)
            once = {form, quote(data, safe=""), quote(data), quote_plus(data)}
            once |= {_lower_hex(text) for text in once}
            self._values |= once | {quote(_bytes(text), safe="") for text in once if "%" in text}
            self._values |= set(_in_base64(data))

    @property
    def values(self) -> frozenset[str]:
        """Every form of every secret."""
        return frozenset(self._values)

    def redact_text(self, text: str) -> str:
        """The text with every secret masked."""
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, MASK)
        for pattern in _PATTERNS:
            text = pattern.sub(rf"\1{MASK}", text)
        return text

    def redact(self, value: t.Any) -> t.Any:
        """The same for all the text inside lists and dictionaries; keys are not changed."""
        if isinstance(value, str):
            return self.redact_text(value)
        # One search through all the text is a hundred times as fast as one for each text, and most find nothing.
        if not self._may_contain_secret("\n".join(_texts(value))):
            return value
        if isinstance(value, Mapping):
            return {key: self.redact(item) for key, item in value.items()}
        return [self.redact(item) for item in value]

    def _may_contain_secret(self, text: str) -> bool:
        lower = text.lower()
        return any(value in text for value in self._values) or any(mark in lower for mark in _MARKS)


def _texts(value: t.Any) -> list[str]:
    """All the text inside a value."""
    found: list[str] = []
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, Mapping):
            rest.extend(one.values())
        elif isinstance(one, (list, tuple)):
            rest.extend(one)
    return found


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # environment variables need not be UTF-8


def _in_base64(data: bytes) -> Iterator[str]:
    """The data in base64, by itself and at every offset inside longer data."""
    yield b64encode(data).decode()
    for shift in range(3):
        end = (len(data) + shift) % 3  # bytes of the last group, which also encodes what follows
        text = b64encode(bytes(shift) + data).decode()[(0, 2, 3)[shift] :]
        text = text[: len(text) - (0, 3, 2)[end]]
        if len(text) > _MIN_LENGTH:
            yield text
            yield text.translate(_URL_SAFE)


def _lower_hex(text: str) -> str:
    """Percent-encoded in lower case, as .NET does it."""
    return re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), text)
