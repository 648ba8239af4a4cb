#!/usr/bin/python
# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scan_status
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: Read the state of data scans
description:
  - Reads scans by their ids, or lists those that match a query. The result has the same form for every vendor.
  - With O(wait), polls until all the scans have finished, whether they succeeded or not. Use
    M(datascan.gate.scan_gate) to judge them.
extends_documentation_fragment:
  - datascan.gate.attributes
  - datascan.gate.attributes.connects
  - datascan.gate.connection
  - datascan.gate.waiting
  - datascan.gate.waiting.optional
  - datascan.gate.issues
  - datascan.gate.started
options:
  scan_ids:
    description: The ids of the scans to read. Required unless O(query) is set.
    type: list
    elements: str
    aliases: [scan_id]
  query:
    description:
      - Lists scans, for vendors whose API can list them. Required unless O(scan_ids) is set.
      - Every page is read, and each scan is returned once. A list that changes while it is read is read again, up to
        three times. RV(complete) says whether scans may be missing nevertheless.
    type: dict
    suboptions:
      states:
        description: Only scans in these states.
        type: list
        elements: str
        choices: [queued, running, completed, failed, cancelled, stopped, unknown]
      started_after:
        description: Only scans that started after this time, in ISO 8601. A time without a zone is UTC.
        type: str
      started_before:
        description: Only scans that started before this time, in ISO 8601. A time without a zone is UTC.
        type: str
      name:
        description:
          - Only scans of this name, or of the scan profile of this name. Upper and lower case count.
          - If no scan that is listed has it, the task fails, unless O(missing=ignore), or O(query) asks for states,
            times or owners too.
          - An empty text is the same as not set, but is refused if O(query) has a limit or nothing else to find scans
            by.
        type: str
      source:
        description:
          - Only scans of this source, in the form of C(source) in RV(scans).
          - What holds for O(query.name) holds here, too.
        type: str
      owners:
        description:
          - Only scans of these users. The token must be allowed to list the scans of all users.
          - If the vendor lists a scan of another user, RV(complete) is false.
        type: list
        elements: str
        default: []
      all_users:
        description: Whether to list the scans of all users instead of the token's own. The token must be allowed to.
        type: bool
        default: false
      limit:
        description:
          - Maximum number of scans. Of those that match, the scans that started last are returned.
          - V(1) is the latest. A scan without a start time counts as the latest unless it completed.
        type: int
  missing:
    description: Whether an id that the vendor does not know is a failure, or a name or source that no scan has.
    type: str
    choices: [fail, ignore]
    default: fail
seealso:
  - module: datascan.gate.scan_wait
  - module: datascan.gate.scan_gate
"""

EXAMPLES = r"""
- name: Read two scans
  datascan.gate.scan_status:
    provider: glasswall
    api_url: https://scans.example.com/api/v1
    api_token: "{{ glasswall_token }}"
    scan_ids:
      - 83d71394-faa2-4b6c-b13b-6d3118de459e
      - f18eda36-7eb5-477a-a1b1-51c71ab2ba81

- name: Wait for the latest scan of the profile nightly, however it ends
  datascan.gate.scan_status:
    provider: bigid
    api_url: https://tenant.bigid.example/api/v1
    refresh_token: "{{ bigid_user_token }}"
    query:
      name: nightly
      limit: 1
    wait: true
  register: latest

- name: Continue only if it completed
  datascan.gate.scan_gate:
    found: "{{ latest }}"

- name: List the scans of the last day that failed
  datascan.gate.scan_status:
    provider: glasswall
    api_url: https://scans.example.com/api/v1
    api_token: "{{ glasswall_token }}"
    query:
      states: [failed]
      started_after: "{{ '%Y-%m-%dT%H:%M:%SZ' | strftime(now().timestamp() - 86400, utc=true) }}"
