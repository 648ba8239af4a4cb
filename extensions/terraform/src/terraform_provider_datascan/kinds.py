# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The classes of resources and data sources by name, each with its schema."""

from __future__ import annotations

import typing as t

from .protocol.provider import DataSource, Resource
from .resources.scan import ScanResource
from .resources.wait import WaitResource

RESOURCES: t.Final[dict[str, type[Resource]]] = {"datascan_scan": ScanResource, "datascan_wait": WaitResource}
DATA_SOURCES: t.Final[dict[str, type[DataSource]]] = {}
