# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the answers of a wait are about the scans that the wait is for: an id alone does not prove that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import DatascanError, InvalidResponseError
from ..models import Scan, other_place
from .context import OperationContext


class IdentifiedScans:
    """Reads scans, and refuses an answer that names another source or target than an earlier record of the scan."""

    def __init__(self, context: OperationContext, known: Mapping[str, Scan]) -> None:
        """`known` are the scans as they were started or read before, by their ids."""
        self._context = context
        self._known = dict(known)

    def get_many(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """Many scans at once; an error takes the place of a scan that cannot be read or is another one."""
        answers = self._context.get_many(scan_ids)
        return {scan_id: self._fault(scan_id, answer) or answer for scan_id, answer in answers.items()}

    def _fault(self, scan_id: str, answer: Scan | DatascanError) -> InvalidResponseError | None:
        if isinstance(answer, DatascanError):
            return None
        known = self._known.get(scan_id)
        if known is answer:
            return None
        why = other_place(answer, known) if known else None
        if why:
            title = self._context.provider.title
            return InvalidResponseError(f"{title} answered about another scan with the id {scan_id}: {why}.")
        if known is None or (known.source, known.target) == (None, None):
            self._known[scan_id] = answer
        return None
