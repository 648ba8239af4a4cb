# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every gate decides and does: the result that all have in common, refusals, and the reports."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..errors import DatascanError, InvalidInputError

Report = tuple[str, str]  # a format and a path


@dataclass(frozen=True)
class Decision:
    """A decision on whether a pipeline may continue.

    `proceed` is whether it may, `passed` whether there is no reason against it. `error` is the failure of the gate or
    of what it judges, in the form of `DatascanError.facts`.
    """

    changed: bool = False
    passed: bool = False
    proceed: bool = False
    msg: str = ""
    reasons: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    error: Mapping[str, t.Any] | None = None


D = t.TypeVar("D", bound=Decision)


def refuse(error: DatascanError, result: Decision) -> DatascanError:
    """The same error with the result of a gate that could not judge."""
    reasons = (*result.reasons, error.message)
    return error.with_result(
        replace(result, passed=False, proceed=False, msg=error.message, reasons=reasons, error=error.facts())
    )


def check_reports(reports: Sequence[Report]) -> None:
    """Raise InvalidInputError if one report would replace another."""
    paths = [_resolve(dest) for _format, dest in reports]
    for path, (_format, dest) in zip(paths, reports, strict=True):
        if paths.count(path) > 1:
            raise InvalidInputError(f"Two reports have the same dest, {dest}.")


def _resolve(dest: str) -> str:
    try:
        return os.path.realpath(dest)
    except ValueError:  # with a NUL; the write says so
        return dest


def write_reports(
    result: D, reports: Sequence[Report], write: Callable[[str, str], bool]
) -> tuple[D, InvalidInputError | None]:
    """Write every report, and return the first error beside the result.

    `write` gets a format and a path, and returns whether the file changed.
    """
    refused: InvalidInputError | None = None
    for format_, dest in reports:
        try:
            changed = write(format_, dest)
        except InvalidInputError as error:
            refused = refused or error
            continue
        result = replace(result, changed=result.changed or changed, reports=(*result.reports, dest))
    return result, refused
