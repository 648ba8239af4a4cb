# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running playbooks as a user would, with nothing of this machine's own configuration, and reading their results."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from sandbox_server import TOKEN, Sandbox

PLAYBOOKS = Path(__file__).resolve().parent / "playbooks"

AS_MODULE = {"datascan_in_process": False}
# ansible-playbook asks 1,000 times a second whether a task has ended, which takes a tenth of a processor.
SETTINGS = "[defaults]\ninternal_poll_interval = 0.01\n"
_LEFT_OUT = re.compile(r"ANSIBLE_|DATASCAN_|PYTHON|.*_PROXY$", re.IGNORECASE)


@dataclass
class Run:
    """A finished `ansible-playbook`: what it printed and wrote, each task's result, and what the sandbox saw of it.

    `reports` has for each file's name when it was written (in nanoseconds) and its text.
    """

    rc: int
    output: str
    records: list[dict[str, t.Any]]
    journal: list[dict[str, t.Any]]
    scans: list[dict[str, t.Any]]
    api_url: str
    cwd: Path
    reports: dict[str, tuple[int, str]]

    @property
    def results(self) -> dict[str, t.Any]:
        """Each task's result by the task's name; Ansible hides `failed` where errors are ignored."""
        return {record["task"]: {**record["result"], "failed": _has_failed(record)} for record in self.records}

    def __getitem__(self, task: str) -> t.Any:
        return self.results[task]

    @property
    def changed(self) -> set[str]:
        return {task for task, result in self.results.items() if result.get("changed")}

    @property
    def failed(self) -> set[str]:
        return {record["task"] for record in self.records if _has_failed(record)}

    @property
    def methods(self) -> list[str]:
        """The HTTP methods that were used."""
        return [entry["method"] for entry in self.journal]

    def printed(self, task: str) -> str:
        """What was printed under a task's heading."""
        parts = re.split(r"^(?:TASK|PLAY) (?:\[(.*)\]|RECAP) \*+$", self.output, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))[task]

    def asked_for(self, scan_id: str) -> list[str]:
        """The methods of the requests for one scan."""
        return [entry["method"] for entry in self.journal if entry["path"].endswith(f"/scans/{scan_id}")]

    def made_in(self, container: str) -> list[dict[str, t.Any]]:
        """The scans on the server whose source is this container."""
        return [scan for scan in self.scans if scan["sourceContainerPath"] == container]


def _has_failed(record: dict[str, t.Any]) -> bool:
    return record["status"] not in ("ok", "skipped")


def run_playbook(
    name: str,
    sandbox: Sandbox,
    cwd: Path,
    collections: Path,
    *arguments: str,
    environment: dict[str, str] | None = None,
    **variables: t.Any,
) -> Run:
    """Run playbooks/NAME.yml, or a playbook by its full name, in a folder of its own.

    The sandbox is left as it is, but for its journal.
    """
    (cwd / "reports").mkdir(exist_ok=True)
    results = cwd / "results.jsonl"
    results.unlink(missing_ok=True)
    given = cwd / "variables.json"
    given.write_text(
        json.dumps({"api_url": sandbox.api_url, "api_token": TOKEN, "folder": str(cwd / "reports"), **variables})
    )
    sandbox.forget()
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("ansible-playbook")),
            name if "." in name else str(PLAYBOOKS / f"{name}.yml"),
            *("--extra-vars", f"@{given}"),
            *arguments,
        ],
        cwd=cwd,
        env={**clean_environment(cwd, collections), "DATASCAN_TEST_RESULTS": str(results), **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
        check=False,
    )
    lines = results.read_text().splitlines() if results.exists() else []
    output = done.stdout.decode()
    assert lines or done.returncode == 0, output
    return Run(
        rc=done.returncode,
        output=output,
        records=[json.loads(line) for line in lines],
        journal=sandbox.journal(),
        scans=sandbox.scans(),
        api_url=sandbox.api_url,
        cwd=cwd,
        reports={path.name: (path.stat().st_mtime_ns, path.read_text()) for path in (cwd / "reports").iterdir()},
    )


def clean_environment(cwd: Path, collections: Path) -> dict[str, str]:
    """Ansible with its defaults, whoever runs the tests. `ansible.cfg` in the folder is written unless it is there."""
    config = cwd / "ansible.cfg"  # found before a user's own
    if not config.exists():
        config.write_text(SETTINGS)
    kept = {name: value for name, value in os.environ.items() if not _LEFT_OUT.match(name)}
    return {
        **kept,
        "HOME": str(cwd),
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",  # Ansible prints sets
        "TZ": "Asia/Kolkata",  # so that a local time taken for UTC shows
        "ANSIBLE_CONFIG": str(config),
        "ANSIBLE_HOME": str(cwd / "ansible"),
        "ANSIBLE_ASYNC_DIR": str(cwd / "ansible" / "async"),
        "ANSIBLE_REMOTE_TEMP": str(cwd / "ansible" / "remote"),
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
        "ANSIBLE_INJECT_INVOCATION": "true",  # which ansible-core 2.21 no longer does by itself
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_CALLBACK_PLUGINS": str(collections / "callbacks"),
        "ANSIBLE_CALLBACKS_ENABLED": "results",
    }
