# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put this checkout at DEST/ansible_collections/datascan/gate, which is where Ansible looks for a collection."""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSIDE = Path("ansible_collections", "datascan", "gate")
# What a tree without git (an unpacked archive) may hold besides its files.
NOT_FILES = {".work", ".git", ".venv", "__pycache__"}


def files() -> list[Path]:
    """Return every file that is tracked, or untracked and not ignored, relative to the root."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-coz", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
        found = {Path(os.fsdecode(name)) for name in names.split(b"\0") if name}
    else:
        found = {path.relative_to(ROOT) for path in ROOT.rglob("*")}
        found = {path for path in found if not NOT_FILES.intersection(path.parts)}
    # git still lists a file that was deleted and not yet committed.
    return sorted(path for path in found if (ROOT / path).is_file())


def digest() -> str:
    """Return a hash of all names, modes and contents."""
    total = hashlib.sha256()
    for path in files():
        content = (ROOT / path).read_bytes()
        total.update(f"{path}\0{os.access(ROOT / path, os.X_OK)}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def copy(dest: Path) -> None:
    """Copy the files below dest."""
    for path in files():
        target = dest / INSIDE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, target)


def link(dest: Path) -> None:
    """Link the checkout below dest, for tools that read only."""
    target = dest / INSIDE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    target.symlink_to(ROOT)


def main() -> None:
    """Read the command line and do the one thing it asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--copy", type=Path, metavar="DEST", help="Copy the files there.")
    what.add_argument("--link", type=Path, metavar="DEST", help="Make a symbolic link there.")
    what.add_argument("--digest", action="store_true", help="Print a hash of the files.")
    args = parser.parse_args()
    if args.copy:
        copy(args.copy)
    elif args.link:
        link(args.link)
    else:
        print(digest())


if __name__ == "__main__":
    main()
