# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that a person reads: whatever foreign text stands in them, they neither steer a terminal nor flood it."""

from __future__ import annotations

import re

# What XML forbids, and what is invisible or turns the direction of the text around it.
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_LONG_WORD = re.compile(r"\S{400,}")
_LONGEST = 4000


def one_line(text: str) -> str:
    """Text as one line of bearable length; what cannot be seen shows as Python writes it, like \\x1b.

    Only for text without secrets: half of one could no longer be told.
    """
    text = UNSEEN.sub(lambda match: match[0].encode("unicode_escape").decode(), " ".join(text.split()))
    text = _LONG_WORD.sub(lambda match: f"{match[0][:250]}\u2026{match[0][-100:]}", text)
    return text if len(text) <= _LONGEST else f"{text[:3000]} \u2026 {text[-900:]}"
