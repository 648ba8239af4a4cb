# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and responses of Glasswall, for tests of behaviour that all vendors share."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from scripted_vendor import Expected

SAS = (
    "BlobEndpoint=https://acct.blob.core.windows.net/;SharedAccessSignature=sv=2022-11-02&ss=b&srt=sco&sp=rwlc"
    "&st=2022-01-01T00:00:00Z&se=2099-01-01T00:00:00Z&spr=https&sig=ZmFrZQ%3D%3D"
)
SCAN_ID = "83d71394-faa2-4b6c-b13b-6d3118de459e"
CHILD_ID = "f18eda36-7eb5-477a-a1b1-51c71ab2ba81"
# How messages name the scan of TARGET.
LABEL = f"acct.blob.core.windows.net/uploads \u2192 acct.blob.core.windows.net/clean ({SCAN_ID})"
SCAN_PATH = f"/api/v1/scans/{SCAN_ID}"
ACTIVE_ONLY = (
    *(("scanStatus", "Listing"), ("scanStatus", "Processing"), ("scanStatus", "Unknown")),
    *(("pageSize", "100"), ("page", "1")),
)
TARGET = {
    "source_connection_string": SAS,
    "source_container_path": "uploads",
    "destination_connection_string": SAS,
    "target_container_path": "clean",
    "quarantine_container_path": "quarantine",
    "auto_rescan": False,
}


def item(status: str = "Processing", scan_id: str = SCAN_ID, **fields: t.Any) -> dict[str, t.Any]:
    """A scan of TARGET as Glasswall sends it."""
    return {
        "scanOwner": "ci",
        "scanId": scan_id,
        "scanStatus": status,
        "scanStartTime": "2026-01-01T00:00:00Z",
        "scanEndTime": None,
        "sourceStorage": "acct.blob.core.windows.net",
        "sourceContainerPath": "uploads",
        "targetStorage": "acct.blob.core.windows.net",
        "targetContainerPath": "clean",
        "quarantineContainerPath": "quarantine",
        "autoRescan": False,
        "childScans": None,
        **fields,
    }


def page(*items: dict[str, t.Any], **fields: t.Any) -> dict[str, t.Any]:
    """A list of scans that fits on one page."""
    return {"total": len(items), "scans": list(items), **fields}


def read_response(status: str, scan_id: str = SCAN_ID, **fields: t.Any) -> Expected:
    """A request for one scan, and its response."""
    return Expected("GET", f"/api/v1/scans/{scan_id}", answer=item(status, scan_id, **fields))


def missing_responses(scan_id: str = SCAN_ID) -> list[Expected]:
    """A request for a scan that does not exist, and the list, which shows that api_url is right."""
    query = [("pageSize", "1"), ("page", "1")]
    gone = Expected("GET", f"/api/v1/scans/{scan_id}", 404, "")
    return [gone, Expected("GET", "/api/v1/scans", answer=page(), query=query)]


def list_response(
    *items: dict[str, t.Any], query: Sequence[tuple[str, str]] | None = ACTIVE_ONLY, **fields: t.Any
) -> Expected:
    """A request for the list of own scans. By default, it filters for running scans."""
    return Expected("GET", "/api/v1/scans", answer=page(*items), query=query, **fields)


def start_response(answer: t.Any, status: int = 200, **fields: t.Any) -> Expected:
    """A start of TARGET."""
    body = {
        "sourceConnectionString": SAS,
        "sourceContainerPath": "uploads",
        "destinationConnectionString": SAS,
        "targetContainerPath": "clean",
        "quarantineContainerPath": "quarantine",
        "autoRescan": False,
    }
    return Expected("POST", "/api/v1/scans", status, answer, body=body, **fields)


def running(status: str = "Processing", scan_id: str = SCAN_ID, **fields: t.Any) -> dict[str, t.Any]:
    """A scan of TARGET that has been running for an hour, so that no election is needed."""
    return item(status, scan_id, **{"scanStartTime": "2025-12-31T23:00:00Z", **fields})


# A scan that was just started. Its time has a fraction of a second, so one list shows whether it was the first.
NEW_ITEM = item("Listing", scanStartTime="2026-01-01T00:00:00.5Z")
# The start date of that list's query: a minute before the start was sent, because clocks differ.
RECENT_QUERY = [("startDate", "2025-12-31T23:59:00Z"), ("pageSize", "100"), ("page", "1")]


def start_responses(scan_id: str = SCAN_ID) -> list[Expected]:
    """A start of TARGET, and the list request that finds no other scan."""
    new = {**NEW_ITEM, "scanId": scan_id}
    return [start_response(new), list_response(new, query=RECENT_QUERY)]
