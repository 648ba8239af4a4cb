# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""If a library is missing, too old or broken, every file loads, and each module that needs it reports what to do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.compat.libraries import (
    OLDEST,
    LibraryTooOldError,
    check_version,
    explain,
)
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[5]
INSTALL = f"{sys.executable} -m pip install " + " ".join(f"'{name}>={oldest}'" for name, oldest in OLDEST.items())

# Runs every module in a process whose libraries a test has replaced.
SCRIPT = r"""
import importlib, json, sys
from pathlib import Path
from types import ModuleType

root = Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])
missing = sys.argv[3].split(",")

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
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
assert not [name for name in sys.modules if name.partition(".")[0] in missing]

execution = sys.modules[f"{plugins}.module_utils._ansible.execution"]
invocations = sys.modules[f"{plugins}.module_utils._ansible.invocation"]
secrets = sys.modules[f"{plugins}.module_utils._core.redaction"]
results = {}
for name in loaded:
    spec = getattr(sys.modules[f"{plugins}.{name}"], "MODULE", None) if name.startswith("modules.") else None
    if spec:
        params = dict.fromkeys(spec.argument_spec)
        if not spec.connects:
            params.update(scans=[], missing=[], mode="advise", reports=[])
        call = invocations.Invocation(params, False, False, secrets.Redactor(), print)
        results[spec.name] = [spec.connects, execution.execute(spec, call)]
print(json.dumps({"loaded": len(loaded), "results": results}))
"""


def run_modules(folder: Path, missing: str = "") -> list[tuple[bool, dict[str, t.Any]]]:
    """For each module whether it connects, and its result. Libraries in the folder hide the installed ones."""
    command = [sys.executable, "-B", "-c", SCRIPT, str(ROOT), str(folder), missing]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert outcome["loaded"] > 40
    return list(map(tuple, outcome["results"].values()))


def assert_refused(result: dict[str, t.Any], message: str) -> None:
    assert result["failed"] is True
    assert result["msg"] == message
    assert result["error"]["kind"] == "invalid_input"


def library(folder: Path, name: str, code: str) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(code)


@pytest.mark.parametrize("missing", ["pydantic,requests,urllib3", "pydantic,pydantic_core"])
def test_without_pydantic_every_module_reports_how_to_install_it(tmp_path: Path, missing: str) -> None:
    message = f"datascan.gate needs pydantic 2.7 or newer, and {sys.executable} has none. Install it: {INSTALL}"
    for _connects, result in run_modules(tmp_path, missing):
        assert_refused(result, message)


@pytest.mark.parametrize(("missing", "named"), [("requests,urllib3", "requests"), ("urllib3", "urllib3")])
def test_without_requests_only_the_modules_that_connect_fail(tmp_path: Path, missing: str, named: str) -> None:
    needed = f"datascan.gate needs {named} {OLDEST[named]} or newer"
    for connects, result in run_modules(tmp_path, missing):
        if connects:
            assert_refused(result, f"{needed}, and {sys.executable} has none. Install it: {INSTALL}")
        else:
            assert (result.get("failed", False), result["passed"]) == (False, False)


# pydantic 1 lacks names that are imported later, and 2.5 has all of them.
@pytest.mark.parametrize(
    ("version", "more"), [("1.10.27", ""), ("2.5.3", "def __getattr__(name): return lambda *args, **kwargs: None")]
)
def test_an_old_pydantic_is_refused_by_every_module(tmp_path: Path, version: str, more: str) -> None:
    library(tmp_path, "pydantic", f"VERSION = {version!r}\n{more}")
    found = f"{sys.executable} has {version}. Update it: {INSTALL}"
    for _connects, result in run_modules(tmp_path):
        assert_refused(result, f"datascan.gate needs pydantic 2.7 or newer, and {found}")


@pytest.mark.parametrize(
    ("name", "version"), [("requests", "2.31.0"), ("requests", "2.32.0"), ("urllib3", "1.26.18"), ("urllib3", "2.1.0")]
)
def test_an_old_requests_or_urllib3_is_refused_by_the_modules_that_connect(
    tmp_path: Path, name: str, version: str
) -> None:
    if name == "urllib3":
        library(tmp_path, "requests", "__version__ = '2.34.0'")
    library(tmp_path, name, f"__version__ = {version!r}")
    found = f"{sys.executable} has {version}. Update it: {INSTALL}"
    for connects, result in run_modules(tmp_path):
        if connects:
            assert_refused(result, f"datascan.gate needs {name} {OLDEST[name]} or newer, and {found}")
        else:
            assert (result.get("failed", False), result["passed"]) == (False, False)


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [
        (
            "pydantic",
            "raise SystemError('The installed\\npydantic-core is wrong')",
            "The installed pydantic-core is wrong",
        ),
        ("pydantic", "VERSION = '2.14.0'", "cannot import name 'BaseModel'"),
        ("requests", "import no_such_part", "No module named 'no_such_part'"),
        ("requests", "", "has no attribute '__version__'"),
    ],
)
def test_a_broken_library_is_named_with_the_reason(tmp_path: Path, name: str, code: str, reason: str) -> None:
    library(tmp_path, name, code)
    for connects, result in run_modules(tmp_path):
        if connects or name == "pydantic":
            assert_refused(result, result["msg"])
            assert re.match(rf"datascan\.gate needs {name} [\d.]+ or newer, and version [\d.]+ of ", result["msg"])
            assert f"{sys.executable} cannot be imported" in result["msg"] and reason in result["msg"]
            command = f"{sys.executable} -m pip install --force-reinstall '{name}>={OLDEST[name]}'"
            assert result["msg"].endswith(f". Reinstall it: {command}")


def test_a_library_without_metadata_is_explained_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OLDEST, "no-such-library", "1")
    message = explain("no-such-library", ImportError("x"))
    assert f"and that of {sys.executable} cannot be imported (ImportError: x)" in message


def test_the_reason_of_a_broken_library_is_one_line_of_limited_length() -> None:
    message = explain("pydantic", TypeError("x\n" * 5000))
    assert "\n" not in message and len(message) < 700


@pytest.mark.parametrize("version", ["2.7", "2.7.0", "2.7rc1", "2.10.0", "3.0", "2.7.1.dev0+local"])
def test_a_new_enough_version_is_accepted(version: str) -> None:
    check_version("pydantic", version)


@pytest.mark.parametrize("version", ["2.6.99", "2", "1.100", "0.0", "", "unknown"])
def test_an_older_or_unreadable_version_is_not(version: str) -> None:
    with pytest.raises(LibraryTooOldError):
        check_version("pydantic", version)


def test_the_requirements_name_the_same_versions() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    stated = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert {one.name: str(one.specifier) for one in stated} == {name: f">={oldest}" for name, oldest in OLDEST.items()}
