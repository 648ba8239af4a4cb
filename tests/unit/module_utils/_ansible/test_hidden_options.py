# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that must not be shown: credentials anywhere in a result, and data under its own key."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module import run_module
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._ansible.wrong_options import with_plain_types
from module_args import patch_module_args
from scripted_vendor import SHOW_OPTIONS

OPTIONS: dict[str, t.Any] = {
    "token": {"type": "str", "no_log": True},
    "objects": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str"},
            "key": {"type": "str", "no_log": True},
            "samples": {"type": "list", "elements": "str", "no_log": True},
        },
    },
}
PARAMS = {
    "token": "t0ken",
    "objects": [{"name": "people", "key": "the-key", "samples": ["1", "completed", "ann@example.com"]}],
}


@dataclass
class Outcome:
    """A result with ordinary words, one of which may equal a sampled value."""

    id: str = "47111-a"
    state: str = "completed"
    greeting: str = "t0ken and the-key"


def run(
    capsys: pytest.CaptureFixture[str], spec: ModuleSpec, params: dict[str, t.Any] | None = None
) -> dict[str, t.Any]:
    with patch_module_args({**(params or PARAMS), **SHOW_OPTIONS}), pytest.raises(SystemExit):
        run_module(spec)
    result: dict[str, t.Any] = json.loads(capsys.readouterr().out)
    return result


def test_data_does_not_blot_out_a_result(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, ModuleSpec("try", lambda call: Outcome(), OPTIONS, connects=False))
    assert (result["id"], result["state"]) == ("47111-a", "completed")


def test_credentials_are_masked_wherever_they_show(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, ModuleSpec("try", lambda call: Outcome(), OPTIONS, connects=False))
    assert result["greeting"] == "******** and ********"


def test_neither_is_shown_among_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, ModuleSpec("try", lambda call: Outcome(), OPTIONS, connects=False))
    hidden = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert result["invocation"]["module_args"] == {
        "token": hidden,
        "objects": [{"name": "people", "key": hidden, "samples": hidden}],
    }


def test_the_operation_gets_them_unchanged(capsys: pytest.CaptureFixture[str]) -> None:
    got: list[t.Any] = []

    def keep(call: Invocation) -> Outcome:
        got.append((call["token"], call["objects"][0]["samples"]))
        return Outcome()

    run(capsys, ModuleSpec("try", keep, OPTIONS, connects=False))
    assert got == [("t0ken", ["1", "completed", "ann@example.com"])]


@pytest.mark.parametrize(
    "wrong",
    [
        [{"samples": "ann"}, "a-text"],
        [{"sampels": ["ann@example.com"]}],
        "key=the-key name=people samples",
        [7],
    ],
)
def test_nor_where_options_are_wrong(capsys: pytest.CaptureFixture[str], wrong: t.Any) -> None:
    spec = ModuleSpec("try", lambda call: Outcome(), OPTIONS, connects=False)
    result = run(capsys, spec, {"token": "t0ken", "objects": wrong})
    shown = json.dumps(result["invocation"])
    assert result["failed"]
    assert result["error"]["kind"] == "invalid_input"
    assert not [secret for secret in ("t0ken", "ann", "a-text", "the-key") if secret in shown]


def test_nor_where_a_text_stands_in_the_place_of_a_dictionary(capsys: pytest.CaptureFixture[str]) -> None:
    options = {"target": {"type": "dict", "options": {"key": {"type": "str", "no_log": True}}}}
    spec = ModuleSpec("try", lambda call: Outcome(), options, connects=False)
    result = run(capsys, spec, {"target": "the-key"})
    assert result["failed"]
    assert "the-key" not in json.dumps(result)


@pytest.mark.parametrize(
    "address",
    [
        "https://ann:pa55word@host",
        "https://host/?key=pa55word",
        "https://host/;token=pa55word",
        "http//ann:pa55word@host",
        "http://[::pa55word",
        "https://host:pa55word/",
        "ftp://ann:pa55word@host/",
        "pa55word",
    ],
)
def test_an_address_that_may_hold_a_credential_is_not_shown(capsys: pytest.CaptureFixture[str], address: str) -> None:
    spec = ModuleSpec("try", lambda call: Outcome(greeting=address), {"api_url": {"type": "str"}}, connects=False)
    shown = run(capsys, spec, {"api_url": address})["invocation"]["module_args"]
    assert shown == {"api_url": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}


def test_any_other_address_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    spec = ModuleSpec("try", lambda call: Outcome(), {"api_url": {"type": "str"}}, connects=False)
    shown = run(capsys, spec, {"api_url": "https://host:8443/api/v1"})["invocation"]["module_args"]
    assert shown == {"api_url": "https://host:8443/api/v1"}


def test_short_samples_leave_the_message_of_a_wrong_option_alone(capsys: pytest.CaptureFixture[str]) -> None:
    spec = ModuleSpec("try", lambda call: Outcome(), OPTIONS, connects=False)
    samples = ["o", "e", "required", "ann@example.com"]
    result = run(capsys, spec, {"token": "wrong", "objects": [{"samples": samples, "ann@example.com": 1, "nmae": 1}]})
    assert result["msg"].endswith("objects[0].nmae is not an option. Did you mean objects[0].name?")


def test_a_common_word_as_a_token_leaves_results_alone(capsys: pytest.CaptureFixture[str]) -> None:
    spec = ModuleSpec("try", lambda call: Outcome(greeting="a wrong id"), OPTIONS, connects=False)
    assert run(capsys, spec, {"token": "wrong"})["greeting"] == "a wrong id"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("is of type _AnsibleTaggedDict and", "is of type dict and"),
        ("<class 'ansible.module_utils._internal._datatag._AnsibleTaggedList'> cannot", "list cannot"),
        ("type AnsibleUnicode, AnsibleMapping, AnsibleSequence", "type str, dict, list"),
        ("type _AnsibleLazyTemplateDict", "type dict"),
        ("type <class 'ansible.utils.unsafe_proxy.AnsibleUnsafeText'>", "type str"),
        ("type _AnsibleTaggedInt, _AnsibleTaggedDateTime, NativeJinjaText", "type int, datetime, str"),
        ("Ansible is needed, AnsibleTower too", "Ansible is needed, AnsibleTower too"),
    ],
)
def test_no_message_names_a_class_of_ansible(message: str, shown: str) -> None:
    assert with_plain_types(message) == shown
