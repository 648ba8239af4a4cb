# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events of the source: their fields, and how the engine recognizes a repeated event."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import FailedRequest, UnavailableError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, ScanState, parse_scan
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.follow import Change, ChangeKind
from ansible_collections.datascan.gate.plugins.module_utils._eda.events import event_of

FAILED = Scan(id="a", provider="glasswall", state=ScanState.FAILED, vendor_status="Error")


def event(change: Change, api_url: str = "https://vendor.test") -> dict[str, t.Any]:
    return event_of(change, "glasswall", api_url)


def finished(scan: Scan = FAILED, previous: ScanState | None = ScanState.RUNNING) -> Change:
    return Change(ChangeKind.FINISHED, scan, previous)


def test_a_scan_as_a_gate_takes_it() -> None:
    shown = event(finished())
    assert (shown["event"], shown["provider"], shown["previous_state"]) == ("finished", "glasswall", "running")
    assert shown["scan"]["succeeded"] is False
    assert parse_scan(shown["scan"], "scan") == FAILED


def test_the_last_end_of_all_ids() -> None:
    last = Change(ChangeKind.FINISHED, FAILED, is_last=True)
    assert (event(last)["all_finished"], event(finished())["all_finished"]) == (True, False)


def test_an_error_has_its_kind_and_its_message() -> None:
    error = UnavailableError("Down.", request=FailedRequest(503, "GET", "https://vendor.test/scans"))
    shown = event(Change(ChangeKind.ERROR, error=error))
    assert (shown["event"], shown["error"]["kind"], shown["error"]["message"]) == ("error", "unavailable", "Down.")
    assert shown["error"]["http_status"] == 503
    assert "scan" not in shown


def test_a_repeated_change_has_the_same_identity() -> None:
    assert event(finished())["meta"] == event(finished())["meta"]


@pytest.mark.parametrize(
    "other",
    [
        event(finished(FAILED.model_copy(update={"id": "b"}))),
        event(finished(FAILED.model_copy(update={"state": ScanState.CANCELLED}))),
        event(finished(FAILED.model_copy(update={"vendor_status": "Errored"}))),
        event(finished(previous=None)),
        event(finished(), "https://other.test"),
        event(Change(ChangeKind.VANISHED, FAILED, ScanState.RUNNING)),
    ],
)
def test_another_change_has_another_identity(other: dict[str, t.Any]) -> None:
    assert other["meta"] != event(finished())["meta"]
