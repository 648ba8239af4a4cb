# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scan_gate: only what is known to be good passes, and reports tell why the rest did not."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.playbook("gate")

STOPPED = [
    ("Stop at a failed scan", "failed"),
    ("Stop at a cancelled scan", "was cancelled"),
    ("Stop at an unknown scan", "is in an unknown state"),
    ("Stop at a missing scan", "is missing"),
    ("Stop without any scan", "There is no scan to judge"),
    ("Stop at issues that nobody has counted", "issues not counted, so max_issues cannot be checked"),
    ("Stop at an old scan", "more than 1 s ago"),
    ("Stop at a running scan", "was still running"),
]


KEYS = {
    "passed",
    "proceed",
    "reasons",
    "msg",
    "summary",
    "reports",
    "scans",
    "missing",
    "timed_out",
    "cancelled",
    "accepted",
    "error",
}


def test_what_has_completed_passes(runs):
    result = runs.in_process["Pass what has completed"]
    assert (result["passed"], result["reasons"], result["changed"]) == (True, [], False)
    assert result["summary"]["completed"] == result["summary"]["total"] == 1


@pytest.mark.parametrize(("task", "reason"), STOPPED)
def test_anything_else_does_not(runs, task, reason):
    result = runs.in_process[task]
    assert (result["failed"], result["passed"], result["proceed"]) == (True, False, False)
    assert result["error"]["kind"] == "gate_closed"
    assert set(result) >= KEYS
    assert len(result["reasons"]) == 1
    assert reason in result["reasons"][0]
    assert result["reasons"][0] in result["msg"]


def test_the_reason_names_the_scan(runs):
    result = runs.in_process["Stop at a failed scan"]
    failed = next(scan for scan in result["scans"] if scan["state"] == "failed")
    assert failed["id"] in result["reasons"][0]
    assert (result["summary"]["total"], result["summary"]["failed"]) == (2, 1)


def test_a_policy_can_allow_more(runs):
    result = runs.in_process["Pass what the policy allows"]
    assert (result["passed"], result["reasons"]) == (True, [])


@pytest.mark.parametrize(
    ("task", "passed", "status"),
    [
        ("Pass issues that the policy does not limit", True, None),
        ("Stop at issues", False, None),
        ("Pass issues that are accepted until tomorrow", True, "used"),
        ("Stop at issues that were accepted until yesterday", False, "expired"),
    ],
)
def test_issues_are_accepted_for_a_time(runs, task, passed, status):
    result = runs.in_process[task]
    assert result["passed"] is passed
    assert [entry["status"] for entry in result["accepted"]] == ([status] * 3 if status else [])
    assert passed or ("has 3 issues, and 0 are allowed: a.doc, b.doc, c/d.pdf" in result["msg"])


def test_advice_does_not_stop(runs):
    result = runs.in_process["Advise, and write every report"]
    assert (result["failed"], result["passed"], result["proceed"], result["error"]) == (False, False, True, None)
    assert len(result["reasons"]) == 4
    assert set(result) >= KEYS


