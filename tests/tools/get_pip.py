# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the get-pip script that ansible-test would download: installs the pip that Python brings along.

ansible-test calls it in a new virtual environment with the packages and options of get-pip, which ensurepip does
not know, so they are dropped.
"""

from __future__ import annotations

import subprocess
import sys

if __name__ == "__main__":
    # In a process of its own, because this one runs inside ansible-test's wrapper around pip.
    command = [sys.executable, "-m", "ensurepip", "--default-pip"]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode:
        print(result.stdout)
    sys.exit(result.returncode)
