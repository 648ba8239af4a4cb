# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports: each is valid in its format, agrees with the verdict, and withstands hostile text."""

from __future__ import annotations

import html.parser
import itertools
import json
import re
import typing as t
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.reports.render import FORMATS, render
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.reports.style import CSS
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.verdict import (
    Reason,
    Rule,
    ScanVerdict,
    Verdict,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.wording import describe, sentence
from ansible_collections.datascan.gate.plugins.module_utils._core.models import ScanState
from hostile_verdicts import HOSTILE_TEXTS, TIMES, hostile_verdict, mixed, scan, verdict_on, with_acceptances
from jsonschema import Draft202012Validator

# All formats


def test_an_unknown_format_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(InvalidInputError, match=r"junit, markdown, json, html, not 'pdf'"):
        render("pdf", mixed())


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_verdict_makes_the_same_text(format_: str) -> None:
    assert render(format_, mixed()) == render(format_, mixed())


@pytest.mark.parametrize("format_", FORMATS)
def test_the_text_ends_with_one_newline_and_can_be_written_as_utf8(format_: str) -> None:
    for text in HOSTILE_TEXTS:
        report = render(format_, hostile_verdict(text))
        assert report.endswith("\n") and not report.endswith("\n\n")
        report.encode("utf-8")


@pytest.mark.parametrize("format_", FORMATS)
def test_no_secret_of_a_vendors_text_reaches_a_report(format_: str) -> None:
    secret = "https://x.example/c?sv=1&sig=ZmFrZQ%3D%3D AccountKey=ZmFrZWtleQ== Bearer ZmFrZXRva2Vu"
    report = render(format_, verdict_on(scan("failed", error=secret, source=secret, name=secret)))
    assert not re.search("ZmFrZ", report)
    assert "sig=****" in report


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("bound", ["0001-01-01T00:00:00", "9999-12-31T23:59:59.9999999"])
def test_an_unparseable_time_breaks_no_report(format_: str, bound: str) -> None:
    assert render(format_, verdict_on(scan(started_at=bound, finished_at="2026-03-14T22:00:00Z")))
    assert render(format_, verdict_on(scan(started_at="2026-03-14T22:00:00Z", finished_at=bound)))


@pytest.mark.parametrize("format_", FORMATS)
def test_without_scans_there_is_a_report_with_the_reason(format_: str) -> None:
    assert "There is no scan to judge." in render(format_, verdict_on())


@pytest.mark.parametrize("format_", ["junit", "markdown", "html"])
def test_the_vendors_reason_is_shown_once(format_: str) -> None:
    report = render(format_, verdict_on(scan("failed", error="Disk full.")))
    assert report.count("failed: Disk full") == (2 if format_ == "junit" else 1)  # message and text
    assert "the vendor says" not in report


@pytest.mark.parametrize("format_", ["junit", "markdown", "html"])
def test_a_vendors_reason_is_shown_also_where_the_gate_does_not_quote_it(format_: str) -> None:
    report = render(format_, verdict_on(scan(error="3 files skipped", issue_count=9), max_issues=1))
    assert "has 9 issues, and 1 is allowed (the vendor says: 3 files skipped)" in report
    old = verdict_on(scan(error="3 files skipped"), max_age=1)
    assert "the vendor says: 3 files skipped" in render(format_, old)


ACCEPTED_LINES = [
    "Accepted until 2026-04-01T00:00:00Z: issue a.doc of every scan (TICKET-1).",
    "Accepted until 2026-04-01T00:00:00Z: scan nightly (TICKET-2).",
    "Not accepted since 2026-03-01T00:00:00Z: issue b.doc of scan in \u2192 out (TICKET-3).",
    "Accepted, but not found or not needed: scan gone (TICKET-4).",
]


def text_of(format_: str, verdict: Verdict) -> str:
    """The visible text of a report."""
    report = render(format_, verdict)
    if format_ == "json":
        return report.encode().decode("unicode_escape")
    if format_ == "html":
        return Page(report).text
    return html.unescape(report)


@pytest.mark.parametrize("format_", FORMATS)
def test_every_report_names_what_is_accepted_until_when_and_why(format_: str) -> None:
    report = text_of(format_, with_acceptances())
    if format_ == "json":
        entries = json.loads(render("json", with_acceptances()))["accepted"]
        assert [(entry["status"], entry["reason"]) for entry in entries] == [
            *(("used", "TICKET-1"), ("used", "TICKET-2"), ("expired", "TICKET-3"), ("unused", "TICKET-4"))
        ]
        return
    for line in ACCEPTED_LINES:
        assert line in report
    assert "failed (accepted)" in report


@pytest.mark.parametrize("format_", FORMATS)
def test_every_report_lists_the_issues_of_a_scan(format_: str) -> None:
    report = text_of(format_, with_acceptances())
    for text in ("a.doc", "Failed", "folder 1", "b.doc"):
        assert text in report
    if format_ != "json":
        assert "a.doc (Failed, folder 1), accepted until 2026-04-01T00:00:00Z: TICKET-1" in report
        assert "and 7 more" in report


@pytest.mark.parametrize("format_", ["junit", "markdown", "html"])
def test_a_report_lists_few_of_many_issues_and_counts_the_others(format_: str) -> None:
    issues = [{"name": f"{number:03}.doc"} for number in range(100)]
    report = text_of(format_, verdict_on(scan(issue_count=1234, issues=issues)))
    assert "019.doc" in report and "020.doc" not in report
    assert "and 1214 more" in report


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_names_and_reasons_of_a_user_are_shown_as_safely_as_a_vendors(text: str) -> None:
    verdict = with_acceptances(text)
    root, _found = cases(verdict)
    assert {prop.get("name") for prop in root.iter("property")} == {"passed", "mode", "accepted"}
    assert set(page(verdict).names()) <= {*page(with_acceptances()).names()}
    for format_ in FORMATS:
        report = render(format_, verdict)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066\ufffe\uffff]", report)


