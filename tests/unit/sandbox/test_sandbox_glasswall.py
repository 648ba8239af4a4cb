# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glasswall: its rules, its lifecycles, and the special cases of its document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

ADMIN, OTHER = "sandbox-admin-token", "sandbox-other-token"


def effective_status(world: Any, scan: str) -> str:
    return str(world.glasswall("GET", f"/scans/{scan}").json()["scanStatus"])


def courses(world: Any, path: str, *moments: float) -> list[str]:
    """The statuses of a scan at these moments after its start."""
    scan, statuses, now = world.start(path), [], 0.0
    for moment in moments:
        world.clock.advance(moment - now)
        now = moment
        statuses.append(effective_status(world, scan))
    return statuses


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("ok", ["Listing", "Processing", "Completed", "Completed"]),
        ("a/b/anything", ["Listing", "Processing", "Completed", "Completed"]),
        ("a/error", ["Listing", "Processing", "Error", "Error"]),
        ("a/errored/", ["Listing", "Processing", "Errored", "Errored"]),
        ("error-once", ["Listing", "Processing", "Error", "Error"]),
        ("cancelled", ["Listing", "Processing", "Cancelled", "Cancelled"]),
        ("stuck", ["Listing", "Processing", "Processing", "Processing"]),
        ("listing", ["Listing", "Listing", "Listing", "Listing"]),
        ("unknown", ["Listing", "Unknown", "Unknown", "Unknown"]),
        ("fast", ["Completed", "Completed", "Completed", "Completed"]),
        ("slow", ["Listing", "Processing", "Processing", "Completed"]),
    ],
)
def test_last_part_of_the_path_chooses_what_a_scan_does(world: Any, path: str, statuses: list[str]) -> None:
    assert courses(world, path, 0.5, 1.5, 3.5, 100000 if path == "listing" else 30) == statuses


def test_lengths_are_settings_and_fixed_when_the_scan_starts(world: Any) -> None:
    world.settings("glasswall", listing_seconds=10, processing_seconds=20)
    scan = world.start()
    world.settings("glasswall", listing_seconds=0)
    world.clock.advance(9)
    assert effective_status(world, scan) == "Listing"
    world.clock.advance(12)
    assert effective_status(world, scan) == "Processing"
    world.clock.advance(9)
    assert effective_status(world, scan) == "Completed"


def test_end_time(world: Any) -> None:
    scan = world.start()
    assert world.glasswall("GET", f"/scans/{scan}").json()["scanEndTime"] is None
    world.clock.advance(2)
    processing = world.glasswall("GET", f"/scans/{scan}").json()
    assert processing["scanEndTime"] == processing["scanStartTime"] == "2023-11-18T06:20:38Z"
    world.settings("glasswall", end_time_while_processing=False)
    assert world.glasswall("GET", f"/scans/{scan}").json()["scanEndTime"] is None
    world.clock.advance(60)
    assert world.glasswall("GET", f"/scans/{scan}").json()["scanEndTime"] == "2023-11-18T06:20:41Z"


def test_storage_is_the_host_of_the_endpoint_and_no_secret_comes_back(world: Any) -> None:
    reply = world.glasswall("POST", "/scans", body=world.wish())
    assert reply.json()["sourceStorage"] == "source.blob.core.windows.net"
    assert reply.json()["targetStorage"] == "target.blob.core.windows.net"
    assert b"sig" not in reply.body and b"ZmFrZQ" not in reply.body


