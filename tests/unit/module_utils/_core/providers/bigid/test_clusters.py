# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's clusters and columns: the order of requests, the pages, and unusual responses."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import (
    Column,
    ColumnPage,
    ColumnQuery,
    tag_pair,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
    UnauthorizedError,
    UnavailableError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from scripted_vendor import Expected, connected

CONTRACTS = Path(__file__).parents[5] / "contracts" / "bigid"
PATH = "/api/v1/data-catalog/column/cluster/similar"
PAGE = 1000


def contract(name: str) -> t.Any:
    return json.loads((CONTRACTS / f"{name}.json").read_text())


def row(number: int) -> dict[str, t.Any]:
    return {"fullyQualifiedName": f"source.table.c{number}", "columnName": f"c{number}", "tableName": "table"}


def answer(numbers: t.Iterable[int], total: t.Any = None, **more: t.Any) -> dict[str, t.Any]:
    body = {"results": [row(number) for number in numbers], **more}
    return body if total is None else {**body, "totalCount": total}


def expected_request(answer: t.Any, status: int = 200, cluster_id: str = "c1", **params: t.Any) -> Expected:
    """A request for a page, by default of a thousand columns."""
    given = params if "limit" in params else {"limit": PAGE, **params}
    query = [("clusterId", cluster_id), ("cluster_id", cluster_id)]
    for name, value in given.items():
        query += [(name, str(item)) for item in (value if isinstance(value, list) else [value])]
    return Expected("GET", PATH, status, answer, query=[*query, ("requireTotalCount", "true")])


@contextmanager
def bigid(*expected: Expected, warned: list[str] | None = None, **settings: t.Any) -> Iterator[Provider]:
    warnings: list[str] = [] if warned is None else warned
    provider, script = connected(list(expected), provider="bigid", warn=warnings.append, **settings)
    yield provider
    assert not script.left
    assert warned is not None or not warnings, warnings


READINGS = 4  # of a list that never settles
REPEATED = "a page came again in place of the next one"


def names(pages: t.Iterable[ColumnPage], gap: str | None = None) -> list[int]:
    """The columns of the last reading."""
    found: list[int] = []
    seen_gap = None
    for page in pages:
        found = [] if page.restarts else found
        found += [int((column["column_name"] or "")[1:]) for column in page.columns]
        seen_gap = page.gap
    assert seen_gap == gap
    return found


def read(*expected: Expected, gap: str | None = None, **query: t.Any) -> list[int]:
    with bigid(*expected) as provider:
        return names(provider.list_columns(ColumnQuery("c1", **query)), gap)


