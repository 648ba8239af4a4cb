# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module and its action plugin share: the options, the rules between them, and the operation."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from .._core.errors import DatascanError
from .invocation import Invocation
from .specs import CONNECTION_SPEC, ArgumentSpec


@dataclass(frozen=True)
class RefusedTask:
    """What is known of a gate's task that could not judge. Its options may be wrong."""

    params: Mapping[str, t.Any]
    check_mode: bool

    @property
    def mode(self) -> str:
        """The option mode, or its default."""
        from .._core.gate.policy import ENFORCE, MODES

        mode = self.params.get("mode")
        return mode if mode in MODES else ENFORCE

    def reports(self, formats: Collection[str]) -> list[tuple[str, str]]:
        """The format and path of each report whose path is known; a format that is not known is an empty text."""
        from .given_reports import find_reports

        found = find_reports(self.params.get("reports"), formats)
        return [(format_, os.path.expanduser(os.path.expandvars(dest))) for format_, dest in found]


@dataclass(frozen=True)
class ModuleSpec:
    """A module by its name: `run` calls its operation and returns the result dataclass."""

    name: str
    run: Callable[[Invocation], t.Any]
    options: Mapping[str, t.Any]
    constraints: Mapping[str, t.Any] = field(default_factory=dict)  # mutually_exclusive and the like
    connects: bool = True  # whether it has the connection options
    # Of a module that is a gate: adds the result of a gate that could not judge to an error, and writes its reports.
    refuse: Callable[[DatascanError, RefusedTask], DatascanError] | None = None

    @property
    def argument_spec(self) -> ArgumentSpec:
        """All options, in the form that Ansible validates."""
        return {**(CONNECTION_SPEC if self.connects else {}), **self.options}
