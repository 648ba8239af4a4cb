# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a role that gates: when they refuse to begin, and what closes a gate whose own verdict is to proceed."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.datascan.gate.plugins.plugin_utils import _gate_steps
from ansible_collections.datascan.gate.plugins.plugin_utils._gate_registry import (
    GateEntry,
    read_entries,
    unfinished_result,
)
from ansible_collections.datascan.gate.plugins.plugin_utils._role_variables import ROLES
from glasswall_script import TARGET

PASSED = {"passed": True, "proceed": True, "msg": "Gate passed: 1 of 1 scans.", "reasons": [], "scans": [{"id": "a"}]}
FAILED = {"passed": False, "proceed": False, "msg": "Gate failed: scan b failed.", "reasons": ["Scan b failed."]}
RUN_SCAN = {
    **yaml.safe_load((ROLES / "run_scan" / "defaults" / "main.yml").read_text(encoding="utf-8")),
    "datascan_provider": "glasswall",
    "run_scan_glasswall": TARGET,
}


class Play:
    """The hosts of a play, with the facts that the steps have noted on each."""

    def __init__(self, *hosts: str, strategy: str = "linear") -> None:
        self.hosts = hosts or ("localhost",)
        self.facts: dict[str, dict[str, t.Any]] = {host: {"inventory_hostname": host} for host in self.hosts}
        self.facts.setdefault("localhost", {"inventory_hostname": "localhost"})
        self._play = SimpleNamespace(strategy=strategy)

    def gate(self, host: str, judged: t.Any, role: str = "run_scan", number: int = 1, **begun: t.Any) -> None:
        """A gate of a host has come to a result, which is noted."""
        entry = GateEntry(host, number, role).concluded(judged)
        self.facts["localhost"][entry.fact] = entry.facts()
        self.facts[host]["__datascan_judged"] = judged
        self.facts[host]["__datascan_begun"] = {"number": number, "nonce": "a", "refused": False, "result": {}, **begun}

    def step(self, name: str, host: str = "localhost", role: str = "run_scan", **variables: t.Any) -> dict[str, t.Any]:
        """The result of one step on a host. The variables hide those that are stored."""
        task = SimpleNamespace(
            args={"step": name, "role": role},
            check_mode=False,
            async_val=0,
            action="gate_step",
            no_log=False,
            _play=self._play,
        )
        connection = SimpleNamespace(transport="local", become=None, _shell=SimpleNamespace(tmpdir=None))
        loader = DataLoader()
        action = _gate_steps.GateStepAction(
            task,  # type: ignore[arg-type]
            connection,  # type: ignore[arg-type]
            None,  # type: ignore[arg-type]
            loader,
            Templar(loader),
            None,
        )
        stored = self.facts[host]
        hostvars = SimpleNamespace(raw_get=lambda name: self.facts.get(name, {}))
        hosts = {"hostvars": hostvars, "ansible_play_hosts_all": list(self.hosts)}
        return action.run(None, {**stored, **hosts, **variables})


def assert_closed(result: dict[str, t.Any]) -> None:
    assert result["failed"] is True
    assert (result["passed"], result["proceed"]) == (False, False)


# The beginning


def test_a_gate_that_can_begin_is_not_refused() -> None:
    begun = Play("web1", "web2").step("begin", "web1", **RUN_SCAN)
    assert (begun["refused"], begun["number"]) == (False, 1), begun["result"]
    assert (begun["entry"]["passed"], begun["entry"]["proceed"]) == (False, False)
    assert begun["ansible_stats"]["data"]["datascan_gate"]["passed"] is False


@pytest.mark.parametrize("strategy", ["free", "host_pinned", "ansible.builtin.free"])
def test_a_strategy_under_which_no_host_can_stop_the_others_is_refused(strategy: str) -> None:
    begun = Play("web1", "web2", strategy=strategy).step("begin", "web1", **RUN_SCAN)
    assert begun["refused"] and strategy.rpartition(".")[2] in begun["result"]["msg"]
    assert Play("web1", strategy=strategy).step("begin", "web1", **RUN_SCAN)["refused"] is False


