# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

"""Text options that get something else than text are refused, while the values are as given.

YAML reads 007 as the number 7, 1.10 as 1.1, and on as true. Turned back into text, such a value names another
container, and the gate would judge the scan of that one. ansible-core 2.19 and newer read AWX's survey answers in the
same way.
"""

import datetime
import os
import typing as t
from collections.abc import Mapping

from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.options import CONNECTION_OPTIONS, given_options
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import NAMES, provider_class

_TEXTS = ("str", "path")
_TIMES = ("started_after", "started_before")  # a date that YAML has read means the same as its text
# Not "other than str": before ansible-core 2.19, a text from a vault has a type of its own.
_OTHER_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "a boolean"),
    ((int, float), "a number"),
    (datetime.date, "a date"),
    (bytes, "binary data"),
    (Mapping, "a dictionary"),
    ((list, tuple, set), "a list"),
)
_HOLDERS = ("a dictionary", "a list")  # in which quotes would be a part of the text


def provider_name(option: t.Any) -> str | None:
    """The vendor's name, as far as it is known here: a module on another host may find it in its own environment."""
    return option or os.environ.get(CONNECTION_OPTIONS["provider"]["env"])


def check_texts(spec: Mapping[str, t.Any], given: Mapping[str, t.Any], provider: str | None, path: str = "") -> None:
    """Raise InvalidInputError for the first text option, at any depth, whose value is not a text.

    An id may be a whole number where the vendor's ids are. The message does not quote the value, which may be a secret.
    """
    for name, option, value in given_options(spec, given):
        is_list = isinstance(value, list) and option.get("type") == "list"
        parts = value if is_list else [value]
        if "options" in option:
            for number, part in enumerate(parts):
                if isinstance(part, Mapping):
                    place = f"{path}{name}[{number}]" if is_list else f"{path}{name}"
                    check_texts(option["options"], part, provider, f"{place}.")
        elif _holds_texts(option):
            whole_numbers = name.endswith(("_id", "_ids")) and _has_whole_number_ids(provider)
            if isinstance(value, Mapping) and option.get("type") == "list":
                raise InvalidInputError(f"{path}{name} must be a list of texts, but its value is a dictionary.")
            for number, part in enumerate(parts):
                is_number = isinstance(part, int) and not isinstance(part, bool)
                is_time = isinstance(part, datetime.date)
                if not (whole_numbers and is_number) and not (name in _TIMES and is_time):
                    _check_text(f"{path}{name}[{number}]" if is_list else f"{path}{name}", part)


def _holds_texts(option: Mapping[str, t.Any]) -> bool:
    """Whether an option is a text, or a list of texts; items of type raw are names of tags."""
    if option.get("type") == "list":
        return option.get("elements") in (*_TEXTS, "raw")
    return option.get("type", "str") in _TEXTS


def _has_whole_number_ids(provider: str | None) -> bool:
    return provider in NAMES and provider_class(provider).whole_number_ids


def _check_text(name: str, value: t.Any) -> None:
    for types, kind in _OTHER_TYPES:
        if isinstance(value, types):
            advice = "Set it to a text." if kind in _HOLDERS else "Quote it where it is set."
            raise InvalidInputError(f"{name} must be a text, but its value is {kind}. {advice}")
