# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cluster_columns_info and audit_cluster as a playbook meets them."""

from __future__ import annotations

import csv
import io
import json

import pytest
from playbook_runs import AS_MODULE, run_playbook
from sandbox_server import Sandbox

COLUMNS = 25007  # of the large cluster, unless a test makes it smaller
SOME = 2507
NEVER_SENT = {
    "Look for nothing",
    "List two at once",
    "Name a format and no file",
    "Name a file without a format",
    "Export where there is no folder",
    "Ask another vendor",
}
SENT = {"Find two", "Find none", "List what nobody knows", "Export with a filter that nobody can read"}
EXPORTS = {"Export CSV", "Export NDJSON", "Export JSON"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A sandbox of this module's own, on which nothing changes but its journal."""
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"))
    sandbox.control("POST", "settings", {"bigid": {"catalogue_columns": SOME}})
    sandbox.api_url = sandbox.api_urls["bigid"]
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="module")
def every_run(server, collections, tmp_path_factory):
    """The runs of columns.yml by name; `again` is in the folder of `in_process`."""

    def run(folder, *arguments, **variables):
        return run_playbook("columns/columns", server, folder, collections, *arguments, **variables)

    folder = tmp_path_factory.mktemp("in_process")
    return {
        "in_process": run(folder),
        "again": run(folder),
        "check": run(tmp_path_factory.mktemp("check"), "--check", "--diff"),
    }


@pytest.fixture
def run(every_run):
    return every_run["in_process"]


@pytest.fixture
def play_bigid(sandbox, play):
    def run(name, *arguments, **variables):
        return play(name, *arguments, api_url=sandbox.api_urls["bigid"], **variables)

    return run


def test_a_second_run_changes_nothing(every_run):
    assert every_run["in_process"].changed == EXPORTS
    assert every_run["again"].changed == set()
    assert every_run["again"].reports == every_run["in_process"].reports


def test_check_mode_reads_the_same_predicts_the_same_and_writes_nothing(every_run):
    checked, real = every_run["check"], every_run["in_process"]
    assert checked.reports == {}
    assert asked(checked) == asked(real)
    assert checked.changed == real.changed
    for task, result in real.results.items():
        assert set(checked[task]) == set(result)


def test_what_fails_is_one_clear_sentence_with_no_traceback(run):
    assert run.failed == NEVER_SENT | SENT
    assert "Traceback" not in run.output
    assert "sandbox-token" not in run.output + json.dumps(run.records)
    for task in run.failed:
        assert "\n" not in run[task]["msg"].strip()


def test_columns_are_listed(run):
    result = run["List a cluster"]
    assert (result["changed"], result["total_count"], len(result["columns"])) == (False, 20, 20)
    assert result["cluster"]["id"] == "abc123def456"
    assert result["summary"]["total"] == 20
    assert result["summary"]["by_tag"] == {"sensitivity": {"high": 6, "low": 10}}
    assert result["summary"]["untagged"] == 4
    first = result["columns"][0]
    assert (first["column_name"], first["is_primary"]) == ("column_00000", True)
    assert first["tags"][0]["is_mutually_exclusive"] is True  # the sandbox sends the text "true"


def test_a_cluster_is_found_by_name_and_the_query_is_sent_to_the_vendor(every_run):
    result = every_run["in_process"]["Find a cluster by name and status"]
    assert result["cluster"]["name"] == "Sensitive HR Data"
    assert [column["column_name"] for column in result["columns"]] == ["column_00015", "column_00016", "column_00017"]
    assert result["total_count"] == 20
    found = every_run["in_process"]["Find one by its label"]
    assert found["cluster"]["id"] == "ghi789jkl012"
    assert {attribute["attribute_name"] for column in found["columns"] for attribute in column["attributes"]} == {
        "IBAN"
    }


