# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker whose ansible-playbook is gone stops soon, starts nothing and cancels nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest
from play_process import LONG, PROCESSES, PlayProcess
from sandbox_server import Sandbox

pytestmark = pytest.mark.skipif(not (PROCESSES / "self" / "environ").exists(), reason="this system has no /proc")

SIGNALS = [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM]
STOP_TIMEOUT = 60.0  # seconds: one to stop, the others for a busy machine
LONG_WAIT = 2 * STOP_TIMEOUT  # a worker that does not notice is still there after STOP_TIMEOUT
SHORT_WAIT = 6.0  # whose end a test waits for


@pytest.fixture
def play(request: pytest.FixtureRequest, sandbox: Sandbox, collections, tmp_path) -> Iterator[PlayProcess]:
    """run_scan, which cancels its scan when its wait is over: after LONG_WAIT, unless a test sets `play` to less."""
    sandbox.settings(**LONG)
    cancels = {"run_scan_on_timeout": "cancel", "run_scan_wait_timeout": getattr(request, "param", LONG_WAIT)}
    process = PlayProcess(sandbox, tmp_path / "play", collections, "uploads", **cancels)
    yield process
    process.kill()


def wait_until_gone(play: PlayProcess, since: float, timeout: float = STOP_TIMEOUT) -> None:
    while play.left():
        assert time.monotonic() < since + timeout, play.output
        time.sleep(0.1)


def polls(sandbox: Sandbox) -> int:
    return sum("/scans/" in entry["path"] for entry in sandbox.journal())


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_while_it_waits_it_stops_and_cancels_nothing(sandbox, play, number):
    play.until(lambda: polls(sandbox) > 1)
    wait_until_gone(play, play.send(number))
    assert "DELETE" not in {entry["method"] for entry in sandbox.journal()}
    assert [scan["scanStatus"] for scan in sandbox.scans()] == ["Listing"]


def test_before_the_start_it_starts_nothing(sandbox, play):
    held = 5
    sandbox.fault("GET", "/scans$", {"kind": "no_answer", "seconds": held})
    play.until(lambda: any(entry["fault"] for entry in sandbox.journal()))
    wait_until_gone(play, play.send(signal.SIGKILL), held + STOP_TIMEOUT)
    assert [entry["method"] for entry in sandbox.journal()] == ["GET"]
    assert sandbox.scans() == []


@pytest.mark.parametrize("play", [SHORT_WAIT], indirect=True)
def test_between_the_end_of_the_wait_and_the_cancellation_it_cancels_nothing(sandbox, play):
    """The last poll is held back until ansible-playbook is gone and the time is up."""
    held = SHORT_WAIT + 2
    sandbox.fault("GET", "/scans/[^/]+$", {"kind": "no_answer", "seconds": held}, skip=1)
    play.until(lambda: any(entry["fault"] for entry in sandbox.journal()))
    wait_until_gone(play, play.send(signal.SIGKILL), held + STOP_TIMEOUT)
    assert {entry["method"] for entry in sandbox.journal()} == {"GET", "POST"}
    assert [scan["scanStatus"] for scan in sandbox.scans()] == ["Listing"]
