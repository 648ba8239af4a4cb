# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries for scans, as several data sources take them."""

from __future__ import annotations

from .._core.models import QUERY_OPTIONS, Query, parse_query
from .._core.option_reading import read_options
from ..protocol.values import Values


def read_query(values: Values) -> Query:
    """A query from the attributes of its name, of which others are ignored. Raises InvalidInputError.

    An empty name or source is not the same as one that is not set: it may have to be refused.
    """
    given = {name: values[name] for name in QUERY_OPTIONS}
    empty = {name: "" for name in ("name", "source") if given[name] == ""}
    return parse_query({**read_options(QUERY_OPTIONS, given, where="query."), **empty})
