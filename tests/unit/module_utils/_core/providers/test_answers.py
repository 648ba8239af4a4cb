# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that must not be trusted: about another scan, incomplete, with an error, a wrong form or a wrong time."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
    UnavailableError,
    UnknownOutcomeError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import MAY_RUN, Query, Scan
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import rescan, start, status
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base as _base
from glasswall_script import (
    CHILD_ID,
    RECENT_QUERY,
    SAS,
    SCAN_ID,
    SCAN_PATH,
    TARGET,
    item,
    list_response,
    missing_responses,
    page,
    read_response,
    start_response,
    start_responses,
)
from scripted_vendor import Expected, scripted_context

A, B = "aaaaaaaaaaaaaaaaaaaaaaa1", "bbbbbbbbbbbbbbbbbbbbbbb2"  # scans of BigID
PROTECTO: dict[str, t.Any] = {"provider": "protecto", "api_url": "https://vendor.test/api/vault", "retries": 0}
BIGID: dict[str, t.Any] = {"provider": "bigid", "retries": 0}
ADVALIDATION: dict[str, t.Any] = {"provider": "advalidation", "retries": 0}
NIGHTLY = {"scan_profile": "nightly", "scan_type": "dsScan", "scan_origin": "datascan.gate"}
OBJECTS = {"objects": [{"data_source_name": "crm", "object_name": ["a"]}]}
NO_ROUTE = "<pre>Cannot GET /api/v1/scans/1/status</pre>"


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests come in an order that a script can expect."""
    monkeypatch.setattr(_base, "_THREADS", 1)


def protecto(*rows: dict[str, t.Any], asked: t.Sequence[str] = ("a",), **envelope: t.Any) -> Expected:
    answer = {"data": list(rows), "success": "true", "error": {"message": ""}, **envelope}
    return Expected("PUT", "/api/vault/data-scan/status", answer=answer, body=list(asked))


def bigid_status(value: t.Any, scan_id: str = A, code: int = 200) -> Expected:
    answer = {"status": value} if code == 200 and not isinstance(value, dict) else value
    return Expected("GET", f"/api/v1/scans/{scan_id}/status", code, answer)


def bigid_record(answer: t.Any, scan_id: str = A, code: int = 200) -> Expected:
    return Expected("GET", f"/api/v1/scans/{scan_id}", code, answer)


def bigid_list(*rows: dict[str, t.Any], code: int = 200) -> Expected:
    body = {"status": "success", "data": {"totalCount": len(rows), "scanChildren": list(rows)}}
    return Expected("GET", "/api/v1/scans/parent-scans", code, body)


def row(scan_id: str = A, state: str | None = None, **more: t.Any) -> dict[str, t.Any]:
    return {"_id": scan_id, "name": "nightly", **({"state": state} if state else {}), **more}


def advalidation(answer: dict[str, t.Any], **envelope: t.Any) -> Expected:
    return Expected("GET", "/api/v1/scans/7", answer={"data": answer, **envelope})


def get(*expected: Expected, scan_id: str = A, **settings: t.Any) -> Scan:
    with scripted_context(*expected, **settings) as context:
        return context.provider.get(scan_id)


def get_many(*expected: Expected, scan_ids: t.Sequence[str] = (A, B), **settings: t.Any) -> list[str]:
    """The state of each scan, or the kind of its error."""
    with scripted_context(*expected, **settings) as context:
        answers = context.provider.get_many(scan_ids).values()
    return [answer.state.value if isinstance(answer, Scan) else answer.kind for answer in answers]


class TestIdentity:
    """An answer about another scan than the one that was asked for is an invalid response."""

    @pytest.mark.parametrize(
        ("answer", "scan_id", "settings"),
        [
            (read_response("Completed", SCAN_ID), SCAN_ID, {}),
            (advalidation({"id": 8, "processingStatus": "finished", "nbIssues": 0}), "7", ADVALIDATION),
            (bigid_status({"status": False, "_id": B}), A, BIGID),
            (protecto({"tracking_id": "b", "status": "SUCCESS"}), "a", PROTECTO),
        ],
    )
    def test_of_one_scan(self, answer: Expected, scan_id: str, settings: dict[str, t.Any]) -> None:
        if not settings:
            answer.answer["scanId"], settings = CHILD_ID, {"retries": 0}
        with pytest.raises(InvalidResponseError, match="about"):
            get(answer, scan_id=scan_id, **settings)

    def test_a_missing_scan_may_be_the_one_that_came_under_another_id(self) -> None:
        answer = protecto({"tracking_id": "c", "status": "SUCCESS"}, {"tracking_id": "b"}, asked=["a", "b"])
        assert get_many(answer, scan_ids=["a", "b"], **PROTECTO) == ["unreadable", "unknown"]

    @pytest.mark.parametrize("scan_id", [SCAN_ID.upper(), f"{{{SCAN_ID}}}", f" {SCAN_ID} "])
    def test_the_same_id_may_be_written_in_another_way(self, scan_id: str) -> None:
        answer = Expected("GET", SCAN_PATH, answer=item("Completed", scan_id))
        assert get(answer, scan_id=SCAN_ID).id == SCAN_ID
        assert get_many(list_response(item("Completed", scan_id), query=None), scan_ids=[SCAN_ID] * 3) == ["completed"]

    def test_of_a_cancellation(self) -> None:
        with (
            scripted_context(Expected("DELETE", SCAN_PATH, 202, item("Cancelled", CHILD_ID))) as context,
            pytest.raises(UnknownOutcomeError),
        ):
            context.provider.cancel(SCAN_ID)  # type: ignore[attr-defined]

    @pytest.mark.parametrize("answer", [item("Listing"), item("Listing", CHILD_ID, parentScan=CHILD_ID)])
    def test_of_a_rescan(self, answer: dict[str, t.Any]) -> None:
        with (
            scripted_context(Expected("PATCH", SCAN_PATH, 200, answer)) as context,
            pytest.raises(UnknownOutcomeError),
        ):
            context.provider.rescan(SCAN_ID)  # type: ignore[attr-defined]

    def test_a_rescan_that_was_there_before_is_not_the_new_one(self) -> None:
        latest = {"id": 7, "processingStatus": "finished", "nbIssues": 0}
        creative = Expected("GET", "/api/v1/creatives/3", answer={"data": {"id": 3, "latestScanStatus": latest}})
        new = {"data": {"id": 3, "latestScanStatus": {**latest, "id": 8, "processingStatus": "queued"}}}
        again = Expected("POST", "/api/v1/creatives/3/rescan", answer={"data": latest}, body={})
        found = Expected("GET", "/api/v1/creatives/3", answer=new)
        with scripted_context(creative, again, found, **ADVALIDATION) as context:
            assert rescan.rescan(context, rescan.RescanRequest("3")).scan.id == "8"  # type: ignore[union-attr]

    def test_of_a_creative(self) -> None:
        answer = Expected("GET", "/api/v1/creatives/3", answer={"data": {"id": 4, "latestScanStatus": None}})
        with scripted_context(answer, **ADVALIDATION) as context, pytest.raises(InvalidResponseError, match="about 4"):
            context.provider.get_rescan_parent("3")  # type: ignore[attr-defined]

    def test_of_a_start(self) -> None:
        """Another pipeline's scan must not be adopted as ours."""
        old = item("Listing", scanStartTime="2025-12-31T23:00:00Z")
        new = item("Listing", CHILD_ID, scanStartTime="2026-01-01T00:00:00.5Z")
        answers = [list_response(old), start_response(old), list_response(new, query=RECENT_QUERY)]
        with scripted_context(*answers) as context:
            result = start.start_scan(context, start.StartRequest(TARGET, if_active="start"))
        assert (result.changed, result.scan.id) == (True, CHILD_ID)  # type: ignore[union-attr]

    def test_of_a_start_where_the_vendor_has_no_list(self) -> None:
        body = [{"data_source_name": "crm", "object_name": ["a"]}]
        submitted = Expected(
            "PUT", "/api/vault/data-scan/data-scan-async", answer={"data": {"tracking_id": "a"}}, body=body
        )
        before = protecto({"tracking_id": "a", "status": "FAILED"})
        with scripted_context(before, submitted, **PROTECTO) as context, pytest.raises(UnknownOutcomeError):
            start.start_scan(context, start.StartRequest(OBJECTS, previous_scan_id="a"))


