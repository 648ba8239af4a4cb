#!/usr/bin/python
# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_columns_info
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: List the columns of a cluster
description:
  - Lists the columns of one cluster with their attributes and tags. A cluster is a group of columns that the vendor
    found to be alike.
  - Reads every page, and returns each column once. Sampled values of a column are never returned.
  - A list that changes while it is read is read again, up to three times. RV(complete) says whether columns may be
    missing nevertheless.
  - With O(dest), writes the columns to a file page by page, and returns only a summary. This needs the memory of a
    page, however many columns there are.
  - Only BigID has clusters.
extends_documentation_fragment:
  - datascan.gate.attributes
  - datascan.gate.attributes.connects
  - datascan.gate.connection
attributes:
  diff_mode:
    support: none
    description: The file may be too large to show.
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
    description: A filter in the vendor's own syntax, which is sent to the vendor unchanged.
    type: str
  search_text:
    description: Text to search for in the names and attributes of columns, which is sent to the vendor unchanged.
    type: str
  sort:
    description: The field to sort by, which is sent to the vendor unchanged. If not set, the vendor sorts by C(_id).
    type: str
  limit:
    description: Maximum number of columns. If not set, all columns are read.
    type: int
  skip:
    description: Number of columns to skip at the start of the list.
    type: int
    default: 0
  offset_key:
    description: The vendor's key of the page to start at, which is sent to the vendor unchanged.
    type: str
  ignore_limit:
    description: Request all columns in one response. This takes more memory, and O(limit) has no effect.
    type: bool
    default: false
  sample:
    description:
      - Number of columns to list, which the vendor picks at random. They are requested at once, because a second
        request would pick others.
    type: int
  dest:
    description:
      - Path of a file to write the columns to. Its directory must exist.
      - The file is replaced only when all columns have been read. On failure, the old file stays. A file whose content
        would not change is not touched.
      - A relative path starts at the directory in which the command was started. On another host it starts at the home
        directory of the user there.
      - The file keeps its mode. A new file has the mode that the umask allows, usually C(0644). A device, a pipe or a
        socket is refused.
      - A symbolic link is followed. Another user's link in a directory that everyone may write to, such as C(/tmp), is
        refused.
      - Names that a CI server would obey where a job prints the file, such as C(##vso[), are broken up by a space in
        CSV, and have an escape in JSON.
    type: path
  format:
    description:
      - The format of O(dest). If not set, the suffix of O(dest) decides (C(.csv), C(.ndjson), C(.jsonl) or C(.json)).
      - V(csv) is one line for each column, with attributes by name and tags as C(name=value). A cell that a spreadsheet
        would run as a formula is prefixed with an apostrophe.
      - V(ndjson) is one JSON object in each line, and V(json) is one list. Both contain every field.
    type: str
    choices: [csv, ndjson, json]
seealso:
  - module: datascan.gate.cluster_columns_audit
"""

EXAMPLES = r"""
- name: List the columns of a cluster
  datascan.gate.cluster_columns_info:
    provider: bigid
    api_url: https://bigid.example.com/api/v1
    refresh_token: "{{ bigid_user_token }}"
    cluster_id: abc123def456
  register: cluster

- name: Show the columns that have no tag
  ansible.builtin.debug:
    msg: "{{ cluster.columns | rejectattr('tags') | map(attribute='fully_qualified_name') }}"

- name: Stop if columns may be missing
  ansible.builtin.assert:
    that: cluster.complete

- name: Export the columns of a cluster found by its name
  datascan.gate.cluster_columns_info:
    provider: bigid
    api_url: https://bigid.example.com/api/v1
    refresh_token: "{{ bigid_user_token }}"
    cluster:
      name: Sensitive HR Data
      status: Active
    dest: /var/lib/audit/hr-columns.csv
"""

RETURN = r"""
columns:
  description: The columns, in the vendor's order. Fields that the vendor does not send are null.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    fully_qualified_name:
      description: The full name, as the vendor writes it.
      type: str
      sample: my-sql-tables.abc123def456.table_0000.column_00000
    column_name:
      description: The name of the column.
      type: str
      sample: column_00000
    business_attribute:
      description: The business term for the column.
      type: str
      sample: friendly name
    table_name:
      description: The name of the table.
      type: str
      sample: table_0000
    source:
      description: The name of the data source.
      type: str
      sample: my-sql-tables
    is_primary:
      description: Whether the column is part of the primary key.
      type: bool
      sample: true
    data_type:
      description: The data type of the column.
      type: str
      sample: integer
    attributes:
      description: What the vendor takes the values for, such as a social security number.
      type: list
      elements: dict
      sample:
        - attribute_id: "00000000000000000000000000000000"
          attribute_name: SSN
          attribute_original_name: SSN
          attribute_type: IDSoR Attribute
          calc_confidence_level: 0.5
          rank: High
    tags:
      description: The tags of the column; null if the vendor does not send them in a form that can be read.
      type: list
      elements: dict
      sample:
        - tag_id: ba7a5426-64d6-47eb-995b-8fd8e1224de0
          tag_name: sensitivity
          tag_value: high
          value_id: ba7a5426-64d6-47eb-995b-8fd8e1224de1
          is_mutually_exclusive: true
          properties:
            application_type: sensitivityClassification
            hidden: false
total_count:
  description:
    - Number of columns in the whole cluster, as the vendor counts them; null if the vendor does not send it.
    - If the number changes while the columns are read, this is the highest.
  returned: success; on failure, if known
  type: int
  sample: 20
complete:
  description:
    - Whether all requested columns were read. It is false if the list never settled, or the vendor counts more columns
      than it lists; then a warning says why.
    - Always false on failure.
  returned: success; on failure, if the vendor was asked for columns
  type: bool
  sample: true
cluster:
  description: The cluster. With O(cluster_id), only its C(id) is known, and the other fields are null.
  returned: success; on failure, if the vendor was asked for columns
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
summary:
  description: Counts of the columns that were read. A missing name counts as an empty string.
  returned: success; on failure, for the columns read until then
  type: dict
  contains:
    total:
      description: Number of columns that were read.
      type: int
    by_table:
      description: Number of columns by table, or by V(source.table) where several sources have a table of that name.
      type: dict
    by_source:
      description: Number of columns by data source.
      type: dict
    by_tag:
      description: For each tag, the number of columns by value.
      type: dict
    untagged:
      description: Number of columns without a tag.
      type: int
  sample:
    total: 3
    by_table: {my-table: 3}
    by_source: {my-sql-tables: 3}
    by_tag: {sensitivity: {high: 1, low: 1}}
    untagged: 1
file:
  description: The absolute path of the file with the columns. RV(ignore:changed) is false if it has not changed.
  returned: success, with O(dest)
  type: str
  sample: /var/lib/audit/hr-columns.csv
candidates:
  description: The clusters that match O(cluster), in the form of RV(cluster).
  returned: failure with RV(error.kind=ambiguous)
  type: list
  elements: dict
error:
  description: The failure in a form that a rescue block can test.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - The kind of failure. RV(datascan.gate.scan_start#module:error.kind) explains all of them.
        - V(not_found) means that no cluster matches, V(ambiguous) that several do. RV(candidates) lists
          those.
      type: str
      sample: ambiguous
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
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import argument_spec
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.export import FORMATS
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import (
    COLUMN_QUERY_OPTIONS,
    LOOKUP_OPTIONS,
    ColumnQuery,
    parse_lookup,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import columns


def run(invocation: Invocation) -> t.Any:
    """List or write the columns of this cluster."""
    query = {name: invocation[name] for name in COLUMN_QUERY_OPTIONS}
    request = columns.ColumnsRequest(
        query=ColumnQuery(cluster_id=invocation["cluster_id"] or "", **query),
        cluster=None if invocation["cluster"] is None else parse_lookup(invocation["cluster"]),
        dest=invocation["dest"],
        format=invocation["format"],
    )
    return columns.read_columns(invocation.context(), request)


MODULE = ModuleSpec(
    name="cluster_columns_info",
    run=run,
    options={
        "cluster_id": {"type": "str"},
        "cluster": {"type": "dict", "options": argument_spec(LOOKUP_OPTIONS)},
        **argument_spec(COLUMN_QUERY_OPTIONS),
        "dest": {"type": "path"},
        "format": {"type": "str", "choices": list(FORMATS)},
    },
    constraints={
        "mutually_exclusive": [("cluster_id", "cluster")],
        "required_one_of": [("cluster_id", "cluster")],
        "required_by": {"format": ["dest"]},
    },
)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
