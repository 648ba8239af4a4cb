# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list that never settles, as a user meets it: no gate over it passes, and no scan is started beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_runs import Reader
from sandbox_server import Sandbox

pytestmark = pytest.mark.one_core

GAP = "a page came again in place of the next one"
WATCH = "- name: Watch\n  ansible.builtin.import_playbook: datascan.gate.watch_scans\n"
START = "- name: Run\n  ansible.builtin.import_playbook: datascan.gate.run_scan\n"
STATUS = """
- hosts: localhost
  gather_facts: false
  tasks:
    - name: List all scans
      datascan.gate.scan_status:
        query: {}
      register: found

    - name: Show whether they are all
      ansible.builtin.debug:
        msg: "complete={{ found.complete }} scans={{ found.scans | length }}"

    - name: Judge them
      datascan.gate.scan_gate:
        found: "{{ found }}"
        policy: {allow_missing: true}
"""


@pytest.fixture
def reader(sandbox: Sandbox, collections: Path, tmp_path: Path) -> Reader:
    """A vendor that ignores `skip` and counts nothing, so that nothing proves the end of its list."""
    sandbox.control("POST", "settings", {"bigid": {"parent_scans_skip": False, "parent_scans_shape": "list"}})
    sandbox.control("POST", "bigid/scans", {"count": 3, "status": "Completed", "scanProfileName": "weekly"})
    return Reader(sandbox, collections, tmp_path, vendor="bigid")


def test_a_gate_over_it_does_not_pass(reader: Reader) -> None:
    done = reader.run(WATCH, watch_scans_query={"states": ["completed"]})
    assert done.rc != 0
    assert "The list of scans is not complete." in done.output
    assert GAP in " ".join(done.output.split())  # ansible-core 2.16 breaks the lines of warnings


def test_the_result_says_so_and_a_gate_of_its_own_does_not_pass(reader: Reader) -> None:
    done = reader.run(STATUS)
    assert done.rc != 0
    assert "complete=False scans=3" in done.output
    assert "Gate failed: The list of scans is not complete." in done.output


def test_a_start_beside_it_fails_with_the_reason(reader: Reader, sandbox: Sandbox) -> None:
    done = reader.run(START, run_scan_bigid={"scan_profile": "nightly"})
    assert done.rc != 0
    assert f"list of scans is not complete: {GAP}" in done.output
    assert not [entry for entry in sandbox.journal() if entry["method"] == "POST"]
