# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that could not report its failure, because the host's Python is too old for Ansible's part of the module."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.plugin_utils._host_python import explain_old_python

CRASH = {
    "failed": True,
    "msg": "MODULE FAILURE\nSee stdout/stderr for the exact error",
    "module_stdout": "",
    "module_stderr": "Traceback (most recent call last):\n",
    "exception": "Traceback (most recent call last):\n",
    "rc": 1,
}
TOO_OLD_FOR_CORE = {"failed": True, "msg": "ansible-core requires a minimum of Python version 3.8."}


class ActionOnHost:
    """An action plugin whose host answers a command."""

    def __init__(self, stdout: str, interpreter: str | None = "#!/usr/bin/python3") -> None:
        self.stdout = stdout
        self._used_interpreter = interpreter
        self.commands: list[str] = []

    def _low_level_execute_command(self, command: str) -> dict[str, t.Any]:
        self.commands.append(command)
        return {"rc": 0, "stdout": self.stdout, "stderr": ""}


def explain(action: ActionOnHost, result: dict[str, t.Any]) -> dict[str, t.Any]:
    return explain_old_python(action, dict(result))  # type: ignore[arg-type]


@pytest.mark.parametrize("result", [CRASH, TOO_OLD_FOR_CORE])
@pytest.mark.parametrize("stdout", ["(2, 7)\n", "(3, 6)\n", "Welcome.\r\n(3, 9)\r\n"])
def test_an_old_python_is_the_failure_that_is_reported(result: dict[str, t.Any], stdout: str) -> None:
    action = ActionOnHost(stdout)
    explained = explain(action, {**result, "ansible_facts": {"discovered_interpreter_python": "/usr/bin/python3"}})
    version = stdout[stdout.index("(") + 1 : stdout.index(")")].replace(", ", ".")
    assert explained["msg"].startswith(
        "datascan.gate needs Python 3.10 or newer, and /usr/bin/python3 is Python " + version
    )
    assert (explained["failed"], explained["error"]["kind"]) == (True, "invalid_input")
    assert not {"module_stdout", "module_stderr", "exception", "rc"} & set(explained)
    assert explained["ansible_facts"] == {"discovered_interpreter_python": "/usr/bin/python3"}
    (command,) = action.commands
    assert command.startswith("/usr/bin/python3 -c ")


@pytest.mark.parametrize("stdout", ["(3, 10)\n", "(3, 13)\n", "", "sh: 1: /usr/bin/python3: not found\n"])
def test_another_failure_keeps_what_ansible_reports(stdout: str) -> None:
    assert explain(ActionOnHost(stdout), CRASH) == CRASH


@pytest.mark.parametrize(
    "result",
    [
        {"changed": True},
        {"failed": True, "msg": "401", "error": {"kind": "unauthorized"}},
        {"started": 1, "ansible_job_id": "j1"},
        {"unreachable": True},
    ],
)
def test_the_host_is_not_asked_if_the_module_reported(result: dict[str, t.Any]) -> None:
    action = ActionOnHost("(2, 7)\n")
    assert explain(action, result) == result
    assert action.commands == []


def test_the_host_is_not_asked_if_no_interpreter_was_used() -> None:
    action = ActionOnHost("(2, 7)\n", interpreter=None)
    assert explain(action, CRASH) == CRASH
    assert action.commands == []