@pytest.mark.parametrize(
    ("side", "changes", "code"),
    [
        ("source", {"ss": "f"}, 101),
        ("source", {"srt": "s"}, 102),
        ("source", {"srt": "o"}, 102),
        ("source", {"sp": "r"}, 103),
        ("source", {"sp": "l"}, 103),
        ("source", {"st": "2050-01-01T00:00:00Z"}, 104),
        ("source", {"se": "2022-06-01T00:00:00Z"}, 105),
        ("source", {"se": ""}, 105),
        ("destination", {"ss": "q"}, 101),
        ("destination", {"srt": "so"}, 102),
        ("destination", {"sp": "rwl"}, 103),
        ("destination", {"sp": "rcl"}, 103),
        ("destination", {"st": "2050-01-01T00:00:00Z"}, 104),
        ("destination", {"se": "2022-06-01T00:00:00Z"}, 105),
    ],
)
def test_rules_for_connection_strings(
    world: Any, sas: Callable[..., str], side: str, changes: dict[str, str], code: int
) -> None:
    reply = world.glasswall("POST", "/scans", body=world.wish(**{f"{side}ConnectionString": sas(**changes)}))
    assert reply.status == 400
    assert [problem["errorCode"] for problem in reply.json()] == [code]
    assert f"the {side} connection string" in reply.json()[0]["message"]
    assert world.control("GET", "/glasswall/scans").json() == []


def test_source_needs_less_than_destination(world: Any, sas: Callable[..., str]) -> None:
    least = world.wish(sourceConnectionString=sas(srt="so", sp="rl"))
    assert world.glasswall("POST", "/scans", body=least).status == 200


def test_every_broken_rule_is_named_at_once(world: Any, sas: Callable[..., str]) -> None:
    bad = {"ss": "f", "srt": "", "sp": "", "st": "2050-01-01T00:00:00Z", "se": "2022-06-01T00:00:00Z"}
    wish = world.wish(sourceConnectionString=sas(**bad), destinationConnectionString="AccountKey=x")
    codes = [problem["errorCode"] for problem in world.glasswall("POST", "/scans", body=wish).json()]
    assert codes == [101, 102, 103, 104, 105, 106]


@pytest.mark.parametrize(
    "name",
    [
        "sourceConnectionString",
        "sourceContainerPath",
        "destinationConnectionString",
        "targetContainerPath",
        "quarantineContainerPath",
    ],
)
@pytest.mark.parametrize("value", [None, "", 5])
def test_five_properties_are_required(world: Any, name: str, value: Any) -> None:
    reply = world.glasswall("POST", "/scans", body=world.wish(**{name: value}))
    assert reply.status == 400
    assert name in reply.json()[0]["message"] and len(reply.json()) == 1


@pytest.mark.parametrize("body", [None, b"", b"{", [], "text"])
def test_a_start_without_a_body_is_refused(world: Any, body: Any) -> None:
    assert world.glasswall("POST", "/scans", body=body).status == 400


def test_validation_can_be_turned_off(world: Any) -> None:
    world.settings("glasswall", validate_sas=False)
    assert world.glasswall("POST", "/scans", body=world.wish(sourceConnectionString="anything")).status == 200


def test_an_empty_container_makes_no_scan(world: Any) -> None:
    assert world.glasswall("POST", "/scans", body=world.wish("x/empty")).status == 412
    assert world.control("GET", "/glasswall/scans").json() == []


# Roles


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH"])
def test_others_scans_are_not_found_but_by_an_admin(world: Any, method: str) -> None:
    scan = world.start("listing")
    assert world.glasswall(method, f"/scans/{scan}", token=OTHER).status == 404
    assert world.glasswall(method, f"/scans/{scan}", token=ADMIN).status != 404


def test_lists_by_role(world: Any) -> None:
    world.seed("glasswall", {"count": 2})
    world.seed("glasswall", {"count": 3, "owner": "other"})
    assert world.glasswall("GET", "/scans").json()["total"] == 2
    assert world.glasswall("GET", "/scans", token=OTHER).json()["total"] == 3
    assert world.glasswall("GET", "/scans", token=ADMIN).json()["total"] == 0
    assert world.glasswall("GET", "/scans/allusers").status == 401
    assert world.glasswall("GET", "/scans/allusers", token=ADMIN).json()["total"] == 5
    query = {"users": ["other", "nobody"]}
    assert world.glasswall("GET", "/scans/allusers", token=ADMIN, query=query).json()["total"] == 3
    assert world.glasswall("GET", "/scans", query=query).json()["total"] == 2
    world.settings("glasswall", forbidden_status=403)
    assert world.glasswall("GET", "/scans/allusers").status == 403


