# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider of Glasswall: paths, states, filters, pages and errors."""

from __future__ import annotations

import typing as t
import uuid
from collections.abc import Iterator

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    ConflictError,
    DatascanError,
    InvalidInputError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
    TooEarlyError,
    TooLateError,
    UnauthorizedError,
    UnavailableError,
    UnknownOutcomeError,
    UnsupportedError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Query, Scan, ScanState, parse_query
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base as _provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import ListsColumns, ListsScans
from glasswall_script import (
    ACTIVE_ONLY,
    CHILD_ID,
    SAS,
    SCAN_ID,
    SCAN_PATH,
    TARGET,
    item,
    missing_responses,
    page,
    read_response,
)
from scripted_vendor import TOKEN, Expected, scripted_context

EXPIRED = {
    "errorCode": 105,
    "message": "The signed start (se) parameter must be in the future for the source connection string.",
}
EMPTY = {"errorCode": 107, "message": "Source container was empty."}
# Texts that are not ids, some of which could reach another path.
NOT_IDS = ["../scans/allusers", "allusers", "", f"{SCAN_ID}/", f"{SCAN_ID}?x=1", "1234", "a" * 10_000, "%2e%2e", "\n"]


# Scans and states


def test_a_scan_becomes_the_same_as_every_vendors() -> None:
    sent = item(
        "Completed",
        scanEndTime="2025-12-31T01:00:00.1234567Z",
        sourceStorage="Scan-Source.blob.core.windows.net",
        parentScan=CHILD_ID,
        childScans=["one", "two"],
    )
    asked = Expected("GET", SCAN_PATH, answer=sent, query=[], sent_headers={"Authorization": f"Bearer {TOKEN}"})
    with scripted_context(asked) as context:
        scan = context.provider.get(SCAN_ID)
    assert scan.model_dump(mode="json") == {
        "id": SCAN_ID,
        "provider": "glasswall",
        "name": None,
        "state": "completed",
        "vendor_status": "Completed",
        "finished": True,
        "succeeded": True,
        "started_at": "2026-01-01T00:00:00Z",
        "finished_at": "2025-12-31T01:00:00.123456Z",
        "owner": "ci",
        "source": "scan-source.blob.core.windows.net/uploads",
        "target": "acct.blob.core.windows.net/clean",
        "parent_id": CHILD_ID,
        "child_ids": ["one", "two"],
        "issue_count": None,
        "issues": [],
        "error": None,
    }


def test_a_scan_with_only_what_must_be_there() -> None:
    with scripted_context(Expected("GET", SCAN_PATH, answer={"scanId": SCAN_ID, "scanStatus": "Completed"})) as context:
        scan = context.provider.get(SCAN_ID)
    assert (scan.state, scan.source, scan.target, scan.child_ids) == ("completed", None, None, [])


def test_a_running_scan_has_no_end_though_the_document_shows_one() -> None:
    with scripted_context(read_response("Processing", scanEndTime="2019-08-24T14:15:22Z")) as context:
        scan = context.provider.get(SCAN_ID)
    assert (scan.state, scan.finished_at, scan.vendor_status) == ("running", None, "Processing")


@pytest.mark.parametrize(
    ("vendor_status", "state"),
    [
        ("Listing", "running"),
        ("Processing", "running"),
        ("Cancelled", "cancelled"),
        ("Completed", "completed"),
        ("Error", "failed"),
        ("Errored", "failed"),
        ("Unknown", "unknown"),
        (" Completed ", "completed"),
        ("COMPLETED", "completed"),
        ("error", "failed"),
    ],
)
def test_each_vendor_status_has_its_state(vendor_status: str, state: str) -> None:
    warned: list[str] = []
    with scripted_context(read_response(vendor_status), warned=warned) as context:
        scan = context.provider.get(SCAN_ID)
    assert (scan.state, scan.vendor_status, warned) == (state, vendor_status.strip(), [])


@pytest.mark.parametrize("vendor_status", ["Paused", "", "Complete", "Succeeded"])
def test_an_unknown_status_is_state_unknown_and_warned_about_once(vendor_status: str) -> None:
    warned: list[str] = []
    with scripted_context(read_response(vendor_status), read_response(vendor_status), warned=warned) as context:
        scans = [context.provider.get(SCAN_ID) for _look in range(2)]
    assert [(scan.state, scan.finished, scan.succeeded) for scan in scans] == [("unknown", False, None)] * 2
    assert len(warned) == 1
    assert repr(vendor_status) in warned[0]


