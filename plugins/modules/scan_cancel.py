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
  - Cancels scans that have not finished; one that has is left as it is.
  - Glasswall cancels a scan only while it lists its files. The files that were already found go on being processed.
extends_documentation_fragment:
  - datascan.gate.attributes
  - datascan.gate.attributes.connects
  - datascan.gate.connection
  - datascan.gate.waiting
  - datascan.gate.waiting.optional
options:
  scan_ids:
    description: The scans to cancel.
    type: list
    elements: str
    aliases: [scan_id]
    required: true
  too_late:
    description: What to do about a scan that runs, but can no longer be cancelled.
    type: str
    choices: [fail, ignore]
    default: fail
seealso:
  - module: datascan.gate.scan_start
  - module: datascan.gate.scan_wait
"""

EXAMPLES = r"""
- name: Cancel a scan, and wait until the vendor says so
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
    The scans after that, in the order asked, with the keys that RV(datascan.gate.scan_status#module:scans) describes.
  returned: always, as far as known
  type: list
  elements: dict
summary:
  description: How many scans there are, as C(total), and how many in each state.
  returned: always, as far as known
  type: dict
too_late:
  description: The ids of the scans that could no longer be cancelled.
  returned: always, as far as known
  type: list
  elements: str
elapsed:
  description: How long the wait took, in seconds.
  returned: when O(wait) is true
  type: float
polls:
  description: How many times the wait looked.
  returned: when O(wait) is true
  type: int
requests:
  description: How many requests the whole task sent.
  returned: when O(wait) is true
  type: int
timed_out:
  description: Whether the time to wait ran out.
  returned: when O(wait) is true
  type: bool
error:
  description: What went wrong, as RV(datascan.gate.scan_start#module:error) describes it.
  returned: failure
  type: dict
"""

import typing as t

from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import SCAN_IDS_ARGUMENT, WAIT_SPEC
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
        **WAIT_SPEC,
    },
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
