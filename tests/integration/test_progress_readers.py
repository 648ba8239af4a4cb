# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress goes to standard error, and a run ends whatever becomes of its readers."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
from playbook_runs import PLAYBOOKS, clean_environment
from sandbox_server import TOKEN, Sandbox

WAITS = 15  # with a line each; a reader that is gone after three misses the others
MARK = "scan_wait: ["
RUN_TIMEOUT = 300  # seconds; a run that hangs never ends

Shell = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def shell(sandbox: Sandbox, collections: Path, tmp_path: Path) -> Shell:
    """Run a command in which $PLAY is the playbook: shell(COMMAND, ENVIRONMENT)."""
    ids = sandbox.seed_many(WAITS)
    variables = tmp_path / "variables.json"
    variables.write_text(json.dumps({"api_url": sandbox.api_url, "api_token": TOKEN, "ids": ids}))
    program = Path(sys.executable).with_name("ansible-playbook")
    play = f"{program} {PLAYBOOKS / 'many_lines.yml'} -e @{variables}"

    def run(command: str, **more: t.Any) -> subprocess.CompletedProcess[bytes]:
        environment = {**clean_environment(tmp_path, collections), "PLAY": play, **more.pop("environment", {})}
        del environment["ANSIBLE_CALLBACKS_ENABLED"]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
        arguments = ["bash", "-o", "pipefail", "-c", command]
        process = subprocess.Popen(
            arguments, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, start_new_session=True, **streams
        )
        try:
            output, errors = process.communicate(timeout=RUN_TIMEOUT)
        finally:
            with contextlib.suppress(ProcessLookupError):  # all have ended
                os.killpg(process.pid, signal.SIGKILL)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    return run


def test_it_goes_to_standard_error_so_that_standard_output_is_the_callbacks_own(shell):
    done = shell("$PLAY")
    assert done.returncode == 0, done.stderr
    assert b"PLAY RECAP" in done.stdout
    assert MARK not in done.stdout.decode()
    assert done.stderr.decode().count(MARK) == WAITS + 1


@pytest.mark.parametrize(
    "command",
    [
        "$PLAY | head -n 3",
        "$PLAY 2>&1 | head -n 3",
        "$PLAY 2>&1 | true",
        "$PLAY 2>&-",  # Ansible itself fails then
        "$PLAY >/dev/full",
        "$PLAY 2>/dev/full",
    ],
)
def test_a_reader_that_goes_away_or_a_stream_that_takes_nothing_does_not_hold_a_run(shell, command):
    shell(command)


def test_a_run_whose_standard_error_has_no_reader_succeeds(shell):
    done = shell("$PLAY 2>&1 >/dev/null | head -n 3; exit ${PIPESTATUS[0]}")
    assert done.returncode == 0, done.stdout


def test_a_standard_error_that_nobody_reads_does_not_hold_a_run(shell):
    reader, writer = os.pipe()
    try:
        fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(writer, bytes(4096))
        fcntl.fcntl(writer, fcntl.F_SETFL, 0)
        done = shell("$PLAY", stderr=writer)
    finally:
        os.close(reader)
        os.close(writer)
    assert done.returncode == 0, done.stdout
