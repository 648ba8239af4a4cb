# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advalidation's scans as a playbook meets them, within its limit of requests."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.one_core

SHORT = {"queued_seconds": 0.3, "processing_seconds": 0.3, "analysis_seconds": 0.3}


@pytest.fixture
def advalidation(sandbox, play):
    """Run playbooks/advalidation/scan.yml: advalidation(SETTINGS, *ARGUMENTS, **VARIABLES), on a fresh server."""

    def run(settings, *arguments, **variables):
        sandbox.reset()
        sandbox.control("POST", "settings", {"advalidation": {**SHORT, **settings}})
        return play("advalidation/scan", *arguments, api_url=sandbox.api_urls["advalidation"], **variables)

    return run


def test_creatives_go_from_rescan_to_verdict(advalidation):
    run = advalidation({}, "-vvv")
    good = run["Scan again, and wait"]
    assert (good["changed"], good["parent"]) == (True, None)
    assert (good["scan"]["id"], good["scan"]["state"], good["scan"]["issue_count"]) == ("1001", "completed", 0)
    for task, kind in (
        ("Scan one that nobody can judge", "scan_not_completed"),
        ("Scan one that fails", "scan_not_completed"),
        ("Scan one that is never analysed", "wait_timeout"),
        ("Refuse to go on while it runs", "conflict"),
        ("Look for one that nobody knows", "not_found"),
        ("Look for one that is no number", "invalid_input"),
        ("Scan another account's", "forbidden"),
        ("Scan again by a scan", "invalid_input"),
        ("Start", "unsupported"),
        ("Cancel", "unsupported"),
    ):
        assert run[task]["error"]["kind"] == kind, task
    again = run["Start it again while it runs"]
    assert (again["changed"], again["reused"], again["scan"]["id"]) == (False, True, again["parent"]["id"])
    # Only what is counted and conclusive passes.
    seen = run["Look at all"]["scans"]
    assert [scan["state"] for scan in seen] == ["completed", "completed", "failed", "failed", "running"]
    assert seen[1]["error"] == "failed checks: Check 1 (31 seconds), Check 2 (31 seconds), Check 3 (31 seconds)"
    blamed = [scan["id"] for scan in seen if any(scan["id"] in reason for reason in run["Judge them"]["reasons"])]
    assert blamed == [scan["id"] for scan in seen[1:]]
    assert run["Let some issues pass"]["passed"]
    assert "sandbox-token" not in run.output
    assert "Traceback" not in run.output


def test_errors_mean_the_same_where_they_are_pages(advalidation):
    run = advalidation({"error_form": "html"})
    error = run["Look for one that nobody knows"]["error"]  # any server may send such a page
    assert (error["kind"], error["http_status"]) == ("rejected", 404)
    assert run["Scan another account's"]["error"]["http_status"] == 403


def test_check_mode_only_reads(advalidation):
    run = advalidation({}, "--check", "--diff")
    assert set(run.methods) == {"GET"}
    assert run["Scan again, and wait"]["scan"]["id"] == "predicted"


def test_reading_many_scans_stays_under_the_rate_limit(play, sandbox):
    sandbox.control("POST", "settings", {"advalidation": {"rate_limit": True, "rate_bucket": 12}})
    made = sandbox.control("POST", "advalidation/scans", {"count": 14, "creative": 4})
    run = play("advalidation/many_scans", api_url=sandbox.api_urls["advalidation"], made=made)
    assert run["Look at all"]["summary"]["total"] == 14
    assert {entry["status"] for entry in run.journal} == {200}
    assert [scan["id"] for scan in run["Look at all"]["scans"]] == [str(one) for one in made]
