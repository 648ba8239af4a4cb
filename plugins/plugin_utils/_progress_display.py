# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

"""Lines of progress on the standard error of ansible-playbook.

A worker sends its lines to ansible-playbook, which prints them in a thread that also takes the results of tasks. An
error in that thread ends it, and the run then waits for ever. So lines are printed by a function of this file, which
leaves out what cannot be printed. ansible-playbook finds it as a method of Ansible's Display.
"""

import multiprocessing
import os
import select
import sys
import typing as t

from ansible.utils.display import Display

_METHOD = "_datascan_gate_progress"
_MAX_BYTES = 3000  # of a line: a pipe takes up to 4096 bytes as a whole, or none
_MAX_DELAY = 200  # milliseconds until a line is dropped because the reader is slow

display: t.Any = Display()


def show_progress(line: str) -> None:
    """Print a line, or leave it out where it cannot be printed soon. Never raises, and never waits long."""
    line = line.encode("utf-8", "replace")[:_MAX_BYTES].decode("utf-8", "ignore")
    queue = getattr(display, "_final_q", None)
    if queue is None:
        _print_line(line)
    elif _parent_id() != _LOADED_IN:  # a strategy that does not load action plugins before it forks
        display.display(line, stderr=True)
    elif _takes_more(getattr(queue, "_writer", None)):
        queue.send_display(_METHOD, line)


def _print_line(line: str) -> None:
    """In ansible-playbook: print a line, and write it to the log file if there is one."""
    try:
        if _takes_more(sys.stderr):
            display.display(line, stderr=True)
        else:
            display.display(line, log_only=True)
    except Exception:  # noqa: BLE001, S110  (the file or its reader is closed)
        pass


def _takes_more(file: t.Any) -> bool:
    """Whether a line can be written to a file without waiting. A file without a descriptor accepts everything."""
    if file is None:  # closed when the program began
        return False
    try:
        descriptor = file.fileno()
    except (AttributeError, OSError, ValueError):
        return True
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    events = poll.poll(_MAX_DELAY)
    return bool(events) and events[0][1] == select.POLLOUT


def _parent_id() -> int | None:
    parent = multiprocessing.parent_process()
    return parent.pid if parent else None


_LOADED_IN = os.getpid()
setattr(display, _METHOD, _print_line)
