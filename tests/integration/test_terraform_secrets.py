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
from terraform_runs import (  # noqa: F401  (the fixture)
    REQUIRED_PROVIDERS,
    TERRAFORM_MARKS,
    Terraform,
    terraform,
)
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
  MORE
}
"""


class Places:
    """Everything that Terraform prints and writes, by where it stands."""

    def __init__(self, terraform: Terraform) -> None:  # noqa: F811
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
                files |= {f"{path.name}/{name}": archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
        return {**self._printed, **files}

    def leaks(self) -> dict[str, set[str]]:
        """The places that have a secret."""
        return {place: found for place, text in self.all().items() if (found := leaks(text, FORBIDDEN))}


def provider(sandbox: Sandbox, vendor: str) -> str:
    """A provider whose token is in the environment."""
    return f'provider "datascan" {{\n  vendor  = "{vendor}"\n  api_url = "{sandbox.api_urls[vendor]}"\n  retries = 1\n}}\n'


def fault(sandbox: Sandbox, vendor: str, method: str, path: str, fault: dict[str, t.Any], **more: t.Any) -> None:
    rule = {"vendor": vendor, "method": method, "path": path, "fault": fault, **more}
    sandbox.control("POST", "faults", rule)


def test_nothing_of_any_secret_comes_out_however_loud_terraform_is(sandbox: Sandbox, tmp_path: Path) -> None:
    """With the provider as Terraform starts it, so that its log and Terraform's are one."""
    from terraform_provider_datascan.installation import Installation, host_platform
    from terraform_provider_datascan.version import VERSION

    terraform = Terraform(tmp_path / "terraform", TF_VAR_storage=STORAGE, DATASCAN_API_TOKEN=TOKEN)  # noqa: F811
    Installation(f"{terraform.environment['HOME']}/.terraform.d/plugins", host_platform(), VERSION).install()
    terraform.environment |= {"TF_LOG": "TRACE", "TF_LOG_PATH": str(terraform.folder / "trace.log")}
    places = Places(terraform)
    sandbox.settings(listing_seconds=0, processing_seconds=0)
    echoing = sandbox.seed(scanOwner=ECHO, sourceContainerPath=ECHO)
    data = f"""
data "datascan_scan" "echoing" {{
  id = "{echoing}"
}}

data "datascan_gate" "uploads" {{
  scan_ids   = [datascan_scan.uploads.id, "{echoing}"]
  policy     = {{ max_issues = 0 }}
  depends_on = [datascan_scan.uploads]
}}

output "echo" {{
  value = [data.datascan_scan.echoing, data.datascan_gate.uploads.message]
}}
"""
    configuration = REQUIRED_PROVIDERS + provider(sandbox, "glasswall") + VARIABLE + UPLOADS
    terraform.write(configuration.replace("MORE", "wait = false") + data)
    assert "has been successfully initialized" in places.run("init")
    body = [{"errorCode": 101, "message": ECHO_TO_START, "details": ECHO_TO_START}]
    fault(sandbox, "glasswall", "POST", "/scans$", {"kind": "status", "code": 400, "body": body})
    assert "No scan was started" in places.run("apply", "-auto-approve")
    scan = {
        "scanId": str(uuid.uuid4()),
        "scanStatus": f"Listing {STORAGE}",
        "scanOwner": ECHO_TO_START,
        "sourceStorage": "acct.blob.core.windows.net",
        "sourceContainerPath": "uploads",
        "targetStorage": "acct.blob.core.windows.net",
        "targetContainerPath": "clean",
    }
    fault(sandbox, "glasswall", "POST", "/scans$", {"kind": "status", "code": 200, "body": scan})
    # A refresh and a destroy do not get the connection string, so they know a secret by its form only.
    body = [{"errorCode": 101, "message": ECHO, "details": ECHO}]
    fault(sandbox, "glasswall", "GET", scan["scanId"], {"kind": "status", "code": 400, "body": body}, times=None)
    places.run("plan", "-out", "first.tfplan")
    applied = places.run("apply", "first.tfplan")
    assert "Apply complete" in applied
    assert scan["scanId"] in terraform.show_state()["datascan_scan.uploads"]["id"]
    assert "The scan cannot be read" in places.run("plan", "-out", "second.tfplan")
    fault(sandbox, "glasswall", "DELETE", scan["scanId"], {"kind": "status", "code": 400, "body": body}, times=None)
    assert "cannot" in places.run("destroy", "-auto-approve", "-refresh=false")

    assert places.leaks() == {}
    found = places.all()
    assert {"trace.log", "terraform.tfstate", "terraform.tfstate.backup", "first.tfplan/tfplan"} <= set(found)
    assert "provider.datascan" in found["trace.log"].lower() or "datascan" in found["trace.log"]
    assert not set(applied) & set("\x00\x07\x1b\x9b\r")
