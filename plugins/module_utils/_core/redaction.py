# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep secrets out of everything that is printed or returned."""

from __future__ import annotations

import re
import threading
import typing as t
from base64 import b64encode
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from .decoding import DecodedText, decodings, fully_decoded

MASK = "********"
_SEARCHED = 100_000  # characters of many texts that are searched at once
_MARK = "\x00"  # stands for each character of a secret that was found
_MIN_LENGTH = 6  # characters; shorter secrets are searched for if they have letters and digits, from 4 on
_MIN_SHORT_LENGTH = 4
_MIN_ALONE = 8  # characters; a shorter secret is searched for where it stands alone
_MIN_WORD = 16  # characters; so is a shorter one that could be a word
_MIN_PART = 8  # characters of a secret that a server cut: its beginning or its end
_MIN_BASE64_PART, _MIN_HEX_PART = 12, 16
# Two alphabets of base64, and upper and lower case, are searched for as one.
_FOLDING = (("-", "+"), ("_", "/"), ("\x00", "\x01"), ("\u0130", "i"))  # the lower case of U+0130 has two characters
_WORDS = r"(?!(?:tokens?|auth\w*|scheme|headers?|credentials?|realm)\b)"
# By a text, in lower case, without which none matches. The group is the secret. Decoded texts are searched as well.
_PATTERNS = {
    mark: re.compile(pattern, re.IGNORECASE)
    for mark, pattern in {
        "sig=": r"(?<![a-z])sig=([^&;\s\"'<>]+)",
        "sharedaccess": r"SharedAccess(?:Signature|Key)=([^;\s\"'<>]+)",
        "accountkey=": r"AccountKey=([^;\s\"'<>]+)",
        "bearer": rf"\bBearer\s{_WORDS}([A-Za-z0-9._~+/=-]{{6,}})",
        "basic": r"\bBasic\s(?=[A-Za-z]*[0-9+/=])([A-Za-z0-9+/=_-]{8,})",
        "eyj": r"\b((?-i:eyJ)[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)+)",  # a JSON web token, such as a session token
        "://": r"://([^\s/?#\"'<>]+)@",  # the user and the password of an address
    }.items()
}
# States and kinds of errors, on which playbooks rely: a token that is one of these is not searched for.
RESULT_WORDS = frozenset(
    {"queued", "running", "completed", "failed", "cancelled", "stopped", "unknown"}
    | {"invalid_input", "unsupported", "unauthorized", "forbidden", "not_found", "ambiguous", "conflict", "too_early"}
    | {"too_late", "rejected", "unavailable", "unreadable", "untrusted_certificate", "lost_answer", "interrupted"}
    | {"scan_not_completed", "wait_timeout", "gate_closed", "error"}
)
_PARTS = (  # of a connection string; the signature may stand anywhere in it
    re.compile(r"(?i)(?:SharedAccessSignature|AccountKey|SharedAccessKey)=([^;]+)"),
    re.compile(r"(?i)\bsig=([^;&]+)"),
)


