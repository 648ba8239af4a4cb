#!/usr/bin/python
# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scan_gate
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: Decide whether a pipeline may continue, by its data scans
description:
  - Judges scans by a policy, writes reports, and fails if the policy is not met. Sends no request.
  - By default the gate passes only if every scan completed. A scan that failed, was cancelled, still runs, is missing
    or is in an unknown state does not pass. With O(policy.max_issues), neither does a scan without a count of issues.
    A gate without any scan does not pass.
  - Takes the registered results of earlier tasks, including tasks that failed. At least one of O(started), O(found),
    O(waited) and O(scans) is required.
  - If several results contain a scan, O(waited) counts, because it is the latest. Without O(waited), the scan must pass
    in each of them.
  - If an earlier task failed because a wait timed out or a scan did not complete, the gate judges the scans that are
    known and does not pass, unless O(waited) succeeded after that. With O(mode=advise), the pipeline continues.
  - After any other failure of an earlier task the gate fails with the RV(error) of that task, also with O(mode=advise).
extends_documentation_fragment:
  - datascan.gate.attributes
requirements:
  - pydantic >= 2.7
options:
  started:
    description: The registered result of M(datascan.gate.scan_start) or M(datascan.gate.scan_rescan).
    type: dict
  found:
    description:
      - The registered result of M(datascan.gate.scan_status). Its C(missing) is added to O(missing).
    type: dict
  waited:
    description:
      - The registered result of M(datascan.gate.scan_wait). The result of a skipped task is ignored.
      - A result that contradicts itself is refused, for example one that timed out although each of its scans has
        finished.
    type: dict
  scans:
    description: Scans as the other modules of this collection return them. They may be of several vendors.
    type: list
    elements: dict
  missing:
    description: Ids of scans that were requested and not found, as M(datascan.gate.scan_status) returns them.
    type: list
    elements: str
    default: []
  policy:
    description: The conditions that each scan must meet.
    type: dict
    suboptions:
      states:
        description: The states that pass.
        type: list
        elements: str
        choices: [queued, running, completed, failed, cancelled, stopped, unknown]
        default: [completed]
      max_issues:
        description: >-
          Maximum number of issues in a scan. A scan whose issues are not counted does not pass, so set C(count_issues)
          in the task before, unless the vendor counts by itself.
        type: int
      allow_stopped:
        description: Whether a scan in state V(stopped) passes. The vendor does not confirm that it completed.
        type: bool
        default: false
      allow_missing:
        description:
          - Whether the gate passes although scans are missing, or a query found no scan.
          - An empty list in O(scans) passes only together with ids in O(missing).
        type: bool
        default: false
      max_age:
        description:
          - Maximum age of a scan, in seconds since it finished.
          - A scan without an end does not pass, nor does one whose end is more than two minutes after the time of the
            task's host.
        type: int
      min_scans:
        description:
          - Minimum number of scans that are judged, 1 or more. The gate does not pass with fewer, also with
            O(policy.allow_missing). A missing scan does not count.
        type: int
      newer_than:
        description:
          - The time after which each scan must have started, such as the time of the commit that is deployed.
          - ISO 8601 with a zone, such as V('2026-11-22T08:00:00Z') in quotes, or whole seconds since 1970, as a number
            or a text. A time in the future is refused.
          - A scan without a start does not pass, nor does one whose start is more than two minutes after the time of
            the task's host.
        type: raw
      accepted:
        description:
          - What is accepted for a time. Each entry needs O(policy.accepted[].scan), O(policy.accepted[].issue) or both.
          - An entry with O(policy.accepted[].issue) takes that issue off the number that O(policy.max_issues) limits.
            Only an issue that the scan lists can be accepted. With O(policy.accepted[].scan) as well, the entry is for
            scans of that name.
          - An entry with O(policy.accepted[].scan) alone accepts that such a scan failed, was cancelled or stopped, and
            its number of issues. It does not accept a scan that still runs, is in an unknown state, is missing, is too
            old for O(policy.max_age) or O(policy.newer_than), or completed without a number of issues.
          - Names are compared exactly. There are no patterns, and an id is not a name, because ids are new in each run.
          - RV(accepted) and every report name each entry. An entry whose time is over accepts nothing.
        type: list
        elements: dict
        suboptions:
          scan:
            description:
              - The name of a scan, or its source and target as the reports show them, such as V(uploads → clean), with
                C(-) for one that is not known.
            type: str
          issue:
            description:
              - The name of an issue as RV(scans) has it, which is that of a check, or the path of a file.
            type: str
          until:
            description:
              - When the entry ends, inclusive, in ISO 8601 with a zone, such as V('2026-12-31T23:59:59Z') in quotes.
              - A date alone is refused.
            type: str
            required: true
          reason:
            description: Why it is accepted, such as the number of a ticket.
            type: str
            required: true
  mode:
    description:
      - V(enforce) fails if the gate does not pass. V(advise) reports the verdict, and the task succeeds.
    type: str
    choices: [enforce, advise]
    default: enforce
  reports:
    description:
      - Reports to write, whether the gate passes or not, and also if it cannot judge, for example because an option is
        wrong. A file whose content would not change is not touched.
      - If one report cannot be written, the gate does not pass, the other reports say so, and an older file in its
        place is removed. This holds for a report of an unknown format, too.
      - Two reports must not have the same file, whatever the spelling or links. If they do, the first is written, and
        it says so.
      - Ansible does not call the module if a template of the task fails, such as one with an undefined variable. Then
        older reports stay. The roles of this collection write theirs in this case.
    type: list
    elements: dict
    default: []
    suboptions:
      format:
        description:
          - V(junit) is XML with a test case for each scan. Its name is the scan's name, or source and target, so that
            it is the same in each run. Where the vendor sends neither, it is the id. A gate that could not judge is an
            C(error) there.
          - V(markdown) is for the step summary of a CI server. It has at most 1 MiB, failed scans first, and counts
            what does not fit. V(html) is one page without external files. V(json) is for other programs.
        type: str
        choices: [junit, markdown, json, html]
        required: true
      dest:
        description:
          - Path of the file to write. Its directory must exist.
          - A relative path starts at the directory in which the command was started. On another host it starts at the
            home directory of the user there.
          - The file is replaced as a whole, and keeps its mode. A new file has the mode that the umask allows, usually
            C(0644). A device, a pipe or a socket is refused.
          - A symbolic link is followed. Another user's link in a directory that everyone may write to, such as C(/tmp),
            is refused.
        type: path
        required: true
