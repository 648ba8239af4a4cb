# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all data sources have in common."""

from __future__ import annotations

from collections.abc import Iterable

from .._core.errors import DatascanError, InvalidInputError
from .._core.models import Scan
from ..protocol.diagnostics import Path, ProviderError
from ..protocol.provider import DataSource
from ..protocol.values import UNKNOWN, Values
from ..resources.scan_state import WITHHELD
from ..targets import VENDORS, holds_samples
from ..vendor_access import VendorAccess
from ..wording import path_of


class VendorData(DataSource):
    """A data source that asks the vendor of the provider's configuration."""

    provider: VendorAccess

    def failure(self, error: DatascanError, summary: str, path: Path = ()) -> ProviderError:
        """An error of the core for the user, at the attribute that its message begins with, or else at the path."""
        return self.provider.failure(error, summary, path_of(error.message, self.schema.attributes) or path)

    def check_one_of(self, config: Values, first: str, second: str, summary: str) -> None:
        """Raise ProviderError unless one of two attributes is set. Where one is not known yet, it may be null."""
        values = (config[first], config[second])
        given = [value for value in values if value is not None]
        if len(given) != 1 and not any(value is UNKNOWN for value in values):
            found = "both are" if given else "neither is"
            error = InvalidInputError(f"Set either {first} or {second}: {found} set.")
            raise self.provider.failure(error, summary, (first,))

    def without_samples(self, scans: Iterable[Scan]) -> list[Scan]:
        """The scans without reasons that may quote sampled values: nothing here knows those, so none can be masked."""
        return [
            scan.model_copy(update={"error": WITHHELD})
            if scan.error and scan.provider in VENDORS and holds_samples(VENDORS[scan.provider])
            else scan
            for scan in scans
        ]
