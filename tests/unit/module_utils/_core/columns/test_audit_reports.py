# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports of an audit: each has the verdict, the reasons, the columns, and the number of omitted ones."""

from __future__ import annotations

import csv
import io
import json
import re
import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_reports import (
    AUDIT_FORMATS,
    render_audit,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_tally import Finding
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_verdict import AuditScope
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import Column
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from audit_support import CLUSTER, audited, tagged
from made_columns import make_column

GIVEN = (
    tagged(1, sensitivity="low"),
    make_column(**{**tagged(2, sensitivity="high"), "fully_qualified_name": "=cmd()|`x`", "column_name": "+1"}),
    tagged(3),
)

every_format = pytest.mark.parametrize("format_", AUDIT_FORMATS)


def report(format_: str, *columns: Column, **options: t.Any) -> str:
    findings: list[Finding] = []
    verdict = audited(*columns, **{"forbidden": {"sensitivity": "high"}, "keep": findings.append, **options})
    return "".join(render_audit(format_, verdict, findings, "enforce"))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


class TestMarkdown:
    def test_the_verdict_the_reasons_and_the_columns(self) -> None:
        page = report("markdown", *GIVEN)
        assert page.startswith("## \u274c Did not pass\n\nCluster `HR | data` (`c1`): 1 of 3 columns meet the rules.\n")
        assert "- `1 of 3 columns lacks the tag sensitivity.`\n" in page
        assert "| `` =cmd()\\|`x` `` | `t` | `s` | - | `sensitivity=high` | - |\n" in page
        assert "| `s.t.c3` | `t` | `s` | `sensitivity` | - | - |\n" in page
        assert "s.t.c1" not in page

    def test_an_audit_that_passes_is_short(self) -> None:
        assert report("markdown", tagged(1, sensitivity="low")) == (
            "## \u2705 Passed\n\nCluster `HR | data` (`c1`): 1 of 1 columns meet the rules.\n"
        )

    @pytest.mark.parametrize("filler", ["x", "\U0001f600", "`|\\"])
    def test_a_page_has_at_most_1_mib(self, filler: str) -> None:
        long = filler * (700 // len(filler.encode()))
        given = [
            make_column(
                fully_qualified_name=f"{number} {long}",
                column_name=f"{number} {long}",
                table_name=long,
                source=long,
                tags=[{"tag_name": f"tag {name}", "tag_value": f"{number} {long}"} for name in range(2)],
            )
            for number in range(520)
        ]
        forbidden = {f"tag {name}": [f"{number} {long}" for number in range(520)] for name in range(2)}
        page = report("markdown", *given, forbidden=forbidden)
        assert len(page.encode()) <= 1_048_576
        reasons, rows = page.count("\n- `"), page.count("\n| `")
        hidden = re.search(r"Reasons not listed here: (\d+)\.", page)
        assert reasons + int(hidden[1] if hidden else 0) == 1 + 2 * 520  # the tag that all lack, and the values
        more = re.search(r"(\d+) more are in the reports in CSV and JSON\.", page)
        assert more and rows + int(more[1]) == 520

    def test_many_columns_are_shown_in_part(self) -> None:
        page = report("markdown", *(tagged(number) for number in range(2007)))
        assert page.count("\n| `") == 500
        assert page.endswith("\n\n1507 more are in the reports in CSV and JSON.\n")

    def test_without_a_cluster_there_are_still_reasons(self) -> None:
        page = report("markdown", scope=AuditScope(None), complete=False, failure="No cluster matches.")
        assert page.startswith("## \u274c Did not pass\n\n0 of 0 columns meet the rules.\n")
        assert "- `No cluster matches.`\n" in page


class TestCsv:
    def test_a_row_for_each_column_that_breaks_a_rule_and_no_formula(self) -> None:
        assert rows(report("csv", *GIVEN)) == [
            {
                "fully_qualified_name": "'=cmd()|`x`",
                "column_name": "'+1",
                "table_name": "t",
                "source": "s",
                "note": "",
                "missing": "",
                "forbidden": "sensitivity=high",
            },
            {
                "fully_qualified_name": "s.t.c3",
                "column_name": "c3",
                "table_name": "t",
                "source": "s",
                "note": "",
                "missing": "sensitivity",
                "forbidden": "",
            },
        ]

    def test_a_reason_that_belongs_to_no_column_is_a_row_without_a_name(self) -> None:
        (row,) = rows(report("csv", complete=False, failure="BigID is gone."))
        assert {name: cell for name, cell in row.items() if cell} == {"note": "BigID is gone."}

    def test_tags_that_cannot_be_read_are_noted(self) -> None:
        (row,) = rows(report("csv", make_column(column_name="a"), required=[]))
        assert (row["column_name"], row["note"]) == ("a", "has tags that cannot be read")

    def test_an_audit_that_passes_has_no_row(self) -> None:
        assert rows(report("csv", tagged(1, sensitivity="low"))) == []


class TestJson:
    def test_it_contains_all(self) -> None:
        data = json.loads(report("json", *(tagged(number) for number in range(1000))))
        assert (data["schema"], data["cluster"]["id"]) == ("datascan.gate/audit/1", "c1")
        assert (data["passed"], data["complete"], data["mode"]) == (False, True, "enforce")
        assert (data["audited"], data["failed"], data["total_count"]) == (1000, 1000, 1000)
        assert (data["missing"], data["forbidden"], data["unreadable"]) == ({"sensitivity": 1000}, {}, 0)
        assert len(data["findings"]) == 1000
        assert data["findings"][7] == {
            "fully_qualified_name": "s.t.c7",
            "column_name": "c7",
            "table_name": "t",
            "source": "s",
            "missing": ["sensitivity"],
            "forbidden": [],
            "unreadable": False,
        }

    def test_an_audit_that_passes_has_no_findings(self) -> None:
        data = json.loads(report("json", tagged(1, sensitivity="low")))
        assert (data["passed"], data["reasons"], data["findings"]) == (True, [], [])
        assert data["msg"].startswith("Audit passed")

    def test_without_a_cluster_there_are_still_reasons(self) -> None:
        data = json.loads(report("json", scope=AuditScope(None), complete=False, failure="No cluster matches."))
        assert (data["cluster"], data["passed"], data["reasons"]) == (None, False, ["No cluster matches."])


@every_format
def test_a_selection_is_named_whether_the_audit_passes_or_not(format_: str) -> None:
    scope = AuditScope(CLUSTER, filter="rank = High", search_text="salary")
    for columns in ([tagged(sensitivity="low")], [tagged()], []):
        text = report(format_, *columns, scope=scope)
        assert "rank = High" in text and "salary" in text and "not all columns of the cluster" in text


@every_format
def test_a_failure_is_in_the_report(format_: str) -> None:
    assert "BigID is gone." in report(format_, tagged(), complete=False, failure="BigID is gone.")


@every_format
def test_the_same_columns_make_the_same_text(format_: str) -> None:
    assert report(format_, *GIVEN) == report(format_, *GIVEN)


def test_an_unknown_format_is_one_sentence() -> None:
    with pytest.raises(InvalidInputError, match=r"format must be one of markdown, csv, json, not .pdf.\.$"):
        report("pdf")
