# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results and errors as dictionaries: the same keys on success and failure, without unknown values."""

from __future__ import annotations

import copy
import json
import pickle
import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    ConflictError,
    DatascanError,
    FailedRequest,
    UnknownOutcomeError,
    WaitTimeoutError,
    earlier_failure,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.results import ScanDiff, WaitStats
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.start import StartResult
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.wait import WaitResult
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_error, render_result

RUNNING = Scan(id="1", provider="bigid", state=ScanState.RUNNING)
CANCELLED = Scan(id="1", provider="bigid", state=ScanState.CANCELLED)
STATS = WaitStats(2.5, 3, 7, timed_out=True)


def test_a_result_is_its_fields_and_the_facts_of_its_wait() -> None:
    rendered = render_result(StartResult(True, RUNNING, False, STATS))
    assert rendered["scan"]["state"] == "running"
    assert {name: rendered[name] for name in ("changed", "reused", "elapsed", "polls", "requests", "timed_out")} == {
        "changed": True,
        "reused": False,
        "elapsed": 2.5,
        "polls": 3,
        "requests": 7,
        "timed_out": True,
    }
    assert json.loads(json.dumps(rendered)) == rendered


def test_a_failure_has_the_same_keys_and_leaves_out_what_is_not_known() -> None:
    """A template that uses a missing key fails; an empty list would read as "no failed scans"."""
    rendered = render_error(ConflictError("It runs.", result=StartResult(scan=RUNNING)))
    assert set(rendered) == {"changed", "scan", "failed", "msg", "error"}
    assert (rendered["failed"], rendered["changed"], rendered["msg"]) == (True, False, "It runs.")
    assert "scans" not in render_error(WaitTimeoutError("Late.", result=WaitResult()))


def test_a_failure_of_which_nothing_is_known() -> None:
    request = FailedRequest(401, "GET", "https://vendor.test", [{"message": "no"}])
    assert render_error(DatascanError("Broken.", request=request)) == {
        "changed": False,
        "failed": True,
        "msg": "Broken.",
        "error": {
            "kind": "error",
            "http_status": 401,
            "method": "GET",
            "url": "https://vendor.test",
            "vendor_errors": [{"message": "no"}],
        },
    }


def test_after_an_unknown_outcome_something_may_have_changed_and_the_scan_is_null() -> None:
    rendered = render_error(UnknownOutcomeError("Lost.", result=StartResult()))
    assert (rendered["changed"], rendered["scan"]) == (True, None)


@pytest.mark.parametrize("fails", [False, True])
def test_a_diff_is_shown_on_success_and_failure_but_only_if_asked(fails: bool) -> None:
    result = WaitResult([CANCELLED], STATS, True, ["1"], ScanDiff([RUNNING], [CANCELLED]))

    def rendered(diff: bool) -> dict[str, t.Any]:
        error = WaitTimeoutError("Late.", result=result)
        return render_error(error, diff=diff) if fails else render_result(result, diff=diff)

    assert "diff" not in rendered(False)
    shown = rendered(True)["diff"]
    assert (shown["before"]["1"]["state"], shown["after"]["1"]["state"]) == ("running", "cancelled")


def test_errors_are_immutable() -> None:
    error = ConflictError("It runs.")
    with pytest.raises(AttributeError, match="immutable"):
        error.message = "other"
    with pytest.raises(AttributeError, match="immutable"):
        error.kind = "other"  # type: ignore[misc]
    other = error.with_result(StartResult(scan=RUNNING)).with_message("Still.")
    assert (error.message, error.result) == ("It runs.", None)
    assert (other.message, other.result.scan, type(other)) == ("Still.", RUNNING, ConflictError)


def test_a_copy_keeps_the_facts_of_its_error() -> None:
    error = DatascanError("x", request=FailedRequest(425), is_transient=True, may_have_changed=True)
    copy = error.with_result(StartResult())
    assert (copy.is_transient, copy.may_have_changed, copy.http_status) == (True, True, 425)


def _through_pickle(error: DatascanError) -> DatascanError:
    again: DatascanError = pickle.loads(pickle.dumps(error))  # noqa: S301  (it was made just before)
    return again


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, _through_pickle])
def test_errors_can_be_copied_and_sent_to_another_process(copied: t.Callable[[DatascanError], DatascanError]) -> None:
    error = earlier_failure("It failed.", {"kind": "unauthorized", "http_status": 401}).with_result(
        StartResult(scan=RUNNING)
    )
    again = copied(error)
    assert (type(again), again.message, again.facts(), again.result) == (
        *(type(error), error.message, error.facts()),
        error.result,
    )
