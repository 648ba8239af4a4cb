# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on scans, as data. `wording` turns it into sentences."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from ..models import ACTIVE, Scan, is_in_future, summarise
from .policy import ADVISE, Policy


class Rule(str, Enum):
    """The rules that a gate can fail by."""

    STATES = "states"  # the policy's option of that name, with allow_stopped
    MAX_ISSUES = "max_issues"
    MAX_AGE = "max_age"
    FUTURE_END = "future_end"  # max_age cannot be checked: the scan ended later than this machine's clock
    MISSING = "missing"  # a scan was requested and not found
    UNSEEN = "unseen"  # the wait ended before it could read the scan
    INCOMPLETE = "incomplete"  # the list in which the scans were found is not complete
    NO_SCANS = "no_scans"  # there is no scan at all
    EARLIER_TASK = "earlier_task"  # a task before the gate failed
    NOT_JUDGED = "not_judged"  # the gate could not judge
    REPORT = "report"  # a report cannot be written


_BEFORE_SCANS = (Rule.EARLIER_TASK, Rule.NOT_JUDGED)


@dataclass(frozen=True)
class Reason:
    """Why a gate fails: the rule, what it expects, and what was found, which is None where that is not known.

    `scan` is the judged scan that breaks the rule, `scan_id` its id or that of a missing one; both are None for a
    reason that concerns no single scan.
    """

    rule: Rule
    expected: t.Any = None
    found: t.Any = None
    scan_id: str | None = None
    scan: Scan | None = None


@dataclass(frozen=True)
class ScanVerdict:
    """The verdict on one scan."""

    scan: Scan
    reasons: tuple[Reason, ...] = ()
    cancelled_at_timeout: bool = False  # by this pipeline, because its wait timed out

    @property
    def passed(self) -> bool:
        """Whether the scan meets the policy."""
        return not self.reasons


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
        """Whether the gate fails, and only by scans that are queued or running."""
        return bool(self.reasons) and all(
            reason.scan is not None and reason.scan.state in ACTIVE for reason in self.reasons
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
    verdicts = tuple(ScanVerdict(scan, tuple(_find_reasons(scan, policy, now))) for scan in scans)
    return Verdict(mode, verdicts, tuple(missing), tuple(others))


def _find_reasons(scan: Scan, policy: Policy, now: datetime) -> list[Reason]:
    def broken(rule: Rule, expected: t.Any, found: t.Any) -> Reason:
        return Reason(rule, expected, found, scan.id, scan)

    reasons = []
    if scan.state not in policy.accepted_states:
        reasons.append(broken(Rule.STATES, policy.accepted_states, scan.state))
    if policy.max_issues is not None and (scan.issue_count is None or scan.issue_count > policy.max_issues):
        reasons.append(broken(Rule.MAX_ISSUES, policy.max_issues, scan.issue_count))
    if policy.max_age is not None and not _is_recent(scan, policy.max_age, now):
        # The time, not the age: the same verdict has to be the same in every run.
        reasons.append(broken(_age_rule(scan, now), policy.max_age, scan.finished_at))
    return reasons


def _age_rule(scan: Scan, now: datetime) -> Rule:
    is_future = scan.finished_at is not None and is_in_future(scan.finished_at, now)
    return Rule.FUTURE_END if is_future else Rule.MAX_AGE


def _is_recent(scan: Scan, max_age: int, now: datetime) -> bool:
    """Whether a scan ended within the last `max_age` seconds. An end in the future proves nothing."""
    ended = scan.finished_at
    return ended is not None and not is_in_future(ended, now) and now - ended <= timedelta(seconds=max_age)
