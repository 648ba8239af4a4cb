# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading columns: the search for the cluster, counts, and files that are complete or stay unchanged."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.export import (
    escape_formula,
    format_of,
    render,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import (
    Cluster,
    ClusterLookup,
    Column,
    ColumnPage,
    ColumnQuery,
    parse_lookup,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    AmbiguousError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
    UnsupportedError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import columns
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import MASK, Redactor
from columns_vendor import Vendor, column
from fake_clock import FakeClock
from made_columns import make_column
from scripted_vendor import scripted_context


def run(vendor: Vendor, warned: list[str] | None = None, check_mode: bool = False, **settings: t.Any) -> t.Any:
    warnings: list[str] = [] if warned is None else warned
    query = ColumnQuery(**{"cluster_id": "" if "cluster" in settings else "c1", **settings.pop("query", {})})
    context = OperationContext(vendor, FakeClock(), check_mode, warn=warnings.append)  # type: ignore[arg-type]
    result = columns.read_columns(context, columns.ColumnsRequest(query, **settings))
    assert warned is not None or not warnings, warnings
    return result


def pages(count: int, size: int = 10, total: int | None = None) -> list[ColumnPage]:
    return [
        ColumnPage(
            [column(number) for number in range(start, min(start + size, count))], count if total is None else total
        )
        for start in range(0, count, size)
    ]


class TestListing:
    def test_columns_of_every_page_in_order(self) -> None:
        vendor = Vendor(*pages(25))
        result = run(vendor)
        assert [one["column_name"] for one in result.columns] == [f"c{number}" for number in range(25)]
        assert (result.changed, result.total_count, result.cluster) == (False, 25, Cluster(id="c1"))
        assert vendor.asked == [ColumnQuery("c1")] * 3  # and no request for clusters

    def test_the_summary_counts_by_table_source_and_tag(self) -> None:
        high = {"tag_name": "sensitivity", "tag_value": "high"}
        given = [
            column(1, tags=[high, high, {"tag_name": "owner", "tag_value": "hr"}]),
            column(2, tags=[{"tag_name": "sensitivity", "tag_value": "low"}]),
            make_column(fully_qualified_name="x", tags=[{"tag_name": "odd"}]),
            column(3),
        ]
        assert run(Vendor(ColumnPage(given, 4))).summary == {
            "total": 4,
            "by_table": {"": 1, "t": 3},
            "by_source": {"": 1, "s": 3},
            "by_tag": {"odd": {"": 1}, "owner": {"hr": 1}, "sensitivity": {"high": 1, "low": 1}},
            "untagged": 1,
        }

    def test_tables_of_one_name_in_several_sources_are_counted_apart(self) -> None:
        places = [("crm", "people"), ("hr", "people"), ("hr", "people"), (None, "people"), ("hr", "wages")]
        given = [
            make_column(column_name=f"c{at}", source=source, table_name=name)
            for at, (source, name) in enumerate(places)
        ]
        assert run(Vendor(ColumnPage(given, 5))).summary["by_table"] == {
            ".people": 1,
            "crm.people": 1,
            "hr.people": 2,
            "wages": 1,
        }

    def test_no_columns_at_all(self) -> None:
        result = run(Vendor(ColumnPage([], 0)))
        assert (result.columns, result.total_count, result.summary["total"]) == ([], 0, 0)

    def test_a_missing_count_is_null(self) -> None:
        assert run(Vendor(ColumnPage([column(1)]))).total_count is None

    def test_a_list_without_a_gap_is_complete(self) -> None:
        assert run(Vendor(*pages(25))).complete is True

    def test_a_gap_is_reported_and_the_result_is_not_complete(self) -> None:
        warned: list[str] = []
        result = run(Vendor(*pages(5, total=6), ColumnPage([], gap="its total is 6, and 5 came")), warned=warned)
        assert (result.complete, result.total_count, len(result.columns)) == (False, 6, 5)
        assert warned == ["Vendor's list of the columns of cluster c1 is not complete: its total is 6, and 5 came."]

    def test_a_list_that_is_read_again_replaces_what_was_read_before(self, tmp_path: Path) -> None:
        first = ColumnPage([column(1), column(2)], 4)
        again = [ColumnPage([column(2)], 2, restarts=True), ColumnPage([column(3)], 2)]
        result = run(Vendor(first, *again))
        assert [one["column_name"] for one in result.columns] == ["c2", "c3"]
        assert (result.complete, result.total_count, result.summary["total"]) == (True, 2, 2)
        dest = tmp_path / "columns.json"
        result = run(Vendor(first, *again), dest=str(dest))
        assert [one["column_name"] for one in parsed(dest, "json")] == ["c2", "c3"]
        assert (result.complete, result.changed, result.summary["total"]) == (True, True, 2)
        assert not run(Vendor(first, *again), dest=str(dest)).changed

    def test_the_highest_total_of_a_reading_counts(self) -> None:
        result = run(Vendor(ColumnPage([column(1)], 9), ColumnPage([column(2)], 0)))
        assert result.total_count == 9

    def test_a_failure_when_the_list_is_read_again_keeps_what_was_known(self) -> None:
        vendor = Vendor(*pages(20)[:2], ColumnPage([column(1)], 20, restarts=True), UnavailableError("gone"))
        with pytest.raises(UnavailableError) as raised:
            run(vendor)
        assert (raised.value.result.complete, raised.value.result.summary["total"]) == (False, 20)

    def test_a_failure_has_the_partial_result(self) -> None:
        vendor = Vendor(*pages(20)[:1], UnavailableError("gone"))
        with pytest.raises(UnavailableError) as raised:
            run(vendor, cluster=ClusterLookup(name="sketch"))
        assert raised.value.result.cluster.id == "c4"
        assert raised.value.result.total_count == 20
        assert raised.value.result.summary["total"] == 10
        assert raised.value.result.complete is False


class TestFinding:
    @pytest.mark.parametrize(
        ("lookup", "found"),
        [
            ({"name": " marketing METRICS "}, "c2"),
            ({"severity": "HIGH"}, "c1"),
            ({"status": "archived"}, "c2"),
            ({"label": "confidential"}, "c1"),
            ({"size": 7}, "c3"),
            ({"name": "Sensitive HR Data", "size": 20}, "c1"),
            ({"label": "PII", "status": "Active", "severity": "medium"}, "c3"),
        ],
    )
    def test_everything_that_is_given_has_to_hold(self, lookup: dict[str, t.Any], found: str) -> None:
        vendor = Vendor(*pages(1))
        result = run(vendor, cluster=ClusterLookup(**lookup))
        assert result.cluster.id == found
        assert vendor.asked == ["clusters", ColumnQuery(found)]

    def test_more_than_one_fails_and_names_them(self) -> None:
        vendor = Vendor(*pages(1))
        with pytest.raises(AmbiguousError) as raised:
            run(vendor, cluster=ClusterLookup(size=20))
        assert raised.value.message == (
            "2 clusters match size 20: Sensitive HR Data (c1, 20 columns, High, Active); "
            "Marketing Metrics (c2, 20 columns, Low, Archived). Set cluster_id, or more suboptions of cluster."
        )
        assert [one.id for one in raised.value.result.candidates] == ["c1", "c2"]
        assert (raised.value.result.cluster, raised.value.result.summary) == (None, None)
        assert vendor.asked == ["clusters"]

    def test_many_clusters_are_named_in_part_and_returned_in_full(self) -> None:
        crowd = [Cluster(id=f"x{number}", size=1) for number in range(50)]
        with pytest.raises(AmbiguousError) as raised:
            run(Vendor(clusters=crowd), cluster=ClusterLookup(size=1))
        assert "50 clusters match size 1: no name (x0, 1 columns); " in raised.value.message
        assert "; and 40 more. " in raised.value.message
        assert len(raised.value.result.candidates) == 50

    @pytest.mark.parametrize(
        ("lookup", "message"),
        [
            ({"name": "None", "label": "PII"}, "None of the 4 clusters matches name 'None' and label 'PII'."),
            ({"size": 0}, "None of the 4 clusters matches size 0."),
        ],
    )
    def test_no_match_fails_and_names_the_query(self, lookup: dict[str, t.Any], message: str) -> None:
        vendor = Vendor(*pages(1))
        with pytest.raises(NotFoundError) as raised:
            run(vendor, cluster=ClusterLookup(**lookup))
        assert raised.value.message == message
        assert vendor.asked == ["clusters"]

    def test_a_lookup_without_criteria_is_refused(self) -> None:
        with pytest.raises(InvalidInputError, match="set at least one of name, size, label, severity and status"):
            parse_lookup(dict.fromkeys(("name", "size", "label", "severity", "status")))


class TestRefusals:
    def test_a_vendor_without_clusters_is_refused_before_any_request(self) -> None:
        settings = columns.ColumnsRequest(ColumnQuery("c1"))
        with (
            scripted_context(provider="glasswall") as context,
            pytest.raises(UnsupportedError, match="Glasswall cannot list the columns"),
        ):
            columns.read_columns(context, settings)

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ({"cluster_id": " "}, "cluster_id is empty."),
            ({"limit": 0}, "limit must be 1 or more."),
            ({"skip": -1}, "skip must be 0 or more."),
            ({"sample": 0}, "sample must be 1 or more."),
        ],
    )
    def test_what_cannot_be_meant_is_refused_before_any_request(self, query: dict[str, t.Any], message: str) -> None:
        vendor = Vendor(*pages(1))
        with pytest.raises(InvalidInputError) as raised:
            run(vendor, query=query)
        assert raised.value.message == message
        assert not vendor.asked

    def test_a_folder_that_is_not_there_is_refused_before_any_request(self, tmp_path: Path) -> None:
        vendor = Vendor(*pages(1))
        dest = tmp_path / "none" / "a.csv"
        with pytest.raises(InvalidInputError) as raised:
            run(vendor, dest=str(dest))
        assert raised.value.message == f"{dest} cannot be written: the directory {dest.parent} does not exist."
        assert not vendor.asked

    def test_a_file_name_without_a_known_suffix_needs_a_format(self, tmp_path: Path) -> None:
        vendor = Vendor(*pages(1))
        with pytest.raises(InvalidInputError, match=r"columns\.txt ends in none of \.csv, \.ndjson.*: set format"):
            run(vendor, dest=str(tmp_path / "columns.txt"))
        assert not vendor.asked


