# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates of a run: how they are named, recorded, and counted together."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.plugin_utils._gate_registry import (
    GateEntry,
    last_entry,
    next_entry,
    read_entries,
    refused_result,
    statistics,
    unfinished_result,
)

PASSED = {"passed": True, "proceed": True, "msg": "Gate passed.", "reasons": [], "scans": [{"id": "a"}]}
FAILED = {"passed": False, "proceed": False, "msg": "Gate failed.", "reasons": ["b failed."], "scans": [{"id": "b"}]}


def noted(*entries: GateEntry) -> dict[str, t.Any]:
    return {entry.fact: entry.facts() for entry in entries}


def test_an_entry_that_is_noted_is_read_again() -> None:
    entry = GateEntry("web-1.example", 1, "run_scan").concluded(PASSED)
    assert read_entries({**noted(entry), "other": 1})[0].facts() == entry.facts()


def test_the_name_of_a_fact_is_a_variable_name_whatever_the_host_is_called() -> None:
    names = {GateEntry(host, 1, "run_scan").fact for host in ("web-1.example", "web_1.example", "::1", "ünï")}
    assert len(names) == 4
    assert all(name.isidentifier() and name.isascii() for name in names)


def test_gates_of_a_host_are_numbered_and_named_apart() -> None:
    entries: list[GateEntry] = []
    for role in ("run_scan", "watch_scans", "run_scan"):
        entries.append(next_entry(entries, "web1", role))
    assert [(entry.number, entry.name) for entry in entries] == [(1, "run_scan"), (2, "watch_scans"), (3, "run_scan 2")]
    assert next_entry(entries, "web2", "run_scan").name == "run_scan"
    assert last_entry(entries, "web1") is entries[-1]
    assert last_entry(entries, "web9") is None


def test_more_than_nine_gates_keep_their_order() -> None:
    entries: list[GateEntry] = []
    for _number in range(12):
        entries.append(next_entry(entries, "web1", "run_scan"))
    last = last_entry(read_entries(noted(*reversed(entries))), "web1")
    assert last and last.number == 12


@pytest.mark.parametrize(
    "result", [{}, {"passed": 1, "proceed": "yes"}, {"msg": "x"}, unfinished_result("run_scan")], ids=str
)
def test_only_a_result_that_is_literally_true_passes(result: dict[str, t.Any]) -> None:
    entry = GateEntry("web1", 1, "run_scan").concluded(result)
    assert (entry.passed, entry.proceed) == (False, False)


def test_a_gate_that_began_has_not_passed() -> None:
    entry = GateEntry("web1", 1, "run_scan")
    assert statistics([entry])["passed"] is False
    assert unfinished_result("run_scan")["passed"] is False and unfinished_result("run_scan")["error"]["kind"]


def test_statistics_pass_only_if_every_gate_of_every_host_passed() -> None:
    first = GateEntry("web1", 1, "run_scan").concluded(PASSED)
    second = GateEntry("web2", 1, "run_scan").concluded(FAILED)
    third = GateEntry("web1", 2, "run_scan 2").concluded(PASSED)
    stats = statistics([first, second, third])
    assert stats["passed"] is False and stats["msg"] == FAILED["msg"]
    assert stats["reasons"] == ["web2: b failed."]
    assert stats["scan_ids"] == ["a", "b"]
    assert {name: gate["passed"] for name, gate in stats["gates"].items()} == {"run_scan": False, "run_scan 2": True}
    assert statistics([first, third])["passed"] is True


def test_a_gate_that_only_advises_has_not_passed() -> None:
    advised = GateEntry("web1", 1, "run_scan").concluded({**FAILED, "proceed": True})
    stats = statistics([advised])
    assert (advised.proceed, stats["passed"], stats["gates"]["run_scan"]["passed"]) == (True, False, False)


def test_a_refusal_shows_no_secret_no_command_and_no_class_of_ansible() -> None:
    error = InvalidInputError(
        "api_url https://ann:pa55word@host\n::error::x is of type _AnsibleTaggedDict \x1b[31m t0k+n-of-ann"
    )
    result = refused_result("run_scan", error, secrets=["t0k+n-of-ann"])
    shown = "api_url https://********@host : :error::x is of type dict \\x1b[31m ********"
    assert (result["msg"], result["passed"], result["proceed"]) == (shown, False, False)
    (reason,) = result["reasons"]
    assert "pa55word" not in reason and "_Ansible" not in reason and "t0k+n" not in reason
