# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protecto's bodies: the answer to a start, and scans in an answer about several."""

from __future__ import annotations

import typing as t

from ...compat.pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from ..records import InvalidRecord, VendorRecord, parse_each


def _as_list(value: t.Any) -> t.Any:
    items = [value] if isinstance(value, dict) else value
    return [_with_plain_keys(item) for item in items] if isinstance(items, list) else items


def _with_plain_keys(item: t.Any) -> t.Any:
    """A scan with the names of its fields as the document's example has them: its list of fields has `Submitted_at`.

    Raises ValueError for a key that comes twice.
    """
    if not isinstance(item, dict):
        return item
    plain = {_plain_key(key): value for key, value in item.items()}
    if len(plain) != len(item):
        raise ValueError("a scan has a key twice")
    return plain


def _plain_key(key: str) -> str:
    name = key.strip()
    return name.lower() if name.lower() in StatusItem.model_fields else name


class StatusItem(VendorRecord):
    """A scan as Protecto sends it, without the fields with sampled values."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, str_strip_whitespace=True)

    state_keys: t.ClassVar[t.Collection[str]] = ("status", "request_status")
    tracking_id: str = Field(min_length=1)
    status: str | None = None
    request_status: str | None = None  # the same under its later name
    process_started_at: t.Any = None
    process_ended_at: t.Any = None

    @property
    def statuses(self) -> list[str]:
        """The status under its names, which may differ."""
        return [status.strip() for status in (self.request_status, self.status) if status and status.strip()]


class SubmittedEnvelope(BaseModel):
    """The body of the response to a start. One scan comes as an object or as a list."""

    model_config = ConfigDict(extra="ignore")

    data: t.Annotated[list[StatusItem], BeforeValidator(_as_list)]


class StatusEnvelope(BaseModel):
    """The body of a response about scans, each of which is parsed on its own."""

    model_config = ConfigDict(extra="ignore")

    data: t.Annotated[list[t.Any], BeforeValidator(_as_list)]


def parse_records(data: t.Any) -> list[StatusItem | InvalidRecord]:
    return parse_each(StatusEnvelope.model_validate(data).data, StatusItem.model_validate, "tracking_id")


def parse_submitted(data: t.Any) -> list[StatusItem]:
    """Without a tracking id it is unknown whether a scan was started."""
    items = SubmittedEnvelope.model_validate(data).data
    if not items:
        raise ValueError("data contains no tracking_id")
    return items
