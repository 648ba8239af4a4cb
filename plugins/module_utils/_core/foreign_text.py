# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign text in reports: visible, without secrets, and never markup."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .redaction import Redactor
from .text import INVISIBLE, disarm_commands

NOT_KNOWN = "-"  # shown where a value is not known
MAX_MARKDOWN = 1 << 20  # bytes: GitHub drops a larger step summary as a whole
_MAX_LENGTH = 1000  # characters; a vendor may send a whole HTML page as its reason


def clean_text(value: str | None) -> str:
    """Foreign text as one visible line without secrets; every report passes a vendor's texts through this."""
    text = Redactor().redact_text(value or "")
    # White space first: some of it is invisible too, and still separates words.
    text = str(disarm_commands(INVISIBLE.sub("", " ".join(text.split())).strip()))
    return text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 1] + "\u2026"


def code_span(value: str | None) -> str:
    """Foreign text as a code span of Markdown, or a dash.

    Only in code spans do Markdown, its dialects and the servers' own additions (tables, HTML, links, mentions,
    references to issues) leave every character alone.
    """
    text = clean_text(value)
    if not text:
        return NOT_KNOWN
    # The fence is longer than any run of backticks inside.
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def table_cell(value: str | None) -> str:
    """A code span inside a table, where a pipe ends the cell even in a code span."""
    # Dialects differ on two backslashes before a pipe, so a space separates a backslash of the text from it.
    return code_span(value).replace("\\|", "\\ |").replace("|", "\\|")


def fit_lines(blocks: Sequence[str], limit: int) -> list[str]:
    """The first blocks of lines that together have at most `limit` bytes, each with a line end.

    A block is left out whole, and so are all that follow it.
    """
    used = 0
    for number, block in enumerate(blocks):
        used += len(block.encode("utf-8", "replace")) + 1
        if used > limit:
            return list(blocks[:number])
    return list(blocks)
