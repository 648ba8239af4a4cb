# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signal that ends the process leaves only the old file, and has its usual effect."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.files import write_atomically

# Writes half a file, reports this, and waits for a signal.
PROGRAM = """
import signal, sys, time
sys.path.insert(0, {path!r})
from _core import files
{before}
with files.write_atomically({first!r}) as first, files.write_atomically({second!r}) as second:
    for file in (first, second):
        file.write("half a file")
        file.flush()
    print("ready", flush=True)
    {wait}
"""
UTILS = Path(__file__).resolve().parents[4] / "plugins" / "module_utils"
WAITS = {
    "asleep": "time.sleep(60)",
    "waits for a thread": "pool.submit(time.sleep, 60).result()",
}
SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT]


def run(
    folder: Path, number: int, *, before: str = "", wait: str = "time.sleep(60)"
) -> subprocess.CompletedProcess[str]:
    first, second = str(folder / "first"), str(folder / "second")
    program = PROGRAM.format(path=str(UTILS), before=before, first=first, second=second, wait=wait)
    process = subprocess.Popen(
        [sys.executable, "-B", "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: [signal.signal(each, signal.SIG_DFL) for each in SIGNALS],
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        assert len(list(folder.glob(".datascan-*"))) == 2
        process.send_signal(number)
        output, _none = process.communicate(timeout=30)  # which also closes its standard input
    finally:
        process.kill()
        process.wait()
    return subprocess.CompletedProcess([], process.returncode, output)


POOL = "from concurrent.futures import ThreadPoolExecutor; pool = ThreadPoolExecutor()"


@pytest.mark.parametrize("wait", WAITS)
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_nothing_is_left_behind(number: signal.Signals, wait: str, tmp_path: Path) -> None:
    """Case J14."""
    (tmp_path / "first").write_text("old")
    if number == signal.SIGINT and wait == "waits for a thread":
        pytest.skip("Python waits for the thread before it ends")
    ended = run(tmp_path, number, before=POOL, wait=WAITS[wait])
    assert ended.returncode == -number
    assert [path.name for path in tmp_path.iterdir()] == ["first"]
    assert (tmp_path / "first").read_text() == "old"


def test_a_handler_that_was_installed_before_runs_after(tmp_path: Path) -> None:
    # Not print: the signal may come while the program is still in the print of "ready".
    handler = "lambda *_given: (os.write(1, b'handled\\n'), sys.exit(7))"
    before = f"import os; signal.signal(signal.SIGTERM, {handler})"
    ended = run(tmp_path, signal.SIGTERM, before=before)
    assert (ended.returncode, ended.stdout) == (7, "handled\n")
    assert list(tmp_path.iterdir()) == []


def test_an_ignored_signal_stays_ignored(tmp_path: Path) -> None:
    ended = run(tmp_path, signal.SIGHUP, before="signal.signal(signal.SIGHUP, signal.SIG_IGN)", wait="sys.stdin.read()")
    assert ended.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second"]


def test_handlers_are_restored(tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with pytest.raises(ValueError, match="x"), write_atomically(str(tmp_path / "a")):
        raise ValueError("x")
    with write_atomically(str(tmp_path / "a")), write_atomically(str(tmp_path / "b")):
        pass
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_another_thread_may_write(tmp_path: Path) -> None:
    def write() -> None:
        with write_atomically(str(tmp_path / "a")) as file:
            file.write("text")

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert (tmp_path / "a").read_text() == "text"
    assert os.listdir(tmp_path) == ["a"]
