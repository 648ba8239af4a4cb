# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's scans, as the status, the record, the list and the answer to a start show them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from ..clock import iso
from ..lifecycle import Timeline, keyword
from .bigid_settings import BigIDSettings


@dataclass
class Scan:
    profile: str
    scan_type: str
    origin: str
    owner: str
    started: float
    timeline: Timeline
    scan_id: str = field(default_factory=lambda: secrets.token_hex(12))
    source: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)

    def state(self, now: float) -> str:
        return self.timeline.word(now - self.started)

    @property
    def secret_key(self) -> str:
        """A secret, which stands in the middle of a scan's public fields."""
        return f"scan-secret-{self.scan_id[::-1]}"

    @property
    def silent(self) -> bool:
        """Whether the scan reports only that it has stopped, never how it ended."""
        return keyword(self.profile) == "silent"

    def row(self, now: float, settings: BigIDSettings) -> dict[str, Any]:
        """The scan as its record and the list of parent scans show it."""
        keys = {"both": ("_id", "id")}.get(settings.id_key, (settings.id_key,))
        row: dict[str, Any] = dict.fromkeys(keys, self.scan_id)
        row["name"] = self.profile
        if not self.silent:
            row["state"] = self.state(now)
        row["scanType"] = self.scan_type
        if settings.profile_names:
            row["scanProfileName"] = self.profile
        row["scanOrigin"] = self.origin
        row["executedBy"] = self.owner
        row["scanSecretKey"] = self.secret_key
        row["created_at"] = iso(self.started, fraction=True)
        row["updated_at"] = iso(self._changed(now), fraction=True)
        return {**row, **self.fields}

    def started_form(self, now: float) -> dict[str, Any]:
        """The whole scan, as the answer to a start has it, which lacks the name of the profile."""
        ended = self.timeline.ended(now - self.started)
        return {
            "_id": self.scan_id,
            "id": self.scan_id,
            "name": self.profile,
            "state": self.state(now),
            "scanPageState": self.state(now),
            "type": self.scan_type,
            "origin": self.origin,
            "created_at": iso(self.started, fraction=True),
            "updated_at": iso(self._changed(now), fraction=True),
            "info": {},
            "scan_progress_status": self.state(now),
            "dsConnectionList": [self.source] if self.source else [],
            "executedBy": self.owner,
            "es_stat_started": False,
            "es_stat_completed": False,
            "correlation_completed_dt": iso(now, fraction=True) if ended else None,
            "scanSecretKey": self.secret_key,
        }

    def source_form(self, now: float) -> dict[str, Any]:
        """The scan as its data source shows it."""
        return {
            "dsConnectionName": self.source,
            "isSampleScan": False,
            "isScheduled": False,
            "scanProfileName": self.profile,
            "scanType": self.scan_type,
            "state": self.state(now),
        }

    def insight(self, now: float) -> dict[str, Any]:
        """What the scan has found."""
        summary = {"scanId": self.scan_id, "state": self.state(now), "scannedObjects": 0, "findings": 0}
        return {"scanInsight": {"scanSummary": summary}}

    def _changed(self, now: float) -> float:
        return self.started + min(now - self.started, self.timeline.length)
