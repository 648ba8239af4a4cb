# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glasswall's scans: their fields, and how their states change."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any, Literal

from ..clock import Clock, iso
from ..lifecycle import Course, Timeline, keyword
from ..settings import Settings
from .sas import Problem, Storage, expired

ACTIVE = ("Listing", "Processing")


class GlasswallSettings(Settings):
    listing_seconds: float = 1
    """How long a scan is Listing."""
    processing_seconds: float = 2
    """How long it is Processing."""
    cancel_processing_seconds: float = 0
    """How long it stays Processing after a cancel."""
    cancel_body: Literal["old", "new"] = "old"
    # Which status the answer to a cancel shows; the document shows the old one.
    """The status in the answer to a cancel: `old`, `new`."""
    end_time_while_processing: bool = True
    # The document's example has an end time while it is still Processing.
    """Whether a scan has an end time while it is Processing."""
    root_parent: Literal["absent", "none"] = "absent"
    """parentScan of a scan that is not a rescan: `absent`, `none` (null)."""
    no_children: Literal["none", "absent", "empty"] = "none"
    """childScans without children: `none` (null), `absent`, `empty`."""
    auto_rescan_answer: Literal["echo", "always"] = "echo"
    """autoRescan in answers: `echo` of the start, or `always` true."""
    start_status: Literal[200, 201, 202] = 200
    """200, 201 or 202."""
    forbidden_status: Literal[401, 403] = 401
    # The document knows only 401.
    """The answer to a standard user for /scans/allusers: 401, 403."""
    validate_sas: bool = True
    """Whether connection strings are checked."""
    page_size_default: int = 50
    """Number of scans on a page."""
    page_size_max: int = 1000
    """Maximum number of scans on a page."""
    page_links: Literal["broken", "well_formed", "absolute"] = "broken"
    """`broken` as in the document, `well_formed`, `absolute`."""
    past_the_end: Literal["last", "empty"] = "last"
    """The page after the last: `last` again, or `empty`."""
    send_total: bool = True
    """Whether a list has a total."""
    list_order: Literal["newest", "oldest"] = "newest"
    """`newest` or `oldest` first."""
    files: int = 10
    """Number of files of a scan."""
    issues: int = 3
    """Number of files of a scan with the keyword `issues` that were not rebuilt."""
    files_key: str = "files"
    # No document has it.
    """The key of the list of files; empty for a list alone."""
    include_rebuilt: bool = True
    """Whether includeRebuilt=false leaves out the rebuilt files."""
    accept_error_word: bool = False
    # The document lists only Errored there.
    """Whether the query accepts Error as well as Errored."""
    time_fraction: bool = False
    """Whether times have milliseconds."""


@dataclass
class Scan:
    owner: str
    started: float
    timeline: Timeline
    source: Storage
    source_path: str
    target: Storage
    target_path: str
    quarantine_path: str
    auto_rescan: bool = False
    parent: str | None = None
    scan_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    children: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    """Fields of the answer that a test set."""
    auto_done: bool = False

    def status(self, now: float) -> str:
        return self.timeline.word(now - self.started)

    def active(self, now: float) -> bool:
        return self.status(now) in ACTIVE

    def as_json(self, now: float, settings: GlasswallSettings) -> dict[str, Any]:
        ended = self.started + self.timeline.length if self.timeline.ended(now - self.started) else None
        if ended is None and self.status(now) == "Processing" and settings.end_time_while_processing:
            ended = self.started
        body: dict[str, Any] = {
            "scanOwner": self.owner,
            "scanId": self.scan_id,
            "scanStatus": self.status(now),
            "scanStartTime": iso(self.started, fraction=settings.time_fraction),
            "scanEndTime": None if ended is None else iso(ended, fraction=settings.time_fraction),
            "sourceStorage": self.source.host,
            "sourceContainerPath": self.source_path,
            "targetStorage": self.target.host,
            "targetContainerPath": self.target_path,
            "quarantineContainerPath": self.quarantine_path,
            "autoRescan": settings.auto_rescan_answer == "always" or self.auto_rescan,
        }
        if self.parent or settings.root_parent == "none":
            body["parentScan"] = self.parent
        if self.children or settings.no_children != "absent":
            body["childScans"] = self.children or (None if settings.no_children == "none" else [])
        return {**body, **self.fields}


def timeline_for(path: str, settings: GlasswallSettings, *, again: bool = False) -> Timeline:
    """The last part of the source path chooses what a scan does."""
    course = Course(
        waiting=("Listing", settings.listing_seconds),
        working=("Processing", settings.processing_seconds),
        done="Completed",
        ends={"error": "Error", "errored": "Errored", "cancelled": "Cancelled"},
        stays={"unknown": "Unknown"},
    )
    return course.timeline(path, again=again)


class ScanStore:
    """Every scan, in the order in which they were created."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.by_id: dict[str, Scan] = {}

    def add(self, scan: Scan) -> Scan:
        self.by_id[scan.scan_id] = scan
        return scan

    def settle(self, settings: GlasswallSettings) -> None:
        """Start the automatic rescans that are due."""
        now = self.clock.now()
        for scan in list(self.by_id.values()):
            due = scan.auto_rescan and not scan.auto_done and scan.parent is None
            if due and scan.status(now) == "Completed":
                scan.auto_done = True
                self.rescan(scan, scan.started + scan.timeline.length, settings)

    def rescan(self, parent: Scan, moment: float, settings: GlasswallSettings) -> Scan:
        child = Scan(
            owner=parent.owner,
            started=moment,
            timeline=timeline_for(parent.source_path, settings, again=True),
            source=parent.source,
            source_path=parent.source_path,
            target=parent.target,
            target_path=parent.target_path,
            quarantine_path=parent.quarantine_path,
            parent=parent.scan_id,
        )
        parent.children.append(child.scan_id)
        return self.add(child)

    def rescan_problems(self, parent: Scan) -> list[Problem]:
        """A rescan uses the connection strings of the first scan, which may have expired since."""
        now = self.clock.now()
        sides = (("source", parent.source), ("destination", parent.target))
        late = [expired(side) for side, storage in sides if storage.expires is not None and storage.expires <= now]
        return late or ([expired("source")] if keyword(parent.source_path) == "expired" else [])

    def cancel(self, scan: Scan, settings: GlasswallSettings) -> None:
        """End the listing now. Files that were already listed may be processed for a while."""
        steps = [("Listing", self.clock.now() - scan.started)]
        if settings.cancel_processing_seconds:
            steps.append(("Processing", settings.cancel_processing_seconds))
        scan.timeline = Timeline(tuple(steps), "Cancelled")
