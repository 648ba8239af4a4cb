# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries for scans, as several data sources take them."""

from __future__ import annotations

from .._core.models import QUERY_OPTIONS, Query, parse_query
from ..protocol.values import Values


def read_query(values: Values) -> Query:
    """A query from the attributes of its name, of which others are ignored. Raises InvalidInputError."""
    return parse_query({name: values[name] for name in QUERY_OPTIONS})
