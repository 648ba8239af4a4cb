#!/usr/bin/python
# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scan_status
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: Look at data scans
description:
  - Looks at scans by their ids, or finds them by a query, and returns every vendor's scans in one form.
  - With O(wait), looks until all of them have finished; how they ended is for M(datascan.gate.scan_gate) to judge.
extends_documentation_fragment:
  - datascan.gate.attributes
  - datascan.gate.attributes.connects
  - datascan.gate.connection
  - datascan.gate.waiting
  - datascan.gate.waiting.optional
options:
  scan_ids:
    description: The scans to look at.
    type: list
    elements: str
    aliases: [scan_id]
  query:
    description: Which scans to find, for vendors that can list them. Every page is read, and each scan returned once.
    type: dict
    suboptions:
      states:
        description: Only scans in these states.
        type: list
        elements: str
        choices: [queued, running, completed, failed, cancelled, stopped, unknown]
      started_after:
        description: Only scans that started after this time, in ISO 8601; without a zone it is UTC.
        type: str
      started_before:
        description: Only scans that started before this time, in ISO 8601; without a zone it is UTC.
        type: str
      owners:
        description: Only scans of these users. Looks at the scans of all users, which the token must be allowed to.
        type: list
        elements: str
        default: []
      all_users:
        description: Find the scans of all users, which the token must be allowed to, rather than its own.
        type: bool
        default: false
      limit:
        description: At most so many scans, the newest.
        type: int
  missing:
    description: What to do about an id that the vendor does not know.
    type: str
    choices: [fail, ignore]
    default: fail
seealso:
  - module: datascan.gate.scan_wait
  - module: datascan.gate.scan_gate
"""

EXAMPLES = r"""
- name: Look at two scans
  datascan.gate.scan_status:
    provider: glasswall
    api_url: https://scans.example.com/api/v1
    api_token: "{{ glasswall_token }}"
    scan_ids:
      - 83d71394-faa2-4b6c-b13b-6d3118de459e
      - f18eda36-7eb5-477a-a1b1-51c71ab2ba81

- name: Wait for the latest of the scheduled scans
  datascan.gate.scan_status:
    provider: bigid
    api_url: https://tenant.bigid.example/api/v1
    refresh_token: "{{ bigid_user_token }}"
    query:
      limit: 1
    wait: true
  register: latest

- name: Find what failed since yesterday
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
  description: The scans, in the order in which they were asked for; those of a query newest first.
  returned: always, as far as known
  type: list
  elements: dict
  contains:
    id:
      description: The vendor's id.
      type: str
    provider:
      description: The vendor.
      type: str
    name:
      description: The name, if it has one.
      type: str
    state:
      description: One of V(queued), V(running), V(completed), V(failed), V(cancelled), V(stopped), V(unknown).
      type: str
    vendor_status:
      description: The vendor's own word.
      type: str
    finished:
      description: Whether it is completed, failed, cancelled or stopped.
      type: bool
    succeeded:
      description: True if it is completed, false if it failed or was cancelled, null where nobody knows.
      type: bool
    started_at:
      description: When it started, in ISO 8601, UTC.
      type: str
    finished_at:
      description: >-
        When it finished, in ISO 8601, UTC; null while it runs.
        Where the vendor does not send it, it is the time of the last change.
      type: str
    owner:
      description: Who started it.
      type: str
    source:
      description: >-
        What is scanned, such as a storage account's host with a container, or a scan profile.
      type: str
    target:
      description: Where results go.
      type: str
    parent_id:
      description: The scan that this one repeats.
      type: str
    child_ids:
      description: The scans that repeat this one.
      type: list
      elements: str
    issue_count:
      description: >-
        How many issues it found; null where that is not counted, or not yet.
        Where the vendor counts them after a scan has finished, the scan is V(running) until then.
      type: int
    error:
      description: >-
        The vendor's reason for a failure; of a scan that completed with issues, the checks that failed, where the
        vendor names them. A scan that the vendor calls inconclusive is V(failed), and this says so.
      type: str
summary:
  description: How many scans there are, as C(total), and how many in each state.
  returned: always, as far as known
  type: dict
  sample: {total: 2, queued: 0, running: 1, completed: 1, failed: 0, cancelled: 0, stopped: 0, unknown: 0}
missing:
  description: The ids that the vendor does not know.
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
from ansible_collections.datascan.gate.plugins.module_utils._core.models import STATES, parse_query
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import status

QUERY = {
    "states": {"type": "list", "elements": "str", "choices": list(STATES)},
    "started_after": {"type": "str"},
    "started_before": {"type": "str"},
    "owners": {"type": "list", "elements": "str", "default": []},
    "all_users": {"type": "bool", "default": False},
    "limit": {"type": "int"},
}


def run(invocation: Invocation) -> t.Any:
    """Look at the scans with these ids, or that a query finds."""
    query = None if invocation["query"] is None else parse_query(invocation["query"])
    request = status.StatusRequest(invocation["scan_ids"] or (), query, invocation["missing"], invocation.wait())
    return status.read_status(invocation.context(), request)


MODULE = ModuleSpec(
    name="scan_status",
    run=run,
    options={
        "scan_ids": SCAN_IDS_ARGUMENT,
        "query": {"type": "dict", "options": QUERY},
        "missing": {"type": "str", "default": "fail", "choices": ["fail", "ignore"]},
        **WAIT_SPEC,
    },
    constraints={"mutually_exclusive": [("scan_ids", "query")], "required_one_of": [("scan_ids", "query")]},
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
