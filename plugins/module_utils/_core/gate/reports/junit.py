# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict as JUnit XML: a test case for each scan, so that CI servers show the gate among their tests."""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree as ET

from .text import (
    ALLOWED,
    MISSING,
    NOTHING,
    consequence,
    is_blocking,
    other_reasons,
    plain,
    reasons,
    seconds,
    span,
    tally,
    vendor_word,
    when,
)

if t.TYPE_CHECKING:
    from ...models import Judgement, Scan, Verdict

_NAME = "datascan.gate"


def render(verdict: Verdict) -> str:
    """The verdict as one test suite."""
    cases = [_scan(judgement) for judgement in verdict.judgements]
    cases += [_missing(verdict, scan_id) for scan_id in verdict.missing]
    if not verdict.passed and not any(case.find("failure") is not None for case in cases):
        # A gate may be shut for a reason that no scan has; the suite must not look green then.
        cases.append(_verdict(verdict))
    counts = {
        "tests": str(len(cases)),
        "failures": str(_count(cases, "failure")),
        "errors": "0",
        "time": _time(sum(seconds(judgement.scan) or 0.0 for judgement in verdict.judgements)),
    }
    root = ET.Element("testsuites", {"name": _NAME, **counts})
    suite = ET.SubElement(root, "testsuite", {**root.attrib, "skipped": str(_count(cases, "skipped"))})
    started = [judgement.scan.started_at for judgement in verdict.judgements if judgement.scan.started_at]
    if started:
        suite.set("timestamp", min(started).isoformat()[:19])
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="passed", value=str(verdict.passed).lower())
    ET.SubElement(properties, "property", name="mode", value=plain(verdict.mode))
    suite.extend(cases)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _count(cases: list[ET.Element], outcome: str) -> int:
    return sum(case.find(outcome) is not None for case in cases)


def _time(value: float) -> str:
    return f"{value:.3f}"


def _case(classname: str, name: str, time: float = 0.0) -> ET.Element:
    return ET.Element("testcase", classname=f"{_NAME}.{plain(classname)}", name=name, time=_time(time))


def _fail(case: ET.Element, kind: str, why: list[str], facts: list[str]) -> None:
    failure = ET.SubElement(case, "failure", type=kind, message="; ".join(why))
    failure.text = "\n".join([*why, *facts])


def _scan(judgement: Judgement) -> ET.Element:
    scan = judgement.scan
    name = f"{plain(scan.name)} ({plain(scan.id)})" if plain(scan.name) else plain(scan.id)
    case = _case(scan.provider, name, seconds(scan) or 0.0)
    if not judgement.passed:
        _fail(case, scan.state.value, reasons(judgement), _facts(scan))
    return case


def _missing(verdict: Verdict, scan_id: str) -> ET.Element:
    case = _case("missing", plain(scan_id))
    if is_blocking(verdict, scan_id):
        _fail(case, "missing", [MISSING], [])
    else:
        ET.SubElement(case, "skipped", message=ALLOWED)
    return case


def _verdict(verdict: Verdict) -> ET.Element:
    case = _case("verdict", "verdict")
    _fail(case, "verdict", other_reasons(verdict) or [consequence(verdict)], [tally(verdict)])
    return case


def _facts(scan: Scan) -> list[str]:
    """What somebody who sees only the failure wants to know, where it is known."""
    facts = {
        "Provider": plain(scan.provider),
        "State": " / ".join(filter(None, [scan.state.value, vendor_word(scan)])),
        "Started (UTC)": when(scan.started_at),
        "Finished (UTC)": when(scan.finished_at),
        "Duration": span(seconds(scan)),
        "Issues": NOTHING if scan.issue_count is None else str(scan.issue_count),
        "Source": plain(scan.source),
        "Target": plain(scan.target),
        "Owner": plain(scan.owner),
    }
    return [f"{key}: {value}" for key, value in facts.items() if value not in ("", NOTHING)]
