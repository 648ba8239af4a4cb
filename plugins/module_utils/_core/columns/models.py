# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters and columns in one form for every vendor: their metadata, never the sampled values."""

from __future__ import annotations

import typing as t
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from ..compat.pydantic import BaseModel, BeforeValidator, ConfigDict
from ..errors import InvalidInputError
from ..models import Time
from .values import readable_texts, size_or_none, text_or_none

_PLACE = itemgetter("source", "table_name")


Text = t.Annotated[t.Optional[str], BeforeValidator(text_or_none)]
Size = t.Annotated[t.Optional[int], BeforeValidator(size_or_none)]
Labels = t.Annotated[list[str], BeforeValidator(readable_texts)]


class Cluster(BaseModel):
    """A cluster: columns that the vendor found to be alike."""

    # Most tasks never use this model, so pydantic builds it at first use.
    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True, defer_build=True)

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


class Attribute(t.TypedDict):
    """An attribute: what the values of a column represent, as the vendor classifies them."""

    attribute_name: str | None
    attribute_original_name: str | None
    attribute_type: str | None
    attribute_id: str | None
    rank: str | None
    calc_confidence_level: float | None


class TagProperties(t.TypedDict):
    """Properties of a tag."""

    hidden: bool | None
    application_type: str | None


class Tag(t.TypedDict):
    """A tag with its value."""

    tag_name: str | None
    tag_value: str | None
    tag_id: str | None
    value_id: str | None
    is_mutually_exclusive: bool | None
    properties: TagProperties | None


class Column(t.TypedDict):
    """A column of a table. It has these keys in this order, and no others; `column_parser.py` makes it."""

    fully_qualified_name: str | None
    column_name: str | None
    business_attribute: str | None
    table_name: str | None
    source: str | None
    is_primary: bool | None
    data_type: str | None
    attributes: list[Attribute]
    tags: list[Tag] | None  # None: not known


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
    columns may be missing, as a clause; only the last page of a list has it. `lines` are the columns as JSON, for a
    provider that has made them to compare columns. `is_plain` is true where no text needs to be changed for a file.
    """

    columns: Sequence[Column]
    total: int | None = None
    restarts: bool = False
    gap: str | None = None
    lines: Sequence[bytes] | None = None
    is_plain: bool = False


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

    def add(self, columns: Sequence[Column]) -> None:
        """Count columns: each once for its table, its source, and each of its tags' values."""
        self.total += len(columns)
        for (source, table), count in Counter(map(_PLACE, columns)).items():
            self.tables[source or ""][table or ""] += count
        lists = [column["tags"] for column in columns if column["tags"]]
        self.untagged += len(columns) - len(lists)
        for (name, value), count in Counter(pair for tags in lists for pair in set(map(tag_pair, tags))).items():
            self.by_tag[name][value] += count

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


def tag_pair(tag: Tag) -> tuple[str, str]:
    """The name and the value of a tag, empty where it has none."""
    return tag["tag_name"] or "", tag["tag_value"] or ""


def _in_order(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in sorted(counts)}


def _same(wanted: str, value: str | None) -> bool:
    return value is not None and wanted.strip().casefold() == value.strip().casefold()
