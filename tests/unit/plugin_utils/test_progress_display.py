# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of progress go to standard error, and a slow reader does not delay a task."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import typing as t
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from ansible.utils.display import Display
from ansible_collections.datascan.gate.plugins.plugin_utils import _progress_display
from ansible_collections.datascan.gate.plugins.plugin_utils._progress_display import show_progress

LINE = "scan_wait: [00:00] 0 of 1 done"


class Pipe:
    """A pipe whose reading end belongs to a test."""

    def __init__(self) -> None:
        self.reader, writer = os.pipe()
        self.file = os.fdopen(writer, "w", buffering=1)

    def fill(self) -> None:
        os.set_blocking(self.file.fileno(), False)
        try:
            while True:
                os.write(self.file.fileno(), bytes(4096))
        except BlockingIOError:
            os.set_blocking(self.file.fileno(), True)

    def read(self) -> str:
        return os.read(self.reader, 65536).decode()

    def close_reader(self) -> None:
        os.close(self.reader)
        self.reader = -1

    def close(self) -> None:
        if self.reader >= 0:
            os.close(self.reader)
        with contextlib.suppress(OSError):
            self.file.close()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_progress_display, "_MAX_DELAY", 1)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines that go to the log file only."""
    lines: list[str] = []
    plain = Display().display

    def display(line: str, **more: t.Any) -> None:
        if more.get("log_only"):
            lines.append(line)
        else:
            plain(line, **more)

    monkeypatch.setattr(_progress_display, "display", SimpleNamespace(display=display, _final_q=None))
    return lines


def test_it_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    show_progress(LINE)
    assert capsys.readouterr() == ("", f"{LINE}\n")


def test_it_is_printed_where_somebody_reads(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", pipe.file)
    show_progress(LINE)
    assert pipe.read() == f"{LINE}\n"


def test_a_reader_that_went_away_is_no_error(pipe: Pipe, logged: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", pipe.file)
    pipe.close_reader()
    show_progress(LINE)
    assert logged == [LINE]


def test_a_reader_that_does_not_read_is_not_waited_for(
    pipe: Pipe, logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", pipe.file)
    pipe.fill()
    show_progress(LINE)
    assert logged == [LINE]


@pytest.mark.parametrize("closed", ["when the program began", "later"])
def test_a_closed_standard_error_is_no_error(closed: str, logged: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    file.close()
    monkeypatch.setattr(sys, "stderr", None if closed == "when the program began" else file)
    show_progress(LINE)
    assert logged in ([LINE], [])


def test_an_error_of_ansible_itself_does_not_end_its_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(line: str, **more: t.Any) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(_progress_display, "display", SimpleNamespace(display=fail, _final_q=None))
    show_progress(LINE)


class Queue:
    """Ansible's queue from a worker to ansible-playbook."""

    def __init__(self, pipe: Pipe) -> None:
        self.sent: list[tuple[str, ...]] = []
        self._writer = pipe.file

    def send_display(self, *sent: str) -> None:
        self.sent.append(sent)


@pytest.fixture
def worker(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> Queue:
    queue = Queue(pipe)
    shown = SimpleNamespace(_final_q=queue, display=lambda line, **more: queue.sent.append(("display", line)))
    monkeypatch.setattr(_progress_display, "display", shown)
    parent = SimpleNamespace(pid=_progress_display._LOADED_IN)
    monkeypatch.setattr(_progress_display.multiprocessing, "parent_process", lambda: parent)
    return queue


def test_a_worker_has_it_printed_by_a_method_that_ansible_finds(worker: Queue) -> None:
    show_progress(LINE)
    ((method, line),) = worker.sent
    assert line == LINE
    assert getattr(Display(), method) is _progress_display._print_line


def test_a_queue_without_a_reader_does_not_block_a_worker(worker: Queue, pipe: Pipe) -> None:
    pipe.fill()
    show_progress(LINE)
    assert worker.sent == []


def test_where_ansible_playbook_does_not_know_the_method_ansibles_own_is_used(
    worker: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_progress_display, "_LOADED_IN", os.getpid() + 1)
    show_progress(LINE)
    assert worker.sent == [("display", LINE)]


@pytest.mark.parametrize("text", ["x" * 9000, "\u20ac" * 4000, "\U0001f512" * 4000])
def test_a_long_line_is_cut_so_that_a_pipe_takes_it_as_a_whole(worker: Queue, text: str) -> None:
    show_progress(text)
    ((_method, line),) = worker.sent
    assert 2990 <= len(line.encode()) <= 3000
    assert text.startswith(line)
