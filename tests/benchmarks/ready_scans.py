# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server whose list of Glasswall scans is bytes that were made before the first request.

The last scan ends, and all others run on. Usage: ready_scans.py SCANS SECONDS, until the last one ends. It prints its
address, and ends when its standard input does.
"""

from __future__ import annotations

import json
import sys
import time
import typing as t
import uuid
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit

from ready_pages import serve, served

PAGE = 100


def served_scans(scans: int, seconds: float) -> AbstractContextManager[str]:
    """The api_url of a server in a process of its own."""
    return served(__file__, str(scans), str(seconds))


def scan_id(number: int) -> str:
    """The id of one of the scans, from 0 on."""
    return str(uuid.UUID(int=uuid.UUID("83d71394-faa2-4b6c-b13b-6d3118de459e").int + 7919 * number))


def _record(number: int, started: float, ended: float | None = None) -> dict[str, t.Any]:
    return {
        "scanOwner": "alice",
        "scanId": scan_id(number),
        "scanStatus": "Processing" if ended is None else "Completed",
        "scanStartTime": _time(started),
        "scanEndTime": None if ended is None else _time(ended),
        "sourceStorage": "sourceaccount.blob.core.windows.net",
        "sourceContainerPath": f"uploads-{number}",
        "targetStorage": "targetaccount.blob.core.windows.net",
        "targetContainerPath": "clean",
        "quarantineContainerPath": "quarantine",
        "autoRescan": False,
        "parentScan": None,
        "childScans": [],
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat()


def _pages(records: list[dict[str, t.Any]]) -> list[bytes]:
    return [
        json.dumps({"total": len(records), "scans": records[first : first + PAGE]}, separators=(",", ":")).encode()
        for first in range(0, len(records), PAGE)
    ]


def main() -> None:
    """Serve the list, and each scan, until the standard input ends."""
    scans, seconds = int(sys.argv[1]), float(sys.argv[2])
    began = time.time()
    end = began + seconds
    others = [_record(number, began - 3600) for number in range(scans - 1)]
    last = [_record(scans - 1, began), _record(scans - 1, began, end)]
    lists = [_pages([*others, record]) for record in last]
    single = [json.dumps(record).encode() for record in last]

    def body_of(address: str) -> bytes:
        has_ended = time.time() >= end
        url = urlsplit(address)
        if not url.path.endswith("/scans"):
            return single[has_ended]
        pages = lists[has_ended]
        return pages[min(int(parse_qs(url.query)["page"][0]), len(pages)) - 1]

    serve(body_of)


if __name__ == "__main__":
    main()
