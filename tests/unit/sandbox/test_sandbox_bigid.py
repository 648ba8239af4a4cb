# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID: tokens, scans, clusters and columns."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

LARGE = "mno345pqr678"
COLUMNS = "/data-catalog/column/cluster/similar"


def columns(world: Any, **query: Any) -> dict[str, Any]:
    reply = world.bigid("GET", COLUMNS, query={"clusterId": LARGE, **query})
    assert reply.status == 200, reply.body
    return dict(reply.json())


def names(page: dict[str, Any]) -> list[str]:
    return [column["columnName"] for column in page["results"]]


# Tokens


@pytest.mark.parametrize(("form", "raw", "bearer"), [("both", 200, 200), ("raw", 200, 401), ("bearer", 401, 200)])
def test_how_a_token_may_come(world: Any, form: str, raw: int, bearer: int) -> None:
    world.settings("bigid", auth_form=form)
    assert world.bigid("GET", "/clusters", headers={"authorization": "sandbox-token"}).status == raw
    assert world.bigid("GET", "/clusters", headers={"authorization": "Bearer sandbox-token"}).status == bearer


def test_a_user_token_is_exchanged_for_a_session_that_ends(world: Any) -> None:
    world.settings("bigid", session_seconds=100)
    reply = world.bigid("GET", "/refresh-access-token", headers={"authorization": "sandbox-refresh-token"})
    token = reply.json()["systemToken"]
    assert reply.status == 200 and reply.json()["success"] is True
    assert world.bigid("GET", "/clusters", headers={"authorization": token}).status == 200
    world.clock.advance(99)
    assert world.bigid("GET", "/clusters", headers={"authorization": token}).status == 200
    world.clock.advance(1)
    assert world.bigid("GET", "/clusters", headers={"authorization": token}).status == 401


def test_a_session_token_and_a_scans_secret_begin_as_tests_for_leaks_know_them(world: Any) -> None:
    reply = world.bigid("GET", "/refresh-access-token", headers={"authorization": "sandbox-refresh-token"})
    assert reply.json()["systemToken"].startswith("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.")
    made = world.bigid("POST", "/scans", body={"scanProfileName": "nightly"}).json()["result"]
    assert made["scanSecretKey"].startswith("scan-secret-")


