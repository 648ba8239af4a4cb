# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Injected faults: their kinds, and the rules that choose a request."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Kind = Literal[
    "reset_before",
    "reset_after",
    "no_answer",
    "slow_body",
    "status",
    "html",
    "error_200",
    "cut_json",
    "cut_connection",
    "wrong_shape",
    "null_list",
    "unknown_word",
    "future_time",
    "redirect",
    "endless_body",
    "repeat_page",
    "lying_total",
]

# A request with one of these faults is not carried out, unless the rule sets carried_out.
NOT_CARRIED_OUT = ("reset_before", "no_answer", "status", "html", "error_200", "redirect", "endless_body")


class Fault(BaseModel):
    """One fault. Fields that its kind does not use are ignored."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    carried_out: bool | None = None
    """Whether the request still has its effect. If unset, the kind decides."""
    seconds: float | None = None
    """no_answer holds the connection this long (60), slow_body sends its body over this time (2), future_time moves
    every time stamp by it (a year)."""
    code: int | None = None
    """The status that status (503), redirect (302) and html (200) send; error_200 sends that status's error (400)."""
    headers: dict[str, str] = Field(default_factory=dict)
    body: Any = None
    """What status, error_200, html and wrong_shape send. If unset, status and error_200 send the vendor's own error."""
    location: str = "/"
    word: str = "Defragmenting"
    total: int | None = None
    """The total that lying_total sends. If unset, seven too many."""
    bytes: int = 300 * 1024 * 1024
    """The size at which endless_body stops."""
    declared: bool = False
    """Whether endless_body sends its length in a header."""

    @property
    def carries_out(self) -> bool:
        if self.kind == "reset_before":
            return False
        return self.carried_out if self.carried_out is not None else self.kind not in NOT_CARRIED_OUT


class Rule(BaseModel):
    """Which requests get a fault: of those that match, the first `skip` pass, and the next `times` get it."""

    model_config = ConfigDict(extra="forbid")

    vendor: str | None = None
    method: str | None = None
    path: str | None = None
    """A regular expression, searched in the whole path including the vendor's prefix."""
    skip: int = Field(default=0, ge=0)
    times: int | None = Field(default=1, ge=0)
    """How many times; null means always."""
    fault: Fault

    @field_validator("path")
    @classmethod
    def _compiles(cls, text: str | None) -> str | None:
        if text is not None:
            try:
                re.compile(text)
            except re.error as error:
                raise ValueError(f"path is not a regular expression: {error}") from None
        return text

    def matches(self, vendor: str, method: str, path: str) -> bool:
        return (
            (self.vendor is None or self.vendor == vendor)
            and (self.method is None or self.method.upper() == method)
            and (self.path is None or re.search(self.path, path) is not None)
        )


class Faults:
    """The rules, in the order in which they were added."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def take(self, vendor: str, method: str, path: str) -> Fault | None:
        """The fault for this request. Every matching rule before it counts the request as skipped."""
        for rule in self.rules:
            if rule.times == 0 or not rule.matches(vendor, method, path):
                continue
            if rule.skip:
                rule.skip -= 1
                continue
            if rule.times is not None:
                rule.times -= 1
            return rule.fault
        return None
