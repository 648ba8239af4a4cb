# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Columns as the text of a file, page by page: a file of any size needs no more memory than a page."""

from __future__ import annotations

import json
import typing as t

from ..errors import InvalidInputError
from ..text import INVISIBLE, break_commands, escape_commands, may_command
from .column_parser import json_line
from .models import Attribute, Column, ColumnPage, Tag, tag_pair

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_FIELDS = tuple(Column.__annotations__)
_TEXTS: t.Final = ("fully_qualified_name", "column_name", "business_attribute", "table_name", "source", "data_type")

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


def is_plain(texts: str) -> bool:
    """Whether `render` changes none of these texts but formulas. One search is much faster than one in a whole file."""
    return texts.isascii() and "\0" not in texts and not may_command(texts)


def render(format_: str, pages: Iterable[ColumnPage]) -> Iterator[str]:
    """The text of the file in pieces; each piece takes one page from `pages`."""
    return _RENDERERS[format_](pages)


def _csv(pages: Iterable[ColumnPage]) -> Iterator[str]:
    yield csv_row(_FIELDS)
    for page in pages:
        rows = _csv_rows(page.columns)
        yield rows if page.is_plain else _printable(rows)


def _ndjson(pages: Iterable[ColumnPage]) -> Iterator[str]:
    for page in pages:
        yield _json_text(page, "\n") + "\n" if page.columns else ""


def _json(pages: Iterable[ColumnPage]) -> Iterator[str]:
    yield "["
    before = "\n"
    for page in pages:
        if page.columns:
            yield before + _json_text(page, ",\n")
            before = ",\n"
    yield "\n]\n"


_RENDERERS: dict[str, Callable[[Iterable[ColumnPage]], Iterator[str]]] = {"csv": _csv, "ndjson": _ndjson, "json": _json}
FORMATS: tuple[str, ...] = tuple(_RENDERERS)


def csv_row(cells: Iterable[str]) -> str:
    """A line of a CSV file. Every cell is quoted, since some spreadsheets split cells at semicolons.

    A NUL character becomes U+FFFD: many readers fail on it, Python's own before 3.11, too. A space breaks what a CI
    server would obey where a job prints the file.
    """
    return _printable(",".join(map(_quoted, cells)) + "\n")


def _csv_rows(columns: Sequence[Column]) -> str:
    """The lines of columns, of which whole pages have the same few sources, types and tags."""
    cells: dict[str, list[str | None]] = {name: [column[name] for column in columns] for name in _TEXTS}
    cells["is_primary"] = [_FLAG_CELLS[column["is_primary"]] for column in columns]
    cells["attributes"] = ["; ".join(map(_attribute_cell, column["attributes"])) for column in columns]
    cells["tags"] = ["; ".join(map(_tag_cell, column["tags"] or ())) for column in columns]
    quoted = {cell: _quoted(cell or "") for cell in set().union(*cells.values())}
    rows = zip(*(map(quoted.__getitem__, cells[name]) for name in _FIELDS), strict=True)
    return "".join([",".join(row) + "\n" for row in rows])


def _quoted(cell: str) -> str:
    if cell[:1].isalnum() and '"' not in cell:  # true of nearly every cell
        return f'"{cell}"'
    return '"' + escape_formula(cell).replace('"', '""') + '"'


def _printable(lines: str) -> str:
    return break_commands(lines.replace("\0", "\ufffd"))


def escape_formula(text: str) -> str:
    """The text of a cell, with an apostrophe before what a spreadsheet would run as a formula."""
    if text[:1].isalnum():
        return text
    risky = text.startswith(_CONTROL) or INVISIBLE.sub("", text).lstrip().startswith(_FORMULA)
    return f"'{text}" if risky else text


_FLAG_CELLS = {None: "", True: "true", False: "false"}


def _attribute_cell(attribute: Attribute) -> str:
    """Attributes of a cell are like `SSN; Email`."""
    return attribute["attribute_name"] or attribute["attribute_original_name"] or ""


def _tag_cell(tag: Tag) -> str:
    """Tags of a cell are like `sensitivity=high; owner=hr`."""
    return "=".join(tag_pair(tag))


def _json_text(page: ColumnPage, separator: str) -> str:
    """The columns as JSON in ASCII."""
    lines = page.lines or [json_line(column) for column in page.columns]
    joined = separator.encode().join(lines)
    if page.is_plain:
        return joined.decode()
    # pydantic's JSON is made three times as fast as json's, which is only needed to escape other characters.
    text = joined.decode() if joined.isascii() else separator.join(map(_ascii_json, lines))
    return escape_commands(text)


def _ascii_json(line: bytes) -> str:
    return line.decode() if line.isascii() else json.dumps(json.loads(line), separators=(",", ":"))
