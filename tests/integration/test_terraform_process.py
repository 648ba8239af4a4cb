# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed provider, as `terraform init` finds it and as terraform starts and ends it: signals and kills."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
import typing as t
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_connection_string import STORAGE
from play_process import HOUR, LONG, PROCESSES
from sandbox_server import Sandbox
from terraform_runs import (
    REQUIRED_PROVIDERS,
    TERRAFORM_MARKS,
    Terraform,
    import_path,
    make_provider,
    provider_block,
)

pytestmark = TERRAFORM_MARKS

MARK = "DATASCAN_TEST_TERRAFORM"  # in the environment of every process of one terraform, and of no other
LONGEST_WAIT = 300.0  # seconds until something must have happened on a busy machine
ORPHAN_SECONDS = 2.0 + 58.0  # what a provider may live without terraform, and slack for a busy machine
VERSION_OF_ANOTHER = "0.0.9"
SCAN = f"""
resource "datascan_scan" "uploads" {{
  glasswall = {{
    source_connection_string      = {json.dumps(STORAGE)}
    source_container_path         = "uploads"
    destination_connection_string = {json.dumps(STORAGE)}
    target_container_path         = "clean"
    quarantine_container_path     = "quarantine"
  }}
  wait_interval = 0.2
}}
"""
ADDRESS = "datascan_scan.uploads"


def wait_until(happened: Callable[[], t.Any], seconds: float = LONGEST_WAIT) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def install(home: Path, python: str = sys.executable, version: str | None = None) -> Path:
    """Install the provider of this checkout into a home; the folder that the lock file's checksum covers."""
    import_path()
    from terraform_provider_datascan.installation import Installation, host_platform
    from terraform_provider_datascan.version import VERSION

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "executable", python)
        installation = Installation(str(home / ".terraform.d" / "plugins"), host_platform(), version or VERSION)
        installation.install()
    return installation.launcher.parent


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file with its time and text."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def installed(folder: Path, **options: t.Any) -> Terraform:
    """Terraform with a home in which the provider is installed."""
    terraform = Terraform(folder)
    install(Path(terraform.environment["HOME"]), **options)
    return terraform


# Installation


def test_init_needs_no_registry_and_the_lock_file_is_the_same_for_every_python(tmp_path: Path) -> None:
    """A home is only read after the installation, so it may be read-only."""
    wrapper = tmp_path / "another python"
    wrapper.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    wrapper.chmod(0o755)
    locks = []
    for name, python in (("one", sys.executable), ("two", str(wrapper))):
        terraform = installed(tmp_path / name, python=python)
        home = Path(terraform.environment["HOME"])
        before = contents(home)
        terraform.write(REQUIRED_PROVIDERS)
        done = terraform.init()
        assert done.rc == 0, done.output
        schema = terraform.run("providers", "schema", "-json")
        assert "datascan_scan" in schema.output
        assert contents(home) == before
        locks.append((terraform.folder / ".terraform.lock.hcl").read_text())
    assert locks[0] == locks[1]
    assert '"h1:' in locks[0]


def test_versions_side_by_side_are_chosen_and_one_that_is_gone_says_what_to_do(tmp_path: Path) -> None:
    terraform = installed(tmp_path / "terraform")
    install(Path(terraform.environment["HOME"]), version=VERSION_OF_ANOTHER)  # its package has been upgraded since
    terraform.write(REQUIRED_PROVIDERS)
    assert terraform.init().rc == 0
    assert terraform.run("validate").rc == 0, "the newest is taken"
    older = REQUIRED_PROVIDERS.replace('datascan"', f'datascan", version = "{VERSION_OF_ANOTHER}"')
    terraform.write(older + 'provider "datascan" {}\ndata "datascan_scans" "all" {}')
    assert terraform.init("-upgrade").rc == 0
    refused = terraform.run("validate")
    assert refused.rc == 1
    assert f"version {VERSION_OF_ANOTHER} is not installed any more" in refused.text
    assert "terraform init -upgrade" in refused.text


# Signals and kills


