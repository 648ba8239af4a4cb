# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the blocks of a provider take and return."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Attributes = Mapping[str, "Attribute"]


@dataclass(frozen=True)
class Attribute:
    """An attribute. Terraform sends no default itself: one with a `default` is optional and computed."""

    type: t.Any = "string"  # in Terraform's JSON, such as "number" or ["list", "string"]; ignored with `attributes`
    attributes: Attributes | None = None  # of a nested object
    nesting: str = "single"  # or list: how often there is the nested object
    description: str = ""  # Markdown
    required: bool = False
    optional: bool = False
    computed: bool = False
    sensitive: bool = False
    write_only: bool = False  # never in a plan or a state; Terraform 1.11 and newer
    requires_replace: bool = False  # a change makes a new resource
    default: t.Any = None
    choices: Sequence[t.Any] = ()  # the values that it, or each element of a list, may have; any if empty


@dataclass(frozen=True)
class Schema:
    """The attributes of a provider, a resource or a data source."""

    attributes: Attributes
    description: str = ""  # Markdown
    version: int = 0  # of a resource's state
