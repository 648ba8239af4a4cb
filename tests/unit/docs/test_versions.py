# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions agree wherever they are written: of the collection, of what it needs, and of what it is tested on."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import matrix
import pytest
import yaml
from ansible_collections.datascan.gate.plugins.module_utils._core.http import session
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[3]
# Pages written by hand, without vendors' documents and generated files.
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for pattern in ("*.md", "*.yml", *(f"{top}/**/*.*" for top in ("docs", "meta", "playbooks", "plugins", "roles")))
    for path in sorted(ROOT.glob(pattern))
    if path.suffix in (".md", ".yml", ".py") and path.name != "CHANGELOG.md"
}


def loaded(path: str) -> t.Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


GALAXY = loaded("galaxy.yml")
VERSION = Version(GALAXY["version"])
RELEASES = {Version(name): release for name, release in loaded("changelogs/changelog.yaml")["releases"].items()}
CORE = Version(re.findall(r"[\d.]+", loaded("meta/runtime.yml")["requires_ansible"])[0])
SERIES = f"{CORE.major}.{CORE.minor}"
OLDEST_PYTHON = loaded("tests/config.yml")["modules"]["python_requires"].removeprefix(">=")
PYTHON_OR_NEWER = re.compile(r"Python (\d\.\d+) or newer")


def requirements(path: str) -> dict[str, list[Requirement]]:
    """The packages of a requirements file; one may have a line for each of several Pythons."""
    found: dict[str, list[Requirement]] = {}
    for line in (ROOT / path).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            found.setdefault(requirement.name, []).append(requirement)
    return found


def lowest(specifier: SpecifierSet) -> Version:
    (bound,) = [one.version for one in specifier if one.operator == ">="]
    return Version(bound)


# The collection's own version


def test_the_version_is_a_semantic_one() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9a-z.]+)?", GALAXY["version"])


def test_the_user_agent_has_the_version() -> None:
    assert GALAXY["version"] == session.VERSION


def test_the_changelog_is_not_ahead_and_a_release_leaves_no_fragment() -> None:
    """Changes of an unreleased version are in fragments. After a release, a fragment needs a new version."""
    fragments = list((ROOT / "changelogs/fragments").glob("*.y*ml"))
    assert all(release <= VERSION for release in RELEASES)
    assert not (VERSION in RELEASES and fragments)


