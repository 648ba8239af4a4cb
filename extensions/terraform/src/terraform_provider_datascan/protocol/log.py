# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for Terraform's own log: JSON on standard error, which TF_LOG and TF_LOG_PROVIDER filter by level.

The fields are those of go-hclog, which reads the lines in Terraform's process.
"""

from __future__ import annotations

import contextlib
import json
import os
import typing as t
from datetime import datetime, timezone

Level = t.Literal["trace", "debug", "info", "warn", "error"]

STANDARD_ERROR = 2
LONGEST_MESSAGE = 10_000  # characters, of at most 6 bytes each; go-plugin cuts lines of more than 64 KiB


def write_log(level: Level, message: str) -> None:
    """Write one line. Never raises, because the log's reader may be gone."""
    line = {
        "@level": level,
        "@message": message[:LONGEST_MESSAGE],
        "@module": "datascan",
        "@timestamp": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    # One call of write, so that lines of several threads do not mix.
    with contextlib.suppress(OSError):
        os.write(STANDARD_ERROR, json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
