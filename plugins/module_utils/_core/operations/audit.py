# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the columns of a cluster while they are read, write the reports, and raise the reason against the cluster."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..columns.audit_reports import audit_facts, needs_all_findings, render_audit
from ..columns.audit_tally import AuditTally
from ..columns.audit_verdict import AuditScope, AuditVerdict
from ..columns.finding_store import FindingStore
from ..columns.models import Cluster, ClusterLookup, ColumnPage, ColumnQuery, parse_lookup
from ..columns.tag_rules import TagRules, parse_rules
from ..errors import DatascanError, InvalidInputError
from ..files import ComparedFile
from ..foreign_text import clean_text
from ..gate.decision import Decision, Report, ReportWriter, check_reports, conclude, refuse
from ..gate.policy import ADVISE, ENFORCE
from ..providers.capabilities import ListsColumns, gap_sentence
from .columns import check_query, find_cluster
from .context import OperationContext

_MAX_SHOWN = 100  # findings in a result
_NO_RULES = TagRules({}, {})


@dataclass(frozen=True)
class AuditRequest:
    """The request of cluster_columns_audit as the user gives it, because the reports name what is wrong with it."""

    cluster_id: str | None = None
    cluster: Mapping[str, t.Any] | None = None  # the parts of a ClusterLookup
    filter: str | None = None
    search_text: str | None = None
    required_tags: t.Any = None
    forbidden_tags: t.Any = None
    allow_size_mismatch: bool = False
    mode: str = ENFORCE  # or ADVISE
    reports: Sequence[Report] = ()

    @property
    def lookup(self) -> ClusterLookup | None:
        """The cluster to look up. Raises InvalidInputError if no option names it."""
        return None if self.cluster is None else parse_lookup(self.cluster)

    @property
    def query(self) -> ColumnQuery:
        """The columns to ask for, of a cluster whose id is empty if it is looked up."""
        return ColumnQuery(self.cluster_id or "", filter=self.filter, search_text=self.search_text)


@dataclass(frozen=True)
class AuditResult(Decision):
    """The decision, and what it is based on. The counts are of the columns that were read."""

    complete: bool = False
    audited: int = 0
    total_count: int | None = None
    failed_columns: int = 0
    missing: Mapping[str, int] = field(default_factory=dict)
    forbidden: Mapping[str, int] = field(default_factory=dict)
    unreadable: int = 0
    findings: Sequence[Mapping[str, t.Any]] = ()
    cluster: Cluster | None = None
    filter: str | None = None
    search_text: str | None = None
    mode: str = ENFORCE


def audit_cluster(connect: Callable[[], OperationContext], request: AuditRequest, check_mode: bool) -> AuditResult:
    """Read every column of a cluster, and judge its tags.

    `connect` returns the context: a wrong connection option is a result and a report, too. Raises GateFailedError if a
    column breaks a rule or columns may be missing, unless the mode is advise, and the errors of reading. Each carries
    the AuditResult. Reports are written before that. In check mode no file is written.
    """
    audit = _Audit(request, check_mode)
    try:
        return audit.run(connect)
    finally:
        audit.close()


def refuse_audit(error: DatascanError, reports: Sequence[Report], mode: str, check_mode: bool) -> DatascanError:
    """The same error with the result of an audit that could not begin. Its reports contain the error."""
    return _Audit(AuditRequest(mode=mode, reports=reports), check_mode).refuse(error)


