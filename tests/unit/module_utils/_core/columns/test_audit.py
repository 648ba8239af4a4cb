# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of columns: what passes, why the rest does not, and what the reports show."""

from __future__ import annotations

import csv
import io
import json
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.datascan.gate.plugins.filter.audit_columns import audit_columns
from ansible_collections.datascan.gate.plugins.filter.audit_report import audit_report

CLUSTER = {"id": "c1", "name": "HR | data"}


def column(number: int = 1, **tags: t.Any) -> dict[str, t.Any]:
    return {
        "fully_qualified_name": f"s.t.c{number}",
        "column_name": f"c{number}",
        "table_name": "t",
        "source": "s",
        "tags": [{"tag_name": name, "tag_value": value} for name, value in tags.items()],
    }


def why(*columns: dict[str, t.Any], **options: t.Any) -> list[str]:
    result = audit_columns(list(columns), CLUSTER, **{"required_tags": ["sensitivity"], **options})
    assert result["passed"] is not bool(result["reasons"])
    return t.cast("list[str]", result["reasons"])


class TestRules:
    def test_a_column_that_carries_the_tag_passes(self) -> None:
        assert why(column(sensitivity="low")) == []

    @pytest.mark.parametrize("tags", [{}, {"owner": "hr"}, {"sensitivity": None}, {"sensitivity": " "}])
    def test_one_that_lacks_it_or_its_value_does_not(self, tags: dict[str, t.Any]) -> None:
        assert why(column(1, sensitivity="low"), column(2, **tags)) == ["1 of 2 columns lacks the tag sensitivity."]

    def test_null_tags_are_none(self) -> None:
        assert why({**column(), "tags": None}) == ["1 of 1 columns lacks the tag sensitivity."]

    def test_every_required_tag_counts_by_itself(self) -> None:
        given = [column(1, sensitivity="low"), column(2, owner="hr"), column(3)]
        assert why(*given, required_tags=["sensitivity", "owner"]) == [
            "2 of 3 columns lack the tag owner.",
            "2 of 3 columns lack the tag sensitivity.",
        ]

    def test_a_forbidden_value_does_not_pass_and_another_does(self) -> None:
        forbidden = {"sensitivity": ["high", "secret"], "owner": "nobody"}
        given = [column(1, sensitivity="high"), column(2, sensitivity="low"), column(3, owner="nobody")]
        assert why(*given, required_tags=[], forbidden_tags=forbidden) == [
            "1 of 3 columns carries owner=nobody.",
            "1 of 3 columns carries sensitivity=high.",
        ]

    def test_one_of_several_values_of_a_tag_is_enough(self) -> None:
        given = column(1, sensitivity="low")
        given["tags"] += column(1, sensitivity="high")["tags"]
        assert why(given, forbidden_tags={"sensitivity": "high"}) == ["1 of 1 columns carries sensitivity=high."]

    def test_upper_and_lower_case_and_blanks_are_the_same(self) -> None:
        given = column(1, **{" Sensitivity": "HIGH "})
        assert why(given, required_tags=["SENSITIVITY"]) == []
        assert why(given, forbidden_tags={"sensitivity": ["High"]}) == ["1 of 1 columns carries sensitivity=High."]

    def test_values_that_yaml_reads_as_something_else_are_their_text(self) -> None:
        given = [column(1, open="true"), column(2, open="2")]
        assert why(*given, required_tags=[], forbidden_tags={"open": [True, 2]}) == [
            "1 of 2 columns carries open=2.",
            "1 of 2 columns carries open=True.",
        ]

    def test_no_column_at_all_does_not_pass(self) -> None:
        assert why() == ["There are no columns to judge."]

    def test_columns_that_are_counted_and_were_not_read_do_not_pass(self) -> None:
        assert why(column(sensitivity="low"), total_count=2) == ["The vendor counts 2 columns, but only 1 were read."]
        assert why(column(sensitivity="low"), total_count=1) == []
        assert why(column(sensitivity="low"), total_count=0) == []

    def test_options_may_come_as_text_from_the_command_line(self) -> None:
        given = column(1, sensitivity="high")
        assert why(given, required_tags="sensitivity,owner", forbidden_tags="sensitivity=high") == [
            "1 of 1 columns lacks the tag owner.",
            "1 of 1 columns carries sensitivity=high.",
        ]
        assert why(given, forbidden_tags='{"sensitivity": ["high"]}') == ["1 of 1 columns carries sensitivity=high."]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"required_tags": []}, "There are no rules to judge by: set required_tags or forbidden_tags."),
            ({"required_tags": [{"a": 1}]}, "required_tags must be a list of tag names."),
            ({"required_tags": [""]}, "required_tags must be a list of tag names."),
            ({"required_tags": {"a": 1}}, "required_tags or forbidden_tags is not valid"),
            ({"forbidden_tags": "high"}, "required_tags or forbidden_tags is not valid"),
        ],
    )
    def test_rules_that_cannot_be_meant_are_one_sentence(self, options: dict[str, t.Any], message: str) -> None:
        with pytest.raises(AnsibleFilterError, match=message):
            why(column(), **options)


