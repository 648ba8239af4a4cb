# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One playbook that watches a BigID scan, two Protecto scans, an Advalidation scan and a Glasswall scan."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.one_core

QUICK = {
    "glasswall": {"listing_seconds": 0.2, "processing_seconds": 0.3},
    "bigid": {"queued_seconds": 0.1, "running_seconds": 0.3},
    "protecto": {"pending_seconds": 0.1, "running_seconds": 0.3},
    "advalidation": {"queued_seconds": 0.1, "processing_seconds": 0.2, "analysis_seconds": 0.2},
}
# Every vendor's words for a scan that did not go well, and one that no document has.
BAD = {
    "bigid": ["Failed", "Reticulating"],
    "protecto": ["FAILED", "ERROR", "Reticulating"],
    "advalidation": ["failed", "cancelled", "Reticulating"],
    "glasswall": ["Error", "Errored", "Cancelled", "Unknown", "Reticulating"],
}


@pytest.fixture
def gated(sandbox, play):
    """Run the playbook with these scans: gated({vendor: [a status each, or None for the usual way]}, ...)."""

    def run(scans, **variables):
        sandbox.control("POST", "settings", QUICK)
        watched = []
        for provider, words in scans.items():
            wishes = [{"status": word, "age": 0} for word in words]
            ids = [str(scan_id) for wish in wishes for scan_id in sandbox.control("POST", f"{provider}/scans", wish)]
            watched.append({"provider": provider, "api_url": sandbox.api_urls[provider], "ids": ids})
        return play("several_vendors", watched=watched, **variables)

    return run


def test_all_pass_together(gated):
    run = gated(
        {"bigid": [None], "protecto": [None, None], "advalidation": [None], "glasswall": [None]}, wait_timeout=60
    )
    assert run.rc == 0, run.output
    verdict = run["Judge them together"]
    assert (verdict["passed"], verdict["summary"]["completed"], verdict["reasons"]) == (True, 5, [])


def test_no_failed_scan_of_any_vendor_passes_or_hangs(gated):
    run = gated(BAD, wait_timeout=5, mode="advise")
    assert run.rc == 0, run.output
    verdict = run["Judge them together"]
    total = sum(map(len, BAD.values()))
    assert (verdict["passed"], verdict["summary"]["total"], len(verdict["reasons"])) == (False, total, total)
    assert (verdict["summary"]["failed"], verdict["summary"]["cancelled"]) == (6, 2)


def test_one_bad_scan_closes_the_gate_for_all(gated):
    run = gated({"bigid": ["Completed"], "protecto": ["SUCCESS"], "glasswall": ["Errored"]}, wait_timeout=60)
    assert run.rc != 0
    assert run["Judge them together"]["error"]["kind"] == "gate_closed"
    assert len(run["Judge them together"]["reasons"]) == 1


def test_uncounted_issues_do_not_pass(gated):
    scans = {"advalidation": ["finished"], "glasswall": ["Completed"]}
    run = gated(scans, wait_timeout=60, policy={"max_issues": 100}, mode="advise")
    assert run.rc == 0, run.output
    (reason,) = run["Judge them together"]["reasons"]
    assert reason.endswith(": issues not counted, so max_issues cannot be checked.")