# Recent scans


def test_recent_scans_are_the_completed_scans_of_one_page() -> None:
    """This holds if the filter is ignored, a record is invalid, or a page follows."""
    warned: list[str] = []
    records = [item("Completed"), item("Error", CHILD_ID), item("Paused", CHILD_ID), {"scanId": CHILD_ID}, 5]
    query = [
        *(("startDate", "2025-10-03T00:00:00Z"), ("scanStatus", "Completed")),
        *(("pageSize", "100"), ("page", "1")),
    ]
    answer = {"total": 900, "scans": records, "pageLinks": {"totalPages": 9}}
    with scripted_context(Expected("GET", "/api/v1/scans", answer=answer, query=query), warned=warned) as context:
        scans = context.require(ListsScans).list_recent()
    assert [(scan.id, scan.state) for scan in scans] == [(SCAN_ID, "completed")]
    assert not warned


@pytest.mark.parametrize("status", [429, 500, 503])
def test_recent_scans_are_asked_for_once(status: int) -> None:
    failed = Expected("GET", "/api/v1/scans", status, "")
    with scripted_context(failed, retries=5) as context, pytest.raises(UnavailableError):
        context.require(ListsScans).list_recent()


# Ids


@pytest.mark.parametrize("scan_id", NOT_IDS)
@pytest.mark.parametrize("operation", ["get", "cancel", "rescan", "get_rescan_parent"])
def test_an_invalid_id_is_never_sent(operation: str, scan_id: str) -> None:
    with scripted_context() as context, pytest.raises(InvalidInputError, match="is not a Glasswall scan id"):
        getattr(context.provider, operation)(scan_id)


def test_an_id_is_sent_as_the_vendor_writes_it() -> None:
    with scripted_context(read_response("Processing")) as context:
        assert context.provider.get(f"{{{SCAN_ID.upper()}}}").id == SCAN_ID


# Starting


def test_start_sends_what_the_document_names() -> None:
    body = {
        "sourceConnectionString": SAS,
        "sourceContainerPath": "uploads",
        "destinationConnectionString": SAS,
        "targetContainerPath": "clean",
        "quarantineContainerPath": "quarantine",
        "autoRescan": True,
    }
    with scripted_context(Expected("POST", "/api/v1/scans", answer=item("Listing"), query=[], body=body)) as context:
        scan = context.provider.start({**TARGET, "auto_rescan": True})
    assert (scan.id, scan.state, scan.vendor_status) == (SCAN_ID, "running", "Listing")


@pytest.mark.parametrize("side", ["source", "destination"])
def test_a_string_that_would_be_refused_is_not_sent(side: str) -> None:
    option = f"{side}_connection_string"
    with (
        scripted_context() as context,
        pytest.raises(InvalidInputError, match=f"glasswall.{option} would be refused: .*expired"),
    ):
        context.provider.validate_target({**TARGET, option: SAS.replace("2099", "2020")})


def test_source_and_destination_have_rules_of_their_own() -> None:
    reading = SAS.replace("srt=sco", "srt=so").replace("sp=rwlc", "sp=rl")
    with scripted_context() as context:
        context.provider.validate_target({**TARGET, "source_connection_string": reading})
        with pytest.raises(InvalidInputError, match=r"lacks container \(c\); .*lacks Write \(w\) and Create \(c\)"):
            context.provider.validate_target({**TARGET, "destination_connection_string": reading})


