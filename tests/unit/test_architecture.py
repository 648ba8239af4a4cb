# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The architecture that docs/architecture.md describes: which part may import which, and what each part leaves out."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import typing as t
from collections import Counter
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes

pytestmark = pytest.mark.one_core

ROOT = Path(__file__).resolve().parents[2]
UTILS = ROOT / "plugins" / "module_utils"
HEADER = (
    "# Copyright: (c) 2026, datascan.gate maintainers\n"
    "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)\n"
    "# SPDX-License-Identifier: GPL-3.0-or-later\n"
)
FILES = {path.relative_to(ROOT / "plugins").as_posix(): path for path in sorted((ROOT / "plugins").rglob("*.py"))}
# Refuses an ansible-core or a Python that cannot load any other file, before one is imported.
OLD_PYTHON = "module_utils/_ansible/oldest_versions.py"
# The action plugin of this name runs on the controller only.
ONLY_DOCUMENTATION = "modules/gate_step.py"
CORE = {name.removeprefix("module_utils/_core/"): path for name, path in FILES.items() if "/_core/" in name}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}

# The parts that each part of _core may import. A part is a folder, or a file beside the folders.
MAY_IMPORT = {
    "compat": set(),
    "errors": set(),
    "error_texts": set(),
    "text": set(),
    "encoded_runs": set(),
    "decoding": {"encoded_runs"},
    "url_credentials": set(),
    "redaction": {"decoding"},
    "foreign_text": {"redaction", "text"},
    "clock": {"errors"},
    "unknown_options": set(),
    "option_reading": {"errors", "unknown_options"},
    "options": {"clock", "errors", "option_reading", "url_credentials"},
    "temporary_files": set(),
    "excerpts": set(),
    "files": {"errors", "excerpts", "temporary_files"},
    "models": {"compat", "error_texts", "errors", "option_reading"},
    "http": {"clock", "compat", "errors", "url_credentials"},
    "columns": {"compat", "errors", "foreign_text", "models", "text"},
    "gate": {"clock", "compat", "errors", "files", "foreign_text", "models", "option_reading", "options", "redaction"}
    | {"text", "unknown_options"},
    "providers": {"clock", "columns", "compat", "decoding", "encoded_runs", "error_texts", "errors", "http"}
    | {"models", "options", "option_reading", "redaction", "url_credentials"},
    "operations": {"clock", "columns", "errors", "files", "foreign_text", "gate", "models", "options", "providers"},
    "rendering": {"compat", "errors", "files", "models", "operations"},
}
# The public files of a part with several files.
INTERFACES = {
    ("operations", "providers"): {"providers/base.py", "providers/capabilities.py"},
    ("operations", "gate"): {"gate/decision.py", "gate/policy.py"},
    ("rendering", "operations"): {"operations/results.py"},
    ("providers", "columns"): {"columns/column_parser.py", "columns/models.py"},
}


class Import(t.NamedTuple):
    """A module that a file imports, as a path below plugins/, or a dotted name from elsewhere."""

    module: str
    level: int  # of a relative import; 0 for an absolute one
    is_for_types: bool  # under TYPE_CHECKING, so that nothing is loaded


