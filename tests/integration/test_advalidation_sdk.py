# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advalidation's own client, the npm package `advalidation`, against the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from npm_package import installed_package
from sandbox_server import TOKEN

pytestmark = pytest.mark.one_core

PROGRAM = Path(__file__).resolve().parent / "programs" / "advalidation_sdk.mjs"
VERSION = "1.3.0"
AT_ONCE = {"queued_seconds": 0, "processing_seconds": 0, "analysis_seconds": 0}
URL = {"url": "https://ads.example.com/issues", "type": "video"}
TAG = {"tag": "<script src='https://ads.example.com/ad.js'></script>", "type": "display"}
ALL_CHECKS = ["Check 1", "Check 2", "Check 3", "Check 4", "Check 5"]


@pytest.fixture(scope="module")
def package_file() -> Path:
    return installed_package("advalidation", VERSION, node=18) / "dist" / "index.js"


@pytest.fixture
def call(sandbox, package_file):
    """Call methods of the client, one after the other: call([METHOD, ARGUMENT...], ...)."""

    def run(*calls, key=TOKEN):
        base_url = sandbox.api_urls["advalidation"].removesuffix("/v2")
        done = subprocess.run(
            ["node", PROGRAM, package_file, json.dumps(calls)],
            env={**os.environ, "ADVALIDATION_BASE_URL": base_url, "ADVALIDATION_API_KEY": key},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def results(outcomes):
    assert all("result" in outcome for outcome in outcomes), outcomes
    return [outcome["result"] for outcome in outcomes]


def settings(sandbox, **changes):
    sandbox.control("POST", "settings", {"advalidation": changes})


def upload(tmp_path):
    file = tmp_path / "issues.zip"
    file.write_bytes(bytes(range(256)))
    return {"file": str(file), "type": "display"}


def test_validate_takes_an_address_a_tag_a_file_and_bytes(call, sandbox, tmp_path):
    settings(sandbox, **AT_ONCE)
    # The client polls after five seconds, or when its time is up.
    more = {"timeout": 50, "details": True}
    file = upload(tmp_path)
    data = {"data": [1, 2, 3], "fileName": "ok.mp4", "spec": "3"}
    by_url, by_tag, by_file, by_bytes = results(
        call(*(["validate", {**one, **more}] for one in (URL, TAG, file, data)))
    )
    assert [(one["passed"], one["issues"]) for one in (by_url, by_tag, by_file, by_bytes)] == [
        (False, 3),
        (True, 0),
        (False, 3),
        (True, 0),
    ]
    for one in (by_url, by_tag, by_file, by_bytes):
        assert [check["name"] for check in one["tests"]] == ALL_CHECKS
        assert one["mediaFiles"] == one["variations"] == []
        assert one["reportUrl"].endswith(f"/{one['creativeId']}")
    # The first check has a threshold in the ad specification, the second has none.
    assert [check["spec"] for check in by_url["tests"][:2]] == ["15 seconds", None]
    assert by_url["tests"][0] == {
        "name": "Check 1",
        "value": 31,
        "valueFormatted": "31 seconds",
        "result": "fail",
        "spec": "15 seconds",
    }
    assert {entry["status"] for entry in sandbox.journal()} == {200}


def test_submit_and_get_results(call, sandbox, tmp_path):
    settings(sandbox, queued_seconds=1000)  # longer than the programs take on a busy machine
    submitted = results(call(*(["submit", one] for one in (URL, TAG, upload(tmp_path)))))
    creatives = [one["creativeId"] for one in submitted]
    in_campaign = results(
        call(["submit", {"url": "https://ads.example.com/ok", "campaign": submitted[0]["campaignId"]}])
    )
    assert in_campaign[0]["campaignId"] == submitted[0]["campaignId"]
    assert [one["status"] for one in results(call(*(["getResults", one] for one in creatives)))] == ["pending"] * 3
    sandbox.control("POST", "clock", {"advance": 2000})
    found = results(call(*(["getResults", one, {"details": True}] for one in creatives)))
    assert [(one["status"], one["issues"], len(one["tests"])) for one in found] == [
        ("finished", 3, 5),
        ("finished", 0, 5),
        ("finished", 3, 5),
    ]
    assert {entry["status"] for entry in sandbox.journal()} == {200}


def test_scans_that_end_otherwise_and_errors(call, sandbox):
    settings(sandbox, **AT_ONCE)
    names = ["error", "cancelled", "stuck"]
    made = results(call(*(["submit", {"url": f"https://a.test/{name}", "type": "display"}] for name in names)))
    states = results(call(*(["getResults", one["creativeId"]] for one in made)))
    assert [one["status"] for one in states] == ["failed", "cancelled", "pending"]
    missing, no_campaign = call(["getResults", 999], ["submit", {"tag": "x", "campaign": 999}])
    assert (missing["error"], missing["status"]) == (no_campaign["error"], no_campaign["status"]) == ("ApiError", 404)
    assert call(["submit", TAG], key="wrong")[0]["error"] == "AuthenticationError"


def test_it_paces_itself_by_the_header(call, sandbox):
    settings(sandbox, **AT_ONCE, rate_limit=True, rate_bucket=3, rate_per_second=1)
    made = results(call(["submit", TAG]))  # four requests, of which the bucket allows three at once
    assert made[0]["creativeId"]
    assert [entry["status"] for entry in sandbox.journal()] == [200] * 4
