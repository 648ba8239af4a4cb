# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that are not options: which ones, and which options they may stand for.

A table has the form of the tables in options.py, or of an argument spec of Ansible.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import islice

_MAX_NAMED = 3  # unknown options in one message
_SIMILAR = 0.6  # from here on, difflib calls two names similar; 1 is the same
_VERY_SIMILAR = 0.8  # required of an option at another place


def describe_unknown_options(table: Mapping[str, t.Any], values: Mapping[str, t.Any], where: str = "") -> str:
    """A sentence about each unknown option, at any depth, by its full path; empty where all are known.

    `where` comes before the paths, like `policy.`.
    """
    elsewhere = paths_by_name(table, where)
    sentences = (
        f"{path}{name} is not an option{suggestion(name, here, elsewhere) or f': use {_listed(here)}.'}"
        for path, name, here in _find_unknown(table, values, where)
    )
    return " ".join(islice(sentences, _MAX_NAMED))


def suggestion(name: str, here: Mapping[str, str], elsewhere: Mapping[str, str]) -> str:
    """The end of a sentence about an unknown name: which option it may stand for. Empty where none is similar.

    Both mappings have the path of each option by its name: of those that can be set in this place, and of all.
    """
    path = here.get(name) or elsewhere.get(name)
    path = path or _closest(name, here, _SIMILAR) or _closest(name, elsewhere, _VERY_SIMILAR)
    return f". Did you mean {path}?" if path else ""


def _closest(name: str, paths: Mapping[str, str], cutoff: float) -> str | None:
    return next((paths[found] for found in get_close_matches(name, paths, n=1, cutoff=cutoff)), None)


def _listed(here: Mapping[str, str]) -> str:
    *others, last = here.values()
    return f"{', '.join(others)} or {last}" if others else last


def _find_unknown(
    table: Mapping[str, t.Any], values: Mapping[str, t.Any], path: str
) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """For each unknown name: the path before it, the name, and the paths of the options there."""
    options = {key: option for name, option in table.items() for key in (name, *option.get("aliases", ()))}
    for name, value in values.items():
        if name not in options:
            yield path, str(name), {option: f"{path}{option}" for option in options}
        elif "options" in options[name]:
            is_list = isinstance(value, list)
            for number, part in enumerate(value if is_list else [value]):
                if isinstance(part, Mapping):
                    index = f"[{number}]" if is_list else ""
                    yield from _find_unknown(options[name]["options"], part, f"{path}{name}{index}.")


def paths_by_name(table: Mapping[str, t.Any], path: str = "") -> dict[str, str]:
    """The path of each option at any depth; of options with one name, that of the first and least deep."""
    paths = {key: f"{path}{key}" for name, option in table.items() for key in (name, *option.get("aliases", ()))}
    for name, option in table.items():
        paths = {**paths_by_name(option.get("options") or {}, f"{path}{name}."), **paths}
    return paths
