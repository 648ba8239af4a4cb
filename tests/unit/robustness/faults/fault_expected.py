# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The expected result of every cell of the fault matrix: from the rules, the provider's capabilities, a normal run."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import fault_list as fl
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import CAPABILITIES, Provider
from fault_list import Fault
from fault_rules import COMMON, RULES, TAKEN, WRITES, Cells
from sandbox_vendor import has_operation

OPERATIONS = ("start", "status", "cancel", "rescan", "wait", "columns", "issues")
READS = "reads"
_READINGS = 4  # of a list that never settles, each with one request more than a run without faults sends


def reason_against(operation: str, provider: type[Provider], fault: Fault) -> str | None:
    """Why a cell cannot happen; None where it can."""
    if operation in CAPABILITIES and not provider.supports(operation):
        return "The API lacks this operation."
    if operation == "issues" and not has_operation(provider.name, operation):
        return "The vendor counts by itself, so that no request is sent."
    if operation in ("columns", "issues") and fault in (
        *(fl.UNKNOWN_STATE, fl.FUTURE, fl.FUTURE_IN_LIST, fl.EXPIRED_TOKEN, fl.EXPIRED_TOKEN_RENEWED, fl.NULL_OBJECT),
    ):
        return "A row has neither a state nor a time, nothing waits for one, and its page has a list."
    if fault in fl.LISTS and operation == "cancel":
        return "No list is read to cancel a scan."
    if fault in fl.LISTS and operation not in ("columns", "issues") and not provider.supports("list"):
        return "The API lists no scans."
    if fault in fl.LISTS and operation == "wait" and provider.get_many is Provider.get_many:
        return "The provider polls scans one by one, and reads no list."
    if fault is fl.EXPIRED_TOKEN_RENEWED and not provider.takes_refresh_token:
        return "The API has no such tokens."
    return None


def cells_of(operation: str, provider: type[Provider], fault: Fault, has_record: bool = False) -> Cells:
    """How the fault may strike, and the rule for each way."""
    for key in _keys(operation, provider, has_record):
        for means in _meanings(operation, provider, fault):
            if cells := RULES.get(key, {}).get(means) or (COMMON.get(means) if key == operation else None):
                return {mode: rule for mode, rule in cells.items() if _can_strike(operation, fault, mode)}
    raise LookupError(f"{operation}, {provider.name}, {fault.name}: the matrix has no such cell.")


def _keys(operation: str, provider: type[Provider], has_record: bool) -> Iterator[str]:
    if not provider.supports("list"):
        yield f"{operation} without list"
    if has_record:
        yield f"{operation} with record"
    yield operation


def _meanings(operation: str, provider: type[Provider], fault: Fault) -> Iterator[str]:
    if fault.means == "limited" and provider.trusts_retry_after:
        yield f"limited {fault.pauses[0]:g} s"
    if fault is fl.SLOW_BODY:
        yield "slow"
    yield "passes" if fault.means == "endless" and operation in WRITES else fault.means


def _can_strike(operation: str, fault: Fault, mode: str) -> bool:
    if operation in WRITES and fault.means == "passes":
        return (mode == TAKEN) in fault.taken
    return True


@dataclass(frozen=True)
class Normal:
    """A run without a fault, and the request that a fault strikes first."""

    result: str
    requests: Sequence[str]
    struck: int
    record: Sequence[str]  # what follows the last `get` of a wait

    def fill(self, rule: str, provider: type[Provider], fault: Fault) -> tuple[str, list[str], float | None]:
        """The result, the requests, and the seconds of pauses where the rule has them."""
        first, second = _pauses(provider, fault)
        text = rule.format(
            kind=fault.kind,
            result=self.result,
            first=f"{first:g}",
            both=f"{first + second:g}",
            normal=", ".join(self.requests),
            before=", ".join(self.requests[: self.struck]),
            struck=self.requests[self.struck],
            after=", ".join(self.requests[self.struck + 1 :]),
            record=", ".join(self.record),
        )
        result, _semicolon, requests = text.partition("; ")
        result, _after, seconds = result.partition(" after ")
        return result, expand(requests), float(seconds.removesuffix(" s")) if seconds else None

    def accepts(self, wanted: Sequence[str], seen: Sequence[str]) -> bool:
        """Whether the requests are those of a rule."""
        if READS not in wanted:
            return list(seen) == list(wanted)
        place = wanted.index(READS)
        reads = seen[place:]
        return (
            list(seen[:place]) == list(wanted[:place])
            and not set(reads) & set(WRITES)
            and 0 < len(reads) <= _READINGS * (len(self.requests) + 1)
        )


def _pauses(provider: type[Provider], fault: Fault) -> tuple[float, float]:
    """Seconds before the first and the second retry. After a 429 a rate limit spaces the requests as well."""
    first, second = fault.pauses if provider.trusts_retry_after else (0.25, 0.5)
    step = provider.rate_limit.step if provider.rate_limit else 0.0
    return max(first, step), max(second, step)


def expand(requests: str) -> list[str]:
    """`list, (get, list) x2` as list, get, list, get, list."""
    while "(" in requests or " x" in requests:
        requests = re.sub(
            r"(?:\(([^()]*)\)|([a-z]+)) x(\d+)",
            lambda match: ", ".join([match[1] or match[2] or ""] * int(match[3])),
            requests,
        )
    return [kind for kind in requests.split(", ") if kind not in ("", "nothing")]


def modes_of(operation: str, provider: type[Provider], fault: Fault) -> t.Iterable[str]:
    """The ways in which a fault may strike."""
    return cells_of(operation, provider, fault)