class Redactor:
    """The secrets known so far. A token that is exchanged while a task runs is added. Several threads may use it."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._lock = threading.RLock()  # of `add`, which calls itself; readers use lists that never change
        self._known: set[str] = set()
        # What a secret looks like, and how many characters of its beginning are enough to recognize it.
        self._beginnings: list[tuple[str, int]] = []
        self._ends: list[tuple[str, int]] = []  # the same from its end, backwards
        self._literals: list[str] = []
        self._alone: tuple[tuple[str, re.Pattern[str]], ...] = ()  # folded, and where it stands alone
        for value in values:
            self.add(value)

    def add(self, value: str | None) -> None:
        """Remember a secret. Short ones, and words, are masked where they stand alone, or not at all."""
        if value and _is_recognizable(value):
            with self._lock:
                self._add(value)

    def _add(self, value: str) -> None:
        if value in self._known:
            return
        self._known.add(value)
        self._literals = self._find_literals()
        parts = [part for pattern in _PARTS for part in pattern.findall(value)]  # a vendor may echo a part of it
        if value.startswith("eyJ"):
            parts += [part for part in value.split(".") if len(part) >= _MIN_WORD]  # of a JSON web token
        for part in parts:
            self.add(part)
        if len(value) < _MIN_ALONE or _could_be_word(value):
            pattern = re.compile(rf"(?<![\w-]){re.escape(value)}(?![\w-])", re.IGNORECASE)
            self._alone += ((_fold(value), pattern),)
        is_opaque = not any(pattern.search(value) for pattern in _PARTS)  # the rest of a connection string is no secret
        # Bytes that are decoded one by one, as the characters of the same numbers.
        in_bytes = fully_decoded(value.encode("utf-8", "surrogatepass").decode("latin-1"))
        forms = (value, fully_decoded(value), in_bytes, value.replace(" ", ""), value.replace(" ", "+"))
        for form in dict.fromkeys(forms):
            if len(form) >= _MIN_SHORT_LENGTH:
                self._add_form(form, is_opaque=is_opaque)

    def _add_form(self, form: str, *, is_opaque: bool) -> None:
        """Remember what a text looks like, as it is and encoded."""
        data = form.encode("utf-8", "surrogatepass")  # environment variables need not be UTF-8
        forms = [(data.hex(), 2 * len(data), _MIN_HEX_PART)]
        forms += [(text, sure, _MIN_BASE64_PART) for text, sure in _in_base64(data)]
        if len(form) >= _MIN_ALONE and not _could_be_word(form):
            forms.append((form, len(form), _least_part(form)))
            if is_opaque:
                self._ends = _longest_first(*self._ends, (_fold(form)[::-1], _least_part(form[::-1])))
        found = [(_fold(text), min(sure, least) if is_opaque else sure) for text, sure, least in forms]
        self._beginnings = _longest_first(*self._beginnings, *found)

    def redact_text(self, text: str) -> str:
        """The text with every secret masked, whole or cut, and however it is escaped or encoded."""
        for secret in self._literals:
            text = text.replace(secret, MASK)  # much faster than what follows, where a server repeats it often
        spans = sorted(span for view in decodings(text) for span in self._original_spans(view))
        shown: list[str] = []
        done = 0
        for start, end in spans:
            if start >= done:
                shown += [text[done:start], MASK]
            done = max(done, end)
        return "".join([*shown, text[done:]]) if spans else text

    def _find_literals(self) -> list[str]:
        """The secrets that may be masked by themselves: no word, and no part of another, of which a rest would stay."""
        plain = [secret for secret in self._known if len(secret) >= _MIN_ALONE and not _could_be_word(secret)]
        return [secret for secret in plain if not any(secret in other for other in self._known if other != secret)]

    def redact(self, value: t.Any) -> t.Any:
        """The same for all the text inside lists and dictionaries, keys included."""
        if isinstance(value, str):
            return self.redact_text(value)
        # One search through all the text is a hundred times as fast as one for each text, and most find nothing.
        if not self.finds_secret(value):
            return value
        if isinstance(value, Mapping):
            return self._redact_mapping(value)
        return [self.redact(item) for item in value]

    def finds_secret(self, value: t.Any) -> bool:
        """Whether there may be a secret in the text inside lists and dictionaries."""
        return any(self._find(view.text) for text in _joined(_texts(value)) for view in decodings(text))

    def _redact_mapping(self, value: Mapping[t.Any, t.Any]) -> dict[t.Any, t.Any]:
        """Keys that become the same are numbered, so that no value is lost."""
        redacted: dict[t.Any, t.Any] = {}
        for key, item in value.items():
            name = shown = self.redact_text(key) if isinstance(key, str) else key
            number = 1
            while name in redacted:
                number += 1
                name = f"{shown} ({number})"
            redacted[name] = self.redact(item)
        return redacted

    def _original_spans(self, view: DecodedText) -> Iterator[tuple[int, int]]:
        for start, end in self._find(view.text):
            yield view.original_span(start, end)

    def _find(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand in a text that is decoded."""
        plain = folded = _fold(text)
        for form, least in self._beginnings:
            folded = _mark(folded, form, least)
        for form, least in self._ends:
            if form[least - 1 :: -1] in folded:
                folded = _mark(folded[::-1], form, least)[::-1]
        spans = [match.span() for match in re.finditer(f"{_MARK}+", folded)] if _MARK in folded else []
        for secret, pattern in self._alone:
            # Much faster than the pattern. Some letters beyond ASCII are another case of an ASCII letter.
            if secret in plain or not (secret.isascii() and text.isascii()):
                spans += [match.span() for match in pattern.finditer(text)]
        for mark, pattern in _PATTERNS.items():
            if mark in plain:  # also where the beginning of a known secret is this mark, as of two web tokens
                spans += [match.span(1) for match in pattern.finditer(text)]
        return spans


