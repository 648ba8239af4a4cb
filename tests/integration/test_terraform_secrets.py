# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is in a state, a backup, a plan, a log or a message of Terraform, whatever a vendor echoes."""

from __future__ import annotations

import json
import typing as t
import uuid
import zipfile
from pathlib import Path

import pytest
from sandbox_server import TOKEN, Sandbox
from secret_forms import echoes, files_below, leaks
from terraform_provider_datascan.installation import Installation, host_platform
from terraform_provider_datascan.version import VERSION
from terraform_runs import REQUIRED_PROVIDERS, TERRAFORM_MARKS, Terraform
from test_secrets_of_all_modules import ECHO, FORBIDDEN, REFRESH, SAMPLES, SIGNATURE, STORAGE

pytestmark = TERRAFORM_MARKS
ECHO_TO_START = f"{ECHO} {echoes(STORAGE, SIGNATURE)}"  # what only a call can know that got the connection string
COMMANDS = ["##vso[task.setvariable variable=deploy]yes", "##[error]x", "::error::x", "::set-output name=deploy::yes"]
VARIABLE = 'variable "storage" {\n  type      = string\n  ephemeral = true\n}\n'
UPLOADS = """
resource "datascan_scan" "uploads" {
  glasswall = {
    source_connection_string      = var.storage
    source_container_path         = "uploads"
    destination_connection_string = var.storage
    target_container_path         = "clean"
    quarantine_container_path     = "quarantine"
  }
  wait = false
}
"""
REFUSED = UPLOADS.replace('"uploads"', '"refused"').replace("wait = false", "depends_on = [datascan_scan.uploads]")


DATA = """
data "datascan_scan" "echoing" {
  id = "ID"
}

data "datascan_gate" "uploads" {
  scan_ids   = [datascan_scan.uploads.id, "ID"]
  policy     = { max_issues = 0 }
  depends_on = [datascan_scan.uploads]
}

output "echo" {
  value = [data.datascan_scan.echoing, data.datascan_gate.uploads.message]
}
"""


class Places:
    """Everything that Terraform prints and writes, by where it stands."""

    def __init__(self, terraform: Terraform) -> None:
        self._terraform = terraform
        self._printed: dict[str, str] = {}

    def run(self, *arguments: str, **environment: str) -> str:
        """Run a command, and keep what it prints."""
        run = self._terraform.run(*arguments, **environment)
        self._printed[f"{len(self._printed)} {' '.join(arguments)}: {run.rc}"] = run.output
        return run.output

    def all(self) -> dict[str, str]:
        """With every file of the plans, which are archives."""
        files = files_below(self._terraform.folder, "main.tf")
        for path in self._terraform.folder.rglob("*.tfplan"):
            with zipfile.ZipFile(path) as archive:
                files |= {
                    f"{path.name}/{name}": archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
                }
        return {**self._printed, **files}

    def leaks(self) -> dict[str, set[str]]:
        """The places that have a secret."""
        return {place: found for place, text in self.all().items() if (found := leaks(text, FORBIDDEN))}


def provider(sandbox: Sandbox, vendor: str) -> str:
    """A provider whose token is in the environment."""
    return (
        f'provider "datascan" {{\n  vendor  = "{vendor}"\n  api_url = "{sandbox.api_urls[vendor]}"\n  retries = 0\n}}\n'
    )


def add_fault(sandbox: Sandbox, vendor: str, method: str, path: str, fault: dict[str, t.Any], **more: t.Any) -> None:
    rule = {"vendor": vendor, "method": method, "path": path, "fault": fault, **more}
    sandbox.control("POST", "faults", rule)


def test_nothing_of_any_secret_comes_out_however_loud_terraform_is(sandbox: Sandbox, tmp_path: Path) -> None:
    """With the provider as Terraform starts it, so that its log and Terraform's are one."""
    terraform = Terraform(tmp_path / "terraform", TF_VAR_storage=STORAGE, DATASCAN_API_TOKEN=TOKEN)
    Installation(f"{terraform.environment['HOME']}/.terraform.d/plugins", host_platform(), VERSION).install()
    terraform.environment |= {"TF_LOG": "TRACE", "TF_LOG_PATH": str(terraform.folder / "trace.log")}
    places = Places(terraform)
    echoing = sandbox.seed(scanOwner=ECHO, sourceContainerPath=ECHO)
    data = DATA.replace("ID", echoing)
    terraform.write(REQUIRED_PROVIDERS + provider(sandbox, "glasswall") + VARIABLE + UPLOADS + REFUSED + data)
    refusal = [{"errorCode": 101, "message": ECHO_TO_START, "details": ECHO_TO_START}]
    scan = {
        "scanId": str(uuid.uuid4()),
        "scanStatus": f"Listing {STORAGE}",
        "scanOwner": ECHO_TO_START,
        "sourceStorage": "acct.blob.core.windows.net",
        "sourceContainerPath": "uploads",
        "targetStorage": "acct.blob.core.windows.net",
        "targetContainerPath": "clean",
    }
    add_fault(sandbox, "glasswall", "POST", "/scans$", {"kind": "status", "code": 200, "body": scan})
    add_fault(sandbox, "glasswall", "POST", "/scans$", {"kind": "status", "code": 400, "body": refusal})
    # A refresh and a destroy do not get the connection string, so they know a secret by its form only.
    refusal = [{"errorCode": 101, "message": ECHO, "details": ECHO}]
    for method in ("GET", "DELETE"):
        fault = {"kind": "status", "code": 400, "body": refusal}
        add_fault(sandbox, "glasswall", method, str(scan["scanId"]), fault, times=None)

    assert "has been successfully initialized" in places.run("init")
    places.run("plan", "-out", "first.tfplan")
    applied = places.run("apply", "first.tfplan")
    assert "No scan was started" in applied
    assert terraform.show_state()["datascan_scan.uploads"]["id"] == scan["scanId"]
    assert terraform.show_state()["data.datascan_gate.uploads"]["passed"] is False
    assert "The scan cannot be read" in places.run("plan")
    places.run("destroy", "-auto-approve", "-refresh=false")

    assert places.leaks() == {}
    found = places.all()
    assert {"trace.log", "terraform.tfstate", "terraform.tfstate.backup", "first.tfplan/tfplan"} <= set(found)
    assert "terraform-provider-datascan_v" in found["trace.log"]
    assert not set(applied) & set("\x00\x07\x1b\x9b\r")