class TestSeveralRecords:
    """The worst state of several records of one scan counts, and a running state counts before a final one."""

    @pytest.mark.parametrize(
        ("states", "state"),
        [
            (["SUCCESS", "FAILED"], "failed"),
            (["FAILED", "SUCCESS"], "failed"),
            (["SUCCESS", "IN-PROGRESS", "FAILED"], "running"),
            (["SUCCESS", "PURGED"], "stopped"),
            (["SUCCESS", "odd"], "unknown"),
            (["SUCCESS", "SUCCESS"], "completed"),
        ],
    )
    def test_of_protecto(self, states: list[str], state: str) -> None:
        times = {"process_started_at": "2025-12-31 23:00:00", "process_ended_at": "2025-12-31 23:30:00"}
        rows = [{"tracking_id": "a", "status": word, **times} for word in states]
        assert get(protecto(*rows), scan_id="a", **PROTECTO).state == state

    def test_the_last_part_ends_the_scan(self) -> None:
        ends = ["2025-12-31 23:30:00", "2025-12-31 23:40:00"]
        rows = [{"tracking_id": "a", "status": "SUCCESS", "process_ended_at": end} for end in ends]
        assert str(get(protecto(*rows), scan_id="a", **PROTECTO).finished_at) == "2025-12-31 23:40:00+00:00"
        assert (
            get(protecto(*rows, {"tracking_id": "a", "status": "SUCCESS"}), scan_id="a", **PROTECTO).finished_at is None
        )

    def test_an_invalid_record_beats_a_valid_one(self) -> None:
        rows = [{"tracking_id": "a", "status": ["x"]}, {"tracking_id": "a", "status": "SUCCESS"}]
        for order in (rows, rows[::-1]):
            with pytest.raises(InvalidResponseError, match="invalid record"):
                get(protecto(*order), scan_id="a", **PROTECTO)

    @pytest.mark.parametrize("nameless", [{"status": "FAILED"}, {"tracking_id": None, "status": "SUCCESS"}, None])
    def test_of_protecto_one_without_an_id(self, nameless: t.Any) -> None:
        with pytest.raises(InvalidResponseError):
            get(protecto({"tracking_id": "a", "status": "SUCCESS"}, nameless), scan_id="a", **PROTECTO)
        failed = get(protecto({"tracking_id": "a", "status": "FAILED"}, nameless), scan_id="a", **PROTECTO)
        assert failed.state == "failed"

    def test_two_names_of_one_status(self) -> None:
        answer = protecto({"tracking_id": "a", "request_status": "SUCCESS ", "status": " FAILED"})
        scan = get(answer, scan_id="a", **PROTECTO)
        assert (scan.state, scan.vendor_status) == ("failed", "FAILED")

    @pytest.mark.parametrize("first", ["Completed", "Error", "Processing"])
    def test_of_a_glasswall_list(self, first: str) -> None:
        words = ["Completed", "Error", "Processing"]
        rows = [item(word) for word in (first, *(word for word in words if word != first))]
        assert get_many(list_response(*rows, query=None), scan_ids=[SCAN_ID] * 3) == ["running"]

    def test_of_a_bigid_list(self) -> None:
        rows = [row(A, "Completed"), row(B, "In Progress"), row(A, "In Progress")]
        assert get_many(bigid_list(*rows), **BIGID) == ["running", "running"]

    def test_a_bigid_record_that_holds_another_scan(self) -> None:
        record = [row(B, "Completed"), row(A, "Failed")]
        assert get(bigid_status(False), bigid_record(record), bigid_list(), **BIGID).state == "failed"
        with pytest.raises(InvalidResponseError, match=f"about {B}, not {A}"):
            get(bigid_status(False), bigid_record([row(B, "Completed")]), bigid_list(), **BIGID)

    def test_a_bigid_record_with_parts(self) -> None:
        parts = [row(A, "Completed"), {"state": "Failed"}, row(B, "Completed", parentId=A)]
        assert get(bigid_status(False), bigid_record(parts), bigid_list(), **BIGID).state == "failed"
        parts[1]["state"] = "Running"
        assert get(bigid_status(False), bigid_record(parts), bigid_list(), **BIGID).state == "running"


