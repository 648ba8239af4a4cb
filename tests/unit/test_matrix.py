# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make matrix` runs the installed pairs, reports the missing ones, and detects a pair that runs fewer tests."""

from __future__ import annotations

import shlex
from pathlib import Path

import compare_pairs
import matrix
import pytest
from packaging.requirements import Requirement


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Versions of Python: none is installed unless a test adds it."""
    versions: set[str] = set()
    monkeypatch.setattr(matrix, "find_python", lambda version: f"python{version}" if version in versions else None)
    return versions


def test_an_installed_pair_runs_with_its_python(installed: set[str]) -> None:
    installed.add("3.13")
    (pair,), absent = matrix.choose(["2.21:3.13"])
    assert (str(pair), pair.python, pair.instead_of, absent) == ("2.21:3.13", "python3.13", [], [])


def test_the_next_pair_of_an_entry_takes_the_place_and_the_table_shows_it(installed: set[str]) -> None:
    installed.add("3.11")
    (pair,), absent = matrix.choose(["2.21:3.13,2.21:3.12,2.19:3.11"])
    assert (str(pair), pair.instead_of, absent) == ("2.19:3.11", ["2.21:3.13", "2.21:3.12"], [])
    lines = list(matrix.table([pair], []))
    assert [name for name in ("2.21:3.13", "2.21:3.12") if f"2.19:3.11 ran in place of {name}" in "".join(lines)]


def test_a_pair_that_is_not_installed_is_named(installed: set[str]) -> None:
    pairs, absent = matrix.choose(["2.21:3.13"])
    assert pairs == []
    assert absent == ["2.21:3.13 did not run: that Python is not installed."]


def test_a_pair_that_two_entries_name_runs_once(installed: set[str]) -> None:
    installed.add("3.12")
    pairs, _absent = matrix.choose(["2.20:3.13,2.20:3.12", "2.20:3.12"])
    assert list(map(str, pairs)) == ["2.20:3.12"]


def test_requirements_have_one_core_and_no_tool_that_is_left_out() -> None:
    lines = matrix.requirements("2.16").splitlines()
    found = [Requirement(line) for line in lines]
    assert [str(one) for one in found if one.name == "ansible-core"] == ["ansible-core==2.16.*"]
    assert not {one.name for one in found} & set(matrix.LEFT_OUT)
    assert {"pytest", "fastapi", "mypy"} <= {one.name for one in found}


def test_the_tests_to_run_are_chosen_by_their_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MATRIX_TESTS", raising=False)
    assert matrix.pytest_options(Path("unit.xml")) == "--junit-xml=unit.xml"
    monkeypatch.setenv("MATRIX_TESTS", "not one_core")
    assert shlex.split(matrix.pytest_options(Path("unit.xml"))) == ["--junit-xml=unit.xml", "-m", "not one_core"]


REPORT = """<testsuites><testsuite>
<testcase classname="tests.unit.test_a" name="test_one" />
<testcase classname="tests.unit.test_a" name="test_two[x]" />
<testcase classname="tests.unit.test_a" name="test_three"><skipped message="why" /></testcase>
</testsuite></testsuites>"""


def test_a_skipped_test_did_not_run(tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text(REPORT)
    assert compare_pairs.tests_run(tmp_path / "unit.xml") == {
        "tests.unit.test_a::test_one",
        "tests.unit.test_a::test_two[x]",
    }


def test_a_test_that_ran_on_one_pair_only_is_missing_on_the_others() -> None:
    ran = {"2.16:3.10": {"a::one", "a::two"}, "2.21:3.13": {"a::one", "a::three"}}
    assert compare_pairs.missing_tests(ran) == {"2.16:3.10": ["a::three"], "2.21:3.13": ["a::two"]}


def test_a_test_that_is_named_with_its_reason_may_be_missing() -> None:
    for name, reason in compare_pairs.NOT_COMPARED.items():
        assert reason
        assert compare_pairs.missing_tests({"one": {f"a::{name}[x]"}, "other": set()}) == {}


def test_fewer_tests_on_one_pair_fail_the_matrix(tmp_path: Path) -> None:
    pairs = [matrix.Pair("2.16", "3.10", "python3.10"), matrix.Pair("2.21", "3.13", "python3.13")]
    for pair, report in zip(pairs, (REPORT, REPORT.replace("test_one", "test_new")), strict=True):
        (tmp_path / f"{pair.core}-{pair.version}").mkdir()
        (tmp_path / f"{pair.core}-{pair.version}" / "unit.xml").write_text(report)
    first, second = matrix.compare(pairs, tmp_path, ["sanity", "unit"])
    assert "did not run on 2.16:3.10" in first and "tests.unit.test_a::test_new" in first
    assert "did not run on 2.21:3.13" in second and "tests.unit.test_a::test_one" in second