@pytest.mark.parametrize("option", ["source_container_path", "target_container_path", "quarantine_container_path"])
@pytest.mark.parametrize("value", ["", " ", "/", " / "])
def test_an_empty_container_path_is_not_sent(option: str, value: str) -> None:
    with scripted_context() as context, pytest.raises(InvalidInputError, match=f"glasswall.{option} is empty"):
        context.provider.validate_target({**TARGET, option: value})


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        ({}, True),
        ({"sourceStorage": "ACCT.blob.core.windows.net", "sourceContainerPath": "/uploads/"}, True),
        ({"quarantineContainerPath": "elsewhere", "autoRescan": True}, True),
        ({"sourceContainerPath": "uploads2"}, False),
        ({"sourceContainerPath": "Uploads"}, False),
        ({"sourceStorage": "other.blob.core.windows.net"}, False),
        ({"targetContainerPath": "dirty"}, False),
        ({"targetStorage": "other.blob.core.windows.net"}, False),
        ({"sourceStorage": None, "sourceContainerPath": None}, False),
    ],
)
def test_when_a_scan_has_the_target_that_is_asked_for(fields: dict[str, t.Any], same: bool) -> None:
    with scripted_context(read_response("Listing", **fields)) as context:
        assert context.provider.is_same_target(context.provider.get(SCAN_ID), TARGET) is same


# Cancelling and scanning again


def test_cancel_takes_the_answer_as_it_is() -> None:
    with scripted_context(Expected("DELETE", SCAN_PATH, 202, item("Processing"), query=[])) as context:
        assert context.provider.cancel(SCAN_ID).state == "running"


def test_only_a_listing_can_be_cancelled_and_only_the_rest_scanned_again() -> None:
    statuses = ["Listing", "listing ", "Processing", "Completed", "Cancelled", "Error", "Unknown"]
    with scripted_context(*map(read_response, statuses)) as context:
        scans = [context.provider.get(SCAN_ID) for _status in statuses]
        assert [context.provider.is_cancellable(scan) for scan in scans] == [True, True] + [False] * 5
        assert [bool(context.provider.rescan_blocker(scan)) for scan in scans] == [True, True] + [False] * 5


def test_rescan_hands_back_the_child() -> None:
    child = item("Listing", CHILD_ID, parentScan=SCAN_ID)
    with scripted_context(Expected("PATCH", SCAN_PATH, answer=child, query=[], body=None)) as context:
        scan = context.provider.rescan(SCAN_ID)
    assert (scan.id, scan.parent_id) == (CHILD_ID, SCAN_ID)


def test_there_are_no_clusters() -> None:
    with (
        scripted_context() as context,
        pytest.raises(UnsupportedError, match=r"Glasswall cannot list the columns of a cluster\..*BigID"),
    ):
        context.require(ListsColumns)


# Lists


def list_ids(query: Query, *expected: Expected) -> list[str]:
    with scripted_context(*expected) as context:
        return [scan.id for scan in context.provider.list_scans(query)]


@pytest.mark.parametrize(
    ("options", "path", "params"),
    [
        ({}, "/api/v1/scans", []),
        ({"all_users": True}, "/api/v1/scans/allusers", []),
        ({"owners": ["ann", "b b&c"]}, "/api/v1/scans/allusers", [("users", "ann"), ("users", "b b&c")]),
        ({"started_after": "2026-01-02T03:04:05+01:00"}, "/api/v1/scans", [("startDate", "2026-01-02T02:04:05Z")]),
        ({"started_before": "2026-01-02"}, "/api/v1/scans", [("endDate", "2026-01-02T00:00:00Z")]),
        ({"states": ["failed"]}, "/api/v1/scans", [("scanStatus", "Errored")]),
        ({"states": ["running", "queued"]}, "/api/v1/scans", [("scanStatus", "Listing"), ("scanStatus", "Processing")]),
        ({"states": ["unknown"]}, "/api/v1/scans", [("scanStatus", "Unknown")]),
        (
            {
                "states": ["completed", "cancelled"],
                "started_after": "2026-01-01T00:00:00Z",
                "started_before": "2026-01-02T00:00:00Z",
                "owners": ["ann"],
            },
            "/api/v1/scans/allusers",
            [
                ("startDate", "2026-01-01T00:00:00Z"),
                ("endDate", "2026-01-02T00:00:00Z"),
                ("scanStatus", "Cancelled"),
                ("scanStatus", "Completed"),
                ("users", "ann"),
            ],
        ),
    ],
)
def test_every_filter(options: dict[str, t.Any], path: str, params: list[tuple[str, str]]) -> None:
    asked = Expected("GET", path, answer=page(), query=[*params, ("pageSize", "100"), ("page", "1")])
    assert list_ids(parse_query(options), asked) == []