@pytest.mark.parametrize("header", ["", "sandbox-token", "Basic sandbox-token", "Bearer", "Bearer wrong"])
def test_only_bearer_tokens_count(world: Any, header: str) -> None:
    reply = world.glasswall("GET", "/scans", headers={"authorization": header})
    assert reply.status == 401 and reply.body == b""


# Cancelling


def test_cancel_while_listing_shows_the_old_status_and_then_the_new_one(world: Any) -> None:
    scan = world.start()
    reply = world.glasswall("DELETE", f"/scans/{scan}")
    assert (reply.status, reply.json()["scanStatus"]) == (202, "Listing")
    assert effective_status(world, scan) == "Cancelled"
    world.clock.advance(100)
    assert effective_status(world, scan) == "Cancelled"
    assert world.glasswall("DELETE", f"/scans/{scan}").status == 405


def test_cancel_can_show_the_new_status_and_let_found_files_go_on(world: Any) -> None:
    world.settings("glasswall", cancel_body="new", cancel_processing_seconds=5)
    scan = world.start()
    assert world.glasswall("DELETE", f"/scans/{scan}").json()["scanStatus"] == "Processing"
    world.clock.advance(6)
    assert effective_status(world, scan) == "Cancelled"


@pytest.mark.parametrize("seconds", [1.5, 30])
def test_cancel_after_listing_is_not_allowed(world: Any, seconds: float) -> None:
    scan = world.start()
    world.clock.advance(seconds)
    reply = world.glasswall("DELETE", f"/scans/{scan}")
    assert (reply.status, reply.body) == (405, b"")


# Rescans


def test_a_rescan_and_its_parent_have_each_others_ids(world: Any) -> None:
    parent = world.start()
    world.clock.advance(30)
    child = world.glasswall("PATCH", f"/scans/{parent}").json()
    assert child["parentScan"] == parent and child["childScans"] is None and child["scanStatus"] == "Listing"
    assert world.glasswall("GET", f"/scans/{parent}").json()["childScans"] == [child["scanId"]]
    assert world.glasswall("PATCH", f"/scans/{parent}").status == 409
    world.clock.advance(30)
    assert world.glasswall("PATCH", f"/scans/{parent}").status == 200
    assert len(world.glasswall("GET", f"/scans/{parent}").json()["childScans"]) == 2


def test_rescan_waits_for_listing_only(world: Any) -> None:
    parent = world.start("stuck")
    assert world.glasswall("PATCH", f"/scans/{parent}").status == 425
    world.clock.advance(1)
    assert world.glasswall("PATCH", f"/scans/{parent}").status == 200


def test_a_rescan_can_heal_what_failed_once(world: Any) -> None:
    parent = world.start("error-once")
    world.clock.advance(30)
    child = world.glasswall("PATCH", f"/scans/{parent}").json()["scanId"]
    world.clock.advance(30)
    assert (effective_status(world, parent), effective_status(world, child)) == ("Error", "Completed")


def test_rescan_of_an_expired_source(world: Any) -> None:
    parent = world.start("a/expired")
    world.clock.advance(30)
    reply = world.glasswall("PATCH", f"/scans/{parent}")
    assert (reply.status, reply.json()[0]["errorCode"]) == (412, 105)


