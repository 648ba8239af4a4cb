#!/usr/bin/python
# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_columns_audit
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: Decide whether a pipeline may continue, by the tags of a cluster's columns
description:
  - Reads every column of a cluster, checks that it has the required tags and none of the forbidden values, writes
    reports, and fails unless every column does. A cluster is a group of columns that the vendor found to be alike.
  - Columns are judged while they are read. This needs the memory of a page, however many columns there are.
  - The audit fails as well if there are no columns, if the list may lack some (RV(complete) is false), if the number of
    columns is not the cluster's own size, and if the tags of a column cannot be read. Tags cannot be read if the
    vendor does not send them, if one has no name, or if one that O(forbidden_tags) names has no value.
  - Names and values of tags are compared without regard to upper and lower case, white space, invisible characters, and
    Unicode's compatibility forms (NFKC), so full-width letters are the same as ordinary ones.
  - An audit that could not read the columns fails with the RV(error) and its reports, also with O(mode=advise).
  - Only BigID has clusters.
extends_documentation_fragment:
  - datascan.gate.attributes
  - datascan.gate.attributes.connects
  - datascan.gate.connection
attributes:
  diff_mode:
    support: none
    description: The reports may be too large to show.
options:
  cluster_id:
    description: The id of the cluster. Required unless O(cluster) is set.
    type: str
  cluster:
    description:
      - Properties of the cluster, which is then looked up in the vendor's list of clusters. Required unless
        O(cluster_id) is set.
      - Exactly one cluster must match all the properties that are set. Case is ignored.
    type: dict
    suboptions:
      name:
        description: The name of the cluster.
        type: str
      size:
        description: The number of columns in the cluster.
        type: int
      label:
        description: One of the labels of the cluster.
        type: str
      severity:
        description: The severity of the cluster, such as V(High).
        type: str
      status:
        description: The status of the cluster, such as V(Active) or V(Archived).
        type: str
  filter:
    description:
      - A filter in the vendor's own syntax, which is sent to the vendor unchanged. Only the columns that it selects are
        judged, which the verdict and every report say.
    type: str
  search_text:
    description:
      - Text to search for in the names and attributes of columns, which is sent to the vendor unchanged. Only the
        columns that match are judged, which the verdict and every report say.
    type: str
  required_tags:
    description:
      - Names of the tags that every column must have, with any value but the empty one. Required unless
        O(forbidden_tags) is set.
      - Each name is text. Quote what YAML reads as a number, a boolean or a date.
    type: list
    elements: raw
    default: []
  forbidden_tags:
    description:
      - Tag names, each with a value or a list of values that no column may have. Required unless O(required_tags) is
        set.
      - Each value is text. Quote what YAML reads as a number, a boolean or a date. A rule without a value is refused,
        and so is one text with a comma. Several values are a list.
    type: dict
    default: {}
  allow_size_mismatch:
    description:
      - Whether the audit may pass although the number of columns differs from the size that the vendor's list of
        clusters gives.
      - The size is compared only with O(cluster), because it is not known with O(cluster_id), and only without
        O(filter) and O(search_text).
    type: bool
    default: false
  mode:
    description:
      - V(enforce) fails if the audit does not pass. V(advise) only reports it.
      - An audit that could not read the columns fails in both modes.
    type: str
    choices: [enforce, advise]
    default: enforce
  reports:
    description:
      - Reports to write, whether the audit passes or not, and also if the columns could not be read or an option is
        wrong. A file whose content would not change is not touched.
      - If one report cannot be written, the audit does not pass, the other reports say so, and an older file in its
        place is removed.
    type: list
    elements: dict
    default: []
    suboptions:
      format:
        description:
          - V(markdown) is for the step summary of a CI server, and shows at most 500 columns in at most 1 MiB.
          - V(csv) and V(json) contain every column that breaks a rule. A row of V(csv) without a name has a reason in
            C(note) that belongs to no column.
        type: str
        choices: [markdown, csv, json]
        required: true
      dest:
        description:
          - Path of the file to write. Its directory must exist. Two reports cannot have the same path.
          - A relative path starts at the directory in which the command was started. On another host it starts at the
            home directory of the user there.
          - The file is replaced as a whole, and keeps its mode. A new file has the mode that the umask allows, usually
            C(0644). A device, a pipe or a socket is refused.
          - A symbolic link is followed. Another user's link in a directory that everyone may write to, such as C(/tmp),
            is refused.
        type: path
        required: true
