# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a vendor answers, each door ends with a result or with one clear sentence, and never with an own error."""

from __future__ import annotations

import importlib
import json
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.datascan.gate.plugins.module_utils._ansible import invocation as _ansible
from ansible_collections.datascan.gate.plugins.module_utils._ansible.execution import execute
from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from hypothesis import HealthCheck, given, settings
from random_answers import Answer, Babble, answers
from support import CHILD_ID, SCAN_ID, TARGET, FakeClock, mount

PLUGINS = "ansible_collections.datascan.gate.plugins"
CONNECT = _ansible.connect
WAIT = {"wait": True, "wait_timeout": 4}
THREE = [SCAN_ID, CHILD_ID, "18ab2ba1-7c15-4b1a-a745-be763ade81f0"]
RUNS: list[tuple[str, str, dict[str, t.Any]]] = [
    ("scan_start", "glasswall", {"glasswall": TARGET, "fresh_for": 3600, **WAIT}),
    ("scan_start", "bigid", {"bigid": {"scan_profile": "nightly"}, "fresh_for": 3600, **WAIT}),
    (
        *("scan_start", "protecto"),
        {"protecto": {"objects": [{"data_source_name": "crm", "object_name": ["x"]}]}, "previous_scan_id": "a", **WAIT},
    ),
    ("scan_status", "glasswall", {"scan_ids": THREE, **WAIT}),
    ("scan_status", "glasswall", {"query": {"states": ["failed"], "limit": 3}}),
    ("scan_status", "bigid", {"query": {"limit": 1}}),
    ("scan_cancel", "glasswall", {"scan_ids": THREE[:2], **WAIT}),
    ("scan_rescan", "glasswall", {"scan_id": SCAN_ID, **WAIT}),
    ("scan_rescan", "advalidation", {"creative_id": "7", **WAIT}),
    ("scan_wait", "glasswall", {"scan_ids": THREE, "wait_timeout": 4, "on_timeout": "cancel"}),
    ("scan_wait", "bigid", {"scan_ids": ["a", "b"], "wait_timeout": 4}),
    ("scan_wait", "protecto", {"scan_ids": ["a", "b"], "wait_timeout": 4}),
    ("scan_wait", "advalidation", {"scan_ids": ["1", "2"], "wait_timeout": 4}),
    ("cluster_columns_info", "bigid", {"cluster": {"name": "Email"}}),
    ("cluster_columns_info", "bigid", {"cluster_id": "abc", "dest": "columns.csv"}),
    ("cluster_columns_info", "bigid", {"cluster_id": "abc", "dest": "columns.json"}),
]


def call(door: ModuleSpec, options: dict[str, t.Any], said: list[str]) -> Invocation:
    validation = ArgumentSpecValidator(door.argument_spec, **door.constraints).validate(options)
    assert not validation.error_messages
    return Invocation(
        params=validation.validated_parameters,
        check_mode=False,
        diff_mode=True,
        redactor=Redactor(),
        warn=said.append,
        report_progress=said.append,
        clock=FakeClock(),  # type: ignore[arg-type]
    )


def is_line(text: str) -> bool:
    return bool(text) and text.isprintable() and len(text) < 5000


@pytest.mark.parametrize(("name", "vendor", "given_options"), RUNS, ids=[f"{run[0]}-{run[1]}" for run in RUNS])
def test_any_answer_makes_a_result_or_one_sentence(
    name: str, vendor: str, given_options: dict[str, t.Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door: ModuleSpec = importlib.import_module(f"{PLUGINS}.modules.{name}").MODULE
    connection = {"provider": vendor, "api_url": "https://vendor.test/v1", "api_token": "unit-test-token", "retries": 1}
    options = {**connection, **given_options}
    monkeypatch.chdir(tmp_path)

    @settings(max_examples=40, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(answers(vendor))
    def holds(answered: list[Answer]) -> None:
        def connect(*args: t.Any, **kwargs: t.Any) -> t.Any:
            provider = CONNECT(*args, **kwargs)
            mount(provider, Babble(answered))
            return provider

        monkeypatch.setattr(_ansible, "connect", connect)
        said: list[str] = []
        result = execute(door, call(door, options, said))
        assert "internal error" not in result.get("msg", ""), result["msg"]
        json.dumps(result, allow_nan=False, ensure_ascii=False).encode()
        assert all(map(is_line, said))
        assert not result.get("failed") or is_line(result["msg"])
        if Path("columns.json").exists():
            json.loads(Path("columns.json").read_text(), parse_constant=pytest.fail)

    holds()
