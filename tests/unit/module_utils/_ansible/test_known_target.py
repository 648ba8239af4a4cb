# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task that did not start a scan masks the secrets of the start's options, where the vendor repeats them."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
import yaml
from glasswall_script import SAS, SCAN_ID, TARGET, read_response
from module_specs import ROOT, SPECS
from scripted_module import ScriptedModule
from scripted_vendor import Expected

SIGNATURE = "c2lnbmF0dXJlIG9mIG5vYm9keQ=="
OTHER = SAS.replace("ZmFrZQ%3D%3D", "c2lnbmF0dXJlIG9mIG5vYm9keQ%3D%3D")
GIVEN = {**TARGET, "destination_connection_string": OTHER}
READERS = sorted(name for name, spec in SPECS.items() if "target" in spec.options)
EXTRA: dict[str, dict[str, t.Any]] = {"scan_wait": {"wait_timeout": 60}}


def read(name: str, **options: t.Any) -> dict[str, t.Any]:
    answer = read_response("Completed", scanOwner=f"me ({SIGNATURE})", sourceContainerPath=OTHER[60:])
    return ScriptedModule(name, answer, scan_ids=[SCAN_ID], **EXTRA.get(name, {}), **options).run()


@pytest.mark.parametrize("name", ["scan_status", "scan_wait", "scan_cancel"])
def test_a_secret_of_the_start_is_masked_in_a_later_task(name: str) -> None:
    result = read(name, target=GIVEN)
    assert result["scans"][0]["owner"].startswith("me (********")
    assert SIGNATURE[:8] not in json.dumps(result)


def test_it_is_converted_as_the_start_converts_it() -> None:
    """Ansible converts `auto_rescan: "yes"`, and a dictionary that is written as JSON."""
    result = read("scan_status", target=json.dumps({**GIVEN, "auto_rescan": "yes", "quarantine_container_path": 7}))
    assert result["scans"][0]["owner"].startswith("me (********")


@pytest.mark.parametrize("wrong", [{"glasswall": GIVEN}, {"source_connection_string": OTHER}, {"x": OTHER}])
def test_another_dictionary_is_refused_and_nothing_of_it_is_quoted(wrong: dict[str, t.Any]) -> None:
    """The secrets of another dictionary would not be found."""
    result = ScriptedModule("scan_wait", scan_ids=[SCAN_ID], target=wrong).run()
    assert result["error"]["kind"] == "invalid_input"
    assert result["msg"].startswith("target is not what scan_start takes as glasswall: set it to")
    assert SIGNATURE[:8] not in json.dumps(result)


def test_a_sample_of_the_start_is_withheld_in_a_later_task() -> None:
    samples = [{"column_name": "email", "samples": ["ann.smith"]}]
    objects = [{"data_source_name": "salesforce", "object_name": ["people"], "data_samples": samples}]
    record = {"tracking_id": "7", "status": "FAILED", "error_msg": "Cannot read Ann Smith, ann.smith is odd."}
    answer = Expected("PUT", "/api/v1/data-scan/status", answer={"data": [record], "success": "true"}, body=["7"])
    module = ScriptedModule("scan_status", answer, provider="protecto", scan_ids=["7"], target={"objects": objects})
    (scan,) = module.run()["scans"]
    assert (scan["state"], "reason withheld" in scan["error"]) == ("failed", True)


def test_a_vendor_that_starts_nothing_has_no_target() -> None:
    result = ScriptedModule("scan_wait", scan_ids=["1"], target={"x": "y"}, provider="advalidation").run()
    assert result["error"]["kind"] == "unsupported"


def test_every_module_that_reads_scans_takes_it_and_hides_it() -> None:
    assert READERS == ["scan_cancel", "scan_rescan", "scan_status", "scan_wait"]
    assert all(SPECS[name].options["target"]["no_log"] for name in READERS)


def test_the_role_hands_it_on_to_the_task_that_waits() -> None:
    tasks = yaml.safe_load((ROOT / "roles" / "gate" / "tasks" / "judge.yml").read_text())
    (wait,) = [task["datascan.gate.scan_wait"] for task in tasks if "datascan.gate.scan_wait" in task]
    assert "__datascan_target" in wait["target"]
    text = (ROOT / "roles" / "run_scan" / "tasks" / "main.yml").read_text()
    given = text.partition("__datascan_target:")[2].partition("# end of")[0]
    started = re.findall(r"run_scan_(\w+) . default\(omit", text.partition("targets\n")[2].partition("# end of")[0])
    assert started and all(f"run_scan_{name} | default({{}}, true)" in given for name in started)


def test_a_session_token_is_known_by_its_form() -> None:
    """Another task got the session token, so this task knows only its form."""
    token = "eyJhbGciOiJub25lIn0.eyJ1c2VyIjoiYW5uIn0.c2lnbmF0dXJl"
    result = ScriptedModule("scan_status", read_response("Completed", scanOwner=f"{token}!"), scan_ids=[SCAN_ID]).run()
    assert result["scans"][0]["owner"] == "********!"
