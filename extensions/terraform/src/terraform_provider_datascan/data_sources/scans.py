# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scans that a query finds."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from contextlib import contextmanager

from .. import schemas
from .._core.errors import DatascanError
from .._core.models import QUERY_OPTIONS
from .._core.operations.status import StatusRequest, read_status
from .._core.rendering import to_plain
from ..protocol.schema import Schema
from ..protocol.values import Values, is_known
from .queries import read_query
from .reading import VendorData


class ScansData(VendorData):
    """The scans of a vendor that can list them, newest first."""

    schema: t.ClassVar[Schema] = schemas.DATA_SOURCES["datascan_scans"]

    def validate(self, config: Values) -> None:
        """Refuse a query that cannot be read, once it is known."""
        if is_known({name: config[name] for name in QUERY_OPTIONS}):
            with self._named_errors():
                read_query(config)

    def read(self, config: Values) -> Values:
        """The scans, and whether some may be missing."""
        with self._named_errors():
            missing, counts = config["missing"] or "fail", bool(config["count_issues"])
            request = StatusRequest(query=read_query(config), missing=missing, count_issues=counts)
            result = read_status(self.provider.context(self.call), request)
        scans = self.without_samples(result.scans or ())
        found = {"scans": to_plain(scans), "summary": result.summary, "complete": result.complete}
        return {**config, **self.provider.shown(found)}

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Errors of the core as Terraform's. The query's options stand alone here."""
        try:
            yield
        except DatascanError as error:
            named = error.with_message(error.message.replace("query.", ""))
            raise self.failure(named, "The scans cannot be listed") from None
