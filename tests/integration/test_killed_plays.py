# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A play that is killed at any moment and run again ends with one scan, and with the right verdict on it."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest
from play_process import HOUR, LONG, PROCESSES, START, PlayProcess
from playbook_runs import AS_MODULE
from sandbox_server import Sandbox

pytestmark = pytest.mark.skipif(not (PROCESSES / "self" / "environ").exists(), reason="this system has no /proc")

VERDICT = "Stop the play unless the gate passes"
HELD = {"kind": "no_answer", "seconds": 60}  # until whoever asks is gone

# What is held back when the play is killed: method, path, the requests like it that pass, and what becomes of it.
MOMENTS: dict[str, tuple[str, str, int, dict[str, t.Any]]] = {
    "before the start": ("GET", "/scans$", 0, HELD),
    "while the start is under way": ("POST", "/scans$", 0, {**HELD, "carried_out": True}),
    "right after the start": ("GET", "/scans$", 1, HELD),
    "during the wait": ("GET", "/scans/[^/]+$", 1, HELD),
}
IN_PLACE: dict[str, t.Any] = {}


@pytest.fixture
def plays(sandbox: Sandbox, collections, tmp_path) -> Iterator[t.Callable[..., PlayProcess]]:
    """Start a play: plays(CONTAINER, **VARIABLES). None outlives the test."""
    sandbox.settings(**LONG)
    begun: list[PlayProcess] = []

    def begin(container: str, **variables: t.Any) -> PlayProcess:
        begun.append(PlayProcess(sandbox, tmp_path / f"play-{len(begun)}", collections, container, **variables))
        return begun[-1]

    yield begin
    for play in begun:
        play.kill()


def kill_at(sandbox: Sandbox, play: PlayProcess, moment: str, **more: t.Any) -> None:
    """Kill it while the request of that moment is held back."""
    method, path, skip, fault = MOMENTS[moment]
    sandbox.fault(method, path, fault, skip=skip)
    play.until(lambda: any(entry["fault"] for entry in sandbox.journal()))
    play.kill(**more)
    assert not play.left() or more


def looks_at_one(sandbox: Sandbox) -> bool:
    """Whether a play waits for its scan."""
    return any(entry["method"] == "GET" and not entry["path"].endswith("/scans") for entry in sandbox.journal())


@pytest.mark.parametrize(
    ("moment", "way", "container", "passes"),
    [
        ("before the start", IN_PLACE, "uploads", True),
        ("while the start is under way", AS_MODULE, "uploads/error", False),
        ("while the start is under way", IN_PLACE, "uploads", True),
        ("right after the start", IN_PLACE, "uploads/error", False),
        ("during the wait", IN_PLACE, "uploads", True),
    ],
)
def test_it_ends_with_one_scan_and_its_verdict(sandbox, plays, moment, way, container, passes):
    kill_at(sandbox, plays(container, **way), moment)
    before = [scan["scanId"] for scan in sandbox.scans()]
    assert len(before) == (moment != "before the start")

    sandbox.forget()
    again = plays(container, **way)
    again.until(lambda: looks_at_one(sandbox))
    sandbox.control("POST", "clock", {"advance": 2 * HOUR})
    assert (again.end() == 0) is passes, again.output

    scans = [scan["scanId"] for scan in sandbox.scans()]
    assert len(scans) == 1
    assert not before or scans == before
    started = again.result(START)
    assert (started["scan"]["id"], started["reused"]) == (scans[0], bool(before))
    verdict = again.result(VERDICT)
    assert verdict["passed"] is passes
    assert [(one["id"], one["state"]) for one in verdict["scans"]] == [(scans[0], "completed" if passes else "failed")]


def test_a_scan_that_completed_meanwhile_is_reused_with_fresh_for(sandbox, plays):
    kill_at(sandbox, plays("uploads"), "during the wait")
    sandbox.control("POST", "clock", {"advance": 2 * HOUR})
    again = plays("uploads", run_scan_fresh_for=3 * 3600)
    assert again.end() == 0, again.output
    assert len(sandbox.scans()) == 1
    assert again.result(START)["reused"]


def test_a_worker_that_outlives_its_play_starts_no_second_scan(sandbox, plays):
    """Killing ansible-playbook alone leaves the process in which a task runs, and that goes on with its start."""
    killed = plays("uploads")
    sandbox.fault("GET", "/scans$", {"kind": "no_answer", "seconds": 5})
    killed.until(lambda: any(entry["fault"] for entry in sandbox.journal()))
    killed.kill(only_the_first=True)
    assert killed.left()
    again = plays("uploads")
    again.until(lambda: looks_at_one(sandbox) and not killed.left())
    sandbox.control("POST", "clock", {"advance": 2 * HOUR})
    assert again.end() == 0, again.output
    assert len([scan for scan in sandbox.scans() if scan["scanStatus"] != "Cancelled"]) == 1