class _Audit:
    """One audit: what it has read so far, and how it ends."""

    def __init__(self, request: AuditRequest, check_mode: bool) -> None:
        self._request = request
        self._check_mode = check_mode
        self._redact: Callable[[str], str] = str
        self._store = FindingStore()
        self._tally = AuditTally(_NO_RULES)
        self._cluster: Cluster | None = None
        self._total: int | None = None
        self._gap: str | None = None
        self._is_read = False

    def close(self) -> None:
        """Remove the temporary file."""
        self._store.close()

    def run(self, connect: Callable[[], OperationContext]) -> AuditResult:
        """The whole audit."""
        failure: DatascanError | None = None
        try:
            check_reports(self._request.reports)
        except InvalidInputError as error:
            raise self.refuse(error) from None
        try:
            self._read(connect)
        except DatascanError as error:
            failure = error
        return self._decide(failure)

    def refuse(self, error: DatascanError) -> DatascanError:
        """The error of an audit that could not begin."""
        verdict = self._verdict(error)
        return refuse(error, AuditResult(mode=self._request.mode), self._reports(verdict))

    def _read(self, connect: Callable[[], OperationContext]) -> None:
        request = self._request
        rules = parse_rules(request.required_tags, request.forbidden_tags)
        lookup, query = request.lookup, request.query
        check_query(query, is_looked_up=lookup is not None)
        context = connect()
        vendor = context.require(ListsColumns)
        self._redact = context.redact
        keep = self._store.add if any(needs_all_findings(format_) for format_, _dest in request.reports) else None
        self._tally = AuditTally(rules, context.redact, keep)
        if lookup:
            cluster = find_cluster(context, lookup)
            query = replace(query, cluster_id=cluster.id)
        else:
            cluster = Cluster(id=query.cluster_id)
        self._cluster = self._cleaned(cluster)
        for page in vendor.list_columns(query):
            self._take(page)
        if self._gap is not None:
            what = f"the columns of cluster {self._cluster.id}"
            self._gap = gap_sentence(context.provider, self._gap, what)
        self._is_read = True

    def _take(self, page: ColumnPage) -> None:
        if page.restarts:
            self._tally = self._tally.restarted()
            self._store.restart()
        if page.total is not None:  # the highest, because a list that lost columns has to show that
            self._total = page.total if page.restarts else max(page.total, self._total or 0)
        self._gap = page.gap
        for column in page.columns:
            self._tally.add(column)

    def _decide(self, failure: DatascanError | None) -> AuditResult:
        verdict = self._verdict(failure)
        is_advice = self._request.mode == ADVISE and failure is None
        prefix = ", but mode is advise" if is_advice else ""
        result = AuditResult(
            passed=verdict.passed,
            proceed=verdict.passed or is_advice,
            msg=failure.message if failure else verdict.message(prefix),
            reasons=tuple(verdict.reasons),
            **audit_facts(verdict),
            findings=[finding.facts() for finding in verdict.findings(_MAX_SHOWN)],
            cluster=self._cluster,
            mode=self._request.mode,
        )
        result, faults = self._reports(verdict).all(result)
        return conclude(result, failure, faults)

    def _reports(self, verdict: AuditVerdict) -> ReportWriter:
        def write(format_: str, dest: str, faults: tuple[str, ...]) -> bool:
            return self._write(replace(verdict, report_faults=faults), format_, dest)

        return ReportWriter(self._request.reports, write, self._check_mode)

    def _verdict(self, failure: DatascanError | None) -> AuditVerdict:
        request = self._request
        return AuditVerdict(
            scope=AuditScope(self._cluster, self._clean(request.filter), self._clean(request.search_text)),
            tally=self._tally,
            total_count=self._total,
            complete=self._is_read and self._gap is None,
            gap=self._gap if self._is_read else None,
            allow_size_mismatch=request.allow_size_mismatch,
            failure=self._clean(failure.message) if failure else None,
        )

    def _write(self, verdict: AuditVerdict, format_: str, dest: str) -> bool:
        with ComparedFile(dest, dry_run=self._check_mode) as file:
            for piece in render_audit(format_, verdict, self._store, self._request.mode):
                file.write(piece)
        return file.changed

    def _clean(self, text: str | None) -> str | None:
        return None if text is None else clean_text(self._redact(text))

    def _cleaned(self, cluster: Cluster) -> Cluster:
        """The cluster with clean and short texts."""
        texts = {name: self._clean(getattr(cluster, name)) for name in ("id", "name", "severity", "status")}
        return cluster.model_copy(
            update={**texts, "labels": [clean_text(self._redact(text)) for text in cluster.labels]}
        )
