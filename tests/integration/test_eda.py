# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebooks with a real ansible-rulebook, from an empty folder, with the files and the command of the page."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rule_engine import Controller, RuleEngine, missing_program
from sandbox_server import TOKEN

pytestmark = [pytest.mark.one_core, pytest.mark.skipif(missing_program() is not None, reason=str(missing_program()))]
# A playbook for a ticket, which leaves what it was given in a file.
TICKET = """\
- name: Open a ticket
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Write it
      ansible.builtin.copy:
        content: "{{ scan.id }} {{ scan.state }}\\n"
        dest: "{{ lookup('env', 'TICKETS') }}/{{ scan.id }}.txt"
        mode: "0600"
"""


@pytest.fixture
def engine(sandbox, collections: Path, tmp_path: Path) -> Iterator[Callable[..., RuleEngine]]:
    """Start the engine: engine(RULEBOOK, VARIABLES, environment variables)."""
    started: list[RuleEngine] = []

    def start(rulebook: str, variables: str = "", **environment: str) -> RuleEngine:
        started.append(RuleEngine(rulebook, sandbox, tmp_path, collections, variables, **environment))
        return started[-1]

    yield start
    for one in started:
        one.close()


def test_a_scan_that_passes_its_gate_is_deployed_and_another_is_not(engine, sandbox) -> None:
    rules = engine("gate_and_deploy")
    (failed,) = sandbox.seed_many(1, "Error")
    rules.wait_for(lambda: f"({failed}) failed" in rules.output)
    (passed,) = sandbox.seed_many(1, "Completed")
    rules.wait_for(lambda: f"Deploying what scan {passed}" in rules.output)
    assert f"Deploying what scan {failed}" not in rules.output
    assert TOKEN not in rules.output


def test_a_scan_that_fails_gets_a_ticket(engine, sandbox, tmp_path: Path) -> None:
    (tmp_path / "ticket.yml").write_text(TICKET)
    tickets = tmp_path / "tickets"
    tickets.mkdir()
    rules = engine("ticket_on_failure", "ticket_playbook: ticket.yml", TICKETS=str(tickets))
    sandbox.seed_many(1, "Completed")
    (failed,) = sandbox.seed_many(1, "Error")
    rules.wait_for((tickets / f"{failed}.txt").exists)
    assert [path.read_text() for path in tickets.iterdir()] == [f"{failed} failed\n"]


def test_a_scan_that_fails_launches_a_job_template(engine, sandbox) -> None:
    controller = Controller()
    try:
        variables = "{quarantine_job_template: Quarantine, organization: Security}"
        environment: dict[str, t.Any] = {"EDA_CONTROLLER_URL": controller.url, "EDA_CONTROLLER_TOKEN": "t"}
        rules = engine("quarantine", variables, **environment)
        sandbox.seed_many(1, "Completed")
        (failed,) = sandbox.seed_many(1, "Cancelled")
        rules.wait_for(lambda: bool(controller.launches))
    finally:
        controller.close()
    (launch,) = controller.launches
    assert (launch["extra_vars"]["scan"]["id"], launch["extra_vars"]["scan"]["succeeded"]) == (failed, False)
