# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(b) The status of 1,000 scans, against a loop of ansible.builtin.uri; (g) a wait for 1,000 and for 10,000 scans."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from measure import alternately
from plays import Plays, module_task, uri
from ready_scans import scan_id, served_scans
from sandbox_server import Sandbox
from table import Row, at_least, seconds
from wait_process import WaitParts, measure_wait

SCANS = 1000
NEWER = 500  # scans that the list has before the requested ones
LOOPED = 10  # of a thousand: the whole loop would take ten minutes
ROUNDS = 3
LARGE, LARGER = 1000, 10_000  # scans of a wait
LENGTH = 30  # seconds until the first of them ends


def rows(plays: Plays, sandbox: Sandbox) -> list[Row]:
    """Times are net of a play without tasks. The time of the loop is measured with a few scans and scaled."""
    scan_ids = sandbox.seed_many(SCANS, age=7200)
    sandbox.seed_many(NEWER, age=3600)
    ours = module_task("scan_status", sandbox, scan_ids=scan_ids)
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
    status = spent["ours"].less(spent["none"])
    loop = spent["theirs"].less(spent["none"]).times(SCANS / LOOPED)
    return [
        at_least("(b) 1,000 scans, wall", status.wall, loop.wall, 200),
        at_least("(b) 1,000 scans, processor", status.processor, loop.processor, 200),
        Row("(b) 1,000 scans, requests", str(requests), str(SCANS), "", "at most 40", requests <= 40),
    ]


def wait_rows(plays: Plays, collections: Path) -> list[Row]:
    """Each wait goes on until the first of its scans ends; all others run on. A poll reads all of them."""
    large, larger, single = (_wait(plays, collections, scans) for scans in (LARGE, LARGER, 1))
    return [
        _late_row(f"(g) the first of {LARGE:,} scans ends: late by", large, single),
        _late_row(f"(g) the first of {LARGER:,} scans ends: late by", larger, single),
        *_growth_rows(large, larger),
    ]


def _wait(plays: Plays, collections: Path, scans: int) -> WaitParts:
    with served_scans(scans, LENGTH) as api_url:
        return measure_wait(plays, collections, api_url, [scan_id(number) for number in range(scans)], until="any")


def _late_row(what: str, many: WaitParts, single: WaitParts) -> Row:
    """Compared with a wait for one scan. The limit excludes the duration of a poll, which is the vendor's time."""
    return Row(what, seconds(many.late), seconds(single.late), f"{many.polls} polls, {single.polls}")


def _growth_rows(large: WaitParts, larger: WaitParts) -> list[Row]:
    """The cost of a poll in the larger wait, compared with the smaller wait; ten times as much is linear."""
    times = LARGER / LARGE
    requests = [one.requests / one.polls for one in (larger, large)]
    processor = [one.operation / one.polls for one in (larger, large)]
    growth = [figures[0] / figures[1] for figures in (requests, processor)]
    what = f"(g) a poll of {LARGER:,} scans beside one of {LARGE:,}"
    most = f"at most {times:g}"
    return [
        Row(f"{what}: requests", *(f"{one:g}" for one in requests), f"{growth[0]:.3g}", most, growth[0] <= times),
        Row(f"{what}: processor", *map(seconds, processor), f"{growth[1]:.3g}", most, growth[1] <= times),
        Row(
            f"(g) the wait for {LARGER:,} scans: memory",
            f"{larger.memory:.0f} MB",
            f"{large.memory:.0f} MB",
            f"{larger.memory / large.memory:.2g}",
        ),
    ]