seealso:
  - module: datascan.gate.cluster_columns_info
  - module: datascan.gate.scan_gate
"""

EXAMPLES = r"""
- name: Continue only if every column of a cluster has the tag sensitivity
  datascan.gate.cluster_columns_audit:
    provider: bigid
    api_url: https://bigid.example.com/api/v1
    refresh_token: "{{ bigid_user_token }}"
    cluster:
      name: Sensitive HR Data
      status: Active
    required_tags: [sensitivity]
    reports:
      - format: csv
        dest: /var/lib/audit/hr-untagged.csv

- name: Report whether a column that matches a search is of high or secret sensitivity
  datascan.gate.cluster_columns_audit:
    provider: bigid
    api_url: https://bigid.example.com/api/v1
    refresh_token: "{{ bigid_user_token }}"
    cluster_id: abc123def456
    search_text: SSN
    forbidden_tags:
      sensitivity: [high, secret]
    mode: advise
  register: audit

- name: Show how many columns break a rule
  ansible.builtin.debug:
    msg: "{{ audit.failed_columns }} of {{ audit.audited }} columns"
"""

RETURN = r"""
passed:
  description: Whether every column was read, and meets the rules.
  returned: always
  type: bool
  sample: false
proceed:
  description: Whether the pipeline may continue. True if RV(passed) is true or, with O(mode=advise), if the audit could
    be made.
  returned: always
  type: bool
  sample: false
reasons:
  description: The reasons why the audit does not pass, one sentence each.
  returned: always
  type: list
  elements: str
  sample: [4 of 20 columns lack the tag sensitivity.]
msg:
  description: The verdict in one message.
  returned: always
  type: str
  sample: "Audit passed: 20 of 20 columns of cluster Sensitive HR Data meet the rules."
complete:
  description: Whether every column that was asked for is known to be read.
  returned: always
  type: bool
  sample: true
audited:
  description: Number of columns that were read and judged.
  returned: always
  type: int
  sample: 20
total_count:
  description: Number of columns as the vendor counts them; null if the vendor does not send it.
  returned: always; on failure, if known
  type: int
  sample: 20
failed_columns:
  description: Number of columns that break a rule, or whose tags cannot be read.
  returned: always
  type: int
  sample: 4
missing:
  description: For each required tag that is missing somewhere, the number of columns that lack it.
  returned: always
  type: dict
  sample: {sensitivity: 4}
forbidden:
  description: For each forbidden value that was found, as C(name=value), the number of columns that have it.
  returned: always
  type: dict
  sample: {}
unreadable:
  description: Number of columns whose tags cannot be read.
  returned: always
  type: int
  sample: 0
findings:
  description:
    - The first 100 columns that RV(failed_columns) counts. Reports in V(csv) and V(json) contain all of them.
    - A text is one line of at most 1,000 characters without invisible characters.
  returned: always
  type: list
  elements: dict
  contains:
    fully_qualified_name:
      description: The full name, as the vendor writes it.
      type: str
      sample: warehouse.abc123def456.table_0000.column_00004
    column_name:
      description: The name of the column.
      type: str
      sample: column_00004
    table_name:
      description: The name of the table.
      type: str
      sample: table_0000
    source:
      description: The name of the data source.
      type: str
      sample: warehouse
    missing:
      description: The required tags that the column lacks.
      type: list
      elements: str
      sample: [sensitivity]
    forbidden:
      description: The forbidden values that the column has, as C(name=value).
      type: list
      elements: str
      sample: []
    unreadable:
      description: Whether some of its tags cannot be read.
      type: bool
      sample: false
