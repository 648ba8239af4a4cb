# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters of columns, as every vendor's answer becomes them: the vendor's facts, and never what it has sampled."""

from __future__ import annotations

import typing as t
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..compat.pydantic import BaseModel, BeforeValidator, ConfigDict
from ..errors import InvalidInputError
from ..models import Time


def _flag(value: t.Any) -> t.Any:
    """True and false also as text; what is neither is not known, for no column is lost over a flag."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _text(value: t.Any) -> t.Any:
    return str(value).lower() if isinstance(value, bool) else value


def none_is_empty(value: t.Any) -> t.Any:
    """For a list that a vendor may send as null."""
    return [] if value is None else value


Text = t.Annotated[t.Optional[str], BeforeValidator(_text)]
Flag = t.Annotated[t.Optional[bool], BeforeValidator(_flag)]
Labels = t.Annotated[list[str], BeforeValidator(none_is_empty)]


class _Facts(BaseModel):
    # What is not named here is dropped: among it may be sampled data. Built when first used, for most tasks never do.
    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True, defer_build=True)


class Cluster(_Facts):
    """Columns that a vendor found to be alike."""

    id: str
    name: Text = None
    size: int | None = None
    labels: Labels = []
    severity: Text = None
    status: Text = None
    created_at: Time = None

    def __str__(self) -> str:
        """As messages name it."""
        facts = [self.id]
        facts += [] if self.size is None else [f"{self.size} columns"]
        facts += [word for word in (self.severity, self.status) if word]
        return f"{self.name or 'no name'} ({', '.join(facts)})"


class Attribute(_Facts):
    """What a vendor takes the values of a column for."""

    attribute_name: Text = None
    attribute_original_name: Text = None
    attribute_type: Text = None
    attribute_id: Text = None
    rank: Text = None
    calc_confidence_level: float | None = None

    def __str__(self) -> str:
        """As a cell of a table shows it."""
        return self.attribute_name or self.attribute_original_name or ""


class TagProperties(_Facts):
    """What a tag is used for."""

    hidden: Flag = None
    application_type: Text = None


class Tag(_Facts):
    """A tag with its value."""

    tag_name: Text = None
    tag_value: Text = None
    tag_id: Text = None
    value_id: Text = None
    is_mutually_exclusive: Flag = None
    properties: TagProperties | None = None

    def __str__(self) -> str:
        """As a cell of a table shows it."""
        return f"{self.tag_name or ''}={self.tag_value or ''}"


class Column(_Facts):
    """A column of a table."""

    fully_qualified_name: Text = None
    column_name: Text = None
    business_attribute: Text = None
    table_name: Text = None
    source: Text = None
    is_primary: Flag = None
    data_type: Text = None
    attributes: t.Annotated[tuple[Attribute, ...], BeforeValidator(none_is_empty)] = ()
    tags: t.Annotated[tuple[Tag, ...], BeforeValidator(none_is_empty)] = ()

    @property
    def identity(self) -> tuple[str | None, ...]:
        """What tells columns apart. The full name alone may be the table's: the documented x.y.z is of column abc."""
        return self.source, self.fully_qualified_name, self.table_name, self.column_name


@dataclass(frozen=True)
class ColumnQuery:
    """Which columns of a cluster to list. Texts go to the vendor as they are."""

    cluster_id: str
    filter: str | None = None
    search_text: str | None = None
    sort: str | None = None
    limit: int | None = None  # None: all
    skip: int = 0
    offset_key: str | None = None
    ignore_limit: bool = False
    sample: int | None = None


@dataclass(frozen=True)
class ColumnPage:
    """Some of the columns, and how many there are in all as far as the vendor says."""

    columns: Sequence[Column]
    total: int | None = None


@dataclass(frozen=True)
class Lookup:
    """What is known of a cluster whose id is not."""

    name: str | None = None
    size: int | None = None
    label: str | None = None
    severity: str | None = None
    status: str | None = None

    def matches(self, cluster: Cluster) -> bool:
        """Whether all that is known holds. Upper and lower case are the same, for vendors mix them."""
        return all(
            (
                self.name is None or _same(self.name, cluster.name),
                self.size is None or self.size == cluster.size,
                self.label is None or any(_same(self.label, label) for label in cluster.labels),
                self.severity is None or _same(self.severity, cluster.severity),
                self.status is None or _same(self.status, cluster.status),
            )
        )

    def __str__(self) -> str:
        """As messages name it."""
        return " and ".join(f"{name} {value!r}" for name, value in vars(self).items() if value is not None)


def given_lookup(options: Mapping[str, t.Any]) -> Lookup:
    """A lookup from a user's options."""
    lookup = Lookup(**options)
    if not str(lookup):
        raise InvalidInputError("cluster is empty: give at least one of name, size, label, severity and status.")
    return lookup


@dataclass
class Summary:
    """Counts of columns, made as they pass by."""

    total: int = 0
    untagged: int = 0
    tables: Counter[tuple[str, str]] = field(default_factory=Counter)  # a table's name, and its source
    by_source: Counter[str] = field(default_factory=Counter)
    by_tag: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, column: Column) -> None:
        """Count a column: once for its table, its source, and each of its tags' values."""
        self.total += 1
        self.untagged += not column.tags
        self.tables[column.table_name or "", column.source or ""] += 1
        self.by_source[column.source or ""] += 1
        for name, value in {(tag.tag_name or "", tag.tag_value or "") for tag in column.tags}:
            self.by_tag[name][value] += 1

    def facts(self) -> dict[str, t.Any]:
        """As the result shows it, in an order that does not depend on the order of the pages."""
        return {
            "total": self.total,
            "by_table": dict(sorted(self._by_table().items())),
            "by_source": dict(sorted(self.by_source.items())),
            "by_tag": {name: dict(sorted(values.items())) for name, values in sorted(self.by_tag.items())},
            "untagged": self.untagged,
        }

    def _by_table(self) -> Counter[str]:
        """By the table's name, with its source before it where several sources have a table of that name."""
        sources = Counter(table for table, _source in self.tables)
        found: Counter[str] = Counter()
        for (table, source), count in self.tables.items():
            found[table if sources[table] == 1 else f"{source}.{table}"] += count
        return found


def _same(wanted: str, value: str | None) -> bool:
    return value is not None and wanted.strip().casefold() == value.strip().casefold()
