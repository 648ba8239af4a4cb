# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done alike on each ansible-core, and that one which is too old is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.datascan.gate.plugins.action.scan_gate import ActionModule
from ansible_collections.datascan.gate.plugins.plugin_utils import _core_versions, _in_process
from test_in_process import action

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("version", ["2.16.0", "2.16.0rc1", "2.19.14", "2.21.3", "2.100.0", "3.0.0"])
def test_supported_cores_are_accepted(version: str) -> None:
    assert _core_versions.too_old(version) is None


@pytest.mark.parametrize("version", ["2.9.27", "2.15.13", "2.15.0rc1"])
def test_an_older_core_is_refused_with_what_is_needed_and_what_was_found(version: str) -> None:
    message = _core_versions.too_old(version)
    assert message and version in message and _core_versions.OLDEST_CORE in message


def test_a_task_on_an_older_core_fails_with_that_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_in_process, "too_old", lambda: "Update ansible-core.")
    result = action(ActionModule, {"scans": []}).run(None, {})
    assert result["failed"] and result["msg"] == "Update ansible-core."
    assert result["error"]["kind"] == "invalid_input"


def test_the_runtime_metadata_names_the_same_core() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    assert runtime["requires_ansible"] == f">={_core_versions.OLDEST_CORE}.0"
