# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of the house (DESIGN, section 1): which room may know what."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import VERBS, Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
FILES = {path.relative_to(PLUGINS).as_posix(): path for path in sorted(PLUGINS.rglob("*.py"))}
UTILS = {name: path for name, path in FILES.items() if name.startswith("module_utils/")}
CORE = {name: path for name, path in UTILS.items() if "/_providers/" not in name}
HEADER = (
    "# Copyright: (c) 2026, datascan.gate maintainers\n"
    "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)\n"
    "# SPDX-License-Identifier: GPL-3.0-or-later\n"
)


def imports(path: Path) -> set[str]:
    """Whatever a file imports anywhere; its own collection's files as paths under plugins."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            folder = path.parent
            for _level in range(1, node.level):
                folder = folder.parent
            if node.level:
                start = [*folder.relative_to(PLUGINS).parts, *(node.module or "").split(".")]
            else:
                start = (node.module or "").split(".")
                if start[:4] == ["ansible_collections", "datascan", "gate", "plugins"]:
                    start = start[4:]
            base = "/".join(part for part in start if part)
            found |= {base} | {f"{base}/{alias.name}" for alias in node.names}
    return found


IMPORTS = {name: imports(path) for name, path in FILES.items()}


def importers(pattern: str) -> set[str]:
    return {name for name, found in IMPORTS.items() if any(re.fullmatch(pattern, one) for one in found)}


def test_only_one_file_imports_each_library() -> None:
    assert importers(r"(requests|urllib3)([./].*)?") == {"module_utils/_requests.py"}
    assert importers(r"pydantic([./].*)?") == {"module_utils/_pydantic.py"}


def test_only_one_file_talks_to_the_network() -> None:
    """_ansible asks only whether requests is there, and _faults only knows the exceptions of these libraries."""
    faults = "module_utils/_faults.py"
    assert importers("module_utils/_requests") == {"module_utils/_http.py", "module_utils/_ansible.py", faults}
    assert {name for name, path in FILES.items() if "requests.Session" in path.read_text()} == {"module_utils/_http.py"}
    for name in ("socket", "ssl", "http", "http.client", "urllib.request", "urllib/request", "ftplib", "subprocess"):
        assert importers(name) <= {"module_utils/_http.py", *([faults] if name == "ssl" else [])}, name


def test_only_the_doors_know_ansible() -> None:
    known = importers(r"ansible([./].*)?")
    inside = {name for name in known if not name.startswith(("plugin_utils/", "action/", "filter/"))}
    assert inside == {"module_utils/_ansible.py"}
    for name in ("modules", "action", "plugin_utils"):
        assert any(
            file.startswith(f"{name}/") for file in importers("module_utils/_ansible") | importers(r"plugin_utils/.*")
        )
    assert importers("module_utils/_ansible") <= {
        name for name in FILES if name.startswith(("modules/", "plugin_utils/"))
    }


@pytest.mark.parametrize(
    ("room", "strangers"),
    [
        (r"module_utils/_models\.py", r"module_utils/(_http|_provider|_verbs|_providers|_gate|_report|_files)(/.*)?"),
        (r"module_utils/_http\.py", r"module_utils/(_provider|_providers|_verbs|_models|_gate|_report|_files)(/.*)?"),
        (r"module_utils/_(gate|report|files|secrets)\.py", r"module_utils/(_http|_provider|_providers|_verbs)(/.*)?"),
        (r"module_utils/_reports/.*", r"module_utils/(_http|_provider|_providers|_verbs|_ansible)(/.*)?"),
        (r"module_utils/_verbs/.*", r"module_utils/(_http|_requests|_providers|_ansible)(/.*)?"),
        (r"module_utils/_providers/.*", r"module_utils/(_verbs|_requests|_ansible|_gate|_report|_files)(/.*)?"),
        (r"modules/.*", r"module_utils/(_http|_requests|_providers)(/.*)?"),
    ],
)
def test_no_room_reaches_over_another(room: str, strangers: str) -> None:
    rooms = [name for name in FILES if re.fullmatch(room, name)]
    assert rooms
    for name in rooms:
        assert not [one for one in IMPORTS[name] if re.fullmatch(strangers, one)], name


def test_a_vendor_knows_no_other_vendor() -> None:
    for vendor in provider_classes().values():
        mine = vendor.__module__.rpartition(".")[2]
        others = {other.__module__.rpartition(".")[2] for other in provider_classes().values()} - {mine}
        found = IMPORTS[f"module_utils/_providers/{mine}.py"]
        assert not [one for one in found if one.rpartition("/")[2] in others]


def strings_and_names(path: Path) -> t.Iterator[str]:
    """What the code says, without what its docstrings and comments explain."""
    tree = ast.parse(path.read_text())
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


@pytest.mark.parametrize("name", sorted(set(CORE) - {"module_utils/_provider.py"}))
def test_no_vendors_name_or_word_is_outside_its_file(name: str) -> None:
    """The registry in _provider.py is the one list of the vendors."""
    words = {
        *provider_classes(),
        *("scanStatus", "pageLinks", "scanId", "tracking_id", "processingStatus", "scanChildren"),
    }
    said = " ".join(strings_and_names(CORE[name])).lower()
    assert not [word for word in words if word.lower() in said]


def test_the_port_names_a_vendor_only_in_the_registry() -> None:
    said = list(strings_and_names(CORE["module_utils/_provider.py"]))
    assert [word for word in said if word in provider_classes()] == list(provider_classes())
    assert not [
        word for word in said if word not in provider_classes() and any(vendor in word for vendor in provider_classes())
    ]


def test_ansible_sends_a_module_the_file_of_every_vendor() -> None:
    """It sends what an import names, wherever in a file that stands; the registry itself imports by name."""
    named = {name for name in IMPORTS["module_utils/_provider.py"] if name.startswith("module_utils/_providers/")}
    assert named == {f"module_utils/_providers/{vendor}" for vendor in provider_classes()}


def test_a_module_loads_no_vendor_but_its_own() -> None:
    code = (
        "import sys, conftest; from ansible_collections.datascan.gate.plugins.modules import scan_status; "
        "from ansible_collections.datascan.gate.plugins.module_utils import _provider; "
        "_provider.provider_class('protecto'); "
        "print(*(name.rpartition('.')[2] for name in sys.modules if '._providers.' in name))"
    )
    command = [sys.executable, "-B", "-c", code]
    loaded = subprocess.run(command, cwd=ROOT / "tests" / "unit", capture_output=True, text=True, check=True)
    assert [name for name in loaded.stdout.split() if not name.startswith("_")] == ["protecto"]


@pytest.mark.parametrize("name", sorted(UTILS))
def test_nothing_below_the_doors_exits_or_prints(name: str) -> None:
    said = set(strings_and_names(UTILS[name]))
    assert not said & {"print", "exit", "_exit", "SystemExit"}
    if name != "module_utils/_ansible.py":
        assert not said & {"exit_json", "fail_json", "AnsibleModule"}


def test_nothing_but_the_clock_sleeps_or_knows_the_time() -> None:
    for name, path in UTILS.items():
        tree = ast.parse(path.read_text())
        used = {
            f"{node.value.id}.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        }
        if name != "module_utils/_clock.py":
            assert not used & {
                "time.sleep",
                "time.time",
                "time.monotonic",
                "datetime.now",
                "datetime.utcnow",
                "random.random",
            }


@pytest.mark.parametrize("path", sorted((PLUGINS / "action").glob("*.py")), ids=lambda path: path.stem)
def test_an_action_plugin_is_three_lines(path: Path) -> None:
    (kind,) = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
    assert (kind.name, len(kind.body)) == ("ActionModule", 1)


@pytest.mark.parametrize("path", [*FILES.values(), *sorted((ROOT / "tests" / "unit").rglob("*.py"))], ids=str)
def test_every_file_says_whose_it_is(path: Path) -> None:
    text = path.read_text()
    if text:
        assert text.removeprefix("#!/usr/bin/python\n").startswith(HEADER)
        assert "\nfrom __future__ import annotations\n" in text


# The registry


@pytest.mark.parametrize("vendor", provider_classes().values(), ids=provider_classes().keys())
def test_what_a_vendor_says_of_itself(vendor: type[Provider]) -> None:
    assert provider_classes()[vendor.name] is vendor
    assert set(vendor.unsupported) <= set(VERBS)
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in vendor.unsupported.values())
    assert all(word == word.strip().lower() for word in vendor.state_map)
    assert vendor.min_poll_interval >= 1


@pytest.mark.parametrize("vendor", provider_classes().values(), ids=provider_classes().keys())
def test_a_vendor_has_what_it_does_not_say_it_lacks(vendor: type[Provider]) -> None:
    needs = {
        "start": ("validate_target", "predict", "start"),
        "status": ("get", "check_id"),
        "list": ("scans",),
        "cancel": ("cancel", "is_cancellable"),
        "rescan": ("rescan", "get_rescan_parent", "find_running_rescan", "rescan_blocker"),
        "columns": ("columns", "clusters"),
    }
    assert set(needs) == set(VERBS)
    for verb, methods in needs.items():
        for method in methods:
            if vendor.supports(verb):
                assert getattr(vendor, method) is not getattr(Provider, method), f"{verb}: {method}"
