# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every gate decides and does: the result that all have in common, refusals, and the reports."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..errors import DatascanError, GateFailedError, InvalidInputError
from ..files import find_same_file, remove_outdated

Report = tuple[str, str]  # a format and a path
# Writes a report, with reasons beside those of the verdict; whether the file changed. Raises InvalidInputError.
WriteReport = Callable[[str, str, tuple[str, ...]], bool]


@dataclass(frozen=True)
class Decision:
    """A decision on whether a pipeline may continue.

    `proceed` is whether it may, `passed` whether there is no reason against it. `error` is the failure of the gate or
    of what it judges, in the form of `DatascanError.facts`.
    """

    changed: bool = False
    passed: bool | None = False  # None in check mode, where nothing was waited for
    proceed: bool = False
    msg: str = ""
    reasons: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    error: Mapping[str, t.Any] | None = None


D = t.TypeVar("D", bound=Decision)


def refuse(error: DatascanError, result: D, write: ReportWriter) -> DatascanError:
    """The same error with the result of a gate that could not judge, after its reports were written."""
    reasons = (*result.reasons, error.message)
    result = replace(result, passed=False, proceed=False, msg=error.message, reasons=reasons, error=error.facts())
    result, faults = write.all(result)
    return error.with_result(replace(result, reasons=(*result.reasons, *faults)))


def conclude(result: D, failure: DatascanError | None, faults: tuple[str, ...]) -> D:
    """The result of a gate whose reports were written; `faults` are why some of them cannot be.

    Raises the failure of what the gate asked, GateFailedError where it does not let the pipeline proceed, or
    InvalidInputError where only a report is against that. The error carries the result.
    """
    if failure is None and not result.proceed:
        failure = GateFailedError(result.msg)
    if faults:
        failure = failure or InvalidInputError(faults[0])
        stands = not result.proceed  # the message names why
        msg = " ".join([result.msg, *faults] if stands else faults)
        result = replace(result, passed=False, proceed=False, msg=msg, reasons=(*result.reasons, *faults))
    if failure is None:
        return result
    raise failure.with_message(result.msg).with_result(replace(result, error=failure.facts()))


def check_reports(reports: Sequence[Report]) -> None:
    """Raise InvalidInputError if one report would replace another."""
    same = find_same_file([dest for _format, dest in reports])
    if same:
        named = same[0] if same[0] == same[1] else f"{same[0]} and {same[1]}"
        raise InvalidInputError(f"Two reports have the same dest, {named}.")


def _one_for_each_file(reports: Sequence[Report]) -> list[Report]:
    """The reports without those that would replace an earlier one. The first holds the refusal of such a gate."""
    kept: list[Report] = []
    for report in reports:
        if not find_same_file([dest for _format, dest in (*kept, report)]):
            kept.append(report)
    return kept


class ReportWriter:
    """Writes the reports of a gate. No report of an earlier gate is left, even where a new one cannot be written."""

    def __init__(self, reports: Sequence[Report], write: WriteReport, check_mode: bool) -> None:
        """In check mode, `write` writes nothing. Of several reports in one file, the first is written."""
        self._reports = _one_for_each_file(reports)
        self._write = write
        self._check_mode = check_mode

    def all(self, result: D) -> tuple[D, tuple[str, ...]]:
        """Write every report: the result with their paths, and why others cannot be written, a sentence each.

        Those that can be written are then written again, because each has to contain the whole verdict.
        """
        faults: dict[str, str] = {}
        while True:
            written, found = self._each(faults)
            if not found:
                changed = result.changed or any(written.values())
                paths = tuple(os.path.abspath(dest) for dest in written)
                return replace(result, changed=changed, reports=paths), tuple(faults.values())
            faults |= found

    def _each(self, faults: Mapping[str, str]) -> tuple[dict[str, bool], dict[str, str]]:
        """Whether each report changed, by its dest, and why others cannot be written. Known faults are skipped."""
        written: dict[str, bool] = {}
        found: dict[str, str] = {}
        for format_, dest in self._reports:
            if dest in faults:
                continue
            try:
                written[dest] = self._write(format_, dest, tuple(faults.values()))
            except InvalidInputError as error:
                found[dest] = error.message if dest in error.message else f"{dest}: {error.message}"
            except Exception as error:  # noqa: BLE001  (whatever it is, the other reports and the verdict are not lost)
                found[dest] = f"{dest} cannot be written: {type(error).__name__}: {error}."
            if dest in found and not self._check_mode:
                found[dest] = f"{found[dest]} {remove_outdated(dest)}".rstrip()
        return written, found
