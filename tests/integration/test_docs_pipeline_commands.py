# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of the examples for other pipelines, run for real against the sandbox.

pip, and Python where it makes a virtual environment, are stand-ins that look at what they are asked for. The collection
is installed from a git repository, as the examples do, once; the other two ask for the same, and find it installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
import threading
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from docs_blocks import ROOT
from docs_runs import HOSTS, QUICK, SAS
from playbook_preparations import SAME_TARGET
from playbook_runs import clean_environment
from sandbox_server import TOKEN

pytestmark = pytest.mark.one_core

PIPELINES = ROOT / "docs/pipelines"
SECRETS = {"DATASCAN_API_TOKEN": TOKEN, "SOURCE_SAS": SAS, "DESTINATION_SAS": SAS}
STAND_INS = {
    "pip": """
        test "$1" = install
        test "$2" != -r || test -f "$3"
        echo "pip $*" >> "$CALLS"
    """,
    "python3": """
        test "$1 $2" = "-m venv" || exec {python} "$@"
        mkdir -p "$3/bin"
        : > "$3/bin/activate"
    """,
    "ansible-galaxy": """
        echo "ansible-galaxy $*" >> "$CALLS"
        test ! -e "$INSTALLED" || {{ ln -s "$INSTALLED" collections; exit; }}
        {bin}/ansible-galaxy "$@"
    """,
}
INSTALLS = [
    "pip install ansible-core>=2.16",
    "ansible-galaxy collection install --force -r requirements.yml",
    "pip install -r collections/ansible_collections/datascan/gate/requirements.txt",
]


@dataclass
class Pipeline:
    """What a product runs one after another, in which shell, and with which environment."""

    shell: tuple[str, ...]
    scripts: list[str]
    environment: dict[str, str]


def github():
    data = yaml.safe_load((PIPELINES / "github-actions.yml").read_text())
    job = data["jobs"]["scan"]
    steps = [step for step in job["steps"] if "run" in step]
    secrets = [name for step in steps for name in step.get("env", {})]
    assert {name: f"${{{{ secrets.{name} }}}}" for name in SECRETS} == {
        name: value for step in steps for name, value in step.get("env", {}).items()
    }
    assert sorted(secrets) == sorted(SECRETS)
    return Pipeline(("bash", "-e"), [step["run"] for step in steps], job["env"])


def gitlab():
    job = yaml.safe_load((PIPELINES / "gitlab-ci.yml").read_text())["scan"]
    script = "\n".join(job["before_script"] + job["script"])
    return Pipeline(("bash", "-eo", "pipefail"), [script], job["variables"])


def jenkins():
    text = (PIPELINES / "Jenkinsfile").read_text()
    assert sorted(re.findall(r"(\w+) = credentials\(", text)) == sorted(SECRETS)
    scripts = [textwrap.dedent(script) for script in re.findall(r"sh '''(.*?)'''", text, re.S)]
    return Pipeline(("sh", "-xe"), scripts, dict(re.findall(r"(\w+) = '(.*?)'", text)))


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    """The collection in a git repository, and where the first that asks for it installs it."""
    folder = tmp_path_factory.mktemp("repository")
    for part in ("plugins", "roles", "playbooks", "meta"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("galaxy.yml", "README.md", "LICENSE", "requirements.txt"):
        shutil.copy(ROOT / file, folder)
    git = ("git", "-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    for command in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-q", "-m", "All of it")):
        subprocess.run([*git, *command], cwd=folder, check=True)
    return folder


@pytest.fixture
def job(sandbox, repository, tmp_path):
    """Run a pipeline's scripts until one fails, as its product would; its exit status."""
    sandbox.control("POST", "settings", QUICK)
    replaced = {
        "https://example.com/datascan/gate.git": repository.as_uri(),
        **{host: sandbox.api_urls[vendor] for host, vendor in HOSTS.items()},
    }
    stand_ins = tmp_path / "stand-ins"
    stand_ins.mkdir()
    own = Path(sys.executable).parent
    for name, text in STAND_INS.items():
        script = "#!/bin/sh -e\n" + textwrap.dedent(text).format(python=sys.executable, bin=own)
        (stand_ins / name).write_text(script)
        (stand_ins / name).chmod(0o755)

    def run(pipeline, **more):
        workspace = tmp_path / "workspace"
        workspace.mkdir()
        for file in ("requirements.yml", "scan.yml"):
            text = (PIPELINES / file).read_text()
            for old, new in {**replaced, **more}.items():
                text = text.replace(old, new)
            (workspace / file).write_text(text)
        environment = clean_environment(tmp_path, tmp_path)
        for name in ("ANSIBLE_CALLBACK_PLUGINS", "ANSIBLE_CALLBACKS_ENABLED", "ANSIBLE_CONFIG", "ANSIBLE_HOME"):
            del environment[name]
        environment |= {
            **pipeline.environment,
            **SECRETS,
            "PATH": os.pathsep.join([str(stand_ins), str(own), os.environ["PATH"]]),
            "CALLS": str(tmp_path / "calls"),
            "INSTALLED": str(repository.with_name("installed")),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        }
        for script in pipeline.scripts:
            done = subprocess.run(
                [*pipeline.shell, "-c", script],
                cwd=workspace,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=300,
                check=False,
                text=True,
            )
            assert not [secret for secret in SECRETS.values() if secret in done.stdout]
            if done.returncode:
                break
        installed = repository.with_name("installed")
        if not installed.exists() and (workspace / "collections").exists():
            shutil.copytree(workspace / "collections", installed)
        assert (tmp_path / "calls").read_text().splitlines() == INSTALLS, done.stdout
        return done.returncode, done.stdout, workspace

    return run


def junit(workspace):
    root = ET.parse(workspace / "scan-report.xml").getroot()
    return len(root.findall(".//testcase")), len(root.findall(".//failure"))


def test_github_shows_the_verdict_of_a_scan_that_passes(job, sandbox, tmp_path):
    code, output, workspace = job(github())
    assert code == 0, output
    assert junit(workspace) == (1, 0)
    assert (tmp_path / "summary.md").read_text() == (workspace / "scan-report.md").read_text()
    assert "completed" in (tmp_path / "summary.md").read_text()
    assert "<html" in (workspace / "scan-report.html").read_text()
    assert len(sandbox.scans()) == 1


def test_gitlab_goes_on_with_the_scan_of_a_job_that_was_lost(job, sandbox):
    sandbox.settings(processing_seconds=3600)
    running = sandbox.seed(None, age=0, **SAME_TARGET)
    over = threading.Event()

    def end_it_once_the_job_waits():
        while not over.wait(0.1):
            if any(entry["path"].endswith(f"/scans/{running}") for entry in sandbox.journal()):
                sandbox.control("POST", "clock", {"advance": 3600})
                return

    watcher = threading.Thread(target=end_it_once_the_job_waits)
    watcher.start()
    try:
        code, output, workspace = job(gitlab())
    finally:
        over.set()
        watcher.join()
    assert code == 0, output
    assert [scan["scanId"] for scan in sandbox.scans()] == [running]
    assert running in (workspace / "scan-report.md").read_text()


def test_jenkins_stops_where_the_scan_fails_and_has_its_reports(job, sandbox):
    code, output, workspace = job(jenkins(), **{"source_container_path: uploads": "source_container_path: error"})
    assert code == 2, output
    assert junit(workspace) == (1, 1)
    assert sorted(path.name for path in workspace.glob("scan-report.*")) == [
        "scan-report.html",
        "scan-report.md",
        "scan-report.xml",
    ]
    assert len(sandbox.scans()) == 1
