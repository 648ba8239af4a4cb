# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: audit_report
version_added: 0.1.0
author: datascan.gate maintainers (@datascan-gate)
short_description: Write a report about the columns of a cluster and their tags
description:
  - Judges columns as P(datascan.gate.audit_columns#filter) does, and returns a report with every column that breaks a
    rule.
positional: _input
options:
  _input:
    description:
      - The columns, as M(datascan.gate.cluster_columns_info) returns them, or the content of a file that it wrote in
        the format V(ndjson).
    type: raw
    required: true
  format:
    description:
      - V(markdown) is for the step summary of a CI server, and shows at most 500 columns. V(csv) and V(json) contain
        every column that breaks a rule.
    type: str
    choices: [markdown, csv, json]
    default: markdown
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
  - plugin: datascan.gate.audit_columns
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write a list of the columns that lack the tag sensitivity
  ansible.builtin.copy:
    content: "{{ cluster.columns | datascan.gate.audit_report('csv', required_tags=['sensitivity']) }}"
    dest: /var/lib/audit/untagged.csv
    mode: "0640"
"""

RETURN = r"""
_value:
  description: The report.
  type: str
"""

import typing as t

from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_reports import render
from ansible_collections.datascan.gate.plugins.plugin_utils._audit_filters import errors_shown, judged


def audit_report(
    columns: t.Any,
    format: str = "markdown",
    cluster: t.Any = None,
    required_tags: t.Any = None,
    forbidden_tags: t.Any = None,
    total_count: int | None = None,
) -> str:
    """The filter."""
    audit = judged(columns, required_tags, forbidden_tags, total_count)
    with errors_shown():
        return render(format, audit, cluster or {})


class FilterModule:
    def filters(self) -> dict[str, t.Any]:
        return {"audit_report": audit_report}
