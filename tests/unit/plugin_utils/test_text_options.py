# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A text option takes text only, in every module and role: YAML and AWX turn 007 into 7."""

from __future__ import annotations

import datetime
import typing as t

import pytest
import yaml
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import NAMES, provider_class
from ansible_collections.datascan.gate.plugins.plugin_utils._gate_options import read_options
from ansible_collections.datascan.gate.plugins.plugin_utils._role_variables import ROLES
from ansible_collections.datascan.gate.plugins.plugin_utils._text_options import check_texts, provider_name
from module_specs import SPECS

# As YAML 1.1 reads them without quotes: 007, 1.10, on, 0x1F, 1e3, 2026-01-01, ...
OTHER_VALUES = [
    *(yaml.safe_load(text) for text in ("007", "1.10", "on", "0x1F", "1.0e+3", "2026-01-01", "1_000", "12:30:45")),
    *(yaml.safe_load(text) for text in ("2026-01-01T00:00:00Z", ".nan", "-0", "!!binary aGVsbG8=")),
    {"a": 1},
    ["a"],
    ("a",),
]


def text_options(spec: dict[str, t.Any], path: tuple[str, ...] = ()) -> t.Iterator[tuple[tuple[str, ...], bool]]:
    """The way to each text option, and whether it is a list of texts."""
    for name, option in spec.items():
        many = option.get("type") == "list"
        if "options" in option:
            yield from text_options(option["options"], (*path, name))
        elif option.get("elements" if many else "type", "str") in ("str", "path"):
            yield (*path, name), many


def nested(path: tuple[str, ...], spec: dict[str, t.Any], value: t.Any) -> dict[str, t.Any]:
    """Options that set the one at the end of a path."""
    name, *rest = path
    if rest:
        value = nested(tuple(rest), spec[name]["options"], value)
        value = [value] if spec[name]["type"] == "list" else value
    return {name: value}


EVERY_OPTION = [
    pytest.param(spec, path, many, id=f"{module}-{'.'.join(path)}")
    for module, spec in ((name, SPECS[name].argument_spec) for name in sorted(SPECS))
    for path, many in text_options(spec)
]


def refused(spec: dict[str, t.Any], given: dict[str, t.Any], provider: str | None = None) -> str | None:
    try:
        check_texts(spec, given, provider_name(provider))
    except InvalidInputError as error:
        return str(error)
    return None


@pytest.mark.parametrize(("spec", "path", "many"), EVERY_OPTION)
def test_what_is_not_text_is_refused_by_the_name_of_its_option(spec, path, many):
    for value in OTHER_VALUES:
        if isinstance(value, datetime.date) and path[-1] in ("started_after", "started_before"):
            assert refused(spec, nested(path, spec, value)) is None
            continue
        given = nested(path, spec, ["text", value] if many else value)
        message = refused(spec, given) or ""
        assert ".".join(path) in message.replace("[0]", ""), value
        assert ("Set it to a text." if isinstance(value, (dict, list, tuple)) else "Quote it where") in message
        assert "hello" not in message


@pytest.mark.parametrize(("spec", "path", "many"), EVERY_OPTION)
def test_text_is_accepted_whatever_it_looks_like(spec, path, many):
    for value in ("007", "1.10", "on", "0x1F", "null", "1e3", "2026-01-01", "", "text"):
        assert refused(spec, nested(path, spec, [value] if many else value)) is None
    assert refused(spec, nested(path, spec, None)) is None


@pytest.mark.parametrize("vendor", NAMES)
@pytest.mark.parametrize("option", ["scan_ids", "scan_id"])
def test_an_id_may_be_a_number_where_the_vendors_ids_are(vendor, option):
    spec = {"scan_ids": {"type": "list", "elements": "str", "aliases": ["scan_id"]}, "name": {"type": "str"}}
    accepted = provider_class(vendor).whole_number_ids
    assert accepted == provider_class(vendor).example_id.isdecimal()
    for given in (1001, [1001], ["1001", 1002]):
        assert (refused(spec, {option: given}, vendor) is None) == accepted
    for given in (True, 1.5, [1001, False], datetime.date(2026, 1, 1)):
        assert option in str(refused(spec, {option: given}, vendor))
    assert "name" in str(refused(spec, {"name": 1001}, vendor))


def test_a_vendor_in_the_environment_counts(monkeypatch):
    spec = {"scan_ids": {"type": "list", "elements": "str"}}
    assert refused(spec, {"scan_ids": [1001]})
    monkeypatch.setenv("DATASCAN_PROVIDER", "advalidation")
    assert refused(spec, {"scan_ids": [1001]}) is None


def test_a_dictionary_in_place_of_a_list_of_texts_is_named_as_such():
    spec = {"required_tags": {"type": "list", "elements": "raw"}}
    expected = "required_tags must be a list of texts, but its value is a dictionary."
    assert refused(spec, {"required_tags": {"a": 1}}) == expected
    assert refused(spec, {"required_tags": [{"a": 1}]}).startswith("required_tags[0] must be a text, but")


@pytest.mark.parametrize("role", ["run_scan", "watch_scans", "rescan", "audit_cluster"])
def test_a_role_refuses_it_by_the_name_of_its_variable(role):
    spec = yaml.safe_load((ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options = spec["argument_specs"][role]["options"]
    paths = list(text_options(options))
    assert paths
    for path, many in paths:
        variables = nested(path, options, [7] if many else 7)
        with pytest.raises(InvalidInputError, match=r"(\[0\])?\.".join(path) + r"(\[0\])? .*uote it"):
            read_options(role, variables, lambda value: value)