"""

RETURN = r"""
scans:
  description: The scans, in the order of O(scan_ids). With O(query), the newest first.
  returned: success; on failure, those that could be read
  type: list
  elements: dict
  contains:
    id:
      description: The vendor's id.
      type: str
      sample: 83d71394-faa2-4b6c-b13b-6d3118de459e
    provider:
      description: The vendor.
      type: str
      sample: glasswall
    name:
      description: The name of the scan, or null.
      type: str
    state:
      description: One of V(queued), V(running), V(completed), V(failed), V(cancelled), V(stopped) and V(unknown).
      type: str
      sample: running
    vendor_status:
      description: The vendor's own status, or null.
      type: str
      sample: Processing
    finished:
      description: Whether the scan is completed, failed, cancelled or stopped.
      type: bool
      sample: false
    succeeded:
      description: True if the scan completed, false if it failed or was cancelled, null in every other state.
      type: bool
    started_at:
      description: The time when the scan started, in ISO 8601, UTC, or null.
      type: str
      sample: "2026-11-25T21:20:22Z"
    finished_at:
      description: >-
        The time when the scan finished, in ISO 8601, UTC; null while it runs.
        If the vendor does not send it, the time of the last change.
      type: str
      sample: "2026-11-25T21:20:25Z"
    owner:
      description: The user who started the scan, or null.
      type: str
      sample: sandbox
    source:
      description: >-
        What is scanned, or null; for example the host of a storage account with a container, or a scan profile.
      type: str
      sample: demo.blob.core.windows.net/uploads
    target:
      description: Where the results go, or null.
      type: str
      sample: demo.blob.core.windows.net/clean
    parent_id:
      description: The id of the scan that this one repeats, or null.
      type: str
    child_ids:
      description: The ids of the scans that repeat this one.
      type: list
      elements: str
      sample: []
    issue_count:
      description: >-
        Number of issues that the scan found; null if they are not counted, or not yet: see O(count_issues).
        If the vendor counts them after a scan has finished, the state is V(running) until then.
      type: int
      sample: 1
    issues:
      description: >-
        The first 100 of these issues, as far as they are known: the checks that failed, or the files that were not
        rebuilt.
      type: list
      elements: dict
      contains:
        name:
          description: The name of the check, or the path of the file.
          type: str
          sample: reports/2026.docx
        result:
          description: The vendor's own word for the result, or null.
          type: str
          sample: Failed
        place:
          description: Where the issue is, or null; for a file the storage account and the container.
          type: str
          sample: demo.blob.core.windows.net/uploads
    error:
      description: >-
        The vendor's reason for a failure, or null. For a scan that completed with issues, the names of the failed
        checks, if the vendor sends them; for one whose issues could not be counted, the reason. A scan that the vendor
        calls inconclusive is V(failed), and this names the reason.
      type: str
summary:
  description: Number of scans, in total and by state.
  returned: success; on failure, if scans were read
  type: dict
  sample: {total: 2, queued: 0, running: 1, completed: 1, failed: 0, cancelled: 0, stopped: 0, unknown: 0}
missing:
  description: The ids in O(scan_ids) that the vendor does not know.
  returned: success; on failure, if scans were read
  type: list
  elements: str
  sample: []
complete:
  description:
    - With O(query), whether the whole list was read. It is false if the list never settled, or the vendor counts more
      scans than it lists; then a warning says why, and M(datascan.gate.scan_gate) does not pass this result.
    - With O(scan_ids), whether the vendor answered for all ids.
  returned: success; on failure, if scans were read
  type: bool
  sample: true
elapsed:
  description: Length of the wait, in seconds.
  returned: with O(wait=true); on failure, once the wait has begun
  type: float
  sample: 2.0
polls:
  description: Number of polls.
  returned: with O(wait=true); on failure, once the wait has begun
  type: int
  sample: 2
requests:
  description: Number of HTTP requests that the task sent, including those before the wait.
  returned: with O(wait=true); on failure, once the wait has begun
  type: int
  sample: 5
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
        - V(not_found) means that the vendor does not know one of the O(scan_ids), or the token does not show
          it.
      type: str
      sample: not_found
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
    SCAN_IDS_ARGUMENT,
    TARGET_ARGUMENT,
    WAIT_SPEC,
    argument_spec,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import QUERY_OPTIONS, parse_query
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import status


def run(invocation: Invocation) -> t.Any:
    """Read the scans with these ids, or those that a query finds."""
    query = None if invocation["query"] is None else parse_query(invocation["query"])
    request = status.StatusRequest(
        invocation["scan_ids"] or (),
        query,
        invocation["missing"],
        invocation.wait(),
        count_issues=invocation["count_issues"],
    )
    return status.read_status(invocation.context(), request)


MODULE = ModuleSpec(
    name="scan_status",
    run=run,
    options={
        "scan_ids": SCAN_IDS_ARGUMENT,
        "query": {"type": "dict", "options": argument_spec(QUERY_OPTIONS)},
        "missing": {"type": "str", "default": "fail", "choices": ["fail", "ignore"]},
        "target": TARGET_ARGUMENT,
        **WAIT_SPEC,
        **COUNT_ISSUES_SPEC,
    },
    constraints={"mutually_exclusive": [("scan_ids", "query")], "required_one_of": [("scan_ids", "query")]},
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
