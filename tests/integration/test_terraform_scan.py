# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans that a real terraform starts, waits for, imports and destroys."""

from __future__ import annotations

import json
import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest
from fake_connection_string import STORAGE
from sandbox_server import Sandbox
from terraform_runs import (
    CHANGES,
    REQUIRED_PROVIDERS,
    TERRAFORM_MARKS,
    Terraform,
    make_provider,
    provider_block,
)

pytestmark = TERRAFORM_MARKS

ADDRESS = "datascan_scan.this"
STORAGES = {"sas": STORAGE, "renewed": STORAGE.replace("2099", "2098"), "other": STORAGE.replace("acct", "second")}
TARGETS = {
    "glasswall": """{
    source_connection_string      = var.storage
    source_container_path         = "CONTAINER"
    destination_connection_string = var.storage
    target_container_path         = "clean"
    quarantine_container_path     = "quarantine"
  }""",
    "bigid": '{ scan_profile = "CONTAINER" }',
    "protecto": """{
    objects = [{
      data_source_name = "salesforce"
      object_name      = ["crm", "public", "CONTAINER"]
      data_samples     = [{ column_name = "email", samples = ["jo@example.com"] }]
    }]
  }""",
}
# Whole seconds would let a start look for others until its second is over.
SHORT = {
    "glasswall": {"listing_seconds": 0.1, "processing_seconds": 0.1, "time_fraction": True},
    "bigid": {"queued_seconds": 0.1, "running_seconds": 0.1},
    "protecto": {"pending_seconds": 0.1, "running_seconds": 0.1},
}
HOUR = 3600


def configuration(
    sandbox: Sandbox, more: str = "", vendor: str = "glasswall", container: str = "uploads", storage: str = "sas"
) -> str:
    """A configuration with one scan, and more attributes of it."""
    target = TARGETS[vendor].replace("CONTAINER", container)
    return f"""{REQUIRED_PROVIDERS}{provider_block(sandbox, vendor)}
variable "storage" {{
  default   = {json.dumps(STORAGES[storage])}
  ephemeral = true
}}
resource "datascan_scan" "this" {{
  wait_interval = 0.1
  {vendor} = {target}
  {more}
}}
"""


def state_of(terraform: Terraform) -> dict[str, t.Any]:
    """The attributes of the scan."""
    return terraform.show_state()[ADDRESS]


def make_long(sandbox: Sandbox) -> None:
    """Let every scan from now on take an hour."""
    sandbox.settings(listing_seconds=0.1, processing_seconds=HOUR, time_fraction=True)


@pytest.mark.parametrize("vendor", sorted(TARGETS))
def test_a_scan_is_planned_started_found_unchanged_imported_and_destroyed(
    terraform: Terraform, sandbox: Sandbox, vendor: str
) -> None:
    sandbox.control("POST", "settings", SHORT)
    terraform.write(configuration(sandbox, vendor=vendor))
    assert terraform.plan().rc == CHANGES

    applied = terraform.apply()
    assert applied.rc == 0, applied.output
    state = state_of(terraform)
    assert (state["state"], state["reused"], state["wait_pending"]) == ("completed", False, False)
    planned = terraform.plan()
    assert planned.rc == 0, planned.output
    starts = len(sandbox.control("GET", f"{vendor}/scans"))

    terraform.run("state", "rm", ADDRESS)
    imported = terraform.run("import", ADDRESS, state["id"])
    assert imported.rc == 0, imported.output
    planned = terraform.plan()
    assert "0 to add, 1 to change, 0 to destroy" in planned.text, planned.output
    assert terraform.apply().rc == 0
    assert terraform.plan().rc == 0
    assert {**state_of(terraform), "reused": False} == {**state, "name": state_of(terraform)["name"]}

    assert terraform.destroy().rc == 0
    assert terraform.show_state() == {}
    assert len(sandbox.control("GET", f"{vendor}/scans")) == starts


