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
from ..columns.models import Cluster, Column, ColumnPage, ColumnQuery, Lookup, Summary
from ..errors import AmbiguousError, DatascanError, InvalidInputError, NotFoundError
from ..files import Stream
from .context import OperationContext

_NAMED = 10  # candidates that a message names; the others are counted


@dataclass(frozen=True)
class ColumnsRequest:
    """What cluster_columns_info is asked for: a query whose cluster_id is empty where the cluster has to be found."""

    query: ColumnQuery
    cluster: Lookup | None = None
    dest: str | None = None
    format: str | None = None  # None: what the suffix of dest says


@dataclass(frozen=True)
class Listed:
    """The columns, each once, in the vendor's order."""

    columns: list[Column]
    total_count: int | None
    cluster: Cluster
    summary: dict[str, t.Any]
    changed: bool = False


@dataclass(frozen=True)
class Written:
    """Where the columns are now."""

    changed: bool
    file: str  # not dest, to which AnsibleModule would add the owner, the mode and more, if there is such a file
    total_count: int | None
    cluster: Cluster
    summary: dict[str, t.Any]


def read_columns(context: OperationContext, request: ColumnsRequest) -> Listed | Written:
    """Read every page. With dest, each is written as it comes, and the file takes its place once all are there.

    Raises AmbiguousError or NotFoundError where the lookup does not find one cluster.
    """
    context.provider.require("columns")
    _check(request)
    reading = _Reading(context, request)
    if request.dest is None:
        columns = list(reading.columns())
        return Listed(columns, reading.total, reading.cluster, reading.summary.facts())
    format_ = request.format or format_of(request.dest)
    with Stream(request.dest, dry_run=context.check_mode) as file:
        for piece in render(format_, reading.columns()):
            file.write(piece)
    return Written(file.changed, request.dest, reading.total, reading.cluster, reading.summary.facts())


class _Reading:
    """One way through all the pages, and what was learnt on it."""

    def __init__(self, context: OperationContext, request: ColumnsRequest) -> None:
        self.cluster = Cluster(id=request.query.cluster_id)
        self.total: int | None = None
        self.summary = Summary()
        self._job = context
        self._settings = request

    def columns(self) -> Iterator[Column]:
        """Each column once; a page is asked for while the one before it is taken."""
        query = self._settings.query
        try:
            if self._settings.cluster:
                self.cluster = _find(self._job, self._settings.cluster)
                query = replace(query, cluster_id=self.cluster.id)
            for page in _one_ahead(self._job.provider.list_columns(query)):
                self.total = self.total if page.total is None else page.total
                for column in page.columns:
                    self.summary.add(column)
                    yield column
        except DatascanError as error:
            error.knowing(cluster=self.cluster, total_count=self.total, summary=self.summary.facts())
            raise
        self._warn_of_missing(query)

    def _warn_of_missing(self, query: ColumnQuery) -> None:
        """The count is of the whole cluster, so it tells nothing about a sample, or from an unknown place on."""
        if self.total is None or query.sample is not None or query.offset_key:
            return
        expected = max(0, self.total - query.skip)
        if query.limit is not None and not query.ignore_limit:
            expected = min(expected, query.limit)
        if self.summary.total < expected:
            self._job.warn(
                f"{self._job.provider.title} counts {self.total} columns in cluster {self.cluster.id}, and of the "
                f"{expected} that were asked for it gave {self.summary.total}."
            )


def _one_ahead(pages: Iterator[ColumnPage]) -> Iterator[ColumnPage]:
    """The same pages, each of them read while the one before it is written."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(next, pages, None)
        while page := coming.result():
            coming = pool.submit(next, pages, None)
            yield page


def _find(context: OperationContext, lookup: Lookup) -> Cluster:
    """The one cluster that all of this holds for."""
    clusters = context.provider.list_clusters()
    found = [cluster for cluster in clusters if lookup.matches(cluster)]
    if not found:
        raise NotFoundError(f"None of the {len(clusters)} clusters has {lookup}.")
    if len(found) > 1:
        named = "; ".join(str(cluster) for cluster in found[:_NAMED])
        more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        raise AmbiguousError(
            f"{len(found)} clusters have {lookup}: {named}{more}. Give cluster_id, or say more about the cluster."
        ).knowing(candidates=found)
    return found[0]


def _check(request: ColumnsRequest) -> None:
    query = request.query
    if not request.cluster and not query.cluster_id.strip():
        raise InvalidInputError("cluster_id is empty.")
    for name, number, least in (("limit", query.limit, 1), ("skip", query.skip, 0), ("sample", query.sample, 1)):
        if number is not None and number < least:
            raise InvalidInputError(f"{name} must be {least} or more.")
