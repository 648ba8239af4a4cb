# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The classes of resources and data sources by name, each with its schema."""

from __future__ import annotations

import typing as t

from .data_sources.cluster_columns import ClusterColumnsData
from .data_sources.gate import GateData
from .data_sources.scan import ScanData
from .data_sources.scans import ScansData
from .protocol.provider import DataSource, Resource
from .resources.scan import ScanResource
from .resources.wait import WaitResource

RESOURCES: t.Final[dict[str, type[Resource]]] = {"datascan_scan": ScanResource, "datascan_wait": WaitResource}
DATA_SOURCES: t.Final[dict[str, type[DataSource]]] = {
    "datascan_scan": ScanData,
    "datascan_scans": ScansData,
    "datascan_cluster_columns": ClusterColumnsData,
    "datascan_gate": GateData,
}
