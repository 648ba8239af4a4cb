# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protecto's scans as a playbook meets them, and nothing of what was sampled."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.one_core

# Short and common ones as well: masked wherever they show, they would blot out ids and states.
SAMPLES = ["zoe.zebra@example.com", "Zanzibar", "1", "a", "completed", "protecto"]
TELLING = ("zoe", "zebra", "Zanzibar")


@pytest.fixture
def protecto(sandbox, play):
    """Run playbooks/protecto/scan.yml: protecto(SETTINGS, *ARGUMENTS, **VARIABLES), on a server that knows nothing."""

    def run(settings, *arguments, **variables):
        sandbox.reset()
        lengths = {"pending_seconds": 0, "running_seconds": 0.5}
        sandbox.control("POST", "settings", {"protecto": {**lengths, **settings}})
        if not settings.get("paths"):
            # The fourth submission is refused.
            body = {"detail": [{"type": "value", "loc": ["body", 0], "msg": "Cannot read Zanzibar", "input": SAMPLES}]}
            fault = {"kind": "status", "code": 422, "body": body}
            sandbox.control("POST", "faults", {"vendor": "protecto", "path": "async$", "skip": 3, "fault": fault})
        api_url = sandbox.api_urls["protecto"]
        return play("protecto/scan", *arguments, api_url=api_url, samples=SAMPLES, **variables)

    return run


def paths(run):
    """The paths that were asked, each once."""
    return list(dict.fromkeys(entry["path"].partition("/api/vault/")[2] for entry in run.journal))


def test_scans_go_from_start_to_verdict_and_no_sampled_value_comes_out(protecto, sandbox, tmp_path):
    log = tmp_path / "ansible.log"
    run = protecto({"echo_input": True}, "-vvvv", "--diff", environment={"ANSIBLE_LOG_PATH": str(log)})

    for task in ("Start it again while it runs", "Start it again while it is fresh"):
        assert (run[task]["changed"], run[task]["reused"]) == (False, True)
    waited = run["Wait for both"]
    assert [scan["state"] for scan in waited["scans"]] == ["failed", "completed"]
    assert waited["requests"] == waited["polls"]
    failed = f"Scan {waited['scans'][0]['id']} failed: The data source could not be read."
    assert run["Judge them"]["reasons"] == [failed]
    assert run["Look for one that nobody knows"]["missing"] == ["nobody"]
    for task in ("Scan again", "Cancel"):
        assert run[task]["error"]["kind"] == "unsupported"
    assert run["Give a sample in the wrong place"]["failed"]
    refused = run["Start one whose refusal quotes a sample"]
    assert (refused["error"]["http_status"], refused["error"]["vendor_errors"][0]["code"]) == (422, "value")
    assert set(run.methods) == {"PUT"}

    assert "zebra" in json.dumps(sandbox.control("GET", "protecto/scans"))  # it was sent, and came back
    for text in (run.output, json.dumps(run.records), log.read_text()):
        assert not [value for value in TELLING if value in text]
        assert "sandbox-token" not in text
        assert "Traceback" not in text


@pytest.mark.parametrize(
    "settings",
    [
        {"paths": "new", "status_key": "request_status", "submit_data": "array", "success_form": "boolean"},
        {"paths": "old", "id_form": "long", "failure_word": "ERROR", "order": "reversed"},
    ],
    ids=["2026", "seed"],
)
def test_what_documents_contradict_each_other_in_makes_no_difference(protecto, settings):
    run = protecto(settings)
    assert [scan["state"] for scan in run["Wait for both"]["scans"]] == ["failed", "completed"]
    old, new = ["data-scan-async", "data-scan-status"], ["data-scan/data-scan-async", "data-scan/status"]
    # Each task finds out for itself, and the newer paths come first. Samples are not sent to find out.
    assert set(paths(run)) == set(new if settings["paths"] == "new" else [*old, new[1]])


def test_check_mode_submits_nothing(protecto):
    run = protecto({}, "--check", "--diff")
    assert run["Start a scan"]["scan"]["id"] == "predicted"
    assert not [path for path in paths(run) if path.endswith("async")]
