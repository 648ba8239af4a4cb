#!/usr/bin/python
# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scan_wait
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: Wait for data scans
description:
  - Waits until scans have finished. How they ended is for M(datascan.gate.scan_gate) to judge, unless O(fail_fast)
    is set.
  - A fault that may pass does not end the wait before its time is up.
  - Where the task runs on the control node, it prints a line when something changes, and one a minute otherwise.
extends_documentation_fragment:
  - datascan.gate.attributes
  - datascan.gate.attributes.connects
  - datascan.gate.connection
  - datascan.gate.waiting
options:
  scan_ids:
    description: The scans to wait for.
    type: list
    elements: str
    aliases: [scan_id]
  scans:
    description: The same, as scans that an earlier task returned. Those that have finished are not asked for again.
    type: list
    elements: dict
  until:
    description: Whether V(all) or V(any) of them must have finished.
    type: str
    choices: [all, any]
    default: all
  on_timeout:
    description:
      - What to do when the time is up.
      - V(fail) fails, V(cancel) cancels what still runs where the vendor allows that, and fails, V(return) succeeds
        with RV(timed_out=true).
    type: str
    choices: [fail, cancel, return]
    default: fail
  fail_fast:
    description: Fail as soon as one of the scans failed or was cancelled.
    type: bool
    default: false
  progress:
    description: Whether to print progress. A module that runs on another host never can.
    type: bool
    default: true
seealso:
  - module: datascan.gate.scan_start
  - module: datascan.gate.scan_gate
  - module: datascan.gate.scan_cancel
"""

EXAMPLES = r"""
- name: Wait for a scan
  datascan.gate.scan_wait:
    provider: glasswall
    api_url: https://scans.example.com/api/v1
    api_token: "{{ glasswall_token }}"
    scans:
      - "{{ started.scan }}"
    wait_timeout: 1800
    on_timeout: cancel
  register: waited
"""

RETURN = r"""
scans:
  description: >-
    The scans as last seen, in the order asked, with the keys that RV(datascan.gate.scan_status#module:scans) describes.
  returned: always, as far as known
  type: list
  elements: dict
elapsed:
  description: How long the wait took, in seconds.
  returned: always, as far as known
  type: float
polls:
  description: How many times the wait looked.
  returned: always, as far as known
  type: int
requests:
  description: How many requests the whole task sent.
  returned: always, as far as known
  type: int
timed_out:
  description: Whether the time to wait ran out.
  returned: always, as far as known
  type: bool
cancelled:
  description: The ids of the scans that were cancelled when the time was up.
  returned: when the time was up
  type: list
  elements: str
error:
  description: What went wrong, as RV(datascan.gate.scan_start#module:error) describes it.
  returned: failure
  type: dict
"""

import typing as t
from dataclasses import replace

from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import SCAN_IDS_ARGUMENT, WAIT_OPTIONS_SPEC
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import wait


def run(invocation: Invocation) -> t.Any:
    """Wait for the scans with these ids."""
    if not invocation["progress"]:
        invocation = replace(invocation, report_progress=lambda line: None)
    patience = invocation.wait_options(until=invocation["until"], fail_fast=invocation["fail_fast"])
    request = wait.WaitRequest(
        invocation["scan_ids"] or (), invocation["scans"] or (), patience, invocation["on_timeout"]
    )
    return wait.wait_for_scans(invocation.context(), request)


MODULE = ModuleSpec(
    name="scan_wait",
    run=run,
    options={
        "scan_ids": SCAN_IDS_ARGUMENT,
        "scans": {"type": "list", "elements": "dict"},
        "until": {"type": "str", "default": "all", "choices": ["all", "any"]},
        "on_timeout": {"type": "str", "default": "fail", "choices": ["fail", "cancel", "return"]},
        "fail_fast": {"type": "bool", "default": False},
        "progress": {"type": "bool", "default": True},
        **WAIT_OPTIONS_SPEC,
    },
    constraints={"mutually_exclusive": [("scan_ids", "scans")], "required_one_of": [("scan_ids", "scans")]},
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
