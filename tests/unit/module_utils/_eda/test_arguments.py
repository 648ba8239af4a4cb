# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of the event source: what a rulebook may write, and what is refused before anything is sent."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Query
from ansible_collections.datascan.gate.plugins.module_utils._eda.arguments import ARGUMENTS, parse_arguments
from event_source import source_file

GIVEN = {"provider": "glasswall", "api_url": "https://vendor.test/api/v1", "api_token": "t"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATASCAN_PROVIDER", "DATASCAN_API_URL", "DATASCAN_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def test_a_query_without_conditions_follows_everything() -> None:
    assert parse_arguments({**GIVEN, "query": {}}).request.query == Query()


def test_an_empty_text_and_nothing_are_not_set() -> None:
    arguments = parse_arguments(
        {**GIVEN, "query": {}, "scan_ids": "", "interval": None, "state_file": "", "events": ""}
    )
    assert (arguments.request.scan_ids, arguments.request.interval) == ([], None)
    assert (arguments.state_file, arguments.events) == (None, frozenset())


def test_the_environment_is_the_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATASCAN_PROVIDER", "advalidation")
    monkeypatch.setenv("DATASCAN_API_TOKEN", "from the environment")
    arguments = parse_arguments({"scan_ids": [1001]})
    assert (arguments.connection.api_token, arguments.request.scan_ids) == ("from the environment", ["1001"])


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, "scan_ids"),
        ({"scan_ids": ["a"], "query": {}}, "scan_ids"),
        ({"query": []}, "query"),
        ({"query": {"nam": "x"}}, "query.nam"),
        ({"query": {"limit": 1}}, "query.limit"),
        ({"query": {"states": ["done"]}}, "query.states"),
        ({"query": {"started_after": "yesterday"}}, "query.started_after"),
        ({"query": {"name": 7}}, "query.name"),
        ({"query": {"name": ""}}, "query.name is empty"),
        ({"query": {}, "intervall": 1}, "intervall"),
        ({"query": {}, "interval": 0}, "interval"),
        ({"query": {}, "interval": "soon"}, "interval"),
        ({"query": {}, "report_first": "some"}, "report_first"),
        ({"query": {}, "events": ["failed"]}, "events"),
        ({"query": {}, "feedback_timeout": 0}, "feedback_timeout"),
        ({"query": {}, "state_file": 7}, "state_file"),
        ({"query": {}, "timeout": -1}, "timeout"),
        ({"scan_ids": [7]}, "scan_ids"),  # YAML read a number, which may have been 007
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, t.Any], named: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"\b{named}\b"):
        parse_arguments({**GIVEN, **changes})


def test_the_documentation_names_every_argument_with_its_type_default_and_choices() -> None:
    documented = yaml.safe_load(source_file()["DOCUMENTATION"])["options"]
    assert {name: _facts(option) for name, option in documented.items()} == {
        name: _facts(option) for name, option in ARGUMENTS.items() if name != "provider"
    } | {"provider": _facts(documented["provider"])}


def _facts(option: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    facts = {key: option[key] for key in ("type", "elements", "choices") if key in option}
    default = option.get("default", [] if option.get("elements") and "default" in option else None)
    parts = {name: _facts(part) for name, part in (option.get("suboptions") or option.get("options") or {}).items()}
    return {**facts, "default": default or None, "parts": parts}
