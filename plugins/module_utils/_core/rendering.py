# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operation results and errors as dictionaries of plain JSON values, which every front end shows."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum

from .compat.pydantic import BaseModel
from .errors import DatascanError
from .models import Scan
from .operations.results import ScanDiff, WaitStats

if t.TYPE_CHECKING:
    from .files import FileChange


def render_result(result: t.Any, *, diff: bool = False) -> dict[str, t.Any]:
    """A result dataclass as a dictionary. `diff` adds what changed, before and after.

    The scan of a start also has the result's `reused`, so that it still has it when it is handed on alone.
    """
    rendered = dict(_rendered_fields(result, diff=diff))
    if rendered.get("scan") and "reused" in rendered:
        rendered["scan"]["reused"] = rendered["reused"]
    return rendered


def render_error(error: DatascanError, *, diff: bool = False) -> dict[str, t.Any]:
    """An error as a dictionary: its result without the unknown fields, its message, and its facts.

    After a request that may have been carried out, unknown fields are null instead of left out.
    """
    result = {} if error.result is None else render_result(error.result, diff=diff)
    known = {name: value for name, value in result.items() if value is not None or error.may_have_changed}
    changed = bool(known.get("changed")) or error.may_have_changed
    return {**known, "changed": changed, "failed": True, "msg": error.message, "error": to_plain(error.facts())}


def _rendered_fields(result: t.Any, *, diff: bool) -> Iterator[tuple[str, t.Any]]:
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if isinstance(value, ScanDiff):
            if diff and (value.before or value.after):
                yield "diff", {"before": _by_id(value.before), "after": _by_id(value.after)}
        elif field.name == "file_changes":
            if diff:
                yield "diff", [_file_diff(change) for change in value if change.changed]
        elif isinstance(value, WaitStats):
            yield from vars(value).items()
        elif field.name != "waited":
            yield field.name, to_plain(value)


def _file_diff(change: FileChange) -> dict[str, t.Any]:
    before, after = change.excerpts()
    return {"before_header": change.path, "after_header": change.path, "before": before, "after": after}


def _by_id(scans: Sequence[Scan]) -> dict[str, t.Any]:
    return {scan.id: to_plain(scan) for scan in scans}


def to_plain(value: t.Any) -> t.Any:
    """Models, enums, mappings and sequences as plain JSON values."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    return value