class TestContracts:
    def test_the_documented_clusters(self) -> None:
        body = contract("clusters-200")["response"]["body"]
        with bigid(Expected("GET", "/api/v1/clusters", answer=body, query=[])) as provider:
            first, second = provider.list_clusters()
        assert first.model_dump(mode="json") == {
            "id": "abc123def456",
            "name": "Sensitive HR Data",
            "size": 20,
            "labels": ["PII", "Confidential"],
            "severity": "High",
            "status": "Active",
            "created_at": "2025-07-15T14:22:30Z",
        }
        assert (second.id, second.status) == ("ghi789jkl012", "Archived")

    def test_the_documented_column_whose_count_is_five(self) -> None:
        body = contract("columns-200")["response"]["body"]
        empty = {"results": [], "totalCount": 5}
        once = [
            expected_request(body, cluster_id="abc123def456"),
            expected_request(empty, cluster_id="abc123def456", skip=1),
        ]
        with bigid(*once * READINGS) as provider:
            pages = list(provider.list_columns(ColumnQuery("abc123def456")))
        assert [page.total for page in pages[:-1]] == [5, 5] * READINGS
        assert pages[-1].gap == "its total is 5, and 1 came"
        column, *others = [column for page in pages for column in page.columns]
        assert all(other == column for other in others)
        assert column == {
            "fully_qualified_name": "x.y.z",
            "column_name": "abc",
            "business_attribute": "friendly name",
            "table_name": "my-table",
            "source": "my-sql-tables",
            "is_primary": True,
            "data_type": "integer",
            "attributes": [
                {
                    "attribute_name": "SSN",
                    "attribute_original_name": "SSN",
                    "attribute_type": "IDSoR Attribute",
                    "attribute_id": "74b78d7040e97f1ab9ba3b69c8e372e3",
                    "rank": "High",
                    "calc_confidence_level": 0.695781717492013,
                }
            ],
            "tags": [
                {
                    "tag_name": "sensitivity",
                    "tag_value": "high",
                    "tag_id": "ba7a5426-64d6-47eb-995b-8fd8e1224de0",
                    "value_id": "ba7a5426-64d6-47eb-995b-8fd8e1224de1",
                    "is_mutually_exclusive": True,
                    "properties": {"hidden": False, "application_type": "sensitivityClassification"},
                }
            ],
        }

    @pytest.mark.parametrize(
        ("name", "kind", "message"),
        [
            ("columns-400", RejectedError, "Scan ID is invalid"),
            ("columns-401", UnauthorizedError, "401"),
            ("columns-404", NotFoundError, "BigID has no cluster 1234 that this token can see."),
            ("columns-500", UnavailableError, "Server error"),
        ],
    )
    def test_each_documented_error(self, name: str, kind: type[DatascanError], message: str) -> None:
        given = contract(name)
        identity = given["request"]["query"].get("clusterId", "c1")
        failed = Expected("GET", PATH, given["response"]["status"], given["response"]["body"])
        times = 2 if given["response"]["status"] == 401 else 1  # again with the other form of the header
        provider, script = connected([failed] * times, provider="bigid", retries=0)
        with pytest.raises(kind, match=message) as raised:
            list(provider.list_columns(ColumnQuery(identity)))
        assert isinstance(raised.value, kind)
        assert raised.value.http_status == given["response"]["status"]
        assert not script.left


class TestRequests:
    def test_every_parameter_goes_through_as_it_is(self) -> None:
        query = {"filter": 'system in ("a","b") & x=1', "searchText": "e mail+", "sort": "-columnName", "sample": "3"}
        expected = Expected(
            "GET",
            PATH,
            answer=answer([1, 2, 3], 3),
            query=[
                ("clusterId", "c/1"),
                ("cluster_id", "c/1"),
                *query.items(),
                ("ignoreLimit", "true"),
                ("limit", "3"),
                ("skip", "4"),
                ("offsetKey", "k 1"),
                ("requireTotalCount", "true"),
            ],
        )
        given = ColumnQuery(
            "c/1",
            filter=query["filter"],
            search_text=query["searchText"],
            sort=query["sort"],
            sample=3,
            limit=7,
            skip=4,
            offset_key="k 1",
            ignore_limit=True,
        )
        with bigid(expected) as provider:
            assert names(provider.list_columns(given)) == [1, 2, 3]

    def test_a_refused_id_is_not_asked_for_again(self) -> None:
        """A server that ignores the other name of the parameter would list the columns of every cluster."""
        with (
            bigid(expected_request({"error": "Scan ID is invalid"}, 400)) as provider,
            pytest.raises(RejectedError) as raised,
        ):
            list(provider.list_columns(ColumnQuery("c1")))
        assert "Scan ID is invalid" in raised.value.message
        assert "it may mean the cluster: check cluster_id" in raised.value.message
        assert raised.value.http_status == 400
        assert raised.value.request.vendor_errors[0]["message"] == "Scan ID is invalid"


