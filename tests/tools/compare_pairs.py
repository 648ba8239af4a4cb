# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests ran on one pair of ansible-core and Python and not on another, from the JUnit reports of pytest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

# Tests that need not run on every pair, with the reason. The name is that of the function, as parameters do not matter.
NOT_COMPARED = {
    "test_the_trials_have_met_everything_that_they_are_for": (
        "it skips itself where pytest-xdist gave the trials to another worker than the test that counts them"
    ),
}


def tests_run(report: Path) -> set[str]:
    """The names of the tests that ran: those that were skipped did not."""
    cases = ElementTree.parse(report).iter("testcase")
    return {f"{case.get('classname')}::{case.get('name')}" for case in cases if case.find("skipped") is None}


def missing_tests(ran: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """For each pair, the tests that ran on another pair only. Pairs without a missing test are left out."""
    every = set().union(*ran.values())
    compared = {test for test in every if _function(test) not in NOT_COMPARED}
    found = {pair: sorted(compared - tests) for pair, tests in ran.items()}
    return {pair: tests for pair, tests in found.items() if tests}


def _function(test: str) -> str:
    return test.rpartition("::")[2].partition("[")[0]
