# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: audit_columns
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: Judge the columns of a cluster by their tags
description:
  - Checks that every column has the required tags, and none of the forbidden values.
  - Case is ignored. A tag without a value counts as missing.
  - The filter is much faster than a loop in a template, which takes minutes for a few thousand columns.
positional: _input
options:
  _input:
    description:
      - The columns, as M(datascan.gate.cluster_columns_info) returns them, or the content of a file that it wrote in
        the format V(ndjson).
    type: raw
    required: true
  cluster:
    description: The cluster, as M(datascan.gate.cluster_columns_info) returns it.
    type: dict
    default: {}
  required_tags:
    description: Names of the tags that every column must have.
    type: list
    elements: str
    default: []
  forbidden_tags:
    description: Tag names, each with a value or a list of values that no column may have.
    type: dict
    default: {}
  total_count:
    description: Number of columns that the vendor counts. If fewer were read, the audit does not pass.
    type: int
seealso:
  - module: datascan.gate.cluster_columns_info
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

- name: Fail if a column lacks the tag sensitivity
  ansible.builtin.assert:
    that: audit.passed
    fail_msg: "{{ audit.msg }}"
  vars:
    audit: "{{ cluster.columns | datascan.gate.audit_columns(cluster.cluster, required_tags=['sensitivity']) }}"
"""

RETURN = r"""
_value:
  description: The result of the audit.
  type: dict
  contains:
    passed:
      description: >-
        Whether every column meets the rules, there is at least one, and none that the vendor counts is missing.
      type: bool
    msg:
      description: The verdict in one message.
      type: str
      sample: "Audit failed for cluster Sensitive HR Data: 1 of 2 columns carries sensitivity=high."
    reasons:
      description: The reasons why the audit does not pass, one sentence each.
      type: list
      elements: str
      sample: [1 of 2 columns carries sensitivity=high.]
    audited:
      description: Number of columns that were judged.
      type: int
    total_count:
      description: O(total_count), or null.
      type: int
    failed:
      description: Number of columns that break a rule.
      type: int
    missing:
      description: For each required tag that is missing somewhere, the number of columns that lack it.
      type: dict
    forbidden:
      description: For each forbidden value that was found, as C(name=value), the number of columns that have it.
      type: dict
      sample: {sensitivity=high: 1}
    findings:
      description:
        - The columns that break a rule, each with C(fully_qualified_name), C(column_name), C(table_name), C(source),
          the C(missing) tags and the C(forbidden) values. Only the first 100 are returned;
          P(datascan.gate.audit_report#filter) shows all.
      type: list
      elements: dict
      sample:
        - column_name: column_00000
          forbidden: [sensitivity=high]
          fully_qualified_name: my-sql-tables.abc123def456.table_0000.column_00000
          missing: []
          source: my-sql-tables
          table_name: table_0000
"""

import typing as t

from ansible_collections.datascan.gate.plugins.plugin_utils._audit_filters import judged


def audit_columns(
    columns: t.Any,
    cluster: t.Any = None,
    required_tags: t.Any = None,
    forbidden_tags: t.Any = None,
    total_count: int | None = None,
) -> dict[str, t.Any]:
    """The filter."""
    return judged(columns, required_tags, forbidden_tags, total_count).facts(cluster or {})


class FilterModule:
    def filters(self) -> dict[str, t.Any]:
        return {"audit_columns": audit_columns}
