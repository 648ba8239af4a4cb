# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the get-pip script that ansible-test would download for each of its virtual environments.

Copies the pip that sanity.sh has put next to this script, which is pure Python and takes a tenth of the time of
ensurepip. The packages and options that ansible-test passes are those of get-pip, and are not needed.
"""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

if __name__ == "__main__":
    shutil.copytree(Path(__file__).parent / "site", sysconfig.get_path("purelib"), dirs_exist_ok=True)
