# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Temporary files that are gone when their block ends, also if a signal ends the process."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import typing as t
from collections.abc import Iterator
from pathlib import Path

# They end a process without running its `finally` blocks.
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
_temporary: set[Path] = set()
_replaced: dict[int, t.Any] = {}  # the handlers that were installed before, by signal


@contextlib.contextmanager
def removed_at_end(path: Path) -> Iterator[None]:
    """Remove this file, if it is there, when the block ends or a signal ends the process."""
    _temporary.add(path)
    _install_handlers()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        _temporary.discard(path)
        if not _temporary:
            _restore_handlers()


def _install_handlers() -> None:
    if threading.current_thread() is not threading.main_thread():  # only the main thread may install handlers
        return
    for number in _SIGNALS:
        handler = signal.getsignal(number)
        # An ignored signal ends nothing, and KeyboardInterrupt runs the `finally` blocks.
        if handler not in (signal.SIG_IGN, signal.default_int_handler, None, _remove_and_repeat):
            _replaced[number] = handler
            signal.signal(number, _remove_and_repeat)


def _restore_handlers() -> None:
    if threading.current_thread() is not threading.main_thread():
        return
    for number in list(_replaced):
        signal.signal(number, _replaced.pop(number))


def _remove_and_repeat(number: int, _frame: t.Any) -> None:
    """Remove the files, then let the signal do what it would have done."""
    for path in list(_temporary):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
    signal.signal(number, _replaced.pop(number, signal.SIG_DFL))
    os.kill(os.getpid(), number)
