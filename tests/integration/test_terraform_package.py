# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wheel of the Terraform provider, as pip builds it from a checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_core

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "plugins" / "module_utils" / "_core"
PACKAGE = "terraform_provider_datascan"
# Nothing of Ansible can be imported, and nothing of the checkout is on the path.
PROGRAM = f"""
import sys
sys.modules["ansible"] = sys.modules["ansible_collections"] = None
from {PACKAGE}.command import main
from {PACKAGE}.kinds import RESOURCES
from {PACKAGE}.protocol.servicer import Servicer
from {PACKAGE}.provider import DatascanProvider
print(*Servicer(DatascanProvider()).GetProviderSchema(None).resource_schemas, *RESOURCES)
"""


def test_the_wheel_has_the_core_and_the_schema_and_works_without_ansible(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    project = ROOT / "extensions" / "terraform"
    subprocess.run([*build, "--no-build-isolation", "--wheel-dir", str(tmp_path), str(project)], check=True)
    (wheel,) = tmp_path.glob("terraform_provider_datascan-*.whl")
    folder = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    packed = {
        path.relative_to(folder / PACKAGE / "_core").as_posix(): path.read_bytes()
        for path in (folder / PACKAGE / "_core").rglob("*")
        if path.is_file()
    }
    assert packed == {
        path.relative_to(CORE).as_posix(): path.read_bytes()
        for path in CORE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert (folder / PACKAGE / "schema.json").is_file()
    assert not list(folder.rglob("*.pyc"))
    done = subprocess.run([sys.executable, "-B", "-c", PROGRAM], cwd=folder, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"datascan_scan", "datascan_wait"}
