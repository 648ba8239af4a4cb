# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated pages agree with the registry of vendors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_core

GENERATE = Path(__file__).resolve().parents[2] / "tools/generate.py"


def test_no_page_has_drifted_from_the_registry() -> None:
    done = subprocess.run([sys.executable, "-B", GENERATE, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
