#!/usr/bin/python
# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scan_start
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: Start a data scan, unless one that serves is there already
description:
  - Starts a scan and, if asked, waits until it has completed.
  - A scan of the same source and target that already runs is handed back instead, so that a job which is run again
    does not start a second one. A start whose answer is lost is looked for before it is sent again.
extends_documentation_fragment:
  - datascan.gate.attributes
  - datascan.gate.attributes.connects
  - datascan.gate.connection
  - datascan.gate.waiting
  - datascan.gate.waiting.optional
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
        description: The type of scan.
        type: str
        default: dsScan
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
      - What to do when a scan of the same source and target already runs.
      - V(reuse) hands it back, V(fail) fails, V(start) starts another.
      - With V(reuse) and V(fail) and a vendor that lists and cancels scans, pipelines that start one at the
        same moment end with one. The later cancels its own again, with a warning, and hands back the earlier or fails.
    type: str
    choices: [reuse, fail, start]
    default: reuse
  fresh_for:
    description:
      - Also hand back a scan of the same source and target that completed at most so many seconds ago.
      - Scans that took longer than a week are not found.
    type: int
  previous_scan_id:
    description:
      - A scan that may serve, for a vendor that cannot list its scans. O(if_active) and O(fresh_for) decide whether it
        does. Without it, such a vendor has none to hand back.
      - Where the vendor does not say what a scan has scanned, nothing is compared. Give the id of a scan of the same.
      - An id that the vendor does not know is warned about, and a scan is started.
    type: str
seealso:
  - module: datascan.gate.scan_wait
  - module: datascan.gate.scan_gate
"""

EXAMPLES = r"""
- name: Scan a container, and wait until that has completed
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

- name: Run a scan profile, unless it runs already
  datascan.gate.scan_start:
    provider: bigid
    api_url: https://tenant.bigid.example/api/v1
    refresh_token: "{{ bigid_user_token }}"
    bigid:
      scan_profile: nightly
    wait: true

- name: Scan a table, unless the scan of the last run still goes on
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
    The scan that runs now, with the keys that RV(datascan.gate.scan_status#module:scans) describes.
    In check mode its C(id) is V(predicted) where a scan would be started.
  returned: always, if one is known
  type: dict
reused:
  description: >-
    Whether the scan is one that this task did not start. RV(ignore:changed) is true all the same where it also started
    one that could no longer be cancelled.
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
  description: >-
    What went wrong: its C(kind), and where it has them the C(http_status), C(method), C(url) and the vendor's own
    C(vendor_errors).
  returned: failure
  type: dict
"""

import typing as t

from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import WAIT_SPEC, argument_spec
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import start
from ansible_collections.datascan.gate.plugins.module_utils._core.options import check_seconds
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import StartsScans, require
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import providers_supporting

VENDORS = providers_supporting(StartsScans)


def run(invocation: Invocation) -> t.Any:
    """Start what the dictionary named after the vendor says."""
    context = invocation.context()
    require(context.provider, StartsScans)
    target = invocation[context.provider.name]
    if target is None:
        raise InvalidInputError(
            f"{context.provider.name} is missing: this dictionary says what {context.provider.title} is to scan."
        )
    if invocation["fresh_for"] is not None:
        check_seconds("fresh_for", invocation["fresh_for"], zero=True)
    request = start.StartRequest(
        target, invocation["if_active"], invocation["fresh_for"], invocation["previous_scan_id"], invocation.wait()
    )
    return start.start_scan(context, request)


MODULE = ModuleSpec(
    name="scan_start",
    run=run,
    options={
        **{vendor.name: {"type": "dict", "options": argument_spec(vendor.target_options)} for vendor in VENDORS},
        "if_active": {"type": "str", "default": "reuse", "choices": ["reuse", "fail", "start"]},
        "fresh_for": {"type": "int"},
        "previous_scan_id": {"type": "str"},
        **WAIT_SPEC,
    },
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
