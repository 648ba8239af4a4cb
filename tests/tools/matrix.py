# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run make targets with pairs of ansible-core and Python, compare which tests ran, and print a table.

Usage: matrix.py DEST. Each pair has a virtual environment of its own in DEST, and the table is in DEST/summary.txt.
The environment sets what runs:

MATRIX        pairs, such as "2.16:3.10 2.21:3.13". Commas separate a pair from what takes its place if that Python is
              not installed: "2.21:3.13,2.21:3.12". Unset, every supported pair runs.
MATRIX_PARTS  make targets, such as "unit". Unset, it is "sanity unit integration".
MATRIX_JOBS   how many pairs run at the same time. Unset, one.
MATRIX_TESTS  which unit and integration tests run, as `pytest -m` takes it. Unset, all of them.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from compare_pairs import missing_tests, tests_run

ROOT = Path(__file__).resolve().parents[2]
PAIRS = "2.16:3.10 2.16:3.11 2.17:3.10 2.17:3.11 2.18:3.11 2.19:3.11 2.20:3.12 2.20:3.13 2.21:3.12 2.21:3.13"
PARTS = "sanity unit integration"
# Tools that none of these parts uses. Their releases refuse old cores or Python 3.10.
LEFT_OUT = ("ansible-lint", "molecule")
COMPARED = ("unit", "integration")
OF_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")  # what the make that started this one passes on for itself
MAX_SHOWN = 10  # tests of a pair that did not run


@dataclass
class Part:
    """A make target that ran for a pair."""

    name: str
    passed: bool
    seconds: float
    count: int | None = None  # of tests that ran; None where nothing counts them


@dataclass
class Pair:
    """A series of ansible-core, a version of Python, and what ran with them."""

    core: str
    version: str
    python: str
    instead_of: list[str] = field(default_factory=list)  # the pairs whose Python is not installed
    parts: list[Part] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.core}:{self.version}"


def main() -> int:
    """Run what the environment asks for; the exit status shows whether all passed."""
    dest = Path(sys.argv[1])
    parts = os.environ.get("MATRIX_PARTS", PARTS).split()
    chosen, absent = choose(os.environ.get("MATRIX", PAIRS).split())
    print(f"Not installed in these environments, since no part needs them: {', '.join(LEFT_OUT)}.", flush=True)
    with ThreadPoolExecutor(int(os.environ.get("MATRIX_JOBS", "1"))) as pool:
        list(pool.map(lambda pair: run_pair(pair, dest, parts), chosen))
    differences = list(compare(chosen, dest, parts))
    tests = os.environ.get("MATRIX_TESTS")
    limit = [f"Of the unit and integration tests, only: {tests}."] if tests else []
    summary = "\n".join(["=== The matrix", *table(chosen, parts), *limit, *absent, *differences, ""])
    print(summary, end="")
    dest.mkdir(parents=True, exist_ok=True)
    (dest / "summary.txt").write_text(summary, encoding="utf-8")
    if not chosen:
        print("No Python of any pair is installed.", file=sys.stderr)
    return int(not chosen or bool(differences) or not all(part.passed for pair in chosen for part in pair.parts))


def choose(entries: Sequence[str]) -> tuple[list[Pair], list[str]]:
    """The pairs to run, each once, and a sentence for each entry without an installed Python."""
    chosen: dict[str, Pair] = {}
    absent = []
    for entry in entries:
        names = entry.split(",")
        pythons = [find_python(name.partition(":")[2]) for name in names]
        place = next((place for place, python in enumerate(pythons) if python), None)
        if place is None:
            absent.append(f"{entry} did not run: that Python is not installed.")
            continue
        core, _colon, version = names[place].partition(":")
        pair = chosen.setdefault(names[place], Pair(core, version, str(pythons[place])))
        pair.instead_of += names[:place]
    return list(chosen.values()), absent


