# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentences that the code can say to a user, found in its source: of errors, and of warnings."""

from __future__ import annotations

import ast
import re
import typing as t
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.datascan.gate.plugins.module_utils._core import errors as _errors

PLUGINS = Path(__file__).parents[3] / "plugins"
ERRORS = {name for name, kind in vars(_errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
# What makes an error without naming its class, and what takes a warning.
MAKERS = {*ERRORS, "kind", "AnsibleFilterError"}
WARNERS = {"warn", "_warn", "_warn_once"}
HOLE = "\0"  # where a value stands in a sentence
_NO_ENGLISH = re.compile(r" \| |\(\?")  # a type, a pattern


class Sentence(t.NamedTuple):
    """Where it is said, and its parts: what is the same every time, split where a value stands."""

    place: str
    parts: tuple[str, ...]

    @property
    def longest(self) -> str:
        """By which it is found again."""
        return max(self.parts, key=len)


def said() -> Iterator[Sentence]:
    """Every sentence that is given to an error or a warning; one that is put together elsewhere is followed there."""
    for path in sorted(PLUGINS.rglob("*.py")):
        tree = ast.parse(path.read_text())
        for function in _scopes(tree):
            known = {**_assigned(tree.body), **_assigned(ast.walk(function))}
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and call.args and _name(call.func) in MAKERS | WARNERS:
                    for text in _texts(call.args[0], known, frozenset()):
                        parts = tuple(part for part in text.split(HOLE) if part.strip())
                        if parts:
                            yield Sentence(f"{path.relative_to(PLUGINS)}:{call.lineno}", parts)


def pieces() -> Iterator[Sentence]:
    """Every other text of three words or more: what sentences are put together from, and whole ones that are returned.

    Left out are the pages of reports and the lines of progress, which are no failures, and what is no English.
    """
    for path in sorted((PLUGINS / "module_utils").rglob("*.py")):
        if path.parent.name == "reports" or path.name in ("audit_reports.py", "progress.py"):
            continue
        tree = ast.parse(path.read_text())
        no_text = {id(part) for node in ast.walk(tree) for part in _inside(node)}
        for node in ast.walk(tree):
            if isinstance(node, (ast.JoinedStr, ast.Constant)) and id(node) not in no_text:
                parts = tuple(part for part in _plain(node).split(HOLE) if part.strip())
                longest = max(parts, key=len, default="").strip()
                if longest.count(" ") >= 2 and not _NO_ENGLISH.search(longest):
                    yield Sentence(f"{path.relative_to(PLUGINS)}:{node.lineno}", parts)


def constants() -> set[str]:
    """Every text in the code, or part of one between values."""
    found = set()
    for path in PLUGINS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.JoinedStr, ast.Constant)):
                found |= {" ".join(part.split()) for part in _plain(node).split(HOLE)}
    return found - {""}


def _inside(node: ast.AST) -> list[ast.expr]:
    """What stands inside of another text, and documentation."""
    if isinstance(node, ast.JoinedStr):
        return node.values
    return [node.value] if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) else []


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inner = {child for function in functions for child in ast.walk(function) if child is not function}
    yield from (function for function in functions if function not in inner)
    classes = ast.Module([node for node in tree.body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))], [])
    yield classes


def _assigned(nodes: t.Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    known: dict[str, list[ast.expr]] = {}
    for node in nodes:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, (ast.AugAssign, ast.NamedExpr)):
            targets = [node.target]
        for target in targets:
            if isinstance(target, ast.Name) and node.value is not None:  # type: ignore[attr-defined]
                known.setdefault(target.id, []).append(node.value)  # type: ignore[attr-defined]
    return known


def _texts(node: ast.expr, known: dict[str, list[ast.expr]], names: frozenset[str]) -> Iterator[str]:
    """Each text that an expression may be, as far as it is written in the code."""
    if isinstance(node, ast.Name) and node.id in known and node.id not in names:
        for value in known[node.id]:
            yield from _texts(value, known, names | {node.id})
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, known, names)
        yield from _texts(node.orelse, known, names)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value, known, names)
    elif isinstance(node, ast.BinOp):
        yield from _texts(node.left, known, names)
        yield from _texts(node.right, known, names)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        yield from _texts(node.func.value, known, names)
    elif isinstance(node, (ast.JoinedStr, ast.Constant)):
        yield _plain(node)


def _plain(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value.replace("{}", HOLE) if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_plain(part) if isinstance(part, ast.Constant) else HOLE for part in node.values)
    return HOLE


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
