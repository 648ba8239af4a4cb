# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict as one HTML page that needs nothing else: no script, no other file, no network.

The page is built as a tree and escaped where the tree is written, so no text can become markup; a content
security policy forbids the browser everything that the page does not hold itself.
"""

from __future__ import annotations

import base64
import hashlib
import typing as t
import xml.etree.ElementTree as ET

from ...foreign_text import NOT_KNOWN, clean_text
from ...models import STATES, iso
from ..acceptance import USED
from .names import title
from .style import CSS
from .text import (
    acceptance_lines,
    consequence,
    counts_sentence,
    describe_issues,
    describe_missing,
    describe_reasons,
    duration,
    format_duration,
    format_time,
    headline,
    other_sentences,
    other_vendor_status,
    state_text,
    wait_sentence,
)
from .timeline import Timeline

if t.TYPE_CHECKING:
    from datetime import datetime

    from ...models import Scan
    from ..verdict import ScanVerdict, Verdict
    from .timeline import TimelineBar

    Child: t.TypeAlias = "ET.Element | str | None"

_LINES = frozenset({"head", "header", "li", "link", "main", "meta", "p", "section", "style", "table", "title", "tr"})
_COLUMNS = {  # the heads of the table, and the class of their cells
    "Scan": "",
    "State": "",
    "Provider": "word",
    "Started": "time",
    "Finished": "time",
    "Duration": "number",
    "Issues": "number",
    "Source \u2192 target": "path",
    "Owner": "short",
}


def render(verdict: Verdict) -> str:
    """The verdict as one page of HTML."""
    page = _tag(
        "html",
        _head(verdict),
        _tag(
            "body",
            _banner(verdict),
            _tag(
                "main",
                _summary(verdict),
                _timeline(verdict),
                _reasons_section(verdict),
                _accepted_section(verdict),
                _issues_section(verdict),
                _table(verdict),
            ),
        ),
        lang="en",
    )
    return "<!DOCTYPE html>\n" + ET.tostring(page, encoding="unicode", method="html") + "\n"


def _tag(element_name: str, *children: Child, **attributes: str | float) -> ET.Element:
    """An element; in the names of attributes a last underscore is dropped and the others are hyphens."""
    given = {key.rstrip("_").replace("_", "-"): str(value) for key, value in attributes.items() if value != ""}
    element = ET.Element(element_name, given)
    last = None
    for child in children:
        if isinstance(child, str):
            if last is None:
                element.text = (element.text or "") + child
            else:
                last.tail = (last.tail or "") + child
        elif child is not None:
            element.append(child)
            last = child
    if element_name in _LINES:
        element.tail = "\n"  # so that a diff of two pages can be read
    return element


def _head(verdict: Verdict) -> ET.Element:
    style = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; form-action 'none'"
    return _tag(
        "head",
        _tag("meta", charset="utf-8"),
        _tag("meta", http_equiv="Content-Security-Policy", content=policy),
        _tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        _tag("meta", name="color-scheme", content="light dark"),
        _tag("title", f"{headline(verdict)}: {counts_sentence(verdict)}"),
        _tag("link", rel="icon", href="data:,"),
        _tag("style", CSS),
    )


def _banner(verdict: Verdict) -> ET.Element:
    tone = "passed" if verdict.passed else "advised" if verdict.lets_proceed else "rejected"
    note = wait_sentence(verdict)
    return _tag(
        "header",
        _barrier(verdict.passed),
        _tag(
            "div",
            _tag("h1", headline(verdict)),
            _tag("p", f"{counts_sentence(verdict)} {consequence(verdict)}"),
            _tag("p", note) if note else None,
            _tag("p", f"datascan.gate, mode {clean_text(verdict.mode)}. All times are UTC.", class_="soft"),
        ),
        class_=f"card verdict {tone}",
    )


def _barrier(is_raised: bool) -> ET.Element:
    """A barrier, up or down."""
    boom = [_tag("rect", x=22, y=44, width=76, height=12, rx=3, class_="tone")]
    boom += [_tag("path", d=f"M{x} 46h9l-4 8h-9z", class_="stripe") for x in (42, 60, 78)]
    return _tag(
        "svg",
        _tag("g", *boom, transform="rotate(-55 24 50)" if is_raised else "rotate(0)"),
        _tag("path", d="M17 38h14v46h-14zM9 84h30v6h-30z", class_="post"),
        _tag("circle", cx=24, cy=28, r=9, class_="tone"),
        viewBox="0 -16 100 108",
        aria_hidden="true",
    )


def _summary(verdict: Verdict) -> ET.Element | None:
    if not verdict.scans:
        return None
    scans = [item.scan for item in verdict.scans]
    passed = sum(item.passed for item in verdict.scans)
    counted = [scan.issue_count for scan in scans if scan.issue_count is not None]
    line = Timeline(scans)
    tiles = {
        "Scans": str(len(scans)),
        "Passed": str(passed),
        "Did not pass": str(len(scans) - passed),
        "Missing": str(len(verdict.missing)),
        "Issues": str(sum(counted)) if counted else NOT_KNOWN,
        "Accepted entries": str(sum(use.status == USED for use in verdict.accepted)),
        "From first to last time": format_duration(line.seconds) if line.known else NOT_KNOWN,
    }
    if not verdict.accepted:
        del tiles["Accepted entries"]
    counts = {state: verdict.summary.get(state, 0) for state in STATES}
    return _tag(
        "section",
        _tag("h2", "Summary", class_="away"),
        _tag(
            "dl", *(_tag("div", _tag("dt", name), _tag("dd", value)) for name, value in tiles.items()), class_="tiles"
        ),
        _shares(verdict),
        _tag(
            "ul",
            *(_tag("li", f"{count} {state}") for state, count in counts.items() if count),
            class_="legend",
        ),
        class_="card",
    )


def _shares(verdict: Verdict) -> ET.Element | None:
    """One bar, divided into what passed and what did not."""
    passed = sum(item.passed for item in verdict.scans)
    counts = {"passed": passed, "rejected": len(verdict.scans) - passed}
    total = sum(counts.values())
    if not total:
        return None
    x = 0.0
    parts = []
    for outcome, count in counts.items():
        width = 100 * count / total
        if count:
            parts.append(_tag("rect", x=_percent(x), width=_percent(width), height="100%", class_=f"share {outcome}"))
        x += width
    return _tag("svg", *parts, class_="states", aria_hidden="true")


def _timeline(verdict: Verdict) -> ET.Element | None:
    line = Timeline(item.scan for item in verdict.scans)
    if not line.known:
        return None
    ticks = line.ticks()
    grid = [(_percent(tick.x), tick.label) for tick in ticks]
    axis = _tag("svg", *(_tag("text", label, x=x, y=16, text_anchor="middle") for x, label in grid), class_="track")
    rows = [_timeline_row(line, grid, number, item) for number, item in enumerate(verdict.scans, start=1)]
    return _tag(
        "section",
        _tag("h2", "Timeline"),
        _tag("p", f"{format_time(line.start)} to {format_time(line.end)} UTC", class_="soft"),
        _tag("ol", _tag("li", _tag("span"), axis, class_="axis", aria_hidden="true"), *rows, class_="rows"),
        class_="card",
    )


def _timeline_row(line: Timeline, grid: list[tuple[str, str]], number: int, item: ScanVerdict) -> ET.Element:
    scan = item.scan
    link = _tag("a", _tag("bdi", title(scan)), href=f"#scan-{number}")
    length = duration(scan)
    said = state_text(item) if length is None else f"{state_text(item)}, {format_duration(length)}"
    lines = (_tag("line", x1=x, x2=x, y1=0, y2="100%", class_="grid") for x, _label in grid)
    return _tag(
        "li",
        _tag("div", _outcome_mark(item.passed), link, class_="name"),
        _tag("svg", *lines, _timeline_shape(line.bar_for(scan)), class_="track", aria_hidden="true"),
        _tag("span", _dot(), said, class_="said"),
        class_=_outcome(item),
    )


def _timeline_shape(place: TimelineBar | None) -> ET.Element:
    if place is None:
        return _tag("text", "no times known", x=0, y=20)
    if place.width is None:
        return _tag("circle", cx=_percent(place.x), cy=16, r=5, class_="bar")
    kind = "bar open" if place.open_end else "bar"
    return _tag("rect", x=_percent(place.x), y=8, width=_percent(place.width), height=16, rx=3, class_=kind)


def _reasons_section(verdict: Verdict) -> ET.Element | None:
    notes = [_tag("li", _tag("p", reason)) for reason in other_sentences(verdict)]
    for item in verdict.scans:
        if not item.passed:
            lines = [_tag("p", reason) for reason in describe_reasons(item)]
            notes.append(_tag("li", _tag("h3", *_name(item.scan)), *lines, class_=_outcome(item)))
    for scan_id, reason in describe_missing(verdict).items():
        notes.append(_tag("li", _tag("h3", _tag("bdi", clean_text(scan_id))), _tag("p", reason)))
    if not notes:
        return None
    return _tag("section", _tag("h2", "Reasons"), _tag("ul", *notes, class_="why"), class_="card")


def _accepted_section(verdict: Verdict) -> ET.Element | None:
    """The entries of `policy.accepted`, marked where they were used."""
    lines = zip(acceptance_lines(verdict), verdict.accepted, strict=True)
    notes = [_tag("li", _tag("p", line), class_="passed" if use.status == USED else "advised") for line, use in lines]
    if not notes:
        return None
    return _tag("section", _tag("h2", "Accepted"), _tag("ul", *notes, class_="why"), class_="card")


def _issues_section(verdict: Verdict) -> ET.Element | None:
    """The issues of each scan; scans that did not pass come first."""
    items = [item for item in sorted(verdict.scans, key=lambda item: item.passed) if item.scan.issues]
    if not items:
        return None
    notes = []
    for item in items:
        lines = (_tag("p", line) for line in describe_issues(item))
        notes.append(_tag("li", _tag("h3", *_name(item.scan)), *lines, class_=_outcome(item)))
    return _tag("section", _tag("h2", "Issues"), _tag("ul", *notes, class_="why"), class_="card")


def _table(verdict: Verdict) -> ET.Element | None:
    if not verdict.scans:
        return None
    head = (_tag("th", name, scope="col", class_=kind) for name, kind in _COLUMNS.items())
    rows = (_row(number, item) for number, item in enumerate(verdict.scans, start=1))
    table = _tag("table", _tag("thead", _tag("tr", *head)), _tag("tbody", *rows), aria_labelledby="scans")
    scroll = _tag("div", table, class_="scroll", tabindex=0, role="region", aria_labelledby="scans")
    return _tag("section", _tag("h2", "Scans", id="scans"), scroll, class_="card")


def _row(number: int, item: ScanVerdict) -> ET.Element:
    scan = item.scan
    word = other_vendor_status(scan)
    cells: list[list[Child]] = [
        [
            _tag("span", _dot(), state_text(item), class_="word"),
            _tag("div", _tag("bdi", word), class_="soft") if word else None,
        ],
        [clean_text(scan.provider)],
        [_time(scan.started_at)],
        [_time(scan.finished_at)],
        [format_duration(duration(scan))],
        [NOT_KNOWN if scan.issue_count is None else f"{scan.issue_count}"],
        _source_to_target(scan),
        [clean_text(scan.owner) or NOT_KNOWN],
    ]
    kinds = list(_COLUMNS.values())[1:]
    return _tag(
        "tr",
        _tag("th", _outcome_mark(item.passed), *_name(scan), scope="row"),
        *(_tag("td", *cell, class_=kind) for cell, kind in zip(cells, kinds, strict=True)),
        id=f"scan-{number}",
        class_=_outcome(item),
    )


def _name(scan: Scan) -> list[Child]:
    name, scan_id = title(scan), clean_text(scan.id)
    if name == scan_id:
        return [_tag("bdi", scan_id)]
    return [_tag("bdi", name), _tag("br"), _tag("bdi", scan_id, class_="id")]


def _source_to_target(scan: Scan) -> list[Child]:
    ends = [clean_text(scan.source), clean_text(scan.target)]
    if not any(ends):
        return [NOT_KNOWN]
    return [_tag("bdi", ends[0] or NOT_KNOWN), " \u2192 ", _tag("bdi", ends[1] or NOT_KNOWN)]


def _outcome_mark(passed: bool) -> ET.Element:
    word, mark, kind = ("passed", "\u2713", "passed") if passed else ("did not pass", "\u2717", "rejected")
    shown = _tag("span", f"{mark}\u00a0", aria_hidden="true")
    return _tag("span", shown, _tag("span", f"{word}: ", class_="away"), class_=f"outcome {kind}")


def _time(value: datetime | None) -> Child:
    if value is None:
        return NOT_KNOWN
    day, clock = format_time(value).split()
    return _tag("time", day, _tag("br"), clock, datetime=iso(value))


def _outcome(item: ScanVerdict) -> str:
    """The class that gives a scan its colour: that of its verdict, because a state alone is neither good nor bad."""
    return "passed" if item.passed else "rejected"


def _dot() -> ET.Element:
    return _tag("svg", _tag("circle", cx=5, cy=5, r=5), viewBox="0 0 10 10", class_="dot", aria_hidden="true")


def _percent(value: float) -> str:
    return f"{value:.2f}%"
