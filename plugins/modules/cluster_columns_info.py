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
  - Lists the columns that a vendor found to be alike and put into one cluster, with their attributes and tags. Every
    page is read, and each column is returned once. What the vendor sampled from a column is never returned.
  - With O(dest), the columns are written to a file as they come, and only their summary is returned.
  - Of the vendors, only BigID has clusters.
extends_documentation_fragment:
  - datascan.gate.attributes
  - datascan.gate.attributes.connects
  - datascan.gate.connection
attributes:
  diff_mode:
    support: none
    description: The file may be too large to be shown.
options:
  cluster_id:
    description: The cluster's id.
    type: str
  cluster:
    description:
      - What is known of the cluster, which is then looked up in the list of clusters. Everything that is given has to
        hold, and has to hold for one cluster only. Upper and lower case are the same.
    type: dict
    suboptions:
      name:
        description: Its name.
        type: str
      size:
        description: How many columns it has.
        type: int
      label:
        description: One of its labels.
        type: str
      severity:
        description: Its severity, such as V(High).
        type: str
      status:
        description: Its status, such as V(Active) or V(Archived).
        type: str
  filter:
    description: Which columns to list. It goes to the vendor as it is.
    type: str
  search_text:
    description: A text to look for in the names and attributes of columns. It goes to the vendor as it is.
    type: str
  sort:
    description: What to sort by. It goes to the vendor as it is; if not set, the vendor sorts by C(_id).
    type: str
  limit:
    description: At most so many columns. If not set, all of them.
    type: int
  skip:
    description: How many columns to leave out at the start.
    type: int
    default: 0
  offset_key:
    description: Where to start, as the vendor calls it. It goes to the vendor as it is.
    type: str
  ignore_limit:
    description: Ask the vendor for all columns at once. This takes memory, and O(limit) does not count then.
    type: bool
    default: false
  sample:
    description:
      - List so many columns that the vendor picks at random. They are asked for in one request, for the next one would
        pick others.
    type: int
  dest:
    description:
      - A file to write the columns to, page by page. Its folder must exist.
      - A symbolic link stays, and the file that it points at is written. Somebody else's link in a folder where
        everybody may write, such as C(/tmp), is refused.
      - It takes its place when it is whole; where that fails, the old file stays. A file that would not change is left
        as it is.
    type: path
  format:
    description:
      - How to write O(dest). If not set, the suffix of its name tells it, C(.csv), C(.ndjson), C(.jsonl) or C(.json).
      - V(csv) has one line for each column, with the names of its attributes and its tags as C(name=value). A cell that
        a spreadsheet would run as a formula gets an apostrophe before it.
      - V(ndjson) has one line of JSON for each column, and V(json) is one list, with all that is known.
    type: str
    choices: [csv, ndjson, json]
seealso:
  - plugin: datascan.gate.audit_columns
    plugin_type: filter
  - plugin: datascan.gate.audit_report
    plugin_type: filter
"""

EXAMPLES = r"""
- name: List the columns of a cluster
  datascan.gate.cluster_columns_info:
    provider: bigid
    api_url: https://bigid.example.com/api/v1
    refresh_token: "{{ bigid_user_token }}"
    cluster_id: abc123def456
  register: cluster

- name: Name those without a tag
  ansible.builtin.debug:
    msg: "{{ cluster.columns | rejectattr('tags') | map(attribute='fully_qualified_name') }}"

- name: Export the columns of a cluster that is known by its name
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
  description: The columns, in the vendor's order. What the vendor does not tell is null.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    fully_qualified_name:
      description: The full name.
      type: str
    column_name:
      description: The column's own name.
      type: str
    business_attribute:
      description: What the business calls it.
      type: str
    table_name:
      description: The table.
      type: str
    source:
      description: The data source.
      type: str
    is_primary:
      description: Whether it belongs to the primary key.
      type: bool
    data_type:
      description: The type of its values.
      type: str
    attributes:
      description:
        - What its values are taken for, each with C(attribute_name), C(attribute_original_name), C(attribute_type),
          C(attribute_id), C(rank) and C(calc_confidence_level).
      type: list
      elements: dict
    tags:
      description:
        - Its tags, each with C(tag_name), C(tag_value), C(tag_id), C(value_id), C(is_mutually_exclusive) and
          C(properties), which holds C(hidden) and C(application_type).
      type: list
      elements: dict
total_count:
  description: How many columns the vendor says that there are in all; null where it does not say.
  returned: always, as far as known
  type: int
cluster:
  description: The cluster. Where O(cluster_id) names it, nothing but its id is known.
  returned: always, as far as known
  type: dict
  contains:
    id:
      description: The id.
      type: str
    name:
      description: The name.
      type: str
    size:
      description: How many columns it has.
      type: int
    labels:
      description: Its labels.
      type: list
      elements: str
    severity:
      description: How sensitive its data is.
      type: str
    status:
      description: Whether it is in use.
      type: str
    created_at:
      description: When it was made, in ISO 8601, UTC.
      type: str
summary:
  description: Counts of the columns that were read. A name that the vendor does not tell counts as the empty text.
  returned: always, as far as known
  type: dict
  contains:
    total:
      description: How many columns were read.
      type: int
    by_table:
      description: How many in each table. Where several sources have a table of that name, it is V(source.table).
      type: dict
    by_source:
      description: How many in each source.
      type: dict
    by_tag:
      description: For each tag, how many have each of its values.
      type: dict
    untagged:
      description: How many have no tag.
      type: int
  sample:
    total: 3
    by_table: {my-table: 3}
    by_source: {my-sql-tables: 3}
    by_tag: {sensitivity: {high: 1, low: 1}}
    untagged: 1
file:
  description: The file that was written, or would not change.
  returned: success, with O(dest)
  type: str
candidates:
  description: The clusters that O(cluster) may mean.
  returned: failure, if there is more than one
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
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.export import FORMATS
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import ColumnQuery, parse_lookup
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import columns

CLUSTER = {
    "name": {"type": "str"},
    "size": {"type": "int"},
    "label": {"type": "str"},
    "severity": {"type": "str"},
    "status": {"type": "str"},
}
QUERY = {
    "filter": {"type": "str"},
    "search_text": {"type": "str"},
    "sort": {"type": "str"},
    "limit": {"type": "int"},
    "skip": {"type": "int", "default": 0},
    "offset_key": {"type": "str", "no_log": False},
    "ignore_limit": {"type": "bool", "default": False},
    "sample": {"type": "int"},
}


def run(invocation: Invocation) -> t.Any:
    """List or write the columns of this cluster."""
    request = columns.ColumnsRequest(
        query=ColumnQuery(cluster_id=invocation["cluster_id"] or "", **{name: invocation[name] for name in QUERY}),
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
        "cluster": {"type": "dict", "options": CLUSTER},
        **QUERY,
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
