# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module and its action plugin share: the options, the rules between them, and the operation."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .invocation import Invocation
from .specs import CONNECTION_SPEC, ArgumentSpec


@dataclass(frozen=True)
class ModuleSpec:
    """A module by its name: `run` calls its operation and returns the result dataclass."""

    name: str
    run: Callable[[Invocation], t.Any]
    options: Mapping[str, t.Any]
    constraints: Mapping[str, t.Any] = field(default_factory=dict)  # mutually_exclusive and the like
    connects: bool = True  # whether it has the connection options

    @property
    def argument_spec(self) -> ArgumentSpec:
        """All options, in the form that Ansible validates."""
        return {**(CONNECTION_SPEC if self.connects else {}), **self.options}