@pytest.mark.parametrize("format_", ["junit", "markdown", "html"])
def test_a_scan_that_this_pipeline_cancelled_is_cancelled_once(format_: str) -> None:
    verdict = verdict_on(scan("cancelled", vendor_status="Canceled")).after_wait(timed_out=True, cancelled=["1"])
    report = text_of(format_, verdict)
    assert report.count("was cancelled") == {"junit": 3, "markdown": 2, "html": 2}[format_]  # with that of the wait
    assert report.count("was cancelled by this pipeline, because the wait timed out") == (
        2 if format_ == "junit" else 1
    )
    assert "Canceled" not in report


@pytest.mark.parametrize("format_", ["markdown", "html"])
def test_a_gate_that_could_not_judge_has_no_table_of_zeros(format_: str) -> None:
    verdict = verdict_on().with_reasons(Reason(Rule.NOT_JUDGED, found="The token was refused."))
    report = text_of(format_, replace(verdict, error={"kind": "unauthorized"}))
    assert "No scan was judged. The pipeline stops." in report
    assert not re.search("Total|Queued|Missing|0 of 0", report)


# JSON


def test_json_is_the_verdict_with_the_name_of_its_schema() -> None:
    data = json.loads(render("json", mixed()))
    assert data.pop("schema") == "datascan.gate/report/1"
    verdict = mixed()
    assert (data["passed"], data["mode"], data["summary"]) == (verdict.passed, verdict.mode, verdict.summary)
    assert data["reasons"] == [sentence(reason) for reason in verdict.reasons]
    assert data["missing"] == list(verdict.missing)
    assert data["judgements"] == [
        {
            "scan": item.scan.model_dump(mode="json"),
            "passed": item.passed,
            "reasons": [describe(reason) for reason in item.reasons],
            "accepted": [],
        }
        for item in verdict.scans
    ]


SCHEMA = json.loads((Path(__file__).resolve().parents[6] / "docs/report.schema.json").read_text())


def test_json_documents_every_field() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["$defs"]) == {"AcceptedEntry", "Issue", "Judgement", "Scan", "ScanState"}
    for kind in (SCHEMA, *(SCHEMA["$defs"][name] for name in SCHEMA["$defs"] if name != "ScanState")):
        assert [name for name, field in kind["properties"].items() if "description" not in field] == []


