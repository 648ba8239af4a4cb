# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time that a module spends on imports before it does anything, by the package of each import."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from plays import AS_MODULE, Plays, Task, module_task, uri
from sandbox_server import Sandbox

ROUNDS = 9
_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")
_OWNERS = {
    "ansible": "Ansible, compiled from the payload",
    "ansible_collections": "datascan.gate, compiled from the payload",
    **dict.fromkeys(
        ("pydantic", "pydantic_core", "annotated_types", "typing_inspection", "typing_extensions"),
        "pydantic and what it needs",
    ),
    **dict.fromkeys(
        ("requests", "urllib3", "charset_normalizer", "idna", "certifi", "socks"), "requests and what it needs"
    ),
}
_OTHERS = ("Python's own library", "other packages")


def rows(plays: Plays, sandbox: Sandbox, folder: Path) -> list[tuple[str, ...]]:
    """Milliseconds of `python -X importtime`, for the files that Ansible sends."""
    scan_id = sandbox.seed()
    ours = _by_owner(_payload(plays, {**module_task("scan_status", sandbox, scan_ids=[scan_id]), **AS_MODULE}, folder))
    theirs = _by_owner(_payload(plays, uri(sandbox, scan_id), folder))
    names = [*dict.fromkeys(_OWNERS.values()), *_OTHERS]
    made = [(name, f"{ours[name]:.0f} ms", f"{theirs[name]:.0f} ms") for name in names]
    return [*made, ("together", f"{ours.total():.0f} ms", f"{theirs.total():.0f} ms")]


def _payload(plays: Plays, task: Task, folder: Path) -> Path:
    """The file that Ansible makes of a module and sends to a host."""
    remote = tempfile.mkdtemp(dir=folder)
    plays.run([task], ANSIBLE_KEEP_REMOTE_FILES="true", ANSIBLE_REMOTE_TEMP=remote)
    (payload,) = Path(remote).glob("*/AnsiballZ_*.py")
    return payload


def _by_owner(payload: Path) -> Counter[str]:
    """The quickest import of each of the modules, summed."""
    quickest: dict[str, int] = {}
    for _round in range(ROUNDS):
        command = [sys.executable, "-X", "importtime", str(payload)]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stderr
        for microseconds, name in _LINE.findall(lines):
            quickest[name] = min(int(microseconds), quickest.get(name, sys.maxsize))
    total: Counter[str] = Counter()
    for name, microseconds in quickest.items():
        total[_owner(name)] += microseconds / 1000  # type: ignore[assignment]
    return total


def _owner(module: str) -> str:
    package = module.partition(".")[0]
    standard = package in sys.stdlib_module_names or package.startswith("_")
    return _OWNERS.get(package, _OTHERS[0] if standard else _OTHERS[1])
