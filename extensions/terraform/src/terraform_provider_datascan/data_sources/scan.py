# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One scan, by its id."""

from __future__ import annotations

from .._core.errors import DatascanError
from .._core.operations.status import StatusRequest, read_status
from .._core.rendering import to_plain
from ..protocol.provider import DataSource
from ..protocol.values import Values


class ScanData(DataSource):
    """A scan as the vendor shows it now. One that the vendor does not know is an error."""

    def read(self, config: Values) -> Values:
        """The scan."""
        request = StatusRequest([config["id"]], count_issues=bool(config["count_issues"]))
        try:
            result = read_status(self.provider.context(self.call), request)
        except DatascanError as error:
            raise self.provider.failure(error, "The scan cannot be read", ("id",)) from None
        (scan,) = result.scans or ()
        return {**config, **self.provider.shown(to_plain(scan)), "id": config["id"]}
