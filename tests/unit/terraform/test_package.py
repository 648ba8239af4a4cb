# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package of the Terraform provider: which part imports which, what a start loads, what the wheel needs."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from terraform_provider_datascan import version

pytestmark = pytest.mark.one_core

ROOT = Path(__file__).resolve().parents[3]
PROJECT = ROOT / "extensions" / "terraform"
SOURCE = PROJECT / "src"
PACKAGE = "terraform_provider_datascan"
FILES = {
    path.relative_to(SOURCE / PACKAGE).as_posix(): path
    for path in sorted((SOURCE / PACKAGE).rglob("*.py"))
    if "_core" not in path.parts
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}
PROTOCOL_LIBRARIES = {"cryptography", "google", "grpc", "msgpack"}


def absolute_imports(name: str) -> set[str]:
    """The packages from elsewhere that a file imports."""
    found = set()
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found - sys.stdlib_module_names


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("protocol/")])
def test_the_protocol_imports_nothing_of_the_provider(name: str) -> None:
    assert absolute_imports(name) <= PROTOCOL_LIBRARIES
    levels = [node.level for node in ast.walk(TREES[name]) if isinstance(node, ast.ImportFrom)]
    assert max(levels, default=0) <= 1, "it leaves the folder"


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("protocol/")])
def test_the_provider_imports_only_the_core_and_the_protocol(name: str) -> None:
    """The provider needs neither Ansible nor further libraries: requests and pydantic belong to the core."""
    assert absolute_imports(name) <= ({PACKAGE} if name == "__main__.py" else set())


@pytest.mark.parametrize("path", FILES.values(), ids=FILES)
def test_every_file_has_its_licence(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Copyright: (c) 2026, datascan.gate maintainers\n# GNU General Public License v3.0+")
    assert "from __future__ import annotations" in text or not ast.parse(text).body[1:]


def test_class_names_are_unique() -> None:
    counts = Counter(node.name for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert [name for name, count in counts.items() if count > 1] == []


def test_the_schema_is_answered_without_the_core() -> None:
    """Two of the three starts of a plan need only the schema."""
    program = f"""
import sys
from {PACKAGE}.protocol.servicer import Servicer
from {PACKAGE}.provider import DatascanProvider
assert Servicer(DatascanProvider()).GetProviderSchema(None).resource_schemas
print(*[name for name in sys.modules if "._core" in name or name in ("ansible", "pydantic", "requests")])
"""
    command = [sys.executable, "-B", "-c", program]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    assert subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout == "\n"


def test_the_version_is_that_of_the_collection() -> None:
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"] == version.VERSION


def test_the_core_gets_the_libraries_that_it_gets_in_the_collection() -> None:
    needed = {
        str(Requirement(line))
        for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    }
    declared = re.findall(r'^    "(.+)",$', (PROJECT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert needed <= set(declared)
    assert {Requirement(one).name for one in declared} == {Requirement(one).name for one in needed} | {
        *("grpcio", "protobuf", "msgpack", "cryptography")
    }
