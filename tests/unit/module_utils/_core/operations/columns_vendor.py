# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vendor with clusters and columns that gives pages from memory."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Sequence

from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import (
    Cluster,
    Column,
    ColumnPage,
    ColumnQuery,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import CAPABILITIES
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import ListsColumns
from made_columns import make_column

CLUSTERS = [
    Cluster(
        id="c1", name="Sensitive HR Data", size=20, labels=["PII", "Confidential"], severity="High", status="Active"
    ),
    Cluster(id="c2", name="Marketing Metrics", size=20, labels=["Analytics"], severity="Low", status="Archived"),
    Cluster(id="c3", name="Sensitive HR data", size=7, labels=["PII"], severity="Medium", status="Active"),
    Cluster(id="c4", name="Sketch"),
]


def column(number: int, **facts: t.Any) -> Column:
    name = f"c{number}"
    return make_column(fully_qualified_name=f"s.t.{name}", column_name=name, table_name="t", source="s", **facts)


class Vendor(ListsColumns):
    """Returns pages from memory. An error among the pages is raised."""

    name = "vendor"
    title = "Vendor"
    unsupported: t.ClassVar = {name: "It has columns only." for name in CAPABILITIES if name != "columns"}
    state_map: t.ClassVar = {}

    def __init__(self, *pages: t.Any, clusters: Sequence[Cluster] | None = None) -> None:
        self.pages = pages
        self.known = CLUSTERS if clusters is None else clusters
        self.asked: list[t.Any] = []

    @classmethod
    def parse_errors(cls, response: t.Any) -> list[dict[str, t.Any]]:
        return []

    def check_id(self, scan_id: str) -> str:
        return scan_id

    def get(self, scan_id: str) -> t.Any:
        raise NotImplementedError

    def list_clusters(self) -> Sequence[Cluster]:
        self.asked.append("clusters")
        return self.known

    def list_columns(self, query: ColumnQuery) -> Iterator[ColumnPage]:
        for page in self.pages:
            self.asked.append(query)
            if isinstance(page, Exception):
                raise page
            yield page
