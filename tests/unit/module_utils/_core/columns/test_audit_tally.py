# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of columns: what passes, why the rest does not, and what is kept of it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_tally import AuditTally, Finding
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_verdict import AuditScope
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import Cluster, Column
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.tag_rules import parse_rules
from audit_support import CLUSTER, audited, tagged
from made_columns import make_column


def why(*columns: Column, **options: t.Any) -> list[str]:
    verdict = audited(*columns, **options)
    assert verdict.passed is not bool(verdict.reasons)
    return verdict.reasons


def test_columns_that_are_not_known_to_be_all_do_not_pass() -> None:
    """This also holds without a reason why columns may be missing."""
    assert audited(tagged(sensitivity="low"), complete=True).passed
    assert not audited(tagged(sensitivity="low"), complete=False).passed


class TestRules:
    def test_a_column_with_the_tag_passes(self) -> None:
        assert why(tagged(sensitivity="low")) == []

    @pytest.mark.parametrize("tags", [{}, {"owner": "hr"}, {"sensitivity": None}, {"sensitivity": " \u200b"}])
    def test_a_column_that_lacks_it_or_its_value_does_not(self, tags: dict[str, t.Any]) -> None:
        assert why(tagged(1, sensitivity="low"), tagged(2, **tags)) == ["1 of 2 columns lacks the tag sensitivity."]

    def test_every_required_tag_counts_by_itself(self) -> None:
        given = [tagged(1, sensitivity="low"), tagged(2, owner="hr"), tagged(3)]
        assert why(*given, required=["sensitivity", "owner"]) == [
            "2 of 3 columns lack the tag owner.",
            "2 of 3 columns lack the tag sensitivity.",
        ]

    def test_a_forbidden_value_does_not_pass_and_another_does(self) -> None:
        forbidden = {"sensitivity": ["high", "secret"], "owner": "nobody"}
        given = [tagged(1, sensitivity="high"), tagged(2, sensitivity="low"), tagged(3, owner="nobody")]
        assert why(*given, required=[], forbidden=forbidden) == [
            "1 of 3 columns carries owner=nobody.",
            "1 of 3 columns carries sensitivity=high.",
        ]

    def test_one_of_several_values_of_a_tag_is_enough(self) -> None:
        tags = [*(tagged(sensitivity="low")["tags"] or ()), *(tagged(sensitivity="high")["tags"] or ())]
        given = make_column(column_name="a", tags=tags)
        assert why(given, forbidden={"sensitivity": "high"}) == ["1 of 1 columns carries sensitivity=high."]

    @pytest.mark.parametrize("value", ["HIGH ", "\uff48\uff49gh", "hi\u200bgh", "\u00a0High"])
    def test_a_value_that_looks_like_a_forbidden_one_is_forbidden(self, value: str) -> None:
        given = tagged(1, **{" Sensitivity": value})
        assert why(given, required=["SENSITIVITY"]) == []
        assert why(given, forbidden={"sensitivity": ["High"]}) == ["1 of 1 columns carries sensitivity=High."]

    def test_numbers_and_booleans_of_the_vendor_are_their_text(self) -> None:
        given = [tagged(1, open=True), tagged(2, open=2)]
        assert why(*given, required=[], forbidden={"open": ["True", "2"]}) == [
            "1 of 2 columns carries open=2.",
            "1 of 2 columns carries open=True.",
        ]


class TestUnreadableTags:
    """Unreadable columns never pass, because one of them may be forbidden."""

    WHY: t.ClassVar = ["1 of 1 columns has tags that cannot be read."]

    @pytest.mark.parametrize("rules", [{"forbidden": {"sensitivity": "high"}, "required": []}, {}])
    @pytest.mark.parametrize("name", [None, "", " ", "\u200b", ["x"]])
    def test_a_tag_without_a_name(self, name: t.Any, rules: dict[str, t.Any]) -> None:
        tags = [{"tag_name": "sensitivity", "tag_value": "low"}, {"tag_name": name, "tag_value": "high"}]
        assert why(make_column(column_name="a", tags=tags), **rules) == self.WHY

    def test_tags_that_were_not_sent(self) -> None:
        given = make_column(column_name="a")
        assert why(given, required=[], forbidden={"sensitivity": "high"}) == self.WHY
        assert why(given) == ["1 of 1 columns lacks the tag sensitivity.", *self.WHY]

    @pytest.mark.parametrize("tags", ["sensitivity", {}, 7])
    def test_tags_in_another_form(self, tags: t.Any) -> None:
        assert why(make_column(column_name="a", tags=tags), required=[], forbidden={"sensitivity": "high"}) == self.WHY

    @pytest.mark.parametrize("value", [None, "", " ", ["high"], {"a": 1}])
    def test_a_tag_without_a_value_whose_values_are_judged(self, value: t.Any) -> None:
        given = tagged(1, sensitivity=value, owner="hr")
        assert why(given, required=[], forbidden={"sensitivity": "high"}) == self.WHY
        assert why(given, required=["owner"], forbidden={"owner": "nobody"}) == []

    def test_no_tags_at_all_are_readable(self) -> None:
        assert why(make_column(column_name="a", tags=[]), required=[], forbidden={"sensitivity": "high"}) == []
        assert why(make_column(column_name="a", tags=None), required=[], forbidden={"sensitivity": "high"}) == []


