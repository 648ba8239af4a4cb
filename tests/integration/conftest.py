# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection under a path that Ansible takes, two sandboxes, and the runs of each playbook."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
import sys
import typing as t
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import terraform_runs
from playbook_preparations import AS_MODULES_TOO, DEPEND_ON_THE_CORE, ONCE, PREPARATIONS
from playbook_runs import AS_MODULE, Run, run_playbook
from sandbox_server import Sandbox

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(ROOT / "tests"))  # for core_differences
sys.path.append(str(ROOT / "extensions" / "terraform" / "src"))
INSIDE = Path("ansible_collections", "datascan", "gate")
terraform = terraform_runs.terraform  # a fixture
NO_CACHE = shutil.ignore_patterns("__pycache__")
# The files that take the longest. They begin first: at the end, one of them would leave the other processes idle.
LONGEST = (
    "test_closed_gates",
    "test_every_playbook",
    "test_docs_pages",
    "test_awx_setup",
    "test_same_results",
    "test_terraform_scan",
    "test_secrets_of_all_modules",
    "test_on_timeout_cancel",
    "test_killed_plays",
    "test_fifth_vendor",
    "test_orphaned_workers",
    "test_audit_cluster",
    "test_columns",
    "test_runner",
)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "one_core: shows the same on every core and Python, so CI runs it on one pair")
    config.addinivalue_line("markers", "playbook(name): the playbook whose runs the fixture `runs` hands out")


@pytest.hookimpl(tryfirst=True)  # before `pytest -m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        playbook = item.get_closest_marker("playbook")
        if playbook and playbook.args[0] not in DEPEND_ON_THE_CORE:
            item.add_marker(pytest.mark.one_core)
    items.sort(key=lambda item: LONGEST.index(name) if (name := item.path.stem) in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for ANSIBLE_COLLECTIONS_PATH: with what is installed in the one that is set, or a copy of this checkout.

    It also holds our own callback. Python may keep its caches there, which would not do in the checkout.
    """
    folder = tmp_path_factory.mktemp("collections")
    shutil.copytree(HERE / "plugins", folder / "callbacks", ignore=NO_CACHE)
    given = Path(os.environ.get("ANSIBLE_COLLECTIONS_PATH", os.devnull))
    if (given / INSIDE).is_dir():
        (folder / "ansible_collections").symlink_to(given / "ansible_collections")
        return folder
    for part in ("plugins", "roles", "playbooks", "meta"):
        shutil.copytree(ROOT / part, folder / INSIDE / part, ignore=NO_CACHE)
    shutil.copy(ROOT / "galaxy.yml", folder / INSIDE)
    return folder


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The server of this process, which each use resets."""
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"))
    try:
        yield sandbox
    finally:
        sandbox.close()


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    """A server that has forgotten everything."""
    shared_sandbox.reset()
    return shared_sandbox


@pytest.fixture
def play(sandbox: Sandbox, collections: Path, tmp_path: Path) -> Callable[..., Run]:
    """Run a playbook against `sandbox`: play(NAME, *ARGUMENTS, environment=, **VARIABLES)."""

    def run(name: str, *arguments: str, **more: t.Any) -> Run:
        return run_playbook(name, sandbox, tmp_path, collections, *arguments, **more)

    return run


@dataclass
class Runs:
    """The runs of one playbook. `again` follows `in_process` on the same server; the others begin on a fresh one.

    There is no second run of the playbooks in ONCE, and a run as modules of those in AS_MODULES_TOO only.
    """

    in_process: Run
    check: Run
    again: Run | None = None
    module: Run | None = None

    @property
    def all(self) -> list[Run]:
        return [run for run in (self.in_process, self.check, self.again, self.module) if run]


@pytest.fixture
def runs(
    request: pytest.FixtureRequest,
    worker_id: str,
    shared_sandbox: Sandbox,
    collections: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Runs:
    """The runs of the playbook that the test is marked with, which the first test that needs them makes for all."""
    name = request.node.get_closest_marker("playbook").args[0]
    own = tmp_path_factory.getbasetemp()
    kept = (own if worker_id == "master" else own.parent) / f"{name}.runs"

    def one_after_another(*ways: tuple[str, dict[str, t.Any]]) -> list[Run]:
        shared_sandbox.reset()
        given = PREPARATIONS[name](shared_sandbox)
        cwd = tmp_path_factory.mktemp(name)
        with shared_sandbox.ends_polled_scans():
            return [
                run_playbook(name, shared_sandbox, cwd, collections, *arguments.split(), **given, **variables)
                for arguments, variables in ways
            ]

    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed: the processes of pytest-xdist share the runs
        if not kept.exists():
            in_process, *again = one_after_another(*[("", {})] * (1 if name in ONCE else 2))
            (check,) = one_after_another(("--check --diff", {}))
            made = Runs(in_process, check, *again)
            if name in AS_MODULES_TOO:
                (made.module,) = one_after_another(("", AS_MODULE))
            kept.write_bytes(pickle.dumps(made))
    return pickle.loads(kept.read_bytes())  # noqa: S301  (made above, in this run)
