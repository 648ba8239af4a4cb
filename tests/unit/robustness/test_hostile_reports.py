# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Markup in a vendor's texts, as the programs that show the reports parse it: it stays text, and complete."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import re
import typing as t
import xml.etree.ElementTree as ET

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_reports import (
    AUDIT_FORMATS,
    render_audit,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_tally import AuditTally
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_verdict import AuditScope, AuditVerdict
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import Cluster
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.tag_rules import parse_rules
from ansible_collections.datascan.gate.plugins.module_utils._core.foreign_text import clean_text
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.reports.render import FORMATS, render
from ansible_collections.datascan.gate.plugins.module_utils._core.text import INVISIBLE
from hostile_verdicts import HOSTILE_TEXTS, hostile_verdict
from made_columns import make_column
from markdown_it import MarkdownIt
from markdown_it.token import Token

MORE = [
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "]]><script>alert(1)</script><![CDATA[",
    "&lt;b&gt; &#60;b&#62; &copy",
    "`` ` ``` |` ``",
    "\\`a\\`",
    "| --- | --- |\n| a | b |",
    "a\\|b\\\\|c",
    "$$x$$ ```mermaid\ngraph```",
    "\x1b[2J\x1b]0;t\x07\x9b1m",
    "\x00\x0b\x0c\x1f\ufffe\uffff\ud800",
    "%s {} {{ x }} {% raw %}",
]
TEXTS = [*HOSTILE_TEXTS, *MORE]
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = {
    *("inline", "text", "code_inline", "softbreak", "heading", "paragraph", "bullet_list", "list_item"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


def tokens(report: str) -> list[Token]:
    found = []
    for token in READER.parse(report):
        found += [token, *(token.children or [])]
    return found


def kinds(found: list[Token]) -> set[str]:
    return {token.type.removesuffix("_open").removesuffix("_close") for token in found}


def as_in_a_table(text: str) -> str:
    """A backslash before a pipe is separated from it, because Markdown dialects differ."""
    return text.replace("\\|", "\\ |")


@pytest.mark.parametrize("text", TEXTS)
def test_markdown(text: str) -> None:
    found = tokens(render("markdown", hostile_verdict(text)))
    assert kinds(found) <= OURS
    spans = [token.content.strip() for token in found if token.type == "code_inline"]
    shown = clean_text(text)
    if shown:
        assert as_in_a_table(shown) in spans and shown in spans  # in the table, and among the reasons
    assert kinds(found) == kinds(tokens(render("markdown", hostile_verdict("harmless"))))
    assert len([token for token in found if token.type == "td_open"]) == 8 + 10


def audit_report(format_: str, text: str) -> str:
    """A report in which the text is everywhere that a vendor or a user can put one."""
    names = {"fully_qualified_name": text or "x", "column_name": text, "table_name": text, "source": text}
    tally = AuditTally(parse_rules([f"owner {text}"], {"a": [f"b {text}"]}))
    tally.add(make_column(**names, tags=[{"tag_name": "a", "tag_value": f"b {text}"}]))
    verdict = AuditVerdict(AuditScope(Cluster(id="c", name=text), text, text), tally, complete=False, failure=text)
    return "".join(render_audit(format_, verdict, tally.examples, "enforce"))


@pytest.mark.parametrize("text", TEXTS)
def test_markdown_of_an_audit(text: str) -> None:
    read = tokens(audit_report("markdown", text))
    assert kinds(read) <= OURS
    assert kinds(read) == kinds(tokens(audit_report("markdown", "harmless")))
    assert len([token for token in read if token.type == "td_open"]) == 6


@pytest.mark.parametrize("text", TEXTS)
def test_csv_and_json_of_an_audit(text: str) -> None:
    report = audit_report("csv", text)
    assert "\0" not in report
    rows = list(csv.reader(io.StringIO(report)))
    assert {len(row) for row in rows} == {7}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    data = json.loads(audit_report("json", text))
    (finding,) = data["findings"]
    assert finding["column_name"] == clean_text(text)
    for one in (*data["reasons"], data["msg"], finding["table_name"]):
        assert not INVISIBLE.search(one)


class Reader(html.parser.HTMLParser):
    """The texts that a browser would show, and the elements."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.links: list[str | None] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("text", TEXTS)
def test_html(text: str) -> None:
    page, expected = (Reader(render("html", hostile_verdict(given))) for given in (text, "harmless"))
    shown = clean_text(text)
    if shown:
        assert page.tags == expected.tags
        assert shown in page.texts
    assert {link for link in page.links if link} == {"data:,"} | {
        link for link in page.links if link and link[0] == "#"
    }
    assert not any(character in "".join(page.texts) for character in "\x00\x07\x1b\x9b\u202e")


@pytest.mark.parametrize("text", TEXTS)
def test_junit(text: str) -> None:
    root = ET.fromstring(render("junit", hostile_verdict(text)))
    shown = clean_text(text)
    scan, missing = root.iter("testcase")
    assert scan.get("name") == (shown or "-")
    assert missing.get("name") == shown
    failure = scan.find("failure")
    assert failure is not None
    assert not shown or f"Owner: {shown}" in (failure.text or "").splitlines()
    assert clean_text(failure.get("message")) == " ".join((failure.get("message") or "").split())


def test_the_reader_finds_markup_where_there_is_some() -> None:
    """Without this check, the tests above could not fail."""
    found: t.Any = kinds(tokens("a <b>x</b> [l](http://x.example) ![i](x) **b** ~~s~~\n\n<div>\n\n```\nx\n```\n"))
    assert found >= {"html_inline", "html_block", "link", "image", "strong", "s", "fence"}


OBEYED = re.compile(
    r"^\s*::[^\s:]+.*?::|##\w*\[|section_(?:start|end):\d|travis_fold:\w|[\x1b\r\x80-\x9f\u2028-\u202e]"
)
COMMANDS = [
    "##vso[task.setvariable variable=x]y",
    "##\u200b[section]x",
    "a\n::error::x",
    "a\u2028::set-output name=x::y",
    "section_start:1700000000:x\r\x1b[0K",
    "travis_fold:start:x",
    "##teamcity[x]",
    "a\u202eb\u2066c\x9b31m",
]


@pytest.mark.parametrize("text", COMMANDS)
def test_no_line_of_a_report_is_a_command_for_a_ci_server(text: str) -> None:
    pages = [render(format_, hostile_verdict(text)) for format_ in FORMATS]
    pages += [audit_report(format_, text) for format_ in AUDIT_FORMATS]
    assert [line for page in pages for line in page.split("\n") if OBEYED.search(line)] == []
