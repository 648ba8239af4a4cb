# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One scan, by its id."""

from __future__ import annotations

import typing as t

from .. import schemas
from .._core.errors import DatascanError
from .._core.operations.status import StatusRequest, read_status
from .._core.rendering import to_plain
from ..protocol.schema import Schema
from ..protocol.values import Values
from .reading import VendorData


class ScanData(VendorData):
    """A scan as the vendor shows it now. One that the vendor does not know is an error."""

    schema: t.ClassVar[Schema] = schemas.DATA_SOURCES["datascan_scan"]

    def read(self, config: Values) -> Values:
        """The scan."""
        request = StatusRequest([config["id"]], count_issues=bool(config["count_issues"]))
        try:
            result = read_status(self.provider.context(self.call), request)
        except DatascanError as error:
            error = error.with_message(error.message.replace("scan_ids: ", "id: ", 1))
            raise self.failure(error, "The scan cannot be read", ("id",)) from None
        (scan,) = self.without_samples(result.scans or ())
        return {**config, **self.provider.shown(to_plain(scan)), "id": config["id"]}
