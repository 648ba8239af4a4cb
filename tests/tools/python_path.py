# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print a PATH on which every pythonX.Y works.

ansible-test uses each one that it finds, but a version manager leaves entries that only print which version to install,
and some systems leave out ensurepip. A folder with such an entry is replaced by links to all its other entries.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path


def works(python: Path) -> bool:
    """Whether this interpreter starts, and can create a virtual environment.

    ansible-test passes on little more than these two variables, which some version managers cannot work with.
    """
    command = [python, "-c", "import venv"]
    env = {"HOME": os.environ["HOME"], "PATH": os.environ["PATH"]}
    try:
        return subprocess.run(command, env=env, capture_output=True, check=False, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def without(folder: Path, names: set[str], links: Path) -> Path:
    """Fill links with links to the entries of folder except these names."""
    links.mkdir()
    for entry in folder.iterdir():
        if entry.name not in names:
            (links / entry.name).symlink_to(entry)
    return links


def main() -> None:
    """Print the PATH; the one argument is a folder for links."""
    parent = Path(sys.argv[1])
    parent.mkdir()
    folders = [Path(name).absolute() for name in os.get_exec_path() if Path(name).is_dir()]
    for index, folder in enumerate(folders):
        pythons = [path for path in folder.glob("python3.*") if re.fullmatch(r"python3\.\d+", path.name)]
        broken = {path.name for path in pythons if not works(path)}
        if broken:
            folders[index] = without(folder, broken, parent / str(index))
    print(os.pathsep.join(map(str, folders)))


if __name__ == "__main__":
    main()
