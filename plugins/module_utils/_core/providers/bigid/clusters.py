# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's clusters and their columns, as in "Cluster Analysis API Tutorial".

Oddities that shape this file: the list of clusters is a bare array, or stands in an envelope; totalCount is 5
beside one result, so that it is a hint and no proof; the parameter offsetKey has no counterpart in the documented
answer, and elsewhere is a text or a list; the texts of errors name a scan where they mean a cluster.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from ...columns.column_parser import ColumnParser, json_line
from ...columns.models import Cluster, Column, ColumnPage, ColumnQuery
from ...compat.pydantic import ConfigDict, to_camel
from ...errors import DatascanError, NotFoundError
from ..capabilities import ListsColumns
from ..paging import ListPage, ListReader, PageCursor, parse_total

_PAGE_SIZE = 1000  # the document's default of 10000 needs ten times the memory
_PATH = ("data-catalog", "column", "cluster", "similar")
_ID_PARAMETERS = ("clusterId", "cluster_id")  # as documented, and as in another description of the API

_SLOWNESS = 4  # a page of columns may take as many times `timeout`


_PARSER = ColumnParser(to_camel)  # attributes are in snake case in the document, too
_OTHER_NAMES = itemgetter("source", "table_name", "column_name")

_Row = tuple[bytes, Column]  # a column as JSON, by which columns are compared, and the column


class _Cluster(Cluster):
    """A cluster as BigID sends it."""

    model_config = ConfigDict(alias_generator=to_camel)


@dataclass(frozen=True)
class _ColumnPageBody:
    """One page of columns; `offset` may be where the next page starts."""

    rows: Sequence[_Row]
    total_count: int | None
    offset: Sequence[str]


class _ColumnPages(PageCursor[_Row]):
    """The pages of columns: at the key that the last page gave, else after the number of columns before it."""

    def __init__(
        self, query: ColumnQuery, number: int, read_page: Callable[[int, list[tuple[str, str]]], _ColumnPageBody]
    ) -> None:
        """`number` counts the readings of this list; `read_page` requests a page of a size at a place."""
        self.skipped = query.skip
        # A sample has its own total, and what comes before the user's own key is unknown.
        self.counts_all = query.sample is None and not query.offset_key
        self._query = query
        self._read_page = read_page
        self._skip = query.skip
        # BigID's keys may lead nowhere while `skip` works, or the reverse: every second reading leaves them out.
        self._uses_keys = bool(query.offset_key) or number % 2 == 0
        self._own = self._keys = [query.offset_key] if query.offset_key else []
        self._is_over = False

    def read(self, count: int) -> ListPage[_Row] | None:
        if self._is_over:
            return None
        size = _size(self._query, count)
        requested = self._keys
        page = self._read_page(size, self._place())
        offset = page.offset if self._uses_keys else []
        self._advance(len(page.rows), offset)
        is_full = len(page.rows) >= size and not self._query.ignore_limit
        return ListPage(
            page.rows,
            page.total_count,
            follows=is_full or bool(offset),
            leads_on=bool(offset) and offset != requested,
        )

    def _place(self) -> list[tuple[str, str]]:
        """A key that BigID gave counts from the start; `skip` may add to the user's own key."""
        skip = [("skip", str(self._skip))] if self._skip and self._keys in ([], self._own) else []
        return skip + [("offsetKey", key) for key in self._keys]

    def _advance(self, columns: int, offset: Sequence[str]) -> None:
        self._skip += columns
        if self._query.sample is not None:
            self._is_over = True  # a second request would draw another sample
        elif offset:
            self._keys = list(offset)  # also one that stays the same: it may stand for a cursor on the server
        elif self._own and self._keys != self._own:
            self._is_over = True  # after BigID's keys columns cannot be counted: their start is unknown
        else:
            self._keys = self._own


