# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign text for people to read: it cannot control a terminal, command a CI server or flood a log."""

from __future__ import annotations

import re
import typing as t
import zlib
from collections.abc import Mapping

# Characters that XML forbids, that are invisible, or that change the direction of the text.
INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
# What Ansible prints as it is where it shows a result: commands of a terminal in one character, line separators, and
# what changes the direction of the text.
_PRINTED_RAW = re.compile("[\x7f-\x9f\u061c\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# What CI servers obey in the output of a job: Azure Pipelines `##vso[` and `##[`, TeamCity `##teamcity[`, GitLab
# `section_start:1700000000:name`, Travis CI `travis_fold:start:name`, GitHub `::name::` at the start of a line.
_COMMAND = re.compile(
    r"##(?=\w*\[)|section_(?:start|end):(?=\d)|travis_(?:fold|time):(?=\w)|(?<!\S)::(?=[^\s:].*?::)", re.IGNORECASE
)
# Ansible breaks long lines of warnings, so that a new line may start anywhere.
_COMMAND_IN_LINE = re.compile(_COMMAND.pattern.replace(r"(?<!\S)", ""), re.IGNORECASE)
_LONG_WORD = re.compile(r"\S{400,}")
_MAX_LENGTH = 4000  # characters of a message, a warning or a line of progress
_MAX_TEXT = 10_000  # characters of any other text of a result
_MAX_KEY = 1000  # characters of a key
# Lists at the top of a result are as long as what the user asked for, such as `scans`. All others are a vendor's, or
# have a text for each fault.
_MAX_ITEMS = {"reasons": 1000, "vendor_errors": 100, "candidates": 1000}
_MAX_INNER_ITEMS = 1000


def one_line(text: str) -> str:
    """Text as one line of limited length; invisible characters are escaped, like \\x1b, and commands disarmed.

    Only for text without secrets: a secret that is cut can no longer be recognized.
    """
    text = INVISIBLE.sub(_escape, " ".join(text.split()))
    text = _COMMAND_IN_LINE.sub(_disarm, text)
    text = _LONG_WORD.sub(lambda match: f"{match[0][:250]}\u2026{match[0][-100:]}", text)
    return _cut(text, _MAX_LENGTH)


def escape_invisible(value: t.Any) -> t.Any:
    """The same value, in whose texts invisible characters are written out, like \\x1b; line ends and tabs stay.

    For front ends that print texts as they are.
    """
    if isinstance(value, str):
        return INVISIBLE.sub(lambda match: match[0] if match[0] in "\n\t" else _escape(match), value)
    if isinstance(value, Mapping):
        return {escape_invisible(key): escape_invisible(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [escape_invisible(item) for item in value]
    return value


def disarm_commands(value: t.Any) -> t.Any:
    """The same value, in whose texts a space breaks each command that a CI server would obey in a log.

    Ansible prints whole results where a task fails. Keys are changed as well, because some are names of a vendor's.
    """
    if isinstance(value, str):
        return break_commands(_PRINTED_RAW.sub("\ufffd", value))
    if isinstance(value, Mapping):
        return {disarm_commands(key): disarm_commands(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [disarm_commands(item) for item in value]
    return value


def break_commands(text: str) -> str:
    """The same text, with a space in each command that a CI server would obey in a log."""
    return _COMMAND.sub(_disarm, text) if may_command(text) else text


def escape_commands(json_text: str) -> str:
    """The same JSON, with a character of each command that a CI server would obey written as an escape."""
    if not may_command(json_text):
        return json_text
    return _COMMAND.sub(lambda match: f"{match[0][:-1]}\\u{ord(match[0][-1]):04x}", json_text)


def bounded(value: t.Any) -> t.Any:
    """The same value with long texts, long lists of a vendor's and of faults cut, and with how much was cut.

    Only for values without secrets, like `one_line`.
    """
    return _bounded_texts(bounded_lists(value))


def bounded_lists(value: t.Any, *, is_inner: bool = False) -> t.Any:
    """The same value with its long lists cut. Each text stays whole, so that a secret in it can be recognized."""
    if isinstance(value, Mapping):
        return {key: _bounded_list(key, item, is_inner=is_inner) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [bounded_lists(item, is_inner=True) for item in value]
    return value


def _bounded_list(key: t.Any, item: t.Any, *, is_inner: bool) -> t.Any:
    if not isinstance(item, (list, tuple)):
        return bounded_lists(item, is_inner=True)
    most = _MAX_ITEMS.get(key, _MAX_INNER_ITEMS if is_inner else len(item))
    if len(item) <= most + 1:  # one more is what a list has that was cut before
        return bounded_lists(item)
    more = f"{len(item) - most} more are not shown."
    return [*bounded_lists(item[:most]), {"message": more} if isinstance(item[0], Mapping) else more]


def _bounded_texts(value: t.Any) -> t.Any:
    if isinstance(value, str):
        return _cut(value, _MAX_TEXT)
    if isinstance(value, Mapping):
        return {
            _bounded_key(key): _bounded_diff(item) if key == "diff" else _bounded_texts(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_bounded_texts(item) for item in value]
    return value


def _bounded_diff(diff: t.Any) -> t.Any:
    """Ansible compares the texts of files line by line, so they stay whole: they are excerpts. Scans do not."""
    if not isinstance(diff, Mapping):
        return diff
    return {side: item if isinstance(item, str) else _bounded_texts(item) for side, item in diff.items()}


def _bounded_key(key: t.Any) -> t.Any:
    if not isinstance(key, str) or len(key) <= _MAX_KEY:
        return key
    mark = zlib.crc32(key.encode("utf-8", "replace"))  # keys that differ only where they are cut stay apart
    return f"{_cut(key, _MAX_KEY)} [{mark:08x}]"


def _cut(text: str, most: int) -> str:
    """The beginning and the end of a text that is too long, with how much is missing."""
    if len(text) <= most:
        return text
    begin, end = most * 3 // 4, most // 5
    return f"{text[:begin]} [\u2026 {len(text) - begin - end} characters cut \u2026] {text[-end:]}"


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


def may_command(text: str) -> bool:
    """Whether `_COMMAND` may find something, which is known in a hundredth of its time."""
    for character, letter in (("\u017f", "s"), ("\u0130", "i"), ("\u0131", "i")):  # another case of it for a pattern
        text = text.replace(character, letter)
    folded = text.lower()
    return any(mark in folded for mark in ("##", "::", "section_", "travis_"))


def _disarm(match: re.Match[str]) -> str:
    return f"{match[0][:-1]} {match[0][-1]}"
