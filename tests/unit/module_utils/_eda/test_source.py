# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source: the events that it sends, the file that it keeps, and how it ends."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.clock import InterruptibleClock
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    InvalidInputError,
    UnauthorizedError,
    UnavailableError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.follow import Change, ChangeKind
from ansible_collections.datascan.gate.plugins.module_utils._eda.events import event_of
from ansible_collections.datascan.gate.plugins.module_utils._eda.position_file import PositionFile
from ansible_collections.datascan.gate.plugins.module_utils._eda.source import Feedback, ScanSource

SECRET = "s3cret"


class Scripted:
    """A follower whose polls a test provides. After the last poll, it calls `idle` and reports no more events."""

    def __init__(self, *polls: list[Change], fault: Exception | None = None) -> None:
        """`fault` is raised after the last poll."""
        self.polls = list(polls)
        self.fault = fault
        self.known: list[str] = []
        self.is_over = False
        self.idle: Callable[[], object] = lambda: None

    def poll(self) -> list[Change]:
        if self.polls:
            return self.polls.pop(0)
        if self.fault is not None:
            raise self.fault  # pylint: disable=raising-bad-type
        self.idle()
        return []

    def delivered(self, change: Change) -> None:
        self.known.append(change.scan.id if change.scan else change.kind.value)

    def pause(self) -> float:
        return 0.0

    def position(self) -> dict[str, t.Any]:
        return {"known": self.known}

    def resume(self, position: t.Any) -> None:
        if not isinstance(position, dict) or "known" not in position:
            raise InvalidInputError("This is not a position.")
        self.known = position["known"]


class Engine:
    """Receives events, and confirms them if the test wants confirmations."""

    def __init__(self, stop_after: int) -> None:
        self.events: list[t.Mapping[str, t.Any]] = []
        self.stop_after = stop_after
        self.answers: asyncio.Queue[t.Any] = asyncio.Queue()
        self.answer: Callable[[t.Mapping[str, t.Any]], list[t.Any]] = lambda event: [event]

    async def put(self, event: t.Mapping[str, t.Any], /) -> None:
        self.events.append(event)
        for answer in self.answer(event):
            self.answers.put_nowait(answer)


def finished(scan_id: str, state: ScanState = ScanState.COMPLETED) -> Change:
    return Change(ChangeKind.FINISHED, Scan(id=scan_id, provider="glasswall", state=state))


def run(follower: Scripted, engine: Engine, path: Path | None = None, **more: t.Any) -> None:
    """Run a source until the engine has as many events as it wants, and all of them are saved."""
    feedback_timeout = more.pop("feedback_timeout", None)

    async def go() -> None:
        queue = None if feedback_timeout is None else engine.answers
        clock = InterruptibleClock()
        source = ScanSource(
            t.cast("t.Any", follower),
            clock,
            event_of=lambda change: event_of(change, "glasswall", "https://vendor.test"),
            redact_text=lambda text: text.replace(SECRET, "***"),
            events=more.get("events", frozenset()),
            position_file=PositionFile(str(path) if path else None),
            feedback=Feedback(queue, feedback_timeout or 0.0),
        )
        task = asyncio.ensure_future(source.run(engine))
        loop = asyncio.get_running_loop()

        def end_if_satisfied() -> None:
            """In the thread of a poll, which comes after everything before it was saved."""
            if len(engine.events) >= engine.stop_after:
                loop.call_soon_threadsafe(task.cancel)

        follower.idle = end_if_satisfied
        if follower.is_over:  # then no other poll comes
            loop.call_later(0.05, task.cancel)
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(go())


def test_each_change_is_an_event_and_then_known() -> None:
    follower, engine = Scripted([finished("a"), finished("b")], [finished("c")]), Engine(3)
    run(follower, engine)
    assert [event["scan"]["id"] for event in engine.events] == follower.known == ["a", "b", "c"]


def test_events_of_other_kinds_are_not_sent_but_known() -> None:
    error = Change(ChangeKind.ERROR, error=UnavailableError("down"))
    follower, engine = Scripted([error, finished("a")]), Engine(1)
    run(follower, engine, events=frozenset({"finished"}))
    assert [event["event"] for event in engine.events] == ["finished"]
    assert follower.known == ["error", "a"]


