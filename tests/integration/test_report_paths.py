# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a report goes whose path is relative: never into the collection, whoever runs its playbooks."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from docs_runs import Reader
from gate_plays import GatePlays
from sandbox_server import Sandbox

INSIDE = Path("ansible_collections/datascan/gate/playbooks")
WATCH = "- name: PollState\n  ansible.builtin.import_playbook: datascan.gate.watch_scans\n"
AUDIT = "- name: Audit\n  ansible.builtin.import_playbook: datascan.gate.audit_cluster\n"
ROLE = "- hosts: localhost\n  gather_facts: false\n  roles: [datascan.gate.watch_scans]\n"
RULES = {"audit_cluster_lookup": {"severity": "High"}, "audit_cluster_forbidden_tags": {"no such tag": "at all"}}


def written(folder: Path, collections: Path) -> list[Path]:
    return [*folder.rglob("a report.*"), *(collections / INSIDE).rglob("a report.*")]


@pytest.mark.parametrize("playbook", [WATCH, ROLE], ids=["imported", "role"])
def test_a_relative_path_begins_where_the_command_was_started(
    sandbox: Sandbox, collections: Path, tmp_path: Path, playbook: str
) -> None:
    reports = [{"format": "json", "dest": "a report.json"}, {"format": "html", "dest": str(tmp_path / "a report.html")}]
    done = Reader(sandbox, collections, tmp_path).run(
        playbook, watch_scans_ids=[sandbox.seed()], watch_scans_reports=reports
    )
    assert done.rc == 0, done.output
    assert sorted(written(tmp_path, collections)) == [tmp_path / "a report.html", tmp_path / "a report.json"]


def test_the_same_for_an_audit(sandbox: Sandbox, collections: Path, tmp_path: Path) -> None:
    reports = [{"format": "csv", "dest": "a report.csv"}]
    done = Reader(sandbox, collections, tmp_path, vendor="bigid").run(AUDIT, audit_cluster_reports=reports, **RULES)
    assert done.rc == 0, done.output
    assert written(tmp_path, collections) == [tmp_path / "a report.csv"]


def test_the_same_for_a_playbook_that_is_run_by_its_full_name(
    sandbox: Sandbox, collections: Path, tmp_path: Path
) -> None:
    """In the true working folder: PWD may be another, as where a program and no shell starts the command."""
    reader = Reader(sandbox, collections, tmp_path)
    reports = [{"format": "json", "dest": "a report.json"}]
    variables = json.dumps({"watch_scans_ids": [sandbox.seed()], "watch_scans_reports": reports})
    program = Path(sys.executable).with_name("ansible-playbook")
    done = subprocess.run(
        [program, "datascan.gate.watch_scans", "-e", variables],
        cwd=tmp_path,
        env={**reader.environment(), "PWD": "/"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert written(tmp_path, collections) == [tmp_path / "a report.json"]


ID = "67336873-8e06-464b-bd34-4a157cc87a18"
BIGID = {"datascan_provider": "bigid", "audit_cluster_id": "c1", "audit_cluster_required_tags": ["owner"]}
CASES: dict[str, tuple[str, dict[str, t.Any]]] = {
    "a wrong variable": ("watch_scans", {"watch_scans_ids": [ID], "watch_scans_mode": "warn"}),
    "an unknown variable": ("watch_scans", {"watch_scans_ids": [ID], "watch_scans_polcy": {}}),
    "a refused token": ("watch_scans", {"watch_scans_ids": [ID], "datascan_api_token": "wrong"}),
    "a template that fails": ("watch_scans", {"watch_scans_ids": "{{ nowhere }}"}),
    "a connection that fails in Ansible": ("watch_scans", {"watch_scans_ids": [ID], "datascan_retries": "{{ 1 / 0 }}"}),
    "a wrong variable of an audit": ("audit_cluster", {**BIGID, "audit_cluster_mode": "warn"}),
    "a refused token of an audit": ("audit_cluster", {**BIGID, "datascan_api_token": "wrong"}),
}


def test_no_older_report_outlives_a_gate_that_could_not_ask(
    sandbox: Sandbox, collections: Path, tmp_path: Path
) -> None:
    """Case I1, for roles. Each case is a play of one run."""
    plays = GatePlays(sandbox, tmp_path, collections)
    playbook = ""
    for case, (role, variables) in CASES.items():
        folder = tmp_path / "reports" / case
        folder.mkdir(parents=True)
        formats = ("csv", "json", "markdown") if role == "audit_cluster" else ("junit", "json", "markdown", "html")
        reports = [{"format": format_, "dest": f"reports/{case}/{format_}"} for format_ in formats]
        for format_ in formats:
            (folder / format_).write_text("yesterday's report: passed")
        given = {f"{role}_reports": reports, **variables}
        if role == "audit_cluster":
            given["datascan_api_url"] = sandbox.api_urls["bigid"]
        playbook += plays.play_of(case, role, given)
    run = plays(playbook)
    for case in CASES:
        result = run.shown(f"Result of {case}")
        assert (result["passed"], result["proceed"], bool(result["error"]["kind"])) == (False, False, True), case
        written_now = sorted((tmp_path / "reports" / case).iterdir())
        assert sorted(result["reports"]) == [str(path) for path in written_now], case
        for path in written_now:
            text = path.read_text()
            assert "yesterday" not in text, (case, path.name)
            assert path.name != "json" or json.loads(text)["passed"] is False
            assert path.name != "junit" or 'errors="1"' in text


def test_reports_of_another_host_are_not_checked_on_this_one(
    sandbox: Sandbox, collections: Path, tmp_path: Path
) -> None:
    plays = GatePlays(sandbox, tmp_path, collections)
    variables = '{watch_scans_ids: "{{ fails }}", watch_scans_reports: [{format: json, dest: /only/there/a.json}]}'
    role = "- hosts: web1\n  gather_facts: false\n  tasks:\n    - ansible.builtin.include_role:\n"
    there = "all: {hosts: {web1: {ansible_connection: ssh, ansible_host: 127.0.0.1, ansible_port: 1}}}"
    run = plays(f"{role}        name: datascan.gate.watch_scans\n      vars: {variables}\n", inventory=there)
    assert run.rc != 0 and "/only/there" not in run.output, run.output