def test_the_changelog_page_has_every_release_and_the_version_that_is_next() -> None:
    fragments = list((ROOT / "changelogs/fragments").glob("*.y*ml"))
    shown = {*RELEASES, VERSION} if fragments else {*RELEASES}
    headings = re.findall(r"^## v(.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [Version(heading.replace("\\", "")) for heading in headings] == sorted(shown, reverse=True)


def test_nothing_was_added_in_a_version_that_is_not_there_yet() -> None:
    added = {
        (name, version)
        for name, text in PAGES.items()
        for version in re.findall(r"^\s*version_added: [\"']?([\d.]+)", text, re.MULTILINE)
    }
    assert added
    assert not [one for one in added if Version(one[1]) > VERSION]


def test_a_page_that_names_a_version_of_the_collection_names_this_one() -> None:
    """A page names it as the file of a release, or in the form of ansible-galaxy and of a requirements file."""
    pattern = r"datascan-gate-(\d[\w.-]*?)\.tar\.gz|datascan\.gate:(?:==)?(\d[\w.]*)"
    named = {(name, *found) for name, text in PAGES.items() for found in re.findall(pattern, text)}
    assert not [one for one in named if GALAXY["version"] not in one]


# Requirements


def test_every_place_names_the_same_oldest_ansible_core() -> None:
    stated = {
        name: set(re.findall(r"ansible-core ?(?:>= ?|has to be )(\d+\.\d+)", text)) for name, text in PAGES.items()
    }
    assert stated["README.md"] == {SERIES}
    assert {version for versions in stated.values() for version in versions} == {SERIES}
    for role in ROOT.glob("roles/*/meta/main.yml"):
        assert yaml.safe_load(role.read_text())["galaxy_info"]["min_ansible_version"] == SERIES


@pytest.mark.parametrize("path", sorted(path.name for path in ROOT.glob("tests/*requirements.txt")))
def test_tools_run_on_one_series_of_ansible_core(path: str) -> None:
    """The exception is a Python that is too new for this series."""
    pinned = requirements(f"tests/{path}")["ansible-core"][0]
    series = lowest(pinned.specifier)
    assert series >= CORE
    assert pinned.specifier.contains(f"{series}.99")
    assert not pinned.specifier.contains(f"{series.major}.{series.minor + 1}.0")


def test_the_documentation_names_the_libraries_as_the_requirements_do() -> None:
    needed = {name: lowest(lines[0].specifier) for name, lines in requirements("requirements.txt").items()}
    stated = {
        (library, Version(version))
        for name, text in PAGES.items()
        for library, version in re.findall(rf"\b({'|'.join(needed)}) >= ([\d.]*\d)", text)
    }
    assert stated == set(needed.items())


def test_every_place_names_the_same_oldest_python_of_make() -> None:
    stated = {(name, version) for name, text in PAGES.items() for version in PYTHON_OR_NEWER.findall(text)}
    stated |= {("Makefile", version) for version in PYTHON_OR_NEWER.findall((ROOT / "Makefile").read_text())}
    # A message about modules, in the page that explains it.
    stated -= {("docs/troubleshooting.md", OLDEST_PYTHON)}
    assert {name for name, _version in stated} >= {"README.md", "CONTRIBUTING.md", "Makefile"}
    assert {version for _name, version in stated} == {"3.11"}


def test_every_place_names_the_same_oldest_python_of_modules() -> None:
    pages = ("README.md", "CONTRIBUTING.md", "docs/troubleshooting.md")
    stated = {
        name: re.findall(r"at least Python ([\d.]+\d)|needs Python (\d\.\d+)|run on Python (\d\.\d+)", PAGES[name])
        for name in pages
    }
    assert all(stated.values())
    assert {version for found in stated.values() for versions in found for version in versions if version} == {
        OLDEST_PYTHON
    }


def test_the_tools_know_the_oldest_python_of_modules() -> None:
    oldest = lowest(SpecifierSet(loaded("tests/config.yml")["modules"]["python_requires"]))
    assert f"python_version = {oldest}" in (ROOT / "mypy.ini").read_text()
    assert f'target-version = "py{oldest.major}{oldest.minor}"' in (ROOT / "ruff.toml").read_text()


# Tested versions


MATRIX = matrix.PAIRS.split()


def test_the_matrix_begins_with_the_oldest_of_each() -> None:
    assert MATRIX[0] == f"{SERIES}:3.10"
    assert len(set(MATRIX)) == len(MATRIX)


def test_the_readme_names_the_versions_that_the_matrix_runs() -> None:
    cores = sorted((pair.partition(":")[0] for pair in MATRIX), key=Version)
    pythons = sorted((pair.partition(":")[2] for pair in MATRIX), key=Version)
    tested = f"ansible-core {cores[0]} to {cores[-1]} and Python {pythons[0]} to {pythons[-1]}"
    assert tested in " ".join(PAGES["README.md"].split())


def test_the_readme_names_the_oldest_python_of_each_core_as_the_matrix_does() -> None:
    text = " ".join(PAGES["README.md"].split())
    stated = {
        core: python
        for python, *cores in re.findall(r"(\d\.\d+) for (?:ansible-core )?(\d\.\d+) and (\d\.\d+)", text)
        for core in cores
    }
    pairs = [pair.split(":") for pair in MATRIX]
    assert stated == {
        core: min((python for other, python in pairs if other == core), key=Version) for core, _python in pairs
    }


@pytest.mark.parametrize("path", ["execution-environment.yml", "decision-environment.yml"])
def test_an_environment_has_tested_versions(path: str) -> None:
    definition = loaded(path)
    assert re.fullmatch(r"[\w./-]+:\d+\.\d+", definition["images"]["base_image"]["name"])
    dependencies = definition["dependencies"]
    specifier = Requirement(dependencies["ansible_core"]["package_pip"]).specifier
    python = dependencies["python_interpreter"]["package_system"].removeprefix("python")
    assert dependencies["python_interpreter"]["python_path"] == f"/usr/bin/python{python}"
    cores = sorted({Version(pair.partition(":")[0]) for pair in MATRIX})
    newest = cores[-1]
    assert lowest(specifier) == cores[0]
    assert specifier.contains(f"{newest}.99") and not specifier.contains(f"{newest.major}.{newest.minor + 1}.0")
    assert f"{newest}:{python}" in MATRIX  # pip takes the newest core
