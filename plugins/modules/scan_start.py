#!/usr/bin/python
# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scan_start
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: Start a data scan, or reuse a matching one
description:
  - Starts a scan. With O(wait), waits until it has completed, and fails if it ends in another state.
  - If a scan of the same source and target already runs, the module returns that one, so that a job that runs twice
    does not start two scans.
  - The request that starts a scan is sent once. If its answer is lost, the module searches for the new scan before it
    sends the request again. If the vendor cannot list scans, the module fails with RV(error.kind=lost_answer).
extends_documentation_fragment:
  - datascan.gate.attributes
  - datascan.gate.attributes.connects
  - datascan.gate.connection
  - datascan.gate.waiting
  - datascan.gate.waiting.optional
  - datascan.gate.issues
options:
  # generated: targets
  bigid:
    description:
      - What BigID is to scan. Required if O(provider=bigid).
      - Scans of the same scan profile are the same, whatever the type and the origin.
    type: dict
    suboptions:
      scan_profile:
        description: The name of the scan profile to run.
        type: str
        required: true
      scan_type:
        description:
          - The type of scan.
          - Unless set, it is that of the scan profile, where BigID lists its profiles, and else V(dsScan).
        type: str
      scan_origin:
        description: What BigID is to show as the origin of the scan.
        type: str
        default: datascan.gate
  glasswall:
    description:
      - What Glasswall is to scan. Required if O(provider=glasswall).
      - Both connection strings hold a shared access signature (SAS) of an Azure storage account. They are checked
        before anything is sent, by the rules of "Scan Controller API v1" for C(ScanStartItem).
    type: dict
    suboptions:
      source_connection_string:
        description:
          - The connection string of the storage account to scan.
          - Its SAS must be for blobs (C(ss)), allow service and object (C(srt)), Read and List (C(sp)), and be valid
            now.
        type: str
        required: true
      source_container_path:
        description: The container to scan.
        type: str
        required: true
      destination_connection_string:
        description:
          - The connection string of the storage account that gets the results.
          - Its SAS must be for blobs (C(ss)), allow service, container and object (C(srt)), Read, Write, Create and
            List (C(sp)), and be valid now.
        type: str
        required: true
      target_container_path:
        description: The container that gets the rebuilt files.
        type: str
        required: true
      quarantine_container_path:
        description: The container that gets the quarantine reports.
        type: str
        required: true
      auto_rescan:
        description: Whether Glasswall scans the container again by itself when the scan has completed.
        type: bool
        default: false
  protecto:
    description:
      - What Protecto is to scan. Required if O(provider=protecto).
      - All objects of a task are one scan.
    type: dict
    suboptions:
      objects:
        description: The objects to scan.
        type: list
        elements: dict
        required: true
        suboptions:
          data_source_name:
            description: The data source, such as V(salesforce).
            type: str
            required: true
          object_name:
            description: The parts of the object's name, such as its database, schema and table.
            type: list
            elements: str
            required: true
          data_samples:
            description:
              - Values sampled from the object. They are personal data, so they are sent to Protecto and shown nowhere.
              - An error of Protecto's that has a word in common with one of them is withheld, because it may quote
                it.
            type: list
            elements: dict
            suboptions:
              column_name:
                description: The column that the values are from.
                type: str
                required: true
              samples:
                description: The values.
                type: list
                elements: str
                required: true
  # end of generated: targets
  if_active:
    description:
      - What to do if a scan of the same source and target already runs.
      - V(reuse) returns the running scan, V(fail) fails, V(start) starts another scan.
      - With V(reuse) and V(fail) and a vendor that lists and cancels scans, pipelines that start a scan at the same
        moment end with one scan. The later pipeline cancels its own scan with a warning, and returns the earlier scan
        or fails.
    type: str
    choices: [reuse, fail, start]
    default: reuse
  fresh_for:
    description:
      - Also reuse the scan of the same source and target that ended last, if it completed within this many seconds. If
        a newer one failed, a new scan is started.
      - Scans that took longer than a week are not found.
    type: int
  newer_than:
    description:
      - With O(fresh_for), reuse a scan that has finished only if it started after this time. A scan that runs is reused
        whenever it started.
      - ISO 8601 with a zone, such as V('2026-11-22T08:00:00Z') in quotes, or whole seconds since 1970.
    type: raw
  previous_scan_id:
    description:
      - The id of an earlier scan to consider for reuse, for a vendor that cannot list its scans. O(if_active) and
        O(fresh_for) apply to it. Without this option, such a vendor has no scan to reuse.
      - If the vendor does not return what a scan has scanned, the module cannot compare. The id must be of a scan of
        the same source and target.
      - If the vendor does not know the id, the module warns and starts a scan.
    type: str
seealso:
  - module: datascan.gate.scan_wait
  - module: datascan.gate.scan_gate
"""

EXAMPLES = r"""
- name: Scan a container, and wait until the scan has completed
  datascan.gate.scan_start:
    provider: glasswall
    api_url: https://scans.example.com/api/v1
    api_token: "{{ glasswall_token }}"
    glasswall:
      source_connection_string: "{{ source_sas }}"
      source_container_path: uploads
      destination_connection_string: "{{ destination_sas }}"
      target_container_path: clean
      quarantine_container_path: quarantine
    fresh_for: 3600
    wait: true
    wait_timeout: 1800
  register: started

