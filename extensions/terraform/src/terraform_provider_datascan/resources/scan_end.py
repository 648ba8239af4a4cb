# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to a scan when its resource is deleted. Only a scan that the resource started is cancelled."""

from __future__ import annotations

import typing as t

from .._core.errors import DatascanError, NotFoundError
from .._core.operations.cancel import CancelRequest, CancelResult, cancel_scans
from .._core.operations.context import OperationContext
from .._core.operations.results import partial_result
from .._core.providers.capabilities import CancelsScans
from ..hand_over import agree
from ..protocol.provider import Call
from ..protocol.values import UNKNOWN, Values, is_known
from ..targets import VENDORS
from .scan_state import is_unsuccessful, may_run

_RUNS_ON = "The scan goes on"


class ScanEnd:
    """Cancels the scan of a deleted resource, or leaves it."""

    def __init__(self, access: t.Any, call: Call) -> None:
        """`access` is the VendorAccess of the provider."""
        self._access = access
        self._call = call

    def end(self, state: Values, replacement: Values | None) -> None:
        """`replacement` is the plan of the resource that follows in the same apply, if there is one.

        That resource may continue with the scan. Raises ProviderError where the scan may still run and could not be
        cancelled.
        """
        if replacement is not None and _is_left_to(state, replacement):
            self._leave(state, replacement)
            return
        if replacement is not None and _is_superseded(state, replacement):
            self._access.hand_over.supersede(state, replacement)
        if state["id"] is None:
            self._warn("The answer to the start was lost. A scan may have been started: check the vendor's console.")
        elif may_run(state) and state["on_destroy"] != "leave" and not self._access.hand_over.is_used(state["id"]):
            self._cancel_own(state)

    def _leave(self, state: Values, replacement: Values) -> None:
        """Leave the scan to the resource that follows. Until that one is created, no state has the scan's id."""
        self._access.hand_over.leave(state, replacement)
        if state["id"] is not None:
            self._warn(
                f"Scan {state['id']} is continued by the resource that replaces this one. If the apply ends before, "
                f"run: terraform import ADDRESS {state['id']}"
            )

    def _cancel_own(self, state: Values) -> None:
        if state["reused"] is None:
            self._warn(f"Scan {state['id']} is not cancelled, because it may be another pipeline's.")
        elif state["reused"] is False:
            self._cancel(self._access.context(self._call), state["id"])

    def _cancel(self, context: OperationContext, scan_id: str) -> None:
        provider = context.provider
        if not isinstance(provider, CancelsScans):
            self._warn(f"{provider.title} cannot cancel scan {scan_id}. {provider.unsupported['cancel']}")
            return
        try:
            too_late = cancel_scans(context, CancelRequest([scan_id], too_late="ignore")).too_late
        except NotFoundError:
            return  # it is gone already
        except DatascanError as error:
            too_late = partial_result(error, CancelResult).too_late
            if not too_late:
                raise self._access.failure(error, "The scan could not be cancelled") from None
        if too_late:
            self._warn(f"Scan {scan_id} can no longer be cancelled.")

    def _warn(self, line: str) -> None:
        self._access.warn(self._call, _RUNS_ON, line)


def _is_left_to(state: Values, replacement: Values) -> bool:
    """Whether what follows may be for the same scan: only the wait has failed, or the target is not known."""
    has_location = _has_location(state)
    configured = {name: replacement[name] for name in VENDORS}
    is_open = not is_known(configured) or (has_location and replacement["source"] is UNKNOWN)
    is_due = bool(state["wait_pending"]) or is_open
    may_be_same = _may_be_same_target(state, replacement)
    return is_due and may_be_same and not is_unsuccessful(state) and agree(replacement["triggers"], state["triggers"])


def _is_superseded(state: Values, replacement: Values) -> bool:
    """Whether the start of the resource that follows could find the scan, although another one is wanted."""
    is_imported = not any(state[name] for name in VENDORS)  # so that its configured target is not known
    may_be_same = is_imported or _may_be_same_target(state, replacement)
    return state["id"] is not None and not is_unsuccessful(state) and may_be_same


def _may_be_same_target(state: Values, replacement: Values) -> bool:
    """Source and target identify what is scanned, where the vendor names them; else the configured target does."""
    names = ("source", "target") if _has_location(state) else VENDORS
    return all(agree(replacement[name], state[name]) for name in names)


def _has_location(state: Values) -> bool:
    return state["source"] is not None or state["target"] is not None
