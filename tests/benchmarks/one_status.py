# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(a) One status: in process, as a module, and as a task of ansible.builtin.uri."""

from __future__ import annotations

from functools import partial

from measure import alternately
from plays import AS_MODULE, Plays, Task, module_task, uri
from sandbox_server import Sandbox
from table import Row, at_most

TASKS = 20
MANY = 50
NOTHING: Task = {"name": "Nothing", "ansible.builtin.set_fact": {"nothing": True}}
ROUNDS = 3


def rows(plays: Plays, sandbox: Sandbox) -> list[Row]:
    """The cost of a task: the cost of a play with some tasks, less the cost of a play without tasks."""
    scan_id = sandbox.seed()
    theirs = uri(sandbox, scan_id)
    in_process = module_task("scan_status", sandbox, scan_ids=[scan_id])
    spent = alternately(
        ROUNDS,
        {
            "none": partial(plays.run, []),
            "theirs": partial(plays.run, [theirs] * TASKS),
            "module": partial(plays.run, [{**in_process, **AS_MODULE}] * TASKS),
            "their first": partial(plays.run, [theirs]),
            "our first": partial(plays.run, [in_process]),
            "our many": partial(plays.run, [in_process] * MANY),
            "nothing": partial(plays.run, [NOTHING] * (MANY - 1)),
        },
    )
    none = spent.pop("none")
    each = {name: one.less(none) for name, one in spent.items()}
    # The first task of a play also loads the files that the other tasks use.
    ours = each["our many"].less(each["our first"]).times(1 / (MANY - 1))
    further = each["theirs"].less(each["their first"]).times(1 / (TASKS - 1))
    module, uri_task = (each[name].times(1 / TASKS) for name in ("module", "theirs"))
    nothing = each["nothing"].times(1 / (MANY - 1))
    return [
        at_most("(a) one status in process, processor", ours.processor, further.processor, 0.1),
        at_most("(a) one status in process, wall", ours.wall, further.wall, 0.1),
        at_most("(a) the same beside a task that does nothing (set_fact), wall", ours.wall, nothing.wall),
        at_most(
            "(a) the first status of a play, processor", each["our first"].processor, each["their first"].processor
        ),
        at_most("(a) one status as a module, processor", module.processor, uri_task.processor, 1.0),
        at_most("(a) one status as a module, wall", module.wall, uri_task.wall, 1.0),
    ]
