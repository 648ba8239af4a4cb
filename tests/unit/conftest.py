# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the collection importable as ansible_collections.datascan.gate, and the sandbox as datascan_sandbox."""

from __future__ import annotations

import os
import sys
import tempfile
import typing as t
from pathlib import Path
from types import ModuleType

if t.TYPE_CHECKING:  # tests import this file in processes of their own, where loading pytest takes the most time
    import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests"), str(ROOT / "tests" / "tools")]  # for core_differences and the matrix
sys.path.append(str(ROOT / "roles" / "sandbox" / "files"))
sys.path.append(str(ROOT / "extensions" / "terraform" / "src"))

_SCRATCH = tempfile.TemporaryDirectory()  # until the end: hypothesis would put its notes into the checkout
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", _SCRATCH.name)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "one_core: shows the same on every core and Python, so CI runs it on one pair")


def _namespace(name: str, path: list[str]) -> None:
    module = ModuleType(name)
    module.__path__ = path
    sys.modules[name] = module


if "ansible_collections" not in sys.modules:  # ansible-test has made it already
    _namespace("ansible_collections", [])
    _namespace("ansible_collections.datascan", [])
    _namespace("ansible_collections.datascan.gate", [str(ROOT)])
