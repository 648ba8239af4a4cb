# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schemas in schema.json, which `make generate` makes from the modules. Loading them needs no core."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping
from pathlib import Path

from .protocol.schema import Attribute, Schema

_LOADED: dict[str, t.Any] = json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))


def _attribute(row: Mapping[str, t.Any]) -> Attribute:
    nested = row.get("attributes")
    return Attribute(**{**row, "attributes": None if nested is None else _attributes(nested)})


def _attributes(rows: Mapping[str, t.Any]) -> dict[str, Attribute]:
    return {name: _attribute(row) for name, row in rows.items()}


def _schema(block: Mapping[str, t.Any]) -> Schema:
    return Schema(_attributes(block["attributes"]), block["description"])


PROVIDER: t.Final = _schema(_LOADED["provider"])
RESOURCES: t.Final = {name: _schema(block) for name, block in _LOADED["resources"].items()}
DATA_SOURCES: t.Final = {name: _schema(block) for name, block in _LOADED["data_sources"].items()}
