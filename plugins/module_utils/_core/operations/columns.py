# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the columns of a cluster, or write them to a file page by page."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..columns.column_parser import texts_of
from ..columns.export import format_of, is_plain, render
from ..columns.models import Cluster, ClusterLookup, Column, ColumnPage, ColumnQuery, ColumnSummary
from ..errors import AmbiguousError, DatascanError, InvalidInputError, NotFoundError
from ..files import ComparedFile
from ..providers.capabilities import ListsColumns, gap_sentence
from .context import OperationContext
from .results import partial_result

_NAMED_CANDIDATES = 10  # in a message; the others are counted


@dataclass(frozen=True)
class ColumnsRequest:
    """The request of cluster_columns_info. The query's cluster_id is empty if the cluster is looked up."""

    query: ColumnQuery
    cluster: ClusterLookup | None = None
    dest: str | None = None
    format: str | None = None  # None: the format that the suffix of dest names


@dataclass(frozen=True)
class KnownColumns:
    """What both results have, and all that a failure knows. `complete` is false where columns may be missing."""

    changed: bool = False
    complete: bool = False
    total_count: int | None = None
    cluster: Cluster | None = None
    summary: dict[str, t.Any] | None = None


@dataclass(frozen=True)
class FailedColumns(KnownColumns):
    """What is known when the columns cannot be read; `candidates` are the clusters that a lookup may mean."""

    candidates: list[Cluster] | None = None


@dataclass(frozen=True)
class ListedColumns(KnownColumns):
    """The columns, each once, in the vendor's order."""

    columns: list[Column] | None = None


@dataclass(frozen=True)
class WrittenColumns(KnownColumns):
    """The file with the columns."""

    file: str | None = None  # not dest: AnsibleModule adds the owner, the mode and more to a result with that name


def read_columns(context: OperationContext, request: ColumnsRequest) -> ListedColumns | WrittenColumns:
    """Read every page. With dest, write each page as it is read, and replace the file after the last page.

    Raises AmbiguousError or NotFoundError where the lookup does not find one cluster.
    """
    context.require(ListsColumns)
    check_query(request.query, is_looked_up=request.cluster is not None)
    reading = _Reading(context, request)
    if request.dest is None:
        columns: list[Column] = []
        while not reading.is_over:
            columns = [column for page in reading.pages() for column in page.columns]
        return ListedColumns(**vars(reading.known()), columns=columns)
    format_ = request.format or format_of(request.dest)
    with ComparedFile(request.dest, dry_run=context.check_mode) as file:
        while not reading.is_over:
            file.restart()
            for piece in render(format_, reading.pages()):
                file.write(piece)
    return WrittenColumns(**vars(replace(reading.known(), changed=file.changed)), file=os.path.abspath(request.dest))


class _Reading:
    """All pages of the list, which may be read again from its start, and what they show."""

    def __init__(self, context: OperationContext, request: ColumnsRequest) -> None:
        self.is_over = False
        self._cluster = Cluster(id=request.query.cluster_id) if request.query.cluster_id else None
        self._total: int | None = None
        self._summary: ColumnSummary | None = None  # None until a page was read
        self._earlier: ColumnSummary | None = None  # of the columns that were read before the list was read again
        self._pages: Iterator[ColumnPage] | None = None
        self._page: ColumnPage | None = None
        self._gap: str | None = None
        self._context = context
        self._request = request

    def known(self) -> KnownColumns:
        """What is known so far."""
        read = [summary for summary in (self._summary, self._earlier) if summary]
        # After a failure, more may be known from an earlier reading than from the last one.
        summary = self._summary if self.is_over else max(read, key=lambda one: one.total, default=None)
        return KnownColumns(
            complete=self.is_over and self._gap is None,
            total_count=self._total,
            cluster=self._cluster,
            summary=summary.facts() if summary else None,
        )

    def pages(self) -> Iterator[ColumnPage]:
        """The pages, each column once. Unless `is_over` is set at their end, the next call reads the list again."""
        try:
            if self._pages is None:
                self._pages = self._open()
                self._page = next(self._pages, None)
            self._earlier, self._summary = self._summary, ColumnSummary()
            while self._page:
                yield self._take(self._page, self._summary)
                self._page = next(self._pages, None)
                if self._page and self._page.restarts:
                    return
        except DatascanError as error:
            candidates = partial_result(error, FailedColumns).candidates
            raise error.with_result(FailedColumns(**vars(self.known()), candidates=candidates)) from None
        self.is_over = True
        if self._gap and self._cluster:
            what = f"the columns of cluster {self._cluster.id}"
            self._context.warn(gap_sentence(self._context.provider, self._gap, what))

    def _open(self) -> Iterator[ColumnPage]:
        query = self._request.query
        if self._request.cluster:
            self._cluster = find_cluster(self._context, self._request.cluster)
            query = replace(query, cluster_id=self._cluster.id)
        return self._context.require(ListsColumns).list_columns(query)

    def _take(self, page: ColumnPage, summary: ColumnSummary) -> ColumnPage:
        if page.total is not None:  # the highest, because a list that lost columns has to show that
            self._total = page.total if page.restarts else max(page.total, self._total or 0)
        self._gap = page.gap
        page = redact_page(page, self._context.redact)
        summary.add(page.columns)
        return page


def redact_page(page: ColumnPage, redact: Callable[[t.Any], t.Any]) -> ColumnPage:
    """The page without the secrets of this task, which a vendor may echo in any text."""
    texts = texts_of(page.columns)
    if redact(texts) == texts:
        return replace(page, is_plain=is_plain(" ".join(texts)))
    return replace(page, columns=[_redact_texts(column, redact) for column in page.columns], lines=None)


def _redact_texts(value: t.Any, redact: Callable[[t.Any], t.Any]) -> t.Any:
    """The same value with its texts redacted. Keys are names of our own."""
    if isinstance(value, dict):
        return {key: _redact_texts(item, redact) for key, item in value.items()}
    if isinstance(value, list):
        return [_redact_texts(item, redact) for item in value]
    return redact(value) if isinstance(value, str) else value


def find_cluster(context: OperationContext, lookup: ClusterLookup) -> Cluster:
    """The one cluster that matches the lookup."""
    clusters = context.require(ListsColumns).list_clusters()
    found = [cluster for cluster in clusters if lookup.matches(cluster)]
    if not found:
        raise NotFoundError(f"None of the {len(clusters)} clusters matches {lookup}.")
    if len(found) > 1:
        named = "; ".join(str(cluster) for cluster in found[:_NAMED_CANDIDATES])
        more = f"; and {len(found) - _NAMED_CANDIDATES} more" if len(found) > _NAMED_CANDIDATES else ""
        raise AmbiguousError(
            f"{len(found)} clusters match {lookup}: {named}{more}. Set cluster_id, or more suboptions of cluster.",
            result=FailedColumns(candidates=found),
        )
    return found[0]


def check_query(query: ColumnQuery, *, is_looked_up: bool) -> None:
    """Raise InvalidInputError for what cannot be asked for."""
    if not is_looked_up and not query.cluster_id.strip():
        raise InvalidInputError("cluster_id is empty.")
    for name, number, least in (("limit", query.limit, 1), ("skip", query.skip, 0), ("sample", query.sample, 1)):
        if number is not None and number < least:
            raise InvalidInputError(f"{name} must be {least} or more.")