def test_the_file_has_what_was_delivered(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    run(Scripted([finished("a")]), Engine(1), path)
    assert json.loads(path.read_text())["known"] == ["a"]
    follower = Scripted()
    PositionFile(str(path)).load(t.cast("t.Any", follower))
    assert follower.known == ["a"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"other": 1}', "[" * 100_000])
def test_a_file_of_anything_else_is_refused_and_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(InvalidInputError, match=str(path)):
        PositionFile(str(path)).load(t.cast("t.Any", Scripted()))


def test_a_file_of_another_query_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "state.json")
    PositionFile(path, ["glasswall", "https://a.test", {}]).load(t.cast("t.Any", Scripted()))
    PositionFile(path, ["glasswall", "https://a.test", {}]).load(t.cast("t.Any", Scripted()))
    with pytest.raises(InvalidInputError, match="another vendor, api_url or query"):
        PositionFile(path, ["glasswall", "https://b.test", {}]).load(t.cast("t.Any", Scripted()))


def test_two_sources_with_one_file_are_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "state.json")
    one, other = Scripted(), Scripted()
    files = [PositionFile(path), PositionFile(path)]
    for file, follower in zip(files, (one, other), strict=True):
        file.load(t.cast("t.Any", follower))
    one.known.append("a")
    files[0].save(t.cast("t.Any", one))
    other.known.append("b")
    with pytest.raises(InvalidInputError, match="a file of its own"):
        files[1].save(t.cast("t.Any", other))


def test_a_pipe_or_a_directory_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(InvalidInputError, match=r"not a regular file\. Name another file\.$"):
            PositionFile(str(path)).load(t.cast("t.Any", Scripted()))


def test_a_file_that_cannot_be_written_is_refused_before_the_first_poll(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"^state_file .*no/such"):
        PositionFile(str(tmp_path / "no/such/state.json")).load(t.cast("t.Any", Scripted()))


def test_a_file_in_a_directory_that_cannot_be_searched_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path) -> t.NoReturn:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", denied)  # root may search every directory
    with pytest.raises(InvalidInputError, match="Permission denied"):
        PositionFile(str(tmp_path / "state.json")).load(t.cast("t.Any", Scripted()))


def test_a_slow_disk_does_not_hold_up_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []
    save = PositionFile.save

    def recorded(self: PositionFile, follower: t.Any) -> None:
        threads.append(threading.current_thread())
        save(self, follower)

    monkeypatch.setattr(PositionFile, "save", recorded)
    run(Scripted([finished("a")]), Engine(1), tmp_path / "state.json")
    assert threads
    assert threading.main_thread() not in threads


def test_a_file_that_cannot_be_written_ends_it(tmp_path: Path) -> None:
    follower, engine = Scripted([finished("a")]), Engine(99)
    with pytest.raises(InvalidInputError, match="no/such"):
        run(follower, engine, tmp_path / "no/such/state.json")


def test_a_fault_that_ends_it_has_no_secret() -> None:
    with pytest.raises(UnauthorizedError, match=r"^The token \*\*\* is not accepted\.$"):
        run(Scripted(fault=UnauthorizedError(f"The token {SECRET} is not accepted.")), Engine(99))


def test_an_outage_is_logged_without_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    error = Change(ChangeKind.ERROR, error=UnavailableError(f"No answer to {SECRET}.\n##vso[task.complete]"))
    with caplog.at_level(logging.WARNING, "datascan.gate.scans"):
        run(Scripted([error, Change(ChangeKind.RECOVERED)]), Engine(2))
    assert len(caplog.records) == 2
    assert SECRET not in caplog.text
    assert "##vso[" not in caplog.text


def test_an_event_that_is_not_confirmed_is_not_known() -> None:
    follower, engine = Scripted([finished("a"), finished("b")], [finished("a")]), Engine(2)
    engine.answer = lambda event: [] if len(engine.events) == 1 else [event]
    run(follower, engine, feedback_timeout=0.01)
    assert [event["scan"]["id"] for event in engine.events] == ["a", "a"]
    assert follower.known == ["a"]


def test_a_late_confirmation_of_another_event_does_not_count() -> None:
    follower, engine = Scripted([finished("a")]), Engine(1)
    engine.answer = lambda event: [{"meta": {"uuid": "of another"}}]
    run(follower, engine, feedback_timeout=0.01)
    assert follower.known == []


def test_it_does_not_end_when_all_scans_have() -> None:
    follower, engine = Scripted([finished("a")]), Engine(1)
    follower.is_over = True
    run(follower, engine)  # until it is cancelled