def test_auto_rescan_starts_one_child_when_the_scan_completes(world: Any) -> None:
    parent = world.start(autoRescan=True)
    world.clock.advance(2.5)
    assert world.glasswall("GET", f"/scans/{parent}").json()["childScans"] is None
    world.clock.advance(1)
    shown = world.glasswall("GET", f"/scans/{parent}").json()
    assert shown["autoRescan"] is True and len(shown["childScans"]) == 1
    child = world.glasswall("GET", f"/scans/{shown['childScans'][0]}").json()
    assert (child["parentScan"], child["autoRescan"], child["scanStatus"]) == (parent, False, "Listing")
    world.clock.advance(1000)
    assert world.glasswall("GET", "/scans").json()["total"] == 2


def test_auto_rescan_needs_a_scan_that_completed(world: Any) -> None:
    world.start("error", autoRescan=True)
    world.clock.advance(1000)
    assert world.glasswall("GET", "/scans").json()["total"] == 1


# Lists


def test_pages_and_the_page_past_the_end(world: Any) -> None:
    made = world.seed("glasswall", {"count": 130})
    pages = [world.glasswall("GET", "/scans", query={"page": number}).json() for number in (1, 2, 3, 4, 99)]
    assert [len(page["scans"]) for page in pages] == [50, 50, 30, 30, 30]
    assert pages[2]["scans"] == pages[3]["scans"] == pages[4]["scans"]
    seen = [scan["scanId"] for page in pages[:3] for scan in page["scans"]]
    assert seen == made
    assert {page["total"] for page in pages} == {130}
    world.settings("glasswall", past_the_end="empty")
    assert world.glasswall("GET", "/scans", query={"page": 4}).json()["scans"] == []


def test_links_are_broken_as_in_the_document(world: Any) -> None:
    world.seed("glasswall", {"count": 5})
    query = {"scanStatus": ["Completed", "Errored"], "pageSize": 2, "page": 2}
    start = "/scans?scanStatus=Completed&scanStatus=Errored?pageSize=2?page="
    links = world.glasswall("GET", "/scans", query=query).json()["pageLinks"]
    assert links == {"totalPages": 3, "curr": start + "2", "next": start + "3", "prev": start + "1"}
    first = world.glasswall("GET", "/scans", query={**query, "page": 1}).json()["pageLinks"]
    last = world.glasswall("GET", "/scans", query={**query, "page": 3}).json()["pageLinks"]
    assert "prev" not in first and "next" not in last


@pytest.mark.parametrize(
    ("style", "link"),
    [
        ("well_formed", "/glasswall/api/v1/scans?pageSize=2&page=1"),
        ("absolute", "http://127.0.0.1/glasswall/api/v1/scans?pageSize=2&page=1"),
    ],
)
def test_links_can_be_whole(world: Any, style: str, link: str) -> None:
    world.settings("glasswall", page_links=style)
    world.seed("glasswall", {"count": 3})
    assert world.glasswall("GET", "/scans", query={"pageSize": 2}).json()["pageLinks"]["curr"] == link


def test_one_page_has_no_links(world: Any) -> None:
    world.seed("glasswall", {"count": 50})
    assert "pageLinks" not in world.glasswall("GET", "/scans").json()


def test_page_size_has_a_maximum(world: Any) -> None:
    world.settings("glasswall", page_size_max=10)
    world.seed("glasswall", {"count": 30})
    assert len(world.glasswall("GET", "/scans", query={"pageSize": 1000}).json()["scans"]) == 10


def test_filters(world: Any) -> None:
    world.seed("glasswall", {"status": "Error", "age": 100})
    world.seed("glasswall", {"status": "Errored", "age": 200})
    world.seed("glasswall", {"status": "Processing", "age": 300})

    def found(**query: Any) -> list[str]:
        scans = world.glasswall("GET", "/scans", query=query).json()["scans"]
        return [scan["scanStatus"] for scan in scans]

    assert found() == ["Error", "Errored", "Processing"]
    assert found(scanStatus="Errored") == ["Error", "Errored"]
    assert found(scanStatus=["Processing", "Listing"]) == ["Processing"]
    # 150 and 250 seconds ago
    assert found(startDate="2023-11-18T06:18:08Z") == ["Error"]
    assert found(endDate="2023-11-18T06:18:08.000Z") == ["Errored", "Processing"]
    assert found(startDate="2023-11-18T06:16:28+00:00", endDate="2023-11-18T06:18:08Z") == ["Errored"]
    world.settings("glasswall", list_order="oldest")
    assert found() == ["Processing", "Errored", "Error"]


