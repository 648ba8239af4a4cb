# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a report goes whose path is relative: never into the collection, whoever runs its playbooks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from docs_runs import Reader
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
    (tmp_path / "ansible.cfg").touch()
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
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    assert written(tmp_path, collections) == [tmp_path / "a report.json"]