def test_a_session_token_has_claims(world: Any) -> None:
    reply = world.bigid("GET", "/refresh-access-token", headers={"authorization": "sandbox-refresh-token"})
    part = reply.json()["systemToken"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert claims["type"] == "access-token"
    assert claims["exp"] - claims["iat"] == 86400


def test_two_sessions_have_two_tokens_and_can_be_ended(world: Any) -> None:
    tokens = [
        world.bigid("GET", "/refresh-access-token", headers={"authorization": "sandbox-refresh-token"}).json()
        for _each in range(2)
    ]
    assert tokens[0] != tokens[1]
    world.control("DELETE", "/bigid/sessions")
    for token in tokens:
        assert world.bigid("GET", "/clusters", headers={"authorization": token["systemToken"]}).status == 401


@pytest.mark.parametrize("header", ["wrong", "Bearer sandbox-refresh-token", "sandbox-token", ""])
def test_a_bad_user_token_gets_200_and_success_false(world: Any, header: str) -> None:
    reply = world.bigid("GET", "/refresh-access-token", headers={"authorization": header})
    assert (reply.status, reply.json()) == (200, {"success": False, "message": "Refresh token not valid"})
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    world.settings("bigid", refresh_failure=401)
    assert world.bigid("GET", "/refresh-access-token", headers={"authorization": header}).status == 401


def test_a_user_token_is_no_session_token(world: Any) -> None:
    assert world.bigid("GET", "/clusters", headers={"authorization": "sandbox-refresh-token"}).status == 401


def test_logging_in(world: Any) -> None:
    body = {"username": "sandbox", "password": "sandbox-password"}
    reply = world.bigid("POST", "/sessions", body=body, token=None)
    assert world.bigid("GET", "/clusters", headers={"authorization": reply.json()["auth_token"]}).status == 200
    assert world.bigid("POST", "/sessions", body={**body, "password": "no"}, token=None).status == 401


def test_unauthorized_may_come_under_200(world: Any) -> None:
    world.settings("bigid", unauthorized=200)
    reply = world.bigid("GET", "/clusters", token="wrong")
    assert reply.status == 200 and reply.json()["message"].startswith("Authentication failed.")


# Scans


@pytest.mark.parametrize(
    ("profile", "states", "active"),
    [
        ("weekly", ["Queued", "In Progress", "Completed"], [True, True, False]),
        ("nightly/error", ["Queued", "In Progress", "Failed"], [True, True, False]),
        ("stopped", ["Queued", "In Progress", "Stopped"], [True, True, False]),
        ("stuck", ["Queued", "In Progress", "In Progress"], [True, True, True]),
        ("queued", ["Queued", "Queued", "Queued"], [True, True, True]),
        ("unknown", ["Queued", "Unknown", "Unknown"], [True, True, True]),
        ("silent", [None, None, None], [True, True, False]),
    ],
)
def test_profile_chooses_what_a_scan_does(
    world: Any, profile: str, states: list[str | None], active: list[bool]
) -> None:
    scan = world.start_bigid(profile)
    for seconds, state, active_now in zip((0, 1.5, 30), states, active, strict=True):
        world.clock.advance(seconds)
        record = world.bigid("GET", f"/scans/{scan}").json()
        assert record[0].get("state") == state
        listed = world.bigid("GET", "/scans/parent-scans").json()["data"]["scanChildren"][0]
        assert (listed["_id"], listed.get("state")) == (scan, state)
        assert world.bigid("GET", f"/scans/{scan}/status").json() == {"status": active_now}


def test_parent_scans_are_newest_first_and_counted_in_floats(world: Any) -> None:
    made = world.seed("bigid", {"count": 7})
    reply = world.bigid("GET", "/scans/parent-scans", query={"limit": 3})
    assert [child["_id"] for child in reply.json()["data"]["scanChildren"]] == made[:3]
    assert b'"totalCount": 7.0' in reply.body and b'"statusCode": 200.0' in reply.body
    rest = world.bigid("GET", "/scans/parent-scans", query={"limit": 3, "skip": 6}).json()["data"]
    assert [child["_id"] for child in rest["scanChildren"]] == made[6:]
    world.settings("bigid", parent_scans_skip=False, float_numbers=False, parent_scans_state=False)
    reply = world.bigid("GET", "/scans/parent-scans", query={"limit": 3, "skip": 6})
    assert [child["_id"] for child in reply.json()["data"]["scanChildren"]] == made[:3]
    assert b'"totalCount": 7,' in reply.body
    assert "state" not in reply.json()["data"]["scanChildren"][0]


@pytest.mark.parametrize("sort", ["updated_at", '[{"field": "updated_at", "order": "asc"}]'])
def test_parent_scans_can_be_sorted(world: Any, sort: str) -> None:
    made = world.seed("bigid", {"count": 3})
    children = world.bigid("GET", "/scans/parent-scans", query={"sort": sort}).json()["data"]["scanChildren"]
    assert [child["_id"] for child in children] == made[::-1]


def test_parent_scans_can_be_a_list_with_ids(world: Any) -> None:
    made = world.seed("bigid", {"count": 2})
    world.settings("bigid", parent_scans_shape="list", id_key="both", envelope_status="string")
    body = world.bigid("GET", "/scans/parent-scans").json()
    assert [child["id"] for child in body["data"]] == [child["_id"] for child in body["data"]] == made
    assert body["status"] == "string"


def test_variants_of_status_and_record(world: Any) -> None:
    scan = world.start_bigid("weekly")
    world.clock.advance(1.5)
    world.settings("bigid", status_form="string", scan_record="object")
    assert world.bigid("GET", f"/scans/{scan}/status").json() == {"status": "In Progress", "progress": 50}
    assert world.bigid("GET", f"/scans/{scan}").json()["state"] == "In Progress"
    world.settings("bigid", status_form="absent")
    assert world.bigid("GET", f"/scans/{scan}/status").status == 404
    world.settings("bigid", status_form="missing", scan_record="absent")
    assert world.bigid("GET", f"/scans/{scan}/status").json() == {}
    assert world.bigid("GET", f"/scans/{scan}").status == 404


def test_content_type_can_be_right(world: Any) -> None:
    assert world.bigid("GET", "/clusters").headers["content-type"] == "text/html; charset=utf-8"
    world.settings("bigid", content_type="json")
    assert world.bigid("GET", "/clusters").headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("body", [None, {}, {"scanProfileName": ""}, {"scanProfileName": 5}])
def test_a_start_needs_a_profile(world: Any, body: Any) -> None:
    assert world.bigid("POST", "/scans", body=body).status == 400
    assert world.control("GET", "/bigid/scans").json() == []


def test_the_unknown_scan_is_named(world: Any) -> None:
    reply = world.bigid("GET", f"/scans/{'a' * 24}/status")
    assert (reply.status, reply.json()) == (404, {"error": f"Scan {'a' * 24} was not found"})


# Clusters


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("size=20", 2),
        ('size = "20"', 2),
        ('name in ("Marketing Metrics", "Nothing")', 1),
        ('size = 20 AND severity = "High"', 1),
        ('severity != "High"', 2),
        ('[{"field": "name", "value": "hr", "operator": "contains"}]', 1),
        ('[{"field": "size", "value": 20, "operator": "equal"}]', 2),
    ],
)
def test_clusters_can_be_filtered(world: Any, text: str, count: int) -> None:
    assert len(world.bigid("GET", "/clusters", query={"filter": text}).json()) == count


@pytest.mark.parametrize("text", ["size equals 20", "((", "[1]", "[{}]", '[{"field":"a","value":1,"operator":"~"}]'])
def test_an_invalid_filter_is_refused(world: Any, text: str) -> None:
    assert world.bigid("GET", "/clusters", query={"filter": text}).status == 400
    assert world.bigid("GET", COLUMNS, query={"clusterId": LARGE, "filter": text}).status == 400


