# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: which request a fault strikes, and its effect."""

from __future__ import annotations

import json
from typing import Any

import pytest


def count(world: Any, vendor: str = "glasswall") -> int:
    return len(world.control("GET", f"/{vendor}/scans").json())


def start(world: Any) -> Any:
    return world.glasswall("POST", "/scans", body=world.wish())


@pytest.mark.parametrize(
    ("kind", "options", "made"),
    [
        ("reset_before", {}, 0),
        ("reset_before", {"carried_out": True}, 0),
        ("reset_after", {}, 1),
        ("no_answer", {"seconds": 0}, 0),
        ("no_answer", {"seconds": 0, "carried_out": True}, 1),
    ],
)
def test_connection_ends_without_an_answer(world: Any, kind: str, options: dict[str, Any], made: int) -> None:
    world.fault(kind, **options)
    reply = start(world)
    assert (reply.status, reply.broken) == (None, True)
    assert count(world) == made
    assert world.control("GET", "/requests").json()[-1]["status"] is None
    assert start(world).status == 200


def test_half_a_body_and_a_break(world: Any) -> None:
    world.fault("cut_connection")
    reply = start(world)
    assert reply.broken and reply.status == 200 and count(world) == 1
    assert 0 < len(reply.body) < int(reply.headers["content-length"])


def test_a_body_can_be_cut_off_although_its_length_is_declared(world: Any) -> None:
    world.fault("cut_json")
    reply = start(world)
    assert not reply.broken and int(reply.headers["content-length"]) == len(reply.body) and count(world) == 1
    with pytest.raises(json.JSONDecodeError):
        reply.json()


@pytest.mark.parametrize(("carried_out", "made"), [(None, 0), (False, 0), (True, 1)])
def test_status(world: Any, carried_out: bool | None, made: int) -> None:
    world.fault("status", code=429, headers={"Retry-After": "7"}, body={"a": 1}, carried_out=carried_out)
    reply = start(world)
    assert (reply.status, reply.headers["retry-after"], reply.json()) == (429, "7", {"a": 1})
    assert count(world) == made


def test_status_sends_the_vendors_own_error(world: Any) -> None:
    world.fault("status", rule={"times": 4})
    assert world.glasswall("GET", "/scans").body == b""
    assert world.bigid("GET", "/clusters").json() == {"status": "error", "message": "Server error", "errors": [{}]}
    assert world.protecto("/data-scan-status", ["1"]).json()["success"] is False
    reply = world.advalidation("GET", "/scans/1")
    assert (reply.status, reply.json()["error"]["responseCode"]) == (503, 503)


def test_html_under_200(world: Any) -> None:
    world.fault("html")
    reply = start(world)
    assert (reply.status, reply.headers["content-type"], count(world)) == (200, "text/html; charset=utf-8", 0)
    assert b"502 Bad Gateway" in reply.body


@pytest.mark.parametrize(
    ("vendor", "path", "body"),
    [
        ("glasswall", "/scans", None),
        ("bigid", "/clusters", {"error": "Scan ID is invalid"}),
        ("advalidation", "/users/me", None),
    ],
)
def test_an_error_under_200(world: Any, vendor: str, path: str, body: Any) -> None:
    world.fault("error_200")
    reply = world.vendor(vendor, "GET", path)
    assert reply.status == 200
    assert "error" in str(reply.json()).lower()
    assert body is None or reply.json() == body


def test_an_error_under_200_can_be_another(world: Any) -> None:
    world.fault("error_200", code=500)
    assert world.bigid("GET", "/clusters").json()["status"] == "error"
    world.fault("error_200", body={"success": False})
    assert world.bigid("GET", "/clusters").json() == {"success": False}


def test_redirect(world: Any) -> None:
    world.fault("redirect", location="http://elsewhere.example/")
    reply = start(world)
    assert (reply.status, reply.headers["location"], count(world)) == (302, "http://elsewhere.example/", 0)


def test_slow_body_is_whole_in_the_end(world: Any) -> None:
    world.fault("slow_body", seconds=0)
    assert start(world).json()["scanStatus"] == "Listing"


@pytest.mark.parametrize("declared", [True, False])
def test_endless_body_ends_where_the_test_wants(world: Any, declared: bool) -> None:
    world.fault("endless_body", bytes=3_000_000, declared=declared)
    reply = world.glasswall("GET", "/scans")
    assert len(reply.body) == 3_000_000
    assert ("content-length" in reply.headers) is declared


def test_wrong_shape(world: Any) -> None:
    world.fault("wrong_shape", rule={"times": 2})
    assert isinstance(world.glasswall("GET", "/scans").json(), list)
    assert isinstance(world.bigid("GET", "/clusters").json(), dict)
    world.fault("wrong_shape", body="text")
    assert world.glasswall("GET", "/scans").json() == "text"


