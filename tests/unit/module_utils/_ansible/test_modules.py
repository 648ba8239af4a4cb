# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every door: what a verb becomes in a task's result, and what is written about it beside the code."""

from __future__ import annotations

import importlib
import json
import re
import typing as t
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import CONNECTION_SPEC
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    EarlierFailureError,
    HtmlPageError,
    NoTimeLeftError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.http.session import VERSION
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from glasswall_script import (
    CHILD_ID,
    NEW_ITEM,
    RECENT_QUERY,
    SAS,
    SCAN_ID,
    SCAN_PATH,
    TARGET,
    item,
    list_response,
    missing_responses,
    read_response,
    running,
    start_response,
    start_responses,
)
from module_args import patch_module_args
from module_specs import MODULES, NAMES, PLUGINS, SPECS
from scripted_module import ScriptedModule
from scripted_vendor import SHOW_OPTIONS, TOKEN, Expected, connection_reset

ROOT = Path(__file__).resolve().parents[4]
SIGNATURE = "ZmFrZQ%3D%3D"


def ended(status: str = "Completed", scan_id: str = SCAN_ID, **fields: t.Any) -> Expected:
    return read_response(status, scan_id, scanEndTime="2026-01-01T00:01:00Z", **fields)


def scan(state: str = "completed") -> dict[str, t.Any]:
    return Scan(id=SCAN_ID, provider="glasswall", state=state).model_dump(mode="json")  # type: ignore[arg-type]


CHILD = item("Listing", CHILD_ID, parentScan=SCAN_ID)
CANCELLED = Expected("DELETE", SCAN_PATH, 202, item("Processing"))
RESCANNED = Expected("PATCH", SCAN_PATH, 200, CHILD)
# Name, options, what a real run asks, what check mode asks.
RUNS: list[tuple[str, dict[str, t.Any], list[Expected], list[Expected]]] = [
    ("scan_start", {"glasswall": TARGET}, [list_response(), *start_responses()], [list_response()]),
    ("scan_start", {"glasswall": TARGET}, [list_response(running())], [list_response(running())]),
    (
        "scan_start",
        {"glasswall": TARGET, "wait": True},
        [list_response(), *start_responses(), ended()],
        [list_response()],
    ),
    (
        "scan_start",
        {"glasswall": TARGET, "wait": True},
        [list_response(running()), list_response(query=None), ended()],  # the second: scans that have ended
        [list_response(running())],
    ),
    ("scan_status", {"scan_ids": [SCAN_ID]}, [read_response("Listing")], [read_response("Listing")]),
    (
        "scan_status",
        {"scan_id": SCAN_ID, "wait": True},
        [read_response("Listing"), ended()],
        [read_response("Listing")],
    ),
    ("scan_status", {"query": {}}, [list_response(item(), query=None)], [list_response(item(), query=None)]),
    (
        "scan_cancel",
        {"scan_id": SCAN_ID},
        [read_response("Listing"), CANCELLED, read_response("Cancelled")],
        [read_response("Listing")],
    ),
    ("scan_cancel", {"scan_id": SCAN_ID}, [ended()], [ended()]),
    (
        "scan_cancel",
        {"scan_id": SCAN_ID, "wait": True},
        [read_response("Listing"), CANCELLED, read_response("Processing"), read_response("Cancelled")],
        [read_response("Listing")],
    ),
    ("scan_rescan", {"scan_id": SCAN_ID}, [ended(), list_response(), RESCANNED], [ended(), list_response()]),
    ("scan_rescan", {"scan_id": SCAN_ID}, [ended(), list_response(CHILD)], [ended(), list_response(CHILD)]),
    (
        "scan_rescan",
        {"scan_id": SCAN_ID, "wait": True},
        [ended(), list_response(), RESCANNED, ended("Completed", CHILD_ID)],
        [ended(), list_response()],
    ),
    ("scan_wait", {"scan_ids": [SCAN_ID]}, [read_response("Listing"), ended()], [read_response("Listing")]),
    ("scan_wait", {"scans": [scan()]}, [], []),
    ("scan_gate", {"scans": [scan()]}, [], []),
    ("scan_gate", {"scans": [scan("failed")], "mode": "advise"}, [], []),
]
IDS = [f"{number}-{run[0]}" for number, run in enumerate(RUNS)]


# Results


