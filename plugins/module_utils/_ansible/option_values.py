# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user may write as the value of an option: an empty text is the same as not set, and ids may be one text.

The same for modules, action plugins and roles, before Ansible validates and converts the values.
"""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Mapping

_SEPARATORS = re.compile(r"[,\r\n]")
# The suboptions that narrow a dictionary, by the options that it is known by. Without one, a query may find any scan,
# and an entry of policy.accepted accepts more than it names.
_NARROWING = {
    frozenset({"name", "source", "limit"}): ("name", "source"),
    frozenset({"until", "reason"}): ("scan", "issue"),
}


def without_empty_texts(
    spec: Mapping[str, t.Any], values: Mapping[str, t.Any], *, as_given: bool = False
) -> dict[str, t.Any]:
    """The values that are set, also in suboptions. The items of lists of texts are trimmed, and may be one text.

    Such a text is split at commas and line ends. Unknown options and data, which is no_log, stay as they are. A
    suboption that narrows stays if it is empty, and is refused later. `as_given` are values that Ansible has not
    validated: a null among them is an empty text, and not an option that is left out.
    """
    return {
        name: _set_value(_option(spec, name), value, as_given) for name, value in values.items() if not _is_empty(value)
    }


def _is_empty(value: t.Any) -> bool:
    return isinstance(value, str) and value == ""


def _set_value(option: Mapping[str, t.Any], value: t.Any, as_given: bool) -> t.Any:
    if "options" in option:
        given = [
            _as_dictionary(part) for part in (value if isinstance(value, list) else [value]) if not _is_empty(part)
        ]
        parts = [
            _without_empty_parts(option["options"], part, as_given) if isinstance(part, Mapping) else part
            for part in given
        ]
        return parts if isinstance(value, list) else parts[0]
    if option.get("elements") == "str" and not option.get("no_log"):
        if isinstance(value, str):
            return [item.strip() for item in _SEPARATORS.split(value) if item.strip()]
        if isinstance(value, (list, tuple)):
            # An empty item stays, and is refused later: without it a gate would judge fewer scans than it was given.
            return [item.strip() if isinstance(item, str) else item for item in value]
    return value


def _as_dictionary(value: t.Any) -> t.Any:
    """A text that Ansible would read as a dictionary of JSON, as one. Any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return parsed if isinstance(parsed, dict) else value


def _without_empty_parts(spec: Mapping[str, t.Any], values: Mapping[str, t.Any], as_given: bool) -> dict[str, t.Any]:
    """The suboptions that are set, and those that narrow and are empty."""
    narrowing = next((names for known_by, names in _NARROWING.items() if known_by <= set(spec)), ())
    empty = [name for name in narrowing if values.get(name) == "" or (as_given and values.get(name, "") is None)]
    return {**without_empty_texts(spec, values, as_given=as_given), **dict.fromkeys(empty, "")}


def _option(spec: Mapping[str, t.Any], name: str) -> Mapping[str, t.Any]:
    """The row of the spec for a name or an alias; empty for an unknown name."""
    found: t.Any = spec.get(name) or next((row for row in spec.values() if name in row.get("aliases", ())), {})
    return t.cast("Mapping[str, t.Any]", found)
