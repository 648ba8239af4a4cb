# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a vendor writes cannot command the CI server that reads the log, and no_log hides all of it."""

from __future__ import annotations

import re

import pytest
from playbook_runs import AS_MODULE

WORD = "Zebra"
COMMANDS = (
    "::error::x\n##vso[task.setvariable variable=a]b ##[section]c ##teamcity[d] \x1b[0Ksection_start:1:e\r\x1b[0K"
)
STATUS = f"{WORD}\r\n{COMMANDS}"
OBEYED = re.compile(r"^\s*::[^\s:]|##\w*\[|section_(start|end):\d|\x1b|\r", re.MULTILINE)


@pytest.fixture
def hostile(sandbox, play):
    def run(*arguments, **variables):
        return play("hostile_texts", *arguments, scan=sandbox.seed(STATUS), **variables)

    return run


@pytest.mark.parametrize(
    ("way", "result_format"),
    [({}, "json"), ({}, "yaml"), (AS_MODULE, "yaml")],
    ids=["in process", "in process, as YAML", "module, as YAML"],
)
def test_no_line_is_a_command(hostile, way, result_format):
    run = hostile("-vvv", environment={"ANSIBLE_CALLBACK_RESULT_FORMAT": result_format}, **way)
    assert WORD in run.output
    assert [line for line in run.output.split("\n") if OBEYED.search(line)] == []


@pytest.mark.parametrize("way", [{}, AS_MODULE], ids=["in process", "module"])
def test_with_no_log_nothing_of_it_is_shown(hostile, way):
    run = hostile(hidden=True, **way)
    assert run["Wait"]["failed"]
    # ansible-core 2.19 and newer print the message of a failed task, and a module's warnings, whatever no_log says.
    printed_by_ansible = {"[ERROR]", "[WARNING]"} if way else {"[ERROR]"}
    assert {line.partition(":")[0] for line in run.output.split("\n") if WORD in line} <= printed_by_ansible
    assert "scan_wait: [" not in run.output
