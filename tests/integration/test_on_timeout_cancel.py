# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""on_timeout: cancel cancels the scans that this pipeline started, and no other."""

from __future__ import annotations

import typing as t

import pytest
from gate_plays import GatePlays, GateRun
from playbook_preparations import SAME_TARGET
from sandbox_server import POLLED_LENGTHS

HOUR = 3600.0
ROLE = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.import_role: {{name: datascan.gate.{role}}}
      vars: {{{role}_wait_timeout: 3, {role}_on_timeout: cancel, {variables}}}
"""
RUN_SCAN = ROLE.format(role="run_scan", variables='run_scan_glasswall: "{{ target }}"')
RESCAN = ROLE.format(role="rescan", variables='rescan_scan_id: "{{ passes[0] }}"')
MODULES = """
- hosts: localhost
  connection: local
  gather_facts: false
  module_defaults:
    group/datascan.gate.datascan:
      provider: glasswall
      api_url: "{{ datascan_api_url }}"
      api_token: "{{ datascan_api_token }}"
  tasks:
    - datascan.gate.scan_start:
        glasswall: "{{ target }}"
      register: started
    - name: Wait
      datascan.gate.scan_wait:
        scans: ["HANDED"]
        wait_timeout: 3
        on_timeout: cancel
"""


@pytest.fixture
def plays(sandbox, collections, tmp_path) -> GatePlays:
    made = GatePlays(sandbox, tmp_path, collections)
    sandbox.settings(listing_seconds=HOUR, processing_seconds=HOUR)
    return made


def running(plays: GatePlays) -> list[str]:
    return [scan["scanStatus"] for scan in plays.sandbox.scans() if scan["scanStatus"] not in ("Completed", "Error")]


def cancels(run: GateRun) -> int:
    return sum(entry["method"] == "DELETE" for entry in run.journal)


def start(plays: GatePlays) -> object:
    """Start what another pipeline would start."""
    return plays.sandbox.seed("Listing", age=0, **SAME_TARGET)


@pytest.mark.parametrize(
    ("playbook", "begin"),
    [(RUN_SCAN, start), (RESCAN, lambda plays: plays.sandbox.rescan(plays.passes))],
    ids=["run_scan", "rescan"],
)
def test_a_role_cancels_its_own_scan_and_leaves_a_reused_one_alone(
    plays: GatePlays, playbook: str, begin: t.Callable[[GatePlays], object]
) -> None:
    own = plays(playbook)
    assert (own.rc, cancels(own), running(plays)) == (2, 1, ["Cancelled"]), own.output
    begin(plays)
    assert running(plays) == ["Cancelled", "Listing"]
    reused = plays(playbook)
    assert (reused.rc, cancels(reused), running(plays)) == (2, 0, ["Cancelled", "Listing"]), reused.output
    assert "continues to run" in reused.output


def test_a_rescan_that_was_too_early_at_first_is_cancelled_too(plays: GatePlays) -> None:
    plays.sandbox.settings(**POLLED_LENGTHS)
    parent = plays.sandbox.seed(None)
    plays.sandbox.settings(listing_seconds=HOUR)
    playbook = RESCAN.replace("passes[0]", f"'{parent}'").replace("wait_timeout: 3,", "wait_timeout: 7,")
    with plays.sandbox.ends_polled_scans():
        run = plays(playbook)
    assert run.rc == 2, run.output
    assert cancels(run) == 1, run.output


@pytest.mark.parametrize(("given", "cancelled"), [("watch_scans_ids: [{}]", 1), ("watch_scans_query: {{}}", 0)])
def test_watch_scans_cancels_what_it_is_given_and_not_what_it_finds(
    plays: GatePlays, given: str, cancelled: int
) -> None:
    scan = plays.sandbox.seed("Listing")
    run = plays(ROLE.format(role="watch_scans", variables=given.format(scan)))
    assert (run.rc, cancels(run)) == (2, cancelled), run.output


def test_in_a_playbook_of_modules(plays: GatePlays) -> None:
    own = plays(MODULES.replace("HANDED", "{{ started.scan }}"))
    assert cancels(own) == 1, own.output
    start(plays)
    reused = plays(MODULES.replace("HANDED", "{{ started }}"))
    assert cancels(reused) == 0, reused.output
    (waited,) = [record["result"] for record in reused.records if record["task"] == "Wait"]
    assert waited["left_running"] == waited_ids(waited)
    assert waited["left_running"][0] in waited["msg"]


def waited_ids(waited: dict[str, t.Any]) -> list[str]:
    return [scan["id"] for scan in waited["scans"]]
