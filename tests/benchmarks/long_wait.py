# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(c) Processor time of a wait of 60 s and of its parts, against ansible.builtin.uri with until."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from measure import Spent
from plays import AS_MODULE, Plays, Task, module_task, uri
from sandbox_server import Sandbox
from table import Row, at_most
from wait_process import measure_wait

LENGTH = 60  # seconds
DELAY = 2  # seconds between the polls of until
SLEEP: Task = {"name": "Sleep", "ansible.builtin.pause": {"seconds": LENGTH}}
# Ansible polls for results a thousand times a second. This takes 1 to 2 s a minute, and varies from run to run. With
# twenty polls a second, the difference between two plays is the cost of their tasks.
CALM = "[defaults]\ninternal_poll_interval = 0.05\n"


def rows(plays: Plays, sandbox: Sandbox, folder: Path, collections: Path) -> list[Row]:
    """All waits run at the same time: this does not change their processor time, and saves a minute for each."""
    sandbox.settings(listing_seconds=5, processing_seconds=LENGTH - 5)
    calm = folder / "calm.cfg"
    calm.write_text(CALM)

    def ours(scan_id: str) -> Task:
        return module_task("scan_wait", sandbox, scan_ids=[scan_id])

    def module(scan_id: str) -> Task:
        return {**ours(scan_id), **AS_MODULE}

    def theirs(scan_id: str) -> Task:
        until = "reply.json.scanStatus == 'Completed'"
        return uri(sandbox, scan_id, register="reply", until=until, retries=LENGTH, delay=DELAY)

    def sleep(scan_id: str) -> Task:
        return SLEEP

    def wait(task: Callable[[str], Task], **environment: str) -> Spent:
        return plays.run([task(sandbox.seed(None, age=0))], **environment)

    def wait_calmly(task: Callable[[str], Task]) -> Spent:
        return wait(task, ANSIBLE_CONFIG=str(calm))

    plays.run([ours(sandbox.seed())])  # the first play after an installation compiles, and later ones do not
    with ThreadPoolExecutor(7) as pool:
        parts = pool.submit(lambda: measure_wait(plays, collections, sandbox.api_url, [sandbox.seed(None, age=0)]))
        usual = pool.map(wait, (ours, theirs))
        in_process, as_module, until, asleep = pool.map(wait_calmly, (ours, module, theirs, sleep))
    poll, whole = until.less(asleep).processor, in_process.less(asleep).processor
    took = parts.result()
    rest = whole - took.libraries - took.files - took.operation
    usual_ours, usual_until = (one.processor for one in usual)
    return [
        at_most("(c) a wait of 60 s, processor", whole, poll, 0.02),
        at_most("(c) of it, loading pydantic and requests", took.libraries, poll),
        at_most("(c) of it, loading the collection", took.files, poll),
        at_most(f"(c) of it, {took.polls} polls and the pauses between them", took.operation, poll),
        at_most("(c) the rest: Ansible's worker, less what ansible-playbook saves at its end", rest, poll),
        at_most("(c) the same wait as a module", as_module.less(asleep).processor, poll),
        at_most("(c) the same in process, with what Ansible itself takes", usual_ours, usual_until),
    ]