class BigIDClusters(ListsColumns, is_partial=True):
    """The part of the provider that lists clusters and columns."""

    def list_clusters(self) -> Sequence[Cluster]:
        """GET /clusters. How its filter is written is not documented, so all are read."""
        return self._client.read("GET", ("clusters",), _parse_clusters)

    def list_columns(self, query: ColumnQuery) -> Iterator[ColumnPage]:
        """GET /data-catalog/column/cluster/similar, until the limit is reached or the end of the list is proven."""
        limit = None if query.ignore_limit else query.limit
        taken = 0
        reader = ListReader(
            lambda number: _ColumnPages(query, number, lambda size, place: self._get_page(query, size, place)),
            _line_of,  # all of a column, because the names of two may be the same
        )

        def has_enough() -> bool:
            return limit is not None and taken >= limit

        for page in reader.pages(has_enough):
            taken = 0 if page.restarts else taken
            rows = page.rows if limit is None else page.rows[: limit - taken]
            taken += len(rows)
            columns = [column for _line, column in rows]
            yield ColumnPage(columns, page.total, page.restarts, lines=[line for line, _column in rows])
        if reader.gap:
            yield ColumnPage([], gap=reader.gap)

    def _get_page(self, query: ColumnQuery, size: int, place: list[tuple[str, str]]) -> _ColumnPageBody:
        given = {"filter": query.filter, "searchText": query.search_text, "sort": query.sort, "sample": query.sample}
        # Both names in one request. A second request with the other name could list the columns of every cluster:
        # a server ignores a parameter that it does not know.
        params = [(name, query.cluster_id) for name in _ID_PARAMETERS]
        params += [(name, str(value)) for name, value in given.items() if value is not None]
        params += [("ignoreLimit", "true")] if query.ignore_limit else []
        params += [("limit", str(size)), *place]
        params += [("requireTotalCount", "true")]
        try:
            return self._client.read(
                "GET",
                _PATH,
                lambda data: _parse_column_page(data, query.cluster_id),
                params=params,
                slowness=_SLOWNESS,
                count_keys=_count_keys,
            )
        except NotFoundError as error:
            message = f"{self.title} has no cluster {query.cluster_id} that this token can see."
            raise NotFoundError(message, request=error.request) from None
        except DatascanError as error:
            if error.http_status != 400:
                raise
            message = (
                f"{error.message} If it names a scan, it may mean the cluster: check cluster_id, filter, search_text, "
                "sort and offset_key."
            )
            raise error.with_message(message) from None


def _size(query: ColumnQuery, count: int) -> int:
    """How many columns to request at once, after `count` columns. A sample must come in one response."""
    left = None if query.limit is None or query.ignore_limit else query.limit - count
    wanted = [number for number in (query.sample, left) if number is not None]
    return min(wanted if query.sample is not None else [*wanted, _PAGE_SIZE])


def _line_of(row: _Row) -> bytes:
    return row[0]


def _parse_clusters(data: t.Any) -> list[Cluster]:
    total = None
    for name in ("data", "clusters"):
        if isinstance(data, dict):
            total = parse_total(data.get("totalCount")) or total
            data = data.get(name)
    if not isinstance(data, list):
        raise ValueError("the list of clusters is missing")
    if len(data) < (total or 0):  # how to get the others is not documented, and one of them may match a lookup too
        raise ValueError(f"the total is {total}, and {len(data)} clusters came")
    return [_Cluster.model_validate(_rename_fields(item)) for item in data]


def _rename_fields(item: t.Any) -> t.Any:
    """The clusters of an envelope have other names for two fields."""
    return {"id": item.get("clusterId"), "name": item.get("clusterName"), **item} if isinstance(item, dict) else item


def _parse_column_page(data: t.Any, cluster_id: str) -> _ColumnPageBody:
    if isinstance(data, dict) and "results" not in data:
        data = data.get("data")
    if not isinstance(data, dict):
        raise ValueError("the columns are missing")
    columns = _PARSER.parse(data.get("results"))
    if not all(column["fully_qualified_name"] or any(_OTHER_NAMES(column)) for column in columns):
        raise ValueError("a column without any name")
    _check_cluster(data, cluster_id)
    rows = list(zip(map(json_line, columns), columns, strict=True))
    return _ColumnPageBody(rows, parse_total(data.get("totalCount")), _parse_offset(data.get("offset")))


def _count_keys(data: t.Any) -> int:
    """The keys of a page of columns as it is documented. Of another one it returns fewer, or raises."""
    return dict.__len__(data) + _PARSER.count_keys(data["results"])


def _parse_offset(value: t.Any) -> list[str]:
    keys = value.get("offsetKey") if isinstance(value, dict) else None
    keys = keys if isinstance(keys, list) else [keys]
    return [str(key) for key in keys if key not in (None, "")]


def _check_cluster(data: dict[str, t.Any], cluster_id: str) -> None:
    """Raise ValueError where an answer, or a column in it, names another cluster. The document's columns name none."""
    for name in _ID_PARAMETERS:
        for found in [item[name] for item in (data, *data["results"]) if name in item]:
            if isinstance(found, (str, int)) and str(found).strip() != cluster_id.strip():
                raise ValueError(f"the columns of cluster {found} came for cluster {cluster_id}")
