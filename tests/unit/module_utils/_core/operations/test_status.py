# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at scans: by ids, by a query, and until they have finished."""

from __future__ import annotations

import typing as t
import uuid

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    ForbiddenError,
    InvalidInputError,
    InvalidResponseError,
    NotFoundError,
    UnauthorizedError,
    UnavailableError,
    UnsupportedError,
    WaitTimeoutError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import (
    PREDICTED_ID,
    Query,
    Scan,
    ScanState,
    parse_query,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import status
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base as _provider
from fake_clock import FakeClock
from glasswall_script import CHILD_ID, SCAN_ID, SCAN_PATH, item, list_response, missing_responses, page, read_response
from scripted_vendor import Expected, scripted_context, shown

IDS = [str(uuid.UUID(int=number)) for number in range(1, 6)]
EVERYTHING = [("pageSize", "100"), ("page", "1")]
GONE = missing_responses()


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at several scans come in order."""
    monkeypatch.setattr(_provider, "_THREADS", 1)


def run(
    *expected: Expected, check_mode: bool = False, clock: FakeClock | None = None, **settings: t.Any
) -> status.StatusResult:
    connection = {name: settings.pop(name) for name in ("retries",) if name in settings}
    with scripted_context(*expected, check_mode=check_mode, clock=clock, **connection) as context:
        return status.read_status(context, status.StatusRequest(**settings))


def expect_error(kind: type[DatascanError], *expected: Expected, **settings: t.Any) -> DatascanError:
    with pytest.raises(DatascanError) as caught:
        run(*expected, **settings)
    assert caught.value.kind == kind.kind, caught.value
    return caught.value


# By ids


def test_scans_come_in_the_order_asked() -> None:
    wanted = [IDS[2], IDS[0], IDS[1]]
    own = Expected("GET", "/api/v1/scans", answer=page(*(item("Completed", scan_id) for scan_id in IDS)))
    result = run(own, scan_ids=wanted)
    assert [scan.id for scan in result.scans] == wanted
    assert (result.changed, result.missing, result.waited) == (False, [], None)
    assert (result.summary["total"], result.summary["completed"]) == (3, 3)


def test_each_scan_is_read_once_however_its_id_is_written() -> None:
    result = run(read_response("Completed"), scan_ids=[SCAN_ID, SCAN_ID.upper(), f"{{{SCAN_ID}}}"])
    assert [scan.id for scan in result.scans] == [SCAN_ID]


def test_all_ids_are_checked_before_any_is_asked_for() -> None:
    assert "'../x' is not a Glasswall scan id" in expect_error(InvalidInputError, scan_ids=[SCAN_ID, "../x"]).message


def test_no_ids_send_no_request() -> None:
    assert "scan_ids is empty" in expect_error(InvalidInputError, scan_ids=[]).message


def test_an_answer_about_another_scan_is_refused_where_a_vendor_lets_it_through() -> None:
    other = Scan(id=CHILD_ID, provider="glasswall", state=ScanState.COMPLETED)
    with scripted_context() as context:
        vendor = t.cast("t.Any", context.provider)
        vendor.get = lambda scan_id: other
        vendor.get_many = lambda scan_ids: dict.fromkeys(scan_ids, other)
        with pytest.raises(InvalidResponseError, match=f"about scan {CHILD_ID}, not about {SCAN_ID}"):
            context.get(SCAN_ID)
        with pytest.raises(InvalidResponseError, match=f"about scan {CHILD_ID}, not about {SCAN_ID}"):
            status.read_status(context, status.StatusRequest(scan_ids=[SCAN_ID]))


def test_a_missing_scan_fails_with_the_others_in_the_result() -> None:
    error = expect_error(NotFoundError, read_response("Completed", CHILD_ID), GONE[0], scan_ids=[CHILD_ID, SCAN_ID])
    assert error.message == f"Glasswall has no scan {SCAN_ID} that this token can see. Check the ids and api_url."
    assert error.http_status == 404
    assert [scan.id for scan in error.result.scans] == [CHILD_ID]
    assert (error.result.missing, error.result.summary["total"]) == ([SCAN_ID], 1)


def test_a_missing_scan_may_be_ignored() -> None:
    result = run(*GONE, read_response("Completed", CHILD_ID), scan_ids=[SCAN_ID, CHILD_ID], missing="ignore")
    assert ([scan.id for scan in result.scans], result.missing) == ([CHILD_ID], [SCAN_ID])


def test_ignoring_what_is_missing_ignores_nothing_else() -> None:
    refused = Expected("GET", SCAN_PATH, 403, "")
    error = expect_error(
        ForbiddenError, read_response("Completed", CHILD_ID), refused, scan_ids=[CHILD_ID, SCAN_ID], missing="ignore"
    )
    assert [scan.id for scan in error.result.scans] == [CHILD_ID]


# By a query


def test_a_query_returns_the_newest_first() -> None:
    scans = [
        item("Completed", IDS[0], scanStartTime="2025-12-01T00:00:00Z"),
        item("Error", IDS[1], scanStartTime="2025-12-03T00:00:00Z"),
        item("Listing", IDS[2], scanStartTime=None),
        item("Completed", IDS[3], scanStartTime="2025-12-02T00:00:00Z"),
    ]
    result = run(list_response(*scans, query=EVERYTHING), query=Query())
    assert [scan.id for scan in result.scans] == [IDS[2], IDS[1], IDS[3], IDS[0]]
    counted = {state: number for state, number in result.summary.items() if number}
    assert counted == {"total": 4, "completed": 2, "failed": 1, "running": 1}


def test_a_limit_keeps_the_newest() -> None:
    scans = [item(scan_id=IDS[day], scanStartTime=f"2025-12-0{day + 1}T00:00:00Z") for day in range(3)]
    result = run(list_response(*scans, query=EVERYTHING), query=Query(limit=2))
    assert [scan.id for scan in result.scans] == [IDS[2], IDS[1]]
    assert result.summary["total"] == 2


def test_a_query_that_finds_nothing_finds_nothing() -> None:
    result = run(list_response(query=EVERYTHING), query=Query(), wait=WaitOptions())
    assert (result.scans, result.missing, result.summary["total"]) == ([], [], 0)


def test_a_query_narrows_what_is_asked_for() -> None:
    asked = [("startDate", "2026-01-01T00:00:00Z"), ("scanStatus", "Errored"), *EVERYTHING]
    run(list_response(query=asked), query=parse_query({"states": ["failed"], "started_after": "2026-01-01T00:00:00Z"}))


def test_a_query_to_a_vendor_that_cannot_list_is_refused() -> None:
    with (
        scripted_context(provider="protecto") as context,
        pytest.raises(UnsupportedError, match="Protecto cannot list scans"),
    ):
        status.read_status(context, status.StatusRequest(query=Query()))


def test_a_query_that_is_refused() -> None:
    refused = Expected("GET", "/api/v1/scans/allusers", 401, "")
    assert expect_error(UnauthorizedError, refused, query=Query(all_users=True)).http_status == 401


# Waiting


def test_wait_until_all_have_finished_however_they_end() -> None:
    result = run(
        read_response("Listing"),
        read_response("Completed", CHILD_ID),
        read_response("Processing"),
        read_response("Error"),
        scan_ids=[SCAN_ID, CHILD_ID],
        wait=WaitOptions(),
    )
    assert [scan.state for scan in result.scans] == ["failed", "completed"]
    assert (result.summary["failed"], result.summary["completed"]) == (1, 1)
    assert result.waited is not None
    assert vars(result.waited) == {"elapsed": 2.0, "polls": 2, "requests": 4, "timed_out": False}


def test_what_a_query_found_is_waited_for() -> None:
    result = run(list_response(item(), query=EVERYTHING), read_response("Completed"), query=Query(), wait=WaitOptions())
    assert [scan.state for scan in result.scans] == ["completed"]


def test_a_timeout_has_the_scans() -> None:
    error = expect_error(
        WaitTimeoutError, *[read_response("Processing")] * 3, scan_ids=[SCAN_ID], wait=WaitOptions(2.0)
    )
    assert [scan.state for scan in error.result.scans] == ["running"]
    assert (error.result.waited.timed_out, error.result.waited.elapsed, error.result.waited.polls) == (True, 2.0, 2)
    assert (error.result.missing, error.result.summary["running"]) == ([], 1)


def test_an_error_while_waiting_has_all_scans_found() -> None:
    gone = Expected("GET", SCAN_PATH, 404, "")
    error = expect_error(
        NotFoundError,
        read_response("Processing"),
        Expected("GET", f"/api/v1/scans/{CHILD_ID}", 404, ""),
        gone,
        scan_ids=[SCAN_ID, CHILD_ID],
        missing="ignore",
        wait=WaitOptions(),
    )
    assert [scan.id for scan in error.result.scans] == [SCAN_ID]
    assert (error.result.missing, error.result.summary["running"]) == ([CHILD_ID], 1)
    assert (error.result.waited.timed_out, error.result.waited.polls) == (False, 1)


def test_a_fault_before_the_wait_is_tried_again_like_any_read() -> None:
    busy = Expected("GET", SCAN_PATH, 503, "")
    assert run(busy, read_response("Completed"), scan_ids=[SCAN_ID]).summary["completed"] == 1
    assert expect_error(UnavailableError, busy, scan_ids=[SCAN_ID], retries=0).http_status == 503


# Check mode


def test_check_mode_reads_without_waiting_and_returns_the_same_keys() -> None:
    clock = FakeClock()
    result = run(read_response("Processing"), scan_ids=[SCAN_ID], wait=WaitOptions(), check_mode=True, clock=clock)
    assert [scan.state for scan in result.scans] == ["running"]
    assert result.waited is not None
    assert clock.elapsed == 0


def test_a_predicted_scan_is_known_in_check_mode_only() -> None:
    result = run(read_response("Completed"), scan_ids=[PREDICTED_ID, SCAN_ID], check_mode=True)
    assert [(scan.id, scan.state) for scan in result.scans] == [(PREDICTED_ID, "queued"), (SCAN_ID, "completed")]
    expect_error(InvalidInputError, scan_ids=[PREDICTED_ID])


# Complete


def test_ids_that_were_all_answered_are_complete() -> None:
    assert run(read_response("Processing"), scan_ids=[SCAN_ID]).complete is True
    assert run(*GONE, scan_ids=[SCAN_ID], missing="ignore").complete is True
    assert expect_error(NotFoundError, *GONE, scan_ids=[SCAN_ID]).result.complete is True


def test_an_id_that_could_not_be_read_is_not_complete() -> None:
    error = expect_error(UnavailableError, Expected("GET", SCAN_PATH, 500, ""), scan_ids=[SCAN_ID], retries=0)
    assert error.result.complete is False


def test_a_query_of_a_whole_list_is_complete() -> None:
    assert run(list_response(item(), query=EVERYTHING), query=Query()).complete is True
    assert run(query=Query(states=frozenset({ScanState.STOPPED}))).complete is True


def test_a_query_of_a_list_that_never_settles_is_not_complete_and_says_why() -> None:
    warned: list[str] = []
    part = Expected("GET", "/api/v1/scans", answer=page(item("Completed"), total=2))
    with scripted_context(*[part] * 8, warned=warned) as context:
        result = status.read_status(context, status.StatusRequest(query=Query()))
    assert (result.complete, [scan.id for scan in result.scans or ()]) == (False, [SCAN_ID])
    assert warned == [
        "Glasswall's list of scans is not complete: its total is 2, and 1 came. "
        "Scans that match the query may be missing."
    ]


def test_a_wait_keeps_whether_the_list_was_complete() -> None:
    part = Expected("GET", "/api/v1/scans", answer=page(item(), total=2))
    done = read_response("Completed")
    result = run(*[part] * 8, done, query=Query(), wait=WaitOptions(interval=1))
    assert (result.complete, [scan.state for scan in result.scans or ()]) == (False, ["completed"])


def test_a_failure_has_the_scans_of_the_pages_before() -> None:
    first = Expected("GET", "/api/v1/scans", answer=page(item("Completed"), total=2))
    error = expect_error(UnavailableError, first, Expected("GET", "/api/v1/scans", 500, ""), query=Query(), retries=0)
    shown_result = shown(error)
    assert [scan["id"] for scan in shown_result["scans"]] == [SCAN_ID]
    assert (shown_result["complete"], shown_result["summary"]["completed"], shown_result["missing"]) == (False, 1, [])


def test_a_failure_of_the_first_page_has_no_scans() -> None:
    failed = Expected("GET", "/api/v1/scans", 500, "")
    assert "scans" not in shown(expect_error(UnavailableError, failed, query=Query(), retries=0))


def test_a_query_by_what_the_vendor_does_not_list_is_refused() -> None:
    """It would find scans of every name."""
    error = expect_error(UnsupportedError, query=Query(name="nightly"))
    assert "query.name" in error.message


def test_a_source_that_no_scan_has_is_an_error() -> None:
    """It may be misspelt, and a gate that allows missing scans would pass."""
    error = expect_error(NotFoundError, list_response(item(), query=EVERYTHING), query=Query(source="no such"))
    assert error.message.endswith("Check the spelling.")


def test_a_query_by_source() -> None:
    other = item("Completed", CHILD_ID, sourceContainerPath="archive")
    listed = Expected("GET", "/api/v1/scans", answer=page(item("Completed"), other))
    result = run(listed, query=Query(source="acct.blob.core.windows.net/archive"))
    assert [scan.id for scan in result.scans] == [CHILD_ID]


@pytest.mark.parametrize(("state", "latest"), [("Listing", 0), ("Error", 0), ("Completed", 1)])
def test_a_scan_without_a_start_takes_no_place_of_one_that_would_not_pass(state: str, latest: int) -> None:
    scans = [item(state, IDS[0], scanStartTime=None), item("Error", IDS[1], scanStartTime="2025-12-03T00:00:00Z")]
    result = run(list_response(*scans, query=EVERYTHING), query=Query(limit=1))
    assert [scan.id for scan in result.scans] == [IDS[latest]]


def test_an_incomplete_list_without_a_match_is_incomplete() -> None:
    part = Expected("GET", "/api/v1/scans", answer=page(item("Completed"), total=2))
    result = run(*[part] * 8, query=Query(source="elsewhere", limit=1))
    assert (result.complete, result.scans) == (False, [])


@pytest.mark.parametrize(
    "options", [{"name": ""}, {"source": ""}, {"name": "", "limit": 1}, {"name": "", "limit": 1, "states": ["failed"]}]
)
def test_an_empty_name_does_not_widen_a_query(options: dict[str, t.Any]) -> None:
    with pytest.raises(InvalidInputError, match=r"^query\.\w+ is empty, so the query would find any scan"):
        parse_query(options)


@pytest.mark.parametrize("limit", [0, -1, True, False])
def test_a_limit_is_a_number_of_scans(limit: t.Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^query\.limit must be (1 or more|a whole number)\."):
        parse_query({"name": "nightly", "limit": limit})


def test_an_empty_name_is_not_set_beside_what_finds_scans() -> None:
    assert parse_query({"name": "", "source": "archive"}) == Query(source="archive")
    assert parse_query({"name": "", "states": ["failed"]}) == Query(states=frozenset({ScanState.FAILED}))
