# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign text for people to read: it cannot control a terminal, command a CI server or flood a log."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

# Characters that XML forbids, that are invisible, or that change the direction of the text.
INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]"
)
# What CI servers obey in the output of a job: Azure Pipelines `##vso[` and `##[`, TeamCity `##teamcity[`, GitLab
# `section_start:1700000000:name`, GitHub `::name::` at the start of a line.
_COMMAND = re.compile(r"##(?=\w*\[)|section_(?:start|end):(?=\d)|(?<!\S)::(?=[^\s:].*?::)")
# Ansible breaks long lines of warnings, so that a new line may start anywhere.
_COMMAND_IN_LINE = re.compile(_COMMAND.pattern.replace(r"(?<!\S)", ""))
_LONG_WORD = re.compile(r"\S{400,}")
_MAX_LENGTH = 4000


def one_line(text: str) -> str:
    """Text as one line of limited length; invisible characters are escaped, like \\x1b, and commands disarmed.

    Only for text without secrets: a secret that is cut can no longer be recognized.
    """
    text = INVISIBLE.sub(lambda match: match[0].encode("unicode_escape").decode(), " ".join(text.split()))
    text = _COMMAND_IN_LINE.sub(_disarm, text)
    text = _LONG_WORD.sub(lambda match: f"{match[0][:250]}\u2026{match[0][-100:]}", text)
    return text if len(text) <= _MAX_LENGTH else f"{text[:3000]} \u2026 {text[-900:]}"


def disarm_commands(value: t.Any) -> t.Any:
    """The same value, in whose texts a space breaks each command that a CI server would obey in a log.

    Ansible prints whole results where a task fails. Keys are changed as well, because some are names of a vendor's.
    """
    if isinstance(value, str):
        return _COMMAND.sub(_disarm, value) if "##" in value or "::" in value or "section_" in value else value
    if isinstance(value, Mapping):
        return {disarm_commands(key): disarm_commands(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [disarm_commands(item) for item in value]
    return value


def _disarm(match: re.Match[str]) -> str:
    return f"{match[0][:-1]} {match[0][-1]}"
