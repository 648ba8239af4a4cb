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
  - Looks whether every column carries the tags that it must carry, and no value that it may not carry.
  - It is one pass in Python, because a loop over some thousand columns in a template takes minutes.
  - Upper and lower case are the same. A tag without a value counts as missing.
positional: _input
options:
  _input:
    description:
      - The columns, as M(datascan.gate.cluster_columns_info) returns them, or the text of a file that it wrote in the
        format V(ndjson).
    type: raw
    required: true
  cluster:
    description: The cluster, as M(datascan.gate.cluster_columns_info) returns it.
    type: dict
    default: {}
  required_tags:
    description: The names of the tags that every column must carry.
    type: list
    elements: str
    default: []
  forbidden_tags:
    description: Names of tags, each with a value or a list of values that no column may carry.
    type: dict
    default: {}
  total_count:
    description: How many columns the vendor counts. If fewer were read, the audit does not pass.
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

- name: Every column must carry the tag sensitivity
  ansible.builtin.assert:
    that: audit.passed
    fail_msg: "{{ audit.msg }}"
  vars:
    audit: "{{ cluster.columns | datascan.gate.audit_columns(cluster.cluster, required_tags=['sensitivity']) }}"
"""

RETURN = r"""
_value:
  description: What came of it.
  type: dict
  contains:
    passed:
      description: Whether every column keeps the rules, there is at least one, and none that is counted is missing.
      type: bool
    msg:
      description: The verdict, a sentence.
      type: str
    reasons:
      description: Why it does not pass, a sentence each.
      type: list
      elements: str
    audited:
      description: How many columns were judged.
      type: int
    total_count:
      description: How many columns the vendor counts, or null.
      type: int
    failed:
      description: How many columns break a rule.
      type: int
    missing:
      description: For each required tag, how many columns lack it.
      type: dict
    forbidden:
      description: For each forbidden value, as C(name=value), how many columns carry it.
      type: dict
    findings:
      description:
        - The columns that break a rule, each with C(fully_qualified_name), C(column_name), C(table_name), C(source),
          the C(missing) tags and the C(forbidden) values. Only the first 100 are here;
          P(datascan.gate.audit_report#filter) shows all.
      type: list
      elements: dict
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