class TestFiles:
    @pytest.mark.parametrize("format_", ["csv", "ndjson", "json"])
    def test_only_the_summary_is_returned(self, tmp_path: Path, format_: str) -> None:
        dest = tmp_path / "columns.txt"
        result = run(Vendor(*pages(25)), dest=str(dest), format=format_)
        assert (result.changed, result.file, result.total_count) == (True, str(dest), 25)
        assert result.summary["total"] == 25
        assert not hasattr(result, "columns")
        assert [one["column_name"] for one in parsed(dest, format_)] == [f"c{number}" for number in range(25)]
        assert [path.name for path in tmp_path.iterdir()] == ["columns.txt"]

    @pytest.mark.parametrize(
        ("name", "format_"),
        [("a.csv", "csv"), ("a.CSV", "csv"), ("a.ndjson", "ndjson"), ("a.jsonl", "ndjson"), ("a.json", "json")],
    )
    def test_the_suffix_chooses_the_format(self, tmp_path: Path, name: str, format_: str) -> None:
        run(Vendor(*pages(2)), dest=str(tmp_path / name))
        assert len(parsed(tmp_path / name, format_)) == 2
        assert format_of(name) == format_

    @pytest.mark.parametrize("format_", ["csv", "ndjson", "json"])
    def test_the_same_columns_again_are_no_change(self, tmp_path: Path, format_: str) -> None:
        dest = tmp_path / "columns"
        for changed in (True, False):
            assert run(Vendor(*pages(25)), dest=str(dest), format=format_).changed is changed
        assert run(Vendor(*pages(24)), dest=str(dest), format=format_).changed

    def test_check_mode_reads_predicts_and_writes_nothing(self, tmp_path: Path) -> None:
        dest = tmp_path / "columns.csv"
        result = run(Vendor(*pages(25)), dest=str(dest), check_mode=True)
        assert (result.changed, result.summary["total"], list(tmp_path.iterdir())) == (True, 25, [])
        run(Vendor(*pages(25)), dest=str(dest))
        assert not run(Vendor(*pages(25)), dest=str(dest), check_mode=True).changed
        assert run(Vendor(*pages(24)), dest=str(dest), check_mode=True).changed
        assert len(parsed(dest, "csv")) == 25

    @pytest.mark.parametrize("format_", ["csv", "ndjson", "json"])
    def test_a_failure_in_the_middle_keeps_the_old_file_and_leaves_no_half_one(
        self, tmp_path: Path, format_: str
    ) -> None:
        dest = tmp_path / "columns"
        dest.write_text("old")
        with pytest.raises(UnavailableError) as raised:
            run(Vendor(*pages(25)[:2], UnavailableError("gone")), dest=str(dest), format=format_)
        assert raised.value.result.summary["total"] == 20
        assert dest.read_text() == "old"
        assert [path.name for path in tmp_path.iterdir()] == ["columns"]

    def test_a_failure_without_an_old_file_leaves_none(self, tmp_path: Path) -> None:
        with pytest.raises(UnavailableError):
            run(Vendor(*pages(25)[:2], UnavailableError("gone")), dest=str(tmp_path / "columns.csv"))
        assert list(tmp_path.iterdir()) == []

    def test_a_page_is_read_once_those_before_it_are_written(self, tmp_path: Path) -> None:
        sizes: list[int] = []
        big = "x" * 10_000

        class Looking(Vendor):
            def list_columns(self, query: ColumnQuery) -> Iterator[ColumnPage]:
                for number in range(6):
                    sizes.append(sum(path.stat().st_size for path in tmp_path.iterdir()))
                    yield ColumnPage([column(number, business_attribute=big)])

        run(Looking(), dest=str(tmp_path / "columns.ndjson"))
        # When a page is requested, the earlier pages are written, except for the buffer of the file.
        assert all(size > (number - 1) * len(big) for number, size in enumerate(sizes))

    @pytest.mark.parametrize("format_", ["csv", "ndjson", "json"])
    def test_memory_does_not_grow_with_the_columns(self, tmp_path: Path, format_: str) -> None:
        def peak(count: int) -> int:
            class Endless(Vendor):
                def list_columns(self, query: ColumnQuery) -> Iterator[ColumnPage]:
                    for start in range(0, count, 100):
                        yield ColumnPage([column(number) for number in range(start, start + 100)])

            tracemalloc.start()
            try:
                run(Endless(), dest=str(tmp_path / f"{count}"), format=format_)
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

        peak(100)  # what is loaded once
        tracemalloc.start()
        one_page = [column(number) for number in range(100)]
        size, _peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert one_page and peak(5000) < peak(500) + 4 * size  # of 45 pages more


