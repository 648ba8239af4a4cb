# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment, as far as ansible-builder goes without a container engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
INSIDE = Path("ansible_collections/datascan/gate")
REQUIREMENTS = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if not line.startswith("#")]


def run(*command: str | Path, cwd: Path) -> str:
    # Without this machine's settings: where a collection is installed already, ansible-galaxy would leave it at that.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment = {**kept, "PATH": f"{BIN}{os.pathsep}{kept['PATH']}", "ANSIBLE_HOME": str(cwd / "home")}
    done = subprocess.run(command, cwd=cwd, env=environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an engine would be given to build."""
    folder = tmp_path_factory.mktemp("builder")
    definition = ROOT / "execution-environment.yml"
    run(BIN / "ansible-builder", "create", "--file", definition, "--context", folder / "context", cwd=folder)
    return folder / "context" / "_build"


def test_the_collection_installs_from_what_the_engine_is_given(build: Path, tmp_path: Path) -> None:
    """And brings its Python requirements, which requirements.txt alone names."""
    install = ["collection", "install", "--requirements-file", "requirements.yml", "--offline"]
    run(BIN / "ansible-galaxy", *install, "--collections-path", tmp_path, cwd=build)
    for name in ("plugins/modules/scan_start.py", "roles/run_scan/tasks/main.yml", "playbooks/run_scan.yml"):
        assert (tmp_path / INSIDE / name).is_file()

    wanted = tmp_path / "wanted.txt"
    run(BIN / "ansible-builder", "introspect", tmp_path, "--write-pip", wanted, cwd=tmp_path)
    named = [line.partition("#")[0].strip() for line in wanted.read_text().splitlines()]
    assert sorted(named) == sorted(REQUIREMENTS)
    assert {line.partition(">")[0] for line in named} == {"requests", "pydantic", "urllib3"}


def test_nothing_that_the_collection_needs_is_left_out() -> None:
    definition = yaml.safe_load((ROOT / "execution-environment.yml").read_text())
    given = {entry["src"] for entry in definition["additional_build_files"]}
    for_developers = {"changelogs", "docs", "extensions", "tests"}
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))}
    assert folders - for_developers == {name for name in given if (ROOT / name).is_dir()}