SOURCES = [
    # status, the record's state, the list's state -> state
    (True, None, "Completed", "running"),
    (False, "Completed", "Completed", "completed"),
    (False, "Failed", "Completed", "failed"),
    (False, "Completed", "Failed", "failed"),
    (False, "Completed", "In Progress", "running"),
    (False, "In Progress", "Completed", "running"),
    (False, "Completed", None, "completed"),
    (False, None, "Completed", "completed"),
    (False, None, None, "stopped"),
    (False, "Defragmenting", "Completed", "stopped"),
    ("odd", "Completed", None, "unknown"),
    ("odd", "Failed", None, "failed"),
    ("success", "Completed", None, "completed"),
    ("odd", None, None, "unknown"),
    ("true", None, "Completed", "running"),
    ("Failed", "Completed", "Completed", "failed"),
    ("Stopped", "Completed", "Completed", "stopped"),
]


class TestTheSourcesOfBigID:
    """The status, the record and the list: with one id and with many the same."""

    def answers(self, scan_id: str, value: t.Any, record: str | None) -> list[Expected]:
        read = [bigid_status(value, scan_id)]
        return read if value in (True, "true") else [*read, bigid_record([row(scan_id, record)], scan_id)]

    @pytest.mark.parametrize(("value", "record", "listed", "state"), SOURCES)
    def test_one_id(self, value: t.Any, record: str | None, listed: str | None, state: str) -> None:
        after = [] if value in (True, "true") else [bigid_list(row(A, listed))]
        assert get(*self.answers(A, value, record), *after, **BIGID).state == state

    @pytest.mark.parametrize(("value", "record", "listed", "state"), SOURCES)
    def test_two_ids(self, value: t.Any, record: str | None, listed: str | None, state: str) -> None:
        each = [] if listed == "In Progress" else [*self.answers(A, value, record), *self.answers(B, value, record)]
        assert get_many(bigid_list(row(A, listed), row(B, listed)), *each, **BIGID) == [state, state]

    @pytest.mark.parametrize("denial", [{"error": "Scan 1 was not found"}, NO_ROUTE, ""])
    def test_a_status_that_is_not_there_denies_no_scan_that_another_source_knows(self, denial: t.Any) -> None:
        no_status, no_record = bigid_status(denial, code=404), bigid_record(denial, code=404)
        known = bigid_list(row(A, "Completed"))
        assert get(no_status, bigid_record([row(A, "Failed")]), known, **BIGID).state == "failed"
        assert get(no_status, no_record, known, **BIGID).state == "completed"
        others = [bigid_status(denial, B, 404), bigid_record(denial, B, 404)]
        both = bigid_list(row(A, "Completed"), row(B, "Completed"))
        assert get_many(both, no_status, no_record, *others, **BIGID) == ["completed", "completed"]

    def test_a_start_waits_for_the_scan_that_only_the_list_knows(self) -> None:
        posted = Expected("POST", "/api/v1/scans", answer={"result": {"_id": A}}, body=None)
        posted.body = {"scanType": "dsScan", "scanProfileName": "nightly", "scanOrigin": "datascan.gate"}
        reads = [bigid_status(NO_ROUTE, code=404), bigid_record(NO_ROUTE, code=404), bigid_list(row(A, "Completed"))]
        with scripted_context(bigid_list(), posted, *reads, **BIGID) as context:
            result = start.start_scan(context, start.StartRequest(NIGHTLY, wait=start.WaitOptions(timeout=60)))
        assert result.scan.state == "completed"  # type: ignore[union-attr]

    def test_a_scan_that_no_source_knows(self) -> None:
        answers = [bigid_status(NO_ROUTE, code=404), bigid_record(NO_ROUTE, code=404), bigid_list(row(B, "Completed"))]
        with pytest.raises(NotFoundError):
            get(*answers, **BIGID)

    def test_without_the_list_nothing_shows_that_api_url_is_right(self) -> None:
        answers = [bigid_status(NO_ROUTE, code=404), bigid_record(NO_ROUTE, code=404)]
        with pytest.raises(RejectedError, match="check api_url"):
            get(*answers, Expected("GET", "/api/v1/scans/parent-scans", 404, NO_ROUTE), **BIGID)

    def test_a_list_that_cannot_be_read_now_denies_no_scan(self) -> None:
        answers = [bigid_status(NO_ROUTE, code=404), bigid_record(NO_ROUTE, code=404)]
        with pytest.raises(UnavailableError):
            get(*answers, bigid_list(code=503), **BIGID)

    def test_a_query_checks_the_scans_that_ended_last(self) -> None:
        answers = [bigid_list(row(A, "Completed"), row(B, "Completed")), bigid_status(True, A)]
        answers += [bigid_status(False, B), bigid_record([row(B, "Failed")], B)]
        with scripted_context(*answers, **BIGID) as context:
            assert [scan.state for scan in context.provider.list_scans(Query())] == ["running", "failed"]  # type: ignore[attr-defined]

    def test_a_start_checks_the_scan_of_the_profile_that_changed_last(self) -> None:
        answers = [bigid_list(row(A, "Completed"), row(B, "Completed")), bigid_status(True, A)]
        with scripted_context(*answers, **BIGID) as context:
            result = start.start_scan(context, start.StartRequest(NIGHTLY))
        assert (result.reused, result.scan.id) == (True, A)  # type: ignore[union-attr]


