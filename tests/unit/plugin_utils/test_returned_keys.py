# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that RETURN of a module documents as "always" are in each result and failure, in process and as a module."""

from __future__ import annotations

import importlib
import json
import typing as t
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml
from action_plugins import action
from ansible.errors import AnsibleError
from ansible_collections.datascan.gate.plugins.module_utils._ansible import execution
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from ansible_collections.datascan.gate.plugins.module_utils._core.clock import Clock
from ansible_collections.datascan.gate.plugins.module_utils._core.compat import pydantic
from ansible_collections.datascan.gate.plugins.plugin_utils import _in_process
from fake_clock import FakeClock
from module_args import patch_module_args
from module_specs import MODULES, NAMES, PLUGINS, SPECS

GATES = [name for name in NAMES if SPECS[name].refuse]
CONNECTION = {"provider": "bigid", "api_url": "http://127.0.0.1:1", "api_token": "t0ken-of-a-test", "retries": 0}
SUBJECTS: dict[str, dict[str, t.Any]] = {
    "cluster_columns_audit": {"cluster_id": "c1", "required_tags": ["a"]},
    "cluster_columns_info": {"cluster_id": "c1"},
    "scan_cancel": {"scan_ids": ["7"]},
    "scan_gate": {"waited": {"failed": True, "msg": "The wait failed.", "error": {"kind": "unauthorized"}}},
    "scan_rescan": {"scan_id": "7"},
    "scan_start": {"bigid": {"scan_profile": "nightly"}},
    "scan_status": {"scan_ids": ["7"]},
    "scan_wait": {"scan_ids": ["7"], "wait_timeout": 0},
}


def options(name: str, **more: t.Any) -> dict[str, t.Any]:
    given = {**(CONNECTION if SPECS[name].connects else {}), **SUBJECTS[name], **more}
    return {option: value for option, value in given.items() if value is not None}


# Faults, each with the options of a task that meets it.
FAULTS: dict[str, t.Callable[[str], dict[str, t.Any]]] = {
    "no option at all": lambda name: {},
    "an unknown option": lambda name: options(name, no_such_option=1),
    "a value of another type": lambda name: {**options(name), **{key: [[1]] for key in SUBJECTS[name]}},
    "an unknown vendor": lambda name: options(name, provider="acme"),
    "a malformed address": lambda name: options(name, api_url="not an address"),
    "no server": options,
}


def in_process(name: str, given: dict[str, t.Any]) -> dict[str, t.Any]:
    plugin = importlib.import_module(f"{PLUGINS}.action.{name}").ActionModule
    return action(plugin, given).run(None, {})


def as_module(name: str, given: dict[str, t.Any], capsys: pytest.CaptureFixture[str]) -> dict[str, t.Any]:
    capsys.readouterr()
    with patch_module_args(given), pytest.raises(SystemExit):
        run_module(SPECS[name])
    result: dict[str, t.Any] = json.loads(capsys.readouterr().out)
    return result


def returned_always(name: str) -> set[str]:
    documented = yaml.safe_load(MODULES[name].RETURN)
    # "always; on failure, if known" promises nothing on a failure
    return {key for key, entry in documented.items() if entry["returned"] in ("always", "failure")}


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_in_process, "WorkerClock", _Clock)
    monkeypatch.setattr(Clock, "sleep", lambda *_given: None)


