# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print what prevents a release of this checkout; docs/releasing.md has the steps. tests/unit/docs/test_versions.py
checks at any time that the versions agree.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
ADDRESSES = ("repository", "homepage", "documentation", "issues")  # of galaxy.yml
PAGES = ("README.md", "docs/pipelines/requirements.yml")  # that name the repository


def git(*args: str) -> str:
    """Return what git prints."""
    return subprocess.run(["git", *args], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def reasons() -> list[str]:
    """Return what must be done before a release, one sentence for each step."""
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    changelog = yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text(encoding="utf-8"))
    fragments = sorted(path.name for path in (ROOT / "changelogs/fragments").glob("*.y*ml"))
    version = galaxy["version"]
    found = []
    placeholders = [name for name in ADDRESSES if "example.com" in galaxy[name]]
    if placeholders:
        found.append(f"Set public addresses in galaxy.yml: {', '.join(placeholders)}.")
    pages = [name for name in PAGES if "example.com/datascan" in (ROOT / name).read_text(encoding="utf-8")]
    if pages:
        found.append(f"Set public addresses in {', '.join(pages)}.")
    if version not in changelog["releases"]:
        found.append(f"The changelog has no release {version}: run antsibull-changelog release.")
    if fragments:
        found.append(f"Changelog fragments are left: {', '.join(fragments)}.")
    if git("status", "--porcelain"):
        found.append("Commit what is not committed.")
    if git("tag", "--list", version):
        found.append(f"The tag {version} exists already.")
    return found


if __name__ == "__main__":
    left = reasons()
    print("\n".join(left) or "Ready to be tagged.")
    sys.exit(bool(left))
