# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait for scans, which exists once all of them have completed."""

from __future__ import annotations

import typing as t

from .. import schemas
from .._core.errors import DatascanError, InterruptedWaitError, InvalidInputError, ScanNotCompletedError
from .._core.models import Scan, ScanState
from .._core.operations.polling import WaitOptions
from .._core.operations.wait import WaitRequest, wait_for_scans
from .._core.option_reading import read_options
from .._core.options import WAIT_OPTIONS
from .._core.rendering import to_plain
from ..protocol.diagnostics import ProviderError
from ..protocol.provider import Resource
from ..protocol.values import UNKNOWN, Values
from ..vendor_access import VendorAccess
from ..wait_clock import arm
from ..wording import path_of

_SCHEMA: t.Final = schemas.RESOURCES["datascan_wait"]


class WaitResource(Resource):
    """See its schema."""

    schema = _SCHEMA
    provider: VendorAccess

    def validate(self, config: Values) -> None:
        """Refuse times that are not possible, and a list without ids."""
        try:
            self._options(config)
            _check_ids(config["scan_ids"])
        except DatascanError as error:
            path = path_of(error.message, _SCHEMA.attributes)
            raise self.provider.failure(error, "The wait would be refused", path) from None

    def create(self, planned: Values, config: Values) -> Values:
        """Wait. Nothing is saved unless all scans have completed, because the next apply has to wait again."""
        context = self.provider.context(self.call)
        arm(context.clock)
        try:
            request = WaitRequest(planned["scan_ids"], options=self._options(planned))
            scans = wait_for_scans(context, request).scans or []
            _check_completed(scans)
        except InterruptedWaitError:
            message = "The scans go on, and the next apply waits for them again."
            raise ProviderError("Terraform was interrupted", message) from None
        except DatascanError as error:
            raise self.provider.failure(error, "The scans have not all completed", ("scan_ids",)) from None
        facts = [self.provider.shown(to_plain(scan)) for scan in scans]
        return {**planned, "id": ",".join(scan.id for scan in scans), "scans": facts}

    def read(self, state: Values) -> Values:
        """A scan that has completed stays so; nothing is asked."""
        return state

    def update(self, prior: Values, planned: Values, config: Values) -> Values:
        """Only how to wait has changed."""
        return planned

    def delete(self, state: Values) -> None:
        """There is nothing to undo."""

    def _options(self, values: Values) -> WaitOptions:
        """How to wait; unknown options are left out. Raises InvalidInputError."""
        known = {name: values[name] for name in WAIT_OPTIONS if values[name] is not UNKNOWN}
        options = read_options(WAIT_OPTIONS, known)
        return WaitOptions(options["wait_timeout"], options.get("wait_interval"), fail_fast=True)


def _check_ids(ids: t.Any) -> None:
    """Raise InvalidInputError for a list without ids, as far as it is known."""
    if ids is UNKNOWN:
        return
    if not ids:
        raise InvalidInputError("scan_ids is empty: there are no scans to wait for.")
    if any(scan_id in (None, "") for scan_id in ids if scan_id is not UNKNOWN):
        raise InvalidInputError("scan_ids has an element without an id.")


def _check_completed(scans: list[Scan]) -> None:
    """Raise ScanNotCompletedError for scans in another state, such as one whose end the vendor does not confirm."""
    others = [str(scan) for scan in scans if scan.state is not ScanState.COMPLETED]
    if others:
        raise ScanNotCompletedError(f"Scan {'; scan '.join(others)}.")
