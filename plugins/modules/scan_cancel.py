#!/usr/bin/python
# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scan_cancel
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: Cancel data scans
description:
  - Cancels scans that have not finished. A scan that has finished is left unchanged.
  - Every scan is tried before the module fails with the first error.
  - Glasswall cancels a scan only while it lists its files. Once a scan has listed them, it processes all of them.
extends_documentation_fragment:
  - datascan.gate.attributes
  - datascan.gate.attributes.connects
  - datascan.gate.connection
  - datascan.gate.waiting
  - datascan.gate.waiting.optional
  - datascan.gate.started
options:
  scan_ids:
    description: The ids of the scans to cancel.
    type: list
    elements: str
    aliases: [scan_id]
    required: true
  too_late:
    description: Whether a running scan that can no longer be cancelled is a failure.
    type: str
    choices: [fail, ignore]
    default: fail
seealso:
  - module: datascan.gate.scan_start
  - module: datascan.gate.scan_wait
"""

EXAMPLES = r"""
- name: Cancel a scan, and wait until it has ended
  datascan.gate.scan_cancel:
    provider: glasswall
    api_url: https://scans.example.com/api/v1
    api_token: "{{ glasswall_token }}"
    scan_id: 83d71394-faa2-4b6c-b13b-6d3118de459e
    too_late: ignore
    wait: true
"""

RETURN = r"""
scans:
  description: >-
    The scans after they were cancelled, in the order of O(scan_ids), in the form of
    RV(datascan.gate.scan_status#module:scans).
  returned: success; on failure, those that could be read
  type: list
  elements: dict
summary:
  description: Number of scans, in total and by state.
  returned: success; on failure, if scans were read
  type: dict
  sample: {total: 1, queued: 0, running: 0, completed: 0, failed: 0, cancelled: 1, stopped: 0, unknown: 0}
too_late:
  description: The ids of running scans that could no longer be cancelled.
  returned: success; on failure, if scans were read
  type: list
  elements: str
  sample: []
elapsed:
  description: Length of the wait, in seconds.
  returned: with O(wait=true); on failure, once the wait has begun
  type: float
  sample: 0.0
polls:
  description: Number of polls.
  returned: with O(wait=true); on failure, once the wait has begun
  type: int
  sample: 1
requests:
  description: Number of HTTP requests that the task sent, including those before the wait.
  returned: with O(wait=true); on failure, once the wait has begun
  type: int
  sample: 4
timed_out:
  description: Whether O(wait_timeout) was reached before the wait was over.
  returned: with O(wait=true); on failure, once the wait has begun
  type: bool
  sample: false
error:
  description: The failure in a form that a rescue block can test.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - The kind of failure. RV(datascan.gate.scan_start#module:error.kind) explains all of them.
        - V(too_late) means that a running scan can no longer be cancelled.
      type: str
      sample: too_late
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

from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import (
    SCAN_IDS_ARGUMENT,
    TARGET_ARGUMENT,
    WAIT_SPEC,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import cancel


def run(invocation: Invocation) -> t.Any:
    """Cancel the scans with these ids."""
    return cancel.cancel_scans(
        invocation.context(), cancel.CancelRequest(invocation["scan_ids"], invocation["too_late"], invocation.wait())
    )


MODULE = ModuleSpec(
    name="scan_cancel",
    run=run,
    options={
        "scan_ids": {**SCAN_IDS_ARGUMENT, "required": True},
        "too_late": {"type": "str", "default": "fail", "choices": ["fail", "ignore"]},
        "target": TARGET_ARGUMENT,
        **WAIT_SPEC,
    },
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