class TestPages:
    def test_one_short_page_with_all_columns_takes_one_request(self) -> None:
        assert read(expected_request(answer(range(21), 21))) == list(range(21))

    def test_a_total_that_counts_only_a_capped_page_is_not_believed(self) -> None:
        assert read(
            expected_request(answer(range(500), 500)),
            expected_request(answer(range(500, 700), 500), skip=500),
            expected_request(answer([], 500), skip=700),
        ) == list(range(700))

    def test_an_empty_cluster_takes_one_request(self) -> None:
        assert read(expected_request(answer([], 0))) == []

    def test_pages_are_counted(self) -> None:
        assert read(
            expected_request(answer(range(1000), 2007)),
            expected_request(answer(range(1000, 2000), 2007), skip=1000),
            expected_request(answer(range(2000, 2007), 2007), skip=2000),
        ) == list(range(2007))

    def test_a_full_page_does_not_prove_the_end(self) -> None:
        """A vendor that counts only the page would hide all other pages. Such counts differ from page to page."""
        once = [
            expected_request(answer(range(1000), 1000)),
            expected_request(answer(range(1000, 1500), 500), skip=1000),
        ]
        end = expected_request(answer([], 0), skip=1500)
        gap = "its total changed from 1000 to 500 while it was read"
        assert read(*once * READINGS, end, gap=gap) == list(range(1500))

    def test_a_count_that_was_passed_is_a_lie(self) -> None:
        assert read(
            expected_request(answer(range(500), 3)),
            expected_request(answer(range(500, 600), 3), skip=500),
            expected_request(answer([], 3), skip=600),
        ) == list(range(600))

    def test_the_highest_count_counts(self) -> None:
        once = [
            expected_request(answer(range(1000), 2500)),
            expected_request(answer([], 0), skip=1000),
        ]
        gap = "its total changed from 2500 to 0 while it was read"
        assert read(*once * READINGS, gap=gap) == list(range(1000))

    def test_a_server_that_gives_less_than_was_asked_for_is_read_to_the_end(self) -> None:
        assert read(
            expected_request(answer(range(400), 900)),
            expected_request(answer(range(400, 800), 900), skip=400),
            expected_request(answer(range(800, 900), 900), skip=800),
        ) == list(range(900))

    def test_a_server_that_gives_more_than_was_asked_for_loses_nothing(self) -> None:
        assert read(expected_request(answer(range(3000), 3000)), expected_request(answer([], 3000), skip=3000)) == list(
            range(3000)
        )

    @pytest.mark.parametrize("total", [None, "many", -1, float("nan"), {}, True, 7.5, float("inf"), "1e400"])
    def test_without_a_count_an_empty_page_is_the_end_once_a_second_reading_confirms_it(self, total: t.Any) -> None:
        once = [expected_request(answer(range(7), total)), expected_request(answer([], total), skip=7)]
        assert read(*once * 2) == list(range(7))

    @pytest.mark.parametrize("total", [7.0, "7", "7.0"])
    def test_a_count_may_be_a_float_or_a_text(self, total: t.Any) -> None:
        assert read(expected_request(answer(range(7), total))) == list(range(7))

    def test_each_column_once_where_pages_overlap(self) -> None:
        """Pages overlap where a column was inserted, so the list is read again."""
        assert read(
            expected_request(answer(range(1000), 1004)),
            expected_request(answer([999, 1000, 1001, 1002, 1003], 1004), skip=1000),
            expected_request(answer([1004, *range(999)], 1005)),
            expected_request(answer([999, 1000, 1001, 1002, 1003], 1005), skip=1000),
        ) == [1004, *range(1004)]

    def test_a_page_that_repeats_for_ever_is_no_end(self) -> None:
        page = answer(range(1000), 1_000_000)
        once = [expected_request(page), expected_request(page, skip=1000)]
        assert read(*once * READINGS, gap="its total is 1000000, and 1000 came") == list(range(1000))

    def test_a_page_that_repeats_once_loses_nothing(self) -> None:
        first = answer(range(1000), 1001)
        assert read(
            expected_request(first),
            expected_request(first, skip=1000),
            expected_request(first),
            expected_request(answer([1000], 1001), skip=1000),
        ) == list(range(1001))

    def test_a_full_page_that_repeats_without_a_count_proves_no_end(self) -> None:
        page = answer(range(1000))
        once = [expected_request(page), expected_request(page, skip=1000)]
        assert read(*once * READINGS, gap=REPEATED) == list(range(1000))

    def test_a_short_page_that_repeats_without_a_count_proves_no_end(self) -> None:
        page = answer(range(7))
        once = [expected_request(page), expected_request(page, skip=7)]
        assert read(*once * READINGS, gap=REPEATED) == list(range(7))

    def test_a_page_is_asked_for_only_when_it_is_wanted(self) -> None:
        provider, script = connected(
            [expected_request(answer(range(1000), 3000)), expected_request(answer(range(1000, 2000), 3000), skip=1000)],
            provider="bigid",
        )
        pages = provider.list_columns(ColumnQuery("c1"))
        assert len(script.left) == 2
        next(pages)
        assert len(script.left) == 1
        next(pages)
        assert not script.left

    def test_results_may_stand_in_an_envelope(self) -> None:
        body = {"status": "success", "statusCode": 200, "data": answer([1], 1)}
        assert read(expected_request(body)) == [1]