def test_only_another_source_or_target_makes_another_scan(terraform: Terraform, sandbox: Sandbox) -> None:
    sandbox.settings(**SHORT["glasswall"])
    terraform.write(configuration(sandbox))
    assert terraform.apply().rc == 0
    first = state_of(terraform)["id"]

    terraform.write(configuration(sandbox, storage="renewed"))
    planned = terraform.plan()
    assert planned.rc == 0, planned.output  # another signature of the same account

    terraform.write(configuration(sandbox, container="/uploads/"))
    planned = terraform.plan()
    assert "0 to add, 1 to change, 0 to destroy" in planned.text, planned.output
    assert terraform.apply().rc == 0
    assert state_of(terraform)["id"] == first
    assert terraform.plan().rc == 0

    for change in ({"container": "other"}, {"storage": "other"}):
        terraform.write(configuration(sandbox, **change))
        planned = terraform.plan()
        assert '"acct.blob.core.windows.net/uploads" ->' in planned.text, planned.output
        assert "# forces replacement" in planned.text
        assert "1 to add, 0 to change, 1 to destroy" in planned.text
    assert terraform.apply().rc == 0
    assert state_of(terraform)["source"] == "second.blob.core.windows.net/uploads"
    assert terraform.plan().rc == 0


def test_a_failed_scan_fails_the_apply_and_the_next_apply_starts_another(
    terraform: Terraform, sandbox: Sandbox
) -> None:
    sandbox.settings(**SHORT["glasswall"])
    terraform.write(configuration(sandbox, container="uploads/error"))
    applied = terraform.apply()
    assert applied.rc == 1
    assert "Error: The scan did not complete" in applied.text
    failed = state_of(terraform)
    assert (failed["state"], failed["wait_pending"]) == ("failed", False)
    assert terraform.is_tainted(ADDRESS)

    assert terraform.apply().rc == 1
    assert state_of(terraform)["id"] != failed["id"]
    assert len(sandbox.scans()) == 2

    terraform.run("untaint", ADDRESS)  # as if it had failed after its creation
    planned = terraform.plan()
    assert '~ state = "failed" -> (known after apply) # forces replacement' in planned.text, planned.output


@pytest.mark.parametrize("ends_in_between", [False, True])
def test_a_wait_that_timed_out_is_continued_by_the_next_apply(
    terraform: Terraform, sandbox: Sandbox, ends_in_between: bool
) -> None:
    """The error taints the resource, so that Terraform replaces it: nothing is cancelled, and nothing is started."""
    make_long(sandbox)
    terraform.write(configuration(sandbox, "wait_timeout = 1"))
    applied = terraform.apply()
    assert applied.rc == 1
    assert "Error: The scan has not finished in time" in applied.text
    assert "and the next apply waits again." in applied.text
    state = state_of(terraform)
    assert (state["state"], state["wait_pending"], terraform.is_tainted(ADDRESS)) == ("running", True, True)

    if ends_in_between:
        sandbox.control("POST", "clock", {"advance": 2 * HOUR})
    applied = terraform.apply()
    again = state_of(terraform)
    assert (again["id"], again["reused"]) == (state["id"], False)
    assert [scan["scanStatus"] for scan in sandbox.scans()] == ["Completed" if ends_in_between else "Processing"]
    assert applied.rc == (0 if ends_in_between else 1), applied.output
    if ends_in_between:
        assert (again["state"], again["wait_pending"], terraform.is_tainted(ADDRESS)) == ("completed", False, False)
        assert terraform.plan().rc == 0


def test_destroying_cancels_only_the_resource_s_own_scan(terraform: Terraform, sandbox: Sandbox) -> None:
    sandbox.settings(listing_seconds=HOUR, time_fraction=True)
    terraform.write(configuration(sandbox, "wait = false"))
    assert terraform.apply().rc == 0
    assert state_of(terraform)["state"] == "running"
    other = Terraform(terraform.folder.parent / "other", make_provider)
    other.write(configuration(sandbox, "wait = false"))
    assert other.apply().rc == 0
    assert (state_of(other)["id"], state_of(other)["reused"]) == (state_of(terraform)["id"], True)

    assert other.destroy().rc == 0
    assert [scan["scanStatus"] for scan in sandbox.scans()] == ["Listing"]
    assert terraform.destroy().rc == 0
    assert [scan["scanStatus"] for scan in sandbox.scans()] == ["Cancelled"]


