# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's clusters, and their columns, which are generated on request and always the same."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

DOCUMENTED = [
    {
        "id": "abc123def456",
        "name": "Sensitive HR Data",
        "size": 20,
        "labels": ["PII", "Confidential"],
        "severity": "High",
        "status": "Active",
        "createdAt": "2025-07-15T14:22:30.000Z",
    },
    {
        "id": "ghi789jkl012",
        "name": "Marketing Metrics",
        "size": 20,
        "labels": ["Analytics"],
        "severity": "Low",
        "status": "Archived",
        "createdAt": "2025-06-28T09:08:12.000Z",
    },
]
LARGE = "mno345pqr678"

ATTRIBUTES = ("SSN", "Email", "Full Name", "Phone", "IBAN")
RANKS = ("High", "Medium", "Low")
SOURCES = ("my-sql-tables", "warehouse", "crm", "data-lake")
TYPES = ("integer", "varchar", "date", "boolean")
# Names that break careless CSV writers and spreadsheets.
ODD_NAMES = ("=cmd()", 'quoted "name"', "comma, name", "zwei\nZeilen", "größe", " padded ")


class BadFilter(ValueError):
    """A filter that cannot be parsed."""


def clusters(large_size: int, extra: int) -> list[dict[str, Any]]:
    """The two clusters of the document, a large one, and `extra` more."""
    made = [dict(cluster) for cluster in DOCUMENTED]
    made.append(_cluster(LARGE, "Customer Columns", large_size))
    made += [_cluster(f"extra{number:07d}", f"Cluster {number}", number % 50) for number in range(extra)]
    return made


def _cluster(identity: str, name: str, size: int) -> dict[str, Any]:
    return {
        "id": identity,
        "name": name,
        "size": size,
        "labels": ["PII"],
        "severity": "Medium",
        "status": "Active",
        "createdAt": "2025-08-01T00:00:00.000Z",
    }


def column(cluster: str, number: int, *, text_booleans: bool) -> dict[str, Any]:
    """The column with this number. Nothing in it is random, so that pages are consistent."""
    name = ODD_NAMES[number // 1000 % len(ODD_NAMES)] if number % 1000 == 999 else f"column_{number:05d}"
    table, source = f"table_{number // 25:04d}", SOURCES[number % len(SOURCES)]
    attribute = ATTRIBUTES[number % len(ATTRIBUTES)]
    attributes = [
        {
            "attribute_original_name": attribute,
            "attribute_name": attribute,
            "rank": RANKS[number % len(RANKS)],
            "calc_confidence_level": round(0.5 + number % 50 / 100, 2),
            "attribute_type": "IDSoR Attribute",
            "attribute_id": f"{number:032x}",
        }
    ]
    tags = [
        {
            "tagId": "ba7a5426-64d6-47eb-995b-8fd8e1224de0",
            "valueId": "ba7a5426-64d6-47eb-995b-8fd8e1224de1",
            "isMutuallyExclusive": "true" if text_booleans else True,
            "properties": {"hidden": False, "applicationType": "sensitivityClassification"},
            "tagName": "sensitivity",
            "tagValue": "high" if number % 3 == 0 else "low",
        }
    ]
    return {
        "fullyQualifiedName": f"{source}.{cluster}.{table}.{name}",
        "columnName": name,
        "businessAttribute": None if number % 11 == 10 else "friendly name",
        "tableName": table,
        "source": source,
        "isPrimary": number % 25 == 0,
        "dataType": TYPES[number % len(TYPES)],
        # Some columns have none.
        "attributes": [] if number % 7 == 6 else attributes,
        "tags": [] if number % 5 == 4 else tags,
    }


Test = Callable[[dict[str, Any]], bool]
_CLAUSE = re.compile(
    r"""\s*(?P<field>[\w.]+)\s*(?P<operator>!=|=|\bin\b|\bcontains\b)\s*
        (?P<value>\((?:\s*"[^"]*"\s*,?)+\)|"[^"]*"|[\w.\-]+)\s*(?:\bAND\b|&&|$)""",
    re.VERBOSE | re.IGNORECASE,
)


def matcher(text: str) -> Test:
    """A predicate for a filter in one of the two known forms: a query, or a JSON list of conditions."""
    tests = _from_json(text) if text.lstrip().startswith("[") else _from_query(text)
    return lambda record: all(test(record) for test in tests)


def _from_query(text: str) -> list[Test]:
    tests, position = [], 0
    while position < len(text.rstrip()):
        clause = _CLAUSE.match(text, position)
        if clause is None:
            raise BadFilter(text)
        value = clause["value"]
        values = re.findall(r'"([^"]*)"', value) or [value]
        tests.append(_condition(clause["field"], clause["operator"].lower(), values))
        position = clause.end()
    return tests


def _from_json(text: str) -> list[Test]:
    try:
        conditions = json.loads(text)
        return [
            _condition(
                str(one["field"]),
                {"equal": "=", "notEqual": "!="}.get(one.get("operator", "equal"), one.get("operator", "equal")),
                [str(value) for value in (one["value"] if isinstance(one["value"], list) else [one["value"]])],
            )
            for one in conditions
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadFilter(text) from None


def _condition(field: str, operator: str, values: list[str]) -> Test:
    if operator in ("=", "in"):
        return lambda record: _text(record.get(field)) in values
    if operator == "!=":
        return lambda record: _text(record.get(field)) not in values
    if operator == "contains":
        return lambda record: any(value.lower() in _text(record.get(field)).lower() for value in values)
    raise BadFilter(operator)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def searcher(text: str) -> Test:
    """A predicate: whether the name of a column or of its attributes contains a text."""
    wanted = text.lower()
    return lambda record: (
        wanted in record["columnName"].lower()
        or any(wanted in attribute["attribute_name"].lower() for attribute in record["attributes"])
    )


def sort_key(text: str) -> tuple[str, bool]:
    """Field and direction of a sort: a field's name, one with a minus, or a JSON list with one condition."""
    if text.lstrip().startswith("["):
        try:
            first = json.loads(text)[0]
            return str(first["field"]), first.get("order", "asc") == "desc"
        except (ValueError, KeyError, TypeError, IndexError):
            raise BadFilter(text) from None
    return text.lstrip("-"), text.startswith("-")


def sorted_by(records: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    field, backwards = sort_key(text)
    return sorted(records, key=lambda record: _text(record.get(field)), reverse=backwards)


def sampled(count: int, wanted: int) -> list[int]:
    """The indexes of a sample out of this many columns; the same every time."""
    return sorted(random.Random(count).sample(range(count), min(count, wanted)))
