# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scan_wait with on_timeout: cancel."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError, WaitTimeoutError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.start import StartResult
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_result
from glasswall_script import CHILD_ID, LABEL, SCAN_ID, SCAN_PATH, item, page, read_response
from scripted_vendor import Expected, scripted_context


def started(reused: bool | None, scan_id: str = SCAN_ID) -> dict[str, t.Any]:
    """The result of scan_start."""
    scan = Scan(id=scan_id, provider="glasswall", state=ScanState.QUEUED)
    return render_result(StartResult(scan=scan, reused=reused))


def cancel_after(*expected: Expected, **handed: t.Any) -> WaitTimeoutError:
    """Wait with a wait_timeout of zero, and cancel afterwards."""
    request = wait.WaitRequest(options=WaitOptions(timeout=0), on_timeout="cancel", **handed)
    with scripted_context(*expected) as context, pytest.raises(WaitTimeoutError) as raised:
        wait.wait_for_scans(context, request)
    return raised.value


def test_a_scan_that_is_cancelled_when_the_time_is_up_is_named_as_it_was_and_as_it_is() -> None:
    cancel = Expected("DELETE", SCAN_PATH, status=202, answer=item("Listing"))
    error = cancel_after(read_response("Listing"), cancel, read_response("Cancelled"), scans=[started(False)])
    assert error.message == (
        f"At the time-out, 1 of 1 scan had not finished: {LABEL}: running (vendor status Listing). "
        f"Scan {SCAN_ID} was cancelled."
    )
    assert (error.result.cancelled, error.result.left_running) == ([SCAN_ID], [])
    assert [scan.state.value for scan in error.result.scans] == ["cancelled"]


NOT_REUSED: list[dict[str, t.Any]] = [
    {"scans": [started(False)]},
    {"scans": [started(False)["scan"]]},  # the scan of a result, handed on alone
    {"scans": [{**started(True)["scan"], "reused": False}]},
    {"scans": [started(False), started(False)]},
    {"scans": [{"id": SCAN_ID, "provider": "glasswall", "state": "running"}]},  # read by scan_status
    {"scan_ids": [SCAN_ID]},
]
REUSED: dict[str, dict[str, t.Any]] = {
    "reused": {"scans": [started(True)]},
    "reused, the scan alone": {"scans": [started(True)["scan"]]},
    "null": {"scans": [started(None)]},
    "a result that contradicts its scan": {"scans": [{**started(False), "reused": True}]},
    "a scan that contradicts its result": {"scans": [{**started(True), "reused": False}]},
    "a text": {"scans": [{**started(True)["scan"], "reused": "false"}]},
    "zero": {"scans": [{**started(True)["scan"], "reused": 0}]},
}


@pytest.mark.parametrize("handed", NOT_REUSED)
def test_a_scan_that_was_not_reused_is_cancelled(handed: dict[str, t.Any]) -> None:
    cancel = Expected("DELETE", SCAN_PATH, status=202, answer=item("Listing"))
    error = cancel_after(read_response("Listing"), cancel, read_response("Cancelled"), **handed)
    assert error.result.cancelled == [SCAN_ID]


@pytest.mark.parametrize("handed", REUSED.values(), ids=REUSED)
def test_a_reused_scan_is_left_alone_and_named(handed: dict[str, t.Any]) -> None:
    error = cancel_after(read_response("Listing"), **handed)
    assert error.message.endswith(
        f" Scan {SCAN_ID} continues to run, because this pipeline may not have started it. "
        "To cancel it, use scan_cancel."
    )
    result = error.result
    assert (result.changed, result.cancelled, result.left_running) == (False, [], [SCAN_ID])
    assert [scan.state.value for scan in result.scans] == ["running"]


def test_of_several_scans_only_our_own_are_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "_THREADS", 1)
    reads = read_response("Listing", scan_id=CHILD_ID), read_response("Listing")
    cancel = Expected("DELETE", SCAN_PATH, status=202, answer=item("Listing"))
    handed = [started(True, CHILD_ID), started(False), started(True, CHILD_ID)]
    error = cancel_after(*reads, cancel, read_response("Cancelled"), scans=handed)
    assert (error.result.cancelled, error.result.left_running) == ([SCAN_ID], [CHILD_ID])
    assert f"Scan {SCAN_ID} was cancelled. Scan {CHILD_ID} continues to run" in error.message


@pytest.mark.parametrize(
    "answer", [Expected("DELETE", SCAN_PATH, status=503), Expected("DELETE", SCAN_PATH, answer="")]
)
def test_where_the_vendor_does_not_answer_one_cancellation_no_other_is_tried(
    answer: Expected, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each cancellation would take `timeout`. The remaining scans are named."""
    monkeypatch.setattr(base, "_THREADS", 1)
    reads = read_response("Listing"), read_response("Listing", scan_id=CHILD_ID)
    lost = [answer, Expected("GET", SCAN_PATH, status=400)]
    error = cancel_after(*reads, *lost, scan_ids=[SCAN_ID, CHILD_ID])
    assert error.message.endswith(f" Not tried to cancel: {CHILD_ID}.")
    assert (error.result.changed, error.result.cancelled) == (True, [])


def test_many_that_are_left_alone_are_counted() -> None:
    ids = [f"00000000-0000-0000-0000-{number:012}" for number in range(8)]
    listed = Expected("GET", "/api/v1/scans", answer=page(*(item("Listing", scan_id) for scan_id in ids)))
    error = cancel_after(listed, scans=[started(True, one) for one in ids])
    assert f"Scans {', '.join(ids[:5])}, and 3 more continue to run" in error.message
    assert error.result.left_running == ids


@pytest.mark.parametrize("handed", [{"scan": None, "failed": True}, {"scan": "83d7"}, {"results": []}, "83d7", None])
def test_what_has_no_scan_is_refused(handed: t.Any) -> None:
    with scripted_context() as context, pytest.raises(InvalidInputError, match=r"scans\[0\]"):
        wait.wait_for_scans(context, wait.WaitRequest(scans=[handed]))