@pytest.mark.parametrize("name", ["run_scan_result", "watch_scans_result", "rescan_result", "audit_cluster_result"])
def test_a_result_that_is_an_extra_variable_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would hide the result that the deployment asks for."""
    monkeypatch.setattr(_gate_steps, "load_extra_vars", lambda loader: {name: {"passed": True}})
    begun = Play().step("begin", **RUN_SCAN, **{name: {"passed": True}})
    assert begun["refused"] and name in begun["result"]["msg"]


@pytest.mark.parametrize("name", ["rescan_result_file", "watch_scans_results", "audit_cluster_result_dir"])
def test_an_extra_variable_that_begins_like_a_result_is_not_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_gate_steps, "load_extra_vars", lambda loader: {name: "/srv/results"})
    assert Play().step("begin", **RUN_SCAN, **{name: "/srv/results"})["refused"] is False


@pytest.mark.parametrize("is_extra", [True, False])
def test_a_private_name_that_is_set_by_others_is_refused(is_extra: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    private = {"__datascan_judged": PASSED}
    monkeypatch.setattr(_gate_steps, "load_extra_vars", lambda loader: private if is_extra else {})
    play = Play()
    if is_extra:  # also where a fact of that name is there
        play.facts["localhost"].update(private)
    begun = play.step("begin", **RUN_SCAN, **private)
    assert begun["refused"] and "__datascan_judged" in begun["result"]["msg"]


def test_a_gate_that_is_refused_is_noted_with_its_reason() -> None:
    begun = Play().step("begin", **{**RUN_SCAN, "run_scan_mode": "maybe"})
    assert begun["refused"] and not begun["options"]
    assert begun["entry"]["msg"] == begun["result"]["msg"] == begun["ansible_stats"]["data"]["datascan_gate"]["msg"]
    assert "run_scan_mode" in begun["entry"]["msg"]
    assert (begun["entry"]["passed"], begun["entry"]["proceed"]) == (False, False)


# The end


def test_a_gate_of_which_all_hosts_pass_is_open() -> None:
    play = Play("web1", "web2")
    play.gate("web1", PASSED)
    play.gate("web2", PASSED)
    assert play.step("publish", "web1")["failed"] is False


@pytest.mark.parametrize(
    "other", [FAILED, {}, {**PASSED, "proceed": "yes"}], ids=["failed", "unfinished", "no boolean"]
)
def test_the_gate_of_another_host_closes_that_of_this_one(other: dict[str, t.Any]) -> None:
    play = Play("web1", "web2")
    play.gate("web1", PASSED)
    play.gate("web2", other)
    result = play.step("publish", "web1")
    assert_closed(result)
    assert result["msg"].startswith("The gate of host web2 did not pass: ")
    assert result["reasons"] == [result["msg"]]


@pytest.mark.parametrize("proceed", ["true", "yes", 1, [True], None, False])
def test_only_a_verdict_that_is_literally_true_opens_the_gate(proceed: t.Any) -> None:
    play = Play()
    play.gate("localhost", PASSED)
    play.facts["localhost"]["__datascan_judged"] = {**PASSED, "proceed": proceed}
    assert_closed(play.step("publish"))


@pytest.mark.parametrize("step", ["conclude", "publish"])
def test_an_earlier_gate_of_the_host_is_not_this_one(step: str) -> None:
    """Its first task began the second gate, whose entry was not noted."""
    play = Play()
    play.gate("localhost", PASSED)
    play.facts["localhost"]["__datascan_begun"]["number"] = 2
    result = play.step(step)
    assert result["failed"] is True and result.get("proceed") is not True


@pytest.mark.parametrize("step", ["conclude", "publish"])
def test_a_variable_that_replaces_the_name_of_the_host_is_refused(step: str) -> None:
    play = Play("web1", "web2")
    play.gate("web1", PASSED)
    play.gate("web2", FAILED, nonce="b")
    begun = play.facts["web2"]["__datascan_begun"]  # what this host registered itself
    result = play.step(step, "web1", __datascan_begun=begun)
    assert result["failed"] is True and "inventory_hostname" in result["msg"]


def test_a_gate_without_a_decision_replaces_an_older_report(tmp_path: Path) -> None:
    report = tmp_path / "scan.json"
    report.write_text(json.dumps({"passed": True}))
    initial = unfinished_result("run_scan")
    play = Play()
    play.gate("localhost", initial, result=initial, options={"reports": [{"format": "json", "dest": str(report)}]})
    assert "did not finish" in play.step("conclude")["msg"]
    assert json.loads(report.read_text())["passed"] is False


# The playbooks: was there a gate on localhost, and did it pass?


def prove(play: Play, required: int | None, role: str = "run_scan") -> dict[str, t.Any]:
    play.facts["localhost"]["__datascan_required"] = {} if required is None else {"number": required}
    return play.step("prove", role=role)


def test_a_gate_that_passed_on_localhost_is_proven() -> None:
    play = Play()
    assert play.step("require")["number"] == 0
    play.gate("localhost", PASSED)
    assert not prove(play, 0).get("failed")


@pytest.mark.parametrize("required", [1, None], ids=["an earlier gate", "nothing was required"])
def test_a_gate_before_this_one_proves_nothing(required: int | None) -> None:
    play = Play()
    play.gate("localhost", PASSED)
    assert_closed(prove(play, required))


def test_a_gate_of_another_role_proves_nothing() -> None:
    play = Play()
    play.gate("localhost", PASSED, role="watch_scans")
    assert_closed(prove(play, 0))


def test_a_gate_on_another_host_proves_nothing() -> None:
    play = Play("web1")
    play.gate("web1", PASSED)
    assert len(read_entries(play.facts["localhost"])) == 1
    assert_closed(prove(play, 0))


@pytest.mark.parametrize("judged", [FAILED, {}], ids=["failed", "unfinished"])
def test_a_gate_that_did_not_pass_is_not_proven(judged: dict[str, t.Any]) -> None:
    play = Play()
    play.gate("localhost", judged)
    result = prove(play, 0)
    assert_closed(result)
    assert result["msg"] == judged.get("msg", "The gate did not finish.")
