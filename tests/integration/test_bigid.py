# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's scans as a playbook meets them. What is polled with a token that expires also runs as modules."""

from __future__ import annotations

import json

import pytest
from playbook_runs import AS_MODULE

pytestmark = pytest.mark.one_core

USER_TOKEN = "sandbox-refresh-token"
SESSION = "eyJ"  # how every session token of the sandbox begins
EXPIRED = {"success": False, "message": "Authentication failed. Failed to authenticate token."}


@pytest.fixture
def bigid(sandbox, play):
    """Run playbooks/bigid/NAME.yml: bigid(NAME, *ARGUMENTS, **VARIABLES)."""

    def run(name, *arguments, **variables):
        api_url = sandbox.api_urls["bigid"]
        return play(f"bigid/{name}", "-vvv", *arguments, api_url=api_url, refresh_token=USER_TOKEN, **variables)

    return run


def settings(sandbox, **changes):
    sandbox.control("POST", "settings", {"bigid": changes})


def seed(sandbox, **wish):
    (scan_id,) = sandbox.control("POST", "bigid/scans", wish)
    return scan_id


def paths(run):
    return [entry["path"].partition("/api/v1/")[2] for entry in run.journal]


@pytest.fixture
def latest(sandbox):
    """The latest scan, which the list does not tell to have ended, and which runs for three more looks."""
    settings(sandbox, parent_scans_state=False)
    seed(sandbox, age=600, scanProfileName="last-week")
    scan_id = seed(sandbox, scanProfileName="weekly")

    def expires(how):
        for fault in ({"kind": "wrong_shape", "body": {"status": True}}, how) * 2:
            rule = {"vendor": "bigid", "path": "/status$", "fault": fault}
            sandbox.control("POST", "faults", rule)
        return scan_id

    return expires


@pytest.mark.parametrize(
    ("how", "way"),
    [
        ({"kind": "status", "code": 401}, AS_MODULE),
        ({"kind": "status", "code": 401}, {}),
        ({"kind": "error_200", "body": EXPIRED}, {}),
    ],
    ids=["HTTP 401 of a module", "HTTP 401", "an error under HTTP 200"],
)
def test_the_latest_scan_is_waited_for_and_judged_though_its_session_expires(bigid, latest, way, how):
    scan_id = latest(how)
    run = bigid("latest", **way)
    (scan,) = run["Wait for the latest scan"]["scans"]
    assert (scan["id"], scan["name"], scan["state"], scan["succeeded"]) == (scan_id, "weekly", "completed", True)
    assert (run.rc, run["Judge it"]["passed"]) == (0, True)
    status = f"scans/{scan_id}/status"
    assert paths(run) == [
        "refresh-access-token",
        "scans/parent-scans",
        status,
        "scans/parent-scans",  # for the lengths of earlier scans
        *[status, "refresh-access-token", status] * 2,
        f"scans/{scan_id}",
        "scans/parent-scans",
    ]
    assert run.journal[1]["query"] == "limit=1"
    for secret in (USER_TOKEN, SESSION):
        assert secret not in run.output
        assert secret not in json.dumps(run.records)


def test_no_scan_that_did_not_complete_passes_or_hangs(sandbox, bigid):
    words = ("Completed", "Failed", "Error", "Aborted", "Cancelled", "Stopped", "Defragmenting")
    made = [seed(sandbox, status=word, age=60 + number) for number, word in enumerate(words)]
    made.append(seed(sandbox, scanProfileName="silent", age=90))
    run = bigid("latest", limit=len(made))
    waited = run["Wait for the latest scan"]
    assert [scan["id"] for scan in waited["scans"]] == made
    assert [scan["state"] for scan in waited["scans"]] == [
        "completed",
        *["failed"] * 3,
        "cancelled",
        *["stopped"] * 3,
    ]
    assert any("Defragmenting" in warning for warning in waited["warnings"])
    judged = run["Judge it"]
    assert judged["error"]["kind"] == "gate_closed"
    assert len(judged["reasons"]) == len(made) - 1


def test_a_profile_that_runs_is_not_started_twice(sandbox, bigid):
    settings(sandbox, parent_scans_shape="list", auth_form="bearer")
    run = bigid("start")
    first, again = run["Start it"], run["Start it again while it runs"]
    assert (first["reused"], again["reused"], again["changed"]) == (False, True, False)
    assert again["scan"]["id"] == first["scan"]["id"]
    another = run["Start another one while it runs"]
    assert another["changed"]
    assert [scan["id"] for scan in run["Look at both"]["scans"]] == [another["scan"]["id"], first["scan"]["id"]]
    assert run.methods.count("POST") == 2


def test_check_mode_starts_nothing(bigid):
    run = bigid("start", "--check")
    assert (run["Start it"]["changed"], run["Start it"]["scan"]["id"]) == (True, "predicted")
    assert set(run.methods) == {"GET"}
