# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installs a package of npm, once for all runs."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
from pathlib import Path

import pytest

CACHE = Path(__file__).resolve().parents[2] / ".work" / "cache" / "npm"
# What npm reports where the registry cannot be reached.
_UNREACHABLE = re.compile(r"\b(?:ENOTFOUND|ECONN\w+|ETIMEDOUT|EAI_AGAIN|E\w+UNREACH|ERR_SOCKET\w*|E403)\b")


def installed_package(name: str, version: str, *, node: int) -> Path:
    """The folder of a package. Skips the test where npm, its registry, or this major version of Node.js is missing."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not on the PATH, so {name} cannot be run.")
    found = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(found.lstrip("v").partition(".")[0]) < node:
        pytest.skip(f"{name} needs Node.js {node} or newer, not {found}.")
    folder = CACHE / f"{name}-{version}"
    package = folder / "node_modules" / name
    folder.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed: several processes may run tests
        if not (package / "package.json").exists():
            _install(f"{name}@{version}", folder)
    return package


def _install(package: str, folder: Path) -> None:
    # No scripts of the package run, and all of npm's own files stay in the cache.
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--no-package-lock"]
    fetching = ["--fetch-retries", "1", "--fetch-retry-mintimeout", "1000", "--fetch-timeout", "20000"]
    command = ["npm", "install", package, "--prefix", folder, "--cache", CACHE / "npm", *quiet, *fetching]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode and _UNREACHABLE.search(done.stderr):
        pytest.skip(f"npm cannot reach its registry, so {package} cannot be run.")
    assert done.returncode == 0, done.stderr
