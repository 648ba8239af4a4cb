# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Columns and audits for tests."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_tally import AuditTally, Finding
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_verdict import AuditScope, AuditVerdict
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import Cluster, Column
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.tag_rules import parse_rules
from made_columns import make_column

CLUSTER = Cluster(id="c1", name="HR | data")


def tagged(number: int = 1, **tags: t.Any) -> Column:
    """A column with these tags."""
    return make_column(
        fully_qualified_name=f"s.t.c{number}",
        column_name=f"c{number}",
        table_name="t",
        source="s",
        tags=[{"tag_name": name, "tag_value": value} for name, value in tags.items()],
    )


def audited(
    *columns: Column,
    required: Sequence[t.Any] = ("sensitivity",),
    forbidden: Mapping[str, t.Any] | None = None,
    keep: t.Callable[[Finding], None] | None = None,
    scope: AuditScope | None = None,
    **more: t.Any,
) -> AuditVerdict:
    """The verdict on these columns."""
    tally = AuditTally(parse_rules(required, forbidden or {}), keep=keep)
    for column in columns:
        tally.add(column)
    return AuditVerdict(scope or AuditScope(CLUSTER), tally, **{"total_count": len(columns), "complete": True, **more})