class _Clock(FakeClock):
    def check_interrupted(self) -> None:
        """The parent exists."""


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_returned_always_is_returned_on_every_failure(
    name: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cases E1 and I6."""
    given = FAULTS[fault](name)
    for result in (in_process(name, given), as_module(name, given, capsys)):
        assert result["failed"] is True and result["msg"]
        assert returned_always(name) - set(result) == set()
        assert result["error"]["kind"]
        if name in GATES:
            assert (result["passed"], result["proceed"]) == (False, False)
            assert result["reasons"]


@pytest.mark.parametrize("name", GATES)
def test_a_gate_without_its_libraries_or_with_a_fault_of_its_own_returns_the_same(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: t.Any) -> t.NoReturn:
        raise RuntimeError("unexpected")

    with monkeypatch.context() as patch:
        patch.setattr(pydantic, "PROBLEM", "pydantic is too old.")
        result = in_process(name, options(name))
        assert (returned_always(name) - set(result), result["msg"]) == (set(), "pydantic is too old.")
    monkeypatch.setattr(execution, "_require_libraries", broken)
    result = in_process(name, options(name))
    assert returned_always(name) - set(result) == set()
    assert "internal error" in result["msg"]


def reports(name: str, folder: Path) -> list[dict[str, str]]:
    formats = {"scan_gate": ("junit", "markdown", "json", "html"), "cluster_columns_audit": ("csv", "json", "markdown")}
    return [{"format": format_, "dest": str(folder / format_)} for format_ in formats[name]]


def test_no_report_of_a_fault_of_its_own_holds_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: t.Any) -> t.NoReturn:
        raise RuntimeError("unexpected s3cret-0f-ann")

    monkeypatch.setattr(execution, "_require_libraries", broken)
    name = "cluster_columns_audit"
    given = {**options(name), "api_token": "s3cret-0f-ann", "reports": reports(name, tmp_path)}
    assert "unexpected ********" in in_process(name, given)["msg"]
    for report in reports(name, tmp_path):
        text = Path(report["dest"]).read_text(encoding="utf-8")
        assert "s3cret-0f-ann" not in text


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "no option at all"])
@pytest.mark.parametrize("way", ["in process", "as a module"])
@pytest.mark.parametrize("name", GATES)
def test_no_older_report_outlives_a_task_that_could_not_ask(
    name: str, way: str, fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Case I1, for arguments as well as for vendors."""
    given = {**FAULTS[fault](name), "reports": reports(name, tmp_path)}
    for report in given["reports"]:
        Path(report["dest"]).write_text("yesterday's report: passed")
    result = in_process(name, given) if way == "in process" else as_module(name, given, capsys)
    assert result["reports"] == [report["dest"] for report in given["reports"]]
    for report in given["reports"]:
        text = Path(report["dest"]).read_text()
        assert "yesterday" not in text
        assert "t0ken-of-a-test" not in text
        assert "continues" not in text
        if report["format"] == "junit":
            assert ET.fromstring(text).get("errors") == "1"
        if report["format"] == "json":
            assert json.loads(text)["passed"] is False


FORMS: dict[str, t.Callable[[str], t.Any]] = {
    "Ansible's text": lambda dest: f"format=json dest={dest}",
    "that text in a list": lambda dest: [f"dest={dest} format=json"],
    "JSON": lambda dest: json.dumps([{"format": "json", "dest": dest}]),
    "JSON of one report": lambda dest: json.dumps({"format": "json", "dest": dest}),
    "YAML": lambda dest: f"- format: json\n  dest: {dest}\n",
    "YAML in one line": lambda dest: f"[{{format: json, dest: {dest}}}]",
    "Python": lambda dest: str([{"format": "json", "dest": dest}]),
    "one dictionary": lambda dest: {"format": "json", "dest": dest},
    "a dictionary of paths": lambda dest: {"json": dest},
    "a dictionary of dictionaries": lambda dest: {"json": {"dest": dest}},
    "the same in JSON": lambda dest: json.dumps({"json": {"dest": dest}}),
    "a list of dictionaries of paths": lambda dest: [{"json": dest}],
    "a list in a list": lambda dest: [[{"format": "json", "dest": dest}]],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", ["in process", "as a module"])
@pytest.mark.parametrize("name", GATES)
def test_no_older_report_outlives_a_wrong_option_whatever_the_form_of_reports(
    name: str, way: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dest = tmp_path / "a report.json" if form not in ("Ansible's text", "that text in a list") else tmp_path / "a.json"
    dest.write_text('{"passed": true}')
    given = options(name, no_such_option=1, reports=FORMS[form](str(dest)))
    result = in_process(name, given) if way == "in process" else as_module(name, given, capsys)
    assert result["failed"] is True and result["reports"] == [str(dest)]
    assert json.loads(dest.read_text())["passed"] is False


@pytest.mark.parametrize("format_", ["pdf", None, 7, "JSON"])
@pytest.mark.parametrize("name", GATES)
def test_an_older_report_of_a_format_that_is_not_known_is_removed(
    name: str, format_: t.Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dest = tmp_path / "scan.xml"
    for run in (in_process, lambda name, given: as_module(name, given, capsys)):
        dest.write_text("yesterday's report: passed")
        result = run(name, options(name, reports=[{"format": format_, "dest": str(dest)}]))
        assert result["failed"] is True and not dest.exists()
        assert any(str(dest) in reason and "was removed" in reason for reason in result["reasons"])


@pytest.mark.parametrize("way", ["in process", "as a module"])
@pytest.mark.parametrize("name", GATES)
def test_two_reports_with_one_dest_are_one_report_with_the_error(
    name: str, way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dest, link = tmp_path / "report", tmp_path / "link"
    link.symlink_to(dest)
    for other in (dest, link):
        dest.write_text("yesterday's report: passed")
        both = [{"format": "json", "dest": str(dest)}, {"format": "markdown", "dest": str(other)}]
        given = options(name, reports=both)
        result = in_process(name, given) if way == "in process" else as_module(name, given, capsys)
        assert "same dest" in result["msg"] and result["reports"] == [str(dest)]
        report = json.loads(dest.read_text())
        assert report["passed"] is False and "same dest" in str(report)


@pytest.mark.parametrize("fault", ["no interpreter", "an undefined interpreter", "an old Python"])
@pytest.mark.parametrize("name", GATES)
def test_no_older_report_outlives_a_task_that_ansible_itself_fails(
    name: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_module(_plugin: t.Any, _task_vars: t.Any) -> dict[str, t.Any]:
        if fault == "an undefined interpreter":
            raise AnsibleError("'nowhere' is undefined")
        error = {"error": {"kind": "invalid_input"}} if fault == "an old Python" else {"module_stderr": "not found"}
        return {"failed": True, "msg": "The module failed.", **error}

    monkeypatch.setattr(_in_process.InProcessAction, "_run_module", run_module)
    monkeypatch.setattr(_in_process.InProcessAction, "_runs_in_process", lambda *_given: False)
    given = {**options(name), "reports": reports(name, tmp_path)}
    for report in given["reports"]:
        Path(report["dest"]).write_text("yesterday's report: passed")
    if fault == "an undefined interpreter":
        with pytest.raises(AnsibleError):
            in_process(name, given)
    else:
        result = in_process(name, given)
        assert returned_always(name) - set(result) == set()
        assert (result["passed"], result["proceed"]) == (False, False)
    for report in given["reports"]:
        assert "yesterday" not in Path(report["dest"]).read_text()


@pytest.mark.parametrize("name", GATES)
def test_check_mode_leaves_the_older_report(name: str, tmp_path: Path) -> None:
    given = options(name, no_such_option=1, reports=reports(name, tmp_path))
    (tmp_path / "json").write_text("older")
    plugin = importlib.import_module(f"{PLUGINS}.action.{name}").ActionModule
    result = action(plugin, given, check_mode=True).run(None, {})
    assert result["failed"] is True
    assert [path.name for path in tmp_path.iterdir()] == ["json"] and (tmp_path / "json").read_text() == "older"
