# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign text for people to read: it cannot control a terminal or flood a log."""

from __future__ import annotations

import re

# Characters that XML forbids, that are invisible, or that change the direction of the text.
INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_LONG_WORD = re.compile(r"\S{400,}")
_MAX_LENGTH = 4000


def one_line(text: str) -> str:
    """Text as one line of limited length; invisible characters are escaped, like \\x1b.

    Only for text without secrets: a secret that is cut can no longer be recognized.
    """
    text = INVISIBLE.sub(lambda match: match[0].encode("unicode_escape").decode(), " ".join(text.split()))
    text = _LONG_WORD.sub(lambda match: f"{match[0][:250]}\u2026{match[0][-100:]}", text)
    return text if len(text) <= _MAX_LENGTH else f"{text[:3000]} \u2026 {text[-900:]}"
