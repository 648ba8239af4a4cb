# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scan_rescan: a child, and only one at a time."""

from __future__ import annotations

import pytest
from sandbox_server import POLLED_LENGTHS


@pytest.mark.playbook("rescan")
class TestRescan:
    def test_a_child_has_its_parents_id(self, runs):
        result = runs.in_process["Scan again"]
        assert (result["changed"], result["reused"]) == (True, False)
        assert result["scan"]["parent_id"] == result["parent"]["id"]
        parent = next(scan for scan in runs.in_process.scans if scan["scanId"] == result["parent"]["id"])
        assert parent["childScans"] == [result["scan"]["id"]]

    def test_a_second_one_hands_back_the_child_that_runs(self, runs):
        result = runs.in_process["Scan again while that runs"]
        assert (result["changed"], result["reused"]) == (False, True)
        assert result["scan"]["id"] == runs.in_process["Scan again"]["scan"]["id"]
        assert runs.in_process.asked_for(result["parent"]["id"]).count("PATCH") == 1

    def test_a_running_rescan_can_be_a_conflict_that_names_it(self, runs):
        result = runs.in_process["Refuse to go on while that runs"]
        assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, False, "conflict")
        assert result["scan"]["id"] == runs.in_process["Scan again"]["scan"]["id"]

    def test_the_child_behind_a_409_is_handed_back(self, runs):
        run = runs.in_process
        result = run["Meet one that another user started"]
        assert (result["changed"], result["reused"]) == (False, True)
        assert (result["scan"]["parent_id"], result["scan"]["owner"]) == (result["parent"]["id"], "other")
        parent = f"/scans/{result['parent']['id']}"
        sent = [entry for entry in run.journal if entry["method"] == "PATCH" and entry["path"].endswith(parent)]
        assert [entry["status"] for entry in sent] == [409, 409]  # one for the next task

    def test_another_one_is_the_vendors_to_refuse(self, runs):
        result = runs.in_process["Ask for another one all the same"]
        assert (result["failed"], result["error"]["kind"], result["error"]["http_status"]) == (True, "conflict", 409)
        assert result["scan"]["id"] == runs.in_process["Meet one that another user started"]["scan"]["id"]

    @pytest.mark.parametrize("way", ["in_process", "check"])
    def test_a_rescan_that_is_too_early_reports_that_the_parent_is_listing(self, runs, way):
        run = getattr(runs, way)
        result = run["Scan again too early"]
        assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, False, "too_early")
        assert "lists its files" in result["msg"]
        assert result["parent"]["vendor_status"] == "Listing"
        assert "PATCH" not in run.asked_for(result["parent"]["id"])

    def test_a_425_is_waited_for(self, runs):
        result = runs.in_process["Scan again and wait, though it is too early at first"]
        assert (result["changed"], result["scan"]["state"]) == (True, "completed")
        assert result["scan"]["parent_id"] == result["parent"]["id"]
        statuses = [entry["status"] for entry in runs.in_process.journal if entry["method"] == "PATCH"]
        assert statuses[:3] == [425, 425, 200]

    def test_a_listing_that_takes_too_long_ends_the_wait(self, runs):
        result = runs.in_process["Wait in vain for the end of the listing"]
        assert (result["failed"], result["changed"], result["timed_out"]) == (True, False, True)
        assert result["error"]["kind"] == "wait_timeout"
        assert "lists its files" in result["msg"]
        assert result["elapsed"] >= 5

    def test_a_missing_scan_is_reported(self, runs):
        result = runs.in_process["Scan again what is not there"]
        assert (result["failed"], result["error"]["kind"]) == (True, "not_found")


def test_the_end_of_the_listing_is_waited_for(play, sandbox):
    sandbox.settings(**POLLED_LENGTHS)
    with sandbox.ends_polled_scans():
        run = play("rescan_early")
    first, result = run["Start a scan"]["scan"], run["Scan again as soon as it may be"]
    assert first["vendor_status"] == result["parent"]["vendor_status"] == "Listing"
    assert (result["changed"], result["scan"]["state"]) == (True, "completed")
    assert result["scan"]["parent_id"] == first["id"]
    assert [entry["status"] for entry in run.journal if entry["method"] == "PATCH"] == [200]
    assert "lists its files" in run.printed("Scan again as soon as it may be")
