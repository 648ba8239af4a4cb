# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scans that a query finds."""

from __future__ import annotations

import typing as t

from .. import schemas
from .._core.errors import DatascanError
from .._core.operations.status import StatusRequest, read_status
from .._core.rendering import to_plain
from ..protocol.schema import Schema
from ..protocol.values import Values
from .queries import read_query
from .reading import VendorData


class ScansData(VendorData):
    """The scans of a vendor that can list them, newest first."""

    schema: t.ClassVar[Schema] = schemas.DATA_SOURCES["datascan_scans"]

    def read(self, config: Values) -> Values:
        """The scans, and whether some may be missing."""
        try:
            missing, counts = config["missing"] or "fail", bool(config["count_issues"])
            request = StatusRequest(query=read_query(config), missing=missing, count_issues=counts)
            result = read_status(self.provider.context(self.call), request)
        except DatascanError as error:
            named = error.with_message(error.message.replace("query.", ""))  # the query's options stand alone here
            raise self.failure(named, "The scans cannot be listed") from None
        scans = self.without_samples(result.scans or ())
        found = {"scans": to_plain(scans), "summary": result.summary, "complete": result.complete}
        return {**config, **self.provider.shown(found)}
