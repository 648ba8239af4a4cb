# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict as data, for other programs.

The fields of `datascan.gate/report/1`, from which docs/report.schema.json takes its descriptions:

    schema         the name and version of this form
    passed         whether the gate passed
    mode           enforce or advise: whether a gate that fails stops the pipeline
    reasons        why it failed, a sentence each; empty where it passed
    error          the failure that kept the gate from judging: kind, http_status, method, url, vendor_errors; or null
    timed_out      whether the wait for the scans timed out
    cancelled      the ids of the scans that the pipeline cancelled then
    summary        the number of scans: total, and one key for each state
    missing        the ids that were asked for and not found
    accepted       the entries of policy.accepted, in their order
      scan         the scan that the entry names, or null for every scan
      issue        the issue that the entry names, or null for the scan as a whole
      until        when the entry ends, ISO 8601 in UTC
      reason       why it is accepted
      status       used, expired or unused
      count        how many scans it was used for
    judgements     one for each scan, in the order given
      passed       whether this scan passed
      reasons      why it did not, a sentence each
      accepted     the entries of policy.accepted that were used for this scan, a sentence each
      scan         the scan
        id              the vendor's id, as a string
        provider        the vendor
        name            the scan's name, or null
        state           queued, running, completed, failed, cancelled, stopped or unknown
        vendor_status   the vendor's own status, or null
        finished        true for completed, failed, cancelled and stopped
        succeeded       true for completed, false for failed and cancelled, null in every other state
        started_at, finished_at    ISO 8601 in UTC, or null
        owner           whose scan it is, or null
        source          what was scanned, or null
        target          where the result went, or null
        parent_id       the scan that this one repeats, or null
        child_ids       the scans that repeat this one
        issue_count     how many issues were found, or null where they are not counted
        issues          the first of them, where they are known
          name          the check that found it, or the path of the file that has it
          result        the vendor's own text for how bad it is, or null
          place         where it is, if the name does not include that, or null
        error           the vendor's reason, or null

The text is ASCII with JSON's own escapes, so that no reader has to guess an encoding.
"""

from __future__ import annotations

import json
import typing as t

from ...compat.pydantic import BaseModel, ConfigDict
from ...models import Scan
from ...redaction import Redactor
from ...text import escape_commands
from ..acceptance import USED, AcceptanceUse
from ..verdict import Verdict
from ..wording import acceptance_sentence, describe, sentence

SCHEMA = "datascan.gate/report/1"


class AcceptedEntry(BaseModel):
    """An entry of `accepted`. The names of this class and its fields are part of the published schema."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scan: str | None
    issue: str | None
    until: str
    reason: str
    status: str
    count: int


class Judgement(BaseModel):
    """An entry of `judgements`. The names of this class and its fields are part of the published schema."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scan: Scan
    passed: bool
    reasons: list[str] = []
    accepted: list[str] = []


class JsonReport(BaseModel):
    """The report, without `schema`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    passed: bool
    mode: str
    reasons: list[str]
    summary: dict[str, int]
    judgements: list[Judgement]
    missing: list[str] = []
    error: dict[str, t.Any] | None = None
    timed_out: bool = False
    cancelled: list[str] = []
    accepted: list[AcceptedEntry] = []


def build_report(verdict: Verdict) -> JsonReport:
    """The report on a verdict."""
    return JsonReport(
        passed=verdict.passed,
        mode=verdict.mode,
        reasons=[sentence(reason) for reason in verdict.reasons],
        summary=verdict.summary,
        judgements=[
            Judgement(
                scan=item.scan,
                passed=item.passed,
                reasons=[describe(reason) for reason in item.reasons],
                accepted=[acceptance_sentence(AcceptanceUse(entry, USED)) for entry in item.accepted],
            )
            for item in verdict.scans
        ],
        missing=list(verdict.missing),
        error=None if verdict.error is None else dict(verdict.error),
        timed_out=verdict.timed_out,
        cancelled=list(verdict.cancelled),
        accepted=[AcceptedEntry(**use.facts()) for use in verdict.accepted],
    )


def render(verdict: Verdict) -> str:
    """The verdict as JSON."""
    data = {"schema": SCHEMA, **Redactor().redact(build_report(verdict).model_dump(mode="json"))}
    return escape_commands(json.dumps(data, indent=2)) + "\n"
