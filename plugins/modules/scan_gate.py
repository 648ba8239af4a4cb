#!/usr/bin/python
# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scan_gate
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: Decide by data scans whether a pipeline may go on
description:
  - Judges scans by a policy, writes reports, and fails where the policy is not met. It never asks the network.
  - A scan that failed, was cancelled, still runs, is missing, is in a state nobody knows, or whose issues are not
    counted where O(policy.max_issues) asks for that, does not pass. No scan at all does not pass either.
extends_documentation_fragment:
  - datascan.gate.attributes
requirements:
  - pydantic >= 2.7
options:
  scans:
    description: The scans, as the other modules of this collection return them. They may be of several vendors.
    type: list
    elements: dict
    required: true
  missing:
    description: The ids of scans that were asked for and not found, as M(datascan.gate.scan_status) returns them.
    type: list
    elements: str
    default: []
  policy:
    description: What has to hold for each scan.
    type: dict
    suboptions:
      states:
        description: The states that pass.
        type: list
        elements: str
        choices: [queued, running, completed, failed, cancelled, stopped, unknown]
        default: [completed]
      max_issues:
        description: How many issues a scan may have found. A scan whose issues are not counted does not pass then.
        type: int
      allow_stopped:
        description: Whether a scan passes of which its vendor only says that it stopped.
        type: bool
        default: false
      allow_missing:
        description: Whether missing scans, and no scans at all, pass.
        type: bool
        default: false
      max_age:
        description: How many seconds ago a scan may have finished.
        type: int
  mode:
    description: V(enforce) fails where the policy is not met, V(advise) reports and goes on.
    type: str
    choices: [enforce, advise]
    default: enforce
  reports:
    description: Reports to write, whether the gate opens or not. A report that would not change is left as it is.
    type: list
    elements: dict
    default: []
    suboptions:
      format:
        description:
          - V(junit) is XML with one test case for each scan, V(markdown) suits a step summary, V(html) is one page.
        type: str
        choices: [junit, markdown, json, html]
        required: true
      dest:
        description:
          - The file to write. Its folder must exist.
          - A relative path begins at the folder of the playbook that runs.
          - A symbolic link stays, and the file that it points at is written. Somebody else's link in a folder where
            everybody may write, such as C(/tmp), is refused.
        type: path
        required: true
seealso:
  - module: datascan.gate.scan_wait
  - module: datascan.gate.scan_status
"""

EXAMPLES = r"""
- name: Go on only if the scan completed
  datascan.gate.scan_gate:
    scans: "{{ waited.scans }}"
    policy:
      max_age: 86400
    reports:
      - format: markdown
        dest: scan-report.md
"""

RETURN = r"""
passed:
  description: Whether the policy is met.
  returned: always
  type: bool
reasons:
  description: Why it is not, a sentence each.
  returned: always
  type: list
  elements: str
summary:
  description: How many scans there are, as C(total), and how many in each state.
  returned: always
  type: dict
reports:
  description: The files of the reports.
  returned: always
  type: list
  elements: str
scans:
  description: The scans that were judged.
  returned: failure
  type: list
  elements: dict
error:
  description: What went wrong, as RV(datascan.gate.scan_start#module:error) describes it.
  returned: failure
  type: dict
"""

import typing as t

from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._core.gate import evaluate
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.reports.render import FORMATS
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.verdict import MODES, given_policy
from ansible_collections.datascan.gate.plugins.module_utils._core.models import STATES

POLICY = {
    "states": {"type": "list", "elements": "str", "choices": list(STATES), "default": ["completed"]},
    "max_issues": {"type": "int"},
    "allow_stopped": {"type": "bool", "default": False},
    "allow_missing": {"type": "bool", "default": False},
    "max_age": {"type": "int"},
}
REPORT = {
    "format": {"type": "str", "required": True, "choices": list(FORMATS)},
    "dest": {"type": "path", "required": True},
}


def run(invocation: Invocation) -> t.Any:
    """Judge these scans."""
    request = evaluate.GateRequest(
        scans=invocation["scans"],
        missing=invocation["missing"],
        policy=given_policy(invocation["policy"] or {}),
        mode=invocation["mode"],
        reports=[(report["format"], report["dest"]) for report in invocation["reports"]],
    )
    return evaluate.evaluate_gate(request, invocation.clock, invocation.check_mode)


MODULE = ModuleSpec(
    name="scan_gate",
    run=run,
    options={
        "scans": {"type": "list", "elements": "dict", "required": True},
        "missing": {"type": "list", "elements": "str", "default": []},
        "policy": {"type": "dict", "options": POLICY},
        "mode": {"type": "str", "default": "enforce", "choices": list(MODES)},
        "reports": {"type": "list", "elements": "dict", "default": [], "options": REPORT},
    },
    connects=False,
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
