# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that all vendors share name no vendor: a list of vendors would have to be extended for every new one.

A page may have one vendor as its example. What differs from vendor to vendor is generated between marks.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import NAMES

pytestmark = pytest.mark.one_core

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = "plugins/module_utils/_core/providers/registry.py"
SCHEMA = "extensions/terraform/src/terraform_provider_datascan/schema.json"  # made from the registry
SEVERAL_VENDORS = "extensions/terraform/examples/several-vendors/"  # an example of just that
FOLDERS = ("plugins", "roles", "playbooks", "extensions", "meta", "tests/tools")
GENERATED = re.compile(
    r"# generated: (?P<yaml>.+)\n.*?# end of generated: (?P=yaml)"
    r"|<!-- (?P<page>[\w ]+) -->.*?<!-- end of (?P=page) -->",
    re.DOTALL,
)
EXAMPLES = re.compile(r'^EXAMPLES = r""".*?^"""', re.DOTALL | re.MULTILINE)
DOCUMENTED = ("DOCUMENTATION", "EXAMPLES", "RETURN")


def shared_files() -> list[str]:
    """The files of the product that belong to no vendor, without the registry and pages about several vendors."""
    found = [*(path for folder in FOLDERS for path in (ROOT / folder).rglob("*")), *(ROOT / "tests/unit").glob("*.py")]
    names = [path.relative_to(ROOT).as_posix() for path in found if path.is_file() and "__pycache__" not in path.parts]
    names = [name for name in names if name not in (REGISTRY, SCHEMA) and not name.startswith(SEVERAL_VENDORS)]
    return sorted(name for name in names if not vendors_in(name))


def vendors_in(text: str) -> set[str]:
    """The vendors that a text names, also as a part of a variable's name."""
    return {name for name in NAMES if re.search(rf"(?<![a-z]){name}(?![a-z])", text.lower())}


def code_of(text: str) -> str:
    """The identifiers and constants of Python code, without docstrings and a module's documentation."""
    tree = ast.parse(text)
    left_out: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(id(node.value))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            left_out |= {id(node.value)} if node.targets[0].id in DOCUMENTED else set()
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in left_out]
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    attributes = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return " ".join([*map(str, constants), *names, *attributes])


@pytest.mark.parametrize("name", shared_files())
def test_a_shared_file_names_one_vendor_at_most_as_its_example(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
    assert len(vendors_in(EXAMPLES.sub("", GENERATED.sub("", text)))) <= 1


@pytest.mark.parametrize("name", [name for name in shared_files() if name.endswith(".py") and "/unit/" not in name])
def test_shared_code_names_no_vendor(name: str) -> None:
    if "/doc_fragments/" not in name:
        assert not vendors_in(code_of((ROOT / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", [name for name in shared_files() if re.fullmatch(r"roles/\w+/(tasks|vars)/.*", name)])
def test_the_tasks_of_a_role_name_no_vendor(name: str) -> None:
    assert not vendors_in(GENERATED.sub("", (ROOT / name).read_text(encoding="utf-8")))
