# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages, warnings and progress: one line each, which neither steers a terminal nor floods it."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._ansible.execution import execute
from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError, RejectedError
from ansible_collections.datascan.gate.plugins.module_utils._core.foreign_text import clean_text
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from ansible_collections.datascan.gate.plugins.module_utils._core.text import (
    bounded,
    disarm_commands,
    escape_commands,
    escape_invisible,
    one_line,
)
from glasswall_script import SCAN_ID, SCAN_PATH, read_response
from scripted_module import ScriptedModule
from scripted_vendor import Expected

TERMINAL = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\nFAILED\x00\u202e\u2028next"
TOKEN = "t0ken-that-is-long-enough-to-be-told"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (TERMINAL, r"\x1b]0;owned\x07\x1b[2J\x9b31m FAILED\x00\u202e next"),
        ("a\n\n b\tc ", "a b c"),
        ("half \ud800", r"half \ud800"),
        ("\u00e9 \U0001f512 \u202f %00 \\x1b", "\u00e9 \U0001f512 %00 \\x1b"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert one_line(text) == shown
    assert shown.isprintable()


COMMANDS = {
    "##vso[task.setvariable variable=x]y": "# #vso[task.setvariable variable=x]y",  # Azure Pipelines
    "##[section]x": "# #[section]x",
    "###[x]": "## #[x]",
    "##teamcity[x]": "# #teamcity[x]",
    "::error file=a::x": ": :error file=a::x",  # GitHub
    "section_start:1700000000:x": "section_start :1700000000:x",  # GitLab
    "section_end:1:x": "section_end :1:x",
    "SECTION_START:1:x": "SECTION_START :1:x",
    "##VSO[x]": "# #VSO[x]",
    "travis_fold:start:x": "travis_fold :start:x",  # Travis CI
    "travis_time:end:x": "travis_time :end:x",
}
HARMLESS = ["## heading", "http://[::1]:8080/", "arn:aws:iam::123:role/x", "section_start", "a ## b [c]", "::"]


@pytest.mark.parametrize(("text", "shown"), COMMANDS.items())
def test_a_command_for_a_ci_server_is_broken_up_in_lines_results_and_reports(text: str, shown: str) -> None:
    assert one_line(f"status is \n{text}") == f"status is {shown}"
    assert disarm_commands({text: [text, (f"a\n{text}", 7, None)]}) == {shown: [shown, [f"a\n{shown}", 7, None]]}
    assert clean_text(f"\u200b{text}") == shown
    escaped = escape_commands(json.dumps({"a": text}))
    assert json.loads(escaped) == {"a": text}
    assert text.startswith("::") or text not in escaped  # no line of JSON begins with its text


def test_ansible_may_break_a_line_before_any_command() -> None:
    assert one_line(f"{'x' * 78}::error::y") == f"{'x' * 78}: :error::y"


@pytest.mark.parametrize("text", HARMLESS)
def test_a_text_without_a_command_is_unchanged(text: str) -> None:
    assert (one_line(text), disarm_commands(text)) == (text, text)


@pytest.mark.parametrize("character", "\x7f\x85\x9b\u061c\u2028\u2029\u202a\u202e\u2066\u2069")
def test_what_ansible_prints_as_it_is_cannot_control_a_terminal_or_turn_a_line(character: str) -> None:
    assert disarm_commands({f"a{character}b": [f"c{character}d"]}) == {"a\ufffdb": ["c\ufffdd"]}
    assert not one_line(f"a{character}b").count(character)


def test_a_front_end_that_prints_texts_as_they_are_has_them_escaped() -> None:
    shown = "\\x1b]0;owned\\x07\\x1b[2J\\x9b31m\\r\nFAILED\\x00\\u202e\u2028next"
    assert escape_invisible({TERMINAL: [TERMINAL, ("a\tb", 7, None)]}) == {shown: [shown, ["a\tb", 7, None]]}


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_no_end_of_a_line_begins_a_command(end: str) -> None:
    text = f"a{end}::error::b"
    assert one_line(text) == clean_text(text) == "a : :error::b"
    assert not re.search("^\\s*::error::", "\n".join(disarm_commands(text).splitlines()), re.MULTILINE)


def test_a_result_is_bounded_and_how_much_was_cut_is_shown() -> None:
    result = {
        "owner": "x" * 50_000,
        "reasons": [f"reason {number}" for number in range(1500)],
        "error": {"vendor_errors": [{"message": "x"}] * 300},
        "summary": {"k" * 5000 + "1": 1, "k" * 5000 + "2": 2},
        "diff": {"before": "x" * 50_000},
        "scans": [{"id": "1"}] * 2000,
        "missing": ["1"] * 2000,
    }
    cut: t.Any = bounded(result)
    assert cut["owner"] == f"{'x' * 7500} [\u2026 40500 characters cut \u2026] {'x' * 2000}"
    assert cut["reasons"][:1000] == result["reasons"][:1000]  # type: ignore[index]
    assert cut["reasons"][1000:] == ["500 more are not shown."]
    assert cut["error"]["vendor_errors"][100:] == [{"message": "200 more are not shown."}]
    assert sorted(cut["summary"].values()) == [1, 2] and max(map(len, cut["summary"])) < 1100
    assert all(cut[key] == result[key] for key in ("diff", "scans", "missing"))
    assert bounded(cut) == cut


@pytest.mark.parametrize(
    "wrap", [lambda scan: {"scan": scan}, lambda scan: {"scans": [scan]}, lambda scan: {"x": {"y": scan}}]
)
def test_a_list_that_a_vendor_sends_inside_a_record_is_bounded(wrap: t.Callable[[t.Any], t.Any]) -> None:
    """The number of items and the length of each are bounded. The next task does not count omitted items again."""
    ids = ["9" * 50_000, *(str(number) for number in range(2999))]
    cut: t.Any = bounded(wrap({"child_ids": ids, "tags": [{"tag_name": "a"}] * 1002}))
    text = json.dumps(cut)
    assert "2000 more are not shown." in text and '{"message": "2 more are not shown."}' in text
    assert len(text) < 60_000
    assert bounded(cut) == cut


def test_the_scans_of_a_diff_are_bounded_as_well() -> None:
    sides = {side: {"1": {"id": "1", "child_ids": ["2"] * 5000, "owner": "x" * 50_000}} for side in ("before", "after")}
    assert len(json.dumps(bounded({"diff": sides}))) < 40_000


def test_what_is_long_is_cut_in_its_middle() -> None:
    assert one_line(f"{'x' * 10_000!r} is no scan id: those are UUIDs.") == (
        f"'{'x' * 249}\u2026{'x' * 99}' is no scan id: those are UUIDs."
    )
    cut = one_line(f"begin {'x ' * 10_000} end")
    assert "characters cut" in cut
    assert len(cut) < 4000 and cut.startswith("begin x") and cut.endswith("x end")


@dataclasses.dataclass
class Outcome:
    msg: str


def outcome(run: t.Callable[[Invocation], t.Any], secrets: t.Iterable[str] = ()) -> str:
    call = Invocation({}, False, False, Redactor(secrets), warn=pytest.fail, report_progress=pytest.fail)
    message = execute(ModuleSpec("try", run, {}, connects=False), call)["msg"]
    assert isinstance(message, str)
    return message


def test_every_message_of_a_module_is_one_printable_line() -> None:
    def refuse(_call: Invocation) -> t.NoReturn:
        raise RejectedError(TERMINAL)

    def break_down(_call: Invocation) -> t.NoReturn:
        raise KeyError(TERMINAL)

    for run in (refuse, break_down, lambda _call: Outcome(TERMINAL)):
        assert outcome(run).isprintable()


def test_a_secret_is_masked_before_a_text_is_shortened() -> None:
    """Half a secret would not be recognized."""
    for before in range(0, 500, 7):

        def refuse(_call: Invocation, before: int = before) -> t.NoReturn:
            raise DatascanError(f"{'x' * before}{TOKEN}{'y' * 400}")

        assert TOKEN[:8] not in outcome(refuse, [TOKEN]) and TOKEN[-8:] not in outcome(refuse, [TOKEN])


def test_a_vendors_text_in_progress_and_warnings_is_one_line() -> None:
    module = ScriptedModule(
        "scan_wait",
        *(read_response(TERMINAL, scanOwner=TERMINAL), Expected("GET", SCAN_PATH, 400, [{"message": TERMINAL}])),
        scan_ids=[SCAN_ID],
        wait_timeout=60,
        wait_interval=1,
    )
    result = module.run()
    assert result["failed"] and result["scans"][0]["owner"] == re.sub(
        "[\x9b\u202e\u2028]", "\ufffd", TERMINAL
    )  # other data stays
    lines = [result["msg"], *module.reported, *module.warned]
    assert len(lines) == 3
    assert [line for line in lines if not line.isprintable()] == []
