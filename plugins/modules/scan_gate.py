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
  - Judges scans by a policy, writes reports, and fails where the policy is not met. It sends no request.
  - A scan that failed, was cancelled, still runs, is missing, is in an unknown state, or whose issues are not
    counted where O(policy.max_issues) asks for that, does not pass. No scan at all does not pass either.
  - Takes the results of earlier tasks as they are registered, also where those tasks failed. At least one of
    O(started), O(found), O(waited) and O(scans) is required.
  - Each scan is judged as O(waited) saw it last. A scan that O(waited) never saw is judged as it was started or found.
  - Where an earlier task failed because its time was up or a scan did not complete, the scans are judged as far as they
    are known. The gate does not pass then, but O(mode=advise) goes past it.
  - After any other failure of an earlier task the gate cannot be asked. It fails with the RV(error) of that task, with
    O(mode=advise) too.
extends_documentation_fragment:
  - datascan.gate.attributes
requirements:
  - pydantic >= 2.7
options:
  started:
    description: The result of M(datascan.gate.scan_start) or M(datascan.gate.scan_rescan), as it was registered.
    type: dict
  found:
    description:
      - The result of M(datascan.gate.scan_status), as it was registered. Its C(missing) counts as O(missing) does.
    type: dict
  waited:
    description:
      - The result of M(datascan.gate.scan_wait), as it was registered. A task that was skipped counts as no wait.
    type: dict
  scans:
    description: Scans as the other modules of this collection return them. They may be of several vendors.
    type: list
    elements: dict
  missing:
    description: The ids of scans that were asked for and not found, as M(datascan.gate.scan_status) returns them.
    type: list
    elements: str
    default: []
  policy:
    description: What each scan has to meet.
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
    description:
      - V(enforce) fails where the policy is not met, V(advise) reports and goes on.
    type: str
    choices: [enforce, advise]
    default: enforce
  reports:
    description: Reports to write, whether the gate passes or not. A report that would not change is left as it is.
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

- name: Scan, and write a report whatever happens
  module_defaults:
    group/datascan.gate.datascan:
      provider: glasswall
      api_url: https://scans.example.com/api/v1
  block:
    - name: Start a scan
      datascan.gate.scan_start:
        glasswall: "{{ uploads }}"
      register: started

    - name: Wait for it
      datascan.gate.scan_wait:
        scans: ["{{ started.scan }}"]
        wait_timeout: 1800
      register: waited
      # The gate takes a failed result too, and fails with it.
      ignore_errors: true

    - name: Decide
      datascan.gate.scan_gate:
        started: "{{ started }}"
        waited: "{{ waited }}"
        reports:
          - format: junit
            dest: scan.xml
"""

RETURN = r"""
passed:
  description: Whether nothing speaks against the scans.
  returned: always
  type: bool
proceed:
  description:
    - Whether the pipeline may go on. True where RV(passed) is, where O(mode=advise) goes past a verdict or a time-out,
      and in check mode where scans that have not finished are all that speaks against it.
  returned: always
  type: bool
reasons:
  description: Why the gate does not pass, a sentence each.
  returned: always
  type: list
  elements: str
msg:
  description: The verdict as one message.
  returned: always
  type: str
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
  returned: always
  type: list
  elements: dict
missing:
  description: The ids of scans that were asked for and not found.
  returned: always
  type: list
  elements: str
timed_out:
  description: Whether the time of an earlier task was up before the scans had finished.
  returned: always
  type: bool
cancelled:
  description: The ids of the scans that O(waited) cancelled for that.
  returned: always
  type: list
  elements: str
error:
  description:
    - What went wrong, as RV(datascan.gate.scan_start#module:error) describes it. That of the earlier task where one
      failed.
    - Null where nothing failed.
  returned: always
  type: dict
"""

import typing as t

from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import argument_spec
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
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


def run(invocation: Invocation) -> t.Any:
    """Judge these scans."""
    try:
        policy = parse_policy(invocation["policy"] or {})
    except InvalidInputError as error:
        raise refuse_gate(error) from None
    request = GateRequest(
        scans=invocation["scans"],
        missing=invocation["missing"],
        started=invocation["started"],
        found=invocation["found"],
        waited=invocation["waited"],
        policy=policy,
        mode=invocation["mode"],
        reports=[(report["format"], report["dest"]) for report in invocation["reports"]],
    )
    return evaluate_gate(request, invocation.clock, invocation.check_mode)


MODULE = ModuleSpec(
    name="scan_gate",
    run=run,
    options={
        "started": {"type": "dict"},
        "found": {"type": "dict"},
        "waited": {"type": "dict"},
        "scans": {"type": "list", "elements": "dict"},
        "missing": {"type": "list", "elements": "str", "default": []},
        "policy": {"type": "dict", "options": argument_spec(POLICY_OPTIONS)},
        "mode": {"type": "str", "default": ENFORCE, "choices": list(MODES)},
        "reports": {"type": "list", "elements": "dict", "default": [], "options": REPORT},
    },
    constraints={"required_one_of": [("started", "found", "waited", "scans")]},
    connects=False,
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
