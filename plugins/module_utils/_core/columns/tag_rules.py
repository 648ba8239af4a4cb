# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of an audit: tags that every column must have, and values of tags that no column may have."""

from __future__ import annotations

import typing as t
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..errors import InvalidInputError
from ..foreign_text import clean_text

_QUOTE = "quote it, because YAML may read such a value as something else than its text"


@dataclass(frozen=True)
class TagRules:
    """The rules, by normalized names and values; see `normalize` and `parse_rules`."""

    required: Mapping[str, str]  # normalized name -> as the user writes it
    forbidden: Mapping[str, Mapping[str, str]]  # normalized name -> normalized value -> name=value, as the user writes


def normalize(text: str) -> str:
    """The form in which names and values of tags are compared: two texts that look the same are the same.

    Upper and lower case, white space, invisible characters and Unicode's compatibility forms (NFKC, such as full-width
    letters and ligatures) make no difference.
    """
    if text.isascii() and text.isprintable():  # true of nearly every text
        return " ".join(text.split()).casefold()
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    visible = "".join(character for character in text if not _is_invisible(character))
    # Case folding may undo the normalization, and the other way round.
    return " ".join(unicodedata.normalize("NFKC", visible.casefold()).casefold().split())


def _is_invisible(character: str) -> bool:
    """Whether a character is a control or a format character, unassigned, or a variation selector."""
    is_selector = (
        "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef" or character == "\u034f"
    )
    return is_selector or unicodedata.category(character)[0] == "C"


def parse_rules(required: t.Any, forbidden: t.Any, prefix: str = "") -> TagRules:
    """Rules from a user's options. `prefix` begins the names of the options in messages.

    Raises InvalidInputError for a rule that requires or forbids nothing.
    """
    rules = TagRules(
        _parse_required(f"{prefix}required_tags", [] if required is None else required),
        _parse_forbidden(f"{prefix}forbidden_tags", {} if forbidden is None else forbidden),
    )
    if not rules.required and not rules.forbidden:
        raise InvalidInputError(f"There are no rules to judge by: set {prefix}required_tags or {prefix}forbidden_tags.")
    return rules


def _parse_required(option: str, names: t.Any) -> Mapping[str, str]:
    if not isinstance(names, (list, tuple)):
        raise InvalidInputError(f"{option} must be a list of tag names.")
    found: dict[str, str] = {}
    for number, name in enumerate(names):
        key, text = _parse_text(f"{option}[{number}]", name, "a tag name")
        found.setdefault(key, text)
    return found


def _parse_forbidden(option: str, rules: t.Any) -> Mapping[str, Mapping[str, str]]:
    if not isinstance(rules, Mapping):
        raise InvalidInputError(
            f"{option} must be a dictionary of tag names, each with the values that it must not have."
        )
    found: dict[str, dict[str, str]] = {}
    for name, values in rules.items():
        key, text = _parse_text(f"{option}: the name {name!r}", name, "a tag name")
        forbidden = found.setdefault(key, {})  # two spellings of one name are one rule
        for value_key, value in _parse_values(f"{option}.{text}", values):
            forbidden.setdefault(value_key, f"{text}={value}")
    return found


def _parse_values(option: str, values: t.Any) -> Iterable[tuple[str, str]]:
    if isinstance(values, str):
        if "," in values:
            raise InvalidInputError(
                f"{option} is a text with a comma: write a list of values, or a list with this text if it is one value."
            )
        values = [values]
    elif values is None or isinstance(values, Mapping) or (isinstance(values, (list, tuple)) and not values):
        raise InvalidInputError(f"{option} forbids nothing: set it to a value, or to a list of values.")
    elif not isinstance(values, (list, tuple)):
        values = [values]
    return [_parse_text(option, value, "a value of a tag") for value in values]


def _parse_text(place: str, value: t.Any, what: str) -> tuple[str, str]:
    """The normalized form of a text, and the text as reports and results show it."""
    if not isinstance(value, str):
        found = type(value).__name__
        if value is None or isinstance(value, (Mapping, list, tuple)):
            raise InvalidInputError(f"{place} must be {what}, and is {'empty' if value is None else f'a {found}'}.")
        raise InvalidInputError(f"{place} must be {what}, and is of type {found}: {_QUOTE}.")
    key = normalize(value)
    if not key:
        raise InvalidInputError(f"{place} must be {what}, and is empty.")
    return key, clean_text(value)
