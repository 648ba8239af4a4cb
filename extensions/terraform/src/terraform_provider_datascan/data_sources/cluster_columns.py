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

_FAILED: t.Final = "The columns cannot be listed"


class ClusterColumnsData(VendorData):
    """The columns of one cluster, named by its id or looked up."""

    schema: t.ClassVar[Schema] = schemas.DATA_SOURCES["datascan_cluster_columns"]

    def validate(self, config: Values) -> None:
        """Refuse anything but one way to name the cluster, and what cannot be read as far as it is known."""
        self.check_one_of(config, "cluster_id", "cluster", "The cluster is not named")
        if is_known({name: config[name] for name in ("cluster_id", "cluster", *COLUMN_QUERY_OPTIONS)}):
            self._request(config)

    def read(self, config: Values) -> Values:
        """All columns, each once."""
        request = self._request(config)
        try:
            result: t.Any = read_columns(self.provider.context(self.call), request)
        except DatascanError as error:
            raise self.failure(error, _FAILED) from None
        summary, cluster = result.summary or {}, result.cluster
        found = {
            "columns": to_plain(result.columns),
            "total_count": result.total_count,
            "complete": result.complete,
            "untagged": summary.get("untagged"),
        }
        cluster_id = config["cluster_id"] if cluster is None else cluster.id
        return {**config, "cluster_id": cluster_id, **self.provider.shown(found)}

    def _request(self, config: Values) -> ColumnsRequest:
        try:
            return ColumnsRequest(self._query(config), self._lookup(config))
        except DatascanError as error:
            raise self.failure(error, _FAILED) from None

    def _query(self, config: Values) -> ColumnQuery:
        given = {name: config[name] for name in COLUMN_QUERY_OPTIONS}
        return ColumnQuery(cluster_id=config["cluster_id"] or "", **read_options(COLUMN_QUERY_OPTIONS, given))

    def _lookup(self, config: Values) -> ClusterLookup | None:
        return (
            None
            if config["cluster"] is None
            else parse_lookup(read_options(LOOKUP_OPTIONS, config["cluster"], where="cluster."))
        )
