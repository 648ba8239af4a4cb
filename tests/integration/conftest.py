# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection under a path that Ansible takes, two sandboxes, and the runs of each playbook."""

from __future__ import annotations

import os
import queue
import shutil
import sys
import typing as t
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playbook_preparations import PREPARATIONS
from playbook_runs import AS_MODULE, Run, run_playbook
from sandbox_server import Sandbox

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(ROOT / "tests"))  # for core_differences
INSIDE = Path("ansible_collections", "datascan", "gate")
NO_CACHE = shutil.ignore_patterns("__pycache__")
PROCESSORS = 2

Sandboxes = queue.SimpleQueue[Sandbox]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "playbook(name): the playbook whose runs the fixture `runs` hands out")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that run playbooks of their own come first: meanwhile, the runs that the others share are in the making."""
    items.sort(key=lambda item: item.get_closest_marker("playbook") is not None)


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
def sandboxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandboxes]:
    """One for each processor, whose playbooks wait in turn, and one for the test that runs meanwhile."""
    made: list[Sandbox] = []
    free: Sandboxes = queue.SimpleQueue()
    try:
        for _number in range(PROCESSORS + 1):
            made.append(Sandbox(tmp_path_factory.mktemp("sandbox")))
            free.put(made[-1])
        yield free
    finally:
        for sandbox in made:
            sandbox.close()


@contextmanager
def _fresh(sandboxes: Sandboxes) -> Iterator[Sandbox]:
    """A server that has forgotten everything, and that nobody else uses."""
    sandbox = sandboxes.get(timeout=300)
    try:
        sandbox.reset()
        yield sandbox
    finally:
        sandboxes.put(sandbox)


@pytest.fixture
def sandbox(sandboxes: Sandboxes) -> Iterator[Sandbox]:
    with _fresh(sandboxes) as fresh:
        yield fresh


@pytest.fixture
def play(sandbox: Sandbox, collections: Path, tmp_path: Path) -> Callable[..., Run]:
    """Run a playbook against `sandbox`: play(NAME, *ARGUMENTS, environment=, **VARIABLES)."""

    def run(name: str, *arguments: str, **more: t.Any) -> Run:
        return run_playbook(name, sandbox, tmp_path, collections, *arguments, **more)

    return run


@dataclass
class Runs:
    """The runs of one playbook. `again` follows `in_process` on the same server; the others begin on a fresh one."""

    in_process: Run
    again: Run
    module: Run
    check: Run


@pytest.fixture(scope="session", autouse=True)
def all_runs(
    request: pytest.FixtureRequest, sandboxes: Sandboxes, collections: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, dict[str, Future[list[Run]]]]]:
    """The runs of every playbook that a test is marked with, all in the making."""

    def one_after_another(name: str, *ways: tuple[str, dict[str, t.Any]]) -> list[Run]:
        with _fresh(sandboxes) as sandbox:
            given = PREPARATIONS[name](sandbox)
            cwd = tmp_path_factory.mktemp(name)
            return [
                run_playbook(name, sandbox, cwd, collections, *arguments.split(), **given, **variables)
                for arguments, variables in ways
            ]

    marked = [mark.args[0] for item in request.session.items for mark in item.iter_markers("playbook")]
    with ThreadPoolExecutor(PROCESSORS) as pool:
        yield {
            name: {
                "module": pool.submit(one_after_another, name, ("", AS_MODULE)),
                "in place": pool.submit(one_after_another, name, ("", {}), ("", {})),
                "check": pool.submit(one_after_another, name, ("--check --diff", {})),
            }
            for name in dict.fromkeys(marked)
        }
        pool.shutdown(cancel_futures=True)


@pytest.fixture
def runs(request: pytest.FixtureRequest, all_runs: dict[str, dict[str, Future[list[Run]]]]) -> Runs:
    """The runs of the playbook that the test is marked with."""
    futures = all_runs[request.node.get_closest_marker("playbook").args[0]]
    (in_process, again), (module,), (check,) = (futures[way].result() for way in ("in place", "module", "check"))
    return Runs(in_process, again, module, check)
