# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that Ansible does not validate: one sentence about a wrong value, the same in every front end."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import POLICY_OPTIONS
from ansible_collections.datascan.gate.plugins.module_utils._core.models import QUERY_OPTIONS
from ansible_collections.datascan.gate.plugins.module_utils._core.option_reading import (
    KINDS,
    check_kind,
    read_options,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.options import CONNECTION_OPTIONS, WAIT_OPTIONS
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import StartsScans
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import providers_supporting

TABLE: dict[str, t.Any] = {
    "name": {"type": "str"},
    "folder": {"type": "path"},
    "exact": {"type": "bool"},
    "limit": {"type": "int"},
    "seconds": {"type": "float"},
    "ids": {"type": "list", "elements": "str"},
    "query": {"type": "dict", "options": {"limit": {"type": "int"}}},
    "objects": {"type": "list", "elements": "dict", "options": {"size": {"type": "int"}}},
}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": 7}, "name must be a text."),
        ({"folder": ["a"]}, "folder must be a text."),
        ({"exact": "maybe"}, "exact must be true or false."),
        ({"limit": 1.5}, "limit must be a whole number."),
        ({"seconds": "soon"}, "seconds must be a number."),
        ({"ids": ["a", None]}, "ids[1] must be a text."),
        ({"query": "all"}, "query must be a dictionary."),
        ({"query": {"limit": True}}, "query.limit must be a whole number."),
        ({"objects": [{"size": "big"}]}, "objects[0].size must be a whole number."),
        ({"objects": [None]}, "objects[0] must be a dictionary."),
        ({"nmae": "a"}, "nmae is not an option. Did you mean name?"),
        ({"query": {"limti": 1}}, "query.limti is not an option. Did you mean query.limit?"),
    ],
    ids=str,
)
@pytest.mark.parametrize("where", ["", "block."])
def test_a_wrong_value_is_named_by_its_path(given: dict[str, t.Any], message: str, where: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_options(TABLE, given, where=where)
    assert caught.value.message == where + message.replace("mean ", f"mean {where}")


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("str", "a", [7, True, b"a", None]),
        ("bool", False, [0, "false", None]),
        ("int", 7, [True, "7", 7.0]),
        ("list", [1], ["a", {}, {1}]),
        ("dict", {}, [[], "a=1"]),
    ],
)
def test_a_kind_that_is_checked_is_not_converted(kind: str, right: t.Any, wrong: list[t.Any]) -> None:
    check_kind("x", right, kind)
    for value in wrong:
        with pytest.raises(InvalidInputError, match=rf"^x must be {KINDS[kind]}\.$"):
            check_kind("x", value, kind)


def test_every_type_of_an_option_has_a_description() -> None:
    targets = [vendor.target_options for vendor in providers_supporting(StartsScans)]
    tables = [CONNECTION_OPTIONS, WAIT_OPTIONS, POLICY_OPTIONS, QUERY_OPTIONS, *targets]
    types = {option.get(key) for table in tables for option in table.values() for key in ("type", "elements")}
    assert types - {None, "raw"} <= set(KINDS)
    assert not [words for words in KINDS.values() if re.search(r"\b(?:type|int|str|bool|float)\b", words)]
