# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A too old ansible-core or Python is refused with one message, before any file loads that needs a newer one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.datascan.gate.plugins.module_utils._ansible import oldest_versions
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_error

ROOT = Path(__file__).resolve().parents[4]
ACTIONS = sorted(path.stem for path in (ROOT / "plugins/action").glob("*.py"))
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py") if path.stem != "gate_step")

PREFIX = "ansible_collections.datascan.gate.plugins."
PACKAGES = {"action", "modules", "plugin_utils", "module_utils", "module_utils._ansible"}
REFUSES = "module_utils._ansible.oldest_versions"

# Load a plugin, and print the failure in one line and what of the collection was loaded in another.
LOAD_ACTION = """
import sys, conftest, ansible.plugins.loader, ansible.release
ansible.release.__version__ = "2.15.13"
try:
    import {name}
except ansible.errors.AnsibleError as error:
    print(error)
print(*sys.modules)
"""
LOAD_MODULE = """
import sys, conftest
sys.version_info = (3, 9, 18, "final", 0)
try:
    import {name}
except SystemExit as error:
    print()
    print(*sys.modules)
    raise
"""


def load(code: str, plugin: str) -> tuple[int, str]:
    """The exit code and the failure of loading a plugin. No other file of the collection may be loaded then."""
    command = [sys.executable, "-B", "-c", code.format(name=PREFIX + plugin)]
    done = subprocess.run(command, cwd=ROOT / "tests/unit", capture_output=True, text=True, timeout=60, check=False)
    assert not done.stderr
    failure, loaded = done.stdout.splitlines()
    assert {name.removeprefix(PREFIX) for name in loaded.split() if name.startswith(PREFIX)} <= {*PACKAGES, REFUSES}
    return done.returncode, failure


@pytest.mark.parametrize("version", ["2.16.0", "2.16.0rc1", "2.19.14", "2.21.3", "2.100.0", "3.0.0"])
def test_supported_cores_are_accepted(version: str) -> None:
    assert oldest_versions.old_core(version) is None


@pytest.mark.parametrize("version", ["2.9.27", "2.15.13", "2.15.0rc1", "1.16.0"])
def test_an_older_core_is_refused_with_what_is_needed_and_what_was_found(version: str) -> None:
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert oldest_versions.old_core(version) == (
        "datascan.gate needs ansible-core 2.16 or newer on Python 3.10 or newer, and this is ansible-core "
        f"{version} on Python {python}. Update ansible-core."
    )


@pytest.mark.parametrize("action", ACTIONS)
def test_an_older_core_is_refused_before_other_files_of_the_collection_load(action: str) -> None:
    """The Python of an older core may be older than 3.10, and cannot load these files."""
    assert load(LOAD_ACTION, f"action.{action}") == (0, oldest_versions.old_core("2.15.13"))


@pytest.mark.parametrize("version", [(3, 10), (3, 13), (4, 0)])
def test_supported_pythons_are_accepted(version: tuple[int, int]) -> None:
    assert oldest_versions.old_python("/usr/bin/python3", version) is None


@pytest.mark.parametrize("version", [(2, 7), (3, 8), (3, 9)])
def test_an_older_python_is_refused_with_what_is_needed_and_what_was_found(version: tuple[int, int]) -> None:
    assert oldest_versions.old_python("/usr/bin/python3", version) == (
        f"datascan.gate needs Python 3.10 or newer, and /usr/bin/python3 is Python {version[0]}.{version[1]}. "
        "Set ansible_python_interpreter to a newer one."
    )


@pytest.mark.parametrize("module", MODULES)
def test_a_module_on_an_older_python_prints_one_failure(module: str) -> None:
    code, failure = load(LOAD_MODULE, f"modules.{module}")
    expected = render_error(InvalidInputError(oldest_versions.old_python(sys.executable, (3, 9)) or ""))
    assert (code, json.loads(failure)) == (1, expected)


def test_the_metadata_names_the_same_versions() -> None:
    core = ".".join(map(str, oldest_versions.OLDEST_CORE))
    python = ".".join(map(str, oldest_versions.OLDEST_PYTHON))
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    tests = yaml.safe_load((ROOT / "tests/config.yml").read_text(encoding="utf-8"))
    assert runtime["requires_ansible"] == f">={core}.0"
    assert tests["modules"]["python_requires"] == f">={python}"
