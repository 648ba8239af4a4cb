# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result that a role registers has the keys that its README documents, whatever failed."""

from __future__ import annotations

import re
import typing as t
from types import SimpleNamespace

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import UnavailableError
from ansible_collections.datascan.gate.plugins.plugin_utils._gate_registry import GateEntry, refused_result
from ansible_collections.datascan.gate.plugins.plugin_utils._gate_steps import GateStepAction
from ansible_collections.datascan.gate.plugins.plugin_utils._role_variables import ROLES

GATES = ("run_scan", "watch_scans", "rescan", "audit_cluster")
ANSIBLES_KEYS = {"changed", "failed"}


def documented_keys(role: str) -> set[str]:
    page = (ROLES / role / "README.md").read_text(encoding="utf-8")
    table = page.partition("\n| Key | Meaning |\n")[2].partition("\n\n")[0]
    keys = {key for row in re.findall(r"^\| (.+?) \|", table, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)}
    assert "passed" in keys
    return keys


def publish(role: str, judged: dict[str, t.Any], started: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
    """The result of the last task of a role, after a module decided so."""
    entry = GateEntry("localhost", 1, role).concluded(judged)
    facts = {
        "inventory_hostname": "localhost",
        entry.fact: entry.facts(),
        "__datascan_begun": {"number": 1, "nonce": "a", "refused": False, "options": {}, "result": {}},
        "__datascan_judged": judged,
        "__datascan_started": started,
    }
    hostvars = SimpleNamespace(raw_get=lambda host: facts)
    task = SimpleNamespace(args={"step": "publish"}, check_mode=False, async_val=0, action="gate_step", no_log=False)
    loader = DataLoader()
    action = GateStepAction(
        task,
        SimpleNamespace(transport="local", become=None, _shell=SimpleNamespace(tmpdir=None)),
        None,
        loader,
        Templar(loader),
        None,
    )  # type: ignore[arg-type]
    return action.run(None, {**facts, "hostvars": hostvars})


JUDGED: dict[str, dict[str, t.Any]] = {
    "passed": {"passed": True, "proceed": True, "msg": "Gate passed: 0 of 0 scans.", "reasons": [], "invocation": {}},
    "a failure of Ansible's own": {"failed": True, "msg": "boom", "rc": 1, "exception": "trace", "module_stdout": ""},
    "nothing": {},
}


@pytest.mark.parametrize("judged", [*JUDGED, "refused"])
@pytest.mark.parametrize("role", GATES)
def test_the_keys_are_those_of_the_readme(role: str, judged: str) -> None:
    given = JUDGED.get(judged) or refused_result(role, UnavailableError("The host does not answer."))
    result = publish(role, given)
    assert set(result) - ANSIBLES_KEYS == documented_keys(role)
    assert result["failed"] is (judged != "passed")


@pytest.mark.parametrize("reused", [True, False, None])
@pytest.mark.parametrize("role", ["run_scan", "rescan"])
def test_whether_the_scan_was_reused_is_known_from_the_start(role: str, reused: bool | None) -> None:
    assert publish(role, JUDGED["passed"], {"changed": False, "reused": reused})["reused"] is reused


@pytest.mark.parametrize("role", ["run_scan", "rescan"])
def test_without_a_start_nothing_was_reused(role: str) -> None:
    assert publish(role, JUDGED["nothing"], None)["reused"] is None