@pytest.mark.parametrize(
    ("task", "kind", "words"),
    [
        ("Find two", "ambiguous", ["2 clusters match size 20", "Marketing Metrics (ghi789jkl012, ", "Set cluster_id"]),
        ("Find none", "not_found", ["None of the 3 clusters matches name 'Sensitive HR Data' and severity 'Low'."]),
        ("Look for nothing", "invalid_input", ["at least one of name, size, label, severity and status"]),
        ("List what nobody knows", "not_found", ["BigID has no cluster nobody"]),
        ("Name a file without a format", "invalid_input", ["columns.txt"]),
        ("Export where there is no folder", "invalid_input", ["none/columns.csv cannot be written: the directory"]),
        ("Export with a filter that nobody can read", "rejected", ["Filter is invalid"]),
        ("Ask another vendor", "unsupported", ["Glasswall cannot list the columns of a cluster", "bigid"]),
    ],
)
def test_the_message_names_the_problem(run, task, kind, words):
    assert run[task]["error"]["kind"] == kind
    for word in words:
        assert word in run[task]["msg"]


def test_the_candidates_are_named(every_run):
    assert [one["id"] for one in every_run["in_process"]["Find two"]["candidates"]] == ["abc123def456", "ghi789jkl012"]


def test_a_broken_export_leaves_no_file(every_run):
    assert set(every_run["in_process"].reports) == {"columns.csv", "columns.ndjson", "columns"}


class TestExports:
    def test_only_the_summary_is_returned(self, every_run):
        for task in EXPORTS:
            result = every_run["in_process"][task]
            assert "columns" not in result
            assert result["file"].startswith(str(every_run["in_process"].cwd))
            assert result["summary"]["total"] == result["total_count"]

    def test_each_column_is_there_once(self, every_run):
        reports = every_run["in_process"].reports
        rows = list(csv.DictReader(io.StringIO(reports["columns.csv"][1], newline="")))
        lines = [json.loads(line) for line in reports["columns.ndjson"][1].splitlines()]
        for found in (rows, lines):
            assert len(found) == len({one["fully_qualified_name"] for one in found}) == SOME
        assert len(json.loads(reports["columns"][1])) == 20

    def test_no_cell_is_a_formula(self, every_run):
        text = every_run["in_process"].reports["columns.csv"][1]
        assert ',"\'=cmd()",' in text
        assert '"=' not in text


@pytest.fixture
def small(sandbox):
    sandbox.control("POST", "settings", {"bigid": {"catalogue_columns": SOME}})


def test_a_failure_in_the_middle_keeps_the_old_file(sandbox, play_bigid, tmp_path):
    dest = tmp_path / "reports" / "columns.csv"
    dest.parent.mkdir()
    dest.write_text("old")
    rule = {"vendor": "bigid", "path": "/similar$", "skip": 10, "times": None, "fault": {"kind": "status", "code": 503}}
    sandbox.control("POST", "faults", rule)
    result = play_bigid("columns/export")["Export"]
    assert (result["failed"], result["changed"], result["error"]["http_status"]) == (True, False, 503)
    assert (result["summary"]["total"], result["total_count"]) == (10_000, COLUMNS)
    assert [(path.name, path.read_text()) for path in dest.parent.iterdir()] == [("columns.csv", "old")]


JUDGE = "Read and judge the columns, and write the reports"
PUBLISH = "Stop the play unless the audit passes"
SMALL = {"audit_cluster_lookup": {"severity": "High"}, "audit_cluster_reports": []}


