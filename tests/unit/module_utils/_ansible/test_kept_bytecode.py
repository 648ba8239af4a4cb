# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import marshal
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._ansible import kept_bytecode

PROGRAM = """
import importlib, json, sys
import ansible
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

class First:
    def find_spec(self, *args):
        return None

_AnsibleCollectionFinder([sys.argv[1]], scan_sys_paths=False)._install()
sys.meta_path.insert(0, first := First())
plugins = "ansible_collections.datascan.gate.plugins."
importlib.import_module(plugins + "module_utils._ansible.kept_bytecode").keep_bytecode()
module = importlib.import_module(plugins + "module_utils._core.some")
print(json.dumps([module.VALUE, module.__name__, module.__file__, type(module.__loader__).__name__, module.LEAF,
    sys.meta_path[0] is first, type(importlib.import_module(plugins + "module_utils").__loader__).__name__]))
"""
WITHOUT_ANSIBLE = """
import sys
sys.path.insert(0, sys.argv[1])
import kept_bytecode
before = list(sys.meta_path)
kept_bytecode.keep_bytecode()
assert sys.meta_path == before
"""
CORE = Path("ansible_collections", "datascan", "gate", "plugins", "module_utils", "_core")


@pytest.fixture
def collections(tmp_path: Path) -> Path:
    """Where Ansible finds a collection of this name, with the file that is tested and two others."""
    folder = tmp_path / "collections"
    core = folder / CORE
    (core / "package").mkdir(parents=True)
    (core / "__init__.py").touch()
    (core / "some.py").write_text("from .package.leaf import LEAF\n\nVALUE = 1\n")
    (core / "package" / "leaf.py").write_text("LEAF = 'leaf'\n")  # in a folder without __init__.py
    (core.parent / "_ansible").mkdir()
    shutil.copy(kept_bytecode.__file__, core.parent / "_ansible")
    return folder


def load(collections: Path, *options: str, program: str = PROGRAM, **environment: str) -> list[t.Any]:
    """What a new process prints of the file some.py, with this folder of collections."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [sys.executable, *options, "-c", program, str(collections)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env={**kept, **environment})
    return t.cast("list[t.Any]", json.loads(ended.stdout))


def compiled(folder: Path) -> list[str]:
    return sorted(path.name.partition(".")[0] for path in folder.rglob("*.pyc"))


def test_python_keeps_the_compiled_files_and_reads_them_again(collections: Path) -> None:
    name = "ansible_collections.datascan.gate.plugins.module_utils._core.some"
    file = collections / CORE / "some.py"
    assert load(collections)[:4] == [1, name, str(file), "_SourceLoader"]
    assert compiled(collections) == ["__init__", "leaf", "some"]
    times = file.stat()
    file.write_text(file.read_text().replace("VALUE = 1", "VALUE = 3"))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # a file that seems to be the same is not read
    assert load(collections)[0] == 1


def test_a_file_that_changed_is_compiled_again(collections: Path) -> None:
    load(collections)
    file = collections / CORE / "some.py"
    file.write_text(file.read_text().replace("VALUE = 1", "VALUE = 22"))
    assert load(collections)[0] == 22


@pytest.mark.parametrize(
    ("options", "environment"), [(["-B"], {}), ([], {"PYTHONDONTWRITEBYTECODE": "1"})], ids=["option", "variable"]
)
def test_nothing_is_written_where_python_must_not(
    collections: Path, options: list[str], environment: dict[str, str]
) -> None:
    assert load(collections, *options, **environment)[0] == 1
    assert compiled(collections) == []


def test_a_folder_that_cannot_be_written_does_no_harm(collections: Path) -> None:
    (collections / CORE / "__pycache__").write_text("in the way of the folder, which even root cannot make")
    assert load(collections)[0] == 1
    assert compiled(collections / CORE / "package") == ["leaf"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:7],
        lambda data: data[:16],
        lambda data: data[:-9],
        lambda data: data[:16] + bytes(len(data) - 16),
        lambda data: data[:16] + marshal.dumps("no code"),
        lambda data: b"xxxx" + data[4:],
    ],
    ids=["empty", "cut header", "header alone", "cut off", "zeros", "no code", "another Python's"],
)
def test_a_damaged_compiled_file_does_no_harm(collections: Path, damage: t.Callable[[bytes], bytes]) -> None:
    """As a full disk or a crash of the machine leaves it."""
    load(collections)
    (kept,) = (collections / CORE / "__pycache__").glob("some.*")
    kept.write_bytes(damage(kept.read_bytes()))
    assert load(collections)[0] == 1


def test_compiled_files_can_be_kept_elsewhere(collections: Path, tmp_path: Path) -> None:
    assert load(collections, PYTHONPYCACHEPREFIX=str(tmp_path / "cache"))[0] == 1
    assert compiled(collections) == []
    assert {"leaf", "some"} <= set(compiled(tmp_path / "cache"))


def test_a_linked_collection_is_loaded_by_its_own_name(collections: Path, tmp_path: Path) -> None:
    link = tmp_path / "linked" / CORE.parents[2]
    link.parent.mkdir(parents=True)
    link.symlink_to(collections / CORE.parents[2])
    assert load(tmp_path / "linked")[2] == str(tmp_path / "linked" / CORE / "some.py")


def test_other_finders_keep_their_place_and_folders_without_code_stay_ansible_s(collections: Path) -> None:
    """ansible-test refuses a file that takes the first place, and Ansible finds plugins by such folders."""
    *_rest, leaf, is_first, loader = load(collections)
    assert (leaf, is_first, loader) == ("leaf", True, "_AnsibleCollectionLoader")


def test_nothing_changes_where_ansible_finds_no_collections(collections: Path) -> None:
    folder = collections / CORE.parent / "_ansible"
    subprocess.run([sys.executable, "-B", "-c", WITHOUT_ANSIBLE, str(folder)], check=True)
