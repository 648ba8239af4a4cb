# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of a provider, with sample arguments, for tests that send it arbitrary responses."""

from __future__ import annotations

import typing as t

from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import ColumnQuery
from ansible_collections.datascan.gate.plugins.module_utils._core.models import ACTIVE, Query, Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from provider_samples import sample_ids, sample_target

Operation = t.Callable[[Provider], t.Any]


def ids(vendor: Provider) -> list[str]:
    return sample_ids(type(vendor), 3)


def parent(vendor: Provider) -> Scan:
    return Scan(id=ids(vendor)[0], provider=vendor.name, state=ScanState.COMPLETED)


OPERATIONS: dict[str, tuple[str | None, Operation]] = {  # the capability that the call needs, and the call
    "get": (None, lambda vendor: vendor.get(ids(vendor)[0])),
    "get many": (None, lambda vendor: vendor.get_many(ids(vendor))),
    "list": ("list", lambda vendor: list(vendor.list_scans(Query()))),
    "list of one": ("list", lambda vendor: list(vendor.list_scans(Query(states=ACTIVE, limit=1)))),
    "start": ("start", lambda vendor: vendor.start(sample_target(type(vendor)))),
    "cancel": ("cancel", lambda vendor: vendor.cancel(ids(vendor)[0])),
    "rescan": ("rescan", lambda vendor: vendor.rescan(vendor.example_id)),
    "rescan's parent": ("rescan", lambda vendor: vendor.get_rescan_parent(vendor.example_id)),
    "rescan that was lost": (
        "rescan",
        lambda vendor: vendor.find_created_rescan(vendor.example_id, parent(vendor)),
    ),
    "rescan of others": ("rescan", lambda vendor: vendor.find_running_rescan(parent(vendor), everyone=True)),
    "issues": ("issues", lambda vendor: vendor.count_issues(parent(vendor))),
    "clusters": ("columns", lambda vendor: vendor.list_clusters()),
    "columns": ("columns", lambda vendor: list(vendor.list_columns(ColumnQuery(cluster_id="c")))),
}