@pytest.mark.parametrize("states", [{ScanState.QUEUED}, {ScanState.STOPPED}])
def test_a_query_for_a_state_that_glasswall_lacks_sends_nothing(states: set[ScanState]) -> None:
    assert list_ids(Query(states=frozenset(states))) == []


def test_a_scan_that_changed_its_state_since_the_filter_saw_it_is_left_out() -> None:
    answer = page(item("Completed"), item("Error", CHILD_ID))
    assert list_ids(
        Query(states=frozenset({ScanState.FAILED})),
        Expected("GET", "/api/v1/scans", answer=answer, query=None),
    ) == [CHILD_ID]


SCANS = [str(uuid.UUID(int=number)) for number in range(1, 131)]
PAGES = [SCANS[:50], SCANS[50:100], SCANS[100:]]


def pages(
    numbers: list[int], total: t.Any = 130, links: bool = True, total_pages: int | None = 3
) -> Iterator[Expected]:
    """Pages of 50, whatever size is requested. Past the end, the last page comes again. The links are wrong."""
    for number in numbers:
        ids = PAGES[min(number, len(PAGES)) - 1]
        answer = page(*(item("Completed", scan_id) for scan_id in ids), total=total)
        if total is None:
            del answer["total"]
        if links:
            link = f"/scans?scanStatus=Processing?pageSize=10?page={number + 7}"
            answer["pageLinks"] = {"totalPages": total_pages, "curr": link, "next": link, "prev": link}
        yield Expected("GET", "/api/v1/scans", answer=answer, query=[("pageSize", "100"), ("page", str(number))])


@pytest.mark.parametrize(
    ("numbers", "facts"),
    [
        ([1, 2, 3], {}),
        ([1, 2, 3], {"links": False}),
        ([1, 2, 3], {"total_pages": None}),
        ([1, 2, 3, 4, 1, 2, 3, 4], {"total": None}),  # read twice, because nothing else shows a change
        ([1, 2, 3, 4] * 4, {"total": 220}),
        ([1, 2, 3, 4], {"total_pages": 9}),
        ([1, 2, 3], {"total_pages": 1}),
        ([1, 2, 3, 4], {"total": 10}),
        ([1, 2, 3, 4], {"total": 10, "links": False}),
        ([1, 2, 3, 4], {"total": 0, "total_pages": 0}),
        ([1, 2, 3, 4], {"total": 10, "total_pages": 1}),
    ],
    ids=str,
)
def test_130_scans_come_once_each_whatever_the_total_and_the_links_are(
    numbers: list[int], facts: dict[str, t.Any]
) -> None:
    assert list_ids(Query(), *pages(numbers, **facts)) == SCANS


@pytest.mark.parametrize(
    ("numbers", "facts", "gap"),
    [
        ([1, 2, 3], {}, None),
        ([1, 2, 3, 4], {"total": 10}, None),
        ([1, 2, 3, 4] * 2, {"total": None}, None),
        ([1, 2, 3, 4] * 2, {"total": "many"}, None),
        ([1, 2, 3, 4] * 4, {"total": 220}, "its total is 220, and 130 came"),
        ([1, 2, 3, 4] * 4, {"total": None, "total_pages": 9}, "a page came again in place of the next one"),
    ],
    ids=str,
)
def test_a_list_that_ends_before_its_total_has_a_gap(
    numbers: list[int], facts: dict[str, t.Any], gap: str | None
) -> None:
    with scripted_context(*pages(numbers, **facts)) as context:
        listed = context.provider.list_scans(Query())
    assert (len(listed.scans), listed.gap) == (len(SCANS), gap)


def test_one_page_without_links_is_one_request() -> None:
    assert list_ids(Query(), Expected("GET", "/api/v1/scans", answer=page(item(), item(scan_id=CHILD_ID)))) == [
        SCAN_ID,
        CHILD_ID,
    ]


@pytest.mark.parametrize("links", ["none", 7, [], {"totalPages": "many"}, {"totalPages": True}])
def test_unreadable_links_cost_no_list(links: t.Any) -> None:
    assert list_ids(Query(), Expected("GET", "/api/v1/scans", answer=page(item(), pageLinks=links))) == [SCAN_ID]


def test_without_a_total_the_next_page_shows_whether_a_page_is_the_last() -> None:
    one = Expected("GET", "/api/v1/scans", answer={"scans": [item()]})
    assert list_ids(Query(), one, one) == [SCAN_ID]  # past the end the last page comes again