class TestVerdict:
    def test_two_columns_of_one_identity_are_both_judged(self) -> None:
        assert why(tagged(1, sensitivity="low"), tagged(1)) == ["1 of 2 columns lacks the tag sensitivity."]

    def test_no_column_at_all_does_not_pass(self) -> None:
        assert why() == ["There are no columns to judge."]

    def test_a_list_with_a_gap_does_not_pass(self) -> None:
        verdict = audited(tagged(sensitivity="low"), complete=False, gap="The list is not complete.")
        assert (verdict.passed, verdict.reasons) == (False, ["The list is not complete."])

    def test_a_failure_does_not_pass_and_keeps_what_was_found(self) -> None:
        verdict = audited(tagged(), complete=False, failure="BigID is gone.")
        assert not verdict.passed
        assert verdict.reasons == ["BigID is gone.", "1 of 1 columns lacks the tag sensitivity."]

    @pytest.mark.parametrize("size", [0, 2])
    def test_the_size_of_the_cluster_has_to_be_what_was_read(self, size: int) -> None:
        scope = AuditScope(Cluster(id="c1", size=size))
        expected = f"The size of the cluster is {size}, but 1 columns were read."
        assert why(tagged(sensitivity="low"), scope=scope) == [expected]
        assert why(tagged(sensitivity="low"), scope=scope, allow_size_mismatch=True) == []

    @pytest.mark.parametrize("selection", [{"filter": "x"}, {"search_text": "x"}])
    def test_the_size_is_not_compared_with_a_selection(self, selection: dict[str, str]) -> None:
        assert why(tagged(sensitivity="low"), scope=AuditScope(Cluster(id="c1", size=9), **selection)) == []

    def test_a_passed_audit_has_its_message(self) -> None:
        assert audited(tagged(sensitivity="low")).message() == (
            "Audit passed: 1 of 1 columns of cluster HR | data meet the rules."
        )
        assert audited(tagged(sensitivity="low"), scope=AuditScope(Cluster(id="c1"))).message() == (
            "Audit passed: 1 of 1 columns of cluster c1 meet the rules."
        )

    def test_a_failed_audit_names_the_first_column(self) -> None:
        assert audited(tagged(1), tagged(2)).message(", but mode is advise") == (
            "Audit failed for cluster HR | data, but mode is advise: 2 of 2 columns lack the tag sensitivity. "
            "The first is column s.t.c1."
        )

    def test_a_selection_is_named_whether_the_audit_passes_or_not(self) -> None:
        scope = AuditScope(CLUSTER, filter="a = 1", search_text="it's")
        selected = "selected by filter 'a = 1' and search_text \"it's\""
        note = f"Only the columns {selected} were judged, not all columns of the cluster."
        assert audited(tagged(sensitivity="low"), scope=scope).message().endswith(f" meet the rules. {note}")
        assert audited(tagged(), scope=scope).message().endswith(f" The first is column s.t.c1. {note}")


class TestTally:
    def test_many_findings_are_counted_and_kept_in_part(self) -> None:
        kept: list[Finding] = []
        tally = audited(*(tagged(number) for number in range(1000)), keep=kept.append).tally
        assert (tally.failed, tally.missing["sensitivity"], len(tally.examples), len(kept)) == (1000, 1000, 500, 1000)

    def test_a_restart_forgets_what_was_read(self) -> None:
        tally = audited(tagged()).tally.restarted()
        tally.add(tagged(2, sensitivity="low"))
        assert (tally.audited, tally.failed, tally.examples, dict(tally.missing)) == (1, 0, [], {})

    def test_texts_are_short_lines_without_invisible_characters_and_secrets(self) -> None:
        name = "a\n::error::x\x1b[2J\u202e##vso[task]" + "y" * 3_000_000
        tally = AuditTally(parse_rules(["owner"], {}), lambda text: text.replace("token", "***"))
        tally.add(make_column(column_name=name, table_name="token", source="sig=abc123"))
        (finding,) = tally.examples
        assert finding.column_name is not None and len(finding.column_name) <= 1000
        assert not set("\n\x1b\u202e") & set(finding.column_name)
        assert (finding.table_name, finding.source) == ("***", "sig=********")
        assert len(audited(make_column(column_name=name, tags=[])).message()) < 500
