# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to come of every cell of the fault matrix: first what is so for one fault, then what its kind means.

That a cell cannot happen is read off the registry where that knows it.
"""

from __future__ import annotations

from dataclasses import dataclass

import fault_list as fl
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import CAPABILITIES
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from fault_exceptions import EXCEPTIONS
from fault_list import Fault
from fault_rules import ONCE, RULES, TAKEN, WRITES, Cells

MATRIX_VERBS = {
    "start": "scan_start",
    "status": "scan_status",
    "cancel": "scan_cancel",
    "rescan": "scan_rescan",
    "wait": "scan_wait",
    "columns": "cluster_columns_info",
}


@dataclass(frozen=True)
class Cannot:
    """A cell that cannot happen."""

    why: str


def cannot(verb: str, vendor_name: str, fault: Fault) -> str | None:
    """Why a cell cannot happen; None where it can."""
    vendor = provider_classes()[vendor_name]
    if verb in CAPABILITIES and not vendor.supports(verb):
        return f"The API lacks this. {vendor.unsupported[verb]}"
    if verb == "columns" and fault in (fl.UNKNOWN_WORD, fl.FUTURE, fl.EXPIRED_TOKEN, fl.EXPIRED_TOKEN_RENEWED):
        return "A column has neither a state nor a time, and nothing waits for one."
    if fault in fl.PAGES and verb == "cancel":
        return "No list is read to cancel a scan."
    if fault in fl.PAGES and verb != "columns" and not vendor.supports("list"):
        return "The API lists no scans."
    if fault is fl.UNKNOWN_WORD and (verb, vendor_name) == ("start", "bigid"):
        return "The answer to a start is an id, and tells no state."
    if fault is fl.EXPIRED_TOKEN_RENEWED and not vendor.takes_refresh_token:
        return "The API has no such tokens."
    return None


def expected(verb: str, vendor: str, fault: Fault) -> Cells | Cannot:
    """A cell."""
    why = cannot(verb, vendor, fault)
    if why is not None:
        return Cannot(why)
    for name in (vendor, "*"):
        if cells := EXCEPTIONS.get((verb, name), {}).get(fault):
            return _filled(cells, verb, vendor, fault)
    for name in (vendor, "*"):
        if cells := RULES.get((verb, name), {}).get(fault.means):
            return _filled(cells, verb, vendor, fault)
    raise LookupError(f"{verb}, {vendor}, {fault.name}: the matrix has no such cell.")


def _filled(cells: Cells, verb: str, vendor: str, fault: Fault) -> Cells:
    # Advalidation's requests are 1.2 s apart once it has said that they are too many; its Retry-After lies.
    first, second = (1.2, 1.2) if vendor == "advalidation" else fault.pauses
    filled = {}
    for mode, text in cells.items():
        if verb in WRITES and fault.means == "passes" and (TAKEN if mode == TAKEN else ONCE) not in _ways(fault):
            continue
        text = text.format(kind=fault.kind, first=f"{first:g}", both=f"{first + second:g}")
        # A scan that BigID says to run no longer is asked for its record, to learn how it ended.
        if verb == "wait" and vendor == "bigid" and text.startswith("ok; look x") and "record" not in text:
            text += ", record"
        filled[mode] = text
    return filled


def _ways(fault: Fault) -> tuple[str, ...]:
    return tuple(TAKEN if taken else ONCE for taken in fault.taken)
