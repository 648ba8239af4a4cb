# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wrong option is named by its full path, in the same words in process and as a module."""

from __future__ import annotations

import importlib
import json
import math
import typing as t
from pathlib import Path

import pytest
from action_plugins import action
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from module_args import patch_module_args
from module_specs import PLUGINS, SPECS

CONNECTION = {"provider": "bigid", "api_url": "http://127.0.0.1:1/api/v1", "api_token": "t0ken-of-a-test"}
UNKNOWN = [
    ("scan_start", {"bigid": {"scan_profil": "a"}}, "bigid.scan_profil", "bigid.scan_profile"),
    ("scan_start", {"scan_profile": "a"}, "scan_profile", "bigid.scan_profile"),
    ("scan_start", {"bigid": {"scan_profile": "a"}, "fresh_fro": 1}, "fresh_fro", "fresh_for"),
    (
        "scan_start",
        {"protecto": {"objects": [{"object": ["a"]}]}},
        "protecto.objects[0].object",
        "protecto.objects[0].object_name",
    ),
    ("scan_status", {"query": {"started_aftr": "a"}}, "query.started_aftr", "query.started_after"),
    ("scan_wait", {"scan_ids": ["a"], "on_timout": "fail"}, "on_timout", "on_timeout"),
    ("scan_cancel", {"scan_ids": ["a"], "to_late": "fail"}, "to_late", "too_late"),
    ("scan_gate", {"scans": [], "policy": {"max_isues": 1}}, "policy.max_isues", "policy.max_issues"),
    ("scan_gate", {"scans": [], "reports": [{"formt": "json"}]}, "reports[0].formt", "reports[0].format"),
    ("scan_gate", {"scans": [], "max_issues": 1}, "max_issues", "policy.max_issues"),
    ("cluster_columns_audit", {"cluster": {"nam": "a"}}, "cluster.nam", "cluster.name"),
]
ANSIBLES_WORDS = ("unable to convert", "missing required", "found in", "upported parameters", "->")


def failures(name: str, given: dict[str, t.Any], capsys: pytest.CaptureFixture[str]) -> list[dict[str, t.Any]]:
    given = {**(CONNECTION if SPECS[name].connects else {}), **given}
    plugin = importlib.import_module(f"{PLUGINS}.action.{name}").ActionModule
    in_process = action(plugin, given).run(None, {})
    capsys.readouterr()
    with patch_module_args({**given, "_ansible_module_name": f"datascan.gate.{name}"}), pytest.raises(SystemExit):
        run_module(SPECS[name])
    return [in_process, json.loads(capsys.readouterr().out)]


@pytest.mark.parametrize(("name", "given", "unknown", "meant"), UNKNOWN, ids=lambda value: str(value)[:40])
def test_a_misspelt_option_is_named_with_the_one_that_is_meant(
    name: str, given: dict[str, t.Any], unknown: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for result in failures(name, given, capsys):
        assert result["msg"].startswith(f"{unknown} is not an option")
        assert result["msg"].endswith(f" {meant}?")
        assert result["error"]["kind"] == "invalid_input"


@pytest.mark.parametrize(
    ("name", "given", "path"),
    [
        ("scan_start", {"bigid": {}}, "bigid.scan_profile"),
        ("scan_start", {"protecto": {"objects": [{"object_name": ["a"]}]}}, "protecto.objects.data_source_name"),
        ("scan_gate", {"scans": [], "reports": [{"format": "json"}]}, "reports.dest"),
        ("scan_gate", {"scans": [], "reports": [{"format": "xml", "dest": "a"}]}, "reports.format"),
        ("scan_gate", {"scans": [], "policy": {"states": ["complete"]}}, "policy.states"),
        ("scan_gate", {"scans": [], "policy": {"max_issues": "many"}}, "policy.max_issues"),
        ("scan_status", {"query": {"limit": "all"}}, "query.limit must be a whole number."),
        ("scan_wait", {"scan_ids": ["a"], "fail_fast": "perhaps"}, "fail_fast must be true or false."),
        ("scan_wait", {"scan_ids": ["a"], "wait_timeout": "soon"}, "wait_timeout must be a number."),
        (
            "scan_wait",
            {"scan_ids": ["a"], "wait_timeout": 10**400},
            "wait_timeout must be a number that is not too large.",
        ),
        ("scan_status", {"scan_ids": ["a"], "retries": math.inf}, "retries must be a whole number."),
        ("scan_gate", {"scans": [], "policy": {"max_issues": math.inf}}, "policy.max_issues must be a whole number."),
        ("scan_status", {"query": {"states": []}}, "query.states is empty"),
        # ansible-core 2.16 does not take a null for an empty text.
        ("scan_status", {"query": {"owners": [None]}}, "query.owners "),
        ("scan_cancel", {"scan_ids": ["a"], "too_late": None}, "too_late must be "),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_option_that_is_missing_or_has_a_wrong_value_is_named_by_its_path(
    name: str, given: dict[str, t.Any], path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for result in failures(name, given, capsys):
        assert path in result["msg"]
        assert not any(words in result["msg"] for words in ANSIBLES_WORDS)


def test_a_name_that_holds_a_token_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    for result in failures("scan_wait", {"scan_ids": ["a"], "t0ken-of-a-test": 1}, capsys):
        assert "t0ken" not in json.dumps(result)


def sampled(samples: t.Any) -> dict[str, t.Any]:
    return {"objects": [{"data_source_name": "a", "object_name": ["b"], "data_samples": samples}]}


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        (
            "scan_start",
            {"provider": "protecto", "protecto": sampled([{"column_name": "a", "samples": ["b"]}, 4111222233])},
            "protecto.objects[0].data_samples[1] must be a dictionary.",
        ),
        (
            "scan_start",
            {"provider": "protecto", "protecto": sampled([["Zebulon"]])},
            "protecto.objects[0].data_samples[0] must be a dictionary.",
        ),
        (
            "scan_start",
            {"provider": "protecto", "protecto": sampled([411122.2233])},
            "protecto.objects[0].data_samples[0] must be a dictionary.",
        ),
        (
            "scan_start",
            {"provider": "protecto", "protecto": {"objects": ["a"]}},
            "protecto.objects[0] must be a dictionary.",
        ),
        (
            "scan_gate",
            {"scans": [], "reports": [{"format": "json", "dest": "a.json"}, None]},
            "reports[1] must be a dictionary.",
        ),
        ("scan_gate", {"scans": [], "reports": ["scan.xml"]}, "reports[0] must be a dictionary."),
        ("scan_gate", {"scans": [], "reports": "scan.xml"}, "reports must be a list of dictionaries."),
        (
            "scan_gate",
            {"scans": "a", "policy": "b"},
            "scans must be a list of dictionaries, or policy must be a dictionary.",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_dictionary_is_named_by_its_path_and_never_quoted(
    name: str,
    given: dict[str, t.Any],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)  # a refused gate writes its reports
    for result in failures(name, given, capsys):
        assert result["msg"] == message
        assert not any(value in json.dumps(result) for value in ("41112", "Zebulon"))