ERRORS: list[dict[str, t.Any]] = [  # that an envelope or a record may carry
    {"errors": [{"message": "2 of 5 failed"}]},
    {"errors": [{"errorCode": 105}]},
    {"error": {"message": "2 of 5 failed"}},
    {"error": {"code": 17}},
    {"error": "2 of 5 failed"},
    {"error": True},
    {"errorMessage": "2 of 5 failed"},
    {"error_msg": ["2 of 5 failed"]},
    {"errorCode": 105},
    {"errorCode": "E105"},
    {"failureReason": "2 of 5 failed"},
    {"failure_reason": {"reason": "2 of 5 failed"}},
    {"lastError": {"detail": "2 of 5 failed"}},
    {"exception": "java.io.IOException"},
    {"success": False},
    {"success": "false"},
    {"success": 0},
    {"statusCode": 500},
    {"statusCode": "503"},
    {"responseCode": 500},
    {"responseCode": 422.0},
    {"code": 500},
]
BESIDE = [*ERRORS, {"status": "error", "message": "partial results"}, {"status": 500}]
NO_ERRORS: list[dict[str, t.Any]] = [
    {"error": None},
    {"error": ""},
    {"error": "None"},
    {"error": {}},
    {"error": {"message": "", "code": 0}},
    {"error": {"responseCode": None, "issues": []}},
    {"errors": []},
    {"errors": [{}]},
    {"errors": 0},
    {"errorMessage": "-"},
    {"errorCode": 0},
    {"failureReason": "null"},
    {"error_msg": [None, ""]},
    {"success": True},
    {"success": "true"},
    {"success": None},
    {"statusCode": 200},
    {"statusCode": "42.0"},
    {"responseCode": 200},
    {"code": 0},
    {"message": "Enjoy your scan!"},
    {"errorHandling": "strict"},
]


def envelopes(vendor: str, more: dict[str, t.Any]) -> Expected:
    """A success of each vendor in an envelope, with more keys in that."""
    answers = {
        "glasswall": Expected("GET", "/api/v1/scans", answer={**page(item("Completed")), **more}),
        "protecto": protecto({"tracking_id": "a", "status": "SUCCESS"}, **more),
        "advalidation": advalidation({"id": 7, "processingStatus": "finished", "nbIssues": 0}, **more),
        "bigid": Expected("GET", "/api/v1/scans/parent-scans", answer={"data": [row(A, "Completed")], **more}),
    }
    return answers[vendor]


def records(vendor: str, more: dict[str, t.Any]) -> list[Expected]:
    """A success of each vendor, with more keys in the scan's record."""
    answers = {
        "glasswall": [Expected("GET", SCAN_PATH, answer={**item("Completed"), **more})],
        "protecto": [protecto({"tracking_id": "a", "status": "SUCCESS", **more})],
        "advalidation": [advalidation({"id": 7, "processingStatus": "finished", "nbIssues": 0, **more})],
        "bigid": [bigid_status(False), bigid_record([row(A, "Completed", **more)]), bigid_list(row(A, "Completed"))],
    }
    return answers[vendor]


SETTINGS: dict[str, dict[str, t.Any]] = {
    "glasswall": {"retries": 0, "scan_id": SCAN_ID},
    "protecto": {**PROTECTO, "scan_id": "a"},
    "advalidation": {**ADVALIDATION, "scan_id": "7"},
    "bigid": BIGID,
}
VENDORS = sorted(SETTINGS)


