# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python that is too old gets one sentence, before anything is loaded that it cannot load."""

from __future__ import annotations

import ast
import json
import runpy
import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[4] / "plugins"
FILE = PLUGINS / "module_utils/_ansible/oldest_python.py"


def test_an_old_python_fails_with_what_is_needed_and_what_was_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 18, "final", 0))
    monkeypatch.delitem(sys.modules, "ansible.plugins.loader", raising=False)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(FILE))
    result = json.loads(capsys.readouterr().out)
    assert (ended.value.code, result["failed"], result["error"]["kind"]) == (1, True, "invalid_input")
    assert "needs Python 3.10 or newer" in result["msg"] and "is Python 3.8." in result["msg"]


def test_an_old_controller_cannot_import_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))
    monkeypatch.setitem(sys.modules, "ansible.plugins.loader", sys)
    with pytest.raises(ImportError, match=r"is Python 3\.9"):
        runpy.run_path(str(FILE))


@pytest.mark.parametrize("module", sorted((PLUGINS / "modules").glob("*.py")), ids=lambda path: path.stem)
def test_every_module_imports_it_before_all_else_of_the_collection(module: Path) -> None:
    first = next((name for name in imports(module) if "ansible_collections" in name), None)
    assert first in (None, "ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation")
    assert imports(PLUGINS / "module_utils/_ansible/invocation.py")[1] == ".oldest_python"


def imports(path: Path) -> list[str]:
    """The modules that a file imports, in their order."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            found += [base] if node.module else [base + name.name for name in node.names]
        elif isinstance(node, ast.Import):
            found += [name.name for name in node.names]
    return found
