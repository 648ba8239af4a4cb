# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scan_wait: what ends a wait, what does not, and what it prints meanwhile."""

from __future__ import annotations

import pytest

both_ways = pytest.mark.parametrize("way", ["in_process", "module"])


@pytest.mark.playbook("wait")
class TestEnd:
    def test_it_ends_when_the_scan_does(self, runs):
        result = runs.in_process["Wait for it"]
        assert (result["changed"], result["timed_out"]) == (False, False)
        assert [scan["state"] for scan in result["scans"]] == ["completed"]

    def test_what_has_finished_is_not_asked_for_again(self, runs):
        result = runs.in_process["Wait for what has finished"]
        assert (result["polls"], result["requests"]) == (0, 0)
        assert result["scans"] == runs.in_process["Wait for it"]["scans"]

    def test_how_the_scans_ended_does_not_matter(self, runs):
        result = runs.in_process["Wait without progress"]
        assert [scan["state"] for scan in result["scans"]] == ["completed", "failed"]

    def test_any_is_enough_if_asked(self, runs):
        result = runs.in_process["Wait for any"]
        assert [scan["state"] for scan in result["scans"]] == ["running", "completed"]
        assert (result["timed_out"], result["polls"]) == (False, 1)

    @both_ways
    def test_a_time_out_fails_and_names_what_still_runs(self, runs, way):
        result = getattr(runs, way)["Fail when the time is up"]
        assert (result["failed"], result["timed_out"], result["error"]["kind"]) == (True, True, "wait_timeout")
        done, running = result["scans"]
        assert (done["state"], running["state"]) == ("completed", "running")
        assert (running["id"] in result["msg"], done["id"] in result["msg"]) == (True, False)
        assert 5 <= result["elapsed"] < 600

    def test_a_time_out_can_be_no_failure(self, runs):
        result = runs.in_process["Go on when the time is up"]
        assert (result["failed"], result["timed_out"]) == (False, True)
        assert result["scans"][0]["state"] == "running"

    @both_ways
    def test_a_time_out_can_cancel_where_the_vendor_allows(self, runs, way):
        run = getattr(runs, way)
        result = run["Cancel when the time is up"]
        processing, listing = result["scans"]
        assert (result["failed"], result["changed"], result["timed_out"]) == (True, True, True)
        assert result["cancelled"] == [listing["id"]]
        assert (processing["state"], listing["state"]) == ("running", "cancelled")
        assert f"Scan {listing['id']} was cancelled." in result["msg"]
        assert "continues to process" in result["msg"]
        assert "Cancelled" in [scan["scanStatus"] for scan in run.scans if scan["scanId"] == listing["id"]]

    def test_a_failed_scan_ends_it_at_once_if_asked(self, runs):
        result = runs.in_process["Fail as soon as one has failed"]
        assert (result["failed"], result["timed_out"], result["polls"]) == (True, False, 1)
        assert result["error"]["kind"] == "scan_not_completed"
        assert [scan["state"] for scan in result["scans"]] == ["running", "failed"]
        assert result["scans"][1]["id"] in result["msg"]

    def test_check_mode_polls_once(self, runs):
        result = runs.check["Go on when the time is up"]
        assert (result["polls"], result["timed_out"]) == (1, False)
        assert result["scans"][0]["state"] == "running"

    def test_check_mode_takes_a_scan_that_it_has_only_predicted(self, runs):
        assert [scan["id"] for scan in runs.check["Wait for it"]["scans"]] == ["predicted"]


@pytest.mark.playbook("wait")
class TestProgress:
    def lines(self, run, task):
        return [line for line in run.printed(task).splitlines() if line.startswith("scan_wait: ")]

    def test_each_change_prints_a_line(self, runs):
        lines = self.lines(runs.in_process, "Wait for it")
        scan_id = runs.in_process["Wait for it"]["scans"][0]["id"]
        assert "0 of 1 done" in lines[0]
        assert "1 of 1 done" in lines[-1]
        assert all(scan_id in line for line in lines)
        assert len(lines) <= 3  # Listing, Processing, Completed

    def test_no_line_is_printed_without_a_change(self, runs):
        assert len(self.lines(runs.in_process, "Go on when the time is up")) <= 2  # of about ten polls

    def test_no_progress_is_printed_with_progress_false(self, runs):
        assert self.lines(runs.in_process, "Wait without progress") == []

    def test_a_module_has_none(self, runs):
        assert "scan_wait: [" not in runs.module.output
        assert "scan_wait: [" in runs.in_process.output


@pytest.mark.playbook("wait_faults")
class TestFaults:
    @both_ways
    def test_faults_that_pass_do_not_end_it(self, runs, way):
        run = getattr(runs, way)
        result = run["Wait through passing faults"]
        assert [scan["state"] for scan in result["scans"]] == ["completed"]
        assert result["polls"] == 5
        faults = [entry["fault"] for entry in run.journal][:5]
        assert faults == ["status", "reset_before", "html", "cut_json", None]

    def test_progress_reports_the_faults(self, runs):
        told = runs.in_process.printed("Wait through passing faults")
        assert "the last poll failed, retrying" in told
        assert "HTTP 503" in told

    @both_ways
    def test_the_timeout_error_names_the_last_fault(self, runs, way):
        result = getattr(runs, way)["Wait through faults until the time is up"]
        assert (result["failed"], result["timed_out"], result["error"]["kind"]) == (True, True, "wait_timeout")
        assert "The last poll failed: GET " in result["msg"]

    @both_ways
    def test_a_token_that_is_refused_ends_it_and_what_was_seen_is_kept(self, runs, way):
        result = getattr(runs, way)["Wait with a token that expires"]
        assert (result["failed"], result["timed_out"], result["error"]["kind"]) == (True, False, "unauthorized")
        assert [scan["state"] for scan in result["scans"]] == ["running", "completed"]
        assert result["polls"] == 3
        assert result["elapsed"] > 0

    @both_ways
    def test_a_scan_that_is_not_there_ends_it(self, runs, way):
        result = getattr(runs, way)["Wait for what is not there"]
        assert (result["failed"], result["timed_out"], result["error"]["kind"]) == (True, False, "not_found")
        assert [scan["state"] for scan in result["scans"]] == ["completed"]
        assert "00000000-0000-4000-8000-000000000000" in result["msg"]
