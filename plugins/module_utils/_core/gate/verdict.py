# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on scans, as data. `wording` turns it into sentences."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from ..models import ACTIVE, FINISHED, Issue, Scan, ScanState, is_in_future, summarise
from .acceptance import EXPIRED, UNUSED, USED, Acceptance, AcceptanceUse
from .policy import ADVISE, Policy


class Rule(str, Enum):
    """The rules that a gate can fail by."""

    STATES = "states"  # the policy's option of that name, with allow_stopped
    MAX_ISSUES = "max_issues"
    MAX_AGE = "max_age"
    FUTURE_END = "future_end"  # max_age cannot be checked: the scan ended later than this machine's clock
    NEWER_THAN = "newer_than"
    FUTURE_START = "future_start"  # newer_than cannot be checked: the scan started later than this machine's clock
    MIN_SCANS = "min_scans"
    MISSING = "missing"  # a scan was requested and not found
    UNSEEN = "unseen"  # the wait ended before it could read the scan
    INCOMPLETE = "incomplete"  # the list in which the scans were found is not complete
    NO_SCANS = "no_scans"  # there is no scan at all
    EARLIER_TASK = "earlier_task"  # a task before the gate failed
    NOT_JUDGED = "not_judged"  # the gate could not judge
    REPORT = "report"  # a report cannot be written


_BEFORE_SCANS = (Rule.EARLIER_TASK, Rule.NOT_JUDGED)
_MEASURED = (Rule.MAX_ISSUES, Rule.MAX_AGE, Rule.NEWER_THAN)  # what they check may be unknown until a scan completes


@dataclass(frozen=True)
class Reason:
    """Why a gate fails: the rule, what it expects, and what was found, which is None where that is not known.

    `scan` is the judged scan that breaks the rule, `scan_id` its id or that of a missing one; both are None for a
    reason that concerns no single scan. `issues` are the names of issues that count, as far as they are listed.
    """

    rule: Rule
    expected: t.Any = None
    found: t.Any = None
    scan_id: str | None = None
    scan: Scan | None = None
    issues: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScanVerdict:
    """The verdict on one scan; `accepted` are the entries of the policy that were used for it."""

    scan: Scan
    reasons: tuple[Reason, ...] = ()
    accepted: tuple[Acceptance, ...] = ()
    cancelled_at_timeout: bool = False  # by this pipeline, because its wait timed out

    @property
    def passed(self) -> bool:
        """Whether the scan meets the policy."""
        return not self.reasons

    def acceptance_of(self, issue: Issue) -> Acceptance | None:
        """The entry that accepts one of the scan's issues."""
        return next((entry for entry in self.accepted if entry.issue == issue.name), None)