def test_clusters_in_an_envelope_and_more_of_them(world: Any) -> None:
    world.settings("bigid", clusters_shape="envelope", extra_clusters=3)
    found = world.bigid("GET", "/clusters").json()["data"]["clusters"]
    assert len(found) == 6 and found[0]["clusterId"] == "abc123def456" and "id" not in found[0]


# Columns


def test_every_column_comes_once(world: Any) -> None:
    seen: list[str] = []
    for skip in (0, 10000, 20000, 30000):
        page = columns(world, skip=skip)
        assert page["totalCount"] == 25007
        seen += [column["fullyQualifiedName"] for column in page["results"]]
    assert len(seen) == len(set(seen)) == 25007


def test_columns_are_the_same_every_time_and_size_is_a_setting(world: Any) -> None:
    world.settings("bigid", catalogue_columns=50)
    assert columns(world) == columns(world)
    assert columns(world)["totalCount"] == 50
    assert columns(world, skip=50)["results"] == []


def test_limit_skip_and_ignore_limit(world: Any) -> None:
    world.settings("bigid", catalogue_columns=50)
    assert names(columns(world, limit=2, skip=3)) == ["column_00003", "column_00004"]
    assert len(columns(world, limit=2, ignoreLimit="true")["results"]) == 50
    world.settings("bigid", page_limit_max=10)
    assert len(columns(world, limit=30)["results"]) == 10
    assert len(columns(world, ignoreLimit="true")["results"]) == 10


def test_filter_search_and_sort(world: Any) -> None:
    world.settings("bigid", catalogue_columns=50)
    filtered = columns(world, filter='source = "my-sql-tables" AND isPrimary = "true"', limit=3)
    assert {(column["source"], column["isPrimary"]) for column in filtered["results"]} == {("my-sql-tables", True)}
    assert filtered["totalCount"] == len(filtered["results"]) == 1
    assert names(columns(world, searchText="N_0001")) == [f"column_0001{number}" for number in range(10)]
    found = columns(world, searchText="iban")["results"]
    assert found and all(column["attributes"][0]["attribute_name"] == "IBAN" for column in found)
    assert names(columns(world, sort="-columnName", limit=1)) == ["column_00049"]
    assert names(columns(world, sort='[{"field": "columnName", "order": "desc"}]', limit=1)) == ["column_00049"]
    assert names(columns(world, sort="_id", limit=1)) == ["column_00000"]


def test_sample(world: Any) -> None:
    sample = columns(world, sample=10)
    assert sample["totalCount"] == len(sample["results"]) == len(set(names(sample))) == 10
    assert columns(world, sample="null")["totalCount"] == 25007


def test_offset_keys(world: Any) -> None:
    world.settings("bigid", catalogue_columns=5, offset_keys=True)
    first = columns(world, limit=3)
    assert first["offset"] == {"offsetKey": ["3"]}
    second = columns(world, limit=3, offsetKey="3")
    assert "offset" not in second
    assert len(set(names(first) + names(second))) == 5


@pytest.mark.parametrize(
    ("setting", "plain", "asked"), [("always", True, True), ("on_request", False, True), ("never", False, False)]
)
def test_total_count(world: Any, setting: str, plain: bool, asked: bool) -> None:
    world.settings("bigid", catalogue_columns=5, total_count=setting)
    assert ("totalCount" in columns(world)) is plain
    assert ("totalCount" in columns(world, requireTotalCount="true")) is asked


def test_true_is_a_text_next_to_a_boolean(world: Any) -> None:
    tag = columns(world, limit=1)["results"][0]["tags"][0]
    assert (tag["isMutuallyExclusive"], tag["properties"]["hidden"]) == ("true", False)
    world.settings("bigid", text_booleans=False)
    assert columns(world, limit=1)["results"][0]["tags"][0]["isMutuallyExclusive"] is True


def test_some_columns_have_odd_names_or_lack_things(world: Any) -> None:
    found = columns(world)["results"]
    assert any(column["columnName"].startswith("=") for column in found)
    assert any("\n" in column["columnName"] for column in found)
    assert any(column["businessAttribute"] is None for column in found)
    assert any(not column["attributes"] for column in found) and any(not column["tags"] for column in found)


@pytest.mark.parametrize("query", [{"limit": "x"}, {"skip": "-1"}, {"sample": "all"}])
def test_numbers_must_be_numbers(world: Any, query: dict[str, str]) -> None:
    assert world.bigid("GET", COLUMNS, query={"clusterId": LARGE, **query}).status == 400


@pytest.mark.parametrize(
    ("setting", "name", "status"),
    [("clusterId", "cluster_id", 400), ("cluster_id", "cluster_id", 200), ("both", "clusterId", 200)],
)
def test_name_of_the_cluster_parameter(world: Any, setting: str, name: str, status: int) -> None:
    world.settings("bigid", cluster_parameter=setting)
    assert world.bigid("GET", COLUMNS, query={name: "abc123def456"}).status == status
