# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(e) 100,000 columns to a file, against a bare loop of requests that writes the same file."""

from __future__ import annotations

import itertools
import sys
from functools import partial
from pathlib import Path

from measure import Command, Spent, alternately
from plays import Plays
from sandbox_server import TOKEN, Sandbox
from table import Row, at_least

HERE = Path(__file__).resolve().parent
COLUMNS = 100_000
CLUSTER = "mno345pqr678"  # the sandbox's large one
ROUNDS = 3
MEMORY = 150  # MB


def rows(plays: Plays, sandbox: Sandbox, folder: Path, collections: Path) -> list[Row]:
    """Each in a process of its own."""
    sandbox.control("POST", "settings", {"bigid": {"catalogue_columns": COLUMNS}})

    def write(program: str, dest: Path) -> Spent:
        dest.unlink(missing_ok=True)  # a file that would not change is not written again
        where = [f"{sandbox.url}/bigid/api/v1", TOKEN, CLUSTER, str(dest)]
        environment = {**plays.environment, "PYTHONPATH": str(collections)}
        return Command([sys.executable, "-B", str(HERE / program), *where], folder, environment).run()

    made = []
    for suffix in ("csv", "ndjson"):
        ours, bare = folder / f"ours.{suffix}", folder / f"bare.{suffix}"
        spent = alternately(
            ROUNDS,
            {"ours": partial(write, "door_columns.py", ours), "bare": partial(write, "bare_columns.py", bare)},
        )
        _compare(ours, bare)
        door, loop = spent["ours"], spent["bare"]
        what = f"(e) 100,000 columns to {suffix}"
        made += [
            at_least(f"{what}, wall", door.wall, loop.wall, 0.7),
            at_least(f"{what}, processor", door.processor, loop.processor, None),
            Row(
                f"{what}, memory",
                f"{door.memory:.0f} MB",
                f"{loop.memory:.0f} MB",
                f"{door.memory / loop.memory:.2g}",
                f"under {MEMORY} MB",
                door.memory < MEMORY,
            ),
        ]
    return made


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
