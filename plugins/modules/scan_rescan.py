#!/usr/bin/python
# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scan_rescan
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: Repeat a data scan
description:
  - Starts a rescan, for example to scan files that arrived after the first scan. If a rescan already runs, the module
    returns that one.
  - With O(wait), waits until the rescan has completed, and fails if it ends in another state. If the vendor does not
    accept a rescan while the first scan lists its files, the module waits for that first.
  - Most vendors repeat a scan. If a vendor's scans do not name what they scanned, the subject has an option of its own.
extends_documentation_fragment:
  - datascan.gate.attributes
  - datascan.gate.attributes.connects
  - datascan.gate.connection
  - datascan.gate.waiting
  - datascan.gate.waiting.optional
  - datascan.gate.issues
  - datascan.gate.started
options:
  # generated: subjects
  scan_id:
    description: The scan to repeat. Required if O(provider=glasswall).
    type: str
  creative_id:
    description: The creative to scan again. Required if O(provider=advalidation).
    type: str
  # end of generated: subjects
  if_active:
    description:
      - What to do if a rescan already runs; if the subject is not a scan, what to do if its latest scan runs.
      - V(reuse) returns the running scan, V(fail) fails. V(start) requests another, which the vendor may refuse.
    type: str
    choices: [reuse, fail, start]
    default: reuse
seealso:
  - module: datascan.gate.scan_start
  - module: datascan.gate.scan_wait
  - module: datascan.gate.scan_gate
"""

EXAMPLES = r"""
- name: Repeat a scan, and wait until the rescan has completed
  datascan.gate.scan_rescan:
    provider: glasswall
    api_url: https://scans.example.com/api/v1
    api_token: "{{ glasswall_token }}"
    scan_id: 83d71394-faa2-4b6c-b13b-6d3118de459e
    wait: true

- name: Rescan a creative, and wait until its issues are counted
  datascan.gate.scan_rescan:
    provider: advalidation
    api_token: "{{ advalidation_key }}"
    creative_id: 4711
    wait: true
    wait_timeout: 300
  register: rescanned
"""

RETURN = r"""
scan:
  description: >-
    The rescan, in the form of RV(datascan.gate.scan_status#module:scans). In check mode its C(id) is V(predicted) if a
    rescan would be started. It is null after a failure with RV(error.kind=lost_answer).
  returned: success; on failure, if a rescan is known
  type: dict
parent:
  description: >-
    The scan that is repeated, as it was before. If the subject is not a scan, the latest scan of the subject, which may
    be the one that is reused; null if there was none.
  returned: success; on failure, if it was read
  type: dict
reused:
  description: Whether the rescan was already running, so that this task did not start it. RV(scan) has the same key.
  returned: success; on failure, if known
  type: bool
  sample: false
elapsed:
  description: Length of the wait, in seconds.
  returned: with O(wait=true); on failure, once the wait has begun
  type: float
  sample: 3.0
polls:
  description: Number of polls.
  returned: with O(wait=true); on failure, once the wait has begun
  type: int
  sample: 3
requests:
  description: Number of HTTP requests that the task sent, including those before the wait.
  returned: with O(wait=true); on failure, once the wait has begun
  type: int
  sample: 6
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
        - V(too_early) means that the vendor does not accept a rescan yet, V(conflict) that a rescan already
          runs.
      type: str
      sample: too_early
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
    COUNT_ISSUES_SPEC,
    TARGET_ARGUMENT,
    WAIT_SPEC,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import rescan
from ansible_collections.datascan.gate.plugins.module_utils._core.options import own_option
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import RescansScans, require
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import providers_supporting

BY = sorted({vendor.rescan_option for vendor in providers_supporting(RescansScans)})


def run(invocation: Invocation) -> t.Any:
    """Rescan what the vendor's own option names."""
    context = invocation.context()
    provider = require(context.provider, RescansScans)
    subject = own_option({option: invocation[option] for option in BY}, provider.rescan_option, provider.title)
    request = rescan.RescanRequest(
        subject, invocation["if_active"], invocation.wait(), count_issues=invocation["count_issues"]
    )
    return rescan.rescan(context, request)


MODULE = ModuleSpec(
    name="scan_rescan",
    run=run,
    options={
        **{name: {"type": "str"} for name in BY},
        "if_active": {"type": "str", "default": "reuse", "choices": ["reuse", "fail", "start"]},
        "target": TARGET_ARGUMENT,
        **WAIT_SPEC,
        **COUNT_ISSUES_SPEC,
    },
    constraints={"mutually_exclusive": [BY], "required_one_of": [BY]},
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
