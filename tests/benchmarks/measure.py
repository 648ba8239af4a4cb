# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cost of a command, as the kernel counts it."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class Spent(t.NamedTuple):
    """The cost of a process and its children: seconds of processor time, seconds on the wall, MB of the largest one."""

    processor: float
    wall: float
    memory: float

    def less(self, other: Spent) -> Spent:
        """The cost beyond that of another command; the memory stays."""
        return Spent(self.processor - other.processor, self.wall - other.wall, self.memory)

    def times(self, factor: float) -> Spent:
        """The cost of `factor` such commands."""
        return Spent(self.processor * factor, self.wall * factor, self.memory)


@dataclass(frozen=True)
class Command:
    """A program to run, in a folder that takes its output."""

    words: Sequence[str]
    folder: Path
    environment: Mapping[str, str]

    def run(self) -> Spent:
        """Run the command to its end. It must succeed."""
        log = self.folder / "output.txt"
        began = time.monotonic()
        with log.open("wb") as output:
            process = subprocess.Popen(
                self.words, cwd=self.folder, env=self.environment, stdout=output, stderr=subprocess.STDOUT
            )
            _pid, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)  # or Popen would wait for it once more
        if process.returncode:
            raise RuntimeError(f"{self.words[0]} failed: {log.read_text()}")
        return Spent(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def alternately(rounds: int, commands: Mapping[str, Callable[[], Spent]]) -> dict[str, Spent]:
    """The medians of several runs of each command. The commands alternate, so that a busy minute affects all."""
    runs: dict[str, list[Spent]] = {name: [] for name in commands}
    for _round in range(rounds):
        for name, run in commands.items():
            runs[name].append(run())
    return {name: Spent(*map(statistics.median, zip(*many, strict=True))) for name, many in runs.items()}
