# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module and role, well and badly, as loud as Ansible can be: no secret of any vendor is printed or written."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from playbook_runs import AS_MODULE
from sandbox_server import TOKEN
from secret_forms import echoes, files_below, forms, leaks, parts

REFRESH = "sandbox-refresh-token"
SESSION = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0."  # how every session token of the sandbox begins
SCAN_KEY = "scan-secret-"  # how the secret of every scan of the sandbox's BigID begins
WRONG = "wr0ng+t0ken/that=nobody&knows"
SIGNATURE = "Tm8gc2VjcmV0OiBhIHRlc3Q+PyBzaWduYXR1cmU="  # says that it is none
KEY = "QW4gYWNjb3VudCBrZXkgb2Ygbm9ib2R5Pz8+"
ACCOUNT = f"BlobEndpoint=https://acct.blob.core.windows.net/;AccountKey={KEY}"
SAS = (
    "sv=2022-11-02&ss=b&srt=sco&sp=rwlc&st=2022-01-01T00:00:00Z&se=2099-01-01T00:00:00Z&spr=https"
    f"&sig={quote(SIGNATURE, safe='')}"
)
STORAGE = f"BlobEndpoint=https://acct.blob.core.windows.net/;SharedAccessSignature={SAS}"
SAMPLES = ["zoe.zebra@example.com", "Zanzibar-47"]
FORBIDDEN = {SESSION, SCAN_KEY}.union(
    *(forms(secret) for secret in (TOKEN, REFRESH, WRONG, SIGNATURE, KEY, STORAGE, ACCOUNT, *SAMPLES)),
    *(parts(secret) for secret in (SIGNATURE, KEY, quote(SIGNATURE, safe=""), "zoe.zebra", "Zanzibar-47")),
)
# A task knows only its own secrets; of all others it knows the form.
TERMINAL = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\n\x00\u202e"  # what would steer one
KNOWN_BY_FORM = f"{TERMINAL}{STORAGE} {quote(STORAGE, safe='')} Bearer {TOKEN}"
ECHO = echoes(TOKEN) + KNOWN_BY_FORM
# Vendor, method, path, how many requests pass before, and what the next one gets.
FAULTS = [
    ("protecto", "PUT", "async$", 1, {"kind": "status", "code": 422, "body": {"detail": f"{ECHO} Zanzibar-47"}}),
    ("protecto", "PUT", "async$", 1, {"kind": "reset_after"}),
    ("bigid", "GET", "/status$", 0, {"kind": "status", "code": 500, "body": {"error": echoes(REFRESH)}}),
    ("bigid", "GET", "token$", 2, {"kind": "status", "code": 401, "body": {"error": echoes(REFRESH)}}),
    ("bigid", "GET", "clusters$", 4, {"kind": "status", "code": 500, "body": {"error": echoes(REFRESH)}}),
    ("bigid", "GET", "similar$", 4, {"kind": "status", "code": 400, "body": {"error": echoes(REFRESH)}}),
    ("advalidation", "GET", "creatives/2", 0, {"kind": "status", "code": 403, "body": {"error": ECHO}}),
    ("glasswall", "POST", "/scans$", 0, {"kind": "reset_after"}),
    ("glasswall", "POST", "/scans$", 1, {"kind": "status", "code": 412, "body": [{"message": ECHO}]}),
]


@pytest.mark.parametrize("way", ["in_process", "module"])
def test_nothing_of_any_secret_comes_out_however_loud_ansible_is(play, sandbox, tmp_path, tmp_path_factory, way):
    sandbox.settings(listing_seconds=0, processing_seconds=0)
    more = {"protecto": {"echo_input": True}, "bigid": {"catalogue_columns": 25}}
    sandbox.control("POST", "settings", more)
    given = {
        "completed": sandbox.seed(sourceContainerPath=TERMINAL, scanOwner=TERMINAL),
        "echoing": sandbox.seed("Listing"),
    }
    for vendor, method, path, skip, fault in FAULTS:
        rule = {"vendor": vendor, "method": method, "path": path, "skip": skip, "fault": fault}
        sandbox.control("POST", "faults", rule)
    for method in ("DELETE", "PATCH"):
        sandbox.fault(
            method, given["echoing"], {"kind": "status", "code": 400, "body": [{"message": ECHO}]}, times=None
        )
    sandbox.fault("GET", given["echoing"], {"kind": "wrong_shape", "body": {"scanOwner": ECHO}}, skip=2, times=None)
    # As modules, each task takes a process, so the roles are left out: they are nothing but these tasks.
    less = {"ends": [], "formats": ["csv", "csv", "csv"], **AS_MODULE}

    run = play(
        "secrets_of_all",
        "-vvvv",
        "--diff",
        environment={
            "ANSIBLE_LOG_PATH": str(tmp_path / "ansible.log"),
            "ANSIBLE_DEBUG": "1",
            "DATASCAN_REFRESH_TOKEN": REFRESH,
        },
        sas=SAS,
        account=ACCOUNT,
        samples=SAMPLES,
        token=TOKEN,
        wrong_token=WRONG,
        api_urls=sandbox.api_urls,
        **given,
        **({"ends": ["well", "badly"], "formats": ["csv", "json", "ndjson"]} if way == "in_process" else less),
    )

    places = {"output": run.output, "records": json.dumps(run.records), "requests": json.dumps(run.journal)}
    places |= files_below(tmp_path, "variables.json")
    for path in tmp_path_factory.getbasetemp().glob("sandbox*/out.txt"):
        places[path.parent.name] = path.read_text()
    assert {"ansible.log", "reports/gate.md", "reports/columns.csv"} <= set(places)
    assert way == "module" or {"reports/badly.html", "reports/well.html", "reports/well.csv"} <= set(places)
    assert {place: found for place, text in places.items() if (found := leaks(text, FORBIDDEN))} == {}
    assert "Traceback" not in run.output
    assert not set(run.output + places["ansible.log"]) & set("\x00\x07\x1b\x9b\r")
    assert {entry["fault"] for entry in run.journal} >= {"status", "reset_after", "wrong_shape"}