class TestLimitSkipSample:
    def test_a_limit_below_a_page_is_asked_for_and_kept(self) -> None:
        assert read(expected_request(answer(range(5), 2007), limit=5), limit=5) == list(range(5))

    def test_a_limit_above_a_page_ends_within_one(self) -> None:
        assert read(
            expected_request(answer(range(1000), 2007)),
            expected_request(answer(range(1000, 1001), 2007), limit=1, skip=1000),
            limit=1001,
        ) == list(range(1001))

    def test_a_limit_holds_where_the_server_gives_more(self) -> None:
        assert read(expected_request(answer(range(50), 2007), limit=5), limit=5) == list(range(5))

    def test_duplicates_do_not_count_towards_the_limit(self) -> None:
        body = {"results": [row(1), row(1), row(2)], "totalCount": 9}
        assert read(
            *[expected_request(body, limit=3)] * READINGS,
            expected_request(answer([3], 9), limit=1, skip=3),
            limit=3,
            gap="a row came twice",
        ) == [1, 2, 3]

    def test_skip_is_where_counting_starts(self) -> None:
        assert read(
            expected_request(answer(range(50, 1050), 1060), skip=50),
            expected_request(answer(range(1050, 1060), 1060), skip=1050),
            skip=50,
        ) == list(range(50, 1060))

    def test_ignore_limit_takes_all_at_once_whatever_the_limit(self) -> None:
        assert read(
            expected_request(answer(range(3000), 3000), ignoreLimit="true", limit=PAGE), ignore_limit=True, limit=5
        ) == (list(range(3000)))

    def test_ignore_limit_reads_on_where_the_server_caps_pages(self) -> None:
        assert read(
            expected_request(answer(range(2000), 2500), ignoreLimit="true", limit=PAGE),
            expected_request(answer(range(2000, 2500), 2500), ignoreLimit="true", limit=PAGE, skip=2000),
            ignore_limit=True,
        ) == list(range(2500))

    def test_a_sample_is_one_request_for_the_next_would_draw_another(self) -> None:
        sample = [*range(0, 5000, 2)]
        expected = [
            ("clusterId", "c1"),
            ("cluster_id", "c1"),
            ("sample", "2500"),
            ("limit", "2500"),
            ("requireTotalCount", "true"),
        ]
        assert read(Expected("GET", PATH, answer=answer(sample, 25007), query=expected), sample=2500) == sample

    def test_a_sample_may_be_limited(self) -> None:
        expected = [
            ("clusterId", "c1"),
            ("cluster_id", "c1"),
            ("sample", "20"),
            ("limit", "5"),
            ("requireTotalCount", "true"),
        ]
        assert read(Expected("GET", PATH, answer=answer(range(5), 20), query=expected), sample=20, limit=5) == [
            *range(5)
        ]


