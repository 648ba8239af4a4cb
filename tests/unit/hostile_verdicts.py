# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts for the tests of reports: ordinary verdicts, and verdicts with hostile text in every field."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import Policy, parse_policy
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.verdict import Verdict, judge
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, ScanState

NOW = datetime(2026, 3, 15, tzinfo=timezone.utc)
TIMES = {"started_at": "2026-03-14T22:00:00Z", "finished_at": "2026-03-14T22:01:30.500Z"}
HOSTILE_TEXTS = [
    "a|b",
    "a\\|b",
    "\\",
    "`",
    "``a```b`",
    "</td></table><script>alert(1)</script>",
    '" onload="alert(1)',
    "' onload='alert(1)",
    "<img src=http://evil.example/x.png>",
    "[text](http://evil.example)",
    "![image](http://evil.example)",
    "http://evil.example www.evil.example a@evil.example",
    "@octocat #1 !2 ~3 $x$ :smile:",
    "line\nbreak\r\n\r\n# Heading\n\n- item",
    "\u2028| x |\u2029| --- |",
    "\x00\x01\x08\x0b\x0c\x0e\x1b[31m\x7f\x85\x9f",
    "x\ud800 \udfff \ufffe \uffff",
    "\u202egnp.exe\u202c \u2066x",
    "]]><!-- --> &amp; &#124; &lt;",
    "**bold** _it_ ~~no~~ ***",
    "---",
    "x" * 5000,
]


def scan(state: str = "completed", **given: t.Any) -> Scan:
    return Scan(**{"id": "1", "provider": "glasswall", "state": state, **given})


def verdict_on(*scans: Scan, missing: t.Sequence[str] = (), mode: str = "enforce", **policy: t.Any) -> Verdict:
    return judge(scans, missing, Policy(**policy), mode, NOW)


def mixed() -> Verdict:
    """A scan of each state, and a missing scan."""
    scans = [
        scan(state.value, id=f"id-{number}", name=f"Scan of {state.value}", vendor_status="Word", **TIMES)
        for number, state in enumerate(ScanState)
    ]
    return verdict_on(*scans, missing=["gone-1"])


def with_acceptances(text: str | None = None) -> Verdict:
    """A scan with issues, a scan accepted as a whole, and entries of each status. All names and reasons are `text`."""
    issues = [
        {"name": text or "a.doc", "result": text or "Failed", "place": text or "folder 1"},
        {"name": text or "b.doc", "result": text or "Failed"},
    ]
    until, over = "2026-04-01T00:00:00Z", "2026-03-01T00:00:00Z"
    entries = [
        {"issue": text or "a.doc", "until": until, "reason": text or "TICKET-1"},
        {"scan": text or "nightly", "until": until, "reason": text or "TICKET-2"},
        {"scan": text or "in \u2192 out", "issue": text or "b.doc", "until": over, "reason": text or "TICKET-3"},
        {"scan": text or "gone", "until": until, "reason": text or "TICKET-4"},
    ]
    scans = [
        scan(id="a", source="in", target="out", issue_count=9, issues=issues, **TIMES),
        scan("failed", id="b", name=text or "nightly", **TIMES),
    ]
    policy = parse_policy({"max_issues": 5, "accepted": entries})
    return judge(scans, [], policy, "enforce", NOW)


def hostile_verdict(text: str) -> Verdict:
    """A verdict with the text in every field that a vendor or a user sets."""
    fields = ("name", "provider", "vendor_status", "owner", "source", "target", "error", "parent_id")
    scan_id = text.encode("utf-8", "ignore").decode()  # an id has no lone surrogates
    return verdict_on(scan("failed", id=scan_id, **dict.fromkeys(fields, text)), missing=[text], mode=text)