class TestEarlierResults:
    def test_a_scan_is_judged_as_the_wait_saw_it_last(self, runs):
        result = runs.in_process["Judge what was found and waited for"]
        assert (result["passed"], result["proceed"], result["missing"]) == (True, True, [])
        assert [scan["state"] for scan in result["scans"]] == ["completed"]

    def test_a_search_brings_its_missing_ids(self, runs):
        result = runs.in_process["Stop at what a search did not find"]
        assert (result["proceed"], result["error"]["kind"]) == (False, "gate_closed")
        assert result["missing"] == ["00000000-0000-4000-8000-000000000000"]
        assert len(result["scans"]) == 4

    def test_a_time_out_stops_with_the_error_of_the_wait(self, runs):
        result = runs.in_process["Stop at a wait that timed out"]
        assert (result["failed"], result["proceed"], result["timed_out"]) == (True, False, True)
        assert result["error"]["kind"] == "wait_timeout"
        assert ", 1 of 1 scan had not finished" in result["msg"]

    def test_mode_advise_goes_past_a_time_out(self, runs):
        result = runs.in_process["Advise past a wait that timed out"]
        assert (result["failed"], result["passed"], result["proceed"]) == (False, False, True)
        assert (result["timed_out"], result["error"]["kind"]) == (True, "wait_timeout")

    def test_mode_advise_does_not_go_past_a_vendor_that_was_not_asked(self, runs):
        result = runs.in_process["Stop where the vendor could not be asked"]
        assert (result["failed"], result["passed"], result["proceed"]) == (True, False, False)
        assert (result["error"]["kind"], result["error"]["http_status"]) == ("unauthorized", 401)
        assert [scan["state"] for scan in result["scans"]] == ["completed"]

    def test_a_skipped_wait_leaves_the_scan_as_it_was_found(self, runs):
        result = runs.in_process["Judge what was found, without a wait"]
        assert (result["passed"], len(result["scans"])) == (True, 1)

    def test_ansible_s_own_failure_stops_in_any_mode(self, runs):
        result = runs.in_process["Stop at a task that Ansible refused"]
        assert (result["failed"], result["proceed"], result["error"]["kind"]) == (True, False, "invalid_input")
        assert result["msg"] == "Unsupported parameters for (scan_wait) module: scan_list."

    def test_what_is_no_result_stops_in_any_mode(self, runs):
        result = runs.in_process["Judge what is no result"]
        assert (result["failed"], result["proceed"], result["error"]["kind"]) == (True, False, "invalid_input")
        assert result["msg"].startswith("started has no scan")
        assert set(result) >= KEYS

    def test_without_any_result_there_is_nothing_to_judge(self, runs):
        result = runs.in_process["Judge only a wait that was skipped"]
        assert (result["failed"], result["proceed"], result["error"]["kind"]) == (True, False, "invalid_input")
        assert "set started, found, waited or scans" in result["msg"]


class TestReports:
    def text(self, runs, name):
        return runs.in_process.reports[name][1]

    def test_each_is_written_once(self, runs):
        assert set(runs.in_process.reports) == {"gate.xml", "gate.md", "gate.json", "gate.html", "stopped.md"}
        assert runs.in_process.changed == {"Advise, and write every report", "Write a report and stop"}

    def test_json_holds_the_verdict(self, runs):
        report = json.loads(self.text(runs, "gate.json"))
        result = runs.in_process["Advise, and write every report"]
        assert (report["passed"], report["mode"]) == (False, "advise")
        assert (report["reasons"], report["summary"]) == (result["reasons"], result["summary"])
        assert [item["passed"] for item in report["judgements"]] == [True, False, False, False]

    def test_junit_has_a_case_for_each_scan(self, runs):
        suite = ElementTree.fromstring(self.text(runs, "gate.xml"))
        assert len(list(suite.iter("testcase"))) == 5
        assert len(list(suite.iter("failure"))) + len(list(suite.iter("error"))) == 4

    @pytest.mark.parametrize("name", ["gate.md", "gate.html"])
    def test_the_pages_name_every_scan(self, runs, name):
        page = self.text(runs, name)
        for judgement in json.loads(self.text(runs, "gate.json"))["judgements"]:
            assert judgement["scan"]["id"] in page
        assert "00000000-0000-4000-8000-000000000000" in page

    def test_one_is_written_though_the_gate_stops(self, runs):
        result = runs.in_process["Write a report and stop"]
        assert (result["failed"], result["changed"]) == (True, True)
        assert result["scans"][0]["id"] in self.text(runs, "stopped.md")

    def test_a_diff_shows_what_would_be_written(self, runs):
        diff = runs.check["Advise, and write every report"]["diff"]
        assert [item["before"] for item in diff] == [""] * 4
        assert all(item["after"] for item in diff)


def test_what_is_no_scan_is_no_verdict(runs):
    result = runs.in_process["Judge what is no scan"]
    assert (result["failed"], result["error"]["kind"]) == (True, "invalid_input")
    assert "scans[0]" in result["msg"]


def test_check_mode_judges_but_does_not_stop_at_a_scan_that_runs(runs):
    result = runs.check["Stop at a running scan"]
    assert (result["failed"], result["passed"], result["proceed"], result["reasons"]) == (False, None, True, [])
    assert result["msg"] == "Check mode does not wait for scans, so there is no verdict."
    assert runs.check["Stop at a failed scan"]["failed"]
