# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ansible-core or a Python that is too old is refused with one message, before anything is loaded that needs more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.datascan.gate.plugins.module_utils import _ansible
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_error

ROOT = Path(__file__).resolve().parents[4]
ACTIONS = sorted(path.stem for path in (ROOT / "plugins/action").glob("*.py"))
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py") if path.stem != "gate_step")

# Loads a plugin, and prints the error and the files of the collection that began to load.
LOAD_ACTION = """
import sys, conftest, ansible.plugins.loader, ansible.release
ansible.release.__version__ = "2.15.13"
try:
    import {name}
except ansible.errors.AnsibleError as error:
    print(error)
"""
LOAD_MODULE = """
import sys, conftest
sys.version_info = (3, 9, 18, "final", 0)
import {name}
"""


def load(code: str, name: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-c", code.format(name=f"ansible_collections.datascan.gate.plugins.{name}")]
    return subprocess.run(command, cwd=ROOT / "tests/unit", capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("version", ["2.16.0", "2.16.0rc1", "2.19.14", "2.21.3", "2.100.0", "3.0.0"])
def test_supported_cores_are_accepted(version: str) -> None:
    assert _ansible.old_core(version) is None


@pytest.mark.parametrize("version", ["2.9.27", "2.15.13", "2.15.0rc1", "1.16.0"])
def test_an_older_core_is_refused_with_what_is_needed_and_what_was_found(version: str) -> None:
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert _ansible.old_core(version) == (
        "datascan.gate needs ansible-core 2.16 or newer on Python 3.10 or newer, and this is ansible-core "
        f"{version} on Python {python}. Update ansible-core."
    )


@pytest.mark.parametrize("action", ACTIONS)
def test_an_older_core_is_refused_before_other_files_of_the_collection_load(action: str) -> None:
    """Its Python may be older than 3.10, which cannot load them."""
    report = "\nprint(*(name for name in sys.modules if name.startswith('ansible_collections.datascan.gate.plugins.')))"
    done = load(LOAD_ACTION + report, f"action.{action}")
    message, loaded = done.stdout.splitlines()
    assert message == _ansible.old_core("2.15.13"), done.stderr
    packages = {"module_utils"}
    assert {name.rpartition(".plugins.")[2] for name in loaded.split()} - packages <= {"action", "modules", "plugin_utils"}


@pytest.mark.parametrize("version", [(3, 10), (3, 13), (4, 0)])
def test_supported_pythons_are_accepted(version: tuple[int, int]) -> None:
    assert _ansible.old_python("/usr/bin/python3", version) is None


@pytest.mark.parametrize("version", [(2, 7), (3, 8), (3, 9)])
def test_an_older_python_is_refused_with_what_is_needed_and_what_was_found(version: tuple[int, int]) -> None:
    assert _ansible.old_python("/usr/bin/python3", version) == (
        f"datascan.gate needs Python 3.10 or newer, and /usr/bin/python3 is Python {version[0]}.{version[1]}. "
        "Set ansible_python_interpreter to a newer one."
    )


@pytest.mark.parametrize("module", MODULES)
def test_a_module_on_an_older_python_prints_one_failure(module: str) -> None:
    done = load(LOAD_MODULE, f"modules.{module}")
    expected = render_error(InvalidInputError(_ansible.old_python(sys.executable, (3, 9)) or ""))
    assert json.loads(done.stdout) == expected
    assert (done.returncode, done.stderr) == (1, "")


def test_the_metadata_names_the_same_versions() -> None:
    core, python = (".".join(map(str, version)) for version in (_ansible.OLDEST_CORE, _ansible.OLDEST_PYTHON))
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    tests = yaml.safe_load((ROOT / "tests/config.yml").read_text(encoding="utf-8"))
    assert runtime["requires_ansible"] == f">={core}.0"
    assert tests["modules"]["python_requires"] == f">={python}"
