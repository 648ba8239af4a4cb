# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schema of the JSON report: the types are the models', the descriptions those of the file that writes it."""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.datascan.gate.plugins.module_utils._core.gate.reports import json as json_report

_FIELDS = re.compile(r"(?m)^( +)(\w+(?:, \w+)*) {2,}(\S.*)$")
# The field above, and less indented than, those of a kind in that file's docstring.
_KINDS = {"": "JsonReport", "accepted": "AcceptedEntry", "judgements": "Judgement", "scan": "Scan", "issues": "Issue"}


def text() -> str:
    """The schema as the text of docs/report.schema.json."""
    made = json_report.JsonReport.model_json_schema(mode="serialization")
    kinds = {"JsonReport": made, **made["$defs"]}
    made["properties"] = {"schema": {"const": json_report.SCHEMA}, **made["properties"]}
    for kind in _KINDS.values():
        _strip(kinds[kind])
    above: dict[int, str] = {}
    for indent, names, meaning in _FIELDS.findall(json_report.__doc__ or ""):
        for name in names.split(", "):
            kind = kinds[_KINDS[above.get(len(indent) - 2, "")]]
            kind["properties"][name]["description"] = meaning
            above[len(indent)] = name
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The JSON report of datascan.gate",
        "description": "New fields may come; one that goes or changes its meaning makes version 2.",
    }
    return json.dumps({**head, **{key: value for key, value in made.items() if key not in head}}, indent=2) + "\n"


def _strip(kind: dict[str, t.Any]) -> None:
    """A report has every field; further ones are allowed, for new ones may come."""
    kind.pop("additionalProperties", None)
    kind.pop("description", None)
    kind["required"] = list(kind["properties"])
    for field in kind["properties"].values():
        for key in ("title", "default", "readOnly"):
            field.pop(key, None)
