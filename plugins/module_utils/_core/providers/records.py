# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of a list, read one by one: one that cannot be read must not hide the others, nor get lost itself."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from dataclasses import dataclass

from ..compat.pydantic import reason
from ..errors import InvalidResponseError

T = t.TypeVar("T")


@dataclass(frozen=True)
class InvalidRecord:
    """A record that cannot be read; `scan_id` is None where not even its id can be."""

    scan_id: str | None
    why: str
    data: t.Any

    def text(self, key: str) -> str | None:
        """One of its fields, as far as that is a text."""
        value = self.data.get(key) if isinstance(self.data, dict) else None
        return value.strip() or None if isinstance(value, str) else None

    def sentence(self, vendor: str) -> str:
        """For a warning or an error."""
        if self.scan_id is None:
            return f"{vendor} sent a scan whose id cannot be read ({self.why})."
        return f"What {vendor} sent of scan {self.scan_id} cannot be read ({self.why})."

    def error(self, vendor: str) -> InvalidResponseError:
        """What stands in the place of the scan."""
        return InvalidResponseError(self.sentence(vendor))


def read_each(items: list[t.Any], read: Callable[[t.Any], T], id_key: str) -> list[T | InvalidRecord]:
    """Each record of a list; ValueError where not one has an id, for then it is the list that cannot be read."""
    records: list[T | InvalidRecord] = []
    for item in items:
        try:
            records.append(read(item))
        except ValueError as error:
            records.append(InvalidRecord(_id_of(item, id_key), reason(error), item))
    unread = [record for record in records if isinstance(record, InvalidRecord)]
    if unread and len(unread) == len(records) and all(record.scan_id is None for record in unread):
        raise ValueError(f"not one scan of {len(records)} has an id that can be read: {unread[0].why}")
    return records


def _id_of(item: t.Any, key: str) -> str | None:
    """A text, or a whole number as ids may be."""
    value = item.get(key) if isinstance(item, dict) else None
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    return str(value).strip() or None
