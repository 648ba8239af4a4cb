# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for each playbook, whatever it does."""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path

import pytest
from comparable_runs import comparable
from playbook_preparations import AS_MODULES_TOO, DEPEND_ON_THE_CORE, ONCE, PREPARATIONS
from playbook_runs import AS_MODULE, PLAYBOOKS


def each(names):
    return pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.playbook(name)) for name in names])


every_playbook = each(PREPARATIONS)
run_both_ways = each(sorted(AS_MODULES_TOO))

# What starts a scan each time: it is asked to, or the last one did not complete, or a rescan has ended.
STARTS_AGAIN = {
    "start_anew": {
        "Start another one while one runs",
        "Start one whose predecessor is not fresh",
        "Wait for one that ends in an error",
    },
    "rescan": {"Scan again and wait, though it is too early at first"},
}
# How many tasks of a playbook are skipped where it runs as modules.
IN_PROCESS_ONLY = {"options": 8}


@run_both_ways
def test_in_process_and_as_a_module_a_task_has_the_same_result(runs, name):
    pairs = list(zip(comparable(runs.in_process), comparable(runs.module), strict=True))
    skipped = [module["task"] for _in_process, module in pairs if module["status"] == "skipped"]
    assert len(skipped) == IN_PROCESS_ONLY.get(name, 0)
    for in_process, module in pairs:
        if module["task"] not in skipped:
            assert _lines(in_process) == _lines(module)
    assert runs.in_process.rc == runs.module.rc


@run_both_ways
def test_both_ways_send_the_same_requests(runs, name):
    assert _methods(runs.in_process) == _methods(runs.module)


@each(sorted(ONCE))
def test_a_playbook_that_runs_once_changes_nothing(runs, name):
    assert runs.in_process.changed == set()
    assert not runs.in_process.reports


@each(sorted(set(PREPARATIONS) - ONCE))
def test_a_second_run_changes_nothing(runs, name):
    assert runs.again.changed == STARTS_AGAIN.get(name, set())
    if name not in STARTS_AGAIN:
        assert {scan["scanId"] for scan in runs.again.scans} == {scan["scanId"] for scan in runs.in_process.scans}
    assert runs.again.reports == runs.in_process.reports


@every_playbook
def test_check_mode_only_reads(runs, name):
    assert set(runs.check.methods) <= {"GET"}
    assert not runs.check.reports


@every_playbook
def test_check_mode_predicts_what_changes(runs, name):
    """But for what only a wait brings. What an earlier task would have changed, check mode cannot know."""
    assert runs.in_process.changed - {"Cancel when the time is up"} <= runs.check.changed


@every_playbook
def test_check_mode_returns_the_same_keys(runs, name):
    for task, real in runs.in_process.results.items():
        checked = runs.check[task]
        if _kind(real) == _kind(checked):
            assert _keys(checked) == _keys(real), task


@pytest.mark.playbook("lost_answers")
def test_a_module_in_check_mode_only_reads_too(play, sandbox, runs):
    run = play("lost_answers", "--check", "--diff", **AS_MODULE, **PREPARATIONS["lost_answers"](sandbox))
    assert set(run.methods) == {"GET"}
    assert comparable(run) == comparable(runs.check)


@every_playbook
def test_no_traceback_is_printed(runs, name):
    for run in runs.all:
        assert "Traceback" not in run.output
        assert "errantly sent data" not in run.output


@every_playbook
def test_every_failure_is_one_clear_sentence_with_a_kind(runs, name):
    for run in runs.all:
        for task in run.failed:
            message = run[task]["msg"]
            assert message.strip() and "\n" not in message
            if name != "options":  # what Ansible's own validation refuses has no kind
                assert run[task]["error"]["kind"] != "error"
                assert message.endswith(".")


@every_playbook
def test_no_secret_is_printed_or_returned(runs, name):
    for run in runs.all:
        for secret in ("sandbox-token", "sandbox-admin-token", "ZmFrZQ", "not-a-token"):
            assert secret not in run.output
            assert secret not in json.dumps(run.records)


def test_every_playbook_is_run_by_a_test():
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    left = {path.stem for path in PLAYBOOKS.glob("*.yml")} - set(PREPARATIONS)
    assert {name for name in left if not re.search(rf"['\"/]{name}(\.yml)?['\"]", tests)} == set()
    assert set(PREPARATIONS) >= AS_MODULES_TOO | DEPEND_ON_THE_CORE | ONCE


def _kind(result):
    """Of the error; that of scan_gate is null where nothing failed."""
    return (result.get("error") or {}).get("kind")


def _lines(record):
    """As text, so that a failure shows what differs."""
    return json.dumps(record, indent=1, sort_keys=True).splitlines()


def _methods(run):
    """In their order; how often a wait looks is a matter of time."""
    return [method for method, _same in groupby(run.methods)]


def _keys(result):
    """Of the result and of the scans in it; a diff is shown only in diff mode."""
    scan = result.get("scan") or next(iter(result.get("scans", [])), {})
    return set(result) - {"diff"}, set(scan)
