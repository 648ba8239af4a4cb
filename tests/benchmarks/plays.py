# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays of a few tasks, run with ansible-playbook as a user runs them, without this machine's configuration."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import typing as t
from collections.abc import Sequence
from pathlib import Path

from measure import Command, Spent
from sandbox_server import TOKEN, Sandbox

Task = dict[str, t.Any]
AS_MODULE = {"vars": {"datascan_in_process": False}}
_LEFT_OUT = re.compile(r"ANSIBLE_|DATASCAN_|PYTHON|.*_PROXY$", re.IGNORECASE)


class Plays:
    """The environment of plays: a separate folder, and the installed collection."""

    def __init__(self, folder: Path, collections: Path) -> None:
        self._folder = folder
        (folder / "ansible.cfg").touch()  # found before a user's own
        kept = {name: value for name, value in os.environ.items() if not _LEFT_OUT.match(name)}
        self.environment = {
            **kept,
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        }

    def run(self, tasks: Sequence[Task], **environment: str) -> Spent:
        """Run a play on localhost."""
        folder = Path(tempfile.mkdtemp(dir=self._folder))  # several may run at the same time
        playbook = folder / "play.json"
        playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": list(tasks)}]))
        words = [str(Path(sys.executable).with_name("ansible-playbook")), str(playbook)]
        return Command(words, folder, {**self.environment, **environment}).run()


def module_task(name: str, sandbox: Sandbox, **options: t.Any) -> Task:
    """A task that runs a module of this collection, for Glasswall."""
    connection = {"provider": "glasswall", "api_url": sandbox.api_url, "api_token": TOKEN}
    return {"name": "Ours", f"datascan.gate.{name}": {**connection, **options}}


def uri(sandbox: Sandbox, scan_id: str, **keywords: t.Any) -> Task:
    """A task that requests a Glasswall scan with ansible.builtin.uri, as users do without this collection."""
    options = {"url": f"{sandbox.api_url}/scans/{scan_id}", "headers": {"Authorization": f"Bearer {TOKEN}"}}
    return {"name": "Theirs", "ansible.builtin.uri": options, **keywords}
