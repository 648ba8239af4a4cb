# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short playbooks with a gate and a deployment, on hosts that are all this machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from fake_connection_string import STORAGE
from playbook_runs import SETTINGS, clean_environment
from sandbox_server import TOKEN, Sandbox

INVENTORY = """
all:
  hosts:
    web1: {ansible_connection: local}
    web2: {ansible_connection: local}
"""
_SHOWN = """
- name: Gate {name}
  hosts: localhost
  gather_facts: false
  vars_files: "{name}.json"
  tasks:
    - name: Gate or result
      block:
        - name: Gate
          ansible.builtin.include_role:
            name: datascan.gate.{role}
      rescue:
        - name: Result of {name}
          ansible.builtin.debug:
            msg: "{{{{ {role}_result }}}}"
"""
# What each playbook may use: `passes` and `fails` are ids of scans, `target` is what to scan.
UPLOADS: dict[str, str] = {
    "source_connection_string": STORAGE,
    "source_container_path": "uploads",
    "destination_connection_string": STORAGE,
    "target_container_path": "clean",
    "quarantine_container_path": "quarantine",
}


@dataclass
class GateRun:
    """A run: its exit status, what it printed, each task's result, the statistics, and the requests to the vendor."""

    rc: int
    output: str
    records: list[dict[str, t.Any]]
    journal: list[dict[str, t.Any]]

    def hosts(self, task: str) -> list[str]:
        """The hosts on which a task ran and did not fail."""
        return sorted(
            record["host"]
            for record in self.records
            if record["task"] == task and record["status"] == "ok" and not record["result"].get("skipped")
        )

    @property
    def deployed(self) -> list[str]:
        """The hosts on which the task named Deploy ran."""
        return self.hosts("Deploy")

    def shown(self, task: str) -> t.Any:
        """The `msg` of a task that shows a variable."""
        (record,) = [record for record in self.records if record["task"] == task]
        return record["result"]["msg"]

    @property
    def stats(self) -> dict[str, t.Any]:
        """`datascan_gate` of the run's custom statistics."""
        (text,) = re.findall(r"^\s*RUN: (.*)$", self.output, re.MULTILINE)
        gate: dict[str, t.Any] = json.loads(text)["datascan_gate"]
        return gate

    @property
    def starts(self) -> int:
        """How many scans were started."""
        return sum(entry["method"] == "POST" for entry in self.journal)


class GatePlays:
    """Runs playbooks against one sandbox."""

    def __init__(self, sandbox: Sandbox, folder: Path, collections: Path) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self._collections = collections
        sandbox.settings(listing_seconds=0, processing_seconds=0)
        self.passes = sandbox.seed()
        self.fails = sandbox.seed("Error")

    def play_of(self, name: str, role: str, variables: dict[str, t.Any]) -> str:
        """A play of a role that gates. If the gate fails, the task `Result of NAME` shows the role's result."""
        (self.folder / f"{name}.json").write_text(json.dumps(variables))
        return _SHOWN.format(name=name, role=role)

    def __call__(self, playbook: str, *arguments: str, inventory: str = INVENTORY, **extra: t.Any) -> GateRun:
        """Run a playbook, given as text. `extra` are extra variables."""
        shared = {
            "ansible_python_interpreter": sys.executable,
            "datascan_provider": "glasswall",
            "datascan_api_url": self.sandbox.api_url,
            "datascan_api_token": TOKEN,
            "passes": [self.passes],
            "fails": [self.fails],
            "target": UPLOADS,
        }
        groups = self.folder / "group_vars"
        groups.mkdir(exist_ok=True)
        (groups / "all.json").write_text(json.dumps(shared))
        (self.folder / "play.yml").write_text(playbook)
        (self.folder / "hosts.yml").write_text(inventory)
        (self.folder / "ansible.cfg").write_text(SETTINGS + "show_custom_stats = true\nstdout_callback = default\n")
        results = self.folder / "results.jsonl"
        results.unlink(missing_ok=True)
        given = ["--extra-vars", json.dumps(extra)] if extra else []
        self.sandbox.forget()
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("ansible-playbook")),
                *("-i", str(self.folder / "hosts.yml"), str(self.folder / "play.yml")),
                *given,
                *arguments,
            ],
            cwd=self.folder,
            env={**clean_environment(self.folder, self._collections), "DATASCAN_TEST_RESULTS": str(results)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=600,
            check=False,
        )
        lines = results.read_text().splitlines() if results.exists() else []
        return GateRun(
            done.returncode, done.stdout.decode(), [json.loads(line) for line in lines], self.sandbox.journal()
        )
