# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of a vendor become columns: the fast way agrees with what each field means, whatever a vendor sends."""

from __future__ import annotations

import csv
import io
import json
import math
import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.column_parser import (
    ColumnParser,
    json_line,
    texts_of,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.export import escape_formula, render
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import (
    Attribute,
    Column,
    ColumnPage,
    Tag,
    TagProperties,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.compat.pydantic import to_camel
from ansible_collections.datascan.gate.plugins.module_utils._core.http.body import parse_json
from ansible_collections.datascan.gate.plugins.module_utils._core.text import break_commands
from hypothesis import assume, given, settings
from hypothesis import strategies as st

PARSER = ColumnParser(to_camel)


# What each field means, field by field


def text(value: t.Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value == math.floor(value) and abs(value) < 2**53 else repr(value)
    return str(value) if isinstance(value, (str, int)) else None


def flag(value: t.Any) -> bool | None:
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    return value if isinstance(value, bool) else None


def number(value: t.Any) -> float | None:
    return float(value) if type(value) in (int, float) else None


def attribute(row: dict[str, t.Any]) -> dict[str, t.Any]:
    kinds = dict.fromkeys(Attribute.__annotations__, text) | {"calc_confidence_level": number}
    return {name: kind(row.get(name)) for name, kind in kinds.items()}  # type: ignore[operator]


def properties(row: t.Any) -> dict[str, t.Any] | None:
    if not isinstance(row, dict):
        return None
    return {"hidden": flag(row.get("hidden")), "application_type": text(row.get("applicationType"))}


def tag(row: t.Any) -> dict[str, t.Any]:
    row = row if isinstance(row, dict) else {}
    kinds = dict.fromkeys(Tag.__annotations__, text)
    kinds |= {"is_mutually_exclusive": flag, "properties": properties}  # type: ignore[dict-item]
    return {name: kind(row.get(to_camel(name))) for name, kind in kinds.items()}


def column(row: dict[str, t.Any]) -> dict[str, t.Any]:
    made: dict[str, t.Any] = {name: text(row.get(to_camel(name))) for name in Column.__annotations__}
    attributes = row.get("attributes")
    made["is_primary"] = flag(row.get("isPrimary"))
    readable = attributes if isinstance(attributes, list) else []
    made["attributes"] = [attribute(one) for one in readable if isinstance(one, dict)]
    made["tags"] = None
    if "tags" in row and isinstance(row["tags"], (list, type(None))):
        made["tags"] = [tag(one) for one in row["tags"] or ()]
    return made


def cells(made: dict[str, t.Any]) -> list[str]:
    texts = {
        name: {"None": "", "True": "true", "False": "false"}.get(repr(value), value) for name, value in made.items()
    }
    texts["attributes"] = "; ".join(
        one["attribute_name"] or one["attribute_original_name"] or "" for one in made["attributes"]
    )
    texts["tags"] = "; ".join(f"{one['tag_name'] or ''}={one['tag_value'] or ''}" for one in made["tags"] or ())
    return [escape_formula(texts[name]).replace("\0", "\ufffd") for name in Column.__annotations__]


# What vendors send

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["true", " False ", "TRUE", "42.0", "=cmd()", "\u200b@x", "\x00", "\x9b", '"', "\ud800", "\u00e9"]),
    st.sampled_from(["::error::x", "##vso[x]", "a;b", "\n", "\U0001f512"]),
)
NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([42.0, 2.0**53, -0.0, 1e308, 10**299, 10**400, -(10**310), 0.695781717492013, 5e-324]),
)
SCALARS = st.one_of(st.none(), st.booleans(), TEXTS, NUMBERS)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
UNKNOWN = ("sampleValues", "column_name", "tagname", "_id")


def rows(keys: t.Iterable[str], **inner: st.SearchStrategy[t.Any]) -> st.SearchStrategy[t.Any]:
    """Objects with some of these keys, and others."""
    values = {key: inner.get(key, SCALARS) | JUNK for key in (*keys, *UNKNOWN)}
    return st.fixed_dictionaries({}, optional=values)


PROPERTIES = rows(map(to_camel, TagProperties.__annotations__))
TAGS = rows(map(to_camel, Tag.__annotations__), properties=PROPERTIES)
ATTRIBUTES = rows(Attribute.__annotations__)
COLUMNS = rows(
    map(to_camel, Column.__annotations__),
    attributes=st.lists(ATTRIBUTES | JUNK, max_size=3),
    tags=st.lists(TAGS | JUNK, max_size=3),
)


def received(value: t.Any) -> t.Any:
    """A value as it comes from the network: without NaN, huge numbers, lone surrogates and control characters."""
    fault, data = parse_json(json.dumps(value))
    assume(fault is None)  # two keys that differ in a control character become the same
    return data


