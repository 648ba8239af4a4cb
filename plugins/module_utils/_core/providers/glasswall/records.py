# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glasswall's records: a scan, a page of a list of scans, and the keys that compare sources and targets."""

from __future__ import annotations

import typing as t

from ...compat.pydantic import BaseModel, BeforeValidator, ConfigDict, Field, to_camel
from ...models import Scan
from ..paging import parse_total
from ..records import InvalidRecord, parse_each

_Total = t.Annotated[t.Optional[int], BeforeValidator(parse_total)]


class _GlasswallModel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", coerce_numbers_to_str=True)


class ScanStatusItem(_GlasswallModel):
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


class PageLinks(_GlasswallModel):
    """The links to other pages; only their number is used."""

    total_pages: _Total = None


def _object_or_none(value: t.Any) -> t.Any:
    return value if isinstance(value, dict) else None


class ScanStatusItemList(_GlasswallModel):
    """One page of a list of scans, each of which is parsed on its own."""

    scans: list[t.Any]
    total: _Total = None
    page_links: t.Annotated[t.Optional[PageLinks], BeforeValidator(_object_or_none)] = None


Record = t.Union[ScanStatusItem, InvalidRecord]


def parse_page(data: t.Any) -> tuple[ScanStatusItemList, list[Record]]:
    """A page, and its records."""
    page = ScanStatusItemList.model_validate(data)
    return page, parse_each(page.scans, ScanStatusItem.model_validate, "scanId")


def location_keys(record: InvalidRecord) -> tuple[str | None, str | None]:
    """Source and target of an invalid record; None for a part that cannot be read either."""
    hosts = record.text("sourceStorage"), record.text("targetStorage")
    containers = record.text("sourceContainerPath"), record.text("targetContainerPath")
    source, target = (location_key(*parts) if all(parts) else None for parts in zip(hosts, containers, strict=True))
    return source, target


def could_match(record: InvalidRecord, wanted: Scan) -> bool:
    """Whether an invalid record may have the source and target of a scan: what can be read does not differ."""
    source, target = location_keys(record)
    return source in (None, wanted.source) and target in (None, wanted.target)


def matches(scan: Scan, wanted: Scan) -> bool:
    """Whether a scan has the source and target of another."""
    return (scan.source, scan.target) == (wanted.source, wanted.target)


def location_key(host: str | None, container: str | None) -> str | None:
    """A storage account's host and a container in it, normalized so that two of them can be compared."""
    if not host and not container:
        return None
    return f"{(host or '').lower()}/{(container or '').strip('/ ')}"
