# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cluster_columns_info as a playbook meets it."""

from __future__ import annotations

import csv
import io
import json

import pytest
from playbook_runs import run_playbook
from sandbox_server import Sandbox

pytestmark = pytest.mark.one_core

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
        ("Ask another vendor", "unsupported", ["Glasswall cannot list the columns of a cluster", "BigID"]),
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


def asked(run):
    return [(entry["method"], entry["path"], entry["query"]) for entry in run.journal]
