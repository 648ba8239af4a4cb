# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advalidation: creatives and their scans, and a rate limit with a wrong Retry-After."""

from __future__ import annotations

from typing import Any

import pytest


def rescan(world: Any, creative: int) -> int:
    reply = world.advalidation("POST", f"/creatives/{creative}/rescan", body={})
    assert reply.status == 200, reply.body
    return int(reply.json()["data"]["id"])


def scan_of(world: Any, scan: int, **query: str) -> dict[str, Any]:
    return dict(world.advalidation("GET", f"/scans/{scan}", query=query).json()["data"])


@pytest.mark.parametrize(
    ("creative", "statuses", "issues"),
    [
        (1, ["queued", "processing", "finished"], 0),
        (2, ["queued", "processing", "finished"], 3),
        (3, ["queued", "processing", "failed"], None),
        (4, ["queued", "processing", "processing"], None),
        (5, ["queued", "processing", "cancelled"], None),
        (6, ["queued", "unknown", "unknown"], None),
        (7, ["queued", "processing", "finished"], 0),
        (8, ["queued", "processing", "finished"], None),
        (10, ["finished", "finished", "finished"], 0),
        (11, ["queued", "queued", "queued"], None),
    ],
)
def test_creative_chooses_what_a_scan_does(world: Any, creative: int, statuses: list[str], issues: int | None) -> None:
    scan = rescan(world, creative)
    seen = []
    for seconds in (0, 1.5, 30):
        world.clock.advance(seconds)
        seen.append(scan_of(world, scan)["processingStatus"])
    assert seen == statuses
    assert scan_of(world, scan)["nbIssues"] == issues


def test_issues_are_counted_a_while_after_the_end(world: Any) -> None:
    scan = rescan(world, 2)
    world.clock.advance(3.5)
    shown = scan_of(world, scan)
    assert (shown["processingStatus"], shown["nbIssues"]) == ("finished", None)
    assert shown["finishedAt"] == "2023-11-18T06:20:41Z"
    world.clock.advance(1)
    assert scan_of(world, scan)["nbIssues"] == 3


def test_checks_come_when_asked_for_and_finished(world: Any) -> None:
    scan = rescan(world, 2)
    assert "tests" not in scan_of(world, scan, include_checks="true")
    world.clock.advance(30)
    assert "tests" not in scan_of(world, scan)
    assert len(scan_of(world, scan, include_checks="true")["tests"]) == 5
    monitored = world.seed("advalidation", {"sequenceType": "monitoring"})[0]
    assert "tests" not in scan_of(world, monitored, include_checks="true")


def test_inconclusive(world: Any) -> None:
    scan = rescan(world, 7)
    assert scan_of(world, scan)["isInconclusive"] is False
    world.clock.advance(30)
    assert scan_of(world, scan)["isInconclusive"] is True


def test_a_campaign_a_creative_and_its_first_scan(world: Any) -> None:
    campaign = world.advalidation("POST", "/campaigns", body={"name": "c", "type": "display"}).json()["data"]["id"]
    made = world.advalidation(
        "POST", f"/campaigns/{campaign}/creatives", body={"payload": "https://ads.example/issues"}
    ).json()["data"][0]
    assert made["campaignId"] == campaign and made["latestScanStatus"]["processingStatus"] == "queued"
    assert made["latestScanStatus"]["sequenceType"] == "initial"
    world.clock.advance(30)
    shown = world.advalidation("GET", f"/creatives/{made['id']}").json()["data"]
    assert shown["latestScanStatus"]["nbIssues"] == 3
    again = rescan(world, made["id"])
    assert again != made["latestScanStatus"]["id"]
    listed = world.advalidation("GET", f"/campaigns/{campaign}/creatives").json()
    assert listed["data"][0]["latestScanStatus"]["id"] == again
    assert listed["meta"]["pagination"] == {"count": 1, "totalCount": 1, "page": 1, "totalPages": 1}


def uploaded(world: Any, body: bytes, **headers: str) -> Any:
    headers = {"content-type": "application/octet-stream", **headers}
    return world.advalidation("POST", "/campaigns/1/creatives", body=body, headers=headers)


def test_a_file_is_uploaded_as_its_bytes_and_its_name_chooses_what_the_scan_does(world: Any) -> None:
    made = uploaded(world, b"{not JSON", **{"x-filename": "issues.zip"}).json()["data"][0]
    assert made["name"] == "issues"
    world.clock.advance(30)
    assert scan_of(world, made["latestScanStatus"]["id"])["nbIssues"] == 3
    assert uploaded(world, b"x").json()["data"][0]["name"] == "API-Upload"
    assert uploaded(world, b"").status == uploaded(world, bytes(16 * 1024 * 1024 + 1)).status == 422


