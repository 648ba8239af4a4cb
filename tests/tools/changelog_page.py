# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CHANGELOG.md as the next release writes it, so that a checkout shows what its version can do.

antsibull-changelog only renders what is released. So the release is made in a copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from conftest import ROOT

_NEEDED = ("changelogs", "plugins", "roles", "playbooks", "galaxy.yml")  # the plugins and roles are listed as well


def text() -> str:
    """The page: the released versions, and above them the version of galaxy.yml if it has fragments."""
    with tempfile.TemporaryDirectory() as work:
        copy = Path(work) / "ansible_collections" / "datascan" / "gate"
        copy.mkdir(parents=True)
        for name in _NEEDED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", ".plugin-cache.yaml"))
            else:
                shutil.copy(source, copy)
        bin_folder = Path(sys.executable).parent
        environment = {
            **os.environ,
            "ANSIBLE_HOME": f"{work}/home",
            "ANSIBLE_COLLECTIONS_PATH": work,
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        }
        action = "release" if any((ROOT / "changelogs" / "fragments").glob("*.y*ml")) else "generate"
        command = [str(bin_folder / "antsibull-changelog"), action]
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"antsibull-changelog {action} failed: {done.stdout}{done.stderr}")
        return (copy / "CHANGELOG.md").read_text(encoding="utf-8")
