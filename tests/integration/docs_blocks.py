# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the documentation: every fenced block of every page, every plugin's EXAMPLES, and what each is."""

from __future__ import annotations

import re
import textwrap
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "roles/*/README.md", "tests/**/*.md")
    for path in ROOT.glob(pattern)
)
PLUGINS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("plugins/modules/*.py"))
SHELL = ("shell", "sh", "bash", "console")

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\S*)[^\n]*\n(?P<text>.*?)^(?P=indent)```$", re.M | re.S)
_ROLES = sorted(path.name for path in ROOT.glob("roles/*"))
_VARIABLE = re.compile(rf"({'|'.join(['datascan', 'cancel_scan', 'awx_setup', *_ROLES])})_\w+")
_NO_MODULE = {"name", "block", "rescue", "always", "register", "vars", "when", "loop", "tags", "no_log"}


@dataclass(frozen=True)
class Block:
    """A fenced block, and where it stands."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def data(self) -> t.Any:
        return yaml.safe_load(self.text)


def blocks_of(page: str) -> list[Block]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, found["language"], textwrap.dedent(found["text"]))
        for found in _FENCE.finditer(text)
    ]


def examples_of(plugin: str) -> Block:
    """A plugin's EXAMPLES, which are a list of tasks."""
    text = (ROOT / plugin).read_text(encoding="utf-8")
    found = re.search(r'^EXAMPLES = r"""\n(.*?)^"""$', text, re.M | re.S)
    assert found, f"{plugin} has no EXAMPLES."
    return Block(plugin, text.count("\n", 0, found.start()) + 1, "yaml", found[1])


def kind_of(block: Block) -> str:
    """What a block of YAML is, or `unknown`: then nobody runs or checks it, and a test says so."""
    data = block.data
    if isinstance(data, list) and all(isinstance(item, dict) for item in data):
        if any("hosts" in item or any(key.endswith("import_playbook") for key in item) for item in data):
            return "playbook"
        if all(set(item) - _NO_MODULE or "block" in item for item in data):
            return "tasks"
    if isinstance(data, dict) and data:
        keys = set(data)
        sections = yaml.safe_load((ROOT / "changelogs/config.yaml").read_text(encoding="utf-8"))["sections"]
        if keys == {"module_defaults"}:
            return "defaults"
        if keys <= {section for section, _title in sections}:
            return "changelog"
        if all(_VARIABLE.fullmatch(str(key)) for key in keys):
            return "variables"
    return "unknown"


def task_names(data: t.Any) -> list[str]:
    """The tasks that have to run: all but those that only bring in others, and those that are rescued."""
    names: list[str] = []
    for item in data:
        where = ["pre_tasks", "tasks", "rescue" if "rescue" in item else "block", "always", "post_tasks"]
        inner = [item[key] for key in where if key in item]
        for tasks in inner:
            names += task_names(tasks)
        if not inner and not any("import_" in key or "include_" in key for key in item) and "hosts" not in item:
            names.append(item["name"])
    return names
