# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vendor's rows become columns in one pass of pydantic-core.

No function of Python runs for a value of a documented type: a page has about twenty values a column, and pages have
thousands of columns. Only a value of another type is handed to a function. Unknown fields are dropped, since they may
hold sampled data.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from itertools import chain
from operator import itemgetter

from ..compat.pydantic import SchemaSerializer, SchemaValidator, core_schema
from .models import Attribute, Column, Tag
from .values import flag_or_none, number_or_none, text_or_none

Schema = t.Any  # of pydantic-core
Rename = Callable[[str], str]

_ATTRIBUTE_TEXTS = ("attribute_name", "attribute_original_name", "attribute_type", "attribute_id", "rank")
_TAG_TEXTS = ("tag_name", "tag_value", "tag_id", "value_id")
_NAMES = ("fully_qualified_name", "column_name", "business_attribute", "table_name", "source")
_COLUMN_TEXTS = (*_NAMES, "data_type")


class ColumnParser:
    """Parses the rows of a vendor."""

    def __init__(self, rename: Rename = str, rename_attribute: Rename = str) -> None:
        """`rename` and `rename_attribute` return the vendor's key for a field; the second, for one of an attribute."""
        self._rename = rename
        self._rename_attribute = rename_attribute

    def parse(self, rows: t.Any) -> list[Column]:
        """The columns of a page. Raises ValueError unless it is a list of objects."""
        columns: list[Column] = self._columns.validate_python(rows)
        return columns

    def count_keys(self, rows: t.Any) -> int:
        """How many keys the rows and the objects that a column can have inside have together.

        Raises TypeError or AttributeError for rows of another shape.
        """
        attributes = self._inner(rows, "attributes")
        tags = self._inner(rows, "tags")
        key = self._rename("properties")
        properties = [tag[key] for tag in tags if tag.get(key) is not None]
        return sum(map(dict.__len__, chain(rows, attributes, tags, properties)))

    def _inner(self, rows: t.Any, field: str) -> list[t.Any]:
        key = self._rename(field)
        return list(chain.from_iterable([row.get(key) or () for row in rows]))

    @cached_property
    def _columns(self) -> SchemaValidator:
        text, lists = _text_schema(), core_schema.list_schema
        fields = {
            **dict.fromkeys(_NAMES, text),
            "is_primary": _flag_schema(),
            "data_type": text,
            "attributes": _first_of(lists(self._attribute), or_else=self._readable_attributes, default=list),
            "tags": _first_of(lists(self._tag), or_else=self._tags_or_none),
        }
        return SchemaValidator(lists(_object(fields, self._rename)))

    @cached_property
    def _attribute(self) -> Schema:
        fields = {**dict.fromkeys(_ATTRIBUTE_TEXTS, _text_schema()), "calc_confidence_level": _number_schema()}
        return _object(fields, self._rename_attribute)

    @cached_property
    def _tag(self) -> Schema:
        properties = {"hidden": _flag_schema(), "application_type": _text_schema()}
        fields = {
            **dict.fromkeys(_TAG_TEXTS, _text_schema()),
            "is_mutually_exclusive": _flag_schema(),
            "properties": _first_of(_object(properties, self._rename), or_else=_nothing),
        }
        return _object(fields, self._rename)

    def _readable_attributes(self, value: t.Any) -> list[Attribute]:
        """The attributes that can be read."""
        rows = [item for item in value if isinstance(item, dict)] if isinstance(value, (list, tuple)) else []
        attributes: list[Attribute] = SchemaValidator(core_schema.list_schema(self._attribute)).validate_python(rows)
        return attributes

    def _tags_or_none(self, value: t.Any) -> list[Tag] | None:
        """The tags, of which one that cannot be read has no name. None where the list itself cannot be read.

        Some vendors send null for an empty list.
        """
        if value is None:
            return []
        if not isinstance(value, (list, tuple)):
            return None
        rows = [item if isinstance(item, dict) else {} for item in value]
        tags: list[Tag] = SchemaValidator(core_schema.list_schema(self._tag)).validate_python(rows)
        return tags


def json_line(column: Column) -> bytes:
    """A column as JSON. Two columns are the same if this is the same."""
    return _serializer().to_json(column)


def texts_of(columns: Sequence[Column]) -> list[str]:
    """Every text in columns, each once."""
    attributes = list(chain.from_iterable(map(itemgetter("attributes"), columns)))
    tags = [tag for column in columns for tag in column["tags"] or ()]
    properties = [tag["properties"] for tag in tags if tag["properties"]]
    found: set[str | None] = set()
    objects: tuple[tuple[Sequence[t.Any], Sequence[str]], ...] = (
        (columns, _COLUMN_TEXTS),
        (attributes, _ATTRIBUTE_TEXTS),
        (tags, _TAG_TEXTS),
        (properties, ("application_type",)),
    )
    for rows, fields in objects:
        for field in fields:
            found.update(map(itemgetter(field), rows))
    return [text for text in found if text]


def _object(fields: Mapping[str, Schema], rename: Rename) -> Schema:
    """An object with these fields only, and all of them: one that is missing is None."""
    return core_schema.typed_dict_schema(
        {
            name: core_schema.typed_dict_field(schema, validation_alias=rename(name), required=False)
            for name, schema in fields.items()
        },
        extra_behavior="ignore",
    )


def _first_of(
    *schemas: Schema, or_else: Callable[[t.Any], t.Any], default: Callable[[], t.Any] | None = None
) -> Schema:
    """The first schema that takes a value; a function for what none of them takes. `default` makes a missing one."""
    last = core_schema.no_info_plain_validator_function(or_else)
    union = core_schema.union_schema([*schemas, last], mode="left_to_right")
    if default is None:
        return core_schema.with_default_schema(union, default=None)
    return core_schema.with_default_schema(union, default_factory=default)


def _text_schema() -> Schema:
    return _first_of(core_schema.str_schema(strict=True), core_schema.none_schema(), or_else=text_or_none)


def _flag_schema() -> Schema:
    text = core_schema.chain_schema([core_schema.literal_schema(["true", "false"]), core_schema.bool_schema()])
    return _first_of(core_schema.bool_schema(strict=True), text, core_schema.none_schema(), or_else=flag_or_none)


def _number_schema() -> Schema:
    number = core_schema.float_schema(strict=True, allow_inf_nan=False)
    return _first_of(number, core_schema.none_schema(), or_else=number_or_none)


def _nothing(_value: t.Any) -> None:
    return None


@cache
def _serializer() -> SchemaSerializer:
    return SchemaSerializer(core_schema.any_schema())