seealso:
  - module: datascan.gate.scan_wait
  - module: datascan.gate.scan_status
"""

EXAMPLES = r"""
- name: Continue only if the scan completed within the last day
  datascan.gate.scan_gate:
    scans: "{{ waited.scans }}"
    policy:
      max_age: 86400
    reports:
      - format: markdown
        dest: scan-report.md

- name: Continue only if both scans are newer than the commit, and accept one file for a time
  datascan.gate.scan_gate:
    found: "{{ found }}"
    policy:
      min_scans: 2
      newer_than: "{{ commit_time.stdout }}"
      max_issues: 0
      accepted:
        - issue: invoices/2026-11.pdf
          until: "2099-12-31T23:59:59Z"
          reason: TICKET-12

- name: Scan, and write a report even if the scan or the wait fails
  module_defaults:
    group/datascan.gate.datascan:
      provider: glasswall
      api_url: https://scans.example.com/api/v1
  block:
    - name: Start a scan
      datascan.gate.scan_start:
        glasswall: "{{ uploads }}"
      register: started

    - name: Wait for the scan
      datascan.gate.scan_wait:
        scans: ["{{ started.scan }}"]
        wait_timeout: 1800
      register: waited
      # The gate takes the failed result, and fails in place of this task.
      ignore_errors: true

    - name: Decide whether to continue
      datascan.gate.scan_gate:
        started: "{{ started }}"
        waited: "{{ waited }}"
        reports:
          - format: junit
            dest: scan.xml
