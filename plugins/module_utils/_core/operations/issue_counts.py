# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counting the issues of scans that have completed, once, as a part of the operations that return scans."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..errors import DatascanError
from ..models import Scan, ScanList, ScanState
from ..providers.capabilities import CountsIssues
from .context import OperationContext
from .results import WaitStats

R = t.TypeVar("R")


@dataclass(frozen=True)
class IssueCounts:
    """Scans with their issues, how the operation's wait went, and the error of the first count that failed."""

    scans: list[Scan]
    waited: WaitStats | None
    error: DatascanError | None = None

    def checked(self, result: R) -> R:
        """The result that has these scans. Raises the error, which then carries it."""
        if self.error is not None:
            raise self.error.with_result(result)
        return result


def count_issues(context: OperationContext, scans: Sequence[Scan], waited: WaitStats | None = None) -> IssueCounts:
    """Count the issues of those scans that have completed and are not counted yet.

    A count that failed leaves `issue_count` None, so that no gate that needs the count passes.
    """
    provider = context.require(CountsIssues)
    uncounted = [scan for scan in scans if scan.state is ScanState.COMPLETED and scan.issue_count is None]
    if not uncounted:
        return IssueCounts(list(scans), waited)
    named = f"scan {uncounted[0].name or uncounted[0].id}" if len(uncounted) == 1 else f"{len(uncounted)} scans"
    context.report_progress(f"counting the issues of {named}")
    known: dict[str, Scan] = {}
    first_error: DatascanError | None = None
    for scan_id, answer in provider.count_issues_of(uncounted).items():
        if isinstance(answer, Scan):
            known[scan_id] = answer
            continue
        if isinstance(answer.result, ScanList):
            known.update((scan.id, scan) for scan in answer.result)
        first_error = first_error or answer.with_message(
            f"The issues of scan {scan_id} could not be counted: {answer.message}"
        )
    stats = waited and replace(waited, requests=context.provider.requests_sent)
    return IssueCounts([known.get(scan.id, scan) for scan in scans], stats, first_error)
