# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs wait_parts.py."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from collections.abc import Sequence
from pathlib import Path

from plays import Plays
from sandbox_server import TOKEN

PROGRAM = Path(__file__).resolve().parent / "wait_parts.py"


class WaitParts(t.NamedTuple):
    """Output of wait_parts.py: seconds of processor time, the wait's figures, seconds until the end was seen, MB."""

    libraries: float
    files: float
    operation: float
    polls: int
    requests: int
    late: float
    memory: float


def measure_wait(
    plays: Plays, collections: Path, api_url: str, scan_ids: Sequence[str], until: str = "all"
) -> WaitParts:
    """Wait for scans in a process of its own. The process must succeed."""
    command = [sys.executable, "-B", str(PROGRAM), api_url, TOKEN, until]
    environment = {**plays.environment, "PYTHONPATH": str(collections)}
    ended = subprocess.run(
        command, input=json.dumps(scan_ids), capture_output=True, text=True, env=environment, check=False
    )
    if ended.returncode:
        raise RuntimeError(f"{PROGRAM.name} failed: {ended.stderr}")
    return WaitParts(**json.loads(ended.stdout))
