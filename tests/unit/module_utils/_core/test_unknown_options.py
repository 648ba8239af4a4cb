# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The suggestion for an unknown option name."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.unknown_options import describe_unknown_options

TABLE: dict[str, t.Any] = {
    "wait_timeout": {"type": "float"},
    "scan_ids": {"type": "list", "elements": "str", "aliases": ["scan_id"]},
    "policy": {"type": "dict", "options": {"states": {"type": "list"}, "max_age": {"type": "int"}}},
    "reports": {"type": "list", "elements": "dict", "options": {"format": {}, "dest": {}}},
    "vendor": {"type": "dict", "options": {"objects": {"type": "list", "options": {"object_name": {}, "format": {}}}}},
}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"scan_id": "a", "policy": None, "reports": [{"dest": "a"}, 7], "wait_timeout": {"any": 1}},
        {"policy": "no dictionary", "vendor": {"objects": {"object_name": 1}}},
    ],
    ids=str,
)
def test_known_names_are_no_fault(values: dict[str, t.Any]) -> None:
    assert describe_unknown_options(TABLE, values) == ""


@pytest.mark.parametrize(
    ("values", "unknown", "meant"),
    [
        ({"wait_timout": 1}, "wait_timout", "wait_timeout"),
        ({"scan_idd": 1}, "scan_idd", "scan_id"),
        ({"policy": {"max_agee": 1}}, "policy.max_agee", "policy.max_age"),
        ({"reports": [{"format": 1}, {"formt": 1}]}, "reports[1].formt", "reports[1].format"),
        ({"vendor": {"objects": [{"objct_name": 1}]}}, "vendor.objects[0].objct_name", "vendor.objects[0].object_name"),
        # The name exists at another place.
        ({"max_age": 1}, "max_age", "policy.max_age"),
        ({"policy": {"reports": []}}, "policy.reports", "reports"),
        ({"format": 1}, "format", "reports.format"),
        ({"object_names": 1}, "object_names", "vendor.objects.object_name"),
    ],
)
def test_the_option_that_is_meant_is_named_by_its_path(values: dict[str, t.Any], unknown: str, meant: str) -> None:
    found = describe_unknown_options(TABLE, values)
    assert found.startswith(f"{unknown} is not an option")
    assert found.endswith(f" {meant}?")


def test_without_a_similar_name_those_that_can_be_set_there_are_named() -> None:
    found = describe_unknown_options(TABLE, {"policy": {"zzz": 1, 7: 1}})
    assert "policy.zzz" in found and "policy.7" in found
    assert "policy.states" in found and "policy.max_age" in found and "?" not in found


def test_the_message_stays_short_however_many_names_are_unknown() -> None:
    assert describe_unknown_options(TABLE, {f"zzz{number}": 1 for number in range(50)}).count("is not an option") == 3
