# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(f) The memory of 300,000 columns through the role audit_cluster, and of 1,000,000 columns to a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from many_columns import CLUSTER, HERE
from measure import Command
from plays import Plays
from sandbox_server import TOKEN, Sandbox
from table import Row

AUDITED, WRITTEN = 300_000, 1_000_000
AUDIT_MEMORY = 200  # MB of all processes of the play together
WRITE_MEMORY = 150  # MB; each column takes 16 to 32 bytes that find repeated ones


def rows(plays: Plays, sandbox: Sandbox, folder: Path, collections: Path) -> list[Row]:
    """The first row is of all processes together; shared memory pages count once."""
    sandbox.control("POST", "settings", {"bigid": {"catalogue_columns": AUDITED}})
    audit = _audit(plays, sandbox, folder)
    few, many = (_write(plays, sandbox, folder, collections, count) for count in (WRITTEN // 100, WRITTEN))
    return [
        Row(
            "(f) 300,000 columns audited, memory",
            f"{audit:.0f} MB",
            "",
            "",
            f"under {AUDIT_MEMORY} MB",
            audit < AUDIT_MEMORY,
        ),
        Row(
            "(f) 1,000,000 columns to ndjson, memory",
            f"{many:.0f} MB",
            f"{few:.0f} MB for 10,000",
            f"{many / few:.2g}",
            f"under {WRITE_MEMORY} MB",
            many < WRITE_MEMORY,
        ),
    ]


def _audit(plays: Plays, sandbox: Sandbox, folder: Path) -> float:
    """The highest memory of a play and all its processes, in MB."""
    variables = {
        "datascan_provider": "bigid",
        "datascan_api_url": sandbox.api_urls["bigid"],
        "datascan_api_token": TOKEN,
        "audit_cluster_lookup": {"name": "Customer Columns"},
        "audit_cluster_required_tags": ["no such tag"],  # so that every column is in the reports
        "audit_cluster_mode": "advise",
        "audit_cluster_reports": [{"format": name, "dest": str(folder / f"audit.{name}")} for name in ("csv", "json")],
    }
    words = [str(Path(sys.executable).with_name("ansible-playbook")), "datascan.gate.audit_cluster"]
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [*words, "-e", json.dumps(variables)],
            cwd=folder,
            env=plays.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        highest = 0.0
        while process.poll() is None:
            highest = max(highest, sum(map(_memory, _descendants(process.pid))))
            time.sleep(0.1)
    # Only its start, because the later processes begin with the memory of this one.
    with (folder / "audit.json").open(encoding="utf-8") as report:
        if process.returncode or f'"failed": {AUDITED},' not in report.read(4096):
            raise RuntimeError((folder / "output.txt").read_text())
    return highest


def _write(plays: Plays, sandbox: Sandbox, folder: Path, collections: Path, count: int) -> float:
    """The highest memory of the operation in a process of its own, in MB."""
    sandbox.control("POST", "settings", {"bigid": {"catalogue_columns": count}})
    where = [sandbox.api_urls["bigid"], TOKEN, CLUSTER, str(folder / f"{count}.ndjson")]
    environment = {**plays.environment, "PYTHONPATH": str(collections)}
    return Command([sys.executable, "-B", str(HERE / "write_columns.py"), *where], folder, environment).run().memory


def _descendants(pid: int) -> list[int]:
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            parents[int(name)] = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
    found = [pid]
    for one in found:  # grows meanwhile
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _memory(pid: int) -> float:
    """The proportional set size of a process, in MB."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
