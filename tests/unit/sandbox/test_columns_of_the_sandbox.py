# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client reads the sandbox's clusters in every variant and through every fault, and each column once."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import ClusterLookup, ColumnQuery
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    AmbiguousError,
    DatascanError,
    NotFoundError,
    RejectedError,
    UnavailableError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import columns
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.bigid import clusters
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import connect
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from datascan_sandbox.vendors import bigid_catalogue
from fake_clock import FakeClock
from scripted_vendor import mount, response_to

pytestmark = pytest.mark.one_core

LARGE = "mno345pqr678"
PAGE = 100  # columns; the real size takes ten times as long, and TestFiles has it
COLUMNS = 257
PATH = "/cluster/similar$"


class Bridge(requests.adapters.BaseAdapter):
    """Calls the sandbox in this process instead of the network."""

    def __init__(self, world: Any) -> None:
        super().__init__()
        self.world = world

    def send(self, request: Any, **_more: Any) -> requests.Response:
        url = urlsplit(request.url)
        reply = self.world.call(
            request.method,
            url.path,
            query=parse_qs(url.query, keep_blank_values=True),
            headers={"authorization": request.headers["Authorization"]},
        )
        if reply.status is None or reply.broken:
            raise requests.ConnectionError("reset")
        return response_to(request, reply.status, reply.headers, io.BytesIO(reply.body))

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def small(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The large cluster and the pages are made small here."""
    world.settings("bigid", catalogue_columns=COLUMNS)
    monkeypatch.setattr(clusters, "_PAGE_SIZE", PAGE)


@pytest.fixture(scope="module")
def all_names() -> list[str]:
    """Every column of the cluster."""
    return [
        bigid_catalogue.column(LARGE, number, text_booleans=True)["fullyQualifiedName"] for number in range(COLUMNS)
    ]


def connected(world: Any, warned: list[str] | None = None, **settings: Any) -> Provider:
    given: dict[str, Any] = {"provider": "bigid", "api_url": "https://sandbox.test/bigid/api/v1", **settings}
    warnings: list[str] = [] if warned is None else warned
    clock: Any = FakeClock()
    provider = connect(ConnectionOptions(api_token="sandbox-token", **given), clock, warnings.append, Redactor())
    mount(provider, Bridge(world))
    return provider


def run(world: Any, warned: list[str] | None = None, **settings: Any) -> Any:
    warnings: list[str] = [] if warned is None else warned
    provider = connected(world, warnings, retries=settings.pop("retries", 5))
    lookup = {"cluster": ClusterLookup(**settings.pop("cluster"))} if "cluster" in settings else {}
    files = {name: settings.pop(name) for name in ("dest", "format") if name in settings}
    query = ColumnQuery(**{"cluster_id": "" if lookup else LARGE, **settings})
    context = OperationContext(provider, FakeClock(), warn=warnings.append)
    result = columns.read_columns(context, columns.ColumnsRequest(query, **lookup, **files))
    assert warned is not None or not warnings, warnings
    return result


def names(result: Any) -> list[str]:
    return [column["fully_qualified_name"] for column in result.columns]


def pages(world: Any) -> int:
    return sum(entry["path"].endswith("/similar") for entry in world.control("GET", "/requests").json())


class TestVariants:
    @pytest.mark.parametrize(
        ("settings", "requests_sent"),
        [
            ({}, 3),
            ({"offset_keys": True}, 3),
            ({"page_limit_max": 70}, 4),
            ({"page_limit_max": 70, "offset_keys": True}, 4),
            ({"total_count": "on_request"}, 3),
            ({"total_count": "never"}, 8),  # read twice, because nothing else shows a change
            ({"total_count": "never", "offset_keys": True}, 8),
            ({"text_booleans": False}, 3),
            ({"content_type": "json"}, 3),
            ({"cluster_parameter": "cluster_id"}, 3),
            ({"cluster_parameter": "both"}, 3),
            ({"auth_form": "bearer"}, 4),
            ({"catalogue_columns": 200}, 3),
        ],
    )
    def test_each_column_once_and_in_order(
        self, world: Any, all_names: list[str], settings: dict[str, Any], requests_sent: int
    ) -> None:
        world.settings("bigid", **settings)
        assert names(run(world)) == all_names[: settings.get("catalogue_columns", COLUMNS)]
        assert pages(world) == requests_sent

    def test_ignore_limit_takes_one_request(self, world: Any, all_names: list[str]) -> None:
        assert names(run(world, ignore_limit=True, limit=5)) == all_names
        assert pages(world) == 1

    def test_ignore_limit_that_is_capped_is_read_to_the_end(self, world: Any, all_names: list[str]) -> None:
        world.settings("bigid", page_limit_max=200)
        assert names(run(world, ignore_limit=True)) == all_names

    def test_limit_and_skip(self, world: Any, all_names: list[str]) -> None:
        result = run(world, limit=150, skip=90)
        assert (names(result), result.total_count) == (all_names[90:240], COLUMNS)

    @pytest.mark.parametrize("offset_keys", [True, False])
    def test_an_offset_key_is_where_it_starts(self, world: Any, all_names: list[str], offset_keys: bool) -> None:
        world.settings("bigid", offset_keys=offset_keys)
        warned: list[str] = []
        found = names(run(world, warned, offset_key="160"))
        assert found == all_names[160:]

    def test_an_offset_key_that_the_server_ignores_is_reported(self, world: Any, all_names: list[str]) -> None:
        warned: list[str] = []
        assert names(run(world, warned, offset_key="60")) == all_names[60:160]
        assert "is not complete: a page came again in place of the next one." in warned[0]

    def test_a_sample_is_one_request(self, world: Any, all_names: list[str]) -> None:
        found = names(run(world, sample=120))
        assert len(set(found)) == 120
        assert set(found) < set(all_names)
        assert pages(world) == 1

    def test_filter_search_and_sort_are_the_vendors(self, world: Any) -> None:
        result = run(world, filter='source in ("crm", "warehouse") AND isPrimary = "true"', sort="-columnName")
        assert result.summary["by_source"].keys() == {"crm", "warehouse"}
        assert {column["is_primary"] for column in result.columns} == {True}
        assert [column["column_name"] for column in result.columns] == sorted(
            (column["column_name"] for column in result.columns), reverse=True
        )
        found = run(world, search_text="IBAN")
        names_found = {attribute["attribute_name"] for column in found.columns for attribute in column["attributes"]}
        assert names_found == {"IBAN"}


class TestClusters:
    def test_one_is_found_by_each_of_its_facts(self, world: Any) -> None:
        for lookup in (
            {"name": "sensitive hr data"},
            {"label": "Confidential"},
            {"severity": "High"},
            {"size": 20, "status": "Active"},
        ):
            assert run(world, cluster=lookup).cluster.id == "abc123def456"

    def test_the_envelope_has_names_and_sizes_only(self, world: Any) -> None:
        world.settings("bigid", clusters_shape="envelope")
        assert run(world, cluster={"name": "Customer Columns"}).summary["total"] == COLUMNS
        with pytest.raises(NotFoundError, match="None of the 3 clusters matches severity 'High'"):
            run(world, cluster={"severity": "High"})

    def test_one_of_many_is_no_guess(self, world: Any) -> None:
        world.settings("bigid", extra_clusters=2000)
        with pytest.raises(AmbiguousError, match="41 clusters match size 20 and status 'active'") as raised:
            run(world, cluster={"size": 20, "status": "active"})
        assert len(raised.value.result.candidates) == 41

    def test_an_unknown_cluster_is_reported(self, world: Any) -> None:
        with pytest.raises(NotFoundError, match="BigID has no cluster nobody"):
            run(world, cluster_id="nobody")

    def test_an_invalid_filter_is_reported_with_the_vendors_text(self, world: Any) -> None:
        with pytest.raises(RejectedError, match="Filter is invalid"):
            run(world, filter="((")


PASSING = (
    {"kind": "status", "code": 503},
    {"kind": "status", "code": 429},
    {"kind": "html"},
    {"kind": "cut_json"},
    {"kind": "reset_before"},
    {"kind": "reset_after"},
    {"kind": "cut_connection"},
    {"kind": "wrong_shape"},
    {"kind": "null_list"},
    {"kind": "error_200", "code": 500},
    {"kind": "repeat_page"},
    {"kind": "lying_total"},
    {"kind": "lying_total", "total": 3},
    {"kind": "lying_total", "total": PAGE},
)


class TestFaults:
    @pytest.mark.parametrize("fault", PASSING, ids=lambda fault: "-".join(str(value) for value in fault.values()))
    @pytest.mark.parametrize("skip", [0, 1, 2])
    def test_one_that_passes_loses_nothing(
        self, world: Any, all_names: list[str], fault: dict[str, Any], skip: int
    ) -> None:
        world.fault(rule={"path": PATH, "skip": skip}, **fault)
        warned: list[str] = []  # a total that lies on the last page is warned about
        assert names(run(world, warned)) == all_names

    @pytest.mark.parametrize("offset_keys", [True, False])
    def test_a_total_that_always_lies_loses_nothing(self, world: Any, all_names: list[str], offset_keys: bool) -> None:
        world.settings("bigid", offset_keys=offset_keys)
        for total, is_warned in ((None, True), (3, False), (PAGE, False), (10**9, True)):
            world.control("DELETE", "/faults")
            world.fault("lying_total", rule={"path": PATH, "times": None}, total=total)
            warned: list[str] = []
            assert names(run(world, warned)) == all_names
            assert bool(warned) is is_warned

    @pytest.mark.parametrize("total_count", ["always", "never"])
    def test_a_first_page_that_repeats_for_ever_ends_with_a_warning(
        self, world: Any, all_names: list[str], total_count: str
    ) -> None:
        world.settings("bigid", total_count=total_count)
        world.fault("repeat_page", rule={"path": PATH, "times": None})
        warned: list[str] = []
        assert names(run(world, warned)) == all_names[:PAGE]
        assert len(warned) == 1
        assert pages(world) == 2 * 4  # the list is read four times

    @pytest.mark.parametrize("code", [401, 403, 404, 500])
    def test_a_permanent_fault_is_an_error_with_the_rows_read_so_far(self, world: Any, code: int) -> None:
        world.fault("status", rule={"path": PATH, "skip": 2, "times": None}, code=code)
        with pytest.raises(DatascanError) as raised:
            run(world)
        assert raised.value.http_status == code
        assert raised.value.result.summary["total"] == 2 * PAGE
        assert raised.value.result.total_count == COLUMNS


class TestFiles:
    @pytest.fixture(autouse=True)
    def small(self, world: Any) -> None:
        """Here, pages have their real size."""
        world.settings("bigid", catalogue_columns=2507)

    @pytest.mark.parametrize("format_", ["csv", "ndjson"])
    def test_7007_columns_are_each_there_once(self, world: Any, tmp_path: Path, format_: str) -> None:
        world.settings("bigid", catalogue_columns=7007)
        dest = tmp_path / "columns"
        result = run(world, dest=str(dest), format=format_)
        assert (result.changed, result.summary["total"], result.total_count) == (True, 7007, 7007)
        found = list(_parsed(dest, format_))
        assert len(found) == len({row["fully_qualified_name"] for row in found}) == 7007
        assert pages(world) == 8
        assert list(tmp_path.iterdir()) == [dest]

    def test_names_that_break_careless_writers_come_through(self, world: Any, tmp_path: Path) -> None:
        world.settings("bigid", catalogue_columns=6000)
        run(world, dest=str(tmp_path / "columns.csv"))
        found = {row["column_name"] for row in _parsed(tmp_path / "columns.csv", "csv")}
        assert {"'=cmd()", 'quoted "name"', "comma, name", "zwei\nZeilen", "gr\u00f6\u00dfe", " padded "} < found

    @pytest.mark.parametrize("format_", ["csv", "ndjson", "json"])
    def test_a_failure_in_the_middle_keeps_the_old_file(self, world: Any, tmp_path: Path, format_: str) -> None:
        dest = tmp_path / "columns"
        dest.write_text("old")
        world.fault("status", rule={"path": PATH, "skip": 2, "times": None})
        with pytest.raises(UnavailableError):
            run(world, dest=str(dest), format=format_, retries=1)
        assert dest.read_text() == "old"
        assert list(tmp_path.iterdir()) == [dest]


def _parsed(path: Path, format_: str) -> Iterator[dict[str, Any]]:
    with path.open(newline="") as file:
        if format_ == "csv":
            yield from csv.DictReader(file)
        elif format_ == "json":
            yield from json.load(file)
        else:
            yield from map(json.loads, file)
