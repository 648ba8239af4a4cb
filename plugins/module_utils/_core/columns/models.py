# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters and columns in one form for every vendor: their metadata, never the sampled values."""

from __future__ import annotations

import math
import typing as t
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..compat.pydantic import BaseModel, BeforeValidator, ConfigDict
from ..errors import InvalidInputError
from ..models import Time


def _flag(value: t.Any) -> t.Any:
    """A boolean, also from text. Other values become None, so a bad flag never drops a column."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _text(value: t.Any) -> t.Any:
    """A text, also from a number or a boolean. Other values become None: a bad cell costs only itself."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))  # BigID writes 42.0 for 42, which a rule for "42" must find
    return str(value) if isinstance(value, (int, float)) else None


def _number(value: t.Any) -> t.Any:
    """A finite number, or None."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number and math.isfinite(value) else None


def _size(value: t.Any) -> t.Any:
    """A number of columns, also as 20.0 or as text, or None."""
    try:
        number = float(value) if isinstance(value, str) else _number(value)
    except ValueError:
        return None
    return int(number) if number is not None and number >= 0 and number == number // 1 else None


def _labels(value: t.Any) -> t.Any:
    texts = [_text(item) for item in value] if isinstance(value, list) else []
    return [text for text in texts if text is not None]


def dictionary_or_none(value: t.Any) -> t.Any:
    """A dictionary, or None for anything else."""
    return value if isinstance(value, (dict, BaseModel)) else None


def readable_attributes(value: t.Any) -> t.Any:
    """The attributes that can be read."""
    items = value if isinstance(value, (list, tuple)) else ()
    return [item for item in items if dictionary_or_none(item) is not None]


def tags_or_none(value: t.Any) -> t.Any:
    """The tags, of which one that cannot be read has no name. None where the list itself cannot be read.

    Some vendors send null for an empty list.
    """
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        return None
    return [item if dictionary_or_none(item) is not None else {} for item in value]


Text = t.Annotated[t.Optional[str], BeforeValidator(_text)]
Flag = t.Annotated[t.Optional[bool], BeforeValidator(_flag)]
Number = t.Annotated[t.Optional[float], BeforeValidator(_number)]
Size = t.Annotated[t.Optional[int], BeforeValidator(_size)]
Labels = t.Annotated[list[str], BeforeValidator(_labels)]


class _Facts(BaseModel):
    # Unknown fields are dropped, since they may hold sampled data. Most tasks never use these models, so pydantic
    # builds them at first use.
    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True, defer_build=True)


class Cluster(_Facts):
    """A cluster: columns that the vendor found to be alike."""

    id: str
    name: Text = None
    size: Size = None
    labels: Labels = []
    severity: Text = None
    status: Text = None
    created_at: Time = None

    def __str__(self) -> str:
        """The name in messages."""
        facts = [self.id]
        facts += [] if self.size is None else [f"{self.size} columns"]
        facts += [word for word in (self.severity, self.status) if word]
        return f"{self.name or 'no name'} ({', '.join(facts)})"


class Attribute(_Facts):
    """An attribute: what the values of a column represent, as the vendor classifies them."""

    attribute_name: Text = None
    attribute_original_name: Text = None
    attribute_type: Text = None
    attribute_id: Text = None
    rank: Text = None
    calc_confidence_level: Number = None

    def __str__(self) -> str:
        """The text in a cell of a table."""
        return self.attribute_name or self.attribute_original_name or ""


class TagProperties(_Facts):
    """Properties of a tag."""

    hidden: Flag = None
    application_type: Text = None


class Tag(_Facts):
    """A tag with its value."""

    tag_name: Text = None
    tag_value: Text = None
    tag_id: Text = None
    value_id: Text = None
    is_mutually_exclusive: Flag = None
    properties: t.Annotated[t.Optional[TagProperties], BeforeValidator(dictionary_or_none)] = None

    def __str__(self) -> str:
        """The text in a cell of a table."""
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
    attributes: t.Annotated[tuple[Attribute, ...], BeforeValidator(readable_attributes)] = ()
    tags: t.Annotated[t.Optional[tuple[Tag, ...]], BeforeValidator(tags_or_none)] = None  # None: not known

    @property
    def identity(self) -> tuple[str | None, ...]:
        """What identifies a column. The full name is not enough: in the vendor's own example it is the table's."""
        return self.source, self.fully_qualified_name, self.table_name, self.column_name


COLUMN_QUERY_OPTIONS: t.Final[Mapping[str, Mapping[str, t.Any]]] = {
    "filter": {"type": "str"},
    "search_text": {"type": "str"},
    "sort": {"type": "str"},
    "limit": {"type": "int"},
    "skip": {"type": "int", "default": 0},
    "offset_key": {"type": "str", "no_log": False},
    "ignore_limit": {"type": "bool", "default": False},
    "sample": {"type": "int"},
}


@dataclass(frozen=True)
class ColumnQuery:
    """Which columns of a cluster to list. Texts are sent to the vendor unchanged."""

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
    """One page of columns, and the total count, where the vendor gives one.

    With `restarts`, the list is read again from its start: the columns of all pages before do not count. `gap` is why
    columns may be missing, as a clause; only the last page of a list has it.
    """

    columns: Sequence[Column]
    total: int | None = None
    restarts: bool = False
    gap: str | None = None


LOOKUP_OPTIONS: t.Final = {
    "name": {"type": "str"},
    "size": {"type": "int"},
    "label": {"type": "str"},
    "severity": {"type": "str"},
    "status": {"type": "str"},
}


@dataclass(frozen=True)
class ClusterLookup:
    """Properties that identify a cluster whose id is not known."""

    name: str | None = None
    size: int | None = None
    label: str | None = None
    severity: str | None = None
    status: str | None = None

    def matches(self, cluster: Cluster) -> bool:
        """Whether every given property matches. Case is ignored, since vendors mix upper and lower case."""
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
        """The name in messages."""
        return " and ".join(f"{name} {value!r}" for name, value in vars(self).items() if value is not None)


def parse_lookup(options: Mapping[str, t.Any], name: str = "cluster") -> ClusterLookup:
    """A lookup from a user's options, of which an empty text is not set. `name` is the option's name in messages."""
    lookup = ClusterLookup(**{key: None if value == "" else value for key, value in options.items()})
    if not str(lookup):
        raise InvalidInputError(f"{name} is empty: set at least one of name, size, label, severity and status.")
    return lookup


@dataclass
class ColumnSummary:
    """Counts of columns, updated while they are read."""

    total: int = 0
    untagged: int = 0
    tables: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # by source
    by_tag: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, column: Column) -> None:
        """Count a column: once for its table, its source, and each of its tags' values."""
        self.total += 1
        self.untagged += not column.tags
        self.tables[column.source or ""][column.table_name or ""] += 1
        for name, value in {(tag.tag_name or "", tag.tag_value or "") for tag in column.tags or ()}:
            self.by_tag[name][value] += 1

    def facts(self) -> dict[str, t.Any]:
        """The counts as a result shows them, in an order that does not depend on the order of the pages."""
        return {
            "total": self.total,
            "by_table": _in_order(self._by_table()),
            "by_source": _in_order({source: tables.total() for source, tables in self.tables.items()}),
            "by_tag": {name: _in_order(self.by_tag[name]) for name in sorted(self.by_tag)},
            "untagged": self.untagged,
        }

    def _by_table(self) -> Counter[str]:
        """Counts by table name, or by source.table where several sources have a table of that name."""
        if len(self.tables) == 1:  # there may be as many tables as columns, so they are not copied
            return next(iter(self.tables.values()))
        sources = Counter(table for tables in self.tables.values() for table in tables)
        found: Counter[str] = Counter()
        for source, tables in self.tables.items():
            for table, count in tables.items():
                found[table if sources[table] == 1 else f"{source}.{table}"] += count
        return found


def _in_order(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in sorted(counts)}


def _same(wanted: str, value: str | None) -> bool:
    return value is not None and wanted.strip().casefold() == value.strip().casefold()