@pytest.mark.parametrize(("name", "options", "real", "check"), RUNS, ids=IDS)
@pytest.mark.parametrize("diff_mode", [False, True])
def test_check_mode_returns_the_same_keys_predicts_changed_and_sends_only_reads(
    name: str, options: dict[str, t.Any], real: list[Expected], check: list[Expected], diff_mode: bool
) -> None:
    ran = ScriptedModule(name, *real, **options).run(diff_mode=diff_mode)
    module = ScriptedModule(name, *check, **options)
    checked = module.run(check_mode=True, diff_mode=diff_mode)
    assert set(checked) == set(ran)
    assert checked["changed"] is ran["changed"]
    assert {request.method for request in module.script.sent} <= {"GET"}
    assert module.clock.elapsed == 0


@pytest.mark.parametrize(("name", "options", "real", "check"), RUNS, ids=IDS)
def test_every_key_is_documented(
    name: str, options: dict[str, t.Any], real: list[Expected], check: list[Expected]
) -> None:
    documented = set(yaml.safe_load(MODULES[name].RETURN))
    assert set(ScriptedModule(name, *real, **options).run()) <= documented | {"changed", "msg"}


def test_a_scan_has_the_documented_keys() -> None:
    contains = yaml.safe_load(MODULES["scan_status"].RETURN)["scans"]["contains"]
    assert set(contains) == set(scan())


def test_a_result() -> None:
    result = ScriptedModule("scan_status", ended(), scan_ids=[SCAN_ID]).run()
    assert result["scans"][0]["state"] == "completed"
    assert result["scans"][0]["finished_at"] == "2026-01-01T00:01:00Z"
    assert (result["changed"], result["missing"], result["summary"]["completed"]) == (False, [], 1)


# Failures


def failing(name: str, *expected: Expected, **options: t.Any) -> dict[str, t.Any]:
    result = ScriptedModule(name, *expected, **options).run()
    assert result["failed"] is True
    assert "exception" not in result
    assert "Traceback" not in result["msg"]
    assert "\n" not in result["msg"]
    assert set(result["error"]) == {"kind", "http_status", "method", "url", "vendor_errors"}
    documented = set(yaml.safe_load(MODULES[name].RETURN))
    assert set(result) <= documented | {"changed", "msg", "failed"}
    return result


def test_a_failure_returns_what_is_known() -> None:
    result = failing("scan_start", list_response(), *start_responses(), ended("Error"), glasswall=TARGET, wait=True)
    assert (result["scan"]["id"], result["scan"]["state"], result["changed"]) == (SCAN_ID, "failed", True)
    assert {key: result[key] for key in ("elapsed", "polls", "requests", "timed_out", "reused")} == {
        "elapsed": 1.0,
        "polls": 1,
        "requests": 4,
        "timed_out": False,
        "reused": False,
    }
    assert result["error"]["kind"] == "scan_not_completed"


@pytest.mark.parametrize(
    ("name", "expected", "options", "kind"),
    [
        (
            "scan_start",
            [list_response(), start_response([{"errorCode": 107, "message": "Empty."}], 412)],
            {},
            "rejected",
        ),
        ("scan_start", [list_response(), start_response("", 401)], {}, "unauthorized"),
        ("scan_start", [list_response(item())], {"if_active": "fail"}, "conflict"),
        ("scan_status", missing_responses(), {"scan_id": SCAN_ID}, "not_found"),
        ("scan_status", [], {"scan_id": "../scans/allusers"}, "invalid_input"),
        ("scan_status", [], {"query": {"started_after": "soon"}}, "invalid_input"),
        (
            "scan_cancel",
            [read_response("Processing"), Expected("DELETE", SCAN_PATH, 405, "")],
            {"scan_id": SCAN_ID},
            "too_late",
        ),
        ("scan_rescan", [read_response("Listing"), list_response()], {"scan_id": SCAN_ID}, "too_early"),
        ("scan_wait", [read_response("Listing")], {"scan_id": SCAN_ID, "wait_timeout": 0}, "wait_timeout"),
        (
            "scan_wait",
            [read_response("Error")],
            {"scan_id": SCAN_ID, "fail_fast": True},
            "scan_not_completed",
        ),
        ("scan_gate", [], {"scans": [scan("failed")]}, "gate_closed"),
        ("scan_gate", [], {"scans": [{"id": "1"}]}, "invalid_input"),
        ("scan_gate", [], {"scans": [scan()], "policy": {"max_age": -1}}, "invalid_input"),
    ],
)
def test_each_failure_has_its_kind(name: str, expected: list[Expected], options: dict[str, t.Any], kind: str) -> None:
    given = {"glasswall": TARGET, **options} if name == "scan_start" else options
    assert failing(name, *expected, **given)["error"]["kind"] == kind


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": 0}, "timeout must be more than 0 seconds."),
        ({"retries": -1}, "retries must be 0 or more."),
        ({"wait_timeout": -1}, "wait_timeout must be 0 or more seconds."),
        ({"wait_interval": 0}, "wait_interval must be more than 0 seconds."),
        ({"wait_interval": 1e-6}, "wait_interval must be at least 0.1 seconds."),
        ({"api_url": "vendor.test"}, "api_url must be the API's base address"),
        ({"api_url": None}, "api_url is missing: Glasswall has no public host"),
        ({"api_token": None}, "api_token is missing"),
        ({"api_token": "line\nend"}, "api_token contains a character"),
    ],
)
def test_invalid_options_are_refused_before_any_request(options: dict[str, t.Any], message: str) -> None:
    result = failing("scan_wait", **{"scan_id": SCAN_ID, **options})
    assert message in result["msg"]
    assert result["error"]["kind"] == "invalid_input"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("scan_start", {"glasswall": TARGET, "bigid": {"scan_profile": "nightly"}}),
        ("scan_start", {"bigid": {"scan_profile": "nightly"}}),
        ("scan_rescan", {"creative_id": "7"}),
    ],
)
def test_what_another_vendor_scans_is_refused_unsent(name: str, options: dict[str, t.Any]) -> None:
    result = ScriptedModule(name, **options).run()
    assert result["failed"] and result["error"]["kind"] == "invalid_input"
    assert {"bigid", "creative_id"} & set(re.findall(r"\w+", result["msg"])), result["msg"]


