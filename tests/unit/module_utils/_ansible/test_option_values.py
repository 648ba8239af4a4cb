# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accepted forms of values: an empty text means that an option is not set, and ids may be one text."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from ansible_collections.datascan.gate.plugins.module_utils._ansible.option_values import without_empty_texts
from ansible_collections.datascan.gate.plugins.module_utils._core.options import CONNECTION_OPTIONS
from module_args import patch_module_args
from module_specs import NAMES, SPECS

CONNECTION = {"provider": "glasswall", "api_url": "http://vendor.test", "api_token": "unit-test-token"}
SPEC: dict[str, t.Any] = {
    "scan_ids": {"type": "list", "elements": "str", "aliases": ["scan_id"]},
    "name": {"type": "str"},
    "path": {"type": "path"},
    "limit": {"type": "int"},
    "samples": {"type": "list", "elements": "str", "no_log": True},
    "query": {
        "type": "dict",
        "options": {
            "states": {"type": "list", "elements": "str"},
            "owner": {"type": "str"},
            "started_after": {"type": "str"},
            "name": {"type": "str"},
            "source": {"type": "str"},
            "limit": {"type": "int"},
        },
    },
    "policy": {
        "type": "dict",
        "options": {
            "accepted": {
                "type": "list",
                "elements": "dict",
                "options": {name: {"type": "str"} for name in ("scan", "issue", "until", "reason")},
            }
        },
    },
    "reports": {"type": "list", "elements": "dict", "options": {"dest": {"type": "path"}}},
    "scans": {"type": "list", "elements": "dict"},
}


def failure(name: str, options: dict[str, t.Any], capsys: pytest.CaptureFixture[str]) -> dict[str, t.Any]:
    """The result of a module that is run as Ansible runs it on another host."""
    given = {**options, "_ansible_module_name": f"datascan.gate.{name}"}
    with patch_module_args(given), pytest.raises(SystemExit):
        run_module(SPECS[name])
    result: dict[str, t.Any] = json.loads(capsys.readouterr().out)
    assert result["failed"]
    return result


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": "", "limit": "", "query": "", "reports": ""}, {}),
        ({"query": {"states": "", "owner": ""}}, {"query": {}}),
        ({"query": {"name": "", "source": "", "limit": ""}}, {"query": {"name": "", "source": ""}}),  # refused later
        ({"reports": ["", {"dest": ""}]}, {"reports": [{}]}),
        ({"scan_ids": ["a", " b\n"]}, {"scan_ids": ["a", "b"]}),
        ({"scan_ids": ["a", ""]}, {"scan_ids": ["a", ""]}),  # refused later: a gate must judge what it was given
        ({"scan_ids": "a, b"}, {"scan_ids": ["a", "b"]}),
        ({"scan_id": "a\nb\r\n"}, {"scan_id": ["a", "b"]}),
        ({"scan_ids": [7, None]}, {"scan_ids": [7, None]}),
        ({"query": {"states": "failed, running"}}, {"query": {"states": ["failed", "running"]}}),
        ({"samples": ["", " o"]}, {"samples": ["", " o"]}),
        ({"scans": [{"error": ""}]}, {"scans": [{"error": ""}]}),
        ({"name": " a "}, {"name": " a "}),
        ({"unknown": [""]}, {"unknown": [""]}),
    ],
    ids=str,
)
def test_empty_texts_are_not_set_and_lists_may_be_one_text(given: dict[str, t.Any], expected: dict[str, t.Any]) -> None:
    assert without_empty_texts(SPEC, given) == expected


@pytest.mark.parametrize("empty", ["", None])
@pytest.mark.parametrize("as_text", [False, True])
def test_an_empty_suboption_that_narrows_stays_and_is_refused_later(empty: str | None, as_text: bool) -> None:
    written = json.dumps if as_text else lambda value: value
    for name in ("name", "source"):
        query = written({name: empty, "owner": empty, "limit": 1})
        found = without_empty_texts(SPEC, {"query": query}, as_given=True)["query"]
        assert found == {name: "", "limit": 1, **({} if empty == "" else {"owner": None})}
    for name in ("scan", "issue"):
        entry = {"scan": "a", "issue": "b", "until": "c", name: empty}
        policy = written({"accepted": [written(entry)]})
        found = without_empty_texts(SPEC, {"policy": policy}, as_given=True)["policy"]
        assert found == {"accepted": [{**entry, name: ""}]}


def test_a_suboption_that_is_left_out_is_not_empty() -> None:
    """Ansible adds missing suboptions as null when it validates a dictionary."""
    for given in ({"limit": 1}, {"limit": 1, "name": None}):
        assert without_empty_texts(SPEC, {"query": given}) == {"query": given}
    assert without_empty_texts(SPEC, {"query": {"limit": 1}}, as_given=True) == {"query": {"limit": 1}}
    assert without_empty_texts(SPEC, {"query": "name=a"}, as_given=True) == {"query": "name=a"}


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_text_is_not_set_for_every_option_of_a_module(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With all options empty, the first error is the same as without options."""
    spec = SPECS[name].argument_spec
    assert failure(name, dict.fromkeys(spec, ""), capsys)["msg"] == failure(name, {}, capsys)["msg"]


@pytest.mark.parametrize(
    ("name", "options"),
    [(name, pair) for name, spec in SPECS.items() for pair in spec.constraints.get("mutually_exclusive", ())],
)
def test_options_that_exclude_each_other_are_named_as_they_are_written(
    name: str, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    values = {"str": "7", "dict": {}, "list": []}
    given = {option: values[SPECS[name].argument_spec[option]["type"]] for option in options}
    assert " and ".join(options) + " are mutually exclusive" in failure(name, given, capsys)["msg"]


@pytest.mark.parametrize("variable", sorted(row["env"] for row in CONNECTION_OPTIONS.values() if "env" in row))
def test_an_empty_environment_variable_is_not_set(
    variable: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "")
    missing = failure("scan_status", {"scan_ids": ["x"]}, capsys)
    assert missing["msg"].startswith("provider is missing: ")
    given = {**CONNECTION, "scan_ids": ["x"]}
    assert "not a Glasswall scan id" in failure("scan_status", given, capsys)["msg"]


# Every failure has a kind


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"nonsense": 1},
        {"auth_scheme": "nothing", "mode": "nothing"},
        {"timeout": "soon", "policy": {"max_age": "soon"}},
        {"query": 7, "policy": 7, "cluster": [7]},
        {"scan_ids": ["a"], "query": {}, "scans": ["a"], "cluster_id": "a", "cluster": {}, "creative_id": "a"},
    ],
    ids=str,
)
def test_a_wrong_option_has_a_kind(name: str, wrong: dict[str, t.Any], capsys: pytest.CaptureFixture[str]) -> None:
    spec = SPECS[name].argument_spec
    known = {option: value for option, value in wrong.items() if option in spec or option == "nonsense"}
    connection = {option: value for option, value in CONNECTION.items() if option in spec}
    result = failure(name, {**connection, **known}, capsys)
    assert result["error"]["kind"] == "invalid_input"
    assert result["changed"] is False
    if "nonsense" in wrong:
        assert "nonsense" in result["msg"]