def test_a_scan_that_is_too_late_to_cancel_is_left_with_a_warning(terraform: Terraform, sandbox: Sandbox) -> None:
    make_long(sandbox)
    terraform.write(configuration(sandbox, "wait = false"))
    assert terraform.apply().rc == 0
    sandbox.control("POST", "clock", {"advance": 10})
    destroyed = terraform.destroy()
    assert destroyed.rc == 0
    assert "Warning: The scan goes on" in destroyed.text
    assert "can no longer be cancelled" in destroyed.text


def test_another_trigger_cancels_the_scan_and_starts_another(terraform: Terraform, sandbox: Sandbox) -> None:
    sandbox.settings(listing_seconds=HOUR, time_fraction=True)
    for version in ("1", "2"):
        terraform.write(configuration(sandbox, f'wait = false\n  triggers = {{ version = "{version}" }}'))
        assert terraform.apply().rc == 0
    assert sorted(scan["scanStatus"] for scan in sandbox.scans()) == ["Cancelled", "Listing"]
    assert state_of(terraform)["reused"] is False


def test_a_scan_of_earlier_triggers_is_never_the_one_of_the_new_triggers(
    terraform: Terraform, sandbox: Sandbox
) -> None:
    """Neither while it still runs, too late to be cancelled, nor when it has completed a moment ago."""
    make_long(sandbox)
    terraform.write(configuration(sandbox, 'wait = false\n  triggers = { version = "1" }'))
    assert terraform.apply().rc == 0
    old = state_of(terraform)["id"]
    sandbox.control("POST", "clock", {"advance": 10})
    terraform.write(configuration(sandbox, 'fresh_for = 86400\n  triggers = { version = "2" }'))
    for _time in range(2):
        applied = terraform.apply()
        assert applied.rc == 1, applied.output
        assert "Error: The scan of the earlier triggers still runs" in applied.text
        assert (state_of(terraform)["id"], state_of(terraform)["triggers"]) == (old, {"version": "1"})
    assert len(sandbox.scans()) == 1

    sandbox.control("POST", "clock", {"advance": 2 * HOUR})
    sandbox.settings(**SHORT["glasswall"])
    applied = terraform.apply()
    assert applied.rc == 0, applied.output
    state = state_of(terraform)
    assert (state["id"] != old, state["reused"], state["triggers"]) == (True, False, {"version": "2"})


def test_a_scan_that_no_search_found_is_found_by_the_next_apply_although_it_has_ended(
    terraform: Terraform, sandbox: Sandbox
) -> None:
    make_long(sandbox)
    sandbox.fault("POST", "/scans$", {"kind": "reset_after"})
    sandbox.fault("GET", "/scans$", {"kind": "status", "code": 403}, skip=1, times=None)
    terraform.write(configuration(sandbox))
    applied = terraform.apply()
    assert applied.rc == 1
    assert "Error: It is not known whether a scan was started" in applied.text, applied.output
    assert (state_of(terraform)["id"], state_of(terraform)["wait_pending"]) == (None, True)

    sandbox.control("DELETE", "faults")
    sandbox.control("POST", "clock", {"advance": 2 * HOUR})
    applied = terraform.apply()
    assert applied.rc == 0, applied.output
    assert [scan["scanId"] for scan in sandbox.scans()] == [state_of(terraform)["id"]]
    assert terraform.plan().rc == 0


