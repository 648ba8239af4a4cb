# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans that a real terraform starts, waits for, imports and destroys."""

from __future__ import annotations

import json

from fake_connection_string import STORAGE
from sandbox_server import Sandbox
from terraform_runs import (  # noqa: F401  (the fixture)
    CHANGES,
    REQUIRED_PROVIDERS,
    TERRAFORM_MARKS,
    Terraform,
    provider_block,
    terraform,
)

pytestmark = TERRAFORM_MARKS

GLASSWALL = """
resource "datascan_scan" "uploads" {{
  glasswall = {{
    source_connection_string      = {sas}
    source_container_path         = "{container}"
    destination_connection_string = {sas}
    target_container_path         = "clean"
    quarantine_container_path     = "quarantine"
  }}
  {more}
}}
"""


def configuration(sandbox: Sandbox, more: str = "", container: str = "uploads", **options: object) -> str:
    """A configuration with one scan of a container, and more attributes of it."""
    scan = GLASSWALL.format(sas=json.dumps(STORAGE), container=container, more=more)
    return REQUIRED_PROVIDERS + provider_block(sandbox, **options) + scan


def test_a_scan_is_applied_once_and_planned_without_changes(terraform: Terraform, sandbox: Sandbox) -> None:  # noqa: F811
    terraform.write(configuration(sandbox))
    assert terraform.plan().rc == CHANGES
    applied = terraform.apply()
    assert applied.rc == 0, applied.output
    state = terraform.show_state()["datascan_scan.uploads"]
    assert (state["state"], state["reused"], state["wait_pending"]) == ("completed", False, False)
    planned = terraform.plan()
    assert planned.rc == 0, planned.output
    assert len(sandbox.scans()) == 1
    assert terraform.destroy().rc == 0
