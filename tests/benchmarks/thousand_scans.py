# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(b) One look at 1,000 scans, against a loop of ansible.builtin.uri."""

from __future__ import annotations

from functools import partial

from measure import alternately
from plays import Plays, door, uri
from sandbox_server import Sandbox
from table import Row, at_least

SCANS = 1000
NEWER = 500  # scans of no interest before them in the list
LOOPED = 10  # of a thousand, for the loop would take ten minutes
ROUNDS = 3


def rows(plays: Plays, sandbox: Sandbox) -> list[Row]:
    """Times are net of a play with no task; the loop's is measured on a few scans and scaled."""
    scan_ids = sandbox.seed_many(SCANS, age=7200)
    sandbox.seed_many(NEWER, age=3600)
    ours = door("scan_status", sandbox, scan_ids=scan_ids)
    theirs = uri(sandbox, "{{ item }}", loop=scan_ids[:LOOPED])
    spent = alternately(
        ROUNDS,
        {
            "none": partial(plays.run, []),
            "ours": partial(plays.run, [ours]),
            "theirs": partial(plays.run, [theirs]),
        },
    )
    sandbox.forget()
    plays.run([ours])
    requests = len(sandbox.journal())
    look = spent["ours"].less(spent["none"])
    loop = spent["theirs"].less(spent["none"]).times(SCANS / LOOPED)
    return [
        at_least("(b) 1,000 scans, wall", look.wall, loop.wall, 200),
        at_least("(b) 1,000 scans, processor", look.processor, loop.processor, 200),
        Row("(b) 1,000 scans, requests", str(requests), str(SCANS), "", "at most 40", requests <= 40),
    ]
