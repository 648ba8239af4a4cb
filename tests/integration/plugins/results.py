# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback that writes each task's result as a line of JSON, for the tests to read."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: results
type: aggregate
short_description: Write results as lines of JSON
version_added: 0.1.0
description: Appends the result of each task to the file that E(DATASCAN_TEST_RESULTS) names.
requirements:
  - It is listed in the setting C(callbacks_enabled).
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "results"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, status: str, result: t.Any) -> None:
        task, host, value = (_part(result, name) for name in ("task", "host", "result"))
        role = str(task._role) if task._role else None
        line = {"task": task.name, "action": task.action, "role": role, "host": host.name}
        line |= {"status": status, "result": value}
        with open(os.environ["DATASCAN_TEST_RESULTS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._write("ok", result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._write("failed", result)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._write("unreachable", result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._write("skipped", result)


def _part(result: t.Any, name: str) -> t.Any:
    """Which has no underscore since ansible-core 2.19."""
    return getattr(result, name if hasattr(result, name) else f"_{name}")