def test_a_target_that_only_the_apply_knows_starts_no_second_scan(terraform: Terraform, sandbox: Sandbox) -> None:
    """As where a connection string holds the time of the apply."""
    sandbox.settings(**SHORT["glasswall"])
    expiry = 'formatdate("YYYY-MM-DD", timeadd(timestamp(), "87600h"))'
    at_apply = configuration(sandbox).replace("= var.storage", f'= replace(var.storage, "2099-01-01", {expiry})')
    terraform.write(at_apply)
    for _time in range(2):
        applied = terraform.apply()
        assert applied.rc == 0, applied.output
    assert "# forces replacement" in applied.text
    assert len(sandbox.scans()) == 1

    terraform.write(at_apply.replace("://acct", "://second"))
    applied = terraform.apply()
    assert applied.rc == 0, applied.output
    assert state_of(terraform)["source"] == "second.blob.core.windows.net/uploads"
    assert len(sandbox.scans()) == 2


def test_two_applies_at_the_same_moment_end_with_one_scan(terraform: Terraform, sandbox: Sandbox) -> None:
    sandbox.settings(listing_seconds=12, processing_seconds=0.1)  # the second apply begins meanwhile
    folders = [terraform, Terraform(terraform.folder.parent / "other", make_provider)]
    for one in folders:
        one.write(configuration(sandbox))
    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(Terraform.apply, folders))
    assert [run.rc for run in runs] == [0, 0], runs
    states = [state_of(one) for one in folders]
    assert states[0]["id"] == states[1]["id"]
    assert sorted(state["reused"] for state in states) == [False, True]
    assert [scan["scanStatus"] for scan in sandbox.scans() if scan["scanStatus"] != "Cancelled"] == ["Completed"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("2099", "2001"), "glasswall.source_connection_string would be refused: it expired at 2001"),
        (("glasswall = {", 'bigid = { scan_profile = "a" }\n  glasswall = {'), "Exactly one of bigid, glasswall"),
        (('vendor = "glasswall"', 'vendor = "bigid"'), "glasswall is set, but vendor of the provider is bigid."),
        (('vendor = "glasswall"', 'vendor = "glasswal"'), "vendor must be advalidation, bigid, glasswall or"),
        (("# more", 'if_active = "resue"'), "if_active must be reuse, fail or start, not 'resue'."),
        (("# more", "wait_timeout = -1"), "wait_timeout must be 0 or more seconds."),
        (("# more", "fresh_for = 1.5"), "fresh_for must be a whole number."),
        (('api_token = "sandbox-token"', 'api_token = ""'), "api_token is missing: set it, or the environment"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_what_cannot_work_is_refused_at_its_attribute_before_anything_is_sent(
    terraform: Terraform, sandbox: Sandbox, change: tuple[str, str], message: str
) -> None:
    terraform.write(configuration(sandbox, "# more").replace(*change))
    sandbox.forget()
    planned = terraform.plan()
    assert planned.rc == 1
    assert message in planned.text, planned.output
    assert " on main.tf line " in planned.text  # Terraform shows the attribute's line
    assert [entry for entry in sandbox.journal() if not entry["path"].startswith("/_control")] == []


WAIT = """
resource "datascan_wait" "this" {
  scan_ids     = [datascan_scan.this.id]
  wait_timeout  = 20
  wait_interval = 0.1
}
output "states" { value = datascan_wait.this.scans[*].state }
"""


def test_a_wait_is_saved_only_when_all_scans_have_completed(terraform: Terraform, sandbox: Sandbox) -> None:
    sandbox.control("POST", "settings", SHORT)
    terraform.write(configuration(sandbox, "wait = false", "protecto", container="error") + WAIT)
    applied = terraform.apply()
    assert applied.rc == 1
    assert "Error: The scans have not all completed" in applied.text
    assert [*terraform.show_state()] == [ADDRESS]
    failed = state_of(terraform)["id"]

    terraform.write(configuration(sandbox, "wait = false", "protecto", container="contacts") + WAIT)
    applied = terraform.apply()
    assert applied.rc == 0, applied.output
    assert state_of(terraform)["id"] != failed
    assert terraform.outputs() == {"states": ["completed"]}
    planned = terraform.plan()
    assert planned.rc == 0, planned.output
