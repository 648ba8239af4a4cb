# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""audit_cluster as a playbook meets it."""

from __future__ import annotations

import csv
import io
import json

import pytest
from playbook_runs import AS_MODULE

SOME = 2507  # columns of the large cluster
JUDGE = "Read and judge the columns, and write the reports"
PUBLISH = "Stop the play unless the audit passes"
SMALL = {"audit_cluster_lookup": {"severity": "High"}, "audit_cluster_reports": []}


@pytest.fixture
def play_bigid(sandbox, play):
    def run(name, *arguments, **variables):
        return play(name, *arguments, api_url=sandbox.api_urls["bigid"], **variables)

    return run


@pytest.fixture
def small(sandbox):
    sandbox.control("POST", "settings", {"bigid": {"catalogue_columns": SOME}})


def audit(play_bigid, *arguments, **variables):
    run = play_bigid("columns/audit", *arguments, **variables)
    assert "Traceback" not in run.output
    assert "no hosts matched" not in run.output  # there is no inventory
    return run


@pytest.mark.parametrize("way", [{}, AS_MODULE], ids=["in_process", "module"])
def test_columns_that_lack_a_tag_fail_the_play_with_reports(small, play_bigid, way):
    run = audit(play_bigid, **way)
    assert run.rc == 2
    assert run.failed == {PUBLISH}
    assert run.changed == {JUDGE}
    result = run[PUBLISH]
    assert "Audit failed for cluster Customer Columns: 501 of 2507 columns lack the tag sensitivity. " in result["msg"]
    assert (result["passed"], result["proceed"], result["complete"]) == (False, False, True)
    assert (result["audited"], result["failed_columns"], len(result["findings"])) == (SOME, 501, 100)
    assert (result["error"]["kind"], result["cluster"]["id"]) == ("gate_closed", "mno345pqr678")
    report = json.loads(run.reports["audit.json"][1])
    assert (report["audited"], report["failed"], len(report["findings"])) == (SOME, 501, 501)
    rows = list(csv.DictReader(io.StringIO(run.reports["audit.csv"][1], newline="")))
    assert {row["missing"] for row in rows} == {"sensitivity"}
    assert len(rows) == 501
    assert "501 of 2507 columns lack the tag sensitivity." in run.reports["audit.md"][1]


def test_check_mode_returns_the_verdict_and_writes_nothing(small, play_bigid):
    run = audit(play_bigid, "--check")
    assert run.failed == {PUBLISH}
    assert run.reports == {}


def test_advice_does_not_stop(play_bigid):
    run = audit(play_bigid, audit_cluster_mode="advise", **SMALL)
    assert (run.rc, run[PUBLISH]["passed"], run[PUBLISH]["proceed"]) == (0, False, True)
    assert "4 of 20 columns lack" in run[PUBLISH]["msg"]


@pytest.mark.parametrize("mode", ["enforce", "advise"])
def test_an_audit_that_could_not_be_made_stops_the_play_and_replaces_its_reports(sandbox, play_bigid, tmp_path, mode):
    report = tmp_path / "reports" / "audit.json"
    report.parent.mkdir()
    report.write_text('{"passed": true}')
    sandbox.control("POST", "faults", {"vendor": "bigid", "times": None, "fault": {"kind": "status", "code": 403}})
    run = audit(play_bigid, audit_cluster_mode=mode)
    assert (run.rc, run.failed) == (2, {PUBLISH})
    assert (run[PUBLISH]["passed"], run[PUBLISH]["error"]["http_status"]) == (False, 403)
    assert json.loads(report.read_text())["passed"] is False


@pytest.mark.one_core
def test_columns_that_are_counted_and_not_given_do_not_pass(sandbox, play_bigid):
    rule = {"vendor": "bigid", "path": "/similar$", "times": None, "fault": {"kind": "lying_total"}}
    sandbox.control("POST", "faults", rule)
    rules = {"audit_cluster_required_tags": [], "audit_cluster_forbidden_tags": {"sensitivity": "secret"}}
    run = audit(play_bigid, **SMALL, **rules)
    assert run.rc == 2
    assert run[PUBLISH]["complete"] is False
    assert "its total is 27, and 20 came" in run[PUBLISH]["msg"]


@pytest.mark.one_core
def test_a_selection_is_named(play_bigid):
    variables = {"audit_cluster_search_text": "column_00001", "audit_cluster_mode": "advise"}
    run = audit(play_bigid, **SMALL, **variables)
    assert "selected by search_text 'column_00001'" in run[PUBLISH]["msg"]
    assert "not all columns of the cluster" in run[PUBLISH]["msg"]


@pytest.mark.one_core
@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"audit_cluster_forbidden_tags": {"a": []}}, "audit_cluster_forbidden_tags.a forbids nothing"),
        ({"audit_cluster_result": {"passed": True}}, "The variable audit_cluster_result is set by the roles"),
        ({"datascan_provider": "glasswall"}, "Glasswall cannot list the columns"),
    ],
)
def test_a_wrong_variable_is_refused_before_any_request(play_bigid, variables, message):
    run = audit(play_bigid, **{**SMALL, **variables})
    assert run.rc == 2
    assert message in run[PUBLISH]["msg"]
    assert (run[PUBLISH]["passed"], run[PUBLISH]["missing"]) == (False, {})
    assert run.journal == []
