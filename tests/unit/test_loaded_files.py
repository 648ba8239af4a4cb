# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a call of a module loads. Ansible compiles them in each call, so an unused file costs time."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import NAMES
from threaded_server import serving

pytestmark = pytest.mark.one_core

ROOT = Path(__file__).resolve().parents[2]
SCAN = json.loads((ROOT / "tests" / "contracts" / "glasswall" / "get-200.json").read_text())["response"]["body"]
PROGRAM = """
import json, sys, types

def add_package(name, *path):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = list(path)

root, module_name, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
add_package("ansible_collections")
add_package("ansible_collections.datascan")
add_package("ansible_collections.datascan.gate", root)
import ansible.module_utils.basic, pydantic, requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from pydantic import BaseModel

class Model(BaseModel):
    name: str

before = set(sys.modules)
import importlib
module = importlib.import_module(f"ansible_collections.datascan.gate.plugins.modules.{module_name}")
from ansible_collections.datascan.gate.plugins.module_utils._ansible.execution import execute
from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import Redactor
validator = ArgumentSpecValidator(module.MODULE.argument_spec, **module.MODULE.constraints)
params = validator.validate(options).validated_parameters
result = execute(module.MODULE, Invocation(params, False, False, Redactor(), print))
names = sorted(name.partition("datascan.gate.plugins.")[2] or name for name in set(sys.modules) - before)
print(json.dumps([result.get("msg"), names]))
"""
LOAD_ACTION = """
import gc, sys
sys.path.insert(0, sys.argv[1])
import conftest, ansible.plugins.loader
usual = gc.get_threshold()
import ansible_collections.datascan.gate.plugins.action.{action}
print(usual == gc.get_threshold(), gc.get_count()[0] < usual[0])
"""
OFTEN_UNUSED = {  # of Python's library; some need several milliseconds
    *("concurrent.futures.thread", "difflib", "html.entities", "zoneinfo"),
}
OF_FAILURES = {
    *("_core.http.connection_faults", "_core.http.tls_faults", "_core.unknown_options", "_ansible.wrong_options"),
    "_ansible.given_reports",
}
OF_OTHER_OPTIONS = {
    *("_core.http.certificate_files", "_core.http.socks_pools", "_core.files", "_core.temporary_files"),
    *("_core.operations.issue_counts", "_core.operations.cancellation", "_core.providers.glasswall.scan_results"),
    "_ansible.known_target",
}
OF_OTHER_MODULES = {"_core.columns", "_core.gate", "_core.operations.start", "_core.operations.columns"}
OF_THE_CONTROLLER = {"_ansible.kept_bytecode"}
OTHER_VENDORS = {f"_core.providers.{name}" for name in set(NAMES) - {"glasswall"}}


class _Answer(http.server.BaseHTTPRequestHandler):
    """A scan that has completed."""

    def do_GET(self) -> None:
        body = json.dumps({**SCAN, "scanStatus": "Completed"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: t.Any) -> None:
        """Print nothing."""


def loaded(module: str, **options: t.Any) -> set[str]:
    """The files and libraries that a call of a module loads beyond Ansible, pydantic and requests."""
    with serving(http.server.HTTPServer(("127.0.0.1", 0), _Answer)) as server:
        given = {
            "provider": "glasswall",
            "api_url": f"http://127.0.0.1:{server.server_address[1]}",
            "api_token": "some-token",
            "scan_ids": [SCAN["scanId"]],
            **options,
        }
        command = [sys.executable, "-B", "-c", PROGRAM, str(ROOT), module, json.dumps(given)]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    message, names = json.loads(output)
    assert message is None
    return {name.removeprefix("module_utils.") for name in names}


@pytest.mark.parametrize("module", ["scan_status", "scan_wait"])
def test_a_call_loads_no_file_that_only_other_calls_use(module: str) -> None:
    names = loaded(module)
    assert f"_core.operations.{module.removeprefix('scan_')}" in names
    unused = OFTEN_UNUSED | OF_FAILURES | OF_OTHER_OPTIONS | OF_OTHER_MODULES | OTHER_VENDORS | OF_THE_CONTROLLER
    assert {name for name in names if any(name == one or name.startswith(f"{one}.") for one in unused)} == set()


def test_a_status_without_a_wait_does_not_load_what_waits() -> None:
    assert "_core.operations.wait" not in loaded("scan_status")
    assert "_core.operations.wait" in loaded("scan_status", wait=True)


@pytest.mark.parametrize("action", ["scan_wait", "gate_step"])
def test_ansible_playbook_collects_garbage_as_before_once_the_collection_is_loaded(action: str) -> None:
    """The next collection does not visit the loaded objects either: this would take as long as loading saved."""
    command = [sys.executable, "-B", "-c", LOAD_ACTION.format(action=action), str(ROOT / "tests" / "unit")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "True True\n"
