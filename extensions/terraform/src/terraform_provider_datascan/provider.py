# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider as the server sees it. Its schemas load without the core, which the first call that needs it loads."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from functools import cached_property

from . import schemas
from .protocol.provider import Call, DataSource, Provider, Resource
from .protocol.schema import Schema
from .protocol.values import Values

if t.TYPE_CHECKING:
    from .vendor_access import VendorAccess


class DatascanProvider(Provider):
    """One vendor's scans."""

    schema: t.ClassVar[Schema] = schemas.PROVIDER

    @cached_property
    def access(self) -> VendorAccess:
        """What all resources and data sources of the configuration share."""
        from .vendor_access import VendorAccess

        return VendorAccess()

    @property
    def backend(self) -> VendorAccess:
        """What resources and data sources get as their `provider`."""
        return self.access

    @property
    def resources(self) -> Mapping[str, type[Resource]]:
        """The kinds of resources by name."""
        from .kinds import RESOURCES

        return RESOURCES

    @property
    def data_sources(self) -> Mapping[str, type[DataSource]]:
        """The kinds of data sources by name."""
        from .kinds import DATA_SOURCES

        return DATA_SOURCES

    @property
    def resource_schemas(self) -> Mapping[str, Schema]:
        """The schemas of the resources."""
        return schemas.RESOURCES

    @property
    def data_source_schemas(self) -> Mapping[str, Schema]:
        """The schemas of the data sources."""
        return schemas.DATA_SOURCES

    def validate(self, config: Values, call: Call) -> None:
        """Refuse options that cannot work, as far as they are known."""
        self.access.validate(config)

    def configure(self, config: Values, call: Call) -> None:
        """Keep the options. With an unknown one, calls that have to ask the vendor fail or do without."""
        self.access.configure(config, call)

    def redact(self, text: str) -> str:
        """A text without secrets."""
        return self.access.redactor.redact_text(text)

    def interrupt(self) -> None:
        """End the waits."""
        self.access.interrupt()