def _longest_first(*forms: tuple[str, int]) -> list[tuple[str, int]]:
    """In this order, a secret inside another leaves no rest of that."""
    return sorted(set(forms), key=lambda form: (-len(form[0]), form))


def _mark(text: str, form: str, least: int) -> str:
    """The text with each part marked that begins like the form, for at least so many characters."""
    beginning = form[:least]
    found = text.find(beginning)
    if found < 0:
        return text
    pieces, done = [], 0
    while found >= 0:
        size = least
        if text.startswith(form, found):
            size = len(form)
        while size < len(form) and text[found + size : found + size + 1] == form[size]:
            size += 1
        pieces += [text[done:found], _MARK * size]
        done = found + size
        found = text.find(beginning, done)
    return "".join([*pieces, text[done:]])


def _fold(text: str) -> str:
    for character, folded in _FOLDING:  # much faster than str.translate
        text = text.replace(character, folded)
    return text.lower()


def _is_recognizable(value: str) -> bool:
    """Whether a secret is long enough not to be found where it is not, and no word that results need."""
    if value in RESULT_WORDS:
        return False
    if len(value) >= _MIN_LENGTH:
        return True
    return len(value) >= _MIN_SHORT_LENGTH and any(map(str.isalpha, value)) and any(map(str.isdigit, value))


def _could_be_word(value: str) -> bool:
    """Whether a secret may occur as a word, or several with a hyphen, in a message."""
    return len(value) < _MIN_WORD and _is_plain(value)


def _is_plain(text: str) -> bool:
    return bool(re.fullmatch(r"[a-z_-]+|[A-Z_-]+|[A-Z][a-z]+", text))


def _least_part(text: str) -> int:
    """How much of the beginning of a secret cannot be a word."""
    least = _MIN_PART
    while least < _MIN_WORD and _is_plain(text[:least]):
        least += 1
    return least


def _in_base64(data: bytes) -> Iterator[tuple[str, int]]:
    """The data in base64, by itself and at every offset inside longer data, and how much of it is sure.

    What follows the data may change the last characters of it, and the last group is missing where others follow.
    """
    for shift in range(3):
        text = b64encode(bytes(shift) + data).decode()[(0, 2, 3)[shift] :]
        sure = len(text) - (0, 3, 2)[(len(data) + shift) % 3]
        if sure > _MIN_LENGTH:
            yield (text if shift == 0 else text[:sure]), sure


def _joined(texts: list[str]) -> Iterator[str]:
    """A few long texts of many: each search decodes and folds all of a text, so one would take five times the memory.

    The mark between two texts keeps numbers at their ends from being taken for one run. It has no space: decoding drops
    a line break with the spaces after it, and what follows would belong to the text before.
    """
    sizes = list(accumulate(map(len, texts), initial=0))
    first = 0
    while first < len(texts):
        end = bisect_left(sizes, sizes[first] + _SEARCHED, first + 1)
        yield "<z>".join(texts[first:end])
        first = end


def _texts(value: t.Any) -> list[str]:
    """All the text inside a value, keys included."""
    found: list[str] = []
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, Mapping):
            rest.extend(one.values())
            found.extend(key for key in one if isinstance(key, str))
        elif isinstance(one, (list, tuple)):
            rest.extend(one)
    return found
