# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a provider implements. The server calls it, in several threads at the same time."""

from __future__ import annotations

import typing as t
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from .diagnostics import Diagnostics, Path
from .schema import Schema
from .values import Values


@dataclass
class Call:
    """The circumstances of one call."""

    diagnostics: Diagnostics
    allows_write_only: bool = True  # whether this Terraform knows write-only attributes
    kept_state: Values | None = None

    def keep_state(self, state: Values) -> None:
        """Let Terraform keep this state if the call fails later, whatever it fails with."""
        self.kept_state = state


class DataSource(ABC):
    """A data source; one instance answers one call. Each method may raise ProviderError."""

    schema: t.ClassVar[Schema]

    def __init__(self, provider: t.Any, call: Call) -> None:
        self.provider = provider
        self.call = call

    def validate(self, config: Values) -> None:  # noqa: B027  (most have nothing to add)
        """Check a configuration, in which values may be UNKNOWN, without asking anything outside."""

    @abstractmethod
    def read(self, config: Values) -> Values:
        """The data for a configuration."""


class Resource(ABC):
    """A kind of managed resource; one instance answers one call. Each method may raise ProviderError."""

    schema: t.ClassVar[Schema]

    def __init__(self, provider: t.Any, call: Call) -> None:
        self.provider = provider
        self.call = call
        # `plan` adds the attributes whose change makes a new resource, besides those that always do.
        self.replaced_by: list[Path] = []
        # While it is deleted: the plan of what takes its place in the same apply, or None where nothing does.
        self.replacement: Values | None = None

    def validate(self, config: Values) -> None:  # noqa: B027  (most have nothing to add)
        """Check a configuration, in which values may be UNKNOWN, without asking anything outside."""

    def plan(self, prior: Values | None, planned: Values, config: Values) -> Values:
        """The planned state. `planned` has the defaults, and UNKNOWN for what is computed on create."""
        return planned

    @abstractmethod
    def create(self, planned: Values, config: Values) -> Values:
        """Create it, and return its state. Only `config` has the write-only values."""

    @abstractmethod
    def read(self, state: Values) -> Values | None:
        """The state as it is now; None if it does not exist any more."""

    @abstractmethod
    def update(self, prior: Values, planned: Values, config: Values) -> Values:
        """Change it in place, and return its state."""

    @abstractmethod
    def delete(self, state: Values) -> None:
        """Delete it."""

    def import_state(self, identity: str) -> Values:
        """The state of something that exists already; attributes that are left out are null."""
        raise NotImplementedError


class Provider(ABC):
    """A provider. One instance serves until the process ends."""

    schema: t.ClassVar[Schema]

    @property
    def backend(self) -> t.Any:
        """What resources and data sources get as their `provider`."""
        return self

    @property
    @abstractmethod
    def resources(self) -> Mapping[str, type[Resource]]:
        """The kinds of resources by name."""

    @property
    @abstractmethod
    def data_sources(self) -> Mapping[str, type[DataSource]]:
        """The kinds of data sources by name."""

    @property
    def resource_schemas(self) -> Mapping[str, Schema]:
        """Their schemas. A provider that knows them without loading all else overrides this."""
        return {name: kind.schema for name, kind in self.resources.items()}

    @property
    def data_source_schemas(self) -> Mapping[str, Schema]:
        """The same for data sources."""
        return {name: kind.schema for name, kind in self.data_sources.items()}

    def validate(self, config: Values, call: Call) -> None:  # noqa: B027  (a provider may have nothing to add)
        """Check a configuration, in which values may be UNKNOWN."""

    @abstractmethod
    def configure(self, config: Values, call: Call) -> None:
        """Keep the configuration for the calls that follow. Values may be UNKNOWN while Terraform plans."""

    @abstractmethod
    def redact(self, text: str) -> str:
        """A text without the secrets of any configuration so far, for the log."""

    @abstractmethod
    def interrupt(self) -> None:
        """Let waits end soon, because the user has interrupted Terraform. Calls still return their state."""
