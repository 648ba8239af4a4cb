# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(e) 100,000 columns to a file, against a bare loop of requests that writes the same file.

Both read ready-made pages, because a server's own work would hide how they differ.
"""

from __future__ import annotations

import itertools
import sys
from functools import partial
from pathlib import Path

from measure import Command, Spent, alternately
from plays import Plays
from ready_pages import CLUSTER, served_pages
from sandbox_server import TOKEN
from table import Row, at_least

HERE = Path(__file__).resolve().parent
COLUMNS = 100_000
ROUNDS = 5
MEMORY = 100  # MB
SPEED = {"csv": 0.75, "ndjson": 0.85}  # of the bare loop, by wall


def rows(plays: Plays, folder: Path, collections: Path) -> list[Row]:
    """Each in a process of its own."""
    with served_pages(COLUMNS) as address:
        return [row for suffix in SPEED for row in _rows(plays, folder, collections, address, suffix)]


def _rows(plays: Plays, folder: Path, collections: Path, address: str, suffix: str) -> list[Row]:
    def write(program: str, dest: Path) -> Spent:
        dest.unlink(missing_ok=True)  # a file that would not change is not written again
        environment = {**plays.environment, "PYTHONPATH": str(collections)}
        where = [address, TOKEN, CLUSTER, str(dest)]
        # Without -B, because the collection keeps its compiled files, too.
        return Command([sys.executable, str(HERE / program), *where], folder, environment).run()

    dests = {name: folder / f"{name}.{suffix}" for name in ("ours", "bare")}
    spent = alternately(
        ROUNDS,
        {
            "ours": partial(write, "write_columns.py", dests["ours"]),
            "bare": partial(write, "bare_columns.py", dests["bare"]),
        },
    )
    _compare(dests["ours"], dests["bare"])
    ours, bare = spent["ours"], spent["bare"]
    what = f"(e) 100,000 columns to {suffix}"
    return [
        at_least(f"{what}, wall", ours.wall, bare.wall, SPEED[suffix]),
        at_least(f"{what}, processor", ours.processor, bare.processor, None),
        Row(
            f"{what}, memory",
            f"{ours.memory:.0f} MB",
            f"{bare.memory:.0f} MB",
            f"{ours.memory / bare.memory:.2g}",
            f"under {MEMORY} MB",
            ours.memory < MEMORY,
        ),
    ]


def _compare(ours: Path, bare: Path) -> None:
    """Both have to hold the same; ours has an apostrophe before what a spreadsheet would run.

    Line by line: a process begins with the memory of the one that starts it, so this one has to stay small.
    """
    lines = 0
    with ours.open(encoding="utf-8") as one, bare.open(encoding="utf-8") as other:
        for line, expected in itertools.zip_longest(one, other, fillvalue=""):
            lines += 1
            if line.replace("'", "") != expected.replace("'", ""):
                raise RuntimeError(f"{ours.name} and {bare.name} differ in line {lines}")
    if lines < COLUMNS:
        raise RuntimeError(f"{ours.name} has {lines} lines")