@pytest.mark.one_core
@settings(max_examples=100, deadline=None)
@given(st.lists(COLUMNS, max_size=4))
def test_every_field_means_the_same_whatever_a_vendor_sends(sent: list[dict[str, t.Any]]) -> None:
    data = received(sent)
    meant = [column(row) for row in data]
    parsed = PARSER.parse(data)
    assert parsed == meant
    assert [list(one) for one in parsed] == [list(Column.__annotations__)] * len(meant)
    assert [repr(one) for one in parsed] == [repr(one) for one in meant]  # 1 is not True, and 1.0 is not 1

    pages = [ColumnPage(parsed), ColumnPage(parsed, lines=[json_line(one) for one in parsed])]
    lines = "".join(render("ndjson", pages))
    assert lines.isascii()
    assert [json.loads(line) for line in lines.splitlines()] == meant * 2
    assert json.loads("".join(render("json", pages))) == meant * 2
    heading, _end, written = "".join(render("csv", pages[:1])).partition("\n")
    expected = io.StringIO()
    csv.writer(expected, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(map(cells, meant))
    assert (heading.count(","), written) == (8, break_commands(expected.getvalue()))


def parse_page(text: str, count_keys: Callable[[t.Any], int] | None) -> tuple[str | None, list[bytes]]:
    fault, data = parse_json(text, count_keys)
    return fault, [] if fault else list(map(json_line, PARSER.parse(data)))


@pytest.mark.one_core
@settings(max_examples=100, deadline=None)
@given(st.lists(COLUMNS, max_size=4), st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :"), ("\n,", "\t:\r")]))
def test_a_page_that_is_parsed_quickly_means_the_same(sent: list[t.Any], separators: tuple[str, str]) -> None:
    text = json.dumps(sent, separators=separators)
    assert parse_page(text, PARSER.count_keys) == parse_page(text, None)


@pytest.mark.parametrize("digits", [16, 300, 301, 308, 309, 310, 5000])
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_number_means_the_same_however_long_it_is(sign: str, digits: int) -> None:
    for number in ("1" * digits, "9" * digits):
        text = f'[{{"columnName": {sign}{number}, "attributes": [{{"calc_confidence_level": {sign}{number}}}]}}]'
        assert parse_page(text, PARSER.count_keys) == parse_page(text, None)


ROW = {
    "columnName": "http://a",
    "attributes": [{"attribute_name": "SSN"}],
    "tags": [{"tagName": "x", "properties": {"hidden": True}}],
    "sample": [{"value": "x"}],
}


@pytest.mark.parametrize("place", ["columnName", "attribute_name", "tagName", "hidden", "value"])
@pytest.mark.parametrize("more", [{}, {"attributes": ["ab"]}, {"tags": "ab"}, {"tags": [{"properties": "a"}]}])
def test_no_page_hides_a_key_that_comes_twice(place: str, more: dict[str, t.Any]) -> None:
    """Nor where other values of the page are as long as a key would be."""
    text = json.dumps([ROW, more])
    assert parse_json(text, PARSER.count_keys)[0] is None
    twice = text.replace(f'"{place}":', f'"{place}": 1, "{place}":', 1)
    assert parse_json(twice, PARSER.count_keys) == ("JSON that has a key twice", None)


@pytest.mark.parametrize("sent", [None, {}, "x", 7, [7], [None], [[]], [{}, "x"]])
def test_a_page_that_is_no_list_of_objects_is_refused(sent: t.Any) -> None:
    with pytest.raises(ValueError, match="should be"):
        PARSER.parse(sent)


def test_two_columns_are_the_same_if_all_that_is_returned_agrees() -> None:
    row = {"columnName": "a", "attributes": [{"attribute_name": "SSN", "rank": "High"}]}
    again = {"sample": 1, **row, "attributes": [{"rank": "High", "attribute_name": "SSN", "sample": "x"}]}
    other = {**row, "attributes": [{"attribute_name": "SSN", "rank": "Low"}]}
    one, two, three = map(json_line, PARSER.parse([row, again, other]))
    assert one == two != three


def test_every_text_is_searched_for_secrets() -> None:
    texts = iter(f"t{number}" for number in range(99))
    row = {to_camel(name): next(texts) for name in Column.__annotations__ if name not in ("is_primary",)}
    row["attributes"] = [{name: next(texts) for name in Attribute.__annotations__}]  # type: ignore[assignment]
    tags = {to_camel(name): next(texts) for name in Tag.__annotations__}
    row["tags"] = [{**tags, "properties": {"applicationType": next(texts)}}]  # type: ignore[assignment]
    columns = PARSER.parse([row])
    assert sorted(texts_of(columns)) == sorted(find_texts(columns))


def find_texts(value: t.Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for item in value for text in find_texts(item)]
    return [value] if isinstance(value, str) else []
