# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A follower over scans that end, through every fault of the matrix."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Iterator

import fault_cells
import fault_list as fl
import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Query
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.follow import (
    Change,
    Follower,
    FollowRequest,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from fault_cells import _PAGE_SIZE, Cell
from fault_expected import reason_against
from fault_list import FAULTS, Fault
from fault_rules import ALWAYS, ONCE
from fault_server import Server
from sandbox_vendor import API_TOKEN

_STRUCK = range(1, 4)  # the polls during which a fault lasts
_POLLS = 6
_INTERVAL = 10.0  # seconds; the scans run for 15
_REQUESTS = 300  # more than a list that never settles needs in all polls
_TOKEN_REFUSED = (fl.EXPIRED_TOKEN, fl.EXPIRED_TOKEN_RENEWED)


class FollowCell(Cell):
    """Scans that are followed by their ids, or by a query where the fault is one of lists."""

    def __init__(self, vendor: str, fault: Fault, mode: str) -> None:
        super().__init__("wait", vendor, fault, mode, at="list" if fault in fl.LISTS else "get")
        self.poll = 0
        self.changes: list[Change] = []

    def strikes(self, request_kind: str) -> bool:
        return self.poll in _STRUCK and super().strikes(request_kind)

    def _operate(self, context: OperationContext) -> None:
        request = FollowRequest(query=Query()) if self.in_list else FollowRequest(self.scan_ids)
        following = Follower(context, request)
        for self.poll in range(_POLLS):
            for change in following.poll():
                self.changes.append(change)
                following.delivered(change)
            self.clock.sleep(_INTERVAL)

    def events(self) -> list[tuple[str, str | None]]:
        """The reported events, with the scan of each."""
        return [(change.kind.value, change.scan and change.scan.id) for change in self.changes]


def possible_cells() -> Iterator[t.Any]:
    for fault in FAULTS:
        for vendor, provider in provider_classes().items():
            if reason_against("status", provider, fault) is None:
                for mode in (ONCE, ALWAYS):
                    yield pytest.param(vendor, fault, mode, id=f"{vendor}-{fault.name}-{mode}")


@pytest.mark.parametrize(("vendor", "fault", "mode"), list(possible_cells()))
def test_each_end_is_reported_once_and_an_outage_at_most_once(
    vendor: str, fault: Fault, mode: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fault_cells, "_MOST", _REQUESTS)
    cell = FollowCell(vendor, fault, mode)
    seen = cell.run(server, monkeypatch)
    assert API_TOKEN not in repr(cell.events()) + "".join(
        change.error.message for change in cell.changes if change.error
    )
    faults = [kind for kind, scan_id in cell.events() if scan_id is None]
    if fault.means == "untrusted":
        assert (faults, len(cell.changes), seen.error) == (["error"], 1, None)
        return
    if fault in _TOKEN_REFUSED and mode == ALWAYS:
        assert faults == ["error"]
        assert seen.error
        assert seen.error.kind == fault.kind
        return
    assert seen.error is None
    assert faults in ([], ["error", "recovered"])
    assert [change.error.kind for change in cell.changes if change.error] in ([], [fault.kind])
    assert bool(faults) == _stops_a_poll(fault, mode)
    check_scans(cell, fault)


def _stops_a_poll(fault: Fault, mode: str) -> bool:
    """Whether the fault outlasts the retries of a poll."""
    if fault.means in ("refused", "endless") or fault is fl.EXPIRED_TOKEN:
        return True
    return mode == ALWAYS and fault.means in ("passes", "unreached", "limited", "null list")


def check_scans(cell: FollowCell, fault: Fault) -> None:
    """Each scan that the vendor shows has started once, may have changed, and has ended once."""
    counts = Counter(event for event in cell.events() if event[1] and event[0] != "changed")
    shown = {scan_id for _kind, scan_id in counts}
    assert shown <= set(cell.scan_ids)
    assert len(shown) == (_PAGE_SIZE if fault is fl.REPEATS else len(cell.scan_ids))
    assert counts == Counter((kind, scan_id) for scan_id in shown for kind in ("started", "finished"))
    assert {change.scan.state.value for change in cell.changes if change.scan and change.scan.finished} == {"completed"}
