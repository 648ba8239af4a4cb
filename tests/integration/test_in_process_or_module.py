# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tasks run in process and which as modules, and where connection options may come from."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from core_differences import STOPPED_BY_TIMEOUT
from sandbox_server import TOKEN

PYTHON = f'#!/bin/sh\necho python >> "$(dirname "$0")/used"\nexec {sys.executable} "$@"\n'
SUDO = '#!/bin/sh\necho sudo >> "$(dirname "$0")/used"\nwhile [ "$1" != /bin/sh ]; do shift; done\nexec "$@"\n'
INVENTORY = """\
other_python ansible_connection=local ansible_python_interpreter={tools}/python
this_python ansible_connection=local ansible_python_interpreter="{{{{ ansible_playbook_python }}}}"
unreachable ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1
"""


def test_a_task_runs_in_process_only_where_its_module_would_run_on_this_machine(play, sandbox, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in (("python", PYTHON), ("sudo", SUDO)):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    inventory = tmp_path / "inventory"
    inventory.write_text(INVENTORY.format(tools=tools))
    scans = {name: sandbox.seed(word) for name, word in (("completed", "Completed"), ("failed", "Error"))}
    run = play(
        "in_process_or_module",
        *("-i", str(inventory)),
        environment={"ANSIBLE_BECOME_ALLOW_SAME_USER": "true"},
        processing=sandbox.seed("Processing"),
        tools=str(tools),
        **scans,
    )

    has_progress = {task: "scan_wait: [" in run.printed(task) for task in run.results}
    assert has_progress == {task: "n process" in task for task in run.results}
    reached = [record for record in run.records if "stopped" not in record["task"]]
    assert {record["host"] for record in reached if record["status"] != "ok"} == {"unreachable"}
    assert run["As a module with async"]["finished"] == 1
    assert (tools / "used").read_text().split() == ["sudo", "python", "python", "python"]
    assert [scan["state"] for item in run["In process for each of several"]["results"] for scan in item["scans"]] == [
        "completed",
        "failed",
    ]

    for task in ("In process stopped by Ansible", "As a module stopped by Ansible"):
        assert run[task]["failed"]
        assert re.search(STOPPED_BY_TIMEOUT, run[task]["msg"])
    assert "Traceback" not in run.output


def test_connection_options_come_from_the_environment_in_process_and_as_a_module(play, sandbox):
    environment = {
        "DATASCAN_PROVIDER": "glasswall",
        "DATASCAN_API_URL": sandbox.api_url,
        "DATASCAN_API_TOKEN": TOKEN,
        "DATASCAN_VALIDATE_CERTS": "no",
        "DATASCAN_CA_PATH": "/nowhere/ca.pem",
    }
    run = play("environment", environment=environment, completed=sandbox.seed())
    for task in ("Look", "Look as a module"):
        assert [scan["state"] for scan in run[task]["scans"]] == ["completed"]
        options = run[task]["invocation"]["module_args"]
        assert (options["provider"], options["api_url"]) == ("glasswall", sandbox.api_url)
        assert (options["validate_certs"], options["ca_path"]) == (False, "/nowhere/ca.pem")
        assert TOKEN not in str(run[task])
    assert run["Look"] == run["Look as a module"]
    assert run["Prefer the option"]["error"]["kind"] == "unauthorized"


def test_a_missing_connection_option_is_named(play, sandbox):
    run = play("environment", completed=sandbox.seed())
    for task in ("Look", "Look as a module"):
        assert run[task]["failed"]
        assert "provider" in run[task]["msg"]
    assert run["Look"]["msg"] == run["Look as a module"]["msg"]
    assert run.journal == []


def test_a_token_may_come_from_a_vault(play, sandbox, tmp_path):
    password = tmp_path / "password"
    password.write_text("only for this test")
    vault = [str(Path(sys.executable).with_name("ansible-vault")), "encrypt_string"]
    done = subprocess.run(
        [*vault, "--vault-password-file", str(password), "--name", "vaulted_token", TOKEN],
        capture_output=True,
        check=True,
    )
    (tmp_path / "vault.yml").write_bytes(done.stdout)
    run = play(
        "vault",
        *("--extra-vars", f"@{tmp_path / 'vault.yml'}", "--vault-password-file", str(password)),
        completed=sandbox.seed(),
    )
    assert [scan["state"] for scan in run["Look"]["scans"]] == ["completed"]
    assert run["Look"] == run["Look as a module"]
    assert TOKEN not in run.output


@pytest.mark.playbook("wait")
def test_group_and_module_defaults_apply_in_process_and_as_a_module(runs):
    for run in (runs.in_process, runs.module):
        options = run["Wait for it"]["invocation"]["module_args"]
        assert (options["provider"], options["api_url"], options["wait_interval"]) == ("glasswall", run.api_url, 0.2)


@pytest.mark.playbook("options")
def test_a_task_overrides_the_group_defaults(runs):
    for run in (runs.in_process, runs.module):
        assert "acme" in run["Name a vendor that there is not"]["msg"]
