# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict as JUnit XML: a test case for each scan, so that CI servers show the gate among their tests."""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree as ET

from ...foreign_text import NOT_KNOWN, clean_text
from .text import (
    ALLOWED,
    counts_sentence,
    describe_missing,
    describe_reasons,
    duration,
    format_duration,
    format_time,
    other_sentences,
    other_vendor_status,
)

if t.TYPE_CHECKING:
    from ...models import Scan
    from ..verdict import ScanVerdict, Verdict

_NAME = "datascan.gate"


def render(verdict: Verdict) -> str:
    """The verdict as one test suite."""
    cases = [_scan_case(item) for item in verdict.scans]
    cases += [_missing_case(scan_id, text) for scan_id, text in describe_missing(verdict).items()]
    if others := other_sentences(verdict):
        # A gate may fail for a reason that concerns no scan. The suite must fail then, too.
        cases.append(_verdict_case(verdict, others))
    counts = {
        "tests": str(len(cases)),
        "failures": str(_count(cases, "failure")),
        "errors": "0",
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
    suite.extend(cases)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _count(cases: list[ET.Element], outcome: str) -> int:
    return sum(case.find(outcome) is not None for case in cases)


def _time(value: float) -> str:
    return f"{value:.3f}"


def _case(classname: str, name: str, time: float = 0.0) -> ET.Element:
    return ET.Element("testcase", classname=f"{_NAME}.{clean_text(classname)}", name=name, time=_time(time))


def _add_failure(case: ET.Element, kind: str, reasons: list[str], facts: list[str]) -> None:
    failure = ET.SubElement(case, "failure", type=kind, message="; ".join(reasons))
    failure.text = "\n".join([*reasons, *facts])


def _scan_case(item: ScanVerdict) -> ET.Element:
    scan = item.scan
    name = f"{clean_text(scan.name)} ({clean_text(scan.id)})" if clean_text(scan.name) else clean_text(scan.id)
    case = _case(scan.provider, name, duration(scan) or 0.0)
    if not item.passed:
        _add_failure(case, scan.state.value, describe_reasons(item), _facts(scan))
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
    _add_failure(case, "verdict", reasons, [counts_sentence(verdict)])
    return case


def _facts(scan: Scan) -> list[str]:
    """The known facts, for readers who see only the failure."""
    facts = {
        "Provider": clean_text(scan.provider),
        "State": " / ".join(filter(None, [scan.state.value, other_vendor_status(scan)])),
        "Started (UTC)": format_time(scan.started_at),
        "Finished (UTC)": format_time(scan.finished_at),
        "Duration": format_duration(duration(scan)),
        "Issues": NOT_KNOWN if scan.issue_count is None else str(scan.issue_count),
        "Source": clean_text(scan.source),
        "Target": clean_text(scan.target),
        "Owner": clean_text(scan.owner),
    }
    return [f"{key}: {value}" for key, value in facts.items() if value not in ("", NOT_KNOWN)]