def imports_of(name: str) -> list[Import]:
    """Every import of a file, at whatever depth."""
    typed = {
        id(node)
        for block in ast.walk(TREES[name])
        if isinstance(block, ast.If) and ast.unparse(block.test) == "t.TYPE_CHECKING"
        for statement in block.body
        for node in ast.walk(statement)
    }
    found = []
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            found += [Import(_path(alias.name.split(".")), 0, id(node) in typed) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(name, node)
            modules = {f"{base}/{alias.name}" if f"{base}/{alias.name}.py" in FILES else base for alias in node.names}
            found += [Import(module, node.level, id(node) in typed) for module in modules]
    return [
        one._replace(module=f"{one.module}.py") if f"{one.module}.py" in FILES else one for one in found if one.module
    ]


def _absolute(name: str, node: ast.ImportFrom) -> str:
    parts = (node.module or "").split(".") if node.module else []
    if node.level:
        return "/".join([*name.split("/")[: -node.level], *parts])
    return _path(parts)


def _path(parts: list[str]) -> str:
    """A dotted name as a path below plugins/, if it is of this collection."""
    own = parts[:4] == ["ansible_collections", "datascan", "gate", "plugins"]
    return "/".join(parts[4:]) if own else ".".join(parts)


IMPORTS = {name: imports_of(name) for name in FILES}


def importers(pattern: str) -> set[str]:
    """The files that import a module whose name matches."""
    return {name for name, found in IMPORTS.items() if any(re.fullmatch(pattern, one.module) for one in found)}


def part_of(core_name: str) -> str:
    return core_name.partition("/")[0].removesuffix(".py")


def identifiers_and_texts(tree: ast.AST) -> t.Iterator[str]:
    """Names, attributes and texts of the code, without docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


# Direction


@pytest.mark.parametrize("name", [name for name in CORE if not name.endswith("__init__.py")])
def test_a_part_of_the_core_imports_only_the_parts_below_it(name: str) -> None:
    part = part_of(name)
    for one in IMPORTS[f"module_utils/_core/{name}"]:
        if one.level:
            core_module = one.module.removeprefix("module_utils/_core/")
            assert core_module != one.module, f"{name} leaves _core for {one.module}"
            other = part_of(core_module)
            assert other == part or other in MAY_IMPORT[part], f"{name} imports {core_module}"
            allowed = INTERFACES.get((part, other))
            assert allowed is None or one.is_for_types or core_module in allowed, f"{name} imports {core_module}"


def test_packages_are_empty_and_only_the_registry_imports_by_name() -> None:
    """Other imports would be missing in the graph of this test."""
    assert [name for name, path in FILES.items() if name.endswith("__init__.py") and path.read_text()] == []
    for name, tree in TREES.items():
        used = set(identifiers_and_texts(tree))
        assert name == "module_utils/_core/providers/registry.py" or not used & {"import_module", "__import__"}, name


def test_every_part_of_the_core_has_its_place() -> None:
    assert {part_of(name) for name in CORE} - {"__init__"} == set(MAY_IMPORT)


def test_the_core_imports_neither_ansible_nor_the_collection_by_name() -> None:
    """Other front ends load it without Ansible, and under another name."""
    for name in CORE:
        absolute = {one.module.split(".")[0] for one in IMPORTS[f"module_utils/_core/{name}"] if not one.level}
        libraries = (
            {"pydantic", "pydantic_core", "requests", "urllib3"}
            if name.startswith("compat/")
            else {"typing_extensions"}
        )
        assert absolute <= sys.stdlib_module_names | libraries, name


def test_only_ansible_s_side_imports_ansible() -> None:
    outside = {name for name in importers(r"ansible(\..*)?") if name.startswith("module_utils/")}
    assert outside
    assert all(name.startswith("module_utils/_ansible/") for name in outside)


def test_modules_go_through_ansible_s_side() -> None:
    """A module calls an operation; it neither builds a provider nor sends a request."""
    for name in FILES:
        if name.startswith("modules/") and name != ONLY_DOCUMENTATION:
            imported = {one.module for one in IMPORTS[name]}
            assert "module_utils/_ansible/module.py" in imported, name
            assert not set(identifiers_and_texts(TREES[name])) & {"connect", "Connector"}, name
            assert not [one for one in imported if re.match(r"module_utils/_core/(http|compat)/", one)], name


def test_no_import_cycle() -> None:
    graph = {
        name: {one.module for one in found if not one.is_for_types} & set(FILES) for name, found in IMPORTS.items()
    }
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way[way.index(name) :], name))
        if name not in done:
            for other in graph[name]:
                visit(other, (*way, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_an_operation_never_reaches_through_the_provider() -> None:
    """Deadlines, counts and the vendor's clock are methods of the provider; its client is private."""
    for name in CORE:
        if name.startswith(("operations/", "gate/", "columns/")):
            tree = TREES[f"module_utils/_core/{name}"]
            used = set(identifiers_and_texts(tree))
            assert not used & {"http", "_http", "client", "_client", "session"}, name


# One place for each library, for the network, and for time


def test_each_library_has_one_import_point() -> None:
    assert importers(r"pydantic(_core)?(\..*)?") == {"module_utils/_core/compat/pydantic.py"}
    assert importers(r"(requests|urllib3)(\..*)?") == {"module_utils/_core/compat/requests.py"}


def test_only_http_talks_to_the_network() -> None:
    allowed = {name for name in FILES if name.startswith("module_utils/_core/http/")}
    assert importers("module_utils/_core/compat/requests.py") <= allowed | {
        "module_utils/_ansible/execution.py",
        "module_utils/_eda/run.py",
    }
    for library in ("socket", "ssl", "http.client", "urllib.request", "ftplib", "subprocess"):
        assert importers(re.escape(library)) <= allowed, library


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("module_utils/")])
def test_only_the_clock_reads_the_time(name: str) -> None:
    assert name == "module_utils/_core/clock.py" or not {one.module for one in IMPORTS[name]} & {"time", "random"}
    used = {ast.unparse(node) for node in ast.walk(TREES[name]) if isinstance(node, ast.Attribute)}
    reads = {"time.sleep", "time.time", "time.monotonic", "datetime.now", "datetime.utcnow", "random.random"}
    assert name == "module_utils/_core/clock.py" or not used & reads


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("module_utils/")])
def test_nothing_prints_and_only_ansible_s_side_ends_the_process(name: str) -> None:
    used = set(identifiers_and_texts(TREES[name]))
    assert name == OLD_PYTHON or not used & {"print", "exit", "_exit", "stderr", "stdout", "SystemExit"}
    assert name.startswith("module_utils/_ansible/") or not used & {"exit_json", "fail_json", "AnsibleModule"}


# Providers


