# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The columns of a cluster. The core's models have no sampled values, so none can get into a state."""

from __future__ import annotations

import typing as t

from .. import schemas
from .._core.columns.models import (
    COLUMN_QUERY_OPTIONS,
    LOOKUP_OPTIONS,
    ClusterLookup,
    ColumnQuery,
    parse_lookup,
)
from .._core.errors import DatascanError
from .._core.operations.columns import ColumnsRequest, read_columns
from .._core.option_reading import read_options
from .._core.rendering import to_plain
from ..protocol.schema import Schema
from ..protocol.values import Values, is_known
from .reading import VendorData


class ClusterColumnsData(VendorData):
    """The columns of one cluster, named by its id or looked up."""

    schema: t.ClassVar[Schema] = schemas.DATA_SOURCES["datascan_cluster_columns"]

    def validate(self, config: Values) -> None:
        """Refuse anything but one way to name the cluster."""
        values = [config[name] for name in ("cluster_id", "cluster")]
        given = [value for value in values if value is not None]
        if is_known(values) and len(given) != 1:
            raise self.not_one_of("cluster_id", "cluster", bool(given), "The cluster is not named")

    def read(self, config: Values) -> Values:
        """All columns, each once."""
        try:
            request = ColumnsRequest(self._query(config), self._lookup(config))
            result: t.Any = read_columns(self.provider.context(self.call), request)
        except DatascanError as error:
            raise self.failure(error, "The columns cannot be listed") from None
        summary, cluster = result.summary or {}, result.cluster
        found = {
            "columns": to_plain(result.columns),
            "total_count": result.total_count,
            "complete": result.complete,
            "untagged": summary.get("untagged"),
        }
        cluster_id = config["cluster_id"] if cluster is None else cluster.id
        return {**config, "cluster_id": cluster_id, **self.provider.shown(found)}

    def _query(self, config: Values) -> ColumnQuery:
        given = {name: config[name] for name in COLUMN_QUERY_OPTIONS}
        return ColumnQuery(cluster_id=config["cluster_id"] or "", **read_options(COLUMN_QUERY_OPTIONS, given))

    def _lookup(self, config: Values) -> ClusterLookup | None:
        return (
            None
            if config["cluster"] is None
            else parse_lookup(read_options(LOOKUP_OPTIONS, config["cluster"], where="cluster."))
        )