class TestOffsetKeys:
    @pytest.mark.parametrize("form", [lambda key: key, lambda key: [key], lambda key: [int(key[1:])]])
    def test_the_answers_key_is_where_the_next_page_starts(self, form: t.Callable[[str], t.Any]) -> None:
        def key(number: int) -> dict[str, t.Any]:
            return {"offset": {"offsetKey": form(f"k{number}"), "jobId": "j"}}

        sent = "2" if form("k2") == [2] else "k2"
        assert read(
            expected_request(answer(range(1000), 1500, **key(2))),
            expected_request(answer(range(1000, 1500), 1500), offsetKey=sent),
        ) == list(range(1500))

    def test_a_key_of_several_parts_is_sent_whole(self) -> None:
        assert read(
            expected_request(answer(range(1000), 1001, offset={"offsetKey": [17, "x"]})),
            expected_request(answer([1000], 1001), offsetKey=["17", "x"]),
        ) == list(range(1001))

    def test_where_keys_end_too_early_skip_is_used(self) -> None:
        assert read(
            expected_request(answer(range(1000), 2500, offset={"offsetKey": ["a"]})),
            expected_request(answer(range(1000, 2000), 2500), offsetKey="a"),
            expected_request(answer(range(2000, 2500), 2500), skip=2000),
        ) == list(range(2500))

    def test_a_key_beside_a_count_that_is_met_is_followed(self) -> None:
        assert read(
            expected_request(answer(range(7), 7, offset={"offsetKey": ["a"]})),
            expected_request(answer([], 7), offsetKey="a"),
        ) == list(range(7))

    def test_a_key_that_stays_the_same_is_followed_while_it_leads_on(self) -> None:
        """The key may represent a cursor on the server."""
        same = {"offset": {"offsetKey": ["a"]}}
        assert read(
            expected_request(answer(range(1000), 1500, **same)),
            expected_request(answer(range(1000, 1400), 1500, **same), offsetKey="a"),
            expected_request(answer(range(1400, 1500), 1500, **same), offsetKey="a"),
            expected_request(answer([], 1500, **same), offsetKey="a"),
        ) == list(range(1500))

    def test_where_a_key_that_stays_the_same_leads_nowhere_skip_is_used(self) -> None:
        same = {"offset": {"offsetKey": ["a"]}}
        first = answer(range(1000), 1500, **same)
        assert read(
            expected_request(first),
            expected_request(first, offsetKey="a"),
            expected_request(first),
            expected_request(answer(range(1000, 1500), 1500, **same), skip=1000),
        ) == list(range(1500))

    def test_a_key_that_stays_the_same_on_an_empty_page_leads_no_further(self) -> None:
        same = {"offset": {"offsetKey": ["a"]}}
        assert read(
            expected_request(answer(range(1000), 1500, **same)),
            expected_request(answer([], 1500, **same), offsetKey="a"),
            expected_request(answer(range(1000), 1500)),
            expected_request(answer(range(1000, 1500), 1500), skip=1000),
        ) == list(range(1500))

    def test_an_empty_page_that_names_a_new_key_is_no_end(self) -> None:
        assert read(
            expected_request(answer(range(1000), 1500, offset={"offsetKey": ["a"]})),
            expected_request(answer([], 1500, offset={"offsetKey": ["b"]}), offsetKey="a"),
            expected_request(answer(range(1000, 1500), 1500), offsetKey="b"),
        ) == list(range(1500))

    @pytest.mark.parametrize("total", [1500, None])
    def test_empty_pages_that_name_new_keys_for_ever_end(self, total: int | None) -> None:
        pages = [expected_request(answer(range(1000), total, offset={"offsetKey": ["0"]}))]
        pages += [
            expected_request(answer([], total, offset={"offsetKey": [str(number + 1)]}), offsetKey=str(number))
            for number in range(11)
        ]
        assert read(*pages, gap="its pages do not end") == list(range(1000))

    @pytest.mark.parametrize("offset", [None, 0, "x", {}, {"offsetKey": None}, {"offsetKey": []}, {"offsetKey": ""}])
    def test_an_invalid_key_is_ignored(self, offset: t.Any) -> None:
        assert read(
            expected_request(answer(range(1000), 1001, offset=offset)),
            expected_request(answer([1000], 1001), skip=1000),
        ) == list(range(1001))

    def test_a_key_of_the_users_own_is_the_start_and_the_answers_lead_on(self) -> None:
        assert read(
            expected_request(answer(range(1000), 5000, offset={"offsetKey": ["b"]}), offsetKey="a"),
            expected_request(answer(range(1000, 1300), 5000), offsetKey="b"),
            offset_key="a",
        ) == list(range(1300))

    def test_without_an_answers_key_the_users_own_is_counted_from(self) -> None:
        assert read(
            expected_request(answer(range(1000), 5000), offsetKey="a"),
            expected_request(answer(range(1000, 1300), 5000), skip=1000, offsetKey="a"),
            expected_request(answer([], 5000), skip=1300, offsetKey="a"),
            offset_key="a",
        ) == list(range(1300))

    def test_a_server_that_ignores_the_users_key_is_reported(self) -> None:
        page = answer(range(1000), 500)
        once = [expected_request(page, offsetKey="a"), expected_request(page, skip=1000, offsetKey="a")]
        assert read(*once * READINGS, offset_key="a", gap=REPEATED) == list(range(1000))


