# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts that the results of several operations share.

An operation returns a result dataclass, or raises an error that carries the same dataclass, as far as it is known:
every field has a default, and None means that the value is not known.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..errors import DatascanError
from ..models import Scan

R = t.TypeVar("R")


@dataclass(frozen=True)
class WaitStats:
    """How a wait went: its length in seconds, its polls, and the requests that the whole operation sent."""

    elapsed: float
    polls: int
    requests: int
    timed_out: bool = False


@dataclass(frozen=True)
class ScanDiff:
    """The scans that changed, before and after."""

    before: list[Scan] = field(default_factory=list)
    after: list[Scan] = field(default_factory=list)


def partial_result(error: DatascanError, kind: type[R]) -> R:
    """The result that an error carries, or one of which nothing is known."""
    return error.result if isinstance(error.result, kind) else kind()