def test_a_start_needs_its_vendors_dictionary() -> None:
    assert "glasswall is not set" in failing("scan_start")["msg"]


def test_an_error_of_our_own_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(call: Invocation) -> t.Any:
        raise KeyError(f"what is {TOKEN}")

    module = ScriptedModule("scan_wait", scan_id=SCAN_ID)
    module.spec = ModuleSpec("scan_wait", broken, SPECS["scan_wait"].options)
    result = module.run()
    assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, False, "error")
    assert "scan_wait: internal error (KeyError at test_modules.py:" in result["msg"]
    assert "Please report it." in result["msg"]
    assert TOKEN not in json.dumps(result)


def test_errors_have_kinds_of_their_own() -> None:
    # Of an earlier task's kind, an InvalidResponseError and an UnavailableError.
    errors = set(_all_errors(DatascanError)) - {EarlierFailureError, HtmlPageError, NoTimeLeftError}
    kinds = [error.kind for error in errors]
    assert len(kinds) == len(set(kinds))


def _all_errors(error: type[DatascanError]) -> list[type[DatascanError]]:
    return [error, *(deeper for one in error.__subclasses__() for deeper in _all_errors(one))]


# Redactor


@pytest.mark.parametrize(
    "echo",
    [
        f"The string {SAS} is not valid.",
        f"The signature {SIGNATURE} did not match.",
        "The signature ZmFrZQ== did not match.",
        f"The token {TOKEN} may not do that.",
        f"Try ?sv=1&sig=AbCdEf&se=2099 with Bearer {TOKEN}.",
    ],
)
def test_a_vendor_that_echoes_a_secret_is_not_quoted(echo: str) -> None:
    answer = [{"errorCode": 101, "message": echo}]
    shown = json.dumps(failing("scan_start", list_response(), start_response(answer, 400), glasswall=TARGET))
    assert "101" in shown
    assert "********" in shown
    for secret in (SAS, SIGNATURE, "ZmFrZQ==", TOKEN, "AbCdEf"):
        assert secret not in shown


def test_a_secret_in_a_vendors_fields_is_not_returned() -> None:
    module = ScriptedModule("scan_status", read_response("Completed", scanOwner=f"me ({TOKEN})"), scan_id=SCAN_ID)
    assert module.run()["scans"][0]["owner"] == "me (********)"


def test_progress_and_warnings_are_scrubbed() -> None:
    module = ScriptedModule(
        "scan_wait", read_response(f"Paused {TOKEN}"), scan_id=SCAN_ID, wait_timeout=0, on_timeout="return"
    )
    module.run()
    assert len(module.reported) == len(module.warned) == 1
    assert TOKEN not in module.reported[0] + module.warned[0]


def test_progress_may_be_turned_off() -> None:
    module = ScriptedModule("scan_wait", read_response("Listing"), ended(), scan_id=SCAN_ID, progress=False)
    module.run()
    assert module.reported == []