@pytest.mark.parametrize(
    "verdict",
    [mixed(), verdict_on(missing=["gone"]), verdict_on(scan()), with_acceptances()],
    ids=["mixed", "none", "one", "accepted"],
)
def test_json_keeps_to_the_published_schema(verdict: Verdict) -> None:
    Draft202012Validator(SCHEMA).validate(json.loads(render("json", verdict)))


@pytest.mark.parametrize("field", ["schema", "passed", "summary", "judgements"])
def test_the_published_schema_refuses_a_report_that_lacks_something(field: str) -> None:
    report = json.loads(render("json", mixed()))
    del report[field]
    assert not Draft202012Validator(SCHEMA).is_valid(report)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_json_keeps_foreign_text_as_it_is(text: str) -> None:
    report = render("json", hostile_verdict(text))
    assert json.loads(report)["judgements"][0]["scan"]["name"] == text
    assert report.isascii()


# JUnit


def cases(verdict: Verdict) -> tuple[ET.Element, list[ET.Element]]:
    root = ET.fromstring(render("junit", verdict))
    return root, list(root.iter("testcase"))


def test_junit_has_a_case_for_each_scan_and_each_missing_one() -> None:
    _root, found = cases(mixed())
    assert [case.get("name") for case in found] == [
        *(f"Scan of {state.value}" for state in ScanState),
        "gone-1",
    ]
    assert {case.get("classname") for case in found} == {"datascan.gate.glasswall", "datascan.gate.missing"}


def test_junit_fails_what_did_not_pass_and_nothing_else() -> None:
    _root, found = cases(mixed())
    failed = [case.get("name") for case in found if case.find("failure") is not None]
    passed = [case.get("name") for case in found if case.find("failure") is None]
    assert passed == ["Scan of completed"]
    assert len(failed) == len(found) - 1


def test_junit_counts_agree_with_its_cases() -> None:
    root, found = cases(mixed())
    suite = root.find("testsuite")
    assert suite is not None
    failures = sum(case.find("failure") is not None for case in found)
    for element in (root, suite):
        assert (element.get("tests"), element.get("failures"), element.get("errors")) == ("8", str(failures), "0")
    assert suite.get("skipped") == "0"
    assert suite.get("timestamp") == "2026-03-14T22:00:00"
    total = sum(float(case.get("time", "nan")) for case in found)
    assert float(suite.get("time", "nan")) == total == 90.5 * 4  # four states have an end


def test_junit_keeps_to_the_common_schema() -> None:
    """The schema of Jenkins' xUnit plugin defines the elements, their nesting and their attributes."""
    allowed = {
        "testsuites": {"name", "tests", "failures", "errors", "time"},
        "testsuite": {"name", "tests", "failures", "errors", "time", "skipped", "timestamp"},
        "properties": set(),
        "property": {"name", "value"},
        "testcase": {"name", "classname", "time"},
        "failure": {"type", "message"},
        "error": {"type", "message"},
        "system-out": set(),
        "skipped": {"message"},
    }
    inside = {
        "testsuites": {"testsuite"},
        "testsuite": {"properties", "testcase"},
        "properties": {"property"},
        "testcase": {"failure", "error", "skipped", "system-out"},
    }
    refused = replace(verdict_on(), error={"kind": "unauthorized"})
    for verdict in (mixed(), verdict_on(), refused, verdict_on(scan(), missing=["x"], allow_missing=True)):
        root, found = cases(verdict)
        assert root.tag == "testsuites"
        for element in root.iter():
            assert set(element.attrib) <= allowed[element.tag]
            assert {child.tag for child in element} <= inside.get(element.tag, set())
        for case in found:
            assert re.fullmatch(r"\d+\.\d{3}", case.get("time", ""))
            assert len(case) <= 1
            failure = case.find("failure")
            assert failure is None or (failure.get("message") and failure.text)