def test_a_list_in_which_a_scan_slips_to_the_next_page_is_read_again() -> None:
    def part(*ids: str) -> Expected:
        answer = page(*(item(scan_id=scan_id) for scan_id in ids), total=3, pageLinks={"totalPages": 2})
        return Expected("GET", "/api/v1/scans", answer=answer)

    first, second, third = SCANS[:3]
    assert list_ids(Query(), part(first, second), part(second, third), part(first, second), part(third)) == [
        first,
        second,
        third,
    ]


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_list_that_is_not_there_does_not_make_its_scans_missing(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_provider, "_THREADS", 1)
    with scripted_context(
        Expected("GET", "/api/v1/scans", status, ""), *(read_response("Listing", one) for one in SCANS[:9])
    ) as context:
        answers = context.provider.get_many(SCANS[:9])
    assert [answer.state if isinstance(answer, Scan) else answer.kind for answer in answers.values()] == ["running"] * 9


# Errors


OPERATIONS: dict[str, tuple[str, str, t.Callable[[t.Any], t.Any]]] = {
    "get": ("GET", SCAN_PATH, lambda vendor: vendor.get(SCAN_ID)),
    "start": ("POST", "/api/v1/scans", lambda vendor: vendor.start(TARGET)),
    "cancel": ("DELETE", SCAN_PATH, lambda vendor: vendor.cancel(SCAN_ID)),
    "rescan": ("PATCH", SCAN_PATH, lambda vendor: vendor.rescan(SCAN_ID)),
    "own": ("GET", "/api/v1/scans", lambda vendor: list(vendor.list_scans(Query()))),
    "all": ("GET", "/api/v1/scans/allusers", lambda vendor: list(vendor.list_scans(Query(all_users=True)))),
}
START_BODY = {
    "sourceConnectionString": SAS,
    "sourceContainerPath": "uploads",
    "destinationConnectionString": SAS,
    "targetContainerPath": "clean",
    "quarantineContainerPath": "quarantine",
    "autoRescan": False,
}


@pytest.mark.parametrize(
    ("operation", "status", "body", "kind", "message"),
    [
        ("get", 401, "", UnauthorizedError, "Check api_token: Glasswall expects a bearer token"),
        ("get", 404, "", NotFoundError, "has no scan"),
        ("start", 400, [EXPIRED], RejectedError, "must be in the future for the source connection string"),
        ("start", 401, "", UnauthorizedError, "Check api_token: Glasswall expects a bearer token"),
        ("start", 412, [EMPTY], RejectedError, "Source container was empty"),
        ("start", 400, [EXPIRED, EMPTY], RejectedError, "source connection string.; Source container was empty"),
        ("cancel", 401, "", UnauthorizedError, "Check api_token: Glasswall expects a bearer token"),
        ("cancel", 404, "", NotFoundError, "has no scan"),
        ("cancel", 405, "", TooLateError, "can no longer be cancelled"),
        ("rescan", 401, "", UnauthorizedError, "Check api_token: Glasswall expects a bearer token"),
        ("rescan", 404, "", NotFoundError, "has no scan"),
        ("rescan", 409, "", ConflictError, "is already being rescanned"),
        ("rescan", 412, [EXPIRED], RejectedError, "must be in the future"),
        ("rescan", 425, "", TooEarlyError, "while it lists its files"),
        ("own", 400, "", RejectedError, "HTTP 400"),
        ("own", 401, "", UnauthorizedError, "Check api_token: Glasswall expects a bearer token"),
        ("all", 400, "", RejectedError, "HTTP 400"),
        ("all", 401, "", UnauthorizedError, "Check api_token: Glasswall expects a bearer token"),
    ],
)
def test_every_documented_error(
    operation: str, status: int, body: t.Any, kind: type[DatascanError], message: str
) -> None:
    method, path, ask = OPERATIONS[operation]
    expected = Expected(method, path, status, body, body=START_BODY if operation == "start" else None)
    follows = missing_responses()[1:] if (operation, status) == ("get", 404) else []
    with scripted_context(expected, *follows) as context, pytest.raises(DatascanError, match=message) as caught:
        ask(context.provider)
    error = caught.value
    assert error.facts() == {
        "kind": kind.kind,
        "http_status": status,
        "method": method,
        "url": error.request.url,
        "vendor_errors": [{"code": one["errorCode"], "message": one["message"]} for one in body or []],
    }
    assert str(error.request.url).startswith(f"https://vendor.test{path}")


