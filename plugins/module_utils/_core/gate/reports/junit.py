# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict as JUnit XML: a test case for each scan, so that CI servers show the gate among their tests.

The names of the cases are the same in each run, so that servers can show trends; ids are in the text of a case.
"""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree as ET

from ...foreign_text import NOT_KNOWN, clean_text
from .names import stable_names
from .text import (
    ALLOWED,
    acceptance_lines,
    counts_sentence,
    describe_issues,
    describe_missing,
    describe_reasons,
    duration,
    format_duration,
    format_time,
    other_sentences,
    other_vendor_status,
    state_text,
    wait_sentence,
)

if t.TYPE_CHECKING:
    from ..verdict import ScanVerdict, Verdict

_NAME = "datascan.gate"


def render(verdict: Verdict) -> str:
    """The verdict as one test suite."""
    names = stable_names([item.scan for item in verdict.scans])
    cases = [_scan_case(item, name) for item, name in zip(verdict.scans, names, strict=True)]
    cases += [_missing_case(scan_id, text) for scan_id, text in describe_missing(verdict).items()]
    if others := other_sentences(verdict):
        # A gate may fail for a reason that concerns no scan. The suite must fail then, too.
        cases.append(_verdict_case(verdict, others))
    counts = {
        "tests": str(len(cases)),
        "failures": str(_count(cases, "failure")),
        "errors": str(_count(cases, "error")),
        "time": _time(sum(duration(item.scan) or 0.0 for item in verdict.scans)),
    }
    root = ET.Element("testsuites", {"name": _NAME, **counts})
    suite = ET.SubElement(root, "testsuite", {**root.attrib, "skipped": str(_count(cases, "skipped"))})
    started = [item.scan.started_at for item in verdict.scans if item.scan.started_at]
    if started:
        suite.set("timestamp", min(started).isoformat()[:19])
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="passed", value=str(verdict.passed).lower())
    ET.SubElement(properties, "property", name="mode", value=clean_text(verdict.mode))
    if note := wait_sentence(verdict):
        ET.SubElement(properties, "property", name="wait", value=note)
    for line in acceptance_lines(verdict):
        ET.SubElement(properties, "property", name="accepted", value=line)
    suite.extend(cases)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _count(cases: list[ET.Element], outcome: str) -> int:
    return sum(case.find(outcome) is not None for case in cases)


def _time(value: float) -> str:
    return f"{value:.3f}"


def _case(classname: str, name: str, time: float = 0.0) -> ET.Element:
    return ET.Element("testcase", classname=f"{_NAME}.{clean_text(classname)}", name=name, time=_time(time))


def _add_failure(case: ET.Element, kind: str, reasons: list[str], facts: list[str], tag: str = "failure") -> None:
    failure = ET.SubElement(case, tag, type=kind, message="; ".join(reasons))
    failure.text = "\n".join([*reasons, *facts])


def _scan_case(item: ScanVerdict, name: str) -> ET.Element:
    case = _case(item.scan.provider, name, duration(item.scan) or 0.0)
    if item.passed:
        ET.SubElement(case, "system-out").text = "\n".join(_facts(item))
    else:
        _add_failure(case, item.scan.state.value, describe_reasons(item), _facts(item))
    return case


def _missing_case(scan_id: str, text: str) -> ET.Element:
    case = _case("missing", clean_text(scan_id))
    if text == ALLOWED:
        ET.SubElement(case, "skipped", message=text)
    else:
        _add_failure(case, "missing", [text], [])
    return case


def _verdict_case(verdict: Verdict, reasons: list[str]) -> ET.Element:
    case = _case("verdict", "verdict")
    if verdict.error is None:
        _add_failure(case, "verdict", reasons, [counts_sentence(verdict)])
    else:  # the gate could not ask or judge, so nothing was tested
        _add_failure(case, clean_text(verdict.error.get("kind")), reasons, [counts_sentence(verdict)], tag="error")
    return case


def _facts(item: ScanVerdict) -> list[str]:
    """The known facts, for readers who see only this case."""
    scan = item.scan
    facts = {
        "Id": clean_text(scan.id),
        "Provider": clean_text(scan.provider),
        "State": " / ".join(filter(None, [state_text(item), other_vendor_status(scan)])),
        "Started (UTC)": format_time(scan.started_at),
        "Finished (UTC)": format_time(scan.finished_at),
        "Duration": format_duration(duration(scan)),
        "Issues": NOT_KNOWN if scan.issue_count is None else str(scan.issue_count),
        "Source": clean_text(scan.source),
        "Target": clean_text(scan.target),
        "Owner": clean_text(scan.owner),
    }
    lines = [f"{key}: {value}" for key, value in facts.items() if value not in ("", NOT_KNOWN)]
    return lines + [f"Issue: {text}" for text in describe_issues(item)]
