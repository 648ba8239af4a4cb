# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the columns of a cluster, or write them to a file page by page."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from ..columns.export import format_of, render
from ..columns.models import Cluster, ClusterLookup, Column, ColumnPage, ColumnQuery, ColumnSummary
from ..errors import AmbiguousError, DatascanError, InvalidInputError, NotFoundError
from ..files import ComparedFile
from ..providers.capabilities import ListsColumns
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
    """What both results have, and all that a failure knows."""

    changed: bool = False
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
    _check(request)
    reading = _Reading(context, request)
    if request.dest is None:
        columns = list(reading.columns())
        return ListedColumns(**vars(reading.known()), columns=columns)
    format_ = request.format or format_of(request.dest)
    with ComparedFile(request.dest, dry_run=context.check_mode) as file:
        for piece in render(format_, reading.columns()):
            file.write(piece)
    return WrittenColumns(**vars(replace(reading.known(), changed=file.changed)), file=request.dest)


class _Reading:
    """One pass through all the pages, and what it found."""

    def __init__(self, context: OperationContext, request: ColumnsRequest) -> None:
        self._cluster = Cluster(id=request.query.cluster_id) if request.query.cluster_id else None
        self._total: int | None = None
        self._summary: ColumnSummary | None = None  # None until a page was read
        self._context = context
        self._request = request

    def known(self) -> KnownColumns:
        """What is known so far."""
        summary = self._summary.facts() if self._summary else None
        return KnownColumns(total_count=self._total, cluster=self._cluster, summary=summary)

    def columns(self) -> Iterator[Column]:
        """Each column once; a page is requested while the one before it is processed."""
        query = self._request.query
        try:
            if self._request.cluster:
                self._cluster = _find_cluster(self._context, self._request.cluster)
                query = replace(query, cluster_id=self._cluster.id)
            for page in _prefetch(self._context.require(ListsColumns).list_columns(query)):
                self._total = self._total if page.total is None else page.total
                self._summary = summary = self._summary or ColumnSummary()
                for column in page.columns:
                    summary.add(column)
                    yield column
        except DatascanError as error:
            candidates = partial_result(error, FailedColumns).candidates
            raise error.with_result(FailedColumns(**vars(self.known()), candidates=candidates)) from None
        self._summary = self._summary or ColumnSummary()
        self._warn_of_missing(query, self._summary.total)

    def _warn_of_missing(self, query: ColumnQuery, read: int) -> None:
        """Compare with the vendor's count of the whole cluster; a sample or an unknown start cannot be compared."""
        if self._total is None or query.sample is not None or query.offset_key:
            return
        expected = max(0, self._total - query.skip)
        if query.limit is not None and not query.ignore_limit:
            expected = min(expected, query.limit)
        if read < expected:
            self._context.warn(
                f"{self._context.provider.title} counts {self._total} columns in cluster {query.cluster_id}, but "
                f"returned only {read} of the {expected} that were requested."
            )


def _prefetch(pages: Iterator[ColumnPage]) -> Iterator[ColumnPage]:
    """The same pages; each is read while the one before it is written."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(next, pages, None)
        while page := coming.result():
            coming = pool.submit(next, pages, None)
            yield page


def _find_cluster(context: OperationContext, lookup: ClusterLookup) -> Cluster:
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


def _check(request: ColumnsRequest) -> None:
    query = request.query
    if not request.cluster and not query.cluster_id.strip():
        raise InvalidInputError("cluster_id is empty.")
    for name, number, least in (("limit", query.limit, 1), ("skip", query.skip, 0), ("sample", query.sample, 1)):
        if number is not None and number < least:
            raise InvalidInputError(f"{name} must be {least} or more.")
