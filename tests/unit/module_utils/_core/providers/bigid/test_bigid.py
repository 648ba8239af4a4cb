# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's scans: a status with few facts, a list in two shapes, errors under any HTTP status, and the start."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    ConflictError,
    DatascanError,
    InvalidInputError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
    ScanNotCompletedError,
    UnauthorizedError,
    UnavailableError,
    UnknownOutcomeError,
    UnsupportedError,
    WaitTimeoutError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import PREDICTED_ID, Query, Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import cancel, rescan, start, status, wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base as _provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import ListsScans
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import connect
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from fake_clock import FakeClock
from scripted_vendor import TOKEN, Expected, Script, connected, mount, scripted_context
from scripted_vendor import _response as response_to

FOLDER = Path(__file__).parents[5] / "contracts" / "bigid"
CONTRACTS = {
    path.stem: json.loads(path.read_text())
    for path in sorted(FOLDER.glob("*.json"))
    if path.stem.startswith(("parent-scans-", "status-"))
}
LIST = "/api/v1/scans/parent-scans"
TOTAL = ("requireTotalCount", "true")
HTML = "<html>\r\n<head><title>502 Bad Gateway</title></head></html>"
AS_HTML = {"Content-Type": "text/html; charset=utf-8"}
ID = "64b0c1d2e3f4a5b6c7d8e9f0"
NIGHTLY = {"scan_profile": "nightly", "scan_type": "dsScan", "scan_origin": "datascan.gate"}


def status_response(value: t.Any, scan_id: str = ID, **more: t.Any) -> Expected:
    return Expected("GET", f"/api/v1/scans/{scan_id}/status", answer={"status": value}, **more)


def record_response(answer: t.Any, scan_id: str = ID, code: int = 200) -> Expected:
    return Expected("GET", f"/api/v1/scans/{scan_id}", code, answer)


def page(*rows: dict[str, t.Any], total: float | None = None, **more: t.Any) -> Expected:
    count = float(len(rows)) if total is None else total
    body = {
        "status": "success",
        "statusCode": 200.0,
        "message": "",
        "data": {"totalCount": count, "scanChildren": rows},
    }
    return Expected("GET", LIST, answer=body, headers=AS_HTML, **more)


def row(number: int | str, state: str | None = None, **more: t.Any) -> dict[str, t.Any]:
    return {"_id": str(number), "name": "nightly", **({"state": state} if state else {}), **more}


def bigid(*expected: Expected, **settings: t.Any) -> t.ContextManager[OperationContext]:
    return scripted_context(*expected, provider="bigid", **settings)


def missing(scan_id: str) -> list[Expected]:
    """The responses about a scan that is unknown to every source."""
    body = {"error": f"Scan {scan_id} was not found"}
    return [
        Expected("GET", f"/api/v1/scans/{scan_id}/status", 404, body),
        record_response(body, scan_id, 404),
        page(row("another")),
    ]


def ended(*scan_ids: str) -> list[Expected]:
    """The responses about scans that have ended according to the list. The responses agree with the list."""
    return [
        answer for scan_id in scan_ids for answer in (status_response(False, scan_id), record_response([], scan_id))
    ]


def ids(scans: t.Iterable[Scan]) -> list[str]:
    return [scan.id for scan in scans]


# Every example of the document


def listed_state(vendor: Provider) -> tuple[str, str]:
    (scan,) = vendor.list_scans(Query(limit=1))
    return scan.id, scan.state


def read_state(vendor: Provider) -> tuple[str, str]:
    scan = vendor.get("SAMPLE_SCAN_ID")
    return scan.id, scan.state


DOCUMENTED: dict[str, t.Any] = {
    "parent-scans-200": ("string", "running"),
    "parent-scans-200-code": ("string", "running"),
    "status-200-active": ("SAMPLE_SCAN_ID", "running"),
    "status-200-stopped": ("SAMPLE_SCAN_ID", "stopped"),
    "status-400": (RejectedError, "Scan ID is invalid"),
    "status-401": (UnauthorizedError, "the token is missing, wrong or expired"),
    "status-404": (NotFoundError, "Scan 1234 was not found"),
    "status-500": (UnavailableError, "Server error"),
}


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_documented_answer(name: str) -> None:
    contract = CONTRACTS[name]
    request, response = contract["request"], contract["response"]
    answer = Expected(
        request["method"],
        request["path"],
        response["status"],
        response["body"],
        query=list(request["query"].items()),
        body=request["body"],
    )
    # The documented fields of a list have no state, so the provider requests the state as well.
    follows = {
        "parent-scans-200": [status_response(True, "string")],
        "parent-scans-200-code": [status_response(True, "string")],
        "status-200-stopped": [record_response({"error": "no such route"}, "SAMPLE_SCAN_ID", 404), page()],
        "status-404": [record_response({"error": "Scan 1234 was not found"}, "SAMPLE_SCAN_ID", 404), page()],
    }
    ask = listed_state if name.startswith("parent-scans") else read_state
    with bigid(answer, *follows.get(name, []), auth_scheme="bearer", retries=0) as context:
        expected = DOCUMENTED[name]
        if isinstance(expected[0], str):
            assert ask(context.provider) == expected
            return
        with pytest.raises(expected[0], match=expected[1]) as caught:
            ask(context.provider)
        assert caught.value.http_status == response["status"]


def test_an_empty_object_among_the_errors_is_no_error_of_its_own() -> None:
    body = CONTRACTS["status-500"]["response"]["body"]
    answer = Expected("GET", f"/api/v1/scans/{ID}/status", 500, body)
    with bigid(answer, retries=0) as context, pytest.raises(UnavailableError) as caught:
        context.provider.get(ID)
    assert caught.value.request.vendor_errors == [{"code": None, "message": "Server error"}]


# Errors under HTTP 200


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (
            {"success": False, "message": "Authentication failed. Failed to authenticate token."},
            UnauthorizedError,
            "failed",
        ),
        ({"success": False, "message": "Refresh token not valid"}, UnauthorizedError, "not valid"),
        ({"success": False, "message": "Failed to authenticate token."}, UnauthorizedError, "Failed to"),
        ({"message": "Authentication failed."}, UnauthorizedError, "Authentication failed"),
        ({"status": "error", "statusCode": 401.0, "message": "who are you"}, UnauthorizedError, "who are you"),
        ({"error": "Scan ID is invalid"}, RejectedError, "Scan ID is invalid"),
        ({"error": "Scan 1234 was not found"}, NotFoundError, "Scan 1234 was not found"),
        ({"status": "error", "message": "Server error", "errors": [{}]}, UnavailableError, "Server error"),
        ({"status": "error", "errors": [{"message": "disk full"}, {}]}, UnavailableError, "disk full"),
        ({"status": "error", "statusCode": 403, "message": "no", "data": None}, DatascanError, "no"),
        ({"success": False}, RejectedError, "no reason given"),
    ],
)
def test_an_error_under_200_is_an_error(body: t.Any, kind: type[DatascanError], message: str) -> None:
    answer = Expected("GET", f"/api/v1/scans/{ID}/status", 200, body, headers=AS_HTML)
    follows = [record_response(body), page()] if kind is NotFoundError else []
    with bigid(answer, *follows, retries=0, auth_scheme="raw") as context, pytest.raises(kind, match=message) as caught:
        context.provider.get(ID)
    assert caught.value.http_status == 200
    assert not isinstance(caught.value, InvalidResponseError)


