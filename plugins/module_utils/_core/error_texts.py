# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors inside a vendor's data: what is one, and its text. Vendors write them in many places and forms."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from functools import lru_cache

_NOTHING = frozenset({"", "-", "0", "none", "null", "false"})  # texts that vendors write for no error
_TEXT_KEYS = ("message", "error", "reason", "detail", "description")  # of an error that is an object
# The keys under which a vendor writes an error: `error`, `errorMessage`, `error_msg`, `failureReason`, `lastErrorCode`.
_ERROR_KEY = re.compile(
    r"(?:last)?(?:error|failure|exception)(?:s|messages?|msgs?|reasons?|codes?|details?|texts?|descriptions?)?"
)
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
# The keys under which a record or an envelope names what could not be scanned: `failed_objects`, `failedTableCount`.
# Files and tests are not among them, nor a bare `failed`, which may count them: one that fails is what a scan finds.
_FAILED_PARTS_KEY = re.compile(
    r"(?:failed|errored)(?:objects?|columns?|tables?|parts?|items?|(?:data)?sources?|scans?|pages?|records?|rows?|"
    r"documents?|connections?)(?:counts?|lists?|names?|ids?)?"
)
_MAX_DEPTH = 16  # levels of lists and objects; what is nested deeper counts as something, unless it is empty
WITHOUT_MESSAGE = "an error without a message"


def has_content(value: t.Any, depth: int = _MAX_DEPTH) -> bool:
    """Whether a value, or a part of it, is more than one of the values that stand for nothing."""
    if isinstance(value, str):
        return value.strip().lower() not in _NOTHING
    parts = _parts(value)
    if parts is None or not depth:
        return bool(value)
    return any(has_content(part, depth - 1) for part in parts)


def _parts(value: t.Any) -> list[t.Any] | None:
    """The parts of an object or a list, or None for another value."""
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, (list, tuple)) else None


def error_texts(value: t.Any, depth: int = _MAX_DEPTH) -> list[str]:
    """The messages of an error, which may be a text, an object with one, or a list of both."""
    if isinstance(value, str):
        return [value.strip()] if has_content(value) else []
    if not depth:
        return []
    if isinstance(value, Mapping):
        found = (error_texts(value.get(key), depth - 1) for key in _TEXT_KEYS)
        return next((texts for texts in found if texts), [])
    if isinstance(value, (list, tuple)):
        return list(dict.fromkeys(text for part in value for text in error_texts(part, depth - 1)))
    return [str(value)] if has_content(value) and value is not True else []


def error_text(value: t.Any) -> str | None:
    """An error as text, or None for a value that means no error."""
    return ("; ".join(error_texts(value)) or WITHOUT_MESSAGE) if has_content(value) else None


def errors_of(data: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The errors that a record or an envelope carries, by their keys."""
    return {key: value for key, value in data.items() if is_error_key(key) and has_content(value)}


@lru_cache(maxsize=1024)  # a list has the same few keys in each record
def is_error_key(key: str) -> bool:
    """Whether a key is the name of an error or of parts that failed, in snake case, in camel case, or in words."""
    return _ERROR_KEY.fullmatch(_folded(key)) is not None or names_failed_parts(key)


def names_failed_parts(key: str) -> bool:
    """Whether a key is the name of parts that failed."""
    return _FAILED_PARTS_KEY.fullmatch(_folded(key)) is not None


def _folded(key: str) -> str:
    return _BETWEEN_WORDS.sub("", key).lower()
