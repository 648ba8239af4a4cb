# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints how fast this collection is, compared with what it replaces. `make bench` starts it.

The sandbox runs on a free port of 127.0.0.1, and everything that is made is removed at the end.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "integration"), os.environ["ANSIBLE_COLLECTIONS_PATH"]]

import imports  # noqa: E402
import long_wait  # noqa: E402
import many_audited  # noqa: E402
import many_columns  # noqa: E402
import one_status  # noqa: E402
import terraform  # noqa: E402
import thousand_scans  # noqa: E402
from plays import Plays  # noqa: E402
from sandbox_server import Sandbox  # noqa: E402
from table import Row, markdown  # noqa: E402

HEAD = ("", "datascan.gate", "compared with", "ratio", "target", "reached")
IMPORTS_HEAD = ("import time, quickest of nine runs", "scan_status as a module", "uri")


def main() -> None:
    """Run all benchmarks, and report the progress on standard error."""
    collections = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"])
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sandbox = Sandbox(folder)
        try:
            plays = Plays(folder, collections)
            parts = {
                "one status": lambda: one_status.rows(plays, sandbox),
                "1,000 scans": lambda: thousand_scans.rows(plays, sandbox),
                "a wait of 60 s": lambda: long_wait.rows(plays, sandbox, folder, collections),
                "a wait for 10,000 scans": lambda: thousand_scans.wait_rows(plays, collections),
                "100,000 columns": lambda: many_columns.rows(plays, folder, collections),
                "many more columns": lambda: many_audited.rows(plays, sandbox, folder, collections),
                "the Terraform provider": lambda: terraform.rows(sandbox, folder),
                "how late": _lateness,
            }
            rows: list[Row] = []
            for part, measure in parts.items():
                print(f"[{time.monotonic() - began:3.0f} s] {part}", file=sys.stderr)
                sandbox.reset()
                rows += measure()
            sandbox.reset()
            rows.sort(key=lambda row: row.what[:3])
            print(markdown(HEAD, (row.cells() for row in rows)), "", sep="\n")
            print(markdown(IMPORTS_HEAD, imports.rows(plays, sandbox, folder)), "", sep="\n")
        finally:
            sandbox.close()
    print(f"Measured on {_machine()}, in {time.monotonic() - began:.0f} s, at a load of {os.getloadavg()[1]:.1f}.")


def _lateness() -> list[Row]:
    """Imported last, because it imports the collection, and each new process begins with the memory of this one."""
    import lateness

    return lateness.rows()


def _machine() -> str:
    """The size of this machine, and the relevant versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in ("ansible-core", "pydantic", "requests"))
    return f"{os.cpu_count()} cores with {memory:.0f} GiB, Python {platform.python_version()}, {libraries}"


if __name__ == "__main__":
    main()
