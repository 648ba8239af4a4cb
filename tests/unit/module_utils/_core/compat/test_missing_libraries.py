# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where pydantic or requests is missing every file still loads, and a door says in a sentence what is missing."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[5]

SCRIPT = r"""
import importlib, json, pkgutil, sys
from pathlib import Path
from types import ModuleType

root, blocked = Path(sys.argv[1]), sys.argv[2].split(",")
if "old-urllib3" in blocked:
    import urllib3
    for kind in urllib3.HTTPResponse.__mro__:
        if "read1" in vars(kind):
            del kind.read1
    urllib3.__version__ = "2.1.0"

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
for name, path in (("", []), (".datascan", []), (".datascan.gate", [str(root)])):
    module = sys.modules["ansible_collections" + name] = ModuleType("ansible_collections" + name)
    module.__path__ = path
plugins = "ansible_collections.datascan.gate.plugins"
loaded = []
for path in sorted((root / "plugins").rglob("*.py")):
    name = ".".join(path.relative_to(root / "plugins").with_suffix("").parts)
    loaded.append(name)
    importlib.import_module(f"{plugins}.{name}")
assert not [name for name in sys.modules if name.partition(".")[0] in blocked]

execution = sys.modules[f"{plugins}.module_utils._ansible.execution"]
invocations = sys.modules[f"{plugins}.module_utils._ansible.invocation"]
secrets = sys.modules[f"{plugins}.module_utils._core.redaction"]
results = {}
for name in loaded:
    if name.startswith("modules.") and name != "modules.gate_step":  # which has only documentation
        door = sys.modules[f"{plugins}.{name}"].MODULE
        params = dict.fromkeys(door.argument_spec)
        if not door.connects:
            params.update(scans=[], missing=[], mode="advise", reports=[])
        call = invocations.Invocation(params, False, False, secrets.Redactor(), print)
        results[door.name] = [door.connects, execution.execute(door, call)]
print(json.dumps({"loaded": len(loaded), "results": results}))
"""


def run(*blocked: str) -> dict[str, t.Any]:
    command = [sys.executable, "-B", "-c", SCRIPT, str(ROOT), ",".join(blocked)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, t.Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.mark.parametrize(
    ("blocked", "named"),
    [(("pydantic", "requests", "urllib3"), "pydantic"), (("pydantic", "pydantic_core"), "pydantic")],
)
def test_without_pydantic_every_module_reports_it(blocked: tuple[str, ...], named: str) -> None:
    outcome = run(*blocked)
    assert outcome["loaded"] > 40
    for connects, result in outcome["results"].values():
        assert result["failed"] is True, connects
        assert f"Failed to import the required Python library ({named})" in result["msg"]
        assert "Traceback" not in json.dumps(result)
        assert result["error"]["kind"] == "invalid_input"


def test_without_requests_only_the_modules_that_connect_report_it() -> None:
    for connects, result in run("requests", "urllib3")["results"].values():
        if connects:
            assert "Failed to import the required Python library (requests)" in result["msg"]
        else:
            assert result.get("failed", False) is False
            assert result["passed"] is False


def test_with_an_old_urllib3_the_modules_that_connect_report_it() -> None:
    for connects, result in run("old-urllib3")["results"].values():
        if connects:
            assert result["msg"].startswith("urllib3 2.1.0 is too old: ")
            assert "needs urllib3 2.2 or newer. Install it with: " in result["msg"]
            assert result["error"]["kind"] == "invalid_input"
        else:
            assert result["passed"] is False
