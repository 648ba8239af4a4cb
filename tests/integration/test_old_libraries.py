# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host whose Python has libraries that are too old: modules and roles say what is needed, and a gate stays closed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from gate_plays import GatePlays, GateRun

PLAY = """
- name: Gate and deployment
  hosts: web1
  gather_facts: false
  tasks:
    - name: Gate
      ansible.builtin.import_role:
        name: datascan.gate.watch_scans
      vars:
        watch_scans_ids: "{{ passes }}"
    - name: Deploy
      ansible.builtin.debug:
"""


@pytest.fixture
def run(sandbox, tmp_path, collections, request) -> GateRun:
    """The gate on a host whose Python finds this version of a library first."""
    library, version = request.param
    folder = tmp_path / "libraries" / library
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(f"VERSION = __version__ = {version!r}\n")
    python = Path(tmp_path, "python")
    python.write_text(f'#!/bin/sh\nPYTHONPATH={folder.parent} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return GatePlays(sandbox, tmp_path, collections)(PLAY, ansible_python_interpreter=str(python))


@pytest.mark.parametrize("run", [("pydantic", "1.10.27"), ("requests", "2.31.0")], indirect=True)
def test_a_gate_does_not_open_and_says_what_is_needed(run: GateRun, request: pytest.FixtureRequest) -> None:
    library, version = request.node.callspec.params["run"]
    assert (run.deployed, run.journal) == ([], [])
    last = run.records[-1]["result"]
    assert last["proceed"] is False
    assert last["error"]["kind"] == "invalid_input"
    (reason,) = last["reasons"]
    assert reason.startswith(f"datascan.gate needs {library} ") and f"has {version}. Update it: " in reason
    assert run.stats["reasons"] == [reason]
    assert "Traceback" not in run.output
