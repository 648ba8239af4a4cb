# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wording of a verdict."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import parse_policy
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.verdict import Reason, Rule, Verdict, judge
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.wording import describe, gate_sentence, sentence
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
NEW = "2025-12-31T12:00:00Z"
ISSUES = [{"name": name} for name in ("a.doc", "b.doc", "c.doc", "d.doc")]


def scan(state: str = "completed", **fields: t.Any) -> Scan:
    return Scan(**{"id": "1", "provider": "glasswall", "state": state, **fields})


def verdict(*scans: Scan, missing: t.Sequence[str] = (), mode: str = "enforce", **policy: t.Any) -> Verdict:
    return judge(scans, missing, parse_policy(policy), mode, NOW)


def accepted(until: str = "2026-02-01T00:00:00Z", **fields: str) -> dict[str, str]:
    return {"until": until, "reason": "Known.", **fields}


def sentences(made: Verdict) -> list[str]:
    return [sentence(reason) for reason in made.reasons]


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (scan("queued"), "Scan 1 had not started when the wait ended."),
        (
            scan("running", vendor_status="Listing"),
            "Scan 1 was still running when the wait ended (vendor status Listing).",
        ),
        (scan("failed", vendor_status="Error", error="disk full."), "Scan 1 failed (vendor status Error): disk full."),
        (scan("failed", vendor_status="Failed"), "Scan 1 failed."),
        (scan("cancelled", vendor_status="Cancelled"), "Scan 1 was cancelled."),
        (scan("cancelled", vendor_status=" Canceled "), "Scan 1 was cancelled."),
        (scan("stopped"), "Scan 1 stopped, but the vendor does not confirm that it completed."),
        (
            scan("unknown", vendor_status="Paused"),
            "Scan 1 is in an unknown state (vendor status Paused).",
        ),
        (scan("failed", name="nightly"), "Scan nightly (1) failed."),
        (scan("failed", source="uploads", target="clean"), "Scan uploads \u2192 clean (1) failed."),
        (scan("failed", target="clean"), "Scan - \u2192 clean (1) failed."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_why_a_scan_does_not_pass(made: Scan, reason: str) -> None:
    assert sentences(verdict(made)) == [reason]


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (
            verdict(scan(name="nightly"), max_issues=1000),
            "Scan nightly (1): issues not counted, so max_issues cannot be checked.",
        ),
        (verdict(scan(issue_count=9), max_issues=1), "Scan 1 has 9 issues, and 1 is allowed."),
        (verdict(scan(issue_count=1), max_issues=0), "Scan 1 has 1 issue, and 0 are allowed."),
        (
            verdict(scan(issue_count=5, issues=ISSUES), max_issues=0),
            "Scan 1 has 5 issues, and 0 are allowed: a.doc, b.doc, c.doc and 2 more.",
        ),
        (
            verdict(scan(issue_count=5, issues=ISSUES), max_issues=2, accepted=[accepted(issue="a.doc")]),
            "Scan 1 has 4 issues besides 1 accepted, and 2 are allowed: b.doc, c.doc, d.doc and 1 more.",
        ),
        (
            verdict(scan(issue_count=2, error="failed checks: Weight, SSL."), max_issues=0),
            "Scan 1 has 2 issues, and 0 are allowed (the vendor says: failed checks: Weight, SSL).",
        ),
        (verdict(scan(), newer_than=NEW), "Scan 1: start time not known, so newer_than cannot be checked."),
        (
            verdict(scan(started_at="2025-12-31T08:00:00Z"), newer_than=NEW),
            "Scan 1 started at 2025-12-31T08:00:00Z, and newer_than is 2025-12-31T12:00:00Z.",
        ),
        (
            verdict(scan(started_at="2026-12-31T08:00:00Z"), newer_than=NEW),
            "Scan 1 started at 2026-12-31T08:00:00Z, which is in the future, so newer_than cannot be checked.",
        ),
        (verdict(scan(), min_scans=2), "The gate has 1 scan to judge, and min_scans is 2."),
        (verdict(scan(), max_age=60), "Scan 1: end time not known, so max_age cannot be checked."),
        (
            verdict(scan(finished_at="2025-12-31T23:00:00Z"), max_age=60),
            "Scan 1 finished at 2025-12-31T23:00:00Z, which is more than 60 s ago.",
        ),
        (verdict(scan(), states=["failed"]), "Scan 1 completed, which the policy does not accept."),
        (verdict(scan(), missing=["a"]), "Scan a is missing."),
        (verdict(), "There is no scan to judge."),
        (verdict(scan()).with_reasons(Reason(Rule.EARLIER_TASK, found="No answer.")), "No answer."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_sentence_of_each_rule(made: Verdict, reason: str) -> None:
    assert sentences(made) == [reason]


def test_a_description_stands_behind_the_name_of_the_scan() -> None:
    (reason,) = verdict(scan("failed", name="nightly")).reasons
    assert describe(reason) == "failed"


def test_the_message_of_a_gate() -> None:
    assert gate_sentence(verdict(scan(id="a"), scan(id="b"))) == "Gate passed: 2 of 2 scans."
    failed = [scan("failed"), scan("cancelled", id="2")]
    assert gate_sentence(verdict(*failed)) == "Gate failed: Scan 1 failed. Scan 2 was cancelled."
    advised = gate_sentence(verdict(*failed, mode="advise"))
    assert advised == "Gate failed, but mode is advise: Scan 1 failed. Scan 2 was cancelled."


def test_the_message_names_what_was_accepted_until_when_and_why() -> None:
    failed = scan("failed", name="nightly")
    assert gate_sentence(verdict(failed, accepted=[accepted(scan="nightly")])) == (
        "Gate passed: 1 of 1 scan. Accepted until 2026-02-01T00:00:00Z: scan nightly (Known)."
    )
    over = accepted("2025-12-31T00:00:00Z", scan="nightly")
    assert gate_sentence(verdict(failed, accepted=[over])) == (
        "Gate failed: Scan nightly (1) failed. Not accepted since 2025-12-31T00:00:00Z: scan nightly (Known)."
    )
    assert gate_sentence(verdict(scan(), accepted=[accepted(issue="a.doc", scan="nightly")])) == (
        "Gate passed: 1 of 1 scan. Accepted, but not found or not needed: issue a.doc of scan nightly (Known)."
    )


def test_the_message_counts_the_entries_that_it_leaves_out() -> None:
    entries = [accepted(issue=str(number)) for number in range(1000)]
    message = gate_sentence(verdict(scan(), accepted=entries))
    assert message.endswith(" 997 more entries of policy.accepted are in the result.")
    assert message.count("not needed: issue") == 3