@pytest.mark.parametrize("name", NAMES)
def test_credentials_are_no_log(name: str) -> None:
    def check(options: Mapping[str, t.Any]) -> None:
        for option, spec in options.items():
            secret = any(word in option for word in ("token", "connection_string", "password", "secret"))
            assert not secret or spec.get("no_log") is True, option
            check(spec.get("options") or {})

    check(SPECS[name].argument_spec)


# Diff


def test_a_diff_shows_the_scan_before_and_after_and_only_if_asked() -> None:
    run = [read_response("Listing"), CANCELLED, read_response("Cancelled")]
    assert "diff" not in ScriptedModule("scan_cancel", *run, scan_id=SCAN_ID).run()
    diff = ScriptedModule("scan_cancel", *run, scan_id=SCAN_ID).run(diff_mode=True)["diff"]
    assert (diff["before"][SCAN_ID]["state"], diff["after"][SCAN_ID]["state"]) == ("running", "cancelled")


def test_a_diff_of_a_start_holds_no_secret() -> None:
    result = ScriptedModule("scan_start", list_response(), *start_responses(), glasswall=TARGET).run(diff_mode=True)
    assert (result["diff"]["before"], list(result["diff"]["after"])) == ({}, [SCAN_ID])
    assert "sig" not in json.dumps(result)


def test_a_diff_of_what_a_vendor_echoes_holds_no_secret() -> None:
    new = {**NEW_ITEM, "scanOwner": f"me ({TOKEN})"}
    expected = [list_response(), start_response(new), list_response(new, query=RECENT_QUERY)]
    result = ScriptedModule("scan_start", *expected, glasswall=TARGET).run(diff_mode=True)
    assert result["diff"]["after"][SCAN_ID]["owner"] == "me (********)"


def test_where_nothing_changed_there_is_no_diff() -> None:
    assert "diff" not in ScriptedModule("scan_start", list_response(running()), glasswall=TARGET).run(diff_mode=True)


def test_a_diff_of_a_report_is_its_text(tmp_path: Path) -> None:
    report = {"format": "json", "dest": str(tmp_path / "report.json")}
    result = ScriptedModule("scan_gate", scans=[scan()], reports=[report]).run(diff_mode=True)
    assert [(one["before"], bool(one["after"])) for one in result["diff"]] == [("", True)]


# The module's own way


def test_a_module_fails_as_a_module_does(capsys: pytest.CaptureFixture[str]) -> None:
    given = {"provider": "glasswall", "api_url": "https://vendor.test", "api_token": TOKEN, "scan_ids": ["../x"]}
    with patch_module_args(given), pytest.raises(SystemExit) as caught:
        run_module(SPECS["scan_status"])
    result = json.loads(capsys.readouterr().out)
    assert caught.value.code == 1
    assert "'../x' is not a Glasswall scan id" in result["msg"]
    assert TOKEN not in json.dumps(result)


def test_a_module_ends_as_a_module_does(capsys: pytest.CaptureFixture[str]) -> None:
    with patch_module_args({"scans": [scan()]}), pytest.raises(SystemExit) as caught:
        run_module(SPECS["scan_gate"])
    assert caught.value.code == 0
    assert json.loads(capsys.readouterr().out)["passed"] is True