class TestInput:
    def test_the_text_of_a_file_is_the_same_as_the_list(self) -> None:
        given = [column(1, sensitivity="low"), column(2)]
        text = "".join(json.dumps(one) + "\n" for one in given)
        assert audit_columns(text, {}, ["sensitivity"]) == audit_columns(given, {}, ["sensitivity"])

    def test_a_line_of_text_may_hold_what_ends_a_line_elsewhere(self) -> None:
        odd = {**column(sensitivity="low"), "column_name": "a\u2028b\x85c"}
        assert audit_columns(json.dumps(odd, ensure_ascii=False), {}, ["sensitivity"])["passed"]

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ("{", "Line 1 is not JSON"),
            ("7", "Item 1 is not a column"),
            ([column(), {"id": 7}], "Item 2 is not a column"),
            (7, "The columns must be a list or the text"),
            (None, "The columns must be a list or the text"),
        ],
    )
    def test_what_is_no_column_is_one_sentence(self, given: t.Any, message: str) -> None:
        with pytest.raises(AnsibleFilterError, match=message):
            audit_columns(given, {}, ["sensitivity"])


class TestResult:
    def test_it_holds_every_count_and_the_columns_that_break_a_rule(self) -> None:
        given = [column(1, sensitivity="low"), column(2, sensitivity="high"), column(3)]
        assert audit_columns(given, CLUSTER, ["sensitivity"], {"sensitivity": "high"}, 3) == {
            "passed": False,
            "msg": "Audit failed for cluster HR | data: 1 of 3 columns lacks the tag sensitivity. "
            "1 of 3 columns carries sensitivity=high. The first is column s.t.c2.",
            "reasons": ["1 of 3 columns lacks the tag sensitivity.", "1 of 3 columns carries sensitivity=high."],
            "audited": 3,
            "total_count": 3,
            "failed": 2,
            "missing": {"sensitivity": 1},
            "forbidden": {"sensitivity=high": 1},
            "findings": [
                {
                    "fully_qualified_name": "s.t.c2",
                    "column_name": "c2",
                    "table_name": "t",
                    "source": "s",
                    "missing": [],
                    "forbidden": ["sensitivity=high"],
                },
                {
                    "fully_qualified_name": "s.t.c3",
                    "column_name": "c3",
                    "table_name": "t",
                    "source": "s",
                    "missing": ["sensitivity"],
                    "forbidden": [],
                },
            ],
        }

    def test_a_passed_audit_has_its_message(self) -> None:
        given = [column(sensitivity="low")]
        assert audit_columns(given, {"id": "c1", "name": None}, ["sensitivity"])["msg"] == (
            "Audit passed: 1 of 1 columns of cluster c1 meet the rules."
        )
        assert audit_columns([], None, ["sensitivity"])["msg"] == ("Audit failed: There are no columns to judge.")

    def test_a_crowd_is_counted_in_full_and_shown_in_part(self) -> None:
        result = audit_columns([column(number) for number in range(1000)], {}, ["sensitivity"])
        assert (result["failed"], len(result["findings"])) == (1000, 100)


class TestReports:
    GIVEN = (
        column(1, sensitivity="low"),
        {**column(2, sensitivity="high"), "fully_qualified_name": "=cmd()|`x`", "column_name": "+1"},
        column(3),
    )

    def report(self, format_: str, *columns: dict[str, t.Any]) -> str:
        given = list(columns or self.GIVEN)
        return audit_report(given, format_, CLUSTER, ["sensitivity"], {"sensitivity": "high"}, len(given))

    def test_markdown_shows_the_verdict_the_reasons_and_the_columns(self) -> None:
        page = self.report("markdown")
        assert page.startswith("## \u274c Did not pass\n\nCluster `HR | data` (`c1`): 1 of 3 columns meet the rules.\n")
        assert "- `1 of 3 columns lacks the tag sensitivity.`\n" in page
        assert "| `` =cmd()\\|`x` `` | `t` | `s` | - | `sensitivity=high` |\n" in page
        assert "| `s.t.c3` | `t` | `s` | `sensitivity` | - |\n" in page
        assert "s.t.c1" not in page

    def test_markdown_of_what_passes_is_short(self) -> None:
        assert self.report("markdown", column(1, sensitivity="low")) == (
            "## \u2705 Passed\n\nCluster `HR | data` (`c1`): 1 of 1 columns meet the rules.\n"
        )

    def test_markdown_of_many_columns_names_the_place_of_the_rest(self) -> None:
        page = self.report("markdown", *(column(number) for number in range(25_007)))
        assert page.count("\n| `") == 500
        assert page.endswith("\n\n24507 more are in the reports in CSV and JSON.\n")
        assert len(page) < 100_000

    def test_csv_has_a_line_for_each_column_that_breaks_a_rule_and_no_formula(self) -> None:
        assert list(csv.DictReader(io.StringIO(self.report("csv")))) == [
            {
                "fully_qualified_name": "'=cmd()|`x`",
                "column_name": "'+1",
                "table_name": "t",
                "source": "s",
                "missing": "",
                "forbidden": "sensitivity=high",
            },
            {
                "fully_qualified_name": "s.t.c3",
                "column_name": "c3",
                "table_name": "t",
                "source": "s",
                "missing": "sensitivity",
                "forbidden": "",
            },
        ]

    def test_json_holds_all(self) -> None:
        crowd = [column(number) for number in range(1000)]
        report = json.loads(self.report("json", *crowd))
        assert (report["schema"], report["cluster"]) == ("datascan.gate/audit/1", CLUSTER)
        assert (report["passed"], report["failed"], len(report["findings"])) == (False, 1000, 1000)
        assert set(report) - {"schema", "cluster"} == set(audit_columns(crowd, {}, ["sensitivity"]))

    @pytest.mark.parametrize("format_", ["markdown", "csv", "json"])
    def test_the_same_columns_make_the_same_text(self, format_: str) -> None:
        assert self.report(format_) == self.report(format_)

    def test_an_unknown_format_is_one_sentence(self) -> None:
        with pytest.raises(AnsibleFilterError, match=r"format must be one of markdown, csv, json, not .pdf.\.$"):
            self.report("pdf")
