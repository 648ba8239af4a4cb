# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glasswall's records: a scan, a page of a list of scans, and the keys that compare sources and targets."""

from __future__ import annotations

import re
import typing as t
import uuid
from collections.abc import Callable
from dataclasses import replace

from ...compat.pydantic import BaseModel, BeforeValidator, ConfigDict, Field, to_camel
from ...models import Scan, ShownText
from ..paging import parse_total
from ..records import InvalidRecord, VendorRecord
from .azure_sas import storage_key

# Python's UUID reads digits of any script, and ignores what stands between them.
_UUID = re.compile(r"(?:urn:uuid:)?\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?", re.ASCII | re.IGNORECASE)
_USUAL_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def normalize_id(scan_id: t.Any) -> t.Any:
    """A UUID in its usual form. Another value stays as it is."""
    if not isinstance(scan_id, str):
        return scan_id
    text = scan_id.strip()
    if _USUAL_UUID.fullmatch(text):  # nearly all are: this takes a fifth of the time
        return text
    return str(uuid.UUID(text)) if is_uuid(text) else text


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in one of its forms."""
    return _UUID.fullmatch(text) is not None


def _ids(value: t.Any) -> list[str]:
    """The ids of a list; an item that is not a text costs itself only."""
    return [normalize_id(item) for item in value if isinstance(item, str)] if isinstance(value, list) else []


_Total = t.Annotated[t.Optional[int], BeforeValidator(parse_total)]


class _GlasswallModel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", coerce_numbers_to_str=True)


class ScanStatusItem(VendorRecord, _GlasswallModel):
    """A scan as Glasswall sends it."""

    state_keys: t.ClassVar[t.Collection[str]] = ("scanStatus",)
    scan_id: t.Annotated[str, Field(pattern=r"\S"), BeforeValidator(normalize_id)]
    scan_status: str
    scan_owner: ShownText = None
    scan_start_time: t.Any = None
    scan_end_time: t.Any = None
    source_storage: str | None = None
    source_container_path: str | None = None
    target_storage: str | None = None
    target_container_path: str | None = None
    parent_scan: t.Annotated[t.Optional[str], BeforeValidator(normalize_id)] = None
    child_scans: t.Annotated[list[str], BeforeValidator(_ids)] = []


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


Record = t.Union[Scan, InvalidRecord]  # of a list
ParseRecords = Callable[["list[t.Any]"], "list[Record]"]


def parse_page(data: t.Any, parse_records: ParseRecords) -> tuple[ScanStatusItemList, list[Record]]:
    """A page, and its records."""
    page = ScanStatusItemList.model_validate(data)
    records = parse_records(page.scans)
    return page, [_with_normal_id(record) if isinstance(record, InvalidRecord) else record for record in records]


def _with_normal_id(record: InvalidRecord) -> InvalidRecord:
    return replace(record, scan_id=normalize_id(record.scan_id))


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


def lacks_account(scan: Scan, wanted: Scan) -> bool:
    """Whether a scan may be of the same source and target, and its records do not name the accounts of one host."""
    pairs = [(scan.source, wanted.source), (scan.target, wanted.target)]
    return all(found in (key, _without_account(key)) for found, key in pairs)


def _without_account(key: str | None) -> str | None:
    """The key of the same container where only the host of the storage is known."""
    storage, _slash, container = (key or "").rpartition("/")
    host = storage.partition("/")[0].partition(":")[0]
    return f"{host}/{container}" if "/" in storage else key


def location_key(storage: str | None, container: str | None) -> str | None:
    """A storage account and a container in it, normalized so that two of them can be compared."""
    if not storage and not container:
        return None
    return f"{storage_key(storage or '')}/{(container or '').strip('/ ')}"