class TestAnErrorBesideData:
    def read(self, vendor: str, *answers: Expected, lists: bool) -> list[Scan]:
        settings = {"provider": vendor, "retries": 0, **SETTINGS[vendor]}
        scan_id = settings.pop("scan_id", A)
        with scripted_context(*answers, **settings) as context:
            provider: t.Any = context.provider
            return list(provider.list_scans(Query(limit=1))) if lists else [provider.get(scan_id)]

    @pytest.mark.parametrize("error", BESIDE)
    @pytest.mark.parametrize("vendor", VENDORS)
    def test_is_an_error(self, vendor: str, error: dict[str, t.Any]) -> None:
        with pytest.raises(DatascanError) as caught:
            self.read(vendor, envelopes(vendor, error), lists=vendor in ("glasswall", "bigid"))
        assert not isinstance(caught.value, NotFoundError)

    @pytest.mark.parametrize("error", ERRORS)
    @pytest.mark.parametrize("vendor", VENDORS)
    def test_in_a_scans_own_record_is_a_failed_scan(self, vendor: str, error: dict[str, t.Any]) -> None:
        answers = records(vendor, error)
        if vendor == "glasswall" and not {"success", "statusCode", "responseCode", "code"}.isdisjoint(error):
            with pytest.raises(DatascanError):  # the record is the whole body, and these are about the body
                self.read(vendor, *answers, lists=False)
            return
        (scan,) = self.read(vendor, *answers, lists=False)
        assert (scan.state, scan.succeeded) == ("failed", False)
        assert scan.error

    @pytest.mark.parametrize("nothing", NO_ERRORS)
    @pytest.mark.parametrize("vendor", VENDORS)
    def test_an_empty_error_is_none_wherever_it_stands(self, vendor: str, nothing: dict[str, t.Any]) -> None:
        after = [bigid_status(False), bigid_record([row(A, "Completed")])] if vendor == "bigid" else []
        lists = vendor in ("glasswall", "bigid")
        (scan,) = self.read(vendor, envelopes(vendor, nothing), *after, lists=lists)
        assert scan.state == "completed"
        (scan,) = self.read(vendor, *records(vendor, nothing), lists=False)
        assert (scan.state, scan.error) == ("completed", None)

    @pytest.mark.parametrize("error", BESIDE)
    @pytest.mark.parametrize("source", ["status", "record", "list"])
    def test_one_of_bigids_sources_is_not_passed_over(self, source: str, error: dict[str, t.Any]) -> None:
        """The source that fails may hold a worse state than the others."""
        status = {"status": False, **error} if source == "status" else {"status": False}
        record = {"data": [row(A, "Completed")], **(error if source == "record" else {})}
        listed = {"data": [row(A, "Completed")], **(error if source == "list" else {})}
        answers = [
            bigid_status(status),
            bigid_record(record),
            Expected("GET", "/api/v1/scans/parent-scans", answer=listed),
        ]
        if source == "status":
            del answers[1:]
        with pytest.raises(DatascanError) as caught:
            get(*answers, **BIGID)
        assert not isinstance(caught.value, NotFoundError)

    @pytest.mark.parametrize("source", ["record", "list"])
    def test_nor_is_one_that_cannot_be_read_now(self, source: str) -> None:
        record = bigid_record([row(A, "Completed")], code=503 if source == "record" else 200)
        listed = bigid_list(row(A, "Completed"), code=503 if source == "list" else 200)
        with pytest.raises(UnavailableError):
            get(bigid_status(False), record, listed, **BIGID)

    def test_a_status_beside_an_id_may_carry_an_error_too(self) -> None:
        for more in ({"error": "partial"}, {"errorCode": 7}):
            with pytest.raises(DatascanError):
                get(bigid_status({"status": False, "id": A, **more}), **BIGID)

    def test_an_id_beside_the_data_makes_no_record_of_an_envelope(self) -> None:
        answer = {"id": "request-7", "error": "2 of 5 failed", "data": [row(A, "Completed")]}
        with pytest.raises(DatascanError, match="2 of 5 failed"):
            self.read("bigid", Expected("GET", "/api/v1/scans/parent-scans", answer=answer), lists=True)

    def test_a_failure_in_the_status_of_a_completed_record(self) -> None:
        record = [row(A, "Completed", status="error")]
        assert get(bigid_status(False), bigid_record(record), bigid_list(), **BIGID).state == "failed"

    @pytest.mark.parametrize("more", [{"isInconclusive": False}, {"isInconclusive": None}, {}])
    def test_a_reason_why_a_scan_is_inconclusive_makes_it_so(self, more: dict[str, t.Any]) -> None:
        scan = {"id": 7, "processingStatus": "finished", "nbIssues": 0, "inconclusiveReason": "time-out", **more}
        found = get(advalidation(scan), scan_id="7", **ADVALIDATION)
        assert (found.state, found.error) == ("failed", "inconclusive: time-out")

    def test_a_detail_beside_the_data_of_protecto(self) -> None:
        with pytest.raises(DatascanError):
            get(protecto({"tracking_id": "a", "status": "SUCCESS"}, detail="1 of 2"), scan_id="a", **PROTECTO)
        assert get(protecto({"tracking_id": "a", "status": "SUCCESS"}, detail=[]), scan_id="a", **PROTECTO).succeeded

    def test_a_row_of_a_glasswall_list(self) -> None:
        rows = [item("Completed", errorMessage="1 of 2"), item("Completed", CHILD_ID)]
        found = get_many(list_response(*rows, query=None), scan_ids=[SCAN_ID, CHILD_ID, SCAN_ID])
        assert found == ["failed", "completed"]

    @pytest.mark.parametrize("nothing", [{"error": None}, {"error": {"message": ""}}, {"errors": []}, {"errors": [{}]}])
    def test_an_empty_error_is_none(self, nothing: dict[str, t.Any]) -> None:
        scan = get(protecto({"tracking_id": "a", "status": "SUCCESS"}, **nothing), scan_id="a", **PROTECTO)
        assert scan.state == "completed"

    def test_a_start_that_may_have_been_carried_out_is_lost(self) -> None:
        answer = {"data": {"tracking_id": "x"}, "success": "true", "error": {"message": "1 of 2 objects is not known"}}
        body = [{"data_source_name": "crm", "object_name": ["a"]}]
        submitted = Expected("PUT", "/api/vault/data-scan/data-scan-async", answer=answer, body=body)
        with scripted_context(submitted, **PROTECTO) as context, pytest.raises(UnknownOutcomeError):
            start.start_scan(context, start.StartRequest(OBJECTS))

    def test_a_success_with_an_error_message_is_failed(self) -> None:
        scan = get(
            protecto({"tracking_id": "a", "status": "SUCCESS", "error_msg": "2 of 5 columns could not be read"}),
            scan_id="a",
            **PROTECTO,
        )
        assert (scan.state, scan.succeeded, scan.vendor_status) == ("failed", False, "SUCCESS")
        assert scan.error == "2 of 5 columns could not be read"
        record = [row(A, "Completed", error="2 of 5 tables could not be read")]
        assert get(bigid_status(False), bigid_record(record), bigid_list(), **BIGID).state == "failed"

    @pytest.mark.parametrize("nothing", ["-", "", "None", "null", None, [], {}, False])
    def test_a_success_without_one_has_completed(self, nothing: t.Any) -> None:
        row_ = {"tracking_id": "a", "status": "SUCCESS", "error_msg": nothing}
        assert get(protecto(row_), scan_id="a", **PROTECTO).state == "completed"


