# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a vendor answers, each module ends with a result or with one clear sentence, never with a traceback."""

from __future__ import annotations

import importlib
import json
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.datascan.gate.plugins.module_utils._ansible import invocation as _ansible
from ansible_collections.datascan.gate.plugins.module_utils._ansible.execution import execute
from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import (
    CancelsScans,
    ListsColumns,
    ListsScans,
    RescansScans,
    StartsScans,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from fake_clock import FakeClock
from hypothesis import HealthCheck, given, settings
from provider_samples import sample_ids, sample_target
from random_answers import Answer, ScriptedResponses, answers
from scripted_vendor import mount

PLUGINS = "ansible_collections.datascan.gate.plugins"
CONNECT = _ansible.connect
WAIT = {"wait": True, "wait_timeout": 4}


def runs() -> Iterator[t.Any]:
    """Every module with every vendor that supports it."""
    for name, vendor in provider_classes().items():
        ids = sample_ids(vendor, 3)
        given_options: list[tuple[str, dict[str, t.Any]]] = [
            ("scan_status", {"scan_ids": ids, **WAIT}),
            ("scan_wait", {"scan_ids": ids, "wait_timeout": 4}),
        ]
        if issubclass(vendor, StartsScans):
            previous = {} if vendor.supports("list") else {"previous_scan_id": ids[0]}
            given_options.append(("scan_start", {name: sample_target(vendor), "fresh_for": 3600, **previous, **WAIT}))
        if issubclass(vendor, ListsScans):
            given_options.append(("scan_status", {"query": {"states": ["failed"], "limit": 3}}))
            given_options.append(("scan_status", {"query": {"limit": 1}}))
        if issubclass(vendor, CancelsScans):
            given_options.append(("scan_cancel", {"scan_ids": ids[:2], **WAIT}))
            given_options.append(("scan_wait", {"scan_ids": ids, "wait_timeout": 4, "on_timeout": "cancel"}))
        if issubclass(vendor, RescansScans):
            given_options.append(("scan_rescan", {vendor.rescan_option: vendor.example_id, **WAIT}))
        if issubclass(vendor, ListsColumns):
            given_options.append(("cluster_columns_info", {"cluster": {"name": "Email"}}))
            given_options.append(("cluster_columns_info", {"cluster_id": "abc", "dest": "columns.csv"}))
            given_options.append(("cluster_columns_info", {"cluster_id": "abc", "dest": "columns.json"}))
        for module, options in given_options:
            yield pytest.param(module, name, options, id=f"{module}-{name}-{'-'.join(options)}")


def call(spec: ModuleSpec, options: dict[str, t.Any], lines: list[str]) -> Invocation:
    validation = ArgumentSpecValidator(spec.argument_spec, **spec.constraints).validate(options)
    assert not validation.error_messages
    return Invocation(
        params=validation.validated_parameters,
        check_mode=False,
        diff_mode=True,
        redactor=Redactor(),
        warn=lines.append,
        report_progress=lines.append,
        clock=FakeClock(),  # type: ignore[arg-type]
    )


def is_line(text: str) -> bool:
    return bool(text) and text.isprintable() and len(text) < 5000


@pytest.mark.parametrize(("name", "vendor", "given_options"), list(runs()))
def test_any_answer_makes_a_result_or_one_sentence(
    name: str, vendor: str, given_options: dict[str, t.Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec: ModuleSpec = importlib.import_module(f"{PLUGINS}.modules.{name}").MODULE
    connection = {"provider": vendor, "api_url": "https://vendor.test/v1", "api_token": "unit-test-token", "retries": 1}
    options = {**connection, **given_options}
    monkeypatch.chdir(tmp_path)

    @settings(max_examples=40, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(answers(vendor))
    def holds(answered: list[Answer]) -> None:
        def connect(*args: t.Any, **kwargs: t.Any) -> t.Any:
            provider = CONNECT(*args, **kwargs)
            mount(provider, ScriptedResponses(answered))
            return provider

        monkeypatch.setattr(_ansible, "connect", connect)
        lines: list[str] = []
        result = execute(spec, call(spec, options, lines))
        assert "internal error" not in result.get("msg", ""), result["msg"]
        json.dumps(result, allow_nan=False, ensure_ascii=False).encode()
        assert all(map(is_line, lines))
        assert not result.get("failed") or is_line(result["msg"])
        if Path("columns.json").exists():
            json.loads(Path("columns.json").read_text(), parse_constant=pytest.fail)

    holds()