def parsed(path: Path, format_: str) -> list[dict[str, t.Any]]:
    if format_ == "csv":
        with path.open(newline="") as file:
            return list(csv.DictReader(file))
    text = path.read_text()
    found = json.loads(text) if format_ == "json" else [json.loads(line) for line in text.splitlines()]
    return t.cast("list[dict[str, t.Any]]", found)


def text(format_: str, *given: Column) -> str:
    return "".join(render(format_, [ColumnPage(given)]))


FULL = column(
    1,
    business_attribute='größe, "quoted"\nline',
    is_primary=True,
    data_type="integer",
    attributes=[{"attribute_name": "SSN", "rank": "High"}, {"attribute_original_name": "Email"}],
    tags=[{"tag_name": "sensitivity", "tag_value": "high"}, {"tag_name": "odd"}],
)


class TestFormats:
    def test_csv_has_a_line_for_each_column_and_its_lists_in_cells(self) -> None:
        (row,) = csv.DictReader(io.StringIO(text("csv", FULL), newline=""))
        assert row == {
            "fully_qualified_name": "s.t.c1",
            "column_name": "c1",
            "business_attribute": 'größe, "quoted"\nline',
            "table_name": "t",
            "source": "s",
            "is_primary": "true",
            "data_type": "integer",
            "attributes": "SSN; Email",
            "tags": "sensitivity=high; odd=",
        }

    def test_csv_without_columns_is_the_heading(self) -> None:
        assert text("csv") == (
            '"fully_qualified_name","column_name","business_attribute","table_name","source","is_primary",'
            '"data_type","attributes","tags"\n'
        )

    def test_what_is_not_known_is_an_empty_cell(self) -> None:
        (row,) = csv.DictReader(io.StringIO(text("csv", make_column(column_name="a"))))
        assert {name for name, cell in row.items() if cell} == {"column_name"}

    @pytest.mark.parametrize("format_", ["ndjson", "json"])
    def test_json_holds_all_that_is_known_in_ascii(self, format_: str) -> None:
        whole = text(format_, FULL, column(2))
        assert whole.isascii()
        found = json.loads(whole) if format_ == "json" else [json.loads(line) for line in whole.splitlines()]
        assert found == [FULL, column(2)]

    def test_json_without_columns_is_an_empty_list_and_ndjson_is_empty(self) -> None:
        assert json.loads(text("json")) == []
        assert text("ndjson") == ""

    @pytest.mark.parametrize("format_", ["csv", "ndjson", "json"])
    def test_one_page_is_taken_at_a_time(self, format_: str) -> None:
        taken: list[int] = []

        def counted() -> Iterator[ColumnPage]:
            for number in range(3):
                taken.append(number)
                yield ColumnPage([column(number)])

        for piece in render(format_, counted()):
            assert f"c{len(taken)}" not in piece
            if "c0" in piece:
                assert taken == [0]

    def test_a_page_without_columns_leaves_no_trace(self) -> None:
        pages = [ColumnPage([]), ColumnPage([column(1)]), ColumnPage([]), ColumnPage([column(2)], lines=None)]
        texts = {format_: "".join(render(format_, pages)) for format_ in ("csv", "ndjson", "json")}
        assert texts == {format_: text(format_, column(1), column(2)) for format_ in texts}

    @pytest.mark.parametrize(
        "name",
        [
            "=cmd()",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            " =1",
            "\uff1d1",
            "\uff0b1",
            "\uff0d1",
            "\uff201",
            "\ttab",
        ],
    )
    def test_a_cell_that_a_spreadsheet_would_run_is_defused(self, name: str) -> None:
        assert escape_formula(name) == f"'{name}"
        given = make_column(
            fully_qualified_name=name,
            column_name=name,
            business_attribute=name,
            table_name=name,
            source=name,
            data_type=name,
            attributes=[{"attribute_name": name}],
            tags=[{"tag_name": name}],
        )
        (row,) = csv.DictReader(io.StringIO(text("csv", given), newline=""))
        cells = {cell for field, cell in row.items() if field not in ("is_primary", "tags")}
        assert cells == {f"'{name}"}
        assert row["tags"] == f"'{name}="

    @pytest.mark.parametrize("name", ["a=b", "a-b", "x@y", "", "'a", "größe", " padded "])
    def test_any_other_cell_stays_as_it_is(self, name: str) -> None:
        assert escape_formula(name) == name

    def test_a_semicolon_does_not_part_a_cell_where_spreadsheets_expect_one(self) -> None:
        line = text("csv", make_column(column_name="a;=cmd()")).splitlines()[1]
        assert all(cell.startswith('"') and cell.endswith('"') for cell in line.split(","))


@pytest.mark.parametrize("format_", ["csv", "ndjson", "json"])
def test_a_secret_that_the_vendor_echoes_is_in_no_file_and_no_summary(format_: str, tmp_path: Path) -> None:
    secret = "to/ken+with=signs&more"
    echo = json.dumps(secret).replace("+", "\\u002B")
    echoing = make_column(
        column_name=secret,
        table_name=echo,
        source=secret.encode().hex(),
        attributes=[{"attribute_name": secret}],
        tags=[{"tag_name": secret, "tag_value": echo}],
    )
    dest = tmp_path / "columns"
    context = OperationContext(
        Vendor(ColumnPage([column(1), echoing], 2)), FakeClock(), redact=Redactor([secret]).redact
    )  # type: ignore[arg-type]
    result = columns.read_columns(context, columns.ColumnsRequest(ColumnQuery("c1"), dest=str(dest), format=format_))
    written = dest.read_text()
    assert MASK in written and "c1" in written
    for text in (written, json.dumps(result.summary)):
        assert not [part for part in ("to/ken", "u002B", "746f2f6b") if part in text]
    assert result.summary["total"] == 2