TARGETS = {
    "bigid": 'bigid = {\n    scan_profile = "nightly"\n  }',
    "protecto": """protecto = {
    objects = [{
      data_source_name = "salesforce"
      object_name      = ["crm", "contacts"]
      data_samples     = [{ column_name = "zoe", samples = var.samples }]
    }]
  }""",
}


STARTS = {"bigid": ("POST", "/scans$"), "protecto": ("PUT", "async$")}


@pytest.mark.parametrize("vendor", sorted(TARGETS))
def test_no_token_and_no_sampled_value_is_stored_or_printed(
    terraform: Terraform,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    vendor: str,
) -> None:
    token = {"bigid": REFRESH}.get(vendor, TOKEN)
    monkeypatch.setenv("DATASCAN_REFRESH_TOKEN" if vendor == "bigid" else "DATASCAN_API_TOKEN", token)
    echo = f"{ECHO} {echoes(token)}"
    if vendor == "protecto":
        sandbox.control("POST", "settings", {"protecto": {"echo_input": True}})
        echo = f"{echo} {' '.join(SAMPLES)}"
    method, path = STARTS[vendor]
    refusal = {"kind": "status", "code": 422, "body": {"detail": echo, "error": echo}}
    add_fault(sandbox, vendor, method, path, refusal, times=None)
    scan = f'resource "datascan_scan" "one" {{\n  {TARGETS[vendor]}\n}}\n'
    variable = 'variable "samples" {\n  type      = list(string)\n  ephemeral = true\n}\n'
    terraform.write(REQUIRED_PROVIDERS + provider(sandbox, vendor) + variable + scan)
    terraform.environment |= {"TF_VAR_samples": json.dumps(SAMPLES), "TF_LOG": "TRACE"}
    terraform.environment |= {"TF_LOG_PATH": str(terraform.folder / "trace.log")}
    places = Places(terraform)
    assert "No scan was started" in places.run("apply", "-auto-approve")
    sandbox.control("DELETE", "faults")
    places.run("plan", "-out", "one.tfplan")
    places.run("show", "-json", "one.tfplan")
    assert "Apply complete" in places.run("apply", "one.tfplan")
    places.run("show", "-json")
    places.run("plan")
    assert places.leaks() == {}
    assert terraform.show_state()["datascan_scan.one"]["state"] == "completed"


def test_a_fault_of_the_provider_itself_shows_nothing(
    terraform: Terraform,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATASCAN_API_TOKEN", TOKEN)
    terraform.environment["TF_VAR_storage"] = STORAGE
    terraform.write(REQUIRED_PROVIDERS + provider(sandbox, "glasswall") + VARIABLE + UPLOADS)

    def fail(*_arguments: t.Any, **_more: t.Any) -> t.NoReturn:
        raise ZeroDivisionError(ECHO_TO_START)

    monkeypatch.setattr("terraform_provider_datascan.resources.scan.start_scan", fail)
    places = Places(terraform)
    assert "ZeroDivisionError" in places.run("apply", "-auto-approve")
    assert places.leaks() == {}
    log = capfd.readouterr().err
    assert "ZeroDivisionError" in log
    assert leaks(log, FORBIDDEN) == set()


def test_no_text_of_a_vendor_commands_a_ci_server_or_a_terminal(
    terraform: Terraform,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Terraform prints a text of several lines as lines, and every text as it is."""
    monkeypatch.setenv("DATASCAN_API_TOKEN", TOKEN)
    text = "\n".join(["\x1b[2J", *COMMANDS])
    echoing = sandbox.seed("Error", scanOwner=text, sourceContainerPath=text, errors=[{"message": text}])
    data = DATA.replace("ID", echoing).replace("datascan_scan.uploads.id, ", "")
    data = data.replace("  depends_on = [datascan_scan.uploads]\n", "")
    refused = sandbox.seed()
    refusal = {"kind": "status", "code": 400, "body": [{"errorCode": 101, "message": text}]}
    add_fault(sandbox, "glasswall", "GET", refused, refusal, times=None)
    terraform.write(REQUIRED_PROVIDERS + provider(sandbox, "glasswall") + data)
    run = terraform.apply()
    assert run.rc == 0, run.output
    shown = terraform.run("show").output
    terraform.write(f'data "datascan_scan" "refused" {{\n  id = "{refused}"\n}}\n', "refused.tf")
    failed = terraform.apply()
    assert failed.rc == 1
    for output in (run.output, shown, failed.output):
        assert "deploy" in output
        lines = [line.strip(' │|+"') for line in output.splitlines()]
        assert [line for line in lines if line.startswith("::") or "##vso[" in line or "##[" in line] == []
        assert "\x1b" not in output