def test_a_campaign_keeps_its_ad_specification(world: Any) -> None:
    listed = world.advalidation("GET", "/ad-specifications").json()["data"]
    assert all("tests" not in one for one in listed)
    (default,) = [one["id"] for one in listed if one["type"] == "video" and one["isDefault"]]
    for wish, expected in (({}, default), ({"adspecId": None}, default), ({"adspecId": 3}, 3)):
        made = world.advalidation("POST", "/campaigns", body={"name": "c", "type": "video", **wish}).json()["data"]
        assert world.advalidation("GET", f"/campaigns/{made['id']}").json()["data"] == made
        assert made["adspecId"] == expected
    assert world.advalidation("GET", "/ad-specifications/3").json()["data"]["tests"][0]["name"] == "Check 1"


def test_a_creative_has_neither_media_files_nor_variations(world: Any) -> None:
    for part in ("media-files", "variations"):
        assert world.advalidation("GET", f"/creatives/1/{part}").json()["data"] == []
    shown = world.advalidation("GET", "/creatives/1").json()["data"]
    assert shown["nbMediaFiles"] == 0 and "nbVariations" not in shown and shown["shareURL"].startswith("https://")


def test_the_latest_scan_of_a_creative_without_one_is_null(world: Any) -> None:
    assert world.advalidation("GET", "/creatives/1").json()["data"]["latestScanStatus"] is None


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/creatives/12/rescan", {}, 403),
        ("POST", "/creatives/99/rescan", {}, 404),
        ("POST", "/creatives/x/rescan", {}, 422),
        ("POST", "/campaigns", {"name": "c"}, 422),
        ("POST", "/campaigns/1/creatives", {}, 422),
        ("POST", "/campaigns/77/creatives", {"payload": "x"}, 404),
        ("GET", "/scans/77", None, 404),
        ("DELETE", "/scans/77", None, 405),
        ("POST", "/campaigns", {"name": "c", "type": "display", "adspecId": 2}, 422),  # which is for videos
        ("POST", "/campaigns", {"name": "c", "type": "audio"}, 422),
        ("GET", "/campaigns/77", None, 404),
        ("GET", "/ad-specifications/77", None, 404),
        ("GET", "/creatives/99/variations", None, 404),
        ("GET", "/creatives/12/media-files", None, 403),
    ],
)
def test_refusals(world: Any, method: str, path: str, body: Any, status: int) -> None:
    reply = world.advalidation(method, path, body=body)
    assert reply.status == reply.json()["error"]["responseCode"] == status
    assert set(reply.json()["error"]["issues"][0]) == {"type", "message", "relatedField"}
    assert world.control("GET", "/advalidation/scans").json() == []


def test_bearer_is_not_enough(world: Any) -> None:
    assert world.advalidation("GET", "/users/me", headers={"authorization": "Bearer sandbox-token"}).status == 401
    assert world.advalidation("GET", "/users/me").json()["data"]["email"] == "sandbox@example.com"


@pytest.mark.parametrize(
    ("form", "body"),
    [("string", b'{"error": "not found"}'), ("empty", b"{}")],
)
def test_forms_of_errors(world: Any, form: str, body: bytes) -> None:
    world.settings("advalidation", error_form=form)
    assert world.advalidation("GET", "/scans/77").body == body


def test_errors_can_be_html(world: Any) -> None:
    world.settings("advalidation", error_form="html")
    reply = world.advalidation("GET", "/scans/77")
    assert (reply.status, reply.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_other_forms_of_errors_and_times(world: Any) -> None:
    world.settings(
        "advalidation", related_key="relatedId", response_code_lies=True, time_form="date", no_finish="absent"
    )
    error = world.advalidation("GET", "/scans/77").json()["error"]
    assert error["responseCode"] == 500 and "relatedId" in error["issues"][0]
    shown = scan_of(world, rescan(world, 4))
    assert shown["createdAt"] == "2023-11-18" and "finishedAt" not in shown


def test_rate_limit_counts_and_lies(world: Any) -> None:
    assert "x-ratelimit-ipremaining" not in world.advalidation("GET", "/users/me").headers
    world.settings("advalidation", rate_limit=True)
    left = [world.advalidation("GET", "/users/me").headers["x-ratelimit-ipremaining"] for _each in range(15)]
    assert left == [str(number) for number in range(14, -1, -1)]
    refused = world.advalidation("GET", "/users/me")
    assert (refused.status, refused.body, refused.headers["retry-after"]) == (429, b"{}", "15")
    world.clock.advance(1)
    assert world.advalidation("GET", "/users/me").status == 200
    assert world.advalidation("GET", "/users/me").status == 429
    world.clock.advance(3600)
    assert world.advalidation("GET", "/users/me").headers["x-ratelimit-ipremaining"] == "14"


def test_a_429_carries_nothing_out(world: Any) -> None:
    world.settings("advalidation", rate_limit=True, rate_bucket=1, retry_after=None)
    rescan(world, 1)
    reply = world.advalidation("POST", "/creatives/1/rescan", body={})
    assert reply.status == 429 and "retry-after" not in reply.headers
    assert len(world.control("GET", "/advalidation/scans").json()) == 1