def test_the_environment_fills_in_the_connection(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATASCAN_PROVIDER", "glasswall")
    monkeypatch.setenv("DATASCAN_API_URL", "https://vendor.test")
    monkeypatch.setenv("DATASCAN_API_TOKEN", TOKEN)
    monkeypatch.setenv("DATASCAN_VALIDATE_CERTS", "no")
    monkeypatch.setenv("DATASCAN_CA_PATH", "/ca.pem")
    with patch_module_args({"scan_ids": ["../x"], **SHOW_OPTIONS}), pytest.raises(SystemExit):
        run_module(SPECS["scan_status"])
    shown = json.loads(capsys.readouterr().out)
    args = shown["invocation"]["module_args"]
    assert (args["provider"], args["validate_certs"], args["ca_path"]) == ("glasswall", False, "/ca.pem")
    assert TOKEN not in json.dumps(shown)


# What is written beside the code


def documentation(name: str) -> dict[str, t.Any]:
    """A module's options and attributes, with those of its fragments."""
    own = yaml.safe_load(MODULES[name].DOCUMENTATION)
    merged: dict[str, t.Any] = {"options": {}, "attributes": {}}
    for fragment in own.get("extends_documentation_fragment", []):
        _namespace, _collection, file, *variable = fragment.split(".")
        doc = importlib.import_module(f"{PLUGINS}.doc_fragments.{file}").ModuleDocFragment
        text = yaml.safe_load(getattr(doc, variable[0].upper() if variable else "DOCUMENTATION"))
        for part, known in merged.items():
            known.update(text.get(part) or {})
    for part, known in merged.items():
        known.update(own.get(part) or {})
    return merged


def described(options: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Options as DOCUMENTATION and argument specs can both tell them."""
    shown = {}
    for name, option in options.items():
        default = option.get("default")
        shown[name] = {
            "type": option.get("type", "str"),
            "elements": option.get("elements"),
            "required": option.get("required", False),
            "default": float(default) if option.get("type") == "float" and default is not None else default,
            "choices": option.get("choices"),
            "aliases": option.get("aliases", []),
            "options": described(option.get("suboptions") or option.get("options") or {}),
        }
    return shown


@pytest.mark.parametrize("name", NAMES)
def test_a_modules_documentation_is_its_argument_spec(name: str) -> None:
    assert described(documentation(name)["options"]) == described(SPECS[name].argument_spec)


@pytest.mark.parametrize("name", NAMES)
def test_an_environment_variable_is_documented_where_it_is_read(name: str) -> None:
    options = documentation(name)["options"]
    for option, spec in SPECS[name].argument_spec.items():
        names = spec["fallback"][1] if "fallback" in spec else []
        documented = [line for line in options[option]["description"] if "E(" in line]
        assert all(any(f"E({variable})" in line for line in documented) for variable in names), option
        assert bool(names) is bool(documented), option


@pytest.mark.parametrize("name", NAMES)
def test_every_option_has_a_description(name: str) -> None:
    def check(options: Mapping[str, t.Any], path: str) -> None:
        for option, doc in options.items():
            lines = doc["description"] if isinstance(doc["description"], list) else [doc["description"]]
            assert lines, path + option
            assert all(line[0].isupper() for line in lines), path + option
            assert all(line.endswith((".", ":")) for line in lines), path + option
            check(doc.get("suboptions") or {}, f"{path}{option}.")

    check(documentation(name)["options"], "")


@pytest.mark.parametrize("name", NAMES)
def test_a_modules_names_agree(name: str) -> None:
    own = yaml.safe_load(MODULES[name].DOCUMENTATION)
    assert own["module"] == name == SPECS[name].name
    assert [int(part) for part in own["version_added"].split(".")] <= [int(part) for part in VERSION.split(".")]
    assert yaml.safe_load(MODULES[name].EXAMPLES)
    assert "error" in yaml.safe_load(MODULES[name].RETURN)


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_use_options_that_there_are(name: str) -> None:
    for task in yaml.safe_load(MODULES[name].EXAMPLES):
        used = next((value for key, value in task.items() if key == f"datascan.gate.{name}"), None)
        if used is not None:
            aliases = {alias for spec in SPECS[name].argument_spec.values() for alias in spec.get("aliases", [])}
            assert set(used) <= set(SPECS[name].argument_spec) | aliases


def test_the_choice_of_vendors_is_the_registry() -> None:
    doc = importlib.import_module(f"{PLUGINS}.doc_fragments.connection").ModuleDocFragment
    choices = yaml.safe_load(doc.DOCUMENTATION)["options"]["provider"]["choices"]
    assert choices == sorted(provider_classes()) == CONNECTION_SPEC["provider"]["choices"]


def test_the_action_group_has_every_module_that_connects() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    connecting = {name for name, spec in SPECS.items() if spec.connects}
    assert set(runtime["action_groups"]["datascan"]) == connecting
    for name in NAMES:
        membership = documentation(name)["attributes"].get("action_group", {}).get("membership")
        assert membership == (["datascan.gate.datascan"] if name in connecting else None)


def test_every_module_has_an_action_plugin_and_the_other_way_round() -> None:
    actions = {path.stem for path in (ROOT / "plugins" / "action").glob("*.py")}
    assert actions == {*NAMES, "gate_step"}  # which runs on the controller only
    for name in NAMES:
        action = importlib.import_module(f"{PLUGINS}.action.{name}")
        assert action.ActionModule.module_spec is SPECS[name]


def test_a_start_with_an_unknown_outcome_may_have_changed_something() -> None:
    denied = Expected("GET", "/api/v1/scans", 401, "")
    result = failing("scan_start", list_response(), start_response(connection_reset()), denied, glasswall=TARGET)
    assert (result["changed"], result["scan"], result["error"]["kind"]) == (True, None, "lost_answer")