def test_junit_names_are_the_same_in_each_run() -> None:
    """Case I8: ids are new in each run, and the list may come in another order."""

    def names(run: int, *, reverse: bool = False) -> dict[str, str]:
        scans = [
            scan(id=f"{run}a", name="Nightly", started_at=f"2026-03-0{run}T01:00:00Z"),
            scan(id=f"{run}b", name="Nightly", started_at=f"2026-03-0{run}T02:00:00Z"),
            scan(id=f"{run}c", source="in", target="out"),
            scan(id=f"{run}d", name="Twice", source="a"),
            scan(id=f"{run}e", name="Twice", source="b"),
            scan(id=f"{run}f", name="Nightly", provider="bigid"),
            scan(id=f"{run}g", name="Nightly #2"),
        ]
        _root, found = cases(verdict_on(*(reversed(scans) if reverse else scans)))
        outputs = [case.findtext("system-out") or "" for case in found]
        ids = [re.findall(r"(?m)^Id: \d(\w)$", output)[0] for output in outputs]
        return dict(zip(ids, [f"{case.get('classname')} {case.get('name')}" for case in found], strict=True))

    first = names(1)
    assert first == names(2) == names(1, reverse=True)
    glasswall = "datascan.gate.glasswall"
    assert first == {
        "a": f"{glasswall} Nightly",
        "b": f"{glasswall} Nightly #3",
        "c": f"{glasswall} in \u2192 out",
        "d": f"{glasswall} Twice (a \u2192 -)",
        "e": f"{glasswall} Twice (b \u2192 -)",
        "f": "datascan.gate.bigid Nightly",
        "g": f"{glasswall} Nightly #2",
    }


def test_junit_names_are_unique() -> None:
    twins = [scan("failed", id=str(number)) for number in range(3)] + [
        scan(id=f"x{number}", name="") for number in range(2)
    ]
    texts = [scan(id=f"t{number}", name=text) for number, text in enumerate(["a b", "a  b", "a\tb", "a b #2"])]
    _root, found = cases(verdict_on(*twins, *texts, scan(id="y", source="in"), scan(id="z", source="in")))
    names = [(case.get("classname"), case.get("name")) for case in found]
    assert len(set(names)) == len(names)


def test_junit_has_an_error_where_the_gate_could_not_ask() -> None:
    verdict = verdict_on(scan()).with_reasons(Reason(Rule.EARLIER_TASK, found="The token was refused."))
    root, found = cases(replace(verdict, error={"kind": "unauthorized"}))
    assert (root.get("errors"), root.get("failures")) == ("1", "0")
    error = found[-1].find("error")
    assert error is not None and (error.get("type"), error.get("message")) == ("unauthorized", "The token was refused.")


def test_junit_skips_a_missing_scan_that_the_policy_allows() -> None:
    root, found = cases(verdict_on(scan(), missing=["gone-1"], allow_missing=True))
    assert found[1].find("skipped") is not None
    assert root.get("failures") == "0"
    root, found = cases(verdict_on(scan("failed"), missing=["gone-1"], allow_missing=True))
    assert found[1].find("skipped") is not None
    assert root.get("failures") == "1"


@pytest.mark.parametrize(
    "verdict",
    [verdict_on(), verdict_on(scan()).with_reasons(Reason(Rule.EARLIER_TASK, found="The wait failed."))],
    ids=["no scan", "an earlier failure"],
)
def test_junit_is_never_green_for_a_gate_that_fails(verdict: Verdict) -> None:
    root, _found = cases(verdict)
    assert (root.get("tests"), root.get("failures")) == (str(len(verdict.scans) + 1), "1")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_failure_of_an_earlier_task_is_in_every_report(format_: str) -> None:
    verdict = verdict_on(scan()).with_reasons(Reason(Rule.EARLIER_TASK, found="The wait failed."))
    assert "The wait failed." in render(format_, verdict)


def test_junit_times_are_never_negative() -> None:
    back = {"started_at": TIMES["finished_at"], "finished_at": TIMES["started_at"]}
    _root, found = cases(verdict_on(scan(**back)))
    assert found[0].get("time") == "0.000"


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_junit_holds_foreign_text_as_text(text: str) -> None:
    root, found = cases(hostile_verdict(text))
    assert {element.tag for element in root.iter()} == {
        *("testsuites", "testsuite", "properties", "property", "testcase", "failure"),
    }
    assert len(found) == 2
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe\uffff]", "".join(root.itertext()))


