# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of Glasswall's scans. They are generated on request, and always the same."""

from __future__ import annotations

import base64
import hashlib
import uuid
from typing import Any

from ..lifecycle import keyword
from .glasswall_scans import GlasswallSettings, Scan


def files_of(scan: Scan, settings: GlasswallSettings) -> list[dict[str, Any]]:
    """Every file of a scan. Those that were not rebuilt come first, by turns due to policy and to an error."""
    issues = settings.issues if keyword(scan.source_path) == "issues" else 0
    return [_file(scan, number, issues) for number in range(1, max(settings.files, issues) + 1)]


def _file(scan: Scan, number: int, issues: int) -> dict[str, Any]:
    location = f"supported/{number}/test.png"
    return {
        "fileLocation": location,
        "fileSize": 123_456,
        "fileHash": base64.b64encode(hashlib.sha256(location.encode()).digest()).decode(),
        "fileId": str(uuid.uuid5(uuid.UUID(scan.scan_id), location)),
        "status": "Rebuilt" if number > issues else ("Failed", "Errored")[(number - 1) % 2],
    }
