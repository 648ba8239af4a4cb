# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of a run with stand-ins for what differs from run to run, so that two runs can be compared."""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Mapping

from playbook_runs import Run

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{24}\b")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d|)")
_SECONDS = re.compile(r"\b(After )\d+( s)\b")
# On a machine that stands still at a deadline, the last poll of a wait is not answered in time, or not sent.
_LAST_POLL = re.compile(r" The last poll failed: .*?\.(?= [A-Z]|$)")
_OF_THE_LAST_POLL = {"http_status": None, "method": None, "url": None, "vendor_errors": []}
_MEASURED = ("elapsed", "polls", "requests")
_LEFT_OUT = ("ansible.builtin.file", "ansible.builtin.include_role", "ansible.builtin.meta")
# What a core adds by itself: where it does, also inside a result that a registered variable holds, differs.
_OF_THE_CORE = ("invocation", "exception", "warnings", "deprecations")


class _StandIns:
    """Puts a name in the place of each id, address, path, time and measure."""

    def __init__(self, run: Run, names: Mapping[str, str]) -> None:
        self._run = run
        self._names = dict(names)
        self._made = 0

    def text(self, value: str) -> str:
        value = value.replace(self._run.api_url, "API").replace(str(self._run.cwd), "FOLDER")
        value = _SECONDS.sub(r"\1N\2", _TIME.sub("TIME", _ID.sub(self._name_of, value)))
        return _LAST_POLL.sub("", value)

    def report(self, name: str, text: str) -> str:
        if name.endswith(".json"):
            text = json.dumps(self.value(json.loads(text)), indent=2) + "\n"
        return self.text(text)

    def value(self, value: t.Any) -> t.Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            if value.get("kind") == "wait_timeout":
                value = {**value, **_OF_THE_LAST_POLL}
            return {
                self.text(key): type(item).__name__ if key in _MEASURED else self.value(item)
                for key, item in value.items()
                if key not in ("_ansible_no_log", "ansible_facts")
            }
        return value

    def _name_of(self, match: re.Match[str]) -> str:
        if match[0] not in self._names:
            self._made += 1
            self._names[match[0]] = f"id {self._made}"
        return self._names[match[0]]


def comparable(run: Run) -> list[t.Any]:
    """Statuses and results of every task."""
    stand_ins = _StandIns(run, {})
    return [
        {"task": record["task"], "status": record["status"], "result": stand_ins.value(record["result"])}
        for record in run.records
    ]


def same_on_every_core(run: Run, names: Mapping[str, str]) -> dict[str, t.Any]:
    """What does not depend on ansible-core: how the playbook's own tasks end, and every report.

    A role's own tasks are left out, since the playbook shows what the role returns, and tasks of Ansible's own modules
    unless they show something. `names` has the names of known ids.
    """
    stand_ins = _StandIns(run, names)
    tasks = [
        {
            "task": record["task"],
            "status": record["status"],
            "result": _without_the_cores(stand_ins.value(record["result"])),
        }
        for record in run.records
        if not record["role"] and record["action"] not in _LEFT_OUT
    ]
    reports = {name: stand_ins.report(name, text) for name, (_time, text) in sorted(run.reports.items())}
    return {"ends well": run.rc == 0, "tasks": tasks, "reports": reports}


def _without_the_cores(value: t.Any) -> t.Any:
    if isinstance(value, list):
        return [_without_the_cores(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_the_cores(item) for key, item in value.items() if not _is_of_the_core(key, item)}
    return value


def _is_of_the_core(key: str, value: t.Any) -> bool:
    """Whether to leave it out. A `failed` that is true stays, and so does a count of failed scans."""
    return key in _OF_THE_CORE or key.startswith("_ansible_") or (key == "failed" and value is False)