def test_a_page_of_a_gateway_under_200_passes() -> None:
    gateway = Expected("GET", f"/api/v1/scans/{ID}/status", 200, HTML, headers=AS_HTML)
    with bigid(gateway, gateway, status_response(True)) as context:
        assert context.provider.get(ID).state == "running"


def test_an_envelope_is_no_error_and_its_status_is_not_the_scans() -> None:
    envelope = {"status": "success", "statusCode": 200, "data": {"other": 1}}
    answers = (
        Expected("GET", f"/api/v1/scans/{ID}/status", 200, envelope),
        record_response([{"state": "Completed"}]),
        page(),
    )
    with bigid(*answers) as context:
        assert context.provider.get(ID).state == "completed"


def test_a_scans_own_error_is_no_error_of_the_request() -> None:
    record = [{"_id": ID, "state": "Failed", "error": "the source was not found", "status": "error"}]
    with bigid(status_response(False), record_response(record[0]), page()) as context:
        scan = context.provider.get(ID)
    assert (scan.state, scan.error) == ("failed", "the source was not found")


# One scan


def test_true_is_running_with_one_request() -> None:
    with bigid(status_response(True)) as context:
        scan = context.provider.get(ID)
    assert (scan.state, scan.finished, scan.succeeded, scan.vendor_status) == ("running", False, None, "active")


def test_false_is_stopped_where_no_source_has_the_end() -> None:
    silent = [{"_id": ID, "name": "nightly"}]
    with bigid(status_response(False), record_response(silent), page(row(ID))) as context:
        scan = context.provider.get(ID)
    assert (scan.state, scan.finished, scan.succeeded) == ("stopped", True, None)
    assert (scan.name, scan.finished_at) == ("nightly", None)


@pytest.mark.parametrize(
    ("vendor_status", "state"),
    [
        ("Completed", "completed"),
        (" completed ", "completed"),
        ("FAILED", "failed"),
        ("Error", "failed"),
        ("Aborted", "failed"),
        ("Cancelled", "cancelled"),
        ("Stopped", "stopped"),
        ("In Progress", "running"),  # a named state is more specific than false
        ("Queued", "queued"),
    ],
)
@pytest.mark.parametrize("where", ["array", "object", "list"])
def test_the_state_of_the_record_or_of_the_list_counts(vendor_status: str, state: str, where: str) -> None:
    record = {"state": vendor_status, "updated_at": "2025-12-31T01:00:00.000Z"}
    answers = {
        "array": [record_response([record]), page()],
        "object": [record_response(record), page()],
        "list": [record_response("", code=404), page(row("other", "Failed"), {"_id": ID, **record})],
    }
    with bigid(status_response(False), *answers[where]) as context:
        scan = context.provider.get(ID)
    assert (scan.id, scan.state, scan.vendor_status) == (ID, state, vendor_status.strip())
    assert bool(scan.finished_at) is scan.finished


@pytest.mark.parametrize("value", ["yes", "Completed", "success", 1, 0, None, [], {}])
def test_a_status_of_another_type_has_no_state(value: t.Any) -> None:
    nowhere = (record_response([]), page())
    with bigid(status_response(value), *nowhere, status_response(value), *nowhere) as context:
        assert context.provider.get(ID).state == "unknown"
        assert context.provider.get(ID).succeeded is None
        assert len(warnings(context)) == 1


def warnings(context: OperationContext) -> list[str]:
    """The warnings until now."""
    return context.warn.__self__  # type: ignore[attr-defined, no-any-return]


def test_a_missing_status_is_unknown_but_its_record_is_believed() -> None:
    empty = Expected("GET", f"/api/v1/scans/{ID}/status", 200, {})
    with bigid(empty, record_response([{"state": "Failed"}]), page()) as context:
        assert context.provider.get(ID).state == "failed"


def test_an_unknown_status_is_never_success() -> None:
    with bigid(status_response(False), record_response([{"state": "Completed Partially"}]), page()) as context:
        scan = context.provider.get(ID)
        assert (scan.state, scan.succeeded, scan.vendor_status) == ("stopped", None, "Completed Partially")
        assert "'Completed Partially'" in warnings(context)[0]


def test_a_transient_error_of_the_record_does_not_make_a_scan_stopped() -> None:
    """Otherwise a transient error would end a wait with less information than the next poll gives."""
    answers = (status_response(False), record_response("", code=503), page())
    with bigid(*answers, retries=0) as context, pytest.raises(UnavailableError):
        context.provider.get(ID)


def test_the_list_helps_where_the_record_is_a_page() -> None:
    with bigid(status_response(False), record_response(HTML), page(row(ID, "Completed")), retries=0) as context:
        assert context.provider.get(ID).state == "completed"


def test_a_listed_scans_fields_are_kept_but_not_its_state() -> None:
    before = row(ID, "In Progress", scanProfileName="weekly", created_at="2026-01-01T00:00:00Z")
    with bigid(
        page(before), status_response(True), status_response(False), record_response("", code=404), page()
    ) as context:
        list(context.provider.list_scans(Query()))
        running, stopped = context.provider.get(ID), context.provider.get(ID)
    assert (running.state, running.vendor_status) == ("running", "In Progress")
    assert (stopped.state, stopped.vendor_status) == ("stopped", "stopped")
    assert {(scan.name, scan.source, str(scan.started_at)) for scan in (running, stopped)} == {
        ("nightly", "weekly", "2026-01-01 00:00:00+00:00")
    }


def test_an_id_is_quoted() -> None:
    asked = Expected("GET", "/api/v1/scans/a%2Fb%3Fc/status", answer={"status": True})
    with bigid(asked) as context:
        assert context.provider.get(" a/b?c ").id == "a/b?c"


@pytest.mark.parametrize("scan_id", ["", " ", ".", "..", "a\nb"])
def test_an_id_that_leads_elsewhere_is_not_sent(scan_id: str) -> None:
    with bigid() as context, pytest.raises(InvalidInputError, match="not a BigID scan id"):
        context.provider.get(scan_id)


def test_a_missing_scan_is_named_with_the_vendors_text() -> None:
    with (
        bigid(*missing("1234")) as context,
        pytest.raises(NotFoundError, match=r"BigID has no scan 1234.*was not found") as caught,
    ):
        context.provider.get("1234")
    assert caught.value.request.vendor_errors == [{"code": None, "message": "Scan 1234 was not found"}]


def test_the_vendors_text_about_a_missing_scan_is_kept() -> None:
    with bigid(*missing("1234")) as context, pytest.raises(NotFoundError) as caught:
        status.read_status(context, status.StatusRequest(scan_ids=["1234"]))
    facts = caught.value.facts()
    assert (facts["http_status"], facts["url"]) == (404, "https://vendor.test/api/v1/scans/1234/status")
    assert facts["vendor_errors"] == [{"code": None, "message": "Scan 1234 was not found"}]


