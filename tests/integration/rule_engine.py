# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-rulebook as a process, and a controller that launches job templates for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
import typing as t
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from docs_blocks import blocks_of
from playbook_runs import clean_environment
from sandbox_server import TOKEN, Sandbox

PAGE = "docs/eda.md"
_PATIENCE = 300.0  # seconds: Java starts slowly on a busy machine


class RuleEngine:
    """`ansible-rulebook` with one of the collection's rulebooks, in a folder of its own."""

    def __init__(
        self, rulebook: str, sandbox: Sandbox, cwd: Path, collections: Path, variables: str, **more: str
    ) -> None:
        """`variables` are YAML, in place of those of the page; the rest are environment variables."""
        command = self._prepare(rulebook, cwd)
        if variables:
            (cwd / "vars.yml").write_text(variables)
        environment = {
            **clean_environment(cwd, collections),
            "DATASCAN_PROVIDER": "glasswall",
            "DATASCAN_API_URL": sandbox.api_url,
            "DATASCAN_API_TOKEN": TOKEN,
            **{name: os.environ[name] for name in ("JAVA_HOME",) if name in os.environ},
            **more,
        }
        self._output = cwd / "output.txt"
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        # The first poll reports only what runs, so a scan that ends before it would have no event.
        self.wait_for(lambda: any(entry["path"].endswith("/scans") and entry["status"] for entry in sandbox.journal()))

    def _prepare(self, rulebook: str, cwd: Path) -> list[str]:
        """Write the files of the page, and return its command for this rulebook."""
        blocks = blocks_of(PAGE)
        for block in blocks:
            first, _end, _rest = block.text.partition("\n")
            if block.language == "yaml" and first.startswith("# "):
                (cwd / first.removeprefix("# ")).write_text(block.text)
        (command,) = [block.text for block in blocks if block.text.startswith("ansible-rulebook ")]
        return command.replace("gate_and_deploy", rulebook).split()

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so. Fails with the output of the engine if that takes too long, or if it ends."""
        patience = time.monotonic() + _PATIENCE
        while not is_so():
            assert self._process.poll() is None, self.output
            assert time.monotonic() < patience, self.output
            time.sleep(0.1)

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Controller:
    """As much of AWX's API as the engine needs to launch one job template; `launches` are the bodies."""

    TEMPLATE: t.ClassVar[dict[str, t.Any]] = {
        "id": 7,
        "type": "job_template",
        "name": "Quarantine",
        "summary_fields": {"organization": {"name": "Security"}},
        "related": {"launch": "/api/v2/job_templates/7/launch/"},
        **dict.fromkeys(("ask_limit_on_launch", "ask_labels_on_launch", "ask_inventory_on_launch"), False),
        "ask_variables_on_launch": True,
    }
    JOB: t.ClassVar[dict[str, t.Any]] = {"id": 70, "url": "/api/v2/jobs/70/", "status": "successful", "artifacts": {}}

    def __init__(self) -> None:
        self.launches: list[dict[str, t.Any]] = []
        controller = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_job = "/jobs/" in self.path or "unified_jobs" in self.path
                found = [controller.JOB if is_job else controller.TEMPLATE]
                self._answer({"count": 1, "results": found, "version": "24.6.1"})

            def do_POST(self) -> None:
                controller.launches.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._answer(controller.JOB)

            def _answer(self, body: dict[str, t.Any]) -> None:
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *arguments: t.Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def missing_program() -> str | None:
    """Why the engine cannot run here, or None."""
    lacking = [name for name in ("ansible-rulebook", "java") if shutil.which(name) is None]
    return f"{' and '.join(lacking)} not installed" if lacking else None
