# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Columns as the text of a file, one by one: a file of any size needs no more memory than one column."""

from __future__ import annotations

import json
import typing as t
from operator import attrgetter

from ..errors import InvalidInputError
from ..text import INVISIBLE, break_commands, escape_commands
from .models import Column

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # some spreadsheets read the full-width forms, too
_CONTROL = ("\t", "\r", "\n")
_SUFFIXES = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "json"}


def format_of(dest: str) -> str:
    """The format that the suffix of a file name selects. Raises InvalidInputError for other suffixes."""
    for suffix, format_ in _SUFFIXES.items():
        if dest.lower().endswith(suffix):
            return format_
    raise InvalidInputError(
        f"format is not set, and the name of {dest} ends in none of {', '.join(_SUFFIXES)}: set format."
    )


def render(format_: str, columns: Iterable[Column]) -> Iterator[str]:
    """The text of the file in pieces; each piece takes one column from `columns`."""
    return _RENDERERS[format_](columns)


def _csv(columns: Iterable[Column]) -> Iterator[str]:
    yield csv_row(Column.model_fields)
    facts = attrgetter(*Column.model_fields)
    for column in columns:
        yield csv_row(map(_cell, facts(column)))


def _ndjson(columns: Iterable[Column]) -> Iterator[str]:
    for column in columns:
        yield _json_text(column) + "\n"


def _json(columns: Iterable[Column]) -> Iterator[str]:
    yield "["
    before = "\n"
    for column in columns:
        yield before + _json_text(column)
        before = ",\n"
    yield "\n]\n"


_RENDERERS: dict[str, Callable[[Iterable[Column]], Iterator[str]]] = {"csv": _csv, "ndjson": _ndjson, "json": _json}
FORMATS: tuple[str, ...] = tuple(_RENDERERS)


def csv_row(cells: Iterable[str]) -> str:
    """A line of a CSV file. Every cell is quoted, since some spreadsheets split cells at semicolons.

    A NUL character becomes U+FFFD: many readers fail on it, Python's own before 3.11, too. A space breaks what a CI
    server would obey where a job prints the file.
    """
    line = ",".join(['"' + escape_formula(cell).replace('"', '""') + '"' for cell in cells]) + "\n"
    return break_commands(line.replace("\0", "\ufffd"))


def escape_formula(text: str) -> str:
    """The text of a cell, with an apostrophe before what a spreadsheet would run as a formula."""
    if text[:1].isalnum():  # true of nearly every cell
        return text
    risky = text.startswith(_CONTROL) or INVISIBLE.sub("", text).lstrip().startswith(_FORMULA)
    return f"'{text}" if risky else text


def _cell(value: t.Any) -> str:
    """A value as the text of a cell. Lists become `SSN; Email` and `sensitivity=high; owner=hr`."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return str(value)


def _json_text(column: Column) -> str:
    text = column.model_dump_json()  # three times as fast as json.dumps, which is only needed to escape non-ASCII text
    return escape_commands(text if text.isascii() else json.dumps(json.loads(text), separators=(",", ":")))