class TestAKeyTwice:
    """An object with a repeated key is contradictory, whichever value comes last."""

    ENDED = (
        f'{{"scanId": "{SCAN_ID}", "scanStatus": "Error", "scanStatus": "Completed"}}',
        f'{{"scanId": "{CHILD_ID}", "scanId": "{SCAN_ID}", "scanStatus": "Completed"}}',
        f'{{"scanId": "{SCAN_ID}", "scanStatus": "Completed", "error": "partial", "error": null}}',
        f'{{"scanId": "{SCAN_ID}", "scanStatus": "Error", "scan\\u0053tatus": "Completed"}}',
    )

    @pytest.mark.parametrize("answer", ENDED)
    def test_of_a_scan(self, answer: str) -> None:
        with pytest.raises(InvalidResponseError, match="JSON that has a key twice"):
            get(Expected("GET", SCAN_PATH, answer=answer), scan_id=SCAN_ID, retries=0)

    def test_of_a_start(self) -> None:
        answer = start_response(item("Listing"))
        answer.answer = f'{{"scanId": "{CHILD_ID}", "scanId": "{SCAN_ID}", "scanStatus": "Listing"}}'
        with scripted_context(answer) as context, pytest.raises(UnknownOutcomeError, match="a key twice"):
            context.provider.start(TARGET)  # type: ignore[attr-defined]


class TestNotFound:
    """Only a 404 in the vendor's own form shows that a scan does not exist."""

    FOREIGN: t.ClassVar = ["<html>404</html>", {"detail": "Not Found"}, {"message": "no Route matched"}, "not found"]

    @pytest.mark.parametrize("body", FOREIGN)
    @pytest.mark.parametrize("vendor", ["glasswall", "advalidation", "bigid", "protecto"])
    def test_another_404_is_about_api_url(self, vendor: str, body: t.Any) -> None:
        paths = {
            "glasswall": [("GET", SCAN_PATH, None)],
            "advalidation": [("GET", "/api/v1/scans/7", None)],
            "bigid": [("GET", f"/api/v1/scans/{A}{end}", None) for end in ("/status", "")],
            "protecto": [("PUT", f"/api/v1/{end}", ["a"]) for end in ("data-scan/status", "data-scan-status")],
        }
        expected = [Expected(method, path, 404, body, body=sent) for method, path, sent in paths[vendor]]
        if vendor == "bigid":
            expected.append(Expected("GET", "/api/v1/scans/parent-scans", 404, body))
        scan_id = {"glasswall": SCAN_ID, "protecto": "a", "advalidation": "7", "bigid": A}[vendor]
        with scripted_context(*expected, provider=vendor) as context, pytest.raises(RejectedError) as caught:
            status.read_status(context, status.StatusRequest([scan_id], missing="ignore"))
        assert "heck api_url" in caught.value.message
        words = body["message"] if isinstance(body, dict) and "message" in body else ""
        assert words in caught.value.message

    def test_an_empty_404_of_glasswall_is_a_missing_scan_only_where_api_url_is_right(self) -> None:
        probe = [("pageSize", "1"), ("page", "1")]
        wrong = [missing_responses()[0], Expected("GET", "/api/v1/scans", 404, "", query=probe)]
        with pytest.raises(RejectedError, match="Check api_url"):
            get(*wrong, scan_id=SCAN_ID)
        for proof in (missing_responses()[1], Expected("GET", "/api/v1/scans", 403, "", query=probe)):
            with pytest.raises(NotFoundError, match="has no scan"):
                get(missing_responses()[0], proof, scan_id=SCAN_ID)

    def test_the_hint_about_api_url_stands_beside_the_vendors_message(self) -> None:
        denial = {"error": f"Scan {A} was not found"}
        with pytest.raises(NotFoundError, match=rf"Scan {A} was not found\. Check the id and api_url\.$"):
            get(bigid_status(denial, code=404), bigid_record(denial, code=404), bigid_list(), **BIGID)


