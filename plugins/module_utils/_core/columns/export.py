# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Columns as the text of a file, made one by one, so that a file of any size needs no more memory than a column."""

from __future__ import annotations

import csv
import json
import typing as t
from operator import attrgetter

from ..errors import InvalidInputError
from ..text import UNSEEN
from .models import Column

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the wide forms count in some spreadsheets
_CONTROL = ("\t", "\r", "\n")
_SUFFIXES = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "json"}


def format_of(dest: str) -> str:
    """The format that a file's suffix names."""
    for suffix, format_ in _SUFFIXES.items():
        if dest.lower().endswith(suffix):
            return format_
    raise InvalidInputError(
        f"format is missing, and the name of {dest} does not tell it: it ends in none of {_known()}."
    )


def render(format_: str, columns: Iterable[Column]) -> Iterator[str]:
    """The text piece by piece; each piece takes one column from `columns`."""
    return _RENDERERS[format_](columns)


def _csv(columns: Iterable[Column]) -> Iterator[str]:
    line = _Line()
    # Every cell is quoted, or a semicolon in a name would part cells where spreadsheets expect one.
    writer = csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(Column.model_fields)
    yield line.text
    facts = attrgetter(*Column.model_fields)
    for column in columns:
        writer.writerow([harmless(_cell(value)) for value in facts(column)])
        yield line.text


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


def harmless(text: str) -> str:
    """The text of a cell that no spreadsheet takes for a formula."""
    if text[:1].isalnum():  # nearly every cell
        return text
    risky = text.startswith(_CONTROL) or UNSEEN.sub("", text).lstrip().startswith(_FORMULA)
    return f"'{text}" if risky else text


def _cell(value: t.Any) -> str:
    """Lists become `SSN; Email` and `sensitivity=high; owner=hr`; the other formats hold all that is known."""
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
    text = column.model_dump_json()  # three times as fast as json.dumps, which only knows how to write ASCII
    return text if text.isascii() else json.dumps(json.loads(text), separators=(",", ":"))


def _known() -> str:
    return ", ".join(_SUFFIXES)


class _Line:
    """What csv writes a row to."""

    text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)
