# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/adding-a-vendor.md is true: a small vendor is added to a copy of the tree, by its own files and the registry."""

from __future__ import annotations

import difflib
import re
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_core

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "tests" / "fixtures" / "fifth_vendor"
NAME = "kestrel"
REGISTRY = "plugins/module_utils/_core/providers/registry.py"
MOST_FILES, MOST_LINES = 8, 20  # of its own, and changed outside them
# What is derived from the registry: all tests of a file, or those with one of the words in their names. Each selection
# must run at least one test.
DERIVED = {
    "test_architecture.py": "",
    "module_utils/_ansible/test_modules.py": "documentation or option or names or vendors",
    "module_utils/_core/providers/": f"{NAME} or capabilit or choices",
    "robustness/faults/test_fault_matrix.py": NAME,
    "robustness/test_fuzz_vendors.py": f"{NAME} and (list or start)",  # its other operations take the most time
    "robustness/test_fuzz_modules.py": NAME,
    "sandbox/test_sandbox_contracts.py": f"{NAME} or every_file",
    "sandbox/test_sandbox_control.py": f"{NAME} or readme",
    "test_vendor_names.py": "",
}


class Change(t.NamedTuple):
    """The lines that differ from the tree as it is, by file."""

    removed: dict[str, list[str]]
    added: dict[str, list[str]]

    @property
    def lines(self) -> int:
        return sum(map(len, self.added.values())) + sum(map(len, self.removed.values()))


def read_tree(root: Path) -> dict[str, str]:
    """The texts of all files by their path."""
    texts = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and not {"__pycache__", ".work", ".ruff_cache"} & set(path.parts):
            try:
                texts[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
    return texts


def compare(before: dict[str, str], after: dict[str, str], own: set[str]) -> Change:
    """What changed outside the vendor's own files."""
    change = Change({}, {})
    for name in sorted((before.keys() | after.keys()) - own):
        old, new = before.get(name, "").splitlines(), after.get(name, "").splitlines()
        if old != new:
            diff = [line for line in difflib.unified_diff(old, new, n=0, lineterm="") if line[:3] not in ("---", "+++")]
            change.removed[name] = [line[1:] for line in diff if line.startswith("-")]
            change.added[name] = [line[1:] for line in diff if line.startswith("+")]
    return change


class Copy:
    """A copy of the tree to which the vendor is added."""

    def __init__(self, folder: Path) -> None:
        tree = [sys.executable, "-B", ROOT / "tests/tools/tree.py", "--copy", folder]
        subprocess.run(tree, check=True)
        self.root = folder / "ansible_collections" / "datascan" / "gate"
        shutil.rmtree(self.root / FIXTURE.relative_to(ROOT))
        (self.root / Path(__file__).relative_to(ROOT)).unlink()
        self.before = read_tree(self.root)
        self.own = {path.relative_to(FIXTURE).as_posix() for path in FIXTURE.rglob("*") if path.is_file()}

    def add_vendor(self) -> None:
        shutil.copytree(FIXTURE, self.root, dirs_exist_ok=True)
        registry = self.root / REGISTRY
        text = registry.read_text(encoding="utf-8")
        text = text.replace("from . import advalidation ", f"from . import advalidation, {NAME} ")
        text = text.replace("_REGISTRY = {\n", f'_REGISTRY = {{\n    "{NAME}": ("{NAME}", "{NAME.title()}"),\n')
        registry.write_text(text, encoding="utf-8")

    def change(self, before: dict[str, str]) -> Change:
        return compare(before, read_tree(self.root), self.own)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a tool of Python's in the copy."""
        return subprocess.run(
            [sys.executable, "-B", *command], cwd=self.root, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("tree"))


def test_a_vendor_is_eight_files_and_twenty_lines(copy: Copy, record_property: t.Callable[[str, object], None]) -> None:
    assert not copy.own & copy.before.keys()
    assert not [name for name, text in copy.before.items() if NAME in text.lower() or NAME in name]
    copy.add_vendor()
    by_hand = copy.change(copy.before)
    assert len(copy.own) <= MOST_FILES
    assert set(by_hand.added) == {REGISTRY}
    assert by_hand.lines <= MOST_LINES

    with_vendor = read_tree(copy.root)
    done = copy.run("tests/tools/generate.py")
    assert (done.returncode, done.stderr) == (0, "")
    generated = copy.change(with_vendor)
    assert f"playbooks/files/awx/{NAME}.yml" in generated.added
    assert (
        f'        {NAME}: "{{{{ run_scan_{NAME} | default(omit, true) }}}}"'
        in (generated.added["roles/run_scan/tasks/main.yml"])
    )
    counts = {"own files": len(copy.own), "lines by hand": by_hand.lines, "lines generated": generated.lines}
    for name, count in counts.items():
        record_property(name, count)
    print(counts, sorted(generated.added))

    for check in (["check", "."], ["format", "--check", "."]):
        done = copy.run("-m", "ruff", *check, "--no-cache")
        assert done.returncode == 0, done.stdout
    check_derived_tests(copy)


def check_derived_tests(copy: Copy) -> None:
    """The tests that the registry gives the vendor pass, and there are such tests in each of the files."""
    names = {path: Path(path).name for path in DERIVED}  # as pytest knows a file or a folder in -k
    selected = " or ".join(f"({names[path]} and ({words or names[path]}))" for path, words in DERIVED.items())
    paths = [f"tests/unit/{path}" for path in DERIVED]
    # Plain assertions, since rewriting those of every file takes longer than most of the tests.
    options = ["-v", "-p", "no:cacheprovider", "--no-header", "--assert=plain"]
    done = copy.run("-m", "pytest", *options, *paths, "-k", selected)
    assert done.returncode == 0, done.stdout[-3000:]
    for path in paths:
        assert re.search(rf"^{re.escape(path)}.* PASSED ", done.stdout, re.MULTILINE), path


def test_generate_writes_all_or_nothing(copy: Copy, tmp_path: Path) -> None:
    """The last page cannot be made, so an earlier one that has drifted stays as it is."""
    other = tmp_path / "tree"
    shutil.copytree(copy.root, other)
    page = max((other / "docs/vendors").glob("*.md"))
    page.write_text(page.read_text(encoding="utf-8").replace("<!-- unsupported -->", "<!-- -->"), encoding="utf-8")
    fragment = other / "plugins/doc_fragments/connection.py"
    fragment.write_text(re.sub(r"choices: \[.*glasswall.*\]", "choices: []", fragment.read_text(encoding="utf-8")))
    before = read_tree(other)
    done = subprocess.run(
        [sys.executable, "-B", other / "tests/tools/generate.py"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "There is no mark '<!-- unsupported -->\\n'.\n")
    assert read_tree(other) == before
