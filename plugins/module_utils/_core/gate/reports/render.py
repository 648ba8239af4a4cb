# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports on a verdict. They contain no time of writing, so the same verdict always gives the same text."""

from __future__ import annotations

import typing as t

from ...errors import InvalidInputError
from . import html, json, junit, markdown

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ..verdict import Verdict

_RENDERERS: dict[str, Callable[[Verdict], str]] = {
    "junit": junit.render,
    "markdown": markdown.render,
    "json": json.render,
    "html": html.render,
}
FORMATS: tuple[str, ...] = tuple(_RENDERERS)


def render(format: str, verdict: Verdict) -> str:
    """The verdict as one text in one of `FORMATS`."""
    if format not in _RENDERERS:
        raise InvalidInputError(f"format must be one of {', '.join(FORMATS)}, not {format!r}.")
    return _RENDERERS[format](verdict)