def test_null_list(world: Any) -> None:
    world.fault("null_list", rule={"times": 4})
    assert world.glasswall("GET", "/scans").json() == {"total": 0, "scans": None}
    assert world.bigid("GET", "/scans/parent-scans").json()["data"]["scanChildren"] is None
    assert world.bigid("GET", "/clusters").json() is None
    assert world.protecto("/data-scan-status", ["1"]).json()["data"] is None


def test_unknown_word(world: Any) -> None:
    scan = world.start_bigid("weekly")
    tracking = world.start_protecto("ok")
    world.start()
    world.fault("unknown_word", rule={"times": None}, word="Shredding")
    assert world.glasswall("GET", "/scans").json()["scans"][0]["scanStatus"] == "Shredding"
    assert world.bigid("GET", f"/scans/{scan}").json()[0]["state"] == "Shredding"
    assert world.bigid("GET", f"/scans/{scan}/status").json() == {"status": "Shredding"}
    listed = world.bigid("GET", "/scans/parent-scans").json()
    assert (listed["status"], listed["data"]["scanChildren"][0]["state"]) == ("success", "Shredding")
    reply = world.protecto("/data-scan-status", [tracking]).json()
    assert (reply["data"][0]["status"], reply["success"]) == ("Shredding", "true")
    reply = world.advalidation("POST", "/creatives/1/rescan", body={}).json()
    assert reply["data"]["processingStatus"] == "Shredding"


def test_future_time_keeps_the_form_of_a_time(world: Any) -> None:
    tracking = world.start_protecto("ok")
    world.start()
    world.fault("future_time", rule={"times": None}, seconds=3600)
    assert world.glasswall("GET", "/scans").json()["scans"][0]["scanStartTime"] == "2023-11-18T07:20:38Z"
    row = world.protecto("/data-scan-status", [tracking]).json()["data"][0]
    assert row["submitted_at"] == "2023-11-18 07:20:38.000000"
    assert row["tracking_id"] == tracking


def test_repeat_page_and_lying_total(world: Any) -> None:
    world.seed("glasswall", {"count": 30})
    first = world.glasswall("GET", "/scans", query={"pageSize": 10}).json()
    world.fault("repeat_page")
    again = world.glasswall("GET", "/scans", query={"pageSize": 10, "page": 3}).json()
    assert again["scans"] == first["scans"]
    world.fault("lying_total")
    world.fault("lying_total", total=2)
    assert world.glasswall("GET", "/scans").json()["total"] == 37
    assert world.glasswall("GET", "/scans").json()["total"] == 2


def test_repeat_page_counts_for_skip_too(world: Any) -> None:
    world.fault("repeat_page")
    query = {"clusterId": "mno345pqr678", "limit": 1, "skip": 5}
    reply = world.bigid("GET", "/data-catalog/column/cluster/similar", query=query)
    assert reply.json()["results"][0]["columnName"] == "column_00000"


# Selection of the request


def test_rules_choose_requests(world: Any) -> None:
    world.fault("status", rule={"vendor": "bigid", "method": "get", "path": "clusters$", "times": None})
    assert world.glasswall("GET", "/scans").status == 200
    assert world.bigid("GET", "/scans/parent-scans").status == 200
    assert world.bigid("POST", "/clusters").status == 405
    assert world.bigid("GET", "/clusters").status == 503


def test_skip_and_times(world: Any) -> None:
    world.fault("status", rule={"skip": 2, "times": 3})
    statuses = [world.glasswall("GET", "/scans").status for _each in range(7)]
    assert statuses == [200, 200, 503, 503, 503, 200, 200]


def test_rules_come_in_turn(world: Any) -> None:
    world.fault("status", code=500)
    world.fault("reset_before")
    world.fault("status", code=502)
    assert [world.glasswall("GET", "/scans").status for _each in range(4)] == [500, None, 502, 200]


def test_faults_can_be_seen_and_forgotten(world: Any) -> None:
    world.fault("status", rule={"times": None})
    assert world.control("GET", "/faults").json()[0]["fault"]["kind"] == "status"
    world.control("DELETE", "/faults")
    assert world.glasswall("GET", "/scans").status == 200


def test_control_routes_meet_no_fault(world: Any) -> None:
    world.fault("reset_before", rule={"times": None})
    assert world.control("GET", "/health").status == 200


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"fault": {"kind": "nonsense"}},
        {"fault": {"kind": "html", "colour": "red"}},
        {"fault": {"kind": "html"}, "vendor": "acme"},
        {"fault": {"kind": "html"}, "path": "("},
        {"fault": {"kind": "html"}, "times": -1},
    ],
)
def test_a_wrong_rule_is_refused(world: Any, rule: dict[str, Any]) -> None:
    assert world.control("POST", "/faults", rule).status in (400, 404)
    assert world.control("GET", "/faults").json() == []


def test_several_rules_at_once(world: Any) -> None:
    world.control("POST", "/faults", [{"fault": {"kind": "html"}}, {"fault": {"kind": "status"}}])
    assert [world.glasswall("GET", "/scans").status for _each in range(3)] == [200, 503, 200]
