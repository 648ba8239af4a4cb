#!/usr/bin/python
# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scan_rescan
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: Scan again what has been scanned
description:
  - Starts a rescan, so that files are scanned which came after the first scan, and hands back one that already runs.
  - Where a vendor does not scan again yet, because the first scan still lists its files, O(wait) waits for that too.
  - Most vendors repeat a scan. Where scans do not say what they have scanned, the subject has an option of its own.
extends_documentation_fragment:
  - datascan.gate.attributes
  - datascan.gate.attributes.connects
  - datascan.gate.connection
  - datascan.gate.waiting
  - datascan.gate.waiting.optional
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
      - What to do when a rescan already runs; where the subject is no scan, when its latest scan runs.
      - V(reuse) hands it back, V(fail) fails. V(start) asks for another, which the vendor may refuse.
    type: str
    choices: [reuse, fail, start]
    default: reuse
seealso:
  - module: datascan.gate.scan_start
  - module: datascan.gate.scan_wait
  - module: datascan.gate.scan_gate
"""

EXAMPLES = r"""
- name: Scan again, and wait until that has completed
  datascan.gate.scan_rescan:
    provider: glasswall
    api_url: https://scans.example.com/api/v1
    api_token: "{{ glasswall_token }}"
    scan_id: 83d71394-faa2-4b6c-b13b-6d3118de459e
    wait: true

- name: Scan a creative again, and wait until its issues are counted
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
    The rescan, with the keys that RV(datascan.gate.scan_status#module:scans) describes.
    In check mode its C(id) is V(predicted) where a rescan would be started.
  returned: always, if one is known
  type: dict
parent:
  description: >-
    The scan that is repeated, as it was before. Where the subject is no scan, it is the latest scan of the subject,
    which may be the one that is handed back, and null where there was none.
  returned: always, as far as known
  type: dict
reused:
  description: Whether the rescan was there before.
  returned: success
  type: bool
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
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import WAIT_SPEC
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import rescan
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import RescansScans, require
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import providers_supporting

BY = sorted({vendor.rescan_option for vendor in providers_supporting(RescansScans)})


def run(invocation: Invocation) -> t.Any:
    """Scan again what the vendor's own option names."""
    context = invocation.context()
    provider = require(context.provider, RescansScans)
    subject = invocation[provider.rescan_option]
    if subject is None:
        raise InvalidInputError(f"{provider.rescan_option} is missing: it says what {provider.title} is to scan again.")
    return rescan.rescan(context, rescan.RescanRequest(subject, invocation["if_active"], invocation.wait()))


MODULE = ModuleSpec(
    name="scan_rescan",
    run=run,
    options={
        **{name: {"type": "str"} for name in BY},
        "if_active": {"type": "str", "default": "reuse", "choices": ["reuse", "fail", "start"]},
        **WAIT_SPEC,
    },
    constraints={"mutually_exclusive": [BY], "required_one_of": [BY]},
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
