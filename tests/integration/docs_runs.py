# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the examples of the documentation as they stand, as a reader would who has a deployment of the vendor.

Only what no example can know is put in its place: the hosts of the vendors become the sandbox's, the folder for audits
becomes a temporary one, and ids of scans become those of scans that are there.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from docs_blocks import Block
from playbook_runs import clean_environment
from sandbox_server import TOKEN, Sandbox

SAS = (
    "BlobEndpoint=https://acct.blob.core.windows.net/;SharedAccessSignature="
    "sv=2022-11-02&ss=b&srt=sco&sp=rwlc&st=2022-01-01T00:00:00Z&se=2099-01-01T00:00:00Z&spr=https&sig=ZmFrZQ%3D%3D"
)
COMPLETED = "83d71394-faa2-4b6c-b13b-6d3118de459e"
REFRESH_TOKEN = "sandbox-refresh-token"
HOSTS = {
    "https://scans.example.com/api/v1": "glasswall",
    "https://bigid.example.com/api/v1": "bigid",
    "https://tenant.bigid.example/api/v1": "bigid",
    "https://tenant.example.com/api/vault": "protecto",
}
QUICK = {
    "glasswall": {"listing_seconds": 0.2, "processing_seconds": 0.2},
    "bigid": {"queued_seconds": 0.2, "running_seconds": 0.2},
    "protecto": {"pending_seconds": 0.2, "running_seconds": 0.2},
    "advalidation": {"queued_seconds": 0.2, "processing_seconds": 0.2, "analysis_seconds": 0.2},
}
# What a reader has: secrets, what to scan, a playbook that deploys, hosts, a role.
VARIABLES = {
    **dict.fromkeys(("glasswall_token", "protecto_token", "advalidation_key"), TOKEN),
    "glasswall_admin_token": "sandbox-admin-token",
    "bigid_user_token": REFRESH_TOKEN,
    **dict.fromkeys(("source_sas", "destination_sas", "vault_source_sas", "vault_destination_sas"), SAS),
    "sampled_emails": ["somebody@example.com"],
    "uploads": {
        "source_connection_string": SAS,
        "source_container_path": "uploads",
        "destination_connection_string": SAS,
        "target_container_path": "clean",
        "quarantine_container_path": "quarantine",
    },
}
PING = "- name: Ping\n  ansible.builtin.ping:\n"
FILES = {
    "deploy.yml": f"- hosts: localhost\n  gather_facts: false\n  tasks:\n{textwrap.indent(PING, '    ')}",
    "roles/my_app/tasks/main.yml": PING,
}


@dataclass
class Done:
    """A finished `ansible-playbook`: its exit status, what it printed, and each task that ended with how it ended."""

    rc: int
    output: str
    tasks: list[tuple[str, str]]

    def missing(self, names: list[str]) -> set[str]:
        """Which of these tasks did not run, or did not go well."""
        return set(names) - {name for name, status in self.tasks if status == "ok"}


@dataclass
class Reader:
    """Whoever follows a page: with one vendor in their environment, and a folder to work in."""

    sandbox: Sandbox
    collections: Path
    folder: Path
    vendor: str = "glasswall"
    hosts: tuple[str, ...] = ("localhost", "web")
    ids: dict[str, str] = field(default_factory=dict)

    def url(self, vendor: str) -> str:
        return self.sandbox.api_urls[vendor]

    def in_process(self, text: str) -> str:
        """The text of an example, with what no example can know."""
        hosts = {host: self.url(vendor) for host, vendor in HOSTS.items()}
        for old, new in {**hosts, "/var/lib/audit": str(self.folder), **self.ids}.items():
            text = text.replace(old, new)
        return text

    def environment(self) -> dict[str, str]:
        return {
            **clean_environment(self.folder, self.collections),
            "DATASCAN_TEST_RESULTS": str(self.folder / "results.jsonl"),
            "DATASCAN_PROVIDER": self.vendor,
            "DATASCAN_API_URL": self.url(self.vendor),
            "DATASCAN_API_TOKEN": TOKEN,
            "SOURCE_SAS": SAS,
            "DESTINATION_SAS": SAS,
        }

    def run(self, playbook: str, **variables: t.Any) -> Done:
        inventory = "".join(f"{host} ansible_connection=local\n" for host in self.hosts)
        inventory += f"[all:vars]\nansible_python_interpreter={sys.executable}\n"
        given = json.dumps({**VARIABLES, **variables})
        for name, text in {**FILES, "hosts": inventory, "playbook.yml": playbook, "variables.json": given}.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(self.in_process(text))
        results = self.folder / "results.jsonl"
        results.touch()
        program = Path(sys.executable).with_name("ansible-playbook")
        done = subprocess.run(
            [str(program), "-i", "hosts", "-e", "@variables.json", "playbook.yml"],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=600,
            check=False,
            text=True,
        )
        records = [json.loads(line) for line in results.read_text().splitlines()]
        return Done(done.returncode, done.stdout, [(one["task"], one["status"]) for one in records])


def play(block: Block, host: str = "localhost", **keywords: t.Any) -> str:
    """A play around a block of tasks, which stays as it is written."""
    head = {"name": str(block), "hosts": host, "connection": "local", "gather_facts": False, **keywords}
    return yaml.safe_dump([head], sort_keys=False) + "  tasks:\n" + textwrap.indent(block.text, "    ")


def seeded(sandbox: Sandbox) -> dict[str, str]:
    """Scans that the examples name by their ids, each with the id that it has in the sandbox."""
    for tracking_id in ("47882682-9f38-4f45-afec-daadaa1b230b", "97d18b52-ade8-44f8-9176-802e329c0d2b"):
        sandbox.control("POST", "protecto/scans", {"tracking_id": tracking_id})
    sandbox.control("POST", "bigid/scans", {})
    (creative_scan,) = sandbox.control("POST", "advalidation/scans", {"status": None, "age": 0})
    return {
        COMPLETED: sandbox.seed(),
        "f18eda36-7eb5-477a-a1b1-51c71ab2ba81": sandbox.seed(),
        "creative_id: 4711": "creative_id: 1",
        "480151": str(creative_scan),
    }