def test_an_error_without_a_text_shows_its_code() -> None:
    with (
        scripted_context(Expected("POST", "/api/v1/scans", 400, [{"errorCode": 105}], body=START_BODY)) as context,
        pytest.raises(RejectedError, match="HTTP 400") as caught,
    ):
        context.provider.start(TARGET)
    assert caught.value.request.vendor_errors == [{"code": 105, "message": None}]


def test_an_error_list_under_200_is_an_error() -> None:
    with (
        scripted_context(Expected("POST", "/api/v1/scans", 200, [EMPTY], body=START_BODY)) as context,
        pytest.raises(RejectedError, match="Source container was empty") as caught,
    ):
        context.provider.start(TARGET)
    assert (caught.value.http_status, caught.value.request.vendor_errors[0]["code"]) == (200, 107)


@pytest.mark.parametrize("answer", [[], {}, None, "text", {"scanId": SCAN_ID}, {"scanStatus": "Listing"}, [item()]])
def test_an_invalid_scan_is_an_error(answer: t.Any) -> None:
    with (
        scripted_context(Expected("GET", SCAN_PATH, answer=answer), retries=0) as context,
        pytest.raises(InvalidResponseError),
    ):
        context.provider.get(SCAN_ID)


@pytest.mark.parametrize("answer", [[], {}, None, {"scans": None}, {"scans": {}}, {"scans": [None]}])
def test_an_invalid_list_is_an_error(answer: t.Any) -> None:
    asked = Expected("GET", "/api/v1/scans", answer=answer)
    with scripted_context(asked, retries=0) as context, pytest.raises(InvalidResponseError):
        list(context.provider.list_scans(Query()))


@pytest.mark.parametrize("operation", ["start", "cancel", "rescan"])
def test_a_write_without_a_scan_in_its_answer_is_lost(operation: str) -> None:
    method, path, ask = OPERATIONS[operation]
    expected = Expected(method, path, 200, {"ok": True}, body=START_BODY if operation == "start" else None)
    with scripted_context(expected) as context, pytest.raises(UnknownOutcomeError):
        ask(context.provider)


# Finding rescans


def running(**fields: t.Any) -> Expected:
    return Expected("GET", "/api/v1/scans", query=ACTIVE_ONLY, **fields)


def test_a_running_rescan_is_found_in_the_own_list() -> None:
    child = item("Processing", CHILD_ID, parentScan=SCAN_ID)
    with scripted_context(read_response("Completed"), running(answer=page(item(), child))) as context:
        found = context.provider.find_running_rescan(context.provider.get(SCAN_ID))
    assert found is not None
    assert found.id == CHILD_ID


@pytest.mark.parametrize(("vendor_status", "found"), [("Processing", True), ("Listing", True), ("Completed", False)])
def test_another_users_rescan_is_found_through_the_parent(vendor_status: str, found: bool) -> None:
    with scripted_context(
        read_response("Completed"),
        running(answer=page()),
        read_response("Completed", childScans=[CHILD_ID]),
        read_response(vendor_status, CHILD_ID),
    ) as context:
        parent = context.provider.get(SCAN_ID)
        assert bool(context.provider.find_running_rescan(parent, everyone=True)) is found


def test_the_rescan_that_a_lost_request_made_is_the_new_child() -> None:
    old = SCANS[0]
    with scripted_context(
        read_response("Completed", childScans=[old]),
        read_response("Completed", childScans=[old, CHILD_ID]),
        read_response("Listing", CHILD_ID),
    ) as context:
        parent = context.provider.get(SCAN_ID)
        made = context.provider.find_created_rescan(SCAN_ID, parent)
    assert made is not None
    assert made.id == CHILD_ID


def test_where_no_rescan_was_made_none_is_found() -> None:
    with scripted_context(
        read_response("Completed"), read_response("Completed"), running(answer=page(item()))
    ) as context:
        assert context.provider.find_created_rescan(SCAN_ID, context.provider.get(SCAN_ID)) is None