filter:
  description: O(filter), or null.
  returned: always; on failure, if set
  type: str
search_text:
  description: O(search_text), or null.
  returned: always; on failure, if set
  type: str
cluster:
  description:
    - The cluster. With O(cluster_id), only its C(id) is known, and the other fields are null.
    - Texts are cleaned as in RV(findings).
  returned: always; on failure, if known
  type: dict
  contains:
    id:
      description: The id of the cluster.
      type: str
      sample: abc123def456
    name:
      description: The name of the cluster.
      type: str
      sample: Sensitive HR Data
    size:
      description: The number of columns in the cluster.
      type: int
      sample: 20
    labels:
      description: The labels of the cluster.
      type: list
      elements: str
      sample: [PII, Confidential]
    severity:
      description: The severity that the vendor gives the cluster.
      type: str
      sample: High
    status:
      description: The status of the cluster.
      type: str
      sample: Active
    created_at:
      description: The time when the cluster was created, in ISO 8601, UTC.
      type: str
      sample: "2025-07-15T14:22:30Z"
mode:
  description: O(mode).
  returned: always
  type: str
  sample: enforce
reports:
  description: The absolute paths of the reports that were written.
  returned: always
  type: list
  elements: str
  sample: [/var/lib/audit/hr-untagged.csv]
error:
  description:
    - The failure in a form that a rescue block can test.
    - Null if the audit passed, and with O(mode=advise) if it could be made.
  returned: always
  type: dict
  contains:
    kind:
      description:
        - The kind of failure. RV(datascan.gate.scan_start#module:error.kind) explains all of them.
        - V(gate_closed) means that the audit does not pass. Any other kind means that it could not be made.
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
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_reports import AUDIT_FORMATS
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import LOOKUP_OPTIONS
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import ENFORCE, MODES
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.audit import (
    AuditRequest,
    audit_cluster,
    refuse_audit,
)

REPORT = {
    "format": {"type": "str", "required": True, "choices": list(AUDIT_FORMATS)},
    "dest": {"type": "path", "required": True},
}


def run(invocation: Invocation) -> t.Any:
    """Judge the columns of this cluster."""
    request = AuditRequest(
        cluster_id=invocation["cluster_id"],
        cluster=invocation["cluster"],
        filter=invocation["filter"] or None,
        search_text=invocation["search_text"] or None,
        required_tags=invocation["required_tags"],
        forbidden_tags=invocation["forbidden_tags"],
        allow_size_mismatch=invocation["allow_size_mismatch"],
        mode=invocation["mode"],
        reports=[(report["format"], report["dest"]) for report in invocation["reports"]],
    )
    return audit_cluster(invocation.context, request, invocation.check_mode)


def refuse(error: DatascanError, task: RefusedTask) -> DatascanError:
    """The result and the reports of an audit that could not begin."""
    return refuse_audit(error, task.reports(AUDIT_FORMATS), task.mode, task.check_mode)


MODULE = ModuleSpec(
    name="cluster_columns_audit",
    run=run,
    options={
        "cluster_id": {"type": "str"},
        "cluster": {"type": "dict", "options": argument_spec(LOOKUP_OPTIONS)},
        "filter": {"type": "str"},
        "search_text": {"type": "str"},
        "required_tags": {"type": "list", "elements": "raw", "default": []},
        "forbidden_tags": {"type": "dict", "default": {}},
        "allow_size_mismatch": {"type": "bool", "default": False},
        "mode": {"type": "str", "default": ENFORCE, "choices": list(MODES)},
        "reports": {"type": "list", "elements": "dict", "default": [], "options": REPORT},
    },
    constraints={
        "mutually_exclusive": [("cluster_id", "cluster")],
        "required_one_of": [("cluster_id", "cluster")],
    },
    refuse=refuse,
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
