# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source as the engine runs it: its file alone."""

from __future__ import annotations

import runpy
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]


def source_file() -> dict[str, t.Any]:
    """The names that the file of the event source defines."""
    return runpy.run_path(str(ROOT / "extensions/eda/plugins/event_source/scans.py"))
