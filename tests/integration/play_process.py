# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A play of run_scan that can be killed at a given moment, with every process that it has started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import typing as t
import uuid
from collections.abc import Callable
from pathlib import Path

from playbook_runs import clean_environment
from sandbox_server import TOKEN, Sandbox

SAS = (
    "BlobEndpoint=https://acct.blob.core.windows.net/;SharedAccessSignature=sv=2022-11-02&ss=b&srt=sco&sp=rwlc"
    "&st=2022-01-01T00:00:00Z&se=2099-01-01T00:00:00Z&spr=https&sig=ZmFrZQ%3D%3D"
)
START = "Start the scan, or reuse a matching one"  # the task's name
HOUR = 3600.0
LONG = {"listing_seconds": HOUR, "processing_seconds": HOUR, "time_fraction": True}
PROCESSES = Path("/proc")
MARK = "DATASCAN_TEST_PLAY"  # in the environment of every process of one play, and of no other
TIMEOUT = 300.0  # seconds; with other work beside, a play of modules takes more than two minutes


class PlayProcess:
    """`ansible-playbook datascan.gate.run_scan` of a container, under way."""

    def __init__(self, sandbox: Sandbox, cwd: Path, collections: Path, container: str, **variables: t.Any) -> None:
        self._cwd = cwd
        self._mark = f"{MARK}={uuid.uuid4()}"
        cwd.mkdir(exist_ok=True)
        target = {
            "source_connection_string": SAS,
            "source_container_path": container,
            "destination_connection_string": SAS,
            "target_container_path": "clean",
            "quarantine_container_path": "quarantine",
        }
        given = {
            "datascan_provider": "glasswall",
            "datascan_api_url": sandbox.api_url,
            "datascan_api_token": TOKEN,
            "run_scan_glasswall": target,
            "run_scan_wait_interval": 0.2,
            **variables,
        }
        (cwd / "variables.json").write_text(json.dumps(given))
        name, _equals, value = self._mark.partition("=")
        results = {"DATASCAN_TEST_RESULTS": str(cwd / "results.jsonl")}
        self._process = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("ansible-playbook")),
                "datascan.gate.run_scan",
                *("--extra-vars", f"@{cwd / 'variables.json'}"),
            ],
            cwd=cwd,
            env={**clean_environment(cwd, collections), **results, name: value},
            stdin=subprocess.DEVNULL,
            stdout=(cwd / "out.txt").open("wb"),
            stderr=subprocess.STDOUT,
        )

    def until(self, happened: Callable[[], t.Any]) -> None:
        """Wait until something has happened on the server."""
        patience = time.monotonic() + TIMEOUT
        while not happened():
            assert self._process.poll() is None, self.output
            assert time.monotonic() < patience, self.output
            time.sleep(0.1)

    def kill(self, *, only_the_first: bool = False) -> None:
        """Kill all its processes at once, or only the one that was started first: Ansible's workers may outlive it."""
        self._process.kill()
        self._process.wait()
        while not only_the_first and (left := self.left()):
            for process in left:
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    continue

    def send(self, number: signal.Signals) -> float:
        """Send a signal to ansible-playbook alone; the time at which it had ended, on the monotonic clock."""
        self._process.send_signal(number)
        self._process.wait(TIMEOUT)
        return time.monotonic()

    def left(self) -> list[int]:
        """Its processes that still live."""
        return [int(path.parent.name) for path in PROCESSES.glob("[0-9]*/environ") if self._owns(path)]

    def _owns(self, path: Path) -> bool:
        try:
            return self._mark.encode() in path.read_bytes().split(b"\0")  # that of a zombie is empty
        except OSError:  # another user's, or gone
            return False

    def end(self) -> int:
        """Its return code, once it has ended."""
        try:
            return self._process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(self.output) from None

    @property
    def output(self) -> str:
        return (self._cwd / "out.txt").read_text()

    def result(self, task: str) -> dict[str, t.Any]:
        """What a task has returned."""
        records = [json.loads(line) for line in (self._cwd / "results.jsonl").read_text().splitlines()]
        found: dict[str, t.Any] = next(one["result"] for one in records if one["task"] == task)
        return found