@pytest.mark.parametrize(
    "query",
    [
        {"scanStatus": "Nonsense"},
        {"scanStatus": "Error"},
        {"startDate": "yesterday"},
        {"endDate": "2023-99-99"},
        {"pageSize": "0"},
        {"pageSize": "-1"},
        {"page": "0"},
        {"page": "first"},
    ],
)
def test_bad_queries_get_400_and_no_body(world: Any, query: dict[str, str]) -> None:
    reply = world.glasswall("GET", "/scans", query=query)
    assert (reply.status, reply.body) == (400, b"")


def test_the_query_may_take_error_as_well(world: Any) -> None:
    world.settings("glasswall", accept_error_word=True)
    world.seed("glasswall", {"count": 2, "status": "Errored"})
    assert world.glasswall("GET", "/scans", query={"scanStatus": "Error"}).json()["total"] == 2


def test_variants_of_a_scan(world: Any) -> None:
    scan = world.start()
    shown = world.glasswall("GET", f"/scans/{scan}").json()
    assert "parentScan" not in shown and shown["childScans"] is None and shown["autoRescan"] is False
    world.settings(
        "glasswall", root_parent="none", no_children="empty", auto_rescan_answer="always", time_fraction=True
    )
    shown = world.glasswall("GET", f"/scans/{scan}").json()
    assert shown["parentScan"] is None and shown["childScans"] == [] and shown["autoRescan"] is True
    assert shown["scanStartTime"] == "2023-11-18T06:20:38.000Z"
    world.settings("glasswall", no_children="absent", send_total=False, start_status=202)
    assert "childScans" not in world.glasswall("GET", f"/scans/{scan}").json()
    assert "total" not in world.glasswall("GET", "/scans").json()
    assert world.glasswall("POST", "/scans", body=world.wish()).status == 202


def test_other_methods_have_no_body(world: Any) -> None:
    assert (world.glasswall("PUT", "/scans").status, world.glasswall("PUT", "/scans").body) == (405, b"")


# Files


def files(world: Any, path: str = "container/issues", **query: Any) -> Any:
    scan = world.start(sourceContainerPath=path)
    world.clock.advance(5)
    return world.glasswall("GET", f"/scan-results/{scan}/files", query=query).json()


def test_a_scan_with_issues_has_files_that_were_not_rebuilt(world: Any) -> None:
    statuses = [file["status"] for file in files(world)["files"]]
    assert statuses == ["Failed", "Errored", "Failed", *["Rebuilt"] * 7]
    assert {file["status"] for file in files(world, "container/ok")["files"]} == {"Rebuilt"}
    world.settings("glasswall", issues=12)
    assert len(files(world, includeRebuilt="false")["files"]) == 12


def test_rebuilt_files_can_be_left_out(world: Any) -> None:
    assert len(files(world, includeRebuilt="false")["files"]) == 3
    world.settings("glasswall", include_rebuilt=False)
    assert len(files(world, includeRebuilt="false")["files"]) == 10


@pytest.mark.parametrize("key", ["items", ""])
def test_the_list_of_files_can_have_another_key_or_none(world: Any, key: str) -> None:
    world.settings("glasswall", files_key=key)
    body = files(world, pageSize=4, page=2)
    assert len(body[key] if key else body) == 4


def test_a_scan_that_runs_has_no_files_yet(world: Any) -> None:
    reply = world.glasswall("GET", f"/scan-results/{world.start()}/files")
    assert (reply.status, reply.body) == (404, b"")
