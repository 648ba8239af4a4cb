# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scan_start: never twice, never lost."""

from __future__ import annotations

import pytest


class TestRepeating:
    pytestmark = pytest.mark.playbook("start")

    def test_a_scan_is_started(self, runs):
        result = runs.in_process["Start a scan"]
        assert (result["changed"], result["reused"]) == (True, False)
        assert result["scan"]["state"] == "running"
        assert result["scan"]["source"] == "acct.blob.core.windows.net/uploads/listing"
        assert result["scan"]["target"] == "acct.blob.core.windows.net/clean"

    def test_a_second_start_hands_back_the_scan_that_runs(self, runs):
        result = runs.in_process["Start it again while it runs"]
        assert (result["changed"], result["reused"]) == (False, True)
        assert result["scan"]["id"] == runs.in_process["Start a scan"]["scan"]["id"]

    def test_another_target_is_another_scan(self, runs):
        result = runs.in_process["Start another one for another target"]
        assert (result["changed"], result["reused"]) == (True, False)
        assert result["scan"]["id"] != runs.in_process["Start a scan"]["scan"]["id"]

    def test_a_running_scan_can_be_a_conflict_that_names_it(self, runs):
        result = runs.in_process["Refuse to go on while one runs"]
        assert (result["failed"], result["error"]["kind"]) == (True, "conflict")
        assert result["scan"]["id"] == runs.in_process["Start a scan"]["scan"]["id"]
        assert result["scan"]["id"] in result["msg"]

    def test_a_wait_ends_with_the_completed_scan(self, runs):
        result = runs.in_process["Start and wait until it has completed"]
        assert (result["changed"], result["timed_out"]) == (True, False)
        assert (result["scan"]["state"], result["scan"]["succeeded"]) == ("completed", True)
        assert result["scan"]["finished_at"] >= result["scan"]["started_at"]

    def test_a_fresh_scan_is_handed_back(self, runs):
        result = runs.in_process["Start it again while it is fresh"]
        assert (result["changed"], result["reused"]) == (False, True)
        assert result["scan"]["id"] == runs.in_process["Start and wait until it has completed"]["scan"]["id"]

    def test_the_scan_of_the_previous_run_is_reused(self, runs):
        result = runs.in_process["Take the scan of the run before"]
        assert (result["changed"], result["reused"]) == (False, True)
        assert result["scan"]["id"] == result["invocation"]["module_args"]["previous_scan_id"]

    def test_a_scan_of_something_else_does_not(self, runs):
        result = runs.in_process["Do not take a scan of something else"]
        assert (result["changed"], result["reused"]) == (True, False)
        assert result["scan"]["id"] != result["invocation"]["module_args"]["previous_scan_id"]
        assert len(result["warnings"]) == 1

    def test_however_often_it_ran_there_is_one_scan_of_each(self, runs):
        run = runs.again
        assert [scan["targetContainerPath"] for scan in run.made_in("uploads/listing")] == ["clean", "other"]
        assert len(run.made_in("uploads")) == 1
        assert len(run.made_in("archive")) == len(run.made_in("elsewhere/listing")) == 1

    def test_check_mode_starts_nothing_and_predicts_the_scan(self, runs):
        assert not runs.check.made_in("uploads/listing")
        scan = runs.check["Start a scan"]["scan"]
        assert scan["id"] == "predicted"
        assert scan["source"] == runs.in_process["Start a scan"]["scan"]["source"]
        assert runs.check["Start and wait until it has completed"]["polls"] == 0

    def test_check_mode_finds_a_fresh_scan(self, runs):
        result = runs.check["Take the scan of the run before"]
        assert (result["changed"], result["reused"], result["scan"]["state"]) == (False, True, "completed")

    def test_a_diff_shows_the_scan_that_comes(self, runs):
        diff = runs.check["Start a scan"]["diff"]
        assert (diff["before"], list(diff["after"])) == ({}, ["predicted"])
        assert "diff" not in runs.in_process["Start a scan"]


class TestAnew:
    pytestmark = pytest.mark.playbook("start_anew")

    def test_another_one_is_started_if_asked(self, runs):
        result = runs.in_process["Start another one while one runs"]
        assert (result["changed"], result["reused"]) == (True, False)
        assert len(runs.in_process.made_in("archive")) == 2

    def test_one_that_is_too_old_does_not_serve(self, runs):
        result = runs.in_process["Start one whose predecessor is not fresh"]
        assert (result["changed"], result["reused"]) == (True, False)
        assert len(runs.in_process.made_in("uploads")) == 2

    def test_a_scan_that_failed_fails_the_wait_and_is_kept(self, runs):
        for run in (runs.in_process, runs.module):
            result = run["Wait for one that ends in an error"]
            assert (result["failed"], result["changed"], result["reused"]) == (True, True, False)
            assert (result["error"]["kind"], result["timed_out"]) == ("scan_not_completed", False)
            assert (result["scan"]["state"], result["scan"]["vendor_status"]) == ("failed", "Error")
            assert result["scan"]["id"] in result["msg"]
            assert result["requests"] > result["polls"]

    def test_a_scan_that_failed_is_not_fresh(self, runs):
        assert len(runs.again.made_in("uploads/error")) == 2

    def test_a_scan_that_takes_too_long_is_kept_too(self, runs):
        for run in (runs.in_process, runs.module):
            result = run["Wait for one that takes too long"]
            assert (result["failed"], result["changed"], result["timed_out"]) == (True, True, True)
            assert result["error"]["kind"] == "wait_timeout"
            assert result["scan"]["state"] == "running"
            assert result["scan"]["id"] in result["msg"]
            assert 5 <= result["elapsed"] < 600

    def test_the_next_run_reuses_the_scan_that_timed_out(self, runs):
        result = runs.again["Wait for one that takes too long"]
        assert (result["changed"], result["reused"]) == (False, True)
        assert len(runs.again.made_in("uploads/stuck")) == 1


class TestLostAnswers:
    pytestmark = pytest.mark.playbook("lost_answers")

    @pytest.mark.parametrize("way", ["in_process", "module"])
    def test_a_start_whose_answer_is_lost_makes_one_scan(self, runs, way):
        run = getattr(runs, way)
        result = run["Start a scan and lose the answer"]
        assert (result["changed"], result["reused"]) == (True, False)
        assert [scan["scanId"] for scan in run.made_in("answer/stuck")] == [result["scan"]["id"]]

    @pytest.mark.parametrize("way", ["in_process", "module"])
    def test_a_start_that_never_arrives_is_sent_again(self, runs, way):
        run = getattr(runs, way)
        result = run["Start a scan with a request that never arrives"]
        assert (result["changed"], result["reused"]) == (True, False)
        assert [scan["scanId"] for scan in run.made_in("request/stuck")] == [result["scan"]["id"]]
        assert run.methods.count("POST") == 3  # one for the scan above

    def test_a_rescan_whose_answer_is_lost_makes_one_child(self, runs):
        result = runs.in_process["Scan again and lose the answer"]
        assert (result["changed"], result["reused"]) == (True, False)
        assert result["scan"]["parent_id"] == result["parent"]["id"]
        assert runs.in_process.methods.count("PATCH") == 1

    def test_a_cancel_whose_answer_is_lost_has_cancelled(self, runs):
        result = runs.in_process["Cancel and lose the answer"]
        assert (result["changed"], result["scans"][0]["state"]) == (True, "cancelled")
        assert runs.in_process.methods.count("DELETE") == 1
