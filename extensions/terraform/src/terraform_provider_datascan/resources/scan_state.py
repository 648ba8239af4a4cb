# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scan as a state has it."""

from __future__ import annotations

import typing as t

from .. import schemas
from .._core.models import MAY_RUN, Scan, ScanState
from .._core.rendering import to_plain
from ..protocol.values import UNKNOWN, Values

_ATTRIBUTES = schemas.RESOURCES["datascan_scan"].attributes
FACTS: t.Final = tuple(name for name in Scan.model_computed_fields if name in _ATTRIBUTES) + tuple(
    name for name in Scan.model_fields if name in _ATTRIBUTES
)
# What a scan keeps: a vendor's answer that lacks it, or writes it in another way, changes nothing.
_KEPT = ("name", "source", "target", "owner", "started_at", "parent_id")
_MAY_RUN = {state.value for state in MAY_RUN}
_UNSUCCESSFUL = {ScanState.FAILED.value, ScanState.CANCELLED.value, ScanState.STOPPED.value}
WITHHELD = "(reason withheld, because it may quote sampled values)"


def facts_of(scan: Scan, state: Values | None = None) -> Values:
    """The facts of a scan. What a state knows already is kept where a scan cannot change it."""
    facts = {name: value for name, value in to_plain(scan).items() if name in FACTS}
    kept = {name: value for name in _KEPT if (value := (state or {}).get(name)) not in (None, UNKNOWN)}
    return {**facts, **kept}


def may_run(state: Values) -> bool:
    """Whether the scan of a state may still run."""
    return state["state"] in _MAY_RUN


def is_unsuccessful(state: Values) -> bool:
    """Whether the scan of a state has ended, and not with success: also where the vendor does not confirm it."""
    return state["state"] in _UNSUCCESSFUL


def with_unknown(planned: Values, names: t.Iterable[str] = FACTS) -> Values:
    """A plan in which these attributes are known only after apply."""
    return {**planned, **dict.fromkeys(names, UNKNOWN)}


def changing_facts(state: Values) -> list[str]:
    """The attributes that a wait may change."""
    settled = {"id", *(name for name in _KEPT if state[name] is not None)}
    return [*(name for name in FACTS if name not in settled), "wait_pending"]
