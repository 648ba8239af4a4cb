# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host whose Python is older than modules need: each module fails with one message, whatever the core does there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from playbook_runs import PLAYBOOKS, clean_environment

MODULES = {path.stem for path in (PLAYBOOKS.parents[2] / "plugins/modules").glob("*.py")} - {"gate_step"}


def installed_python(version: str) -> str | None:
    """The path of this Python; pyenv has stubs on the PATH that only print which version to install."""
    managed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions").glob(f"{version}.*/bin/python")
    for path in (shutil.which(f"python{version}"), *map(str, managed)):
        if path and subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
            return path
    return None


PYTHONS = {version: installed_python(version) for version in ("2.7", "3.6", "3.7", "3.8", "3.9")}
# What loads on the oldest and on the newest of these loads on those between, which therefore run one module.
ENDS = ("2.7", "3.9")
CASES = [
    (module, version) for module in sorted(MODULES) for version in PYTHONS if version in ENDS or module == "scan_start"
]

Results = dict[tuple[str, str], dict[str, t.Any]]


@pytest.fixture(scope="module")
def results(collections: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The result of each case whose Python is installed. The tasks would otherwise run in process."""
    cwd = tmp_path_factory.mktemp("old_python")
    hosts = {
        f"python{version}": {
            "ansible_connection": "local",
            "ansible_python_interpreter": path,
            "one_module": version not in ENDS,
        }
        for version, path in PYTHONS.items()
        if path
    }
    inventory = cwd / "inventory.yml"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
    written = cwd / "results.jsonl"
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(inventory)]
    subprocess.run(
        [*command, str(PLAYBOOKS / "old_python.yml")],
        cwd=cwd,
        env={**clean_environment(cwd, collections), "DATASCAN_TEST_RESULTS": str(written)},
        capture_output=True,
        timeout=600,
        check=False,
    )
    records = [json.loads(line) for line in written.read_text().splitlines()]
    failed = [record for record in records if record["status"] == "failed"]
    return {(record["host"], record["task"].removeprefix("Run ")): record["result"] for record in failed}


@pytest.mark.parametrize(("module", "version"), CASES)
def test_each_module_says_what_is_needed_and_what_was_found(results: Results, module: str, version: str) -> None:
    if PYTHONS[version] is None:
        pytest.skip(f"Python {version} is not installed")
    result = results[f"python{version}", module]
    assert result["msg"] == (
        f"datascan.gate needs Python 3.10 or newer, and {PYTHONS[version]} is Python {version}. "
        "Set ansible_python_interpreter to a newer one."
    )
    assert (result["changed"], result["error"]["kind"]) == (False, "invalid_input")
    assert not {"module_stdout", "module_stderr"} & set(result)
    assert "Traceback" not in json.dumps(result)  # the core itself adds `exception`, without one