class TestWordsAndTimes:
    @pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf"])
    def test_a_byte_order_mark_is_read_past(self, mark: bytes) -> None:
        body = mark + json.dumps(item("Completed")).encode()
        assert get(Expected("GET", SCAN_PATH, answer=body), scan_id=SCAN_ID).state == "completed"

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    def test_an_answer_may_come_in_another_unicode_encoding(self, encoding: str) -> None:
        body = json.dumps(item("Completed", scanOwner="J\u00f6"), ensure_ascii=False).encode(encoding)
        scan = get(Expected("GET", SCAN_PATH, answer=body), scan_id=SCAN_ID)
        assert (scan.state, scan.owner) == ("completed", "J\u00f6")

    def test_a_start_is_not_lost_over_a_mark(self) -> None:
        new = item("Listing", scanStartTime="2026-01-01T00:00:00.5Z")
        answers = [list_response(), *start_responses()]
        answers[1].answer = b"\xef\xbb\xbf" + json.dumps(new).encode()
        with scripted_context(*answers) as context:
            assert start.start_scan(context, start.StartRequest(TARGET)).changed

    @pytest.mark.parametrize("word", ["Defragmenting", "", "completed!", "success", "\u0441ompleted"])
    def test_an_unknown_status_is_unknown_and_warned_about_once(self, word: str) -> None:
        warned: list[str] = []
        answer = Expected("GET", SCAN_PATH, answer=item(word))
        with scripted_context(answer, answer, warned=warned) as context:
            scans = [context.provider.get(SCAN_ID) for _time in range(2)]
        assert [(scan.state, scan.finished, scan.succeeded) for scan in scans] == [("unknown", False, None)] * 2
        assert len(warned) == 1

    @pytest.mark.parametrize(
        ("time", "kept"),
        [
            ("2025-12-31T23:00:00Z", True),
            ("2026-01-01T00:01:59Z", True),  # clocks differ
            ("2026-01-01T00:02:01Z", False),
            ("2999-01-01T00:00:00Z", False),
            (1767222000, False),  # seconds or milliseconds
            (1767222000000, False),
            ("1767222000", False),
            ("20251231", False),
            ({"$date": 1}, False),
            (True, False),
            ("2025-12-31T23:00:00+0000", True),
            ("2026-01-01T05:00:00+05:30", True),  # half an hour before midnight
            ("2026-01-01T05:00:00", False),  # without a zone it is UTC, and in the future
        ],
    )
    def test_a_time_later_than_the_vendors_clock_is_ignored(self, time: t.Any, kept: bool) -> None:
        scan = get(Expected("GET", SCAN_PATH, answer=item("Completed", scanEndTime=time)), scan_id=SCAN_ID)
        assert (scan.finished_at is not None) is kept
        ended = {"id": 7, "processingStatus": "finished", "nbIssues": 0, "finishedAt": time, "createdAt": time}
        scan = get(advalidation(ended), scan_id="7", **ADVALIDATION)
        assert ((scan.finished_at is not None), (scan.started_at is not None)) == (kept, kept)
        protecto_row = {"tracking_id": "a", "status": "SUCCESS", "process_ended_at": time}
        assert (get(protecto(protecto_row), scan_id="a", **PROTECTO).finished_at is not None) is kept

    @pytest.mark.parametrize(
        ("zone", "ended"),
        [
            (None, "2025-12-31T20:00:00Z"),
            ("+05:30", "2025-12-31T14:30:00Z"),
            ("Europe/Berlin", "2025-12-31T19:00:00Z"),
            ("-03:59", "2025-12-31T23:59:00Z"),
            ("-08:00", None),  # four hours after the vendor's clock
        ],
    )
    def test_a_time_without_a_zone_is_of_the_zone_that_is_set(self, zone: str | None, ended: str | None) -> None:
        record = {"tracking_id": "a", "status": "SUCCESS", "process_ended_at": "2025-12-31 20:00:00.123456"}
        settings = {**PROTECTO, "time_zone": zone}
        scan = get(protecto({**record, "process_started_at": "2025-12-31T18:00:00Z"}), scan_id="a", **settings)
        assert scan.model_dump(mode="json")["finished_at"] == (ended and ended.replace("Z", ".123456Z"))
        assert str(scan.started_at) == "2025-12-31 18:00:00+00:00"  # it has a zone

    def test_the_hour_that_comes_twice_is_the_earlier_one(self) -> None:
        record = {"tracking_id": "a", "status": "SUCCESS", "process_ended_at": "2025-10-26 02:30:00"}
        settings = {**PROTECTO, "time_zone": "Europe/Berlin"}
        scan = get(protecto(record), scan_id="a", **settings)
        assert str(scan.finished_at) == "2025-10-26 00:30:00+00:00"

    def test_the_zone_is_not_that_of_a_vendor_whose_times_have_one(self) -> None:
        ended = {"id": 7, "processingStatus": "finished", "nbIssues": 0, "finishedAt": "2025-12-31T20:00:00"}
        scan = get(advalidation(ended), scan_id="7", **ADVALIDATION, time_zone="+05:30")
        assert str(scan.finished_at) == "2025-12-31 20:00:00+00:00"

    def test_the_vendors_clock_is_its_date(self) -> None:
        answer = item("Completed", scanEndTime="2026-01-01T05:00:00Z")
        early = Expected("GET", SCAN_PATH, answer=answer, headers={"Date": "Thu, 01 Jan 2026 04:00:00 GMT"})
        late = Expected("GET", SCAN_PATH, answer=answer, headers={"Date": "Thu, 01 Jan 2026 06:00:00 GMT"})
        assert get(early, scan_id=SCAN_ID).finished_at is None
        assert get(late, scan_id=SCAN_ID).finished_at is not None

    @pytest.mark.parametrize("count", [False, True, "0", "none", -1, 0.5, [], {}])
    def test_an_invalid_count_is_an_error(self, count: t.Any) -> None:
        with pytest.raises(InvalidResponseError):
            get(advalidation({"id": 7, "processingStatus": "finished", "nbIssues": count}), scan_id="7", **ADVALIDATION)

    @pytest.mark.parametrize("count", ["NaN", "Infinity", "null"])
    def test_a_count_that_json_does_not_know_leaves_the_scan_running(self, count: str) -> None:
        body = '{"data": {"id": 7, "processingStatus": "finished", "nbIssues": ' + count + "}}"
        scan = get(Expected("GET", "/api/v1/scans/7", answer=body), scan_id="7", **ADVALIDATION)
        assert (scan.state, scan.issue_count) == ("running", None)

    def test_the_read_for_the_names_of_checks_changes_no_count(self) -> None:
        failed = {"id": 7, "processingStatus": "finished", "nbIssues": 3}
        checks = {**failed, "nbIssues": 0, "tests": [{"name": "size", "result": "fail"}, "odd", {"name": {}}]}
        scan = get(advalidation(failed), advalidation(checks), scan_id="7", **ADVALIDATION)
        assert (scan.issue_count, scan.state) == (3, "completed")

    @pytest.mark.parametrize("value", [{"a": 1}, [7], True, 1.5])
    def test_one_unreadable_value_costs_only_that_value(self, value: t.Any) -> None:
        odd = item("Completed", scanOwner=value, scanStartTime=value, scanEndTime=value, childScans=value)
        scan = get(Expected("GET", SCAN_PATH, answer=odd), scan_id=SCAN_ID)
        assert (scan.state, scan.started_at, scan.finished_at, scan.child_ids) == ("completed", None, None, [])
        children = item("Completed", childScans=[None, CHILD_ID, 7])
        assert get(Expected("GET", SCAN_PATH, answer=children), scan_id=SCAN_ID).child_ids == [CHILD_ID]
        listed = Expected("GET", "/api/v1/scans", answer={"total": value, "scans": [odd], "pageLinks": value})
        assert get_many(listed, scan_ids=[SCAN_ID] * 3, retries=0) == ["completed"]


