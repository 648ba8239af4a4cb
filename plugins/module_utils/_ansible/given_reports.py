# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports that the option `reports` names, in whatever form it was written.

A gate that is refused writes its reports, so that no older report is left. What is refused may be the form of the
option itself, or another option beside a form that only Ansible's validation would have converted.
"""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Collection, Iterator, Mapping

_MAX_DEPTH = 4  # levels of lists and dictionaries; an option that is written as meant has two
_VALUE = r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<plain>%s))"""
_AFTER_EQUALS = _VALUE % r"[^\s,;\]}]+"
_AFTER_COLON = (
    _VALUE.replace("double", "double2").replace("single", "single2").replace("plain", "plain2") % r"[^,\n\]}]+"
)


def find_reports(value: t.Any, formats: Collection[str]) -> list[tuple[str, str]]:
    """The format and the path of each report whose path is known. Another format than `formats` is an empty text."""
    found = [(format_ if format_ in formats else "", dest) for format_, dest in _find(value, "", formats, _MAX_DEPTH)]
    return list(dict.fromkeys(found))


def _find(value: t.Any, format_: str, formats: Collection[str], depth: int) -> Iterator[tuple[str, str]]:
    """`format_` is the key under which the value stands, in a dictionary from formats to reports."""
    if depth == 0:
        return
    if isinstance(value, str):
        if format_ in formats and value.strip():
            yield format_, value
        elif not format_:
            yield from _find_in_text(value, formats, depth)
    elif isinstance(value, Mapping):
        keys = {str(key).lower(): part for key, part in value.items()}
        dest, given = _only_item(keys.get("dest")), keys.get("format", format_)
        if isinstance(dest, str) and dest:
            yield given if isinstance(given, str) else "", dest
        else:
            for key, part in value.items():
                yield from _find(part, str(key), formats, depth - 1)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _find(part, format_, formats, depth - 1)


def _only_item(value: t.Any) -> t.Any:
    """The item of a list that has no other, or the value itself."""
    return value[0] if isinstance(value, (list, tuple)) and len(value) == 1 else value


def _find_in_text(text: str, formats: Collection[str], depth: int) -> Iterator[tuple[str, str]]:
    """The reports in JSON, in Ansible's form `format=junit dest=scan.xml`, or in YAML."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        yield from _find(_read_pairs(text, formats), "", formats, depth - 1)
    else:
        if not isinstance(parsed, str):
            yield from _find(parsed, "", formats, depth - 1)


def _read_pairs(text: str, formats: Collection[str]) -> list[dict[str, str]]:
    """The pairs of a key and a value in a text; where a key comes again, the next report begins."""
    keys = "|".join(map(re.escape, ("format", "dest", *formats)))
    pair = re.compile(rf"""(?<![\w.-])["']?(?P<key>{keys})["']?\s*(?:=\s*{_AFTER_EQUALS}|:\s+{_AFTER_COLON})""")
    reports: list[dict[str, str]] = [{}]
    for match in pair.finditer(text):
        key = match["key"]
        value = next(part for name, part in match.groupdict().items() if name != "key" and part is not None)
        if key in reports[-1]:
            reports.append({})
        reports[-1][key] = value.strip()
    return reports
