# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the scans of a list read and write, also if the record that counts does not show it."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable

from ...models import Scan
from ..records import InvalidRecord
from .records import ParseRecords, Record


class KnownPlaces:
    """The sources and targets of listed scans: of several records of one scan, the worst may be one without them."""

    def __init__(self, parse: ParseRecords) -> None:
        """`parse` makes records of the items of a page."""
        self._parse = parse
        self._known: dict[str, Scan] = {}
        self._without: dict[str, Scan] = {}

    def parse(self, items: list[t.Any]) -> list[Record]:
        """The records of a page, whose places are remembered."""
        records = self._parse(items)
        for record in records:
            if not isinstance(record, InvalidRecord) and record.source:
                self._known[record.id] = record
        return records

    def complete(self, records: Iterable[Record]) -> list[Record]:
        """The records with the places that are known, after earlier records whose places a later page has shown."""
        late = [self._without.pop(scan_id) for scan_id in list(self._without) if scan_id in self._known]
        found = [
            record if isinstance(record, InvalidRecord) else self.complete_scan(record) for record in (*late, *records)
        ]
        self._without.update(
            (record.id, record) for record in found if not isinstance(record, InvalidRecord) and not record.source
        )
        return found

    def complete_scan(self, scan: Scan) -> Scan:
        """The scan with its places, if a record shows them."""
        known = self._known.get(scan.id)
        if scan.source or known is None:
            return scan
        return scan.model_copy(update={"source": known.source, "target": scan.target or known.target})
