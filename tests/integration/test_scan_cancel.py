# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scan_cancel: while the vendor lists, and not after."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.playbook("cancel")


def on_server(run, task, number=0):
    scan_id = run[task]["scans"][number]["id"]
    return next(scan["scanStatus"] for scan in run.scans if scan["scanId"] == scan_id)


def test_a_listing_scan_is_cancelled(runs):
    result = runs.in_process["Cancel while it lists"]
    assert result["changed"]
    assert result["too_late"] == []
    assert on_server(runs.again, "Cancel while it lists") == "Cancelled"
    assert runs.in_process.asked_for(result["scans"][0]["id"]).count("DELETE") == 1


def test_the_wait_lasts_until_the_vendor_reports_cancelled(runs):
    before = runs.in_process["Cancel while it lists"]["scans"][0]
    assert (before["state"], before["vendor_status"]) == ("running", "Processing")
    result = runs.in_process["Cancel and wait until the vendor says so"]
    assert [scan["state"] for scan in result["scans"]] == ["cancelled"]
    assert result["elapsed"] > 0


def test_a_processing_scan_fails_and_names_the_scan_that_still_runs(runs):
    for run in (runs.in_process, runs.again):
        result = run["Cancel too late"]
        assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, False, "too_late")
        assert result["error"]["http_status"] == 405
        assert "continues to process" in result["msg"]
        scan = result["scans"][0]
        assert (scan["id"] in result["msg"], scan["state"]) == (True, "running")
        assert result["too_late"] == [scan["id"]]


def test_too_late_can_be_ignored(runs):
    result = runs.in_process["Do not mind that it is too late"]
    assert (result["failed"], result["changed"]) == (False, False)
    assert result["too_late"] == [result["scans"][0]["id"]]
    assert result["scans"][0]["state"] == "running"


def test_what_has_finished_is_left_as_it_is(runs):
    result = runs.in_process["Cancel what has finished"]
    assert result["changed"] is False
    assert [scan["state"] for scan in result["scans"]] == ["cancelled", "completed"]
    assert {method for scan in result["scans"] for method in runs.in_process.asked_for(scan["id"])} == {"GET"}


def test_one_that_is_too_late_does_not_keep_the_others_from_being_cancelled(runs):
    result = runs.in_process["Cancel what can be cancelled of several"]
    assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, True, "too_late")
    assert on_server(runs.again, "Cancel what can be cancelled of several", 1) != "Listing"  # for ever, by itself
    assert result["summary"]["total"] == 3


def test_a_missing_scan_is_reported(runs):
    result = runs.in_process["Cancel what is not there"]
    assert (result["failed"], result["error"]["kind"]) == (True, "not_found")
    assert "DELETE" not in runs.in_process.asked_for("00000000-0000-4000-8000-000000000000")


def test_check_mode_reports_a_scan_that_is_too_late_to_cancel(runs):
    result = runs.check["Cancel too late"]
    assert (result["failed"], result["error"]["kind"]) == (True, "too_late")


def test_a_diff_shows_the_scan_before_and_after(runs):
    diff = runs.check["Cancel while it lists"]["diff"]
    assert list(diff["before"]) == list(diff["after"])