- name: Run a scan profile, or wait for its running scan
  datascan.gate.scan_start:
    provider: bigid
    api_url: https://tenant.bigid.example/api/v1
    refresh_token: "{{ bigid_user_token }}"
    bigid:
      scan_profile: nightly
    wait: true

- name: Scan a table, unless the scan of the last run is still running
  datascan.gate.scan_start:
    provider: protecto
    api_url: https://tenant.example.com/api/vault
    api_token: "{{ protecto_token }}"
    protecto:
      objects:
        - data_source_name: salesforce
          object_name: [crm, public, contacts]
          data_samples:
            - column_name: email
              samples: "{{ sampled_emails }}"
    previous_scan_id: "{{ last_scan_id | default(omit) }}"
  register: started
"""

RETURN = r"""
scan:
  description: >-
    The scan that this task started or reuses, in the form of RV(datascan.gate.scan_status#module:scans). In check mode
    its C(id) is V(predicted) if a scan would be started. It is null after a failure with RV(error.kind=lost_answer).
  returned: success; on failure, if a scan is known
  type: dict
reused:
  description: >-
    Whether this task did not start RV(scan) itself. RV(ignore:changed) is true nevertheless if the task also started a
    scan that could no longer be cancelled. It is null if the answer to the start was lost and several new scans
    appeared, because RV(scan) may be another pipeline's. RV(scan) has the same key.
  returned: success; on failure, if known
  type: bool
  sample: false
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
        - V(invalid_input) - An option is wrong, or a file cannot be written. No scan was started.
        - V(unsupported) - The vendor's API cannot do this. Nothing was sent.
        - V(unauthorized) - The token is missing, wrong or expired.
        - V(forbidden) - The token does not allow this.
        - V(not_found) - The scan or cluster does not exist, or the token does not show it.
        - V(ambiguous) - More than one cluster matches.
        - V(conflict) - A scan already runs, and O(if_active=fail) or the vendor does not allow another.
        - V(too_early) - The vendor does not accept a rescan yet.
        - V(too_late) - A scan can no longer be cancelled.
        - V(rejected) - The vendor refused the request. RV(error.vendor_errors) and RV(ignore:msg) have its reason.
        - V(unavailable) - The vendor did not answer, or answered with a transient error until all retries were used.
        - V(unreadable) - The vendor's answer is not what its API documents.
        - V(untrusted_certificate) - The API's certificate is not trusted. Nothing was sent.
        - V(lost_answer) - The request that starts or cancels a scan was sent, and its answer was lost. The vendor may
          have carried it out, so RV(ignore:changed) is true.
        - V(scan_not_completed) - A scan ended in another state than V(completed).
        - V(wait_timeout) - O(wait_timeout) was reached.
        - V(gate_closed) - The policy of a gate is not met.
        - V(error) - An error in this collection.
      type: str
      sample: rejected
    http_status:
      description: The HTTP status of the request that failed, or null.
      type: int
      sample: 412
    method:
      description: The HTTP method of the request that failed, or null.
      type: str
      sample: POST
    url:
      description: The URL of the request that failed, or null.
      type: str
      sample: https://scans.example.com/api/v1/scans
    vendor_errors:
      description: The errors in the vendor's answer, each with C(code) and C(message); empty if there are none.
      type: list
      elements: dict
      sample:
        - code: 107
          message: Source container was empty.
"""

import typing as t

from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import (
    COUNT_ISSUES_SPEC,
    WAIT_SPEC,
    argument_spec,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import parse_newer_than
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import start
from ansible_collections.datascan.gate.plugins.module_utils._core.options import check_seconds, own_option
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import StartsScans, require
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import providers_supporting

VENDORS = providers_supporting(StartsScans)


def run(invocation: Invocation) -> t.Any:
    """Start the scan that the dictionary named after the vendor describes."""
    context = invocation.context()
    require(context.provider, StartsScans)
    targets = {vendor.name: invocation[vendor.name] for vendor in VENDORS}
    target = own_option(targets, context.provider.name, context.provider.title)
    if invocation["fresh_for"] is not None:
        check_seconds("fresh_for", invocation["fresh_for"], zero=True)
    newer_than = invocation["newer_than"]
    request = start.StartRequest(
        target,
        invocation["if_active"],
        invocation["fresh_for"],
        invocation["previous_scan_id"],
        invocation.wait(),
        None if newer_than in (None, "") else parse_newer_than(newer_than, "newer_than"),
        count_issues=invocation["count_issues"],
    )
    return start.start_scan(context, request)


MODULE = ModuleSpec(
    name="scan_start",
    run=run,
    options={
        **{vendor.name: {"type": "dict", "options": argument_spec(vendor.target_options)} for vendor in VENDORS},
        "if_active": {"type": "str", "default": "reuse", "choices": ["reuse", "fail", "start"]},
        "fresh_for": {"type": "int"},
        "newer_than": {"type": "raw"},
        "previous_scan_id": {"type": "str"},
        **WAIT_SPEC,
        **COUNT_ISSUES_SPEC,
    },
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
