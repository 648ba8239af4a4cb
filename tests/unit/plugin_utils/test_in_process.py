# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an action plugin runs in process or as a module, and that the results are equal."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from action_plugins import action
from ansible_collections.datascan.gate.plugins.action.scan_gate import ActionModule as GateAction
from ansible_collections.datascan.gate.plugins.action.scan_start import ActionModule as StartAction
from ansible_collections.datascan.gate.plugins.action.scan_status import ActionModule as StatusAction
from ansible_collections.datascan.gate.plugins.action.scan_wait import ActionModule as WaitAction
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from ansible_collections.datascan.gate.plugins.module_utils._core.http.session import Session
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan
from ansible_collections.datascan.gate.plugins.plugin_utils import _in_process, _worker_clock
from ansible_collections.datascan.gate.plugins.plugin_utils._in_process import InProcessAction
from core_differences import ALWAYS_SHOWS_OPTIONS
from glasswall_script import SCAN_ID, TARGET
from module_args import patch_module_args
from scripted_vendor import SHOW_OPTIONS, TOKEN

SCANS = [Scan(id=SCAN_ID, provider="glasswall", state="completed").model_dump(mode="json")]  # type: ignore[arg-type]
SHORT = "t0ken"  # is masked where it stands alone
STATUS = {"provider": "glasswall", "api_url": "https://vendor.test", "api_token": TOKEN}


def way(made: InProcessAction, monkeypatch: pytest.MonkeyPatch, **task_vars: t.Any) -> str:
    monkeypatch.setattr(made, "_run_in_process", lambda task_vars: {"way": "in process"})
    monkeypatch.setattr(made, "_run_module", lambda task_vars: {"way": "module"})
    return str(made.run(None, task_vars)["way"])


def without_folder(value: t.Any) -> str:
    """The id of a parameter, the same in each environment, so that `make matrix` can compare which tests ran."""
    return str(value).replace(str(Path(sys.executable).parent), "BIN").replace(Path(sys.executable).name, "python")


# In process or as a module


