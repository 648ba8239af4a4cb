# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read options by a table, for front ends whose options Ansible does not check."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Callable, Mapping

from .errors import InvalidInputError

OptionTable = Mapping[str, Mapping[str, t.Any]]

# What a value must be, by the type of its option: texts that are right in every front end.
KINDS: Mapping[str, str] = {
    "str": "a text",
    "path": "a text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "list": "a list",
    "dict": "a dictionary",
}
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "str": str,
    "bool": bool,
    "int": int,
    "list": (list, tuple),
    "dict": Mapping,
}
_TRUE, _FALSE = frozenset({"1", "on", "t", "true", "y", "yes"}), frozenset({"0", "off", "f", "false", "n", "no"})


def read_options(
    table: OptionTable, given: Mapping[str, t.Any], *, environment: Mapping[str, str] | None = None, where: str = ""
) -> dict[str, t.Any]:
    """The options of a table that are set, and the defaults of the others; one without either is left out.

    An empty text is the same as not set, and the environment is used for an option that is not. `where` comes before
    the names in messages, like `query.`. Raises InvalidInputError for an unknown name, and for a value that cannot be
    converted to its option's type, which the message does not quote: it may be a secret.
    """
    from .unknown_options import describe_unknown_options

    if unknown := describe_unknown_options(table, given, where):
        raise InvalidInputError(unknown)
    return _read_table(table, given, environment or {}, where)


def check_kind(name: str, value: t.Any, kind: str) -> None:
    """Raise InvalidInputError unless a value has a type of KINDS already: nothing is converted. `path`: see `str`."""
    is_bool = isinstance(value, bool)  # which Python counts among the integers
    if not isinstance(value, _TYPES[kind]) or is_bool != (kind == "bool"):
        raise wrong_kind(name, kind)


def wrong_kind(name: str, kind: str) -> InvalidInputError:
    """The error of a value that is not of a type of KINDS."""
    return InvalidInputError(f"{name} must be {KINDS[kind]}.")


def _read_table(
    table: OptionTable, given: Mapping[str, t.Any], environment: Mapping[str, str], path: str
) -> dict[str, t.Any]:
    values: dict[str, t.Any] = {}
    for name, option in table.items():
        value = given.get(name)
        if value in (None, ""):
            value = environment.get(option.get("env", ""), "")
        if value != "":
            values[name] = _read(option, value, path + name)
        elif "default" in option:
            values[name] = option["default"]
    return values


def _read(option: Mapping[str, t.Any], value: t.Any, name: str) -> t.Any:
    if option["type"] == "dict":
        if not isinstance(value, Mapping):
            raise wrong_kind(name, "dict")
        return _read_table(option["options"], value, {}, f"{name}.")
    if option["type"] == "list":
        if isinstance(value, Mapping):
            raise wrong_kind(name, "list")
        parts = value if isinstance(value, (list, tuple)) else [value]
        element = {**option, "type": option["elements"]}
        return [_read(element, part, f"{name}[{number}]") for number, part in enumerate(parts)]
    try:
        converted = _CONVERTERS[option["type"]](value)
    except (TypeError, ValueError, OverflowError):
        raise wrong_kind(name, option["type"]) from None
    if converted not in option.get("choices", (converted,)):
        raise InvalidInputError(f"{name} must be one of {', '.join(option['choices'])}.")
    return converted


def _text(value: t.Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _boolean(value: t.Any) -> bool:
    if isinstance(value, bool):
        return value
    text = _text(value).strip().lower()
    if text not in _TRUE | _FALSE:
        raise ValueError
    return text in _TRUE


def _number(value: t.Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    return float(value)


def _integer(value: t.Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise TypeError
    return int(value)


_CONVERTERS: Mapping[str, Callable[[t.Any], t.Any]] = {
    "str": _text,
    "path": lambda value: os.path.expanduser(_text(value)),
    "bool": _boolean,
    "float": _number,
    "int": _integer,
}
