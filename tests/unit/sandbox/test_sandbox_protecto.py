# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protecto: both generations of paths, and a status in many forms."""

from __future__ import annotations

from typing import Any

import pytest

WISH = [{"data_source_name": "sf", "object_name": ["db", "schema", "ok"]}]


def row_of(world: Any, scan: str) -> dict[str, Any]:
    reply = world.protecto("/data-scan-status", [scan])
    assert reply.status == 200, reply.body
    return dict(reply.json()["data"][0])


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("table", ["PENDING ", "IN-PROGRESS ", "SUCCESS "]),
        ("error", ["PENDING ", "IN-PROGRESS ", "FAILED "]),
        ("errored", ["PENDING ", "IN-PROGRESS ", "ERROR "]),
        ("purged", ["PENDING ", "IN-PROGRESS ", "PURGED "]),
        ("stuck", ["PENDING ", "IN-PROGRESS ", "IN-PROGRESS "]),
        ("queued", ["PENDING ", "PENDING ", "PENDING "]),
        ("unknown", ["PENDING ", "UNKNOWN ", "UNKNOWN "]),
    ],
)
def test_object_chooses_what_a_scan_does(world: Any, name: str, statuses: list[str]) -> None:
    scan = world.start_protecto(name)
    seen = []
    for seconds in (0, 1.5, 30):
        world.clock.advance(seconds)
        seen.append(row_of(world, scan)["status"])
    assert seen == statuses


@pytest.mark.parametrize(("paths", "old", "new"), [("both", 200, 200), ("old", 200, 404), ("new", 404, 200)])
def test_generations_of_paths(world: Any, paths: str, old: int, new: int) -> None:
    world.settings("protecto", paths=paths)
    assert world.protecto("/data-scan-async", WISH).status == old
    assert world.protecto("/data-scan/data-scan-async", WISH).status == new
    known = world.seed("protecto", {"count": 1})
    assert world.protecto("/data-scan-status", known).status == old
    assert world.protecto("/data-scan/status", known).status == new


def test_only_put_is_allowed(world: Any) -> None:
    reply = world.vendor("protecto", "GET", "/data-scan-status")
    assert (reply.status, reply.json()["success"], reply.json()["data"]) == (405, False, None)


def test_unauthorized(world: Any) -> None:
    reply = world.protecto("/data-scan-status", ["1"], token="wrong")
    assert (reply.status, reply.json()) == (401, {"detail": "Not authenticated"})


def test_variants_of_a_status(world: Any) -> None:
    failed, waits = world.start_protecto("error"), world.start_protecto("queued")
    world.settings(
        "protecto",
        status_key="request_status",
        word_space=False,
        failure_word="ERROR",
        success_form="boolean",
        time_form="seconds",
        early_times=False,
        no_error="",
        order="reversed",
        echo_input=True,
    )
    world.clock.advance(30)
    body = world.protecto("/data-scan-status", [failed, waits]).json()
    assert body["success"] is True
    first, second = body["data"]
    assert (first["tracking_id"], second["tracking_id"]) == (waits, failed)
    assert (first["request_status"], second["request_status"]) == ("PENDING", "ERROR")
    assert first["process_started_at"] is None and first["process_ended_at"] is None and first["error_msg"] == ""
    assert second["error_msg"] and second["process_ended_at"] == "2023-11-18 06:20:41"
    assert second["input_payload"][0]["object_name"] == ["db", "schema", "error"]


@pytest.mark.parametrize("status", ["IN_PROGRESS", "IN PROGRESS"])
def test_word_for_running(world: Any, status: str) -> None:
    world.settings("protecto", running_word=status)
    scan = world.start_protecto("stuck")
    world.clock.advance(2)
    assert row_of(world, scan)["status"] == f"{status} "


@pytest.mark.parametrize("value", ["None", None, ""])
def test_the_absence_of_an_error_has_four_forms(world: Any, value: str | None) -> None:
    scan = world.start_protecto("ok")
    assert row_of(world, scan)["error_msg"] == "-"
    world.settings("protecto", no_error=value)
    assert row_of(world, scan)["error_msg"] == value


def test_result_is_purged_after_a_while(world: Any) -> None:
    world.settings("protecto", purge_seconds=3600)
    scan = world.start_protecto("ok")
    world.clock.advance(3602)
    assert row_of(world, scan)["status"] == "SUCCESS "
    world.clock.advance(2)
    assert row_of(world, scan)["status"] == "PURGED "


def test_a_submission_has_one_id_in_an_object_or_a_list(world: Any) -> None:
    data = world.protecto("/data-scan-async", [*WISH, *WISH]).json()["data"]
    assert len(data["tracking_id"]) == 36
    world.settings("protecto", submit_data="array", id_form="long")
    data = world.protecto("/data-scan-async", WISH).json()["data"]
    assert len(data) == 1 and data[0]["tracking_id"][36:] == "181120230620380"


@pytest.mark.parametrize("body", [None, [], {}, "text", [{}], [{"object_name": "text"}], [{"object_name": [1]}]])
def test_a_bad_submission_makes_no_scan(world: Any, body: Any) -> None:
    reply = world.protecto("/data-scan-async", body)
    assert (reply.status, reply.json()["success"]) == (400, False)
    assert world.control("GET", "/protecto/scans").json() == []
    world.settings("protecto", validation_status=500)
    assert world.protecto("/data-scan-async", body).status == 500


def test_unknown_ids(world: Any) -> None:
    known = world.seed("protecto", {"count": 1})[0]
    assert len(world.protecto("/data-scan-status", [known, "nobody"]).json()["data"]) == 1
    world.settings("protecto", unknown_id="item")
    rows = world.protecto("/data-scan-status", [known, "nobody"]).json()["data"]
    assert [row["status"] for row in rows] == ["SUCCESS ", "FAILED "]
    world.settings("protecto", unknown_id="error")
    assert world.protecto("/data-scan-status", [known, "nobody"]).status == 400


def test_scans_belong_to_their_owner(world: Any) -> None:
    scan = world.start_protecto("ok")
    assert world.protecto("/data-scan-status", [scan], token="sandbox-other-token").json()["data"] == []


def test_a_single_id_can_be_refused(world: Any) -> None:
    known = world.seed("protecto", {"count": 1})[0]
    assert world.protecto("/data-scan-status", known).status == 200
    world.settings("protecto", single_id=False)
    assert world.protecto("/data-scan-status", known).status == 400


def test_a_seed_names_one_scan_only(world: Any) -> None:
    assert world.control("POST", "/protecto/scans", {"count": 2, "tracking_id": "1"}).status == 400
