# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide whether a pipeline may proceed: judge scans, write the reports, and raise the reason against it."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..clock import Clock
from ..errors import DatascanError, InvalidInputError
from ..files import FileChange, write_if_changed
from ..models import Scan, summarise
from .decision import Decision, Report, ReportWriter, check_reports, conclude, refuse
from .earlier_results import Evidence, read_evidence
from .policy import ENFORCE, Policy, check_newer_than
from .reports.render import render
from .verdict import Reason, Rule, Verdict, judge
from .wording import NOT_JUDGED_IN_CHECK_MODE, gate_sentence, sentence


@dataclass(frozen=True)
class GateRequest:
    """The request of scan_gate: the results of earlier tasks (None if there is no such task) or scans, and a policy.

    Results have the form that `render_result` and `render_error` return; `reports` are pairs of a format and a path.
    """

    scans: Sequence[Mapping[str, t.Any]] | None = None
    missing: Sequence[str] = ()
    started: Mapping[str, t.Any] | None = None  # of scan_start or scan_rescan
    found: Mapping[str, t.Any] | None = None  # of scan_status
    waited: Mapping[str, t.Any] | None = None  # of scan_wait
    policy: Policy = field(default_factory=Policy)
    mode: str = ENFORCE  # or ADVISE
    reports: Sequence[Report] = ()


@dataclass(frozen=True)
class GateResult(Decision):
    """The decision, the scans that it is based on, and the reports that were written."""

    summary: Mapping[str, int] = field(default_factory=lambda: summarise(()))
    scans: tuple[Scan, ...] = ()
    missing: tuple[str, ...] = ()
    timed_out: bool = False
    cancelled: tuple[str, ...] = ()
    accepted: tuple[Mapping[str, t.Any], ...] = ()  # the policy's entries, in the form of `AcceptanceUse.facts`
    file_changes: tuple[FileChange, ...] = ()


def evaluate_gate(request: GateRequest, clock: Clock, check_mode: bool) -> GateResult:
    """Judge scans by the results of earlier tasks.

    Raises GateFailedError if the policy is not met in mode enforce, EarlierFailureError if an earlier task failed and
    the mode does not allow that, InvalidInputError if a result or scan is not valid, or if nothing but a report that
    cannot be written is against the scans. Each carries the GateResult. Reports are written before that, each with
    the whole verdict.

    In check mode no file is written. There is no verdict (`passed` is None) on scans that have not finished, because
    nothing waited for them, and they do not stop the pipeline.
    """
    try:
        check_reports(request.reports)
        check_newer_than(request.policy, clock.now())
        evidence = read_evidence(
            started=request.started,
            found=request.found,
            waited=request.waited,
            scans=request.scans,
            missing=request.missing,
        )
    except InvalidInputError as error:
        raise refuse_gate(error, request.reports, request.mode, check_mode) from None
    verdict = _judge_evidence(evidence, request, clock)
    verdict = verdict.after_wait(timed_out=evidence.timed_out, cancelled=evidence.cancelled)
    result = _decide(evidence, verdict, check_mode)
    written = _Reports(verdict, request.reports, check_mode)
    result, faults = written.all(result)
    result = replace(result, file_changes=written.changes)
    return conclude(result, None if result.proceed else evidence.failure, faults)


def refuse_gate(error: DatascanError, reports: Sequence[Report], mode: str, check_mode: bool) -> DatascanError:
    """The same error with the result of a gate that could not judge. Its reports contain the error."""
    reason = Reason(Rule.NOT_JUDGED, found=error.message)
    verdict = Verdict(mode, (), other_reasons=(reason,), error=error.facts())
    return refuse(error, GateResult(), _Reports(verdict, reports, check_mode))


