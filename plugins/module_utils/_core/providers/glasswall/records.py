# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Glasswall says of scans: a scan, a page of a list of them, and the places that a scan is from and to."""

from __future__ import annotations

import typing as t

from ...compat.pydantic import BaseModel, ConfigDict, Field, to_camel
from ...models import Scan
from ..records import InvalidRecord, read_each


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", coerce_numbers_to_str=True)


class ScanStatusItem(_Wire):
    """A scan as Glasswall sends it."""

    scan_id: str = Field(pattern=r"\S")
    scan_status: str
    scan_owner: str | None = None
    scan_start_time: str | None = None
    scan_end_time: str | None = None
    source_storage: str | None = None
    source_container_path: str | None = None
    target_storage: str | None = None
    target_container_path: str | None = None
    parent_scan: str | None = None
    child_scans: list[str] | None = None


class PageLinks(_Wire):
    """Of the page links only their number is of use."""

    total_pages: int | None = None


class ScanStatusItemList(_Wire):
    """One page of a list of scans, each of which is read on its own."""

    scans: list[t.Any]
    total: int | None = None
    page_links: PageLinks | None = None


Record = t.Union[ScanStatusItem, InvalidRecord]


def parse_page(data: t.Any) -> tuple[ScanStatusItemList, list[Record]]:
    """A page, and its records."""
    page = ScanStatusItemList.model_validate(data)
    return page, read_each(page.scans, ScanStatusItem.model_validate, "scanId")


def places(record: InvalidRecord) -> tuple[str | None, str | None]:
    """Source and target of a record that cannot be read; None where that part cannot be read either."""
    hosts = record.text("sourceStorage"), record.text("targetStorage")
    containers = record.text("sourceContainerPath"), record.text("targetContainerPath")
    source, target = (place(*parts) if all(parts) else None for parts in zip(hosts, containers, strict=True))
    return source, target


def could_match(record: InvalidRecord, wanted: Scan) -> bool:
    """Whether it may be a scan of these: what can be read of it says nothing else."""
    source, target = places(record)
    return source in (None, wanted.source) and target in (None, wanted.target)


def matches(scan: Scan, wanted: Scan) -> bool:
    """Whether a scan has the source and target of another."""
    return (scan.source, scan.target) == (wanted.source, wanted.target)


def place(host: str | None, container: str | None) -> str | None:
    """A storage account's host and a container in it, written one way, so that places can be compared."""
    if not host and not container:
        return None
    return f"{(host or '').lower()}/{(container or '').strip('/ ')}"


def is_last_page(page: ScanStatusItemList, number: int, seen: int) -> bool:
    """Whether everything that the page says agrees that nothing follows."""
    counted = page.total is None or seen == page.total  # fewer than were seen is a total that lies
    if page.page_links is None:  # left out where all fits on one page
        return counted
    pages = page.page_links.total_pages
    return counted and page.total is not None and (pages is None or number >= pages)
