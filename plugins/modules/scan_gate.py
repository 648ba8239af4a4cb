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

from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import Call, ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.earlier_results import EarlierResults
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.evaluate import (
    GateRequest,
    evaluate_gate,
    refuse_gate,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import (
    ENFORCE,
    MODES,
    POLICY_OPTIONS,
    parse_policy,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.reports.render import FORMATS

REPORT = {
    "format": {"type": "str", "required": True, "choices": list(FORMATS)},
    "dest": {"type": "path", "required": True},
}


def run(call: Call) -> t.Any:
    """Judge these scans."""
    try:
        policy = parse_policy(call["policy"] or {})
    except InvalidInputError as error:
        raise refuse_gate(error) from None
    request = GateRequest(
        results=EarlierResults(
            started=call["started"],
            found=call["found"],
            waited=call["waited"],
            scans=call["scans"],
            missing=call["missing"],
        ),
        policy=policy,
        mode=call["mode"],
        reports=[(report["format"], report["dest"]) for report in call["reports"]],
    )
    return evaluate_gate(request, call.clock, call.check_mode)


MODULE = ModuleSpec(
    name="scan_gate",
    run=run,
    options={
        "started": {"type": "dict"},
        "found": {"type": "dict"},
        "waited": {"type": "dict"},
        "scans": {"type": "list", "elements": "dict"},
        "missing": {"type": "list", "elements": "str", "default": []},
        "policy": {"type": "dict", "options": {name: dict(option) for name, option in POLICY_OPTIONS.items()}},
        "mode": {"type": "str", "default": ENFORCE, "choices": list(MODES)},
        "reports": {"type": "list", "elements": "dict", "default": [], "options": REPORT},
    },
    constraints={"required_one_of": [("started", "found", "waited", "scans")]},
    connects=False,
)


def main() -> None:
    MODULE.main()


if __name__ == "__main__":
    main()