class Apply:
    """`terraform apply` under way, in a process group of its own as in a terminal."""

    def __init__(self, terraform: Terraform) -> None:
        self._terraform = terraform
        value = str(uuid.uuid4())
        self._mark = f"{MARK}={value}"
        self._output = terraform.folder.parent / "apply.txt"
        self.process = subprocess.Popen(
            terraform.command("apply", "-auto-approve"),
            cwd=terraform.folder,
            env={**terraform.environment, MARK: value},
            stdin=subprocess.DEVNULL,
            stdout=self._output.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def end(self) -> int:
        """Its return code, once it has ended."""
        return self.process.wait(LONGEST_WAIT)

    @property
    def text(self) -> str:
        """What it printed."""
        return " ".join(self._output.read_text().split())

    def providers(self) -> list[int]:
        """The processes that terraform started."""
        return [number for number in map(self._number, PROCESSES.glob("[0-9]*/environ")) if number]

    def _number(self, path: Path) -> int | None:
        number = int(path.parent.name)
        try:
            return number if number != self.process.pid and self._mark.encode() in path.read_bytes() else None
        except OSError:  # another user's, or gone
            return None

    def kill(self) -> None:
        """Kill what is left of it."""
        for number in (self.process.pid, *self.providers()):
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()


@pytest.fixture
def terraform(tmp_path: Path, sandbox: Sandbox) -> Terraform:
    """A real provider process, and a scan that runs for an hour."""
    sandbox.settings(**LONG)
    terraform = installed(tmp_path / "terraform")
    terraform.write(REQUIRED_PROVIDERS + provider_block(sandbox) + SCAN)
    assert terraform.init().rc == 0
    return terraform


@pytest.fixture
def waiting(terraform: Terraform, sandbox: Sandbox) -> Iterator[Apply]:
    """An apply that has started a scan, and waits for it."""
    apply = Apply(terraform)
    try:
        wait_until(lambda: apply.process.poll() is not None or is_polled(sandbox))
        assert apply.process.poll() is None, apply.text
        yield apply
    finally:
        apply.kill()


def is_polled(sandbox: Sandbox) -> bool:
    """Whether the state of a scan was asked for, which the provider does only once its start has been answered."""
    posted = False
    for request in sandbox.journal():
        posted = posted or request["method"] == "POST"
        if posted and request["method"] == "GET":
            return True
    return False


def finish_scans(sandbox: Sandbox) -> None:
    """Let all scans be at their end."""
    sandbox.control("POST", "clock", {"advance": 2 * HOUR})


WITHOUT_WAIT = SCAN.replace("0.2", "0.2\n  wait = false")


def assert_found_again(terraform: Terraform, sandbox: Sandbox) -> None:
    """Terraform has saved nothing of its scan, which still runs: the next apply takes it over."""
    (scan,) = sandbox.scans()
    assert terraform.show_state() == {}
    terraform.write(REQUIRED_PROVIDERS + provider_block(sandbox) + WITHOUT_WAIT)
    state = apply_again(terraform)
    assert (state["id"], state["reused"]) == (scan["scanId"], True)
    assert len(sandbox.scans()) == 1


def apply_again(terraform: Terraform) -> dict[str, t.Any]:
    """Apply once more, with the provider in this process; the scan's state."""
    again = Terraform(terraform.folder, make_provider)
    done = again.apply()
    assert done.rc == 0, done.output
    assert again.plan().rc == 0
    return again.show_state()[ADDRESS]


@pytest.mark.parametrize(
    ("number", "to_group"),
    [
        pytest.param(signal.SIGINT, True, id="Ctrl-C"),
        pytest.param(signal.SIGTERM, True, id="SIGTERM to all"),
        pytest.param(signal.SIGTERM, False, id="SIGTERM to terraform"),
    ],
)
def test_an_interrupted_wait_keeps_its_scan_and_the_next_apply_goes_on(
    terraform: Terraform, waiting: Apply, sandbox: Sandbox, number: int, to_group: bool
) -> None:
    (os.killpg if to_group else os.kill)(waiting.process.pid, number)
    assert waiting.end() == 1, waiting.text
    wait_until(lambda: not waiting.providers(), ORPHAN_SECONDS)
    (scan,) = sandbox.scans()
    state = terraform.show_state()[ADDRESS]
    assert (state["id"], terraform.is_tainted(ADDRESS)) == (scan["scanId"], False), waiting.text
    finish_scans(sandbox)
    assert apply_again(terraform)["id"] == state["id"]
    assert len(sandbox.scans()) == 1


def test_a_provider_ends_soon_after_its_terraform_was_killed_and_cancels_nothing(
    terraform: Terraform, waiting: Apply, sandbox: Sandbox
) -> None:
    assert waiting.providers()
    waiting.process.kill()
    waiting.end()
    wait_until(lambda: not waiting.providers(), ORPHAN_SECONDS)
    (terraform.folder / ".terraform.tfstate.lock.info").unlink(missing_ok=True)
    assert_found_again(terraform, sandbox)


def test_the_scan_of_a_killed_provider_is_found_again(terraform: Terraform, waiting: Apply, sandbox: Sandbox) -> None:
    for provider in waiting.providers():
        os.kill(provider, signal.SIGKILL)
    assert waiting.end() == 1
    assert_found_again(terraform, sandbox)


def test_the_lost_answer_of_a_start_is_looked_up_and_its_id_is_kept(tmp_path: Path, sandbox: Sandbox) -> None:
    sandbox.settings(listing_seconds=HOUR, time_fraction=True)
    sandbox.fault("POST", "/scans$", {"kind": "reset_after"})
    terraform = Terraform(tmp_path / "terraform", make_provider)
    terraform.write(REQUIRED_PROVIDERS + provider_block(sandbox) + WITHOUT_WAIT)
    done = terraform.apply()
    assert done.rc == 0, done.output
    (scan,) = sandbox.scans()
    assert terraform.show_state()[ADDRESS]["id"] == scan["scanId"]
    finish_scans(sandbox)
    terraform.write(REQUIRED_PROVIDERS + provider_block(sandbox) + SCAN)
    assert apply_again(terraform)["id"] == scan["scanId"]
    assert len(sandbox.scans()) == 1
