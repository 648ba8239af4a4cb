# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks a configuration against the choices that its schema names."""

from __future__ import annotations

import typing as t

from .diagnostics import Diagnostics, Path, path_text
from .schema import Attribute, Attributes
from .values import UNKNOWN


def report_wrong_choices(attributes: Attributes, config: t.Any, diagnostics: Diagnostics, path: Path = ()) -> None:
    """Add an error for each known value that is not among its attribute's choices. An empty text is not set."""
    if config is None or config is UNKNOWN:
        return
    for name, attribute in attributes.items():
        value = config.get(name)
        if attribute.attributes is not None:
            if isinstance(value, list):
                for position, part in enumerate(value):
                    report_wrong_choices(attribute.attributes, part, diagnostics, (*path, name, position))
            else:
                report_wrong_choices(attribute.attributes, value, diagnostics, (*path, name))
        elif attribute.choices:
            _check(attribute, value, diagnostics, (*path, name))


def _check(attribute: Attribute, value: t.Any, diagnostics: Diagnostics, path: Path) -> None:
    for one in value if isinstance(value, list) else [value]:
        if one not in (None, "", *attribute.choices) and one is not UNKNOWN:
            *others, last = map(str, attribute.choices)
            detail = f"{path_text(path)} must be {', '.join(others)} or {last}, not {one!r}."
            diagnostics.add_error(f"Wrong {path[-1]}", detail, path)