# Markdown


def without_code(line: str) -> str:
    """The rest of a line without its code spans: a run of backticks up to the next run of the same length."""
    return re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", line)


def columns(line: str) -> list[str]:
    """The cells of a row; only a backslash right before a pipe keeps it from ending a cell."""
    return re.split(r"(?<!\\)\|", line)[1:-1]


def test_markdown_begins_with_the_verdict() -> None:
    lines = render("markdown", mixed()).splitlines()
    assert lines[0] == "## \u274c Did not pass"
    assert lines[2] == "1 of 7 scans passed, 1 missing. The pipeline stops."
    assert render("markdown", verdict_on(scan())).startswith("## \u2705 Passed\n\n1 of 1 scan passed. The pipeline may")
    assert "The mode is advise, so the pipeline continues." in render(
        "markdown", verdict_on(scan("failed"), mode="advise")
    )


def test_markdown_summary_agrees_with_the_verdict() -> None:
    verdict = mixed()
    head, _rule, counts = render("markdown", verdict).splitlines()[4:7]
    names = [name.strip().lower() for name in columns(head)]
    assert dict(zip(names, map(int, columns(counts)), strict=True)) == verdict.summary


def test_markdown_shows_a_scan_in_one_row() -> None:
    given = scan(
        *("completed",),
        **TIMES,
        name="Night",
        vendor_status="Done",
        owner="bob",
        source="in/a",
        target="out/b",
        issue_count=0,
    )
    assert (
        "| \u2705 | `Night` (`1`) | `glasswall` | completed (`Done`) | 2026-03-14 22:00:00 | 2026-03-14 22:01:30 "
        "| 1m 30s | 0 | `in/a` \u2192 `out/b` | `bob` |"
    ) in render("markdown", verdict_on(given)).splitlines()


def test_markdown_leaves_out_a_vendor_status_that_equals_the_state() -> None:
    assert "| completed |" in render("markdown", verdict_on(scan(vendor_status="Completed")))


LONG = "\U0001f600 reason " * 200


@pytest.mark.parametrize(
    ("error", "rejected"),
    [(None, 0), ("short", 10), (LONG, 10), (None, 5000), ("short", 5000), (LONG, 5000)],
    ids=["all passed", "10 short", "10 long", "5000 without", "5000 short", "5000 long"],
)
def test_markdown_of_5000_scans_fits_and_shows_or_counts_every_failure(error: str | None, rejected: int) -> None:
    """Case E4: GitHub drops a step summary of more than 1 MiB as a whole. Scans that did not pass come last here."""
    scans = [scan("completed", id=f"good-{number}", name="a | name " * 9) for number in range(5000 - rejected)]
    scans += [scan("failed", id=f"bad-{number}-", name="a | name " * 9, error=error) for number in range(rejected)]
    missing = [f"gone-{number}" for number in range(5000)]
    report = render("markdown", verdict_on(*scans, missing=missing))
    assert len(report.encode()) <= 1_048_576
    rows = [line for line in report.splitlines() if line.startswith(("| \u2705", "| \u274c"))]
    assert rows == sorted(rows, key=lambda line: line.startswith("| \u2705"))
    table = re.search(r"Scans not in this table: (\d+) \((\d+) did not pass, (\d+) passed\)\.", report)
    counted = [int(text) for text in table.groups()] if table else [0, 0, 0]
    assert counted[0] == counted[1] + counted[2] == 5000 - len(rows)
    assert sum(line.startswith("| \u274c") for line in rows) + counted[1] == rejected
    listed = len(re.findall(r"(?m)^- `a .*\(`bad-", report))
    more = re.search(r"Scans not listed here: (\d+) \((\d+) did not pass, 0 passed\)\.", report)
    assert listed + (int(more[1]) if more else 0) == rejected
    gone = len(re.findall(r"(?m)^- `gone-", report))
    others = re.search(r"Missing scans not listed here: (\d+)\.", report)
    assert gone + (int(others[1]) if others else 0) == 5000
    if rejected == 10:
        assert listed == 10 and counted[1] == 0