class TestColumns:
    def one(self, **facts: t.Any) -> Column:
        with bigid(expected_request({"results": [{**row(1), **facts}], "totalCount": 1})) as provider:
            (page,) = provider.list_columns(ColumnQuery("c1"))
        (column,) = page.columns
        return column

    @pytest.mark.parametrize(
        ("sent", "meant"), [("true", True), (" False ", False), (True, True), (None, None), ("often", None), (1, None)]
    )
    def test_flags_are_booleans_whether_they_come_as_text_or_not(self, sent: t.Any, meant: bool | None) -> None:
        column = self.one(
            isPrimary=sent, tags=[{"tagName": "a", "isMutuallyExclusive": sent, "properties": {"hidden": sent}}]
        )
        (tag,) = column["tags"] or ()
        assert tag["properties"] is not None
        assert [column["is_primary"], tag["is_mutually_exclusive"], tag["properties"]["hidden"]] == [meant] * 3

    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({"attributes": [{"attribute_name": "SSN", "calc_confidence_level": "n/a"}]}, ("SSN", None)),
            ({"attributes": [{"attribute_name": "SSN", "calc_confidence_level": True}]}, ("SSN", None)),
            ({"attributes": [{"attribute_name": ["x"], "calc_confidence_level": 0.5}]}, ("", 0.5)),
            ({"attributes": [7, None, {"attribute_name": "SSN"}]}, ("SSN", None)),
        ],
    )
    def test_a_bad_cell_of_an_attribute_costs_that_cell(self, facts: dict[str, t.Any], expected: t.Any) -> None:
        column = self.one(**facts)
        (attribute,) = column["attributes"]
        assert (column["column_name"], attribute["attribute_name"] or "", attribute["calc_confidence_level"]) == (
            "c1",
            *expected,
        )

    @pytest.mark.parametrize("attributes", ["SSN", {}, 7, True])
    def test_attributes_that_are_no_list_cost_only_themselves(self, attributes: t.Any) -> None:
        column = self.one(attributes=attributes)
        assert (column["column_name"], column["attributes"]) == ("c1", [])

    @pytest.mark.parametrize("properties", [[], "x", 7])
    def test_bad_properties_of_a_tag_cost_only_themselves(self, properties: t.Any) -> None:
        (tag,) = self.one(tags=[{"tagName": "a", "tagValue": "b", "properties": properties}])["tags"] or ()
        assert ("=".join(tag_pair(tag)), tag["properties"]) == ("a=b", None)

    @pytest.mark.parametrize("tags", ["sensitivity", {"tagName": "a"}, 7, False])
    def test_tags_that_are_no_list_are_not_known(self, tags: t.Any) -> None:
        assert self.one(tags=tags)["tags"] is None

    def test_tags_that_were_not_sent_are_not_known(self) -> None:
        assert self.one()["tags"] is None

    def test_a_tag_that_cannot_be_read_stays_as_one_without_a_name(self) -> None:
        tags = self.one(tags=["x", None, {"tagName": ["y"], "tagValue": {}}, {"tagName": "a", "tagValue": "b"}])["tags"]
        assert ["=".join(tag_pair(tag)) for tag in tags or ()] == ["=", "=", "=", "a=b"]

    @pytest.mark.parametrize("field", ["columnName", "tableName", "source", "dataType", "businessAttribute"])
    def test_a_bad_text_costs_that_text(self, field: str) -> None:
        column = self.one(**{field: ["x"]})
        assert column["fully_qualified_name"] == "source.table.c1"

    @pytest.mark.parametrize(
        "body",
        [
            {"results": [{**row(1), "clusterId": "c2"}]},
            {"results": [row(1), {**row(2), "cluster_id": 7}]},
            {"results": [row(1)], "clusterId": "c2"},
            {"data": {"results": [row(1)], "clusterId": "c2"}},
        ],
    )
    def test_columns_of_another_cluster_are_an_invalid_response(self, body: t.Any) -> None:
        with bigid(expected_request(body), retries=0) as provider, pytest.raises(InvalidResponseError, match="cluster"):
            list(provider.list_columns(ColumnQuery("c1")))

    def test_columns_that_name_their_cluster_are_read(self) -> None:
        body = {"results": [{**row(1), "clusterId": "c1"}], "totalCount": 1, "cluster_id": "c1"}
        assert read(expected_request(body)) == [1]

    def test_null_lists_are_empty_and_facts_that_are_missing_are_null(self) -> None:
        column = self.one(attributes=None, tags=None, source=None)
        assert [column["attributes"], column["tags"], column["source"], column["data_type"]] == [[], [], None, None]

    def test_numbers_and_flags_in_the_place_of_text_are_text(self) -> None:
        (tag,) = self.one(tags=[{"tagName": 7, "tagValue": True}])["tags"] or ()
        assert (tag["tag_name"], tag["tag_value"]) == ("7", "true")

    def test_what_was_sampled_is_dropped(self) -> None:
        column = self.one(
            sampleValues=["123-45-6789"],
            samples=["123-45-6789"],
            attributes=[{"attribute_name": "SSN", "sample": "123-45-6789"}],
            tags=[
                {"tagName": "t", "properties": {"hidden": True, "example": "123-45-6789"}, "values": ["123-45-6789"]}
            ],
        )
        assert "123-45-6789" not in repr(column)

    def test_columns_with_the_same_full_name_are_kept_apart(self) -> None:
        """The documented full name x.y.z of column abc may be the table's."""
        rows = [{"fullyQualifiedName": "x.y.z", "columnName": name, "source": "s"} for name in ("a", "b")]
        rows.append({"fullyQualifiedName": "x.y.z", "columnName": "a", "source": "other"})
        with bigid(expected_request({"results": rows, "totalCount": 3})) as provider:
            (page,) = provider.list_columns(ColumnQuery("c1"))
        assert [(column["column_name"], column["source"]) for column in page.columns] == [
            ("a", "s"),
            ("b", "s"),
            ("a", "other"),
        ]

    def test_columns_of_one_name_are_all_kept_where_anything_differs(self) -> None:
        """This also holds on two pages: an untagged column must not be dropped in favour of its neighbour."""
        tagged = {**row(1), "tags": [{"tagName": "sensitivity", "tagValue": "high"}]}
        with bigid(
            expected_request({"results": [tagged, row(1)], "totalCount": 3}),
            expected_request({"results": [{**row(1), "dataType": "text"}], "totalCount": 3}, skip=2),
        ) as provider:
            pages = list(provider.list_columns(ColumnQuery("c1")))
        assert [len(column["tags"] or ()) for page in pages for column in page.columns] == [1, 0, 0]
        assert not any(page.gap or page.restarts for page in pages)

    def test_a_column_that_comes_twice_does_not_stand_for_another(self) -> None:
        body = {"results": [row(1), row(1)], "totalCount": 2}
        once = [expected_request(body), expected_request({"results": [], "totalCount": 2}, skip=2)]
        assert read(*[once[0]] * READINGS, once[1], gap="a row came twice") == [1]

    @pytest.mark.parametrize(
        "body",
        [
            [],
            {},
            {"results": None, "totalCount": 5},
            {"results": {}, "totalCount": 5},
            {"results": [{}]},
            {"results": [17]},
            {"data": {"clusters": []}},
        ],
    )
    def test_an_undocumented_shape_is_retried_and_then_reported(self, body: t.Any) -> None:
        with (
            bigid(expected_request(body), expected_request(body), retries=1) as provider,
            pytest.raises(InvalidResponseError, match="not as documented"),
        ):
            list(provider.list_columns(ColumnQuery("c1")))


