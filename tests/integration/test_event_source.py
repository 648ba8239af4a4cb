# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source as a process, without the engine: outages, kills and restarts, and that it needs no Ansible."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import typing as t
from collections import Counter
from pathlib import Path

import pytest
from sandbox_server import TOKEN, Sandbox

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "extensions/eda/plugins/event_source/scans.py"
PROGRAM = ROOT / "tests/integration/programs/print_events.py"
SCANS = 200
_PATIENCE = 300.0  # seconds

pytestmark = pytest.mark.one_core


class Source:
    """A process that prints the events of all scans."""

    def __init__(self, sandbox: Sandbox, output: Path, **arguments: t.Any) -> None:
        given = {"provider": "glasswall", "api_url": sandbox.api_url, "api_token": TOKEN, "query": {}, **arguments}
        self._path = output
        with output.open("ab", buffering=0) as file:
            file.write(b"\n")  # ends the line in which an earlier process may have been killed
            self._process = subprocess.Popen(
                [sys.executable, "-B", str(PROGRAM), str(SOURCE), json.dumps(given)],
                env={name: value for name, value in os.environ.items() if not name.startswith("DATASCAN_")},
                stdout=file,
                stderr=file,
            )

    def wait_for(self, count: int, kind: str = "finished") -> None:
        """Wait until this many different scans have an event of a kind. Events without a scan count as one."""
        patience = time.monotonic() + _PATIENCE
        while len(named(self._path, kind)) < count:
            assert self._process.poll() is None, self._path.read_text()
            assert time.monotonic() < patience, f"{Counter(one.get('event') for one in events(self._path))}"
            time.sleep(0.1)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


def events(path: Path) -> list[dict[str, t.Any]]:
    """What was printed, without the lines that a kill has cut and those that are no events."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("{"):
            with contextlib.suppress(json.JSONDecodeError):
                found.append(json.loads(line))
    return found


def named(path: Path, kind: str = "finished") -> Counter[str]:
    """How many events of a kind each scan has; those without a scan are counted under the empty text."""
    return Counter(event.get("scan", {"id": ""})["id"] for event in events(path) if event.get("event") == kind)


def test_an_outage_loses_nothing_and_is_reported_once(sandbox, tmp_path: Path) -> None:
    output = tmp_path / "events.jsonl"
    source = Source(sandbox, output, interval=0.2, retries=0, report_first="all")
    try:
        before = sandbox.seed_many(SCANS, "Completed", age=0, spacing=0)
        source.wait_for(SCANS)
        sandbox.fault("GET", ".*", {"kind": "status", "code": 503}, times=5)
        source.wait_for(1, "error")
        during = sandbox.seed_many(SCANS, "Error", age=0, spacing=0)
        source.wait_for(2 * SCANS)
        source.wait_for(1, "recovered")
    finally:
        source.kill()
    assert named(output) == Counter([*before, *during])
    assert [event["event"] for event in events(output) if event.get("event") in ("error", "recovered")] == [
        "error",
        "recovered",
    ]
    assert TOKEN not in output.read_text()


def test_a_kill_loses_nothing(sandbox, tmp_path: Path) -> None:
    output, state = tmp_path / "events.jsonl", tmp_path / "state.json"
    arguments = {"interval": 0.2, "report_first": "all", "state_file": str(state)}
    scans = sandbox.seed_many(SCANS, "Completed", age=0, spacing=0)
    for _kill in range(3):
        known = len(named(output)) if output.exists() else 0
        source = Source(sandbox, output, **arguments)
        try:
            source.wait_for(min(known + 20, SCANS))
        finally:
            source.kill()
    source = Source(sandbox, output, **arguments)
    try:
        source.wait_for(SCANS)
        later = sandbox.seed_many(1, "Completed", age=0)
        source.wait_for(SCANS + len(later))
    finally:
        source.kill()
    assert set(named(output)) == {*scans, *later}


def test_it_loads_no_ansible() -> None:
    loaded = (
        "import runpy, sys; runpy.run_path(sys.argv[1])['_load'](); print([n for n in sys.modules if 'ansible' in n])"
    )
    done = subprocess.run([sys.executable, "-B", "-c", loaded, str(SOURCE)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
