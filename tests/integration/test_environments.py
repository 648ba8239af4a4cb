# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution and the decision environment, as far as ansible-builder goes without a container engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.one_core

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
INSIDE = Path("ansible_collections/datascan/gate")
NAMES = ("execution-environment.yml", "decision-environment.yml")
RULES = "extensions/eda"  # the event source and the rulebooks
DEFINITIONS = {name: yaml.safe_load((ROOT / name).read_text(encoding="utf-8")) for name in NAMES}
ONLY_FOR_DECISIONS = {"python", "system"}  # of the dependencies
REQUIREMENTS = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if not line.startswith("#")]


def run(*command: str | Path, cwd: Path) -> str:
    # Without this machine's settings: where a collection is installed already, ansible-galaxy would leave it at that.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment = {**kept, "PATH": f"{BIN}{os.pathsep}{kept['PATH']}", "ANSIBLE_HOME": str(cwd / "home")}
    done = subprocess.run(command, cwd=cwd, env=environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def create(name: str, folder: Path) -> Path:
    """What an engine would be given to build."""
    command = ["create", "--file", ROOT / name, "--context", folder / "context", "--output-filename", "Containerfile"]
    run(BIN / "ansible-builder", *command, cwd=folder)
    return folder / "context"


@pytest.fixture(scope="module", params=NAMES)
def context(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return create(request.param, tmp_path_factory.mktemp("builder"))


def test_the_collection_installs_from_what_the_engine_is_given(context: Path, tmp_path: Path) -> None:
    """And brings its Python requirements, which requirements.txt alone names."""
    install = ["collection", "install", "--requirements-file", "requirements.yml", "--offline"]
    run(BIN / "ansible-galaxy", *install, "--collections-path", tmp_path, cwd=context / "_build")
    for name in ("plugins/modules/scan_start.py", "roles/run_scan/tasks/main.yml", "playbooks/run_scan.yml"):
        assert (tmp_path / INSIDE / name).is_file()

    wanted = tmp_path / "wanted.txt"
    run(BIN / "ansible-builder", "introspect", tmp_path, "--write-pip", wanted, cwd=tmp_path)
    named = [line.partition("#")[0].strip() for line in wanted.read_text().splitlines()]
    assert sorted(named) == sorted(REQUIREMENTS)
    assert {line.partition(">")[0] for line in named} == {"requests", "pydantic", "urllib3"}


def test_the_decision_environment_has_what_rulebooks_need(tmp_path: Path) -> None:
    context = create("decision-environment.yml", tmp_path)
    assert "ENV JAVA_HOME=/usr/lib/jvm/jre-17\n" in (context / "Containerfile").read_text()
    assert "java-17-openjdk" in (context / "_build/bindep.txt").read_text()
    assert "ansible-rulebook" in (context / "_build/requirements.txt").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_the_collection_needs_is_left_out(name: str) -> None:
    given = {entry["src"] for entry in DEFINITIONS[name]["additional_build_files"]}
    left_out = {"changelogs", "docs", "extensions", "tests"}
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))}
    assert folders - left_out == {src for src in given if (ROOT / src).is_dir()} - {RULES}
    assert (RULES in given) == (name == "decision-environment.yml")


def test_both_environments_have_the_same_versions_and_files() -> None:
    """ansible-builder cannot include one definition in another."""
    execution, decision = (dict(DEFINITIONS[name]) for name in NAMES)
    assert set(decision.pop("additional_build_steps")) == {"append_base"}
    dependencies = decision["dependencies"]
    assert set(dependencies) >= ONLY_FOR_DECISIONS
    files = [entry for entry in decision.pop("additional_build_files") if entry["src"] != RULES]
    assert files == execution.pop("additional_build_files")
    decision["dependencies"] = {key: dependencies[key] for key in dependencies if key not in ONLY_FOR_DECISIONS}
    assert decision == execution


def test_the_artifact_has_no_definition_that_needs_a_checkout() -> None:
    """They name galaxy.yml, which an artifact does not have."""
    ignored = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["build_ignore"]
    assert set(NAMES) <= set(ignored)