class TestPlaces:
    """Two storage accounts with path-style endpoints share one host and port."""

    def target(self, account: str) -> dict[str, t.Any]:
        string = SAS.replace("https://acct.blob.core.windows.net/", f"https://127.0.0.1:10000/{account}")
        return {**TARGET, "source_connection_string": string, "destination_connection_string": string}

    def running(self, storage: str) -> dict[str, t.Any]:
        return item("Listing", sourceStorage=storage, targetStorage=storage, scanStartTime="2025-12-31T23:00:00Z")

    def found(self, storage: str, warned: list[str], query: Query | None = None) -> list[str]:
        with scripted_context(list_response(self.running(storage), query=None), warned=warned) as context:
            provider: t.Any = context.provider
            return [scan.id for scan in provider.list_scans_of(self.target("one"), query or Query(states=MAY_RUN))]

    @pytest.mark.parametrize("storage", ["127.0.0.1:10000/one", "https://127.0.0.1:10000/one/", "127.0.0.1:10000/ONE"])
    def test_the_same_account(self, storage: str) -> None:
        assert self.found(storage, []) == [SCAN_ID]

    @pytest.mark.parametrize("storage", ["127.0.0.1:10000/two", "127.0.0.1:10001/one", "127.0.0.2:10000/one"])
    def test_another_account(self, storage: str) -> None:
        assert self.found(storage, []) == []

    @pytest.mark.parametrize("storage", ["127.0.0.1", "127.0.0.1:10000"])
    def test_an_account_that_is_not_named_is_not_adopted(self, storage: str) -> None:
        warned: list[str] = []
        assert self.found(storage, warned) == []
        assert "does not name the storage account" in warned[0]
        with pytest.raises(InvalidResponseError, match="may be the scan that was just started"):
            self.found(storage, [], Query())

    def test_a_host_that_names_the_account_needs_no_port(self) -> None:
        with scripted_context(
            list_response(item("Listing", sourceStorage="acct.blob.core.windows.net:443"))
        ) as context:
            provider: t.Any = context.provider
            assert [scan.id for scan in provider.list_scans_of(TARGET, Query(states=MAY_RUN))] == [SCAN_ID]


@pytest.mark.parametrize("if_active", ["reuse", "fail"])
def test_a_scan_in_an_unknown_state_may_run(if_active: str) -> None:
    unknown = item("Unknown", scanStartTime="2025-12-31T23:00:00Z")
    with scripted_context(list_response(unknown)) as context:
        if if_active == "fail":
            with pytest.raises(DatascanError, match="is already running"):
                start.start_scan(context, start.StartRequest(TARGET, if_active=if_active))
        else:
            assert start.start_scan(context, start.StartRequest(TARGET)).reused
    with scripted_context(protecto({"tracking_id": "a", "status": "odd"}), **PROTECTO) as context:
        assert start.start_scan(context, start.StartRequest(OBJECTS, previous_scan_id="a")).reused
    child = item("Unknown", CHILD_ID, parentScan=SCAN_ID)
    with scripted_context(read_response("Completed"), list_response(child)) as context:
        assert rescan.rescan(context, rescan.RescanRequest(SCAN_ID)).reused


def test_a_page_that_repeats_a_scan_is_not_the_whole_list() -> None:
    answers = [Expected("GET", "/api/v1/scans", answer=page(item("Completed"), item("Error")))] * 5
    with scripted_context(*answers) as context:
        found = context.provider.list_scans(Query())  # type: ignore[attr-defined]
        assert [scan.state for scan in found] == ["failed"]
        assert found.gap
