# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Columns for tests."""

from __future__ import annotations

import typing as t

from ansible_collections.datascan.gate.plugins.module_utils._core.columns.column_parser import ColumnParser
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import Column

_PARSER = ColumnParser()


def make_column(**facts: t.Any) -> Column:
    """A column with these facts; its attributes and tags may lack some of theirs."""
    (made,) = _PARSER.parse([facts])
    return made
