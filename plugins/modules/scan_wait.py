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
  - Waits until scans have finished, whether they succeeded or not. Use M(datascan.gate.scan_gate) to judge them, or set
    O(fail_fast).
  - Transient errors are retried until O(wait_timeout).
  - On the control node, the task prints a line of progress on standard error when a scan changes its state, and once a
    minute otherwise. With C(no_log), it prints none.
  - The line says how long the scan usually takes and about how long it still takes, where the vendor lists at least
    three earlier scans of the same source and target that completed in about the same time. One request reads them,
    once a scan has run for five seconds. It is not sent for more than ten scans, nor with O(wait_interval) and
    O(progress=false).
  - On the control node, the task stops if C(ansible-playbook) is killed, and cancels nothing. On a remote host, or with
    C(datascan_in_process=false), it cannot know, and continues to wait until O(wait_timeout).
extends_documentation_fragment:
  - datascan.gate.attributes
  - datascan.gate.attributes.connects
  - datascan.gate.connection
  - datascan.gate.waiting
  - datascan.gate.issues
  - datascan.gate.started
options:
  scan_ids:
    description: The ids of the scans to wait for. Required unless O(scans) is set.
    type: list
    elements: str
    aliases: [scan_id]
  scans:
    description:
      - The scans to wait for, as earlier tasks returned them. Required unless O(scan_ids) is set.
      - Each is a scan, or the whole result of M(datascan.gate.scan_start) or M(datascan.gate.scan_rescan).
      - Scans that have finished are not requested again.
    type: list
    elements: dict
  until:
    description: Whether to wait until V(all) of the scans or V(any) one of them has finished.
    type: str
    choices: [all, any]
    default: all
  on_timeout:
    description:
      - What to do when O(wait_timeout) is reached.
      - V(fail) fails. V(cancel) cancels the scans that still run, and fails; the vendor's API must be able to cancel.
        V(return) succeeds with RV(timed_out=true).
      - V(cancel) leaves a scan in O(scans) alone that has C(reused=true), because another user may have started it.
        RV(left_running) names these. To cancel one, use M(datascan.gate.scan_cancel).
    type: str
    choices: [fail, cancel, return]
    default: fail
  fail_fast:
    description: Whether to fail as soon as one of the scans failed or was cancelled.
    type: bool
    default: false
  progress:
    description: Whether to print progress. A task that runs on a remote host prints none.
    type: bool
    default: true
seealso:
  - module: datascan.gate.scan_start
  - module: datascan.gate.scan_gate
  - module: datascan.gate.scan_cancel
"""

EXAMPLES = r"""
- name: Wait at most half an hour for a scan, and cancel it then
  datascan.gate.scan_wait:
    provider: glasswall
    api_url: https://scans.example.com/api/v1
    api_token: "{{ glasswall_token }}"
    scans:
      - "{{ started.scan }}"
    target: "{{ uploads }}" # as for scan_start, so that its secrets are masked
    wait_timeout: 1800
    on_timeout: cancel
  register: waited

- name: Wait for a scan, and count its files that were not rebuilt
  datascan.gate.scan_wait:
    provider: glasswall
    api_url: https://scans.example.com/api/v1
    api_token: "{{ glasswall_token }}"
    scan_ids: 83d71394-faa2-4b6c-b13b-6d3118de459e
    count_issues: true
  register: counted

- name: Continue only if every file was rebuilt
  datascan.gate.scan_gate:
    waited: "{{ counted }}"
    policy:
      max_issues: 0
"""

RETURN = r"""
scans:
  description: >-
    The scans as they were last read, in the order asked, in the form of
    RV(datascan.gate.scan_status#module:scans).
  returned: success; on failure, those that could be read
  type: list
  elements: dict
elapsed:
  description: Length of the wait, in seconds.
  returned: success; on failure, once the wait has begun
  type: float
  sample: 1.0
polls:
  description: Number of polls.
  returned: success; on failure, once the wait has begun
  type: int
  sample: 2
requests:
  description: Number of HTTP requests that the task sent.
  returned: success; on failure, once the wait has begun
  type: int
  sample: 2
timed_out:
  description: Whether O(wait_timeout) was reached before the wait was over.
  returned: success; on failure, once the wait has begun
  type: bool
  sample: true
cancelled:
  description: The ids of the scans that were cancelled because O(wait_timeout) was reached. Empty without a time-out.
  returned: success; on failure, once the wait has begun
  type: list
  elements: str
  sample: []
left_running:
  description: The ids of the scans that O(on_timeout=cancel) left alone, because they were only reused.
  returned: success; on failure, once the wait has begun
  type: list
  elements: str
  sample: []
unseen:
  description: The ids of the scans that no poll could read, so that RV(scans) does not contain them.
  returned: success; on failure, once the wait has begun
  type: list
  elements: str
  sample: []
error:
  description: The failure in a form that a rescue block can test.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - The kind of failure. RV(datascan.gate.scan_start#module:error.kind) explains all of them.
        - V(wait_timeout) means that O(wait_timeout) was reached, V(scan_not_completed) that O(fail_fast)
          ended the wait.
      type: str
      sample: wait_timeout
    http_status:
      description: The HTTP status of the request that failed, or null.
      type: int
    method:
      description: The HTTP method of the request that failed, or null.
      type: str
    url:
      description: The URL of the request that failed, or null.
      type: str
    vendor_errors:
      description: The errors in the vendor's answer, each with C(code) and C(message); empty if there are none.
      type: list
      elements: dict
"""

import typing as t
from dataclasses import replace

from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import (
    COUNT_ISSUES_SPEC,
    SCAN_IDS_ARGUMENT,
    TARGET_ARGUMENT,
    WAIT_OPTIONS_SPEC,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import wait


def run(invocation: Invocation) -> t.Any:
    """Wait for the scans with these ids."""
    invocation = replace(invocation, wants_progress=invocation["progress"])
    options = invocation.wait_options(until=invocation["until"], fail_fast=invocation["fail_fast"])
    request = wait.WaitRequest(
        invocation["scan_ids"] or (),
        invocation["scans"] or (),
        options,
        invocation["on_timeout"],
        count_issues=invocation["count_issues"],
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
        "target": TARGET_ARGUMENT,
        **WAIT_OPTIONS_SPEC,
        **COUNT_ISSUES_SPEC,
    },
    constraints={"mutually_exclusive": [("scan_ids", "scans")], "required_one_of": [("scan_ids", "scans")]},
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
