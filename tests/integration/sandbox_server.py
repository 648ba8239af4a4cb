# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as the tests see it: a server process, and the control routes that steer it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import typing as t
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

FILES = Path(__file__).resolve().parents[2] / "roles" / "sandbox" / "files"
TOKEN = "sandbox-token"
# Glasswall's settings for `ends_polled_scans`. The machine may stand still for less than one of these lengths.
POLLED_LENGTHS = {"listing_seconds": 60, "processing_seconds": 30}


class Sandbox:
    """One server of its own, which ends with `close`, and by itself if nobody calls that."""

    def __init__(self, folder: Path) -> None:
        ready = folder / "ready.json"
        command = [sys.executable, "-m", "datascan_sandbox", "--port", "0", "--ready-file", str(ready)]
        self._process = subprocess.Popen(
            [*command, "--max-lifetime", "7200"],
            cwd=FILES,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=(folder / "out.txt").open("wb"),
            stderr=subprocess.STDOUT,
        )
        patience = time.monotonic() + 60
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > patience:
                self.close()
                raise RuntimeError(f"The sandbox did not start: {(folder / 'out.txt').read_text()}")
            time.sleep(0.05)
        state = json.loads(ready.read_text())
        self.url: str = state["url"]
        self.api_urls: dict[str, str] = state["api_urls"]  # by vendor
        self.api_url = self.api_urls["glasswall"]
        self._session = requests.Session()
        self._session.trust_env = False

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def control(self, method: str, path: str, body: t.Any = None) -> t.Any:
        response = self._session.request(method, f"{self.url}/_control/{path}", json=body, timeout=60)
        assert response.ok, f"{method} {path}: {response.text}"
        return response.json()

    def reset(self) -> None:
        self.control("POST", "reset")

    def settings(self, **changes: t.Any) -> None:
        """Change Glasswall's settings, such as the lengths of its scans."""
        self.control("POST", "settings", {"glasswall": changes})

    def seed(self, status: str | None = "Completed", **more: t.Any) -> str:
        """A scan that is there already. An active status stays for ever; None lets the scan go its usual way."""
        return self.seed_many(1, status, **more)[0]

    def seed_many(self, count: int, status: str | None = "Completed", **more: t.Any) -> list[str]:
        made: list[str] = self.control("POST", "glasswall/scans", {"count": count, "status": status, **more})
        return made

    def fault(self, method: str, path: str, fault: dict[str, t.Any], **more: t.Any) -> None:
        """Let a fault happen to the next request of this kind; `path` is a regular expression."""
        self.control("POST", "faults", {"vendor": "glasswall", "method": method, "path": path, "fault": fault, **more})

    def journal(self) -> list[dict[str, t.Any]]:
        """The requests to the vendor since the last `forget`."""
        entries: list[dict[str, t.Any]] = self.control("GET", "requests")
        return entries

    def forget(self) -> None:
        self.control("DELETE", "requests")

    def scans(self) -> list[dict[str, t.Any]]:
        """Every scan on the server, in the vendor's own words, oldest first."""
        found: list[dict[str, t.Any]] = self.control("GET", "glasswall/scans")
        return found

    @contextmanager
    def ends_polled_scans(self) -> Iterator[None]:
        """Meanwhile, end each Glasswall scan with POLLED_LENGTHS once it was read twice by its id.

        A start does not read its scan by its id, and a rescan does once, so both see it run, however slow the machine
        is. A wait polls it.
        """
        over = threading.Event()
        mover = threading.Thread(target=self._end_polled_scans, args=[over])
        mover.start()
        try:
            yield
        finally:
            over.set()
            mover.join()

    def _end_polled_scans(self, over: threading.Event) -> None:
        ended: set[str] = set()
        while not over.wait(0.1):
            reads = Counter(entry["path"] for entry in self.journal() if entry["method"] == "GET")
            polled = {path.rpartition("/")[2] for path, count in reads.items() if "/scans/" in path and count > 1}
            if polled - ended:
                active = {scan["scanId"] for scan in self.scans() if scan["scanStatus"] in ("Listing", "Processing")}
                if polled & active - ended:
                    self.control("POST", "clock", {"advance": sum(POLLED_LENGTHS.values())})
                ended |= polled & active

    def rescan(self, scan_id: str, token: str = TOKEN) -> str:
        """Do what another pipeline might do meanwhile; the child's id."""
        response = self._session.patch(
            f"{self.api_url}/scans/{scan_id}", headers={"Authorization": f"Bearer {token}"}, timeout=10
        )
        response.raise_for_status()
        return str(response.json()["scanId"])