def find_python(version: str) -> str | None:
    """The first that starts and can create a virtual environment.

    A version manager leaves stubs that only print which version to install, and its Pythons are not on the PATH.
    """
    managed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions").glob(f"{version}.*/bin")
    for folder in [*os.get_exec_path(), *map(str, sorted(managed))]:
        python = os.path.join(folder, f"python{version}")
        if os.access(python, os.X_OK):
            done = subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True, check=False)
            if done.returncode == 0:
                return python
    return None


def requirements(core: str) -> str:
    """The tests' requirements with this series of ansible-core, without the tools that are left out."""
    lines = (ROOT / "tests/requirements.txt").read_text(encoding="utf-8").splitlines()
    out = ("#", "ansible-core", *LEFT_OUT)
    kept = [line for line in lines if line.strip() and re.split(r"[<>=;\s]", line)[0] not in out]
    return "\n".join([*kept, f"ansible-core=={core}.*", ""])


def run_pair(pair: Pair, dest: Path, parts: Sequence[str]) -> None:
    """Run the parts one after the other, also after one has failed, and print what they printed."""
    work = dest / f"{pair.core}-{pair.version}"
    work.mkdir(parents=True, exist_ok=True)
    file = work / "requirements.txt"
    text = requirements(pair.core)
    if not file.exists() or file.read_text(encoding="utf-8") != text:  # make compares its time
        file.write_text(text, encoding="utf-8")
    for part in ["venv", *parts]:
        pair.parts.append(run_part(pair, part, work, file))
        if part == "venv" and not pair.parts[0].passed:
            return


def run_part(pair: Pair, part: str, work: Path, file: Path) -> Part:
    """Run a make target, and print what it printed at its end, so that pairs do not mix."""
    report = work / f"{part}.xml"
    report.unlink(missing_ok=True)
    command = [os.environ.get("MAKE", "make"), "--no-print-directory", part, f"WORK={work}", f"PYTHON={pair.python}"]
    command.append(f"REQUIREMENTS=requirements.txt {file}")
    # The variables of a make that started this program are about its own targets.
    environment = {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    }
    if part in COMPARED:
        environment["PYTEST_ADDOPTS"] = pytest_options(report)
    start = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    seconds = time.monotonic() - start
    end = "" if done.returncode == 0 else f"{pair} FAILED in {part}.\n"
    print(f"=== {pair}: {part}, {seconds:.0f} s\n{done.stdout}{end}", end="", flush=True)
    count = len(tests_run(report)) if report.exists() else None
    return Part(part, done.returncode == 0, seconds, count)


def pytest_options(report: Path) -> str:
    """The file of the report, and the tests to run: the same tests for each pair, so that pairs can be compared."""
    chosen = os.environ.get("MATRIX_TESTS")
    return shlex.join([f"--junit-xml={report}", *(["-m", chosen] if chosen else [])])


def compare(pairs: Sequence[Pair], dest: Path, parts: Sequence[str]) -> Iterator[str]:
    """A sentence for each pair that ran fewer tests than the others, with the first of them."""
    for part in sorted(set(parts) & set(COMPARED)):
        reports = {str(pair): dest / f"{pair.core}-{pair.version}" / f"{part}.xml" for pair in pairs}
        ran = {name: tests_run(report) for name, report in reports.items() if report.exists()}
        for name, tests in missing_tests(ran).items():
            shown = "".join(f"\n  {test}" for test in tests[:MAX_SHOWN])
            yield f"FAILED: {len(tests)} {part} tests did not run on {name}, and ran on another pair:{shown}"


def table(pairs: Sequence[Pair], parts: Sequence[str]) -> Iterator[str]:
    """A line for each pair: its parts, how many tests ran, and seconds."""
    yield f"{'core:Python':12}" + "".join(f"{part:>28}" for part in ["venv", *parts])
    for pair in pairs:
        cells = [_cell(part) for part in pair.parts]
        yield f"{pair!s:12}" + "".join(f"{cell:>28}" for cell in cells)
        for name in pair.instead_of:
            yield f"  {pair} ran in place of {name}, whose Python is not installed."


def _cell(part: Part) -> str:
    count = f"{part.count} tests, " if part.count is not None else ""
    return f"{'passed' if part.passed else 'FAILED'}, {count}{part.seconds:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