# The list


def test_the_latest_scan_is_one_request_that_the_document_describes_and_its_end_is_checked() -> None:
    latest = page(row(1, "Completed"), total=42.0, query=[("limit", "1")])
    with bigid(latest, status_response(False, "1"), record_response([], "1")) as context:
        (scan,) = status.read_status(context, status.StatusRequest(query=Query(limit=1))).scans
    assert (scan.id, scan.provider, scan.name, scan.state) == ("1", "bigid", "nightly", "completed")


def test_no_scans_is_no_error() -> None:
    for body in ({"data": []}, {"data": {"totalCount": 0.0, "scanChildren": []}}):
        with bigid(Expected("GET", LIST, answer=body)) as context:
            assert list(context.provider.list_scans(Query(limit=1))) == []


@pytest.mark.parametrize(
    "body",
    [{}, [], {"data": None}, {"data": {}}, {"data": {"scanChildren": None}}, {"data": [{}]}, {"data": [1]}, "text"],
)
def test_a_list_that_cannot_be_read_is_not_taken_for_an_empty_one(body: t.Any) -> None:
    answer = Expected("GET", LIST, answer=json.dumps(body))
    with bigid(answer, retries=0) as context, pytest.raises(InvalidResponseError):
        list(context.provider.list_scans(Query()))


def rows(first: int, last: int) -> list[dict[str, t.Any]]:
    return [row(number, "Queued") for number in range(first, last + 1)]


def test_every_page_is_read() -> None:
    answers = [
        page(*rows(1, 200), total=450.0, query=[("limit", "200"), TOTAL]),
        page(*rows(201, 400), total=450.0, query=[("limit", "200"), ("skip", "200"), TOTAL]),
        page(*rows(401, 450), total=450.0, query=[("limit", "200"), ("skip", "400"), TOTAL]),
    ]
    with bigid(*answers) as context:
        assert ids(context.provider.list_scans(Query())) == [str(number) for number in range(1, 451)]


def test_a_server_with_smaller_pages_is_read_to_the_end() -> None:
    answers = [
        page(*rows(1, 50), total=80),
        page(*rows(51, 80), total=80, query=[("limit", "200"), ("skip", "50"), TOTAL]),
    ]
    with bigid(*answers) as context:
        assert len(list(context.provider.list_scans(Query()))) == 80


def test_where_skip_does_not_count_all_scans_are_asked_for_at_once() -> None:
    answers = [
        page(*rows(1, 200), total=251.0),
        page(*rows(1, 200), total=251.0, query=[("limit", "200"), ("skip", "200"), TOTAL]),
        page(*rows(1, 251), total=251.0, query=[("limit", "10000"), TOTAL]),
    ]
    with bigid(*answers) as context:
        assert ids(context.provider.list_scans(Query())) == [str(number) for number in range(1, 252)]


READINGS = 4  # of a list that never settles


def listed(*expected: Expected) -> tuple[int, str | None]:
    """How many scans a list has, and its gap."""
    with bigid(*expected) as context:
        found = context.provider.list_scans(Query())
        return len(found.scans), found.gap


def test_a_wrong_total_ends_a_list_neither_early_nor_late() -> None:
    with bigid(page(*rows(1, 200), total=200), page(*rows(201, 203), total=200), page(total=200)) as context:
        assert len(list(context.provider.list_scans(Query()))) == 203
    with bigid(page(*rows(1, 2), total=1), page(*rows(3, 3), total=1), page(total=1)) as context:
        assert len(list(context.provider.list_scans(Query()))) == 3
    for nothing_new in (page(total=10), page(*rows(1, 3), total=10)):  # in one case skip does not count either
        once = [page(*rows(1, 3), total=10), nothing_new]
        assert listed(*once * READINGS) == (3, "its total is 10, and 3 came")


def test_a_capped_list_that_ignores_skip_has_a_gap() -> None:
    once = [page(*rows(1, 50), total=120.0)] * 2
    assert listed(*once * READINGS) == (50, "its total is 120, and 50 came")
    untold = [Expected("GET", LIST, answer={"data": rows(1, 50)})] * 2
    assert listed(*untold * READINGS) == (50, "a page came again in place of the next one")


def test_a_capped_list_without_a_total_is_read_to_its_end() -> None:
    def part(first: int, last: int, *query: tuple[str, str]) -> Expected:
        return Expected("GET", LIST, answer={"data": rows(first, last)}, query=[*query, TOTAL])

    answers = [part(1, 100, ("limit", "200")), part(101, 105, ("limit", "200"), ("skip", "100"))]
    answers.append(part(1, 0, ("limit", "200"), ("skip", "105")))
    again = [part(1, 100, ("limit", "10000")), part(101, 105, ("limit", "10000"), ("skip", "100"))]
    again.append(part(1, 0, ("limit", "10000"), ("skip", "105")))
    assert listed(*answers, *again) == (105, None)


def test_a_list_without_a_total_continues_after_a_full_page() -> None:
    parts = [rows(1, 200), rows(201, 201), [], rows(1, 201), []]  # the last two confirm it
    assert listed(*[Expected("GET", LIST, answer={"data": part}) for part in parts]) == (201, None)


def test_numbers_and_both_names_of_the_id() -> None:
    with bigid(page({"_id": 7, "state": "Queued"}, {"id": "8", "state": "Queued"})) as context:
        assert ids(context.provider.list_scans(Query())) == ["7", "8"]


def test_a_scan_that_comes_twice_is_listed_once_and_its_list_has_a_gap() -> None:
    answers = [*[page(*rows(8, 9), *rows(9, 9))] * READINGS, page(total=3)]
    assert listed(*answers) == (2, "a row came twice")


@pytest.mark.usefixtures("one_thread")
def test_states_are_filtered_here() -> None:
    answer = page(row(1, "In Progress"), row(2, "Completed"), row(3, "failed"), row(4, "Queued"))
    with bigid(answer, *ended("2", "3")) as context:
        wanted = frozenset({ScanState.FAILED, ScanState.QUEUED})
        assert ids(context.provider.list_scans(Query(states=wanted))) == ["3", "4"]


def test_a_limit_counts_what_fits() -> None:
    answer = page(row(1, "In Progress"), row(2, "Completed"), row(3, "Completed"), query=[("limit", "200"), TOTAL])
    with bigid(answer, *ended("2")) as context:
        assert ids(context.provider.list_scans(Query(states=frozenset({ScanState.COMPLETED}), limit=1))) == ["2"]


def test_scans_are_filtered_by_the_times_they_have() -> None:
    day = "2026-01-0{}T00:00:00.000Z"
    answer = page(
        row(1, "Queued", updated_at=day.format(5)),  # may have started after the third
        row(2, "Queued", created_at=day.format(2), updated_at=day.format(4)),
        row(3, "Queued"),
        row(4, "Queued", created_at=day.format(4)),
        row(5, "Queued", updated_at=day.format(2)),
    )
    third = datetime(2026, 1, 3, tzinfo=timezone.utc)
    with bigid(answer, answer) as context:
        assert ids(context.provider.list_scans(Query(started_after=third))) == ["1", "3", "4"]
        assert ids(context.provider.list_scans(Query(started_before=third))) == ["1", "2", "3", "5"]


