# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Protecto's scans have found in an object, column by column."""

from __future__ import annotations

from typing import Any

from ..bodies import whole_number


class BadToken(ValueError):
    """The token of a page that does not exist."""


def details_of(
    wish: dict[str, Any], submitted: list[tuple[dict[str, Any], bool]], token: Any, size: int
) -> tuple[list[dict[str, Any]], str | None]:
    """The details of one object, and the token of the next page.

    `submitted` has every submitted object, and whether its scan is done. No sampled value is among the details.
    """
    identity = _identity(wish)
    columns: dict[str, int] = {}
    for item, is_done in submitted:
        if _identity(item) == identity:
            for sample in item.get("data_samples") or []:
                name = str(sample.get("column_name"))
                columns[name] = columns.get(name, 0) + (len(sample.get("samples") or []) if is_done else 0)
    first = 0 if token is None else whole_number(token) if isinstance(token, str) else None
    if first is None:
        raise BadToken
    page = list(columns.items())[first : first + size]
    following = str(first + size) if first + size < len(columns) else None
    detail = {
        "data_source_name": wish.get("data_source_name"),
        "object_name": wish["object_name"],
        "columns": [_column(name, count) for name, count in page],
    }
    return [detail], following


def has_valid_samples(item: dict[str, Any]) -> bool:
    """Whether the samples of a submitted object are columns, each with a list of values; none are valid, too."""
    columns = item.get("data_samples") or []
    return isinstance(columns, list) and all(
        isinstance(column, dict) and isinstance(column.get("samples") or [], list) for column in columns
    )


def _identity(item: dict[str, Any]) -> tuple[Any, ...]:
    return (item.get("data_source_name"), *item.get("object_name", ()))


def _column(name: str, count: int) -> dict[str, Any]:
    """A column; one that is called email is found to hold addresses."""
    found = [{"pi_type": "EMAIL", "identified_count": count, "identified_percentage": 100.0}]
    return {
        "column_name": name,
        "values_scanned": count,
        "user_defined_pi_details": None,
        "ml_identified_pi_details": found if count and "email" in name.lower() else [],
    }
