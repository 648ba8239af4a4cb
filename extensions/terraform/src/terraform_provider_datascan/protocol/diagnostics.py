# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings and errors as Terraform shows them: a summary, a detail, and the attribute that they are about."""

from __future__ import annotations

from dataclasses import dataclass, field

from .values import Values

Path = tuple["str | int", ...]  # from the resource to an attribute: names, and positions in lists


def path_text(path: Path) -> str:
    """A path as messages name it, such as `policy.accepted[0].until`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


class ProviderError(Exception):
    """An error for the user. `state` is what Terraform keeps nevertheless; None keeps what
    the call noted with `keep_state`, or else what there was before.
    """

    def __init__(self, summary: str, detail: str = "", path: Path = (), state: Values | None = None) -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.path = path
        self.state = state


@dataclass(frozen=True)
class Diagnostic:
    """A warning or an error of a call."""

    is_error: bool
    summary: str
    detail: str = ""
    path: Path = ()


@dataclass
class Diagnostics:
    """The warnings and errors of one call."""

    found: list[Diagnostic] = field(default_factory=list)

    def warn(self, summary: str, detail: str = "", path: Path = ()) -> None:
        """Add a warning."""
        self.found.append(Diagnostic(False, summary, detail, path))

    def add_error(self, summary: str, detail: str = "", path: Path = ()) -> None:
        """Add an error; several of them are shown together, but of one attribute's only the first."""
        if not path or not any(one.is_error and one.path == path for one in self.found):
            self.found.append(Diagnostic(True, summary, detail, path))
