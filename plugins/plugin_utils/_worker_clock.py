# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

"""The clock of a worker process, which ends the task once ansible-playbook is gone.

SIGKILL and SIGHUP leave Ansible's workers running on every ansible-core, SIGTERM on older ones. Such a worker must start
and cancel nothing, because the next run may wait for the same scan.
"""

import multiprocessing
import os

from ansible_collections.datascan.gate.plugins.module_utils._core.clock import Clock

_SLICE = 0.5  # seconds of a sleep after which the parent is checked


class ParentGoneError(BaseException):
    """The process that started this worker is gone.

    Not an Exception: no handler of an operation may go on after it, report it, or write a file for it.
    """


class WorkerClock(Clock):
    """A clock whose sleeps end once the parent process is gone, and that is asked before every request."""

    def __init__(self) -> None:
        # The parent may be gone before this worker's first statement, so its id is the one noted when it forked.
        parent = multiprocessing.parent_process()
        self._parent_id = os.getppid() if parent is None or parent.pid is None else parent.pid

    def sleep(self, seconds: float) -> None:
        """Pause for this many seconds. Raises ParentGoneError within half a second after the parent has gone."""
        end = self.monotonic() + seconds
        while (left := end - self.monotonic()) > 0:
            self.check_interrupted()
            super().sleep(min(left, _SLICE))
        self.check_interrupted()

    def check_interrupted(self) -> None:
        """Raise ParentGoneError once the parent is gone: the system then gives this process another parent."""
        if os.getppid() != self._parent_id:
            raise ParentGoneError
