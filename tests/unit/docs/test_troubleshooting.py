# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/troubleshooting.md explains every error kind, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.datascan.gate.plugins.module_utils._core import errors

PAGE = Path(__file__).resolve().parents[3] / "docs" / "troubleshooting.md"


def test_every_error_kind_is_explained() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("<!-- kinds -->")[2].partition("<!-- end of kinds -->")[0]
    kinds = {kind.kind for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "kind")}
    assert set(re.findall(r"^\| `(\w+)`", table, re.M)) == kinds