@dataclass(frozen=True)
class Verdict:
    """The verdict on all scans together; `other_reasons` are those that belong to none of the judged scans.

    `error` is the failure, in the form of `DatascanError.facts`, that kept the gate from asking or judging; None for a
    gate that judged. `cancelled` are the ids of scans that this pipeline cancelled because its wait timed out.
    """

    mode: str  # of MODES
    scans: tuple[ScanVerdict, ...]
    missing: tuple[str, ...] = ()
    other_reasons: tuple[Reason, ...] = ()
    error: Mapping[str, t.Any] | None = None
    timed_out: bool = False
    cancelled: tuple[str, ...] = ()
    accepted: tuple[AcceptanceUse, ...] = ()  # the entries of the policy, in its order

    @property
    def passed(self) -> bool:
        """Whether there is no reason against the scans."""
        return not self.reasons

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason: a failure that kept the gate from judging, then those of the scans, then the others."""
        first = [reason for reason in self.other_reasons if reason.rule in _BEFORE_SCANS]
        others = [reason for reason in self.other_reasons if reason.rule not in _BEFORE_SCANS]
        return (*first, *(reason for item in self.scans for reason in item.reasons), *others)

    @property
    def lets_proceed(self) -> bool:
        """Whether the pipeline may continue: advice goes past a verdict, not past a gate that could not do its work."""
        is_advice = self.mode == ADVISE and self.error is None
        return self.passed or (is_advice and not any(reason.rule is Rule.REPORT for reason in self.reasons))

    @property
    def summary(self) -> dict[str, int]:
        """How many scans there are, in total and in each state."""
        return summarise(item.scan for item in self.scans)

    @property
    def blocking_ids(self) -> frozenset[str]:
        """The missing ids that the policy does not allow to be missing."""
        return frozenset(reason.scan_id or "" for reason in self.other_reasons if reason.rule is Rule.MISSING)

    @property
    def fails_only_unfinished_scans(self) -> bool:
        """Whether the gate fails, and only by scans that are queued or running.

        A start that is too old does not change when they finish.
        """
        return bool(self.reasons) and all(
            reason.scan is not None
            and reason.scan.state in ACTIVE
            and (reason.rule is not Rule.NEWER_THAN or reason.found is None)
            for reason in self.reasons
        )

    def with_reasons(self, *reasons: Reason) -> Verdict:
        """The same verdict with more reasons."""
        return replace(self, other_reasons=(*self.other_reasons, *reasons))

    def after_wait(self, *, timed_out: bool, cancelled: Sequence[str]) -> Verdict:
        """The same verdict with how the wait for the scans ended."""
        scans = tuple(replace(item, cancelled_at_timeout=item.scan.id in cancelled) for item in self.scans)
        return replace(self, scans=scans, timed_out=timed_out, cancelled=tuple(cancelled))


def judge(scans: Sequence[Scan], missing: Sequence[str], policy: Policy, mode: str, now: datetime) -> Verdict:
    """Judge scans by a policy. Without any scan the gate fails, unless the policy allows missing scans."""
    others: list[Reason] = []
    if not policy.allow_missing:
        others += [Reason(Rule.MISSING, scan_id=scan_id) for scan_id in missing]
        if not scans and not missing:
            others.append(Reason(Rule.NO_SCANS))
    if policy.min_scans is not None and len(scans) < policy.min_scans:
        others.append(Reason(Rule.MIN_SCANS, policy.min_scans, len(scans)))
    in_force = tuple(entry for entry in policy.accepted if not entry.is_over(now))
    verdicts = tuple(_judge_scan(scan, policy, in_force, now) for scan in scans)
    uses = tuple(_use_of(entry, verdicts, now) for entry in policy.accepted)
    return Verdict(mode, verdicts, tuple(missing), tuple(others), accepted=uses)


def _judge_scan(scan: Scan, policy: Policy, in_force: Sequence[Acceptance], now: datetime) -> ScanVerdict:
    """The verdict on one scan; `in_force` are the entries of the policy whose time is not over."""
    matching = [entry for entry in in_force if entry.matches(scan)]
    accepted = {entry.issue for entry in matching if entry.issue is not None}
    open_issues = [issue.name for issue in scan.issues if issue.name not in accepted]
    found = list(_find_reasons(scan, policy, open_issues, now))
    whole = [entry for entry in matching if entry.issue is None]
    kept = [reason for reason in found if not (whole and _is_acceptable(reason, scan))]
    used = tuple(entry for entry in matching if entry.issue is not None or len(kept) < len(found))
    if any(reason.rule is Rule.STATES for reason in kept):
        # That the scan did not complete explains what is not known about it.
        kept = [reason for reason in kept if reason.rule not in _MEASURED or reason.found is not None]
    return ScanVerdict(scan, tuple(kept), used)


def _is_acceptable(reason: Reason, scan: Scan) -> bool:
    """Whether a policy that accepts the scan as a whole accepts this: how it ended, and its number of issues.

    A scan that completed has a number of issues, so one that is not known is not accepted.
    """
    if scan.state not in FINISHED:
        return False
    is_completed = scan.state is ScanState.COMPLETED
    if reason.rule is Rule.STATES:
        return not is_completed
    return reason.rule is Rule.MAX_ISSUES and not (is_completed and reason.found is None)


def _count_issues(scan: Scan, open_issues: Sequence[str]) -> int | None:
    """The number of issues that are not accepted. Only an issue that the scan lists can be.

    Some vendors list what they do not count, so a listed issue that is not accepted counts instead of one that is.
    """
    accepted = len(scan.issues) - len(open_issues)
    if scan.issue_count is None or not accepted:
        return scan.issue_count
    return min(scan.issue_count, max(scan.issue_count - accepted, len(open_issues)))


def _use_of(entry: Acceptance, verdicts: Sequence[ScanVerdict], now: datetime) -> AcceptanceUse:
    if entry.is_over(now):
        return AcceptanceUse(entry, EXPIRED)
    count = sum(entry in item.accepted for item in verdicts)
    return AcceptanceUse(entry, USED if count else UNUSED, count)


def _find_reasons(scan: Scan, policy: Policy, open_issues: Sequence[str], now: datetime) -> Iterator[Reason]:
    """Why a scan does not meet a policy; `open_issues` are the listed issues that are not accepted."""

    def broken(rule: Rule, expected: t.Any, found: t.Any, issues: Sequence[str] = ()) -> Reason:
        return Reason(rule, expected, found, scan.id, scan, tuple(issues))

    issue_count = _count_issues(scan, open_issues)

    if scan.state not in policy.accepted_states:
        yield broken(Rule.STATES, policy.accepted_states, scan.state)
    if policy.max_issues is not None and (issue_count is None or issue_count > policy.max_issues):
        yield broken(Rule.MAX_ISSUES, policy.max_issues, issue_count, open_issues)
    if policy.max_age is not None and not _is_recent(scan.finished_at, policy.max_age, now):
        # The time, not the age: the same verdict has to be the same in every run.
        rule = Rule.FUTURE_END if _is_too_late(scan.finished_at, now) else Rule.MAX_AGE
        yield broken(rule, policy.max_age, scan.finished_at)
    if policy.newer_than is not None and not _is_newer(scan.started_at, policy.newer_than, now):
        rule = Rule.FUTURE_START if _is_too_late(scan.started_at, now) else Rule.NEWER_THAN
        yield broken(rule, policy.newer_than, scan.started_at)


def _is_too_late(time: datetime | None, now: datetime) -> bool:
    return time is not None and is_in_future(time, now)


def _is_recent(ended: datetime | None, max_age: int, now: datetime) -> bool:
    """Whether a scan ended within the last `max_age` seconds. An end in the future proves nothing."""
    return ended is not None and not is_in_future(ended, now) and now - ended <= timedelta(seconds=max_age)


def _is_newer(started: datetime | None, than: datetime, now: datetime) -> bool:
    """Whether a scan started after a time. A start in the future proves nothing."""
    return started is not None and not is_in_future(started, now) and started > than
