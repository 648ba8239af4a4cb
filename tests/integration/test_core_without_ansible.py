# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The core alone: a program in an environment with pydantic and requests, and without Ansible."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from docs_runs import SAS
from sandbox_server import TOKEN

pytestmark = pytest.mark.one_core

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "tests/integration/programs/gate_without_ansible.py"


@pytest.fixture(scope="module")
def python(tmp_path_factory) -> Path:
    """A fresh virtual environment with the two libraries."""
    folder = tmp_path_factory.mktemp("core") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    # With the pip of these tests, because a pip of its own would take most of the time.
    (packages,) = folder.glob("lib/python*/site-packages")
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-compile"]
    subprocess.run([*pip, "--target", packages, "-r", ROOT / "requirements.txt"], check=True)
    return folder / "bin/python"


def run(python, sandbox, container):
    target = {
        "source_connection_string": SAS,
        "source_container_path": container,
        "destination_connection_string": SAS,
        "target_container_path": "clean",
        "quarantine_container_path": "quarantine",
        "auto_rescan": False,
    }
    return subprocess.run(
        [python, "-B", PROGRAM, ROOT / "plugins/module_utils", json.dumps(target)],
        env={**os.environ, "DATASCAN_API_URL": sandbox.api_url, "DATASCAN_API_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_ansible_is_not_there(python):
    assert subprocess.run([python, "-c", "import ansible"], capture_output=True, check=False).returncode == 1


def test_the_program_is_short():
    lines = [line for line in PROGRAM.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) < 25


def test_a_scan_that_completes_passes(python, sandbox):
    done = run(python, sandbox, "ok")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 of 1 done (1 completed)" in done.stdout
    assert done.stdout.splitlines()[-1] == "Gate passed: 1 of 1 scan."


def test_a_scan_that_fails_ends_the_program(python, sandbox):
    done = run(python, sandbox, "error")
    assert done.returncode == 1
    assert done.stderr.startswith("Gate failed: ")
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stdout + done.stderr
