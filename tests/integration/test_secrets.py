# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No token and no part of a signature is printed, returned, logged or reported, whatever the vendor echoes."""

from __future__ import annotations

import base64
import json
import uuid
from urllib.parse import quote

from fake_connection_string import FORBIDDEN, SAS, SIGNATURE, STORAGE
from sandbox_server import TOKEN

# What any task has to know for a secret.
ECHO = " | ".join(
    [
        STORAGE,
        SAS,
        STORAGE[: STORAGE.index("sig=") + 20],
        quote(STORAGE, safe=""),
        json.dumps({"sourceConnectionString": STORAGE}),
        f"Bearer {TOKEN}",
        quote(TOKEN),
    ]
)
# What only a task can know that was given the connection string.
ECHO_TO_START = " | ".join([ECHO, SIGNATURE, quote(SIGNATURE, safe=""), base64.b64encode(STORAGE.encode()).decode()])


def test_no_part_of_a_secret_is_printed_at_any_verbosity(play, sandbox, tmp_path):
    """In process; test_secrets_of_all_modules.py has the same echoes for modules."""
    refusal = {"errorCode": 101, "message": ECHO_TO_START, "details": ECHO_TO_START}
    echoing = sandbox.seed()
    scan = {
        "scanId": str(uuid.uuid4()),
        "scanStatus": f"Listing {STORAGE}",
        "scanOwner": TOKEN,
        "sourceStorage": SIGNATURE,
        "sourceContainerPath": STORAGE,
        "targetContainerPath": ECHO_TO_START,
    }
    sandbox.fault("POST", "/scans$", {"kind": "status", "code": 400, "body": [refusal]})
    sandbox.fault("POST", "/scans$", {"kind": "status", "code": 200, "body": scan})
    sandbox.fault("GET", echoing, {"kind": "status", "code": 500, "body": [{"message": ECHO}]}, times=2)
    sandbox.fault("GET", echoing, {"kind": "wrong_shape", "body": {"scanId": [ECHO], ECHO: ECHO}}, times=None)

    run = play(
        "secrets",
        "-vvvv",
        "--diff",
        environment={"ANSIBLE_LOG_PATH": str(tmp_path / "ansible.log"), "ANSIBLE_DEBUG": "1"},
        sas=SAS,
        echoing=echoing,
    )

    assert [entry["fault"] for entry in run.journal if entry["method"] == "POST"] == ["status", "status"]
    assert run["Start and get a scan that echoes"]["changed"]  # the diff holds the echo
    assert run["Wait for a scan that echoes"]["timed_out"]
    assert run["Give a secret in the wrong place"]["failed"]
    assert len(run.reports) == 4
    places = {
        "output": run.output,
        "results": json.dumps(run.records),
        "log": (tmp_path / "ansible.log").read_text(),
        "requests": json.dumps(run.journal),
        **{name: text for name, (_written, text) in run.reports.items()},
    }
    for place, text in places.items():
        assert {secret for secret in FORBIDDEN if secret in text} == set(), place
    assert "Traceback" not in run.output