def test_pages_older_than_what_is_asked_for_are_not_read() -> None:
    old = [row(number, "Completed", updated_at="2025-01-01T00:00:00Z") for number in range(200)]
    with bigid(page(*old, total=5000)) as context:
        assert list(context.provider.list_scans(Query(started_after=datetime(2026, 1, 1, tzinfo=timezone.utc)))) == []


def test_a_list_without_totals_is_asked_for_its_total() -> None:
    """BigID's other lists are of this kind. The pages are smaller than requested."""
    answers = [page(*rows(1, 50), total=80, query=[("limit", "200"), TOTAL])]
    answers.append(page(*rows(51, 80), total=80, query=[("limit", "200"), ("skip", "50"), TOTAL]))
    assert listed(*answers) == (80, None)


def test_scans_cannot_be_found_by_their_owner() -> None:
    with bigid() as context, pytest.raises(InvalidInputError, match=r"query\.owners"):
        list(context.provider.list_scans(Query(owners=["me"])))


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests come in an order that a script can expect."""
    monkeypatch.setattr(_provider, "_THREADS", 1)


@pytest.mark.usefixtures("one_thread")
def test_a_state_that_the_list_lacks_is_requested() -> None:
    answers = [
        page(row(1), row(2, "Completed"), row(3, "Defragmenting"), row(4)),
        status_response(True, "1"),
        status_response(True, "3"),
        *missing("4")[:2],
        *ended("2"),
    ]
    with bigid(*answers) as context:
        found = [(scan.id, scan.state) for scan in context.provider.list_scans(Query())]
        assert found == [("1", "running"), ("2", "completed"), ("3", "running")]
        assert len(warnings(context)) == 1


def test_a_list_without_states_is_not_read_again() -> None:
    with bigid(page(row(1)), status_response(False, "1"), record_response("", "1", 404)) as context:
        assert [scan.state for scan in context.provider.list_scans(Query())] == ["stopped"]


@pytest.mark.usefixtures("one_thread")
def test_states_that_a_list_lacks_are_requested_up_to_a_limit() -> None:
    many = [row(number) for number in range(150)]
    with bigid(page(*many), *[status_response(True, str(number)) for number in range(100)]) as context:
        found = [scan.state for scan in context.provider.list_scans(Query())]
        assert found == ["running"] * 100 + ["unknown"] * 50
        assert len(warnings(context)) == 1


# Many scans


def test_many_scans_are_one_page_of_the_list() -> None:
    listed_scans = page(row(1, "Completed"), row(5, "Failed"), row(2, "Queued"), row(3, "In Progress"))
    with bigid(listed_scans, *ended("1")) as context:
        seen = context.provider.get_many(["3", "2", "1"])
    assert [(scan_id, scan.state) for scan_id, scan in seen.items() if isinstance(scan, Scan)] == [
        ("3", "running"),
        ("2", "queued"),
        ("1", "completed"),
    ]


@pytest.mark.usefixtures("one_thread")
def test_scans_that_the_list_lacks_are_read_one_by_one() -> None:
    answers = [
        page(*rows(100, 299), total=9000.0),
        page(*rows(300, 499), total=9000.0),
        status_response(True, "1"),
        *missing("2")[:2],
        page(row(1), row(100), total=2),  # the whole list, before a scan is said to be missing
    ]
    with bigid(*answers) as context:
        seen = context.provider.get_many(["1", "2", "100"])
    assert isinstance(seen["2"], NotFoundError)
    assert [scan.state for scan in (seen["1"], seen["100"]) if isinstance(scan, Scan)] == ["running", "queued"]


@pytest.mark.usefixtures("one_thread")
def test_without_a_list_every_scan_is_read() -> None:
    no_list = [Expected("GET", LIST, 403, "") for _form in ("raw", "bearer")]
    answers = [*no_list, status_response(True, "1"), status_response(True, "2")]
    with bigid(*answers) as context:
        assert list(context.provider.get_many(["1", "2"])) == ["1", "2"]


def test_a_list_that_is_unavailable_costs_no_request_per_scan() -> None:
    with bigid(Expected("GET", LIST, 503, ""), retries=0) as context:
        assert {type(seen) for seen in context.provider.get_many(["1", "2", "3"]).values()} == {UnavailableError}


# Waiting


def test_the_latest_scan_is_waited_for_without_an_id() -> None:
    answers = [
        page(row(ID, "In Progress"), total=42.0, query=[("limit", "1")]),
        status_response(True),
        status_response(True),
        status_response(False),
        record_response([{"_id": ID, "state": "Completed", "updated_at": "2026-01-01T00:00:09Z"}]),
        page(),
    ]
    with bigid(*answers) as context:
        result = status.read_status(context, status.StatusRequest(query=Query(limit=1), wait=WaitOptions(interval=5)))
    (scan,) = result.scans
    assert (scan.name, scan.state, str(scan.finished_at)) == ("nightly", "completed", "2026-01-01 00:00:09+00:00")


def test_a_stopped_scan_ends_a_wait_and_is_no_success() -> None:
    answers = [page(), Expected("POST", "/api/v1/scans", answer={"result": {"_id": ID}}, body=body())]
    nowhere = [record_response([]), page()]
    with (
        bigid(*answers, status_response(False), *nowhere) as context,
        pytest.raises(ScanNotCompletedError, match="stopped"),
    ):
        start.start_scan(context, start.StartRequest(NIGHTLY, wait=WaitOptions(timeout=60)))


def test_an_unknown_status_never_passes() -> None:
    vendor_status = "Defragmenting"
    answers = [page(row(ID, vendor_status)), *[status_response(True)] * 2]
    with bigid(*answers) as context, pytest.raises(WaitTimeoutError):
        status.read_status(context, status.StatusRequest(query=Query(limit=1), wait=WaitOptions(timeout=1, interval=1)))


# Tokens


def session(name: str, answer: t.Any = None, code: int = 200) -> Expected:
    """The exchange of the user token."""
    return Expected(
        "GET",
        "/api/v1/refresh-access-token",
        code,
        {"success": True, "systemToken": name} if answer is None else answer,
        headers=AS_HTML,
        sent_headers={"Authorization": "user-token"},
    )


def running(token: str, code: int = 200) -> Expected:
    return status_response(True, status=code, sent_headers={"Authorization": token})


def refused(token: str) -> Expected:
    return Expected(
        "GET", f"/api/v1/scans/{ID}/status", 401, "UnauthorizedError", sent_headers={"Authorization": token}
    )


BY_USER_TOKEN = {"api_token": None, "refresh_token": "user-token"}


def poll_twice(*expected: Expected, **settings: t.Any) -> None:
    with bigid(*expected, **settings) as context:
        assert context.provider.get(ID).state == context.provider.get(ID).state == "running"


def test_a_session_token_goes_bare() -> None:
    poll_twice(running(TOKEN), running(TOKEN))
    poll_twice(running(TOKEN), running(TOKEN), auth_scheme="raw")


def test_the_other_form_is_tried_once_and_kept() -> None:
    poll_twice(refused(TOKEN), running(f"Bearer {TOKEN}"), running(f"Bearer {TOKEN}"))


@pytest.mark.parametrize(
    ("scheme", "forms"),
    [("auto", [TOKEN, f"Bearer {TOKEN}"]), ("raw", [TOKEN]), ("bearer", [f"Bearer {TOKEN}"])],
)
def test_a_token_that_is_refused_in_every_form_is_refused(scheme: str, forms: list[str]) -> None:
    with bigid(*map(refused, forms), auth_scheme=scheme) as context, pytest.raises(UnauthorizedError, match="HTTP 401"):
        context.provider.get(ID)


def test_a_form_that_has_worked_is_not_doubted() -> None:
    with pytest.raises(UnauthorizedError):
        poll_twice(running(TOKEN), refused(TOKEN))


def test_a_user_token_is_exchanged_first() -> None:
    poll_twice(session("s1"), running("s1"), running("s1"), **BY_USER_TOKEN)
    poll_twice(session("s1"), refused("s1"), running("Bearer s1"), running("Bearer s1"), **BY_USER_TOKEN)


EXPIRED = [
    (401, "UnauthorizedError"),
    (200, {"success": False, "message": "Authentication failed. Failed to authenticate token."}),
    (200, {"success": False, "message": "Failed to authenticate token."}),
    (200, {"success": False, "message": "Refresh token not valid"}),
]


@pytest.mark.parametrize(("code", "answer"), EXPIRED)
def test_a_session_that_expires_in_the_middle_of_a_wait_is_renewed_once(code: int, answer: t.Any) -> None:
    first, second = {"Authorization": "s1"}, {"Authorization": "s2"}
    answers = [
        session("s1"),
        status_response(True, sent_headers=first),
        Expected("GET", f"/api/v1/scans/{ID}/status", code, answer, headers=AS_HTML, sent_headers=first),
        session("s2"),
        status_response(True, sent_headers=second),
        status_response(False, sent_headers=second),
        record_response([{"state": "Completed"}]),
        page(),
    ]
    with bigid(*answers, **BY_USER_TOKEN) as context:
        result = wait.wait_for_scans(context, wait.WaitRequest(scan_ids=[ID], options=WaitOptions(interval=1)))
    assert [scan.state for scan in result.scans] == ["completed"]
    assert result.waited.requests == len(answers)


def test_a_given_session_token_is_used_until_it_is_refused() -> None:
    tokens = {"api_token": "s0", "refresh_token": "user-token"}
    poll_twice(running("s0"), refused("s0"), session("s1"), running("s1"), **tokens)
    poll_twice(refused("s0"), refused("Bearer s0"), session("s1"), running("s1"), running("s1"), **tokens)
    answers = [refused("s0"), refused("Bearer s0"), session("s1"), refused("s1"), running("Bearer s1")]
    poll_twice(*answers, running("Bearer s1"), **tokens)


def test_a_fresh_session_token_that_is_refused_ends_it() -> None:
    with pytest.raises(UnauthorizedError):
        poll_twice(session("s1"), running("s1"), refused("s1"), session("s2"), refused("s2"), **BY_USER_TOKEN)
    with pytest.raises(UnauthorizedError):
        poll_twice(session("s1"), refused("s1"), refused("Bearer s1"), **BY_USER_TOKEN)


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (200, {"success": False, "message": "Refresh token not valid"}),
        (200, {"success": False, "message": "Failed to authenticate token."}),
        (401, "UnauthorizedError"),
        (400, "Bad Request"),
        (403, "Forbidden"),
    ],
)
def test_a_user_token_that_is_refused_ends_it_at_once(code: int, answer: t.Any) -> None:
    message = r"^BigID did not exchange refresh_token for a session token: .*[^.]\. If the user token"
    refusal = session("", answer, code)
    with bigid(refusal, **BY_USER_TOKEN) as context, pytest.raises(UnauthorizedError, match=message) as caught:
        status.read_status(context, status.StatusRequest(scan_ids=[ID], missing="ignore"))
    assert caught.value.http_status == code


def test_a_token_exchange_is_retried_after_a_transient_error() -> None:
    faults = [session("", HTML), session("", {"success": True}), session("", {}, 503)]
    poll_twice(*faults, session("s1"), running("s1"), running("s1"), **BY_USER_TOKEN)


def test_a_transient_error_of_the_exchange_does_not_end_a_wait() -> None:
    answers = [
        session("", {}, 503),
        session("s1"),
        status_response(False),
        record_response([{"state": "Completed"}]),
        page(),
    ]
    with bigid(*answers, **BY_USER_TOKEN, retries=0) as context:
        wait.wait_for_scans(context, wait.WaitRequest(scan_ids=[ID], options=WaitOptions(interval=1)))


def test_an_exchanged_token_is_a_secret() -> None:
    known, clock = Redactor(["user-token"]), FakeClock()
    settings = ConnectionOptions(provider="bigid", api_url="https://vendor.test/api/v1", refresh_token="user-token")
    provider = connect(settings, clock, print, known)  # type: ignore[arg-type]
    mount(provider, Script([session("session-token-1"), running("session-token-1")], clock))
    provider.get(ID)
    assert known.redact_text("session-token-1") == "********"


def test_a_token_is_needed() -> None:
    with pytest.raises(InvalidInputError, match=r"BigID needs a token: set api_token .* or refresh_token"):
        connected([], provider="bigid", api_token=None)


@pytest.mark.parametrize("option", ["api_token", "refresh_token"])
def test_a_token_that_no_header_can_carry(option: str) -> None:
    with pytest.raises(InvalidInputError, match=f"^{option} contains a character") as caught:
        connected([], provider="bigid", **{option: "secret\ntoken"})
    assert "secret" not in caught.value.message


class Crowd(requests.adapters.BaseAdapter):
    """A server that several threads ask at once, and that lets each session token live for one round."""

    def __init__(self) -> None:
        super().__init__()
        self.exchanges = 0
        self.valid = ""

    def send(self, request: t.Any, **kwargs: t.Any) -> requests.Response:
        answer: t.Any = {"status": True}
        code = 200
        if request.url.endswith("/refresh-access-token"):
            self.exchanges += 1
            self.valid = f"session-{self.exchanges}"
            answer = {"success": True, "systemToken": self.valid}
        elif "parent-scans" in request.url:
            code = 404
        elif request.headers["Authorization"] != self.valid:
            code = 401
        return response_to(request, Expected("GET", "", code, answer))

    def close(self) -> None:
        pass


def test_many_threads_make_one_exchange() -> None:
    provider, _script = connected([], provider="bigid", **BY_USER_TOKEN)
    crowd = Crowd()
    mount(provider, crowd)
    for exchanges in (1, 2):
        seen = provider.get_many([str(number) for number in range(40)])
        assert all(isinstance(scan, Scan) for scan in seen.values())
        assert crowd.exchanges == exchanges
        crowd.valid = "none"


# Starting


def body(**changes: str) -> dict[str, str]:
    return {"scanType": "dsScan", "scanProfileName": "nightly", "scanOrigin": "datascan.gate", **changes}


def posted(answer: t.Any = None, code: int = 200, **changes: str) -> Expected:
    made = {"result": {"_id": ID}} if answer is None else answer
    return Expected("POST", "/api/v1/scans", code, made, headers=AS_HTML, body=body(**changes))


@pytest.mark.parametrize("code", [200, 201, 202])
def test_a_profile_is_started(code: int) -> None:
    target = {**NIGHTLY, "scan_profile": " nightly ", "scan_type": "metadataScan", "scan_origin": "gate"}
    with bigid(
        page(row(1, "Completed")), *ended("1"), posted(code=code, scanType="metadataScan", scanOrigin="gate")
    ) as context:
        result = start.start_scan(context, start.StartRequest(target))
    scan = result.scan
    assert (result.changed, scan.id, scan.name, scan.source, scan.state) == (True, ID, "nightly", "nightly", "queued")


@pytest.mark.parametrize(
    ("there", "reused"),
    [
        (row(7, "In Progress"), True),
        (row(7, "Queued", name="of last night", scanProfileName="nightly"), True),
        (row(7, "In Progress", name="Nightly"), False),
        (row(7, "In Progress", scanProfileName="weekly"), False),
        (row(7, "Failed"), False),
    ],
)
def test_a_scan_of_the_same_profile_that_runs_is_handed_back(there: dict[str, t.Any], reused: bool) -> None:
    checks = ended("7") if there["state"] == "Failed" else []
    with bigid(page(there), *checks, *([] if reused else [posted()])) as context:
        result = start.start_scan(context, start.StartRequest(NIGHTLY))
    assert (result.reused, result.changed, result.scan.id) == (reused, not reused, "7" if reused else ID)


def test_a_start_that_answers_with_a_scan_of_another_profile_is_not_the_scan_that_was_started() -> None:
    other = posted({"result": {"_id": ID, "scanProfileName": "weekly"}})
    with bigid(page(), other) as context, pytest.raises(UnknownOutcomeError, match="another source or target"):
        start.start_scan(context, start.StartRequest(NIGHTLY))


@pytest.mark.parametrize("is_in_list", [False, True])
def test_a_wait_takes_no_answer_about_another_profile(is_in_list: bool) -> None:
    """One source may name the other profile, or two sources may contradict each other."""
    other = {"_id": ID, "state": "Completed", "scanProfileName": "weekly"}
    own = {**other, "scanProfileName": "nightly"}
    polls = [status_response(False), record_response([own if is_in_list else other]), page(other)]
    with bigid(page(), posted(), *polls) as context, pytest.raises(WaitTimeoutError) as raised:
        start.start_scan(context, start.StartRequest(NIGHTLY, wait=WaitOptions(timeout=1, interval=1)))
    assert "weekly" in raised.value.message and "The last poll failed" in raised.value.message


def test_only_for_scans_of_the_profile_a_state_that_the_list_lacks_is_requested() -> None:
    others = [row(number, name="weekly") for number in range(100)]
    with bigid(page(*others, row(ID)), status_response(True)) as context:
        assert start.start_scan(context, start.StartRequest(NIGHTLY)).scan.id == ID


def test_a_scan_that_runs_may_be_a_reason_to_fail() -> None:
    with bigid(page(row(7, "Queued"))) as context, pytest.raises(ConflictError):
        start.start_scan(context, start.StartRequest(NIGHTLY, if_active="fail"))


def test_a_fresh_scan_is_reused() -> None:
    done = row(7, "Completed", updated_at="2025-12-31T23:50:00Z", created_at="2025-12-31T23:00:00Z")
    asked = [page(done), *ended("7")] * 2
    with bigid(*asked) as context:
        assert start.start_scan(context, start.StartRequest(NIGHTLY, fresh_for=900)).reused
    with bigid(*asked, posted()) as context:
        assert not start.start_scan(context, start.StartRequest(NIGHTLY, fresh_for=300)).reused


def test_a_previous_scan_may_serve() -> None:
    with bigid(page(), status_response(True, "7")) as context:
        result = start.start_scan(context, start.StartRequest(NIGHTLY, previous_scan_id="7"))
    assert (result.reused, result.scan.id) == (True, "7")


def test_check_mode_sends_no_start() -> None:
    with bigid(page(), check_mode=True) as context:
        result = start.start_scan(context, start.StartRequest(NIGHTLY))
    assert (result.changed, result.scan.id) == (True, PREDICTED_ID)


LOST = [
    (200, requests.ConnectionError("reset")),
    (500, {"status": "error", "message": "Server error", "errors": [{}]}),
    (200, {"status": "error", "message": "Server error", "errors": [{}]}),
    (200, HTML),
    (200, {"result": {}}),
    (200, '{"result": {"_i'),
]


@pytest.mark.parametrize(("code", "answer"), LOST)
def test_a_start_whose_answer_is_lost_is_found_in_the_list(code: int, answer: t.Any) -> None:
    with bigid(page(), posted(answer, code), page(), page(row(9, "Queued"))) as context:
        result = start.start_scan(context, start.StartRequest(NIGHTLY))
    assert (result.changed, result.scan.id) == (True, "9")


def test_a_start_that_is_lost_and_not_found_is_sent_again_and_given_up() -> None:
    once = [posted(requests.ConnectionError("reset")), *[page()] * 3]
    with bigid(page(), *once * 3) as context, pytest.raises(UnknownOutcomeError, match="sent 3 times"):
        start.start_scan(context, start.StartRequest(NIGHTLY))


def test_a_start_that_is_refused_is_not_sent_again() -> None:
    refusal = posted({"error": "Scan profile is missing"}, 400)
    with bigid(page(), refusal) as context, pytest.raises(RejectedError, match="Scan profile is missing"):
        start.start_scan(context, start.StartRequest(NIGHTLY))


def test_a_start_after_the_session_expired_is_sent_with_a_new_one() -> None:
    expired = posted("UnauthorizedError", 401)
    answers = [session("s1"), page(), expired, session("s2"), posted()]
    with bigid(*answers, **BY_USER_TOKEN) as context:
        assert start.start_scan(context, start.StartRequest(NIGHTLY)).scan.id == ID


@pytest.mark.parametrize("option", ["scan_profile", "scan_origin"])
def test_an_empty_option_is_not_sent(option: str) -> None:
    with bigid() as context, pytest.raises(InvalidInputError, match=rf"bigid\.{option} is empty"):
        start.start_scan(context, start.StartRequest({**NIGHTLY, option: " "}))


WHOLE = {
    "_id": ID,
    "id": ID,
    "name": "of last night",
    "state": "In Progress",
    "scanPageState": "In Progress",
    "type": "dsScan",
    "created_at": "2025-12-31T23:59:58.000Z",
    "updated_at": "2025-12-31T23:59:59.000Z",
    "info": {},
    "scan_progress_status": "In Progress",
    "dsConnectionList": [],
    "executedBy": "ann",
    "scanSecretKey": "k3y-of-the-scan",
}


def test_the_answer_to_a_start_is_the_scan() -> None:
    with bigid(page(), posted({"result": WHOLE}), status_response(True)) as context:
        scan = start.start_scan(context, start.StartRequest(NIGHTLY)).scan
        assert (scan.state, scan.vendor_status, scan.owner) == ("running", "In Progress", "ann")
        assert (scan.name, scan.source) == ("of last night", "nightly")
        shown = scan.model_dump(mode="json")
        assert (shown["started_at"], shown["finished_at"]) == ("2025-12-31T23:59:58Z", None)
        # A status of true has none of this.
        again = context.provider.get(ID)
    assert (again.owner, again.source, again.started_at) == (scan.owner, scan.source, scan.started_at)


def test_answers_of_other_sources_are_understood() -> None:
    made, listed, record = (
        json.loads((FOLDER / f"{name}-200.json").read_text()) for name in ("start", "scan-profiles", "record")
    )
    request, answer = made["request"]["body"], made["response"]["body"]
    target = {"scan_profile": request["scanProfileName"], "scan_type": None, "scan_origin": request["scanOrigin"]}
    sent = Expected("POST", "/api/v1/scans", answer=answer, body=request)
    with bigid(page(), profiles(listed["response"]["body"]), sent) as context:
        scan = start.start_scan(context, start.StartRequest(target)).scan
    assert (scan.id, scan.owner, scan.state) == (answer["result"]["_id"], "sandbox", "queued")
    assert answer["result"]["scanSecretKey"] not in str(scan)
    record["response"]["body"][0]["_id"] = ID
    answers = [status_response(False), record_response(record["response"]["body"]), page()]
    with bigid(*answers) as context:
        assert context.provider.get(ID).state == "completed"


@pytest.mark.parametrize(
    ("word", "state"), [(None, "queued"), ("Queued", "queued"), ("Failed", "failed"), ("Defragmenting", "unknown")]
)
def test_a_started_scan_has_the_state_of_the_answer(word: str | None, state: str) -> None:
    with bigid(page(), posted({"result": {"_id": ID, "state": word}})) as context:
        scan = start.start_scan(context, start.StartRequest(NIGHTLY)).scan
    assert (scan.state, scan.vendor_status) == (state, word)


def test_a_started_scan_with_an_error_has_failed() -> None:
    with bigid(page(), posted({"result": {**WHOLE, "state": "Completed", "error": "No scanner."}})) as context:
        scan = start.start_scan(context, start.StartRequest(NIGHTLY)).scan
    assert (scan.state, scan.error) == ("failed", "No scanner.")


def outcome(read: t.Callable[[], Scan]) -> str:
    """The whole text of a scan or an error."""
    try:
        return repr(read())
    except DatascanError as error:
        return f"{error} {error.facts()} {error.result} {error.__cause__}"


NAMELESS = {**WHOLE, "_id": None, "id": []}


@pytest.mark.parametrize("made", [WHOLE, NAMELESS, [WHOLE], str(WHOLE)])
def test_the_answer_to_a_start_does_not_show_the_scans_secret_key(made: t.Any) -> None:
    warned: list[str] = []
    answers = [page(), posted({"result": made}), page({**WHOLE, "name": "nightly"})]
    provider, script = connected(answers, warn=warned.append, provider="bigid", retries=0)
    context = OperationContext(provider, FakeClock(), False, warned.append, warned.append)  # type: ignore[arg-type]
    shown = outcome(lambda: start.start_scan(context, start.StartRequest(NIGHTLY)).scan)
    assert len(script.sent) > 1
    assert WHOLE["scanSecretKey"] not in " ".join([shown, *warned])


@pytest.mark.parametrize(
    "record", [[WHOLE], WHOLE, [NAMELESS], [{**WHOLE, "_id": "other", "id": "other"}], [str(WHOLE)]]
)
@pytest.mark.parametrize("listed", [WHOLE, NAMELESS])
def test_a_read_does_not_show_the_scans_secret_key(record: t.Any, listed: t.Any) -> None:
    warned: list[str] = []
    answers = [status_response(False), record_response(record), page(listed)]
    provider, _script = connected(answers, warn=warned.append, provider="bigid", retries=0)
    assert WHOLE["scanSecretKey"] not in " ".join([outcome(lambda: provider.get(ID)), *warned])


OWN_TYPE = {**NIGHTLY, "scan_type": None}


def profiles(answer: t.Any, code: int = 200) -> Expected:
    return Expected("GET", "/api/v1/scanProfiles", code, answer)


LINEAGE = {"name": "nightly", "scanType": "lineageScan"}


@pytest.mark.parametrize(
    ("answer", "scan_type"),
    [
        ({"scanProfiles": [{"name": "weekly", "scanType": "metadataScan"}, LINEAGE]}, "lineageScan"),
        ({"status": "success", "data": {"scanProfiles": [LINEAGE]}}, "lineageScan"),
        ({"scanProfiles": [None, "nightly", {"name": 5}, {**LINEAGE, "name": " nightly "}]}, "lineageScan"),
        ({"scanProfiles": [LINEAGE, {**LINEAGE, "scanType": "metadataScan"}]}, "dsScan"),
        ({"scanProfiles": [{"name": "Nightly", "scanType": "metadataScan"}]}, "dsScan"),
        ({"scanProfiles": [{"name": "nightly", "scanType": {"a": "b"}}]}, "dsScan"),
        ({"scanProfiles": []}, "dsScan"),
        ({"scanProfiles": None}, "dsScan"),
        ([], "dsScan"),
    ],
)
def test_a_profile_is_started_with_its_own_type(answer: t.Any, scan_type: str) -> None:
    clock = FakeClock()
    with bigid(page(), profiles(answer), posted(scanType=scan_type), clock=clock, retries=5) as context:
        assert start.start_scan(context, start.StartRequest(OWN_TYPE)).scan.id == ID
    assert not clock.sleeps


TRANSIENT: list[tuple[t.Any, int]] = [("", 429), ("", 500), ("", 503), (requests.ConnectionError("reset"), 200)]


@pytest.mark.parametrize(("answer", "code"), [*TRANSIENT, (HTML, 200)])
def test_a_profile_is_not_started_with_another_type_because_its_own_could_not_be_read_now(
    answer: t.Any, code: int
) -> None:
    reads = [profiles(answer, code), profiles({"scanProfiles": [LINEAGE]})]
    with bigid(page(), *reads, posted(scanType="lineageScan"), retries=1) as context:
        assert start.start_scan(context, start.StartRequest(OWN_TYPE)).scan.id == ID


@pytest.mark.parametrize(("answer", "code"), TRANSIENT)
def test_without_the_type_of_a_profile_nothing_is_started(answer: t.Any, code: int) -> None:
    with (
        bigid(page(), profiles(answer, code), retries=0) as context,
        pytest.raises(UnavailableError, match=r"^No scan was started, because .* Set bigid\.scan_type") as caught,
    ):
        start.start_scan(context, start.StartRequest(OWN_TYPE))
    assert caught.value.result.changed is False


def test_a_page_in_place_of_the_profiles_may_stand_for_a_path_that_is_not_there() -> None:
    with bigid(page(), profiles(HTML), posted(), retries=0) as context:
        assert start.start_scan(context, start.StartRequest(OWN_TYPE)).scan.id == ID


@pytest.mark.parametrize("scan_type", [None, "", " "])
def test_an_empty_type_is_not_set(scan_type: str | None) -> None:
    with bigid(page(), profiles({"scanProfiles": [LINEAGE]}), posted(scanType="lineageScan")) as context:
        start.start_scan(context, start.StartRequest({**NIGHTLY, "scan_type": scan_type}))


@pytest.mark.parametrize("code", [400, 403, 404, 405, 501])
def test_a_deployment_may_not_list_its_profiles(code: int) -> None:
    with bigid(page(), profiles("", code), posted(), auth_scheme="raw", retries=5) as context:
        assert start.start_scan(context, start.StartRequest(OWN_TYPE)).scan.id == ID


def test_a_type_that_is_set_is_sent_without_a_request_for_the_profiles() -> None:
    with bigid(page(), posted(scanType="dataInMotion")) as context:
        start.start_scan(context, start.StartRequest({**NIGHTLY, "scan_type": "dataInMotion"}))


def test_profiles_are_not_read_where_no_scan_is_started() -> None:
    with bigid(page(row(7, "Queued"))) as context:
        assert start.start_scan(context, start.StartRequest(OWN_TYPE)).reused
    with bigid(page(), check_mode=True) as context:
        assert start.start_scan(context, start.StartRequest(OWN_TYPE)).changed


# Unsupported operations


def test_it_cannot_cancel() -> None:
    with (
        bigid() as context,
        pytest.raises(UnsupportedError, match=r"^BigID cannot cancel .* console; wait_timeout ends only the wait"),
    ):
        cancel.cancel_scans(context, cancel.CancelRequest([ID]))


def test_it_cannot_scan_again() -> None:
    with (
        bigid() as context,
        pytest.raises(UnsupportedError, match="scan_start with the same scan_profile, and set if_active to start"),
    ):
        rescan.rescan(context, rescan.RescanRequest(ID))


# By name


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "nightly"}, ["3", "1"]),
        ({"name": "nightly", "limit": 1}, ["3"]),
        ({"source": "weekly"}, ["2"]),
        ({"name": "weekly", "limit": 1}, ["2"]),
    ],
    ids=str,
)
def test_a_query_finds_scans_by_name_or_profile(query: dict[str, t.Any], found: list[str]) -> None:
    """The latest of one profile is not the latest of all."""
    rows = [
        row(4, "InProgress", name="other", updated_at="2026-01-04T00:00:00Z"),
        row(3, "InProgress", updated_at="2026-01-03T00:00:00Z"),
        row(2, "InProgress", name="x", scanProfileName="weekly", updated_at="2026-01-02T00:00:00Z"),
        row(1, "InProgress", updated_at="2026-01-01T00:00:00Z"),
    ]
    with bigid(page(*rows)) as context:
        result = status.read_status(context, status.StatusRequest(query=Query(**query)))
    assert sorted(ids(result.scans), reverse=True) == found


def dated(number: int, started: int, updated: int, state: str = "InProgress", **more: t.Any) -> dict[str, t.Any]:
    """A row of a scan that started and changed on days of January."""
    times = {"created_at": f"2025-01-{started:02}T00:00:00Z", "updated_at": f"2025-01-{updated:02}T00:00:00Z"}
    return row(number, state, **times, **more)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        # A scan that started before may have changed last.
        ([dated(1, 2, 9, "Completed"), dated(2, 5, 6)], "2"),
        ([dated(1, 2, 9), dated(2, 5, 6), dated(3, 5, 5, name="other")], "2"),
        # A scan without a start may be the newest, unless it changed before the others.
        ([dated(1, 5, 9), row(2, "InProgress", updated_at="2025-01-06T00:00:00Z")], "2"),
        ([dated(1, 5, 9), row(2, "InProgress", updated_at="2025-01-04T00:00:00Z")], "1"),
        # Where no scan has a start, the order of the list counts.
        ([row(1, "InProgress"), row(2, "InProgress")], "1"),
    ],
    ids=str,
)
def test_the_latest_of_a_name_is_the_one_that_started_last(rows: list[dict[str, t.Any]], found: str) -> None:
    with bigid(page(dated(9, 8, 10, name="of somebody else"), *rows)) as context:
        result = status.read_status(context, status.StatusRequest(query=Query(name="nightly", limit=1)))
    assert ids(result.scans) == [found]


def test_pages_that_cannot_have_the_newest_are_not_read() -> None:
    first = [dated(1, 2, 20), dated(2, 9, 19), *(dated(number, 1, 18, name="other") for number in range(3, 201))]
    second = [dated(number, 1, 8) for number in range(201, 401)]
    skip = [("limit", "200"), ("skip", "200"), TOTAL]
    with bigid(page(*first, total=9000), page(*second, total=9000, query=skip)) as context:
        result = status.read_status(context, status.StatusRequest(query=Query(name="nightly", limit=1)))
    assert (ids(result.scans), result.complete) == (["2"], True)


@pytest.mark.parametrize("name", ["night", "Nightly", "nightly 2"])
def test_a_name_that_no_scan_has_is_refused(name: str) -> None:
    with bigid(page(row(1, "InProgress"), row(2, "InProgress"))) as context, pytest.raises(NotFoundError) as caught:
        status.read_status(context, status.StatusRequest(query=Query(name=name, limit=1)))
    expected = f"None of the 2 scans that BigID listed matches query.name '{name}'. Check the spelling."
    assert caught.value.message == expected
    assert caught.value.facts()["kind"] == "not_found"


def test_a_name_that_no_scan_has_is_no_failure_if_that_is_asked_for() -> None:
    warned: list[str] = []
    with bigid(page(row(1, "InProgress")), warned=warned) as context:
        request = status.StatusRequest(query=Query(name="night", limit=1), missing="ignore")
        assert status.read_status(context, request).scans == []
    assert "query.name 'night'" in warned[0]


def test_a_name_without_a_scan_in_a_state_is_no_failure() -> None:
    """The scans of that name may be in other states."""
    with bigid(page(row(1, "InProgress"))) as context:
        query = Query(name="nightly", states=frozenset({ScanState.FAILED}))
        assert status.read_status(context, status.StatusRequest(query=query)).scans == []


def test_recent_scans_are_those_of_one_page_in_the_states_that_it_shows() -> None:
    """A single request, without the undocumented total, also with an unknown state and an invalid record."""
    warned: list[str] = []
    rows = [{"_id": "1", "state": "Completed"}, {"_id": "2", "state": "Strange"}, {"_id": "3"}, {"name": "no id"}]
    listed = replace(page(*rows), query=[("limit", "200")])
    with bigid(listed, warned=warned) as context:
        scans = context.require(ListsScans).list_recent()
    assert [(scan.id, scan.state) for scan in scans] == [("1", "completed"), ("2", "unknown"), ("3", "unknown")]
    assert not warned


def test_recent_scans_are_asked_for_once() -> None:
    for code in (400, 404, 503):
        with bigid(replace(page(), status=code), retries=5) as context, pytest.raises(DatascanError):
            context.require(ListsScans).list_recent()