"""

RETURN = r"""
passed:
  description:
    - Whether all scans meet the policy and no earlier task left a failure.
    - Null in check mode if unfinished scans are the only reasons, because nothing was waited for.
  returned: always
  type: bool
  sample: false
proceed:
  description:
    - Whether the pipeline may continue. True if RV(passed) is true; with O(mode=advise), also if the policy is not
      met, a wait timed out or a scan did not complete; in check mode, also if unfinished scans are the only reasons.
  returned: always
  type: bool
  sample: false
reasons:
  description: The reasons why the gate does not pass, one sentence each.
  returned: always
  type: list
  elements: str
  sample:
    - >-
      Scan 67336873-8e06-464b-bd34-4a157cc87a18 was still running when the wait ended (vendor status Processing).
msg:
  description: The verdict in one message.
  returned: always
  type: str
  sample: "Gate passed: 1 of 1 scan."
summary:
  description: Number of scans, in total and by state.
  returned: always
  type: dict
  sample: {total: 2, queued: 0, running: 1, completed: 1, failed: 0, cancelled: 0, stopped: 0, unknown: 0}
reports:
  description: The absolute paths of the reports that were written.
  returned: always
  type: list
  elements: str
  sample: [/builds/payroll/scan.xml]
scans:
  description: The scans that were judged, in the form of RV(datascan.gate.scan_status#module:scans).
  returned: always
  type: list
  elements: dict
missing:
  description: The ids of scans that were requested and not found.
  returned: always
  type: list
  elements: str
  sample: []
timed_out:
  description: Whether an earlier task reached its C(wait_timeout).
  returned: always
  type: bool
  sample: true
cancelled:
  description: The ids of the scans that the task in O(waited) cancelled when it timed out.
  returned: always
  type: list
  elements: str
  sample: []
accepted:
  description: The entries of O(policy.accepted), in their order, and what became of each.
  returned: always
  type: list
  elements: dict
  contains:
    scan:
      description: The scan that the entry names, or null for every scan.
      type: str
      sample: uploads → clean
    issue:
      description: The issue that the entry names, or null for the scan as a whole.
      type: str
      sample: invoices/2026-11.pdf
    until:
      description: When the entry ends, ISO 8601 in UTC.
      type: str
      sample: "2026-12-31T23:59:59Z"
    reason:
      description: Why it is accepted.
      type: str
      sample: TICKET-12
    status:
      description:
        - V(used) for an entry that accepts something, V(expired) for one whose time is over.
        - V(unused) for one that matches no scan or issue, or that no scan needs.
      type: str
      sample: used
    count:
      description: The number of scans for which the entry was used.
      type: int
      sample: 1
error:
  description:
    - The failure in a form that a rescue block can test; that of the earlier task if one failed.
    - Null if the gate passed, and with O(mode=advise) if no earlier task failed.
  returned: always
  type: dict
  contains:
    kind:
      description:
        - The kind of failure. RV(datascan.gate.scan_start#module:error.kind) explains all of them.
        - V(gate_closed) means that the policy is not met. If an earlier task failed, this is its kind.
      type: str
      sample: gate_closed
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
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec, RefusedTask
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import argument_spec
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
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
    request = GateRequest(
        scans=invocation["scans"],
        missing=invocation["missing"],
        started=invocation["started"],
        found=invocation["found"],
        waited=invocation["waited"],
        policy=parse_policy(invocation["policy"] or {}),
        mode=invocation["mode"],
        reports=[(report["format"], report["dest"]) for report in invocation["reports"]],
    )
    return evaluate_gate(request, invocation.clock, invocation.check_mode)


def refuse(error: DatascanError, task: RefusedTask) -> DatascanError:
    """The result and the reports of a gate that could not judge."""
    return refuse_gate(error, task.reports(FORMATS), task.mode, task.check_mode)


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
    refuse=refuse,
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