class TestAudit:
    def audit(self, play_bigid, *arguments, **variables):
        run = play_bigid("columns/audit", *arguments, **variables)
        assert "Traceback" not in run.output
        assert "no hosts matched" not in run.output  # there is no inventory
        return run

    @pytest.mark.parametrize("way", [{}, AS_MODULE], ids=["in_process", "module"])
    def test_columns_that_lack_a_tag_fail_the_play_with_reports(self, small, play_bigid, way):
        run = self.audit(play_bigid, **way)
        assert run.rc == 2
        assert run.failed == {PUBLISH}
        assert run.changed == {JUDGE}
        result = run[PUBLISH]
        assert (
            "Audit failed for cluster Customer Columns: 501 of 2507 columns lack the tag sensitivity. " in result["msg"]
        )
        assert (result["passed"], result["proceed"], result["complete"]) == (False, False, True)
        assert (result["audited"], result["failed_columns"], len(result["findings"])) == (SOME, 501, 100)
        assert (result["error"]["kind"], result["cluster"]["id"]) == ("gate_closed", "mno345pqr678")
        report = json.loads(run.reports["audit.json"][1])
        assert (report["audited"], report["failed"], len(report["findings"])) == (SOME, 501, 501)
        rows = list(csv.DictReader(io.StringIO(run.reports["audit.csv"][1], newline="")))
        assert {row["missing"] for row in rows} == {"sensitivity"}
        assert len(rows) == 501
        assert "501 of 2507 columns lack the tag sensitivity." in run.reports["audit.md"][1]

    def test_check_mode_returns_the_verdict_and_writes_nothing(self, small, play_bigid):
        run = self.audit(play_bigid, "--check")
        assert run.failed == {PUBLISH}
        assert run.reports == {}

    def test_advice_does_not_stop(self, play_bigid):
        run = self.audit(play_bigid, audit_cluster_mode="advise", **SMALL)
        assert (run.rc, run[PUBLISH]["passed"], run[PUBLISH]["proceed"]) == (0, False, True)
        assert "4 of 20 columns lack" in run[PUBLISH]["msg"]

    @pytest.mark.parametrize("mode", ["enforce", "advise"])
    def test_an_audit_that_could_not_be_made_stops_the_play_and_replaces_its_reports(
        self, sandbox, play_bigid, tmp_path, mode
    ):
        report = tmp_path / "reports" / "audit.json"
        report.parent.mkdir()
        report.write_text('{"passed": true}')
        sandbox.control("POST", "faults", {"vendor": "bigid", "times": None, "fault": {"kind": "status", "code": 403}})
        run = self.audit(play_bigid, audit_cluster_mode=mode)
        assert (run.rc, run.failed) == (2, {PUBLISH})
        assert (run[PUBLISH]["passed"], run[PUBLISH]["error"]["http_status"]) == (False, 403)
        assert json.loads(report.read_text())["passed"] is False

    def test_columns_that_are_counted_and_not_given_do_not_pass(self, sandbox, play_bigid):
        rule = {"vendor": "bigid", "path": "/similar$", "times": None, "fault": {"kind": "lying_total"}}
        sandbox.control("POST", "faults", rule)
        rules = {"audit_cluster_required_tags": [], "audit_cluster_forbidden_tags": {"sensitivity": "secret"}}
        run = self.audit(play_bigid, **SMALL, **rules)
        assert run.rc == 2
        assert run[PUBLISH]["complete"] is False
        assert "its total is 27, and 20 came" in run[PUBLISH]["msg"]

    def test_a_selection_is_named(self, play_bigid):
        variables = {"audit_cluster_search_text": "column_00001", "audit_cluster_mode": "advise"}
        run = self.audit(play_bigid, **SMALL, **variables)
        assert "selected by search_text 'column_00001'" in run[PUBLISH]["msg"]
        assert "not all columns of the cluster" in run[PUBLISH]["msg"]

    @pytest.mark.parametrize(
        ("variables", "message"),
        [
            ({"audit_cluster_forbidden_tags": {"a": []}}, "audit_cluster_forbidden_tags.a forbids nothing"),
            ({"audit_cluster_result": {"passed": True}}, "The variable audit_cluster_result is set by the roles"),
            ({"datascan_provider": "glasswall"}, "Glasswall cannot list the columns"),
        ],
    )
    def test_a_wrong_variable_is_refused_before_any_request(self, play_bigid, variables, message):
        run = self.audit(play_bigid, **{**SMALL, **variables})
        assert run.rc == 2
        assert message in run[PUBLISH]["msg"]
        assert (run[PUBLISH]["passed"], run[PUBLISH]["missing"]) == (False, {})
        assert run.journal == []


def asked(run):
    return [(entry["method"], entry["path"], entry["query"]) for entry in run.journal]
