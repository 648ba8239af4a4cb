# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role audit_cluster: what would judge nothing, or not what is meant, is refused."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
from ansible_collections.datascan.gate.plugins.plugin_utils._gate_options import (
    GateOptions,
    check_options,
    read_options,
)

RIGHT = {"audit_cluster_id": "c1", "audit_cluster_required_tags": ["sensitivity"]}


def checked(**variables: t.Any) -> GateOptions:
    options = read_options("audit_cluster", {**RIGHT, **variables}, lambda value: value)
    check_options(options, "audit_cluster")
    return options


def test_right_variables_are_accepted() -> None:
    assert checked()["required_tags"] == ["sensitivity"]
    assert checked(datascan_provider="bigid", audit_cluster_forbidden_tags={"a": ["b", "c"]})["mode"] == "enforce"
    assert checked(audit_cluster_required_tags="sensitivity, owner")["allow_size_mismatch"] is False


def test_an_empty_text_is_the_same_as_not_set() -> None:
    variables = {"audit_cluster_id": "", "audit_cluster_lookup": {"name": "a", "label": ""}, "audit_cluster_filter": ""}
    assert checked(**variables)["filter"] is None


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"required_tags": []}, "set audit_cluster_required_tags or audit_cluster_forbidden_tags"),
        ({"required_tags": ""}, "set audit_cluster_required_tags or audit_cluster_forbidden_tags"),
        ({"required_tags": [7]}, "audit_cluster_required_tags[0] must be a text, but its value is a number. Quote it"),
        ({"required_tags": "a,,b"}, "audit_cluster_required_tags[1] must be a tag name, and is empty"),
        ({"forbidden_tags": {"a": []}}, "audit_cluster_forbidden_tags.a forbids nothing"),
        ({"forbidden_tags": {"a": None}}, "audit_cluster_forbidden_tags.a forbids nothing"),
        ({"forbidden_tags": {"a": None, "b": "c"}}, "audit_cluster_forbidden_tags.a forbids nothing"),
        ({"forbidden_tags": {"a": {"high": True}}}, "audit_cluster_forbidden_tags.a forbids nothing"),
        ({"forbidden_tags": {"a": [""]}}, "audit_cluster_forbidden_tags.a must be a value of a tag, and is empty"),
        ({"forbidden_tags": {"a": "b,c"}}, "audit_cluster_forbidden_tags.a is a text with a comma"),
        ({"forbidden_tags": {"a": True}}, "quote it"),
        ({"forbidden_tags": "a="}, "audit_cluster_forbidden_tags.a must be a value of a tag, and is empty"),
        ({"lookup": {"name": "x"}}, "Set either audit_cluster_id or audit_cluster_lookup"),
        ({"id": ""}, "Set either audit_cluster_id or audit_cluster_lookup"),
        ({"id": "", "lookup": {}}, "audit_cluster_lookup is empty"),
        ({"id": "", "lookup": {"name": ""}}, "audit_cluster_lookup is empty"),
        ({"id": "", "lookup": {"nam": "x"}}, "nam"),
        ({"requird_tags": ["a"]}, "audit_cluster_requird_tags is not a variable of the role audit_cluster"),
        ({"mode": "advice"}, "audit_cluster_mode must be one of: enforce, advise"),
        ({"reports": [{"format": "html", "dest": "a"}]}, "format must be one of: markdown, csv, json"),
    ],
)
def test_a_wrong_variable_is_refused_by_its_name(variables: dict[str, t.Any], message: str) -> None:
    with pytest.raises(DatascanError) as raised:
        checked(**{f"audit_cluster_{name}": value for name, value in variables.items()})
    assert message in raised.value.message


def test_a_vendor_without_clusters_is_refused() -> None:
    with pytest.raises(DatascanError, match="Glasswall cannot list the columns of a cluster"):
        checked(datascan_provider="glasswall")
