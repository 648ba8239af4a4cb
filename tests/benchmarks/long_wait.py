# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(c) Processor time of a wait of 60 s, against ansible.builtin.uri with until."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from measure import Spent
from plays import AS_MODULE, Plays, Task, door, uri
from sandbox_server import Sandbox
from table import Row, at_most

LENGTH = 60  # seconds
DELAY = 2  # seconds between the looks of until
SLEEP: Task = {"name": "Sleep", "ansible.builtin.pause": {"seconds": LENGTH}}


def rows(plays: Plays, sandbox: Sandbox) -> list[Row]:
    """All at the same time, as processor time does not mind, and a minute each would."""
    sandbox.settings(listing_seconds=5, processing_seconds=LENGTH - 5)

    def ours(scan_id: str) -> Task:
        return door("scan_wait", sandbox, scan_ids=[scan_id])

    def module(scan_id: str) -> Task:
        return {**ours(scan_id), **AS_MODULE}

    def theirs(scan_id: str) -> Task:
        until = "look.json.scanStatus == 'Completed'"
        return uri(sandbox, scan_id, register="look", until=until, retries=LENGTH, delay=DELAY)

    def sleep(scan_id: str) -> Task:
        return SLEEP

    def wait(task: Callable[[str], Task]) -> Spent:
        return plays.run([task(sandbox.seed(None, age=0))])

    with ThreadPoolExecutor(4) as pool:
        in_process, as_module, until, asleep = pool.map(wait, (ours, module, theirs, sleep))
    poll = until.less(asleep).processor
    return [
        at_most("(c) a wait of 60 s, processor", in_process.less(asleep).processor, poll, 0.02),
        at_most("(c) the same as a module", as_module.less(asleep).processor, poll),
        at_most("(c) the same in process, with what Ansible itself takes", in_process.processor, until.processor),
    ]