@pytest.mark.parametrize(
    ("task", "task_vars", "expected"),
    [
        ({}, {}, "in process"),
        ({"transport": "ssh"}, {}, "module"),
        ({"become": "a become plugin"}, {}, "module"),
        ({"async_val": 60}, {}, "module"),
        ({"environment": [{"DATASCAN_API_URL": "https://vendor.test"}]}, {}, "module"),
        ({"environment": [{}]}, {}, "in process"),
        ({"environment": []}, {}, "in process"),
        ({}, {"datascan_in_process": True}, "in process"),
        ({}, {"datascan_in_process": "true"}, "in process"),
        ({}, {"datascan_in_process": False}, "module"),
        ({}, {"datascan_in_process": "false"}, "module"),
        ({}, {"datascan_in_process": "no"}, "module"),
        ({}, {"datascan_in_process": 0}, "module"),
        ({}, {"ansible_python_interpreter": sys.executable}, "in process"),
        ({}, {"ansible_python_interpreter": str(Path(sys.executable).with_name("python3"))}, "in process"),
        ({}, {"ansible_python_interpreter": "auto"}, "in process"),
        ({}, {"ansible_python_interpreter": "auto_silent"}, "in process"),
        ({}, {"ansible_python_interpreter": "/opt/other/python3"}, "module"),
        ({"check_mode": True, "diff": True}, {}, "in process"),
    ],
    ids=without_folder,
)
def test_where_a_task_runs(
    task: dict[str, t.Any], task_vars: dict[str, t.Any], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert way(action(**task), monkeypatch, **task_vars) == expected


@pytest.mark.parametrize(
    ("interpreter", "expected"),
    [(sys.executable, "in process"), ("/opt/other/python3", "module"), (None, "in process")],
    ids=without_folder,
)
def test_a_delegated_task_goes_by_the_other_hosts_python(
    interpreter: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {"ansible_python_interpreter": interpreter} if interpreter else {}
    here = {"ansible_python_interpreter": "/opt/nobody/asks/python3", "ansible_delegated_vars": {"other": there}}
    assert way(action(delegate_to="other"), monkeypatch, **here) == expected


def test_a_task_that_is_delegated_to_a_host_far_away_is_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    assert way(action(delegate_to="other", transport="ssh"), monkeypatch) == "module"


# Results


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In process, an action plugin changes to the playbook's folder. The fixture restores the folder of the tests."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def as_module(
    kind: type[InProcessAction], args: dict[str, t.Any], capsys: pytest.CaptureFixture[str]
) -> dict[str, t.Any]:
    name = {"_ansible_module_name": f"datascan.gate.{kind.module_spec.name}", **SHOW_OPTIONS}
    with patch_module_args({**args, **name}), pytest.raises(SystemExit):
        run_module(kind.module_spec)
    result: dict[str, t.Any] = json.loads(capsys.readouterr().out)
    return result


CASES: list[tuple[type[InProcessAction], dict[str, t.Any]]] = [
    (GateAction, {"scans": SCANS}),
    (GateAction, {"scans": []}),
    (GateAction, {"scans": SCANS, "policy": {"max_issues": "5"}}),
    (GateAction, {"scans": [{"id": "1"}]}),
    (GateAction, {"scans": SCANS, "mode": "enfroce"}),
    (GateAction, {"scans": SCANS, "colour": "red"}),
    (GateAction, {}),
    (GateAction, {"scans": SCANS, "policy": {"max_age": "old"}}),
    (StatusAction, {**STATUS, "scan_ids": ["../x"]}),
    (StatusAction, {**STATUS, "scan_id": "../x"}),
    (StatusAction, {**STATUS, "scan_id": "../x", "scan_ids": ["../y"]}),
    (StatusAction, {**STATUS, "scan_ids": ["../x"], "query": {}}),
    (StatusAction, STATUS),
    (StatusAction, {**STATUS, "scan_ids": [TOKEN]}),
    (StatusAction, {**STATUS, "api_token": SHORT, "scan_ids": [SHORT]}),
    (StatusAction, {**STATUS, "scan_ids": ["../x"], "wait_timeout": f"long, {TOKEN}"}),
    (StatusAction, {**STATUS, "api_url": f"https://ann:{TOKEN}@vendor.test", "scan_ids": ["../x"]}),
    (StatusAction, {**STATUS, "api_url": f"https//vendor.test?{TOKEN}", "scan_ids": ["../x"]}),
    (StatusAction, {**STATUS, "api_token": "wrong", "scan_ids": ["wrong"]}),
    (StatusAction, {**STATUS, "provider": "nobody", "scan_ids": ["../x"]}),
    (StatusAction, {**STATUS, "scan_ids": ["../x"], "validate_certs": "maybe"}),
    (StatusAction, {**STATUS, "provider": "\n::error::x ##vso[y]\x1b[31m", "scan_ids": ["../x"]}),
    # Those of the playbook options.yml, which runs them in process only.
    (GateAction, {"scans": {"id": "1"}, "policy": {"states": ["done"]}}),
    (StartAction, {**STATUS, "glasswall": {**TARGET, "bucket": "none"}}),
    (StartAction, {**STATUS, "glasswall": {"source_container_path": "uploads"}}),
    (StartAction, {**STATUS, "glasswall": {**TARGET, "auto_rescan": "perhaps"}}),
    (WaitAction, {**STATUS, "scan_id": SCAN_ID, "until": "some"}),
    (WaitAction, {**STATUS, "scan_id": SCAN_ID, "wait_timeout": "soon"}),
    (WaitAction, {**STATUS, "scan_ids": [SCAN_ID], "scans": []}),
]


@pytest.mark.parametrize(
    ("kind", "args"), CASES, ids=[f"{number}-{kind.module_spec.name}" for number, (kind, _args) in enumerate(CASES)]
)
def test_in_process_and_as_a_module_the_messages_are_the_same(
    kind: type[InProcessAction], args: dict[str, t.Any], capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    module = as_module(kind, args, capsys)
    in_process = action(kind, args).run(None, {"ansible_inject_invocation": True})
    for result in (module, in_process):
        result.pop("failed", None)
        result.pop("exception", None)
        result.pop("warnings", None)  # a module's do not come with its result where it runs in a test's process
    assert in_process == module
    assert TOKEN not in json.dumps([in_process, module])
    assert SHORT not in json.dumps([in_process, module])


def test_where_ansible_prints_what_a_module_is_given_no_secret_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ansible prints the options with ANSIBLE_DEBUG."""
    given: list[dict[str, t.Any]] = []
    made = action(StatusAction, {**STATUS, "scan_ids": [SCAN_ID]}, transport="ssh")
    monkeypatch.setattr(made, "_execute_module", lambda module_args, **more: given.append(module_args) or {})
    monkeypatch.setattr(made, "_remove_tmp_path", lambda path: None)
    made.run(None, {})
    assert dict(given[0]) == {**STATUS, "scan_ids": [SCAN_ID]}
    assert TOKEN not in f"{given[0]} {given[0]!r}"


@pytest.mark.parametrize("shown", [True, False])
def test_in_process_the_options_are_shown_where_ansible_shows_them(shown: bool, here: Path) -> None:
    result = action(GateAction, {"scans": SCANS}).run(None, {"ansible_inject_invocation": shown})
    assert ("invocation" in result) is (shown or ALWAYS_SHOWS_OPTIONS)


def test_in_process_an_option_that_is_set_twice_is_reported(here: Path) -> None:
    result = action(StatusAction, {**STATUS, "scan_id": "../x", "scan_ids": ["../y"]}).run(None, {})
    assert result["warnings"] == ["Both option scan_ids and its alias scan_id are set."]


@pytest.mark.parametrize(("args", "failed"), [({"scans": SCANS}, False), ({"scans": []}, True), ({}, True)])
def test_in_process_a_failure_is_one(args: dict[str, t.Any], failed: bool, here: Path) -> None:
    assert action(GateAction, args).run(None, {}).get("failed", False) is failed


def test_in_process_check_mode_is_kept(here: Path) -> None:
    args = {"scans": SCANS, "reports": [{"format": "json", "dest": str(here / "report.json")}]}
    result = action(GateAction, args, check_mode=True).run(None, {})
    assert (result["changed"], list(here.iterdir())) == (True, [])


def test_in_process_diff_mode_is_kept(here: Path) -> None:
    args = {"scans": SCANS, "reports": [{"format": "json", "dest": str(here / "report.json")}]}
    assert "diff" in action(GateAction, args, diff=True).run(None, {})
    assert (here / "report.json").exists()


def test_a_relative_path_begins_where_the_command_was_started(here: Path) -> None:
    """Case I7: not in the folder of the playbook. The returned path is absolute."""
    made = action(GateAction, {"scans": SCANS, "reports": [{"format": "json", "dest": "report.json"}]})
    folder = here / "playbooks"
    folder.mkdir()
    made._loader.set_basedir(str(folder))
    result = made.run(None, {})
    assert result["reports"] == [str(here / "report.json")]
    assert (here / "report.json").exists()
    assert list(folder.iterdir()) == []


def test_a_module_on_this_machine_gets_absolute_paths(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, t.Any] = {}
    reports = [{"format": "json", "dest": "a"}, {"format": "json", "dest": "~/b"}, {"format": "json", "dest": "/c"}, 7]
    made = action(GateAction, {"scans": SCANS, "reports": reports})
    monkeypatch.setattr(made, "_run_module", lambda _vars: given.update(made._task.args) or {})
    made.run(None, {"datascan_in_process": False})
    assert [item if item == 7 else item["dest"] for item in given["reports"]] == [str(here / "a"), "~/b", "/c", 7]


@pytest.mark.parametrize("format_", ["html", "json", "junit", "markdown"])
def test_a_diff_is_short_whatever_the_report(format_: str, here: Path) -> None:
    """Case I10."""
    dest = str(here / "report")
    scans = [{**SCANS[0], "id": f"scan-{number}"} for number in range(300)]
    args = {"scans": scans, "reports": [{"format": format_, "dest": dest}]}
    (diff,) = action(GateAction, args, diff=True).run(None, {})["diff"]
    assert (diff["before"], diff["after_header"]) == ("", dest)
    assert 0 < len(diff["after"]) < 5000 and "more lines)" in diff["after"]
    assert action(GateAction, args, diff=True).run(None, {})["diff"] == []
    args["scans"][150]["vendor_status"] = "Rebuilt"
    (diff,) = action(GateAction, args, diff=True, check_mode=True).run(None, {})["diff"]
    assert "Rebuilt" in diff["after"] and "Rebuilt" not in diff["before"]
    assert len(diff["after"].splitlines()) < 10


@pytest.mark.parametrize(("no_log", "shown"), [(False, ["scan_gate: [00:00] 0 of 1 done"]), (True, [])])
def test_progress_names_the_module_and_is_not_shown_with_no_log(
    no_log: bool, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(_in_process, "show_progress", lines.append)
    action(no_log=no_log)._report_progress("[00:00] 0 of 1 done")
    assert lines == shown


@pytest.mark.parametrize("no_log", [False, True])
def test_with_no_log_there_are_no_warnings(no_log: bool, here: Path) -> None:
    """ansible-core 2.19 and newer would print warnings despite no_log."""
    task = action(StatusAction, {**STATUS, "scan_id": "../x", "scan_ids": ["../y"]}, no_log=no_log)
    assert ("warnings" in task.run(None, {})) is not no_log


# After the end of ansible-playbook


class Exited(BaseException):
    """Represents the end of the process."""


def orphan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this process an orphan, with another parent."""
    monkeypatch.setattr(_worker_clock.os, "getppid", lambda: 1)

    def leave(status: int) -> None:
        raise Exited(status)

    monkeypatch.setattr(_in_process.os, "_exit", leave)


def test_an_orphan_sends_nothing_writes_nothing_and_returns_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report of the orphan's failure would replace the report of the next run."""
    made = action(StatusAction, {**STATUS, "scan_ids": [SCAN_ID]})
    monkeypatch.setattr(_worker_clock.multiprocessing, "parent_process", lambda: SimpleNamespace(pid=4711))
    orphan(monkeypatch)
    monkeypatch.setattr(Session, "exchange", lambda *request: pytest.fail("A request was sent."))
    with pytest.raises(Exited):
        made.run(None, {})


def test_an_orphan_whose_task_is_done_returns_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = action(GateAction, {"scans": SCANS})
    monkeypatch.setattr(_in_process, "execute", lambda *task: orphan(monkeypatch) or {})
    with pytest.raises(Exited):
        made.run(None, {})