def test_markdown_counts_reasons_without_a_scan_that_do_not_fit() -> None:
    unseen = [Reason(Rule.UNSEEN, scan_id=f"{number} {LONG}") for number in range(5000)]
    report = render("markdown", verdict_on(scan("failed")).with_reasons(*unseen))
    assert len(report.encode()) <= 1_048_576
    listed = len(re.findall(r"(?m)^- `Scan ", report))
    assert f"Reasons not listed here: {5000 - listed}." in report
    assert "Scans not listed here: 1 (1 did not pass, 0 passed)." in report


def test_markdown_gives_reasons_for_what_did_not_pass_and_names_what_is_missing() -> None:
    report = render("markdown", mixed())
    assert "- `Scan of failed` (`id-3`)\n  - `failed (vendor status Word)`\n" in report
    assert report.index("### Reasons") < report.index("### Missing") < report.index("### Scans")
    assert "- `gone-1`: asked for and not found\n" in report
    assert "### Reasons" not in render("markdown", verdict_on(scan()))


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_markdown_keeps_foreign_text_inside_code_spans(text: str) -> None:
    report = render("markdown", hostile_verdict(text))
    expected = render("markdown", hostile_verdict("harmless"))
    assert len(report.splitlines()) == len(expected.splitlines())
    for line, harmless in zip(report.splitlines(), expected.splitlines(), strict=True):
        assert without_code(line) == without_code(harmless)
        if line.startswith("|"):
            assert len(columns(line)) == len(columns(harmless))


def test_markdown_shows_invisible_text_as_a_dash() -> None:
    report = render("markdown", verdict_on(scan(name="\u200b\u202e", owner=" \x00 ", vendor_status="\ufeff")))
    assert "| \u2705 | `1` | `glasswall` | completed | - | - | - | - | - | - |" in report.splitlines()


