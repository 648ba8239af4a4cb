# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of an audit: their meaning, and the rules that are refused because they would judge nothing."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.tag_rules import normalize, parse_rules
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("High", "hIGH"),
        (" high ", "high"),
        ("very  high", "very\thigh\n"),
        ("\uff28\uff49\uff47\uff48", "high"),  # full-width
        ("e\u0301te\u0301", "\u00e9t\u00e9"),  # composed or not
        ("\ufb01le", "file"),  # a ligature
        ("Stra\u00dfe", "STRASSE"),
        ("hi\u200bgh\ufe0f", "high"),  # invisible
        ("hi\u00adgh", "high"),
        ("high\x00", "high"),
        ("\u212aelvin", "kelvin"),  # the Kelvin sign
        ("\u00a0high", "high"),
        ("\u1fb3\u0301", "\u1fb4"),  # whose case folding has to be normalized again
    ],
)
def test_texts_that_look_the_same_are_the_same(one: str, other: str) -> None:
    assert normalize(one) == normalize(other) != ""


@pytest.mark.parametrize(("one", "other"), [("high", "hig"), ("very high", "veryhigh"), ("\u00e9", "e"), ("1", "I")])
def test_texts_that_look_different_are_different(one: str, other: str) -> None:
    assert normalize(one) != normalize(other)


@pytest.mark.parametrize("text", ["\u0130I\u0131", "\u1fb3\u0301", "\ufb01\u00ad", "\u0345\u0301", "\u1e9e \u2126"])
def test_a_normalized_text_stays_as_it_is(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


class TestRequired:
    def test_names_that_are_the_same_are_one_rule(self) -> None:
        assert parse_rules(["Owner", " owner", "\uff4fwner"], {}).required == {"owner": "Owner"}

    @pytest.mark.parametrize(
        ("names", "message"),
        [
            ([""], r"required_tags\[0\] must be a tag name, and is empty\."),
            (["a", " "], r"required_tags\[1\] must be a tag name, and is empty\."),
            (["\u200b"], "is empty"),
            ([None], "is empty"),
            ([7], "is of type int: quote it"),
            ([True], "is of type bool: quote it"),
            ([datetime.date(2026, 1, 1)], "is of type date: quote it"),
            ([{"a": 1}], "is a dict"),
            ([["a"]], "is a list"),
            ("a", "must be a list of tag names"),
            ({"a": 1}, "must be a list of tag names"),
        ],
    )
    def test_what_requires_nothing_is_refused(self, names: t.Any, message: str) -> None:
        with pytest.raises(InvalidInputError, match=message):
            parse_rules(names, {"owner": "hr"})


class TestForbidden:
    def test_a_value_or_a_list_of_values(self) -> None:
        rules = parse_rules([], {"Sensitivity": ["High", "secret"], "owner": "nobody"})
        assert rules.forbidden == {
            "sensitivity": {"high": "Sensitivity=High", "secret": "Sensitivity=secret"},
            "owner": {"nobody": "owner=nobody"},
        }

    def test_names_and_values_that_are_the_same_are_merged(self) -> None:
        rules = parse_rules(None, {"pii": ["yes", "YES"], "PII ": "maybe", "\uff30II": ["\uff39es"]})
        assert rules.forbidden == {"pii": {"yes": "pii=yes", "maybe": "PII=maybe"}}

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ([], "forbidden_tags.sensitivity forbids nothing: set it to a value, or to a list of values."),
            (None, "forbids nothing"),
            ({}, "forbids nothing"),
            ({"high": True}, "forbids nothing"),
            ("", "must be a value of a tag, and is empty"),
            (" ", "and is empty"),
            ("\u200b", "and is empty"),
            ([""], "and is empty"),
            ([None], "and is empty"),
            (["high", ""], "and is empty"),
            ([["high"]], "is a list"),
            ([{"high": True}], "is a dict"),
            ("high,secret", "a text with a comma: write a list"),
            ("high, ", "a text with a comma: write a list"),
            # YAML turns yes, 1.10 and 2026-01-01 into other texts, which no column has.
            (True, "is of type bool: quote it"),
            ([False], "is of type bool: quote it"),
            (2, "is of type int: quote it"),
            ([1.1], "is of type float: quote it"),
            (datetime.date(2026, 1, 1), "is of type date: quote it"),
        ],
    )
    def test_a_rule_that_forbids_nothing_is_refused(self, values: t.Any, message: str) -> None:
        with pytest.raises(InvalidInputError, match=message):
            parse_rules(["sensitivity"], {"owner": "hr", "sensitivity": values})

    @pytest.mark.parametrize("name", ["", " ", "\u200b", None, 7, True, ("a",)])
    def test_an_invalid_name_is_refused(self, name: t.Any) -> None:
        with pytest.raises(InvalidInputError, match=r"the name .* must be a tag name"):
            parse_rules([], {name: "high"})

    def test_a_value_with_a_comma_is_one_value_of_a_list(self) -> None:
        assert parse_rules([], {"owner": ["Doe, Jane"]}).forbidden == {"owner": {"doe, jane": "owner=Doe, Jane"}}

    @pytest.mark.parametrize("rules", ["high", ["high"], 7])
    def test_a_value_that_is_not_a_dictionary_is_refused(self, rules: t.Any) -> None:
        with pytest.raises(InvalidInputError, match="forbidden_tags must be a dictionary"):
            parse_rules(["owner"], rules)


@pytest.mark.parametrize(("required", "forbidden"), [([], {}), (None, None)])
def test_no_rules_are_refused_by_the_names_of_the_options(required: t.Any, forbidden: t.Any) -> None:
    message = "There are no rules to judge by: set audit_cluster_required_tags or audit_cluster_forbidden_tags."
    with pytest.raises(InvalidInputError, match=message):
        parse_rules(required, forbidden, "audit_cluster_")
