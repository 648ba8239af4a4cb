# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module and role, and the demo, give the same results on each ansible-core and Python.

expected_results.json holds the results, with stand-ins for ids, times and paths. After a change of the results,
DATASCAN_WRITE_EXPECTED=1 writes the file anew: read the difference before it is committed.
"""

from __future__ import annotations

import difflib
import json
import os
from pathlib import Path

import pytest
from comparable_runs import same_on_every_core
from playbook_preparations import POLLED
from playbook_runs import AS_MODULE, run_playbook

EXPECTED = Path(__file__).with_name("expected_results.json")
SHORT = {
    "glasswall": POLLED,
    "protecto": {"pending_seconds": 0.2, "running_seconds": 0.2},
    "advalidation": {"queued_seconds": 0.2, "processing_seconds": 0.2, "analysis_seconds": 0.2},
}


# The demo's own limits are for somebody who watches it.
SLOW_MACHINE = {"demo_wait_timeout": 120, "sandbox_timeout": 300, "sandbox_max_lifetime": 900}
LAST_TASK_OF_A_MODULE = "Judge its issues"
REPORTS_OF_ROLES = {"run_scan.xml", "audit.csv"}


@pytest.mark.parametrize("way", ["in_process", "module", "check"])
def test_every_module_and_role_has_the_same_results_on_every_core(way, sandbox, play):
    sandbox.control("POST", "settings", SHORT)
    scans = {"completed": "Completed", "failed": "Error", "running": "Processing", "listing": "Listing"}
    ids = {name: sandbox.seed(word, sourceContainerPath=f"seeded/{name}") for name, word in scans.items()}
    arguments = ["--check", "--diff"] if way == "check" else []
    # As modules, each task takes a process, so the roles are left out: they are nothing but these modules.
    variables = {**AS_MODULE, "with_roles": False} if way == "module" else {"with_roles": True}
    with sandbox.ends_polled_scans():
        run = play("every_module_and_role", *arguments, api_urls=sandbox.api_urls, **ids, **variables)
    names = {scan_id: name for name, scan_id in ids.items()}
    compare("check" if way == "check" else "results", same_on_every_core(run, names), with_roles=way != "module")


@pytest.mark.parametrize("container", ["ok", "error"])
def test_the_demo_has_the_same_results_on_every_core(container, sandbox, collections, tmp_path):
    report = tmp_path / "reports" / "report.md"
    variables = {"demo_container": container, "demo_report": str(report), **SLOW_MACHINE}
    run = run_playbook("datascan.gate.demo", sandbox, tmp_path, collections, **variables)
    assert "Stop the sandbox, and remove its files" in run.results
    compare(f"demo {container}", same_on_every_core(run, {}))


def compare(part, found, *, with_roles=True):
    if os.environ.get("DATASCAN_WRITE_EXPECTED") and with_roles:
        expected = json.loads(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.exists() else {}
        text = json.dumps({**expected, part: found}, indent=1, sort_keys=True)
        EXPECTED.write_text(text + "\n", encoding="utf-8")
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))[part]
    if not with_roles:
        tasks = [task["task"] for task in expected["tasks"]]
        expected["tasks"] = expected["tasks"][: tasks.index(LAST_TASK_OF_A_MODULE) + 1]
        expected["reports"] = {name: text for name, text in expected["reports"].items() if name not in REPORTS_OF_ROLES}
    assert found == expected, "\n".join(difflib.unified_diff(_lines(expected), _lines(found), n=1, lineterm=""))


def _lines(value):
    return json.dumps(value, indent=1, sort_keys=True).splitlines()