class TestClusters:
    def clusters(self, body: t.Any) -> list[t.Any]:
        with bigid(Expected("GET", "/api/v1/clusters", answer=body, query=[])) as provider:
            return [cluster.model_dump(mode="json") for cluster in provider.list_clusters()]

    def test_the_envelope_with_other_names(self) -> None:
        row = {"clusterId": "c1", "clusterName": "One", "type": "x", "size": 20.0, "members": ["a"], "attribute": []}
        assert self.clusters({"data": {"clusters": [row]}}) == [
            {
                "id": "c1",
                "name": "One",
                "size": 20,
                "labels": [],
                "severity": None,
                "status": None,
                "created_at": None,
            }
        ]

    def test_an_empty_list(self) -> None:
        assert self.clusters([]) == []

    @pytest.mark.parametrize(
        ("field", "sent", "expected"),
        [
            ("size", 3.5, None),
            ("size", "20", 20),
            ("size", "many", None),
            ("size", "nan", None),
            ("size", -1, None),
            ("size", True, None),
            ("size", 1e400, None),
            ("labels", "PII", []),
            ("labels", ["PII", None, 7, {}], ["PII", "7"]),
            ("severity", ["High"], None),
            ("name", {}, None),
        ],
    )
    def test_a_bad_cell_of_a_cluster_costs_that_cell(self, field: str, sent: t.Any, expected: t.Any) -> None:
        first, second = self.clusters([{"id": "c1", field: sent}, {"id": "c2"}])
        assert (first["id"], first[field], second["id"]) == ("c1", expected, "c2")

    @pytest.mark.parametrize("body", [None, {}, {"data": None}, {"data": {"clusters": None}}, [7], [{"name": "x"}]])
    def test_an_undocumented_shape_is_reported(self, body: t.Any) -> None:
        with (
            bigid(Expected("GET", "/api/v1/clusters", answer=json.dumps(body)), retries=0) as provider,
            pytest.raises(InvalidResponseError, match="not as documented"),
        ):
            provider.list_clusters()

    @pytest.mark.parametrize("place", ["top", "data"])
    def test_a_list_of_fewer_clusters_than_its_total_is_reported(self, place: str) -> None:
        body: dict[str, t.Any] = {"data": {"clusters": [{"clusterId": "c1"}]}}
        (body if place == "top" else body["data"])["totalCount"] = 2.0
        asked = Expected("GET", "/api/v1/clusters", answer=body)
        with (
            bigid(asked, retries=0) as provider,
            pytest.raises(InvalidResponseError, match="the total is 2, and 1 clu"),
        ):
            provider.list_clusters()


def test_a_page_of_columns_may_take_four_times_as_long_as_another_request() -> None:
    provider, script = connected([expected_request(answer([1], total=1))], provider="bigid", timeout=7.0)
    assert names(provider.list_columns(ColumnQuery(cluster_id="c1"))) == [1]  # type: ignore[attr-defined]
    assert script.given["timeout"] == 28.0