class _Reports(ReportWriter):
    """The reports on a verdict, and what they change."""

    def __init__(self, verdict: Verdict, reports: Sequence[Report], check_mode: bool) -> None:
        super().__init__(reports, self._write_one, check_mode)
        self._verdict = verdict
        self._changes: dict[str, FileChange] = {}

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """The files before and after."""
        return tuple(self._changes.values())

    def _write_one(self, format_: str, dest: str, faults: tuple[str, ...]) -> bool:
        verdict = self._verdict.with_reasons(*(Reason(Rule.REPORT, found=fault) for fault in faults))
        change = write_if_changed(dest, render(format_, verdict), dry_run=self._check_mode)
        first = self._changes.setdefault(dest, change)
        self._changes[dest] = replace(change, changed=first.changed or change.changed, before=first.before)
        return change.changed


def _judge_evidence(evidence: Evidence, request: GateRequest, clock: Clock) -> Verdict:
    mode = request.mode if evidence.can_be_judged else ENFORCE
    if evidence.failure and not (evidence.scans or evidence.missing or evidence.unseen):
        # Without anything to judge, the failure is the only reason.
        return Verdict(mode, (), other_reasons=(_earlier_failure(evidence),), error=_error_of(evidence))
    verdict = judge(evidence.scans, evidence.missing, request.policy, mode, clock.now())
    verdict = verdict.with_reasons(*(Reason(Rule.UNSEEN, scan_id=scan_id) for scan_id in evidence.unseen))
    if request.policy.allow_missing and not (evidence.scans or evidence.missing or evidence.is_empty_query):
        # Nothing shows that the vendor was asked: an empty list may come from a mistake in a playbook.
        verdict = verdict.with_reasons(Reason(Rule.NO_SCANS))
    if not evidence.is_complete:
        verdict = verdict.with_reasons(Reason(Rule.INCOMPLETE))
    if evidence.failure and not evidence.can_be_judged:
        return replace(verdict.with_reasons(_earlier_failure(evidence)), error=_error_of(evidence))
    if evidence.failure and verdict.passed:
        # After a failure, scans that pass prove nothing: others may never have been read.
        return verdict.with_reasons(_earlier_failure(evidence))
    return verdict


def _error_of(evidence: Evidence) -> Mapping[str, t.Any] | None:
    """The failure of an earlier task that keeps the gate from judging."""
    return None if evidence.can_be_judged or evidence.failure is None else evidence.failure.facts()


def _earlier_failure(evidence: Evidence) -> Reason:
    return Reason(Rule.EARLIER_TASK, found=evidence.failure.message if evidence.failure else None)


def _decide(evidence: Evidence, verdict: Verdict, check_mode: bool) -> GateResult:
    is_only_predicted = check_mode and evidence.failure is None and verdict.fails_only_unfinished_scans
    proceed = verdict.lets_proceed or is_only_predicted
    return GateResult(
        # Nothing was waited for, so there is no verdict.
        passed=None if is_only_predicted else verdict.passed,
        proceed=proceed,
        msg=NOT_JUDGED_IN_CHECK_MODE if is_only_predicted else _message(evidence, verdict, proceed),
        reasons=() if is_only_predicted else tuple(sentence(reason) for reason in verdict.reasons),
        summary=verdict.summary,
        scans=evidence.scans,
        missing=evidence.missing,
        timed_out=evidence.timed_out,
        cancelled=evidence.cancelled,
        accepted=tuple(use.facts() for use in verdict.accepted),
        error=evidence.failure.facts() if evidence.failure else None,
    )


def _message(evidence: Evidence, verdict: Verdict, proceed: bool) -> str:
    """The verdict after the message of an earlier failure, without repeating the same fact."""
    if evidence.failure is None:
        return gate_sentence(verdict)
    others = [reason for reason in verdict.reasons if reason.rule is not Rule.EARLIER_TASK]
    if not others:
        return gate_sentence(verdict) if proceed else evidence.failure.message
    if evidence.timed_out and len(evidence.scans) == 1 and not proceed:
        return evidence.failure.message  # which names the scan and its state
    return f"{evidence.failure.message} {gate_sentence(verdict, others)}"