def test_ansible_packs_the_file_of_every_provider() -> None:
    """Ansible sends a module only files that an import statement names; the registry itself loads by name."""
    named = {one.module for one in IMPORTS["module_utils/_core/providers/registry.py"]}
    for provider in provider_classes().values():
        assert provider.__module__.partition(".plugins.")[2].replace(".", "/") + ".py" in named


def test_a_module_loads_no_provider_but_its_own() -> None:
    code = (
        "import sys, conftest; from ansible_collections.datascan.gate.plugins.modules import scan_status; "
        "from ansible_collections.datascan.gate.plugins.module_utils._core.providers import registry; "
        "registry.provider_class('protecto'); print(*sys.modules)"
    )
    command = [sys.executable, "-B", "-c", code]
    loaded = subprocess.run(command, cwd=ROOT / "tests" / "unit", capture_output=True, text=True, check=True).stdout
    providers = {name for name in provider_classes() if f"._core.providers.{name}" in loaded}
    assert providers == {"protecto"}


def test_a_provider_imports_no_other() -> None:
    for name in CORE:
        owner = _owner(name)
        for one in IMPORTS[f"module_utils/_core/{name}"]:
            other = _owner(one.module.removeprefix("module_utils/_core/"))
            assert owner is None or other in (None, owner), f"{name} imports {one.module}"


def _owner(core_name: str) -> str | None:
    """The vendor to which a file belongs."""
    found = re.match(r"providers/(\w+)(/|\.py)", core_name)
    return found[1] if found and found[1] in provider_classes() else None


# Names of vendors, of their fields, headers and tokens.
VENDOR_WORDS = (
    *("scanStatus", "pageLinks", "scanId", "tracking_id", "processingStatus", "scanChildren", "systemToken"),
    *("X-API-Key", "refresh-access-token", "connection string", "SharedAccess", "creative"),
)


@pytest.mark.parametrize(
    "name", [name for name in CORE if _owner(name) is None and name not in ("providers/registry.py", "redaction.py")]
)
def test_no_vendor_s_name_or_term_is_outside_its_own_files(name: str) -> None:
    """The registry lists the vendors; redaction knows the forms of secrets, whoever sends them."""
    used = " ".join(identifiers_and_texts(TREES[f"module_utils/_core/{name}"])).lower()
    assert not [name for name in (*provider_classes(), *VENDOR_WORDS) if name.lower() in used]


# Shape


def test_class_names_are_unique() -> None:
    """Different classes need different names. Ansible prescribes the names of plugins' classes."""
    counts = Counter(
        node.name
        for name, tree in TREES.items()
        if name.startswith(("module_utils/", "modules/", "plugin_utils/"))
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and "compat/" not in name
    )
    assert [name for name, count in counts.items() if count > 1] == []


def test_complexity_is_bounded_or_has_a_reason() -> None:
    """Ruff's C901 checks it; an exception gives its reason beside it."""
    settings = (ROOT / "ruff.toml").read_text(encoding="utf-8")
    assert settings.count("C901") == 1, "it is selected, and ignored nowhere"
    assert int(re.findall(r"max-complexity = (\d+)", settings)[0]) <= 10
    for path in [*ROOT.glob("plugins/**/*.py"), *ROOT.glob("roles/**/*.py"), *ROOT.glob("tests/*/**/*.py")]:
        for line in path.read_text(encoding="utf-8").splitlines() if path.name != Path(__file__).name else ():
            assert "C901" not in line or re.search(r"noqa: C901  \(.{10,}\)", line), path


@pytest.mark.parametrize("path", sorted((ROOT / "plugins" / "action").glob("*.py")), ids=lambda path: path.stem)
def test_an_action_plugin_only_names_its_module(path: Path) -> None:
    (kind,) = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)]
    assert (kind.name, len(kind.body)) == ("ActionModule", 1)


@pytest.mark.parametrize("folder", ["module_utils", "plugin_utils"])
def test_unit_tests_mirror_the_plugins(folder: str) -> None:
    tests = ROOT / "tests" / "unit" / folder
    folders = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")}
    assert folders
    assert [path for path in folders if not (ROOT / "plugins" / folder / path).is_dir()] == []


@pytest.mark.parametrize("path", [*FILES.values(), *sorted((ROOT / "tests" / "unit").rglob("*.py"))], ids=str)
def test_every_file_has_its_licence(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if text:
        assert text.removeprefix("#!/usr/bin/python\n").startswith(HEADER)
        assert "\nfrom __future__ import annotations\n" in text


@pytest.mark.parametrize("path", [*FILES.values(), *sorted((ROOT / "tests").rglob("*.py"))], ids=str)
def test_no_function_has_its_body_on_its_own_line(path: Path) -> None:
    """The sanity tests of ansible-core 2.16 forbid it. ruff formats a body of dots so: write a docstring."""
    assert re.findall(r"^ *(?:async )?def .*: \.\.\.$", path.read_text(encoding="utf-8"), re.MULTILINE) == []