def test_markdown_code_spans_read_back_as_the_text() -> None:
    for text in ("a`b", "``", "`a", "a\\b", "x <b> & y"):
        spans = re.findall(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", render("markdown", verdict_on(scan(owner=text))))
        assert text in [content.strip(" ") for _fence, content in spans]


# HTML


class Page(html.parser.HTMLParser):
    """Reads a page strictly: every element closed, in order."""

    VOID: t.ClassVar = {"meta", "link", "br"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data

    def names(self) -> list[str]:
        return [name for name, _attributes in self.tags]

    def all(self, tag: str, kind: str | None = None) -> list[dict[str, str | None]]:
        found = (attributes for name, attributes in self.tags if name == tag)
        return [attributes for attributes in found if kind is None or kind in (attributes.get("class") or "").split()]


def page(verdict: Verdict) -> Page:
    return Page(render("html", verdict))


def test_html_is_one_page_that_loads_nothing_and_runs_nothing() -> None:
    found = page(mixed())
    assert render("html", mixed()).startswith("<!DOCTYPE html>\n")
    assert "script" not in found.names()
    for _name, attributes in found.tags:
        assert not {key for key in attributes if key.startswith("on") or key in ("src", "style", "action", "srcset")}
        assert (attributes.get("href") or "#").startswith(("#", "data:"))
    assert not re.search(r"url\(|@import|https?:", render("html", mixed()))


def test_html_can_be_read_by_everybody() -> None:
    found = page(mixed())
    assert found.all("html") == [{"lang": "en"}]
    levels = [int(name[1]) for name in found.names() if re.fullmatch(r"h\d", name)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(cell.get("scope") in ("row", "col") for cell in found.all("th"))
    assert all(drawing.get("aria-hidden") == "true" for drawing in found.all("svg", "dot"))
    targets = {attributes["id"] for _name, attributes in found.tags if "id" in attributes}
    assert {(link["href"] or "")[1:] for link in found.all("a")} <= targets


def test_html_has_light_dark_and_paper() -> None:
    text = render("html", mixed())
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_html_counts_agree_with_the_verdict() -> None:
    text = page(mixed()).text
    assert "Scans7" in text and "Passed1" in text and "Did not pass6" in text and "Missing1" in text
    for state in ScanState:
        assert f"1 {state.value}" in text


def test_html_draws_a_bar_from_the_start_to_the_end_of_each_scan() -> None:
    first = scan(started_at="2026-03-14T10:00:00Z", finished_at="2026-03-14T10:30:00Z")
    second = scan(started_at="2026-03-14T10:15:00Z", finished_at="2026-03-14T11:00:00Z")
    third = scan("running", started_at="2026-03-14T10:45:00Z")
    fourth = scan("queued")
    fifth = scan("stopped", started_at="2026-03-14T10:30:00Z")
    found = page(verdict_on(first, second, third, fourth, fifth))
    bars = [(each["x"], each["width"]) for each in found.all("rect", "bar")]
    assert bars == [("0.00%", "50.00%"), ("25.00%", "75.00%"), ("75.00%", "25.00%")]
    assert len(found.all("rect", "open")) == 1
    assert [dot["cx"] for dot in found.all("circle", "bar")] == ["50.00%"]
    assert found.text.count("no times known") == 1


@pytest.mark.parametrize(
    ("end", "labels"),
    [
        ("2026-03-14T10:00:00Z", ["10:00:00"]),
        ("2026-03-14T10:00:04Z", ["10:00:00", "10:00:01", "10:00:02", "10:00:03", "10:00:04"]),
        ("2026-03-14T11:00:00Z", ["10:00", "10:10", "10:20", "10:30", "10:40", "10:50", "11:00"]),
        ("2026-03-15T10:00:00Z", ["12:00", "18:00", "03-15", "06:00"]),
        ("2026-03-16T10:00:00Z", ["12:00", "03-15", "12:00", "03-16"]),
        ("2029-03-14T10:00:00Z", None),
        ("2099-03-14T10:00:00Z", None),
    ],
)
def test_html_marks_a_few_round_times(end: str, labels: list[str] | None) -> None:
    report = render("html", verdict_on(scan(started_at="2026-03-14T10:00:00Z", finished_at=end)))
    found = re.findall(r'<text x="[\d.]+%" y="16" text-anchor="middle">([^<]*)</text>', report)
    assert 1 <= len(found) <= 7
    assert labels is None or found == labels


def test_html_has_the_colours_of_the_verdict_and_not_of_the_state() -> None:
    """Case I8: a completed scan that does not pass is not green, and an accepted failed one not red."""
    old, accepted = scan(id="old", **TIMES), scan("failed", id="accepted", **TIMES)
    found = page(
        replace(
            verdict_on(old, accepted),
            scans=(
                ScanVerdict(old, (Reason(Rule.MAX_ISSUES, 0, 5, "old", old),)),
                ScanVerdict(accepted),
            ),
        )
    )
    rows = [row["class"] for row in found.all("tr") if row.get("id")]
    assert rows == ["rejected", "passed"]
    bars = [entry["class"] for entry in found.all("li") if entry.get("class") in ("passed", "rejected")]
    assert bars == ["rejected", "passed", "rejected"]  # the timeline, and the reason of the first
    assert [share["class"] for share in found.all("rect", "share")] == ["share passed", "share rejected"]
    states = {state.value for state in ScanState}
    for _name, attributes in found.tags:
        assert not states & set((attributes.get("class") or "").split())
    assert not re.search("|".join(rf"--{state}\\b" for state in states), CSS)


def test_html_names_a_scan_by_its_source_where_only_the_id_is_known_beside_it() -> None:
    found = page(verdict_on(scan("failed", id="67336873-8e06", source="uploads", target="clean", **TIMES)))
    assert found.text.count("uploads \u2192 clean") >= 3  # the timeline, the reason, the table


def test_html_has_no_timeline_where_no_scan_has_times() -> None:
    assert "Timeline" not in page(verdict_on(scan())).text


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_html_holds_foreign_text_as_text(text: str) -> None:
    found = page(hostile_verdict(text))
    assert set(found.names()) <= set(page(mixed()).names()) | {"h3"}
    for _name, attributes in found.tags:
        assert not {key for key in attributes if key.startswith("on") or key in ("src", "style")}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066\ufffe\uffff]", found.text)


def test_html_shows_hostile_text_as_it_was_written() -> None:
    assert (
        "</td></table><script>alert(1)</script>" in page(hostile_verdict("</td></table><script>alert(1)</script>")).text
    )
