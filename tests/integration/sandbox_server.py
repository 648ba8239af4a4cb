# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as the tests see it: a server process, and the control routes that steer it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import requests

FILES = Path(__file__).resolve().parents[2] / "roles" / "sandbox" / "files"
TOKEN = "sandbox-token"


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

    def rescan(self, scan_id: str, token: str = TOKEN) -> str:
        """Do what another pipeline might do meanwhile; the child's id."""
        response = self._session.patch(
            f"{self.api_url}/scans/{scan_id}", headers={"Authorization": f"Bearer {token}"}, timeout=10
        )
        response.raise_for_status()
        return str(response.json()["scanId"])
