# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(a) One status: in place, as a module, and as a task of ansible.builtin.uri."""

from __future__ import annotations

from functools import partial

from measure import alternately
from plays import AS_MODULE, Plays, Task, door, uri
from sandbox_server import Sandbox
from table import Row, at_most

TASKS = 20
MANY = 50
NOTHING: Task = {"name": "Nothing", "ansible.builtin.set_fact": {"nothing": True}}
ROUNDS = 3


def rows(plays: Plays, sandbox: Sandbox) -> list[Row]:
    """The cost of a task: that of a play with some of them, less that of a play with none."""
    scan_id = sandbox.seed()
    theirs = uri(sandbox, scan_id)
    in_place = door("scan_status", sandbox, scan_ids=[scan_id])
    module = {**in_place, **AS_MODULE}
    spent = alternately(
        ROUNDS,
        {
            "none": partial(plays.run, []),
            "theirs": partial(plays.run, [theirs] * TASKS),
            "in place": partial(plays.run, [in_place] * TASKS),
            "module": partial(plays.run, [module] * TASKS),
            "their first": partial(plays.run, [theirs]),
            "our first": partial(plays.run, [in_place]),
            "our many": partial(plays.run, [in_place] * MANY),
            "nothing": partial(plays.run, [NOTHING] * (MANY - 1)),
        },
    )
    none = spent.pop("none")
    each = {name: one.less(none) for name, one in spent.items()}
    many = {name: each[name].times(1 / TASKS) for name in ("theirs", "in place", "module")}
    return [
        at_most("(a) one status in place, processor", many["in place"].processor, many["theirs"].processor, 0.1),
        at_most("(a) one status in place, wall", many["in place"].wall, many["theirs"].wall, 0.1),
        at_most("(a) one status as a module, processor", many["module"].processor, many["theirs"].processor, 1.0),
        at_most("(a) one status as a module, wall", many["module"].wall, many["theirs"].wall, 1.0),
        at_most("(a) the only status of a play, in place, wall", each["our first"].wall, each["their first"].wall),
        at_most(
            f"(a) {MANY - 1} more of them, beside {MANY - 1} tasks that do nothing (set_fact), wall",
            each["our many"].less(each["our first"]).wall,
            each["nothing"].wall,
        ),
    ]
