# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protecto's own file: two generations of paths, many ids in one request, words, errors, samples that stay secret."""

from __future__ import annotations

import json
import typing as t
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    ConflictError,
    DatascanError,
    InvalidInputError,
    InvalidResponseError,
    RejectedError,
    ScanNotCompletedError,
    UnauthorizedError,
    UnknownOutcomeError,
    UnsupportedError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Query, Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import cancel, rescan, start, status, wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from fake_clock import FakeClock
from scripted_module import ScriptedModule
from scripted_vendor import TOKEN, Expected, connection_reset, scripted_context, shown

OLD_STATUS, OLD_START = "/api/vault/data-scan-status", "/api/vault/data-scan-async"
NEW_STATUS, NEW_START = "/api/vault/data-scan/status", "/api/vault/data-scan/data-scan-async"
ID = "37a6de65-56d7-4da5-97d8-e1ba26b8208102012024045015"  # no UUID: the day and time follow one
OTHER = "123456789"
NO_SCAN = "00000000-0000-0000-0000-000000000000"
NO_SUCH_PATH = {"detail": "Not Found"}
OBJECT = {"data_source_name": "salesforce", "object_name": ["db", "schema", "people"]}
SAMPLES = [{"column_name": "email", "samples": ["ann.smith@example.com", "1"]}]
TARGET = {"objects": [{**OBJECT, "data_samples": None}]}
SAMPLED = {"objects": [{**OBJECT, "data_samples": SAMPLES}]}
WIRE = [OBJECT]
SAMPLED_WIRE = [{**OBJECT, "data_samples": SAMPLES}]

CONTRACTS = Path(__file__).parents[5] / "contracts" / "protecto"
ALL_FILES = {path.stem: json.loads(path.read_text()) for path in sorted(CONTRACTS.glob("*.json"))}
FILES = {name: contract for name, contract in ALL_FILES.items() if not name.endswith("-2025")}


def protecto(*expected: Expected, **settings: t.Any) -> AbstractContextManager[OperationContext]:
    given = {"provider": "protecto", "api_url": "https://vendor.test/api/vault", "retries": 0, **settings}
    return scripted_context(*expected, **given)


def row(vendor_status: str = "SUCCESS ", scan_id: str = ID, **fields: t.Any) -> dict[str, t.Any]:
    return {
        "tracking_id": scan_id,
        "status": vendor_status,
        "submitted_at": "2026-01-01 00:00:00.000000",
        "process_started_at": "2026-01-01 00:00:01.000000",
        "process_ended_at": "2026-01-01 00:00:02.500000",
        "error_msg": "-",
        **fields,
    }


def answer(*rows: dict[str, t.Any], **fields: t.Any) -> dict[str, t.Any]:
    return {"data": list(rows), "success": "true", "error": {"message": ""}, **fields}


def read_response(
    *rows: dict[str, t.Any], ids: t.Sequence[str] = (ID,), path: str = NEW_STATUS, **more: t.Any
) -> Expected:
    return Expected("PUT", path, answer=answer(*rows), body=list(ids), **more)


def submitted(data: t.Any = None, *, path: str = NEW_START, body: t.Any = None, **more: t.Any) -> Expected:
    given = {"data": data or {"tracking_id": ID}, "success": True, "error": {"message": ""}}
    return Expected("PUT", path, **{"answer": given, "body": WIRE if body is None else body, **more})


def gone(path: str, body: t.Any = None, code: int = 404) -> Expected:
    return Expected("PUT", path, code, NO_SUCH_PATH, body=[ID] if body is None else body)


def start_settings(target: dict[str, t.Any] | None = None, **more: t.Any) -> start.StartRequest:
    return start.StartRequest(target or TARGET, **more)


# Looking


@pytest.mark.parametrize("name", FILES)
def test_a_documented_answer_makes_the_scans_that_it_shows(name: str) -> None:
    request, response = FILES[name]["request"], FILES[name]["response"]
    # One id may go as a bare text; a list of one serves as well, and is what the vendor's sample program sends.
    ids = [request["body"]] if isinstance(request["body"], str) else request["body"]
    asked = Expected(request["method"], f"/api/vault{request['path']}", response["status"], response["body"], body=ids)
    newer = [] if asked.path == NEW_STATUS else [gone(NEW_STATUS, ids)]
    states = {"PENDING": "queued", "IN-PROGRESS": "running", "SUCCESS": "completed", "FAILED": "failed"}
    with protecto(*newer, asked) as context:
        scans = t.cast(dict[str, Scan], context.provider.get_many(ids))
    assert list(scans) == ids
    for item, scan in zip(response["body"]["data"], scans.values(), strict=True):
        vendor_status = item["status"].strip()
        assert (scan.id, scan.provider, scan.vendor_status) == (item["tracking_id"], "protecto", vendor_status)
        assert scan.state == states[vendor_status]
        shown = scan.model_dump(mode="json")
        assert shown["started_at"] == "2023-11-18T06:20:38.346615Z"
        assert shown["finished_at"] == ("2023-11-18T06:20:38.346615Z" if scan.finished else None)
        assert scan.error == (item["error_msg"] if vendor_status == "FAILED" else None)


def test_answers_of_2025_are_understood() -> None:
    submission, answered = ALL_FILES["start-200-2025"], ALL_FILES["status-200-2025"]
    (scan_id,) = answered["request"]["body"]
    sent = submitted(answer=submission["response"]["body"], body=submission["request"]["body"])
    read = Expected("PUT", NEW_STATUS, answer=answered["response"]["body"], body=[scan_id])
    with protecto(probe(NEW_STATUS), sent, read) as context:
        new_id = submission["response"]["body"]["data"]["tracking_id"]
        assert start.start_scan(context, start_settings({"objects": submission["request"]["body"]})).scan.id == new_id
        scan = context.provider.get(scan_id)
    assert (scan.state, scan.error) == ("completed", None)
    assert "input_payload" not in str(scan)


@pytest.mark.parametrize(
    ("vendor_status", "state"),
    [
        ("PENDING ", "queued"),
        ("in-progress", "running"),
        ("IN_PROGRESS", "running"),
        (" IN PROGRESS ", "running"),
        ("Success", "completed"),
        ("FAILED", "failed"),
        ("ERROR", "failed"),
        ("PURGED", "stopped"),
        ("DONE", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
@pytest.mark.parametrize("key", ["status", "request_status"])
def test_each_vendor_status_has_its_state(vendor_status: str | None, state: str, key: str) -> None:
    item = {**row(), "status": None, key: vendor_status}
    warned: list[str] = []
    with protecto(read_response(item), warned=warned) as context:
        scan = context.provider.get(ID)
    assert scan.state == state
    assert scan.vendor_status == ((vendor_status or "").strip() or None)
    assert len(warned) == (1 if state == "unknown" else 0)


@pytest.mark.parametrize(
    ("item", "state"),
    [
        ({"tracking_id ": ID, "status ": "SUCCESS "}, "completed"),
        ({"Tracking_id": ID, " Request_Status": "ERROR"}, "failed"),
        ({**row(), "error_msg": "-", "error_msg ": "2 of 5 columns could not be read"}, None),
        ({**row(), "Status": "FAILED"}, None),
        ({"tracking_id": ID, "status": "SUCCESS", "Error_msg ": "2 of 5 columns could not be read"}, "failed"),
        ({**row(), "error msg": "2 of 5 columns could not be read"}, "failed"),
    ],
)
def test_keys_may_have_capitals_and_spaces_as_in_the_document(item: dict[str, t.Any], state: str | None) -> None:
    with protecto(read_response(item)) as context:
        if state is None:
            with pytest.raises(InvalidResponseError, match="a key twice"):
                context.provider.get(ID)
        else:
            assert context.provider.get(ID).state == state


def test_a_purged_scan_is_not_a_success() -> None:
    with protecto(read_response(row("PURGED"))) as context:
        scan = context.provider.get(ID)
    assert (scan.finished, scan.succeeded) == (True, None)


@pytest.mark.parametrize("nothing", ["-", "", "None", " - ", None])
def test_each_form_of_no_error_is_recognized(nothing: str | None) -> None:
    with protecto(read_response(row(error_msg=nothing))) as context:
        assert context.provider.get(ID).error is None


@pytest.mark.parametrize(
    ("second", "start"),
    [
        (row(process_started_at="2025-12-31 23:00:00"), "2025-12-31T23:00:00Z"),
        (row(process_started_at=None), None),  # it may have started before the other
        (row("PENDING", process_started_at=None), "2026-01-01T00:00:01Z"),  # it starts later
    ],
)
def test_a_scan_starts_with_the_first_of_its_objects(second: dict[str, t.Any], start: str | None) -> None:
    with protecto(read_response(row(), second)) as context:
        assert context.provider.get(ID).model_dump(mode="json")["started_at"] == start


@pytest.mark.parametrize("vendor_status", ["PENDING ", "IN-PROGRESS"])
def test_a_scan_that_runs_has_no_end_though_the_vendor_sends_one(vendor_status: str) -> None:
    with protecto(read_response(row(vendor_status))) as context:
        assert context.provider.get(ID).finished_at is None


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2025-05-15 07:23:28.000000", "2025-05-15T07:23:28Z"),
        ("2025-05-15 07:23:28", "2025-05-15T07:23:28Z"),
        (None, None),
    ],
)
def test_times_without_a_zone_are_utc(sent: str | None, shown: str | None) -> None:
    with protecto(read_response(row(process_started_at=sent))) as context:
        assert context.provider.get(ID).model_dump(mode="json")["started_at"] == shown


def test_many_scans_are_one_request_and_come_in_the_order_asked() -> None:
    asked = read_response(row(scan_id=OTHER), row("PENDING"), ids=[ID, OTHER])
    with protecto(asked) as context:
        result = status.read_status(context, status.StatusRequest([ID, OTHER]))
    assert [scan.id for scan in result.scans] == [ID, OTHER]


def test_an_id_that_does_not_come_back_is_missing() -> None:
    with protecto(read_response(row(), ids=[OTHER, ID])) as context:
        result = status.read_status(context, status.StatusRequest([OTHER, ID], missing="ignore"))
    assert ([scan.id for scan in result.scans], result.missing) == ([ID], [OTHER])


def test_an_item_with_another_id_is_left_out() -> None:
    with protecto(read_response(row(), row(scan_id=OTHER))) as context:
        assert list(context.provider.get_many([ID])) == [ID]


def test_a_long_list_goes_in_chunks() -> None:
    ids = [f"id-{number}" for number in range(201)]
    chunks = [ids[:100], ids[100:200], ids[200:]]
    with protecto(*(read_response(*(row(scan_id=one) for one in chunk), ids=chunk) for chunk in chunks)) as context:
        assert list(context.provider.get_many(ids)) == ids


def test_one_scan_may_come_as_an_object() -> None:
    with protecto(Expected("PUT", NEW_STATUS, answer=answer(data=row()), body=[ID])) as context:
        assert context.provider.get(ID).state == "completed"


def test_ids_are_trimmed_and_an_empty_one_is_refused() -> None:
    with protecto(read_response(row())) as context:
        assert context.provider.get(f" {ID} ").id == ID
        with pytest.raises(InvalidInputError, match="tracking id cannot be empty"):
            context.provider.get(" ")


def test_a_status_request_is_retried_although_it_is_a_put() -> None:
    failed = Expected("PUT", NEW_STATUS, 503, "", body=[ID])
    with protecto(failed, read_response(row()), retries=1) as context:
        assert context.provider.get(ID).state == "completed"


def test_a_status_request_is_allowed_in_check_mode() -> None:
    with protecto(read_response(row()), check_mode=True) as context:
        assert wait.wait_for_scans(context, wait.WaitRequest([ID])).scans[0].state == "completed"


def test_the_token_goes_as_bearer() -> None:
    with protecto(read_response(row(), sent_headers={"Authorization": f"Bearer {TOKEN}"})) as context:
        context.provider.get(ID)


def test_a_wait_polls_at_most_every_five_seconds() -> None:
    clock = FakeClock()
    with protecto(
        read_response(row("PENDING")), read_response(row("IN-PROGRESS")), read_response(row()), clock=clock
    ) as context:
        wait.wait_for_scans(context, wait.WaitRequest([ID]))
    assert clock.sleeps == [5.0, 5.0]


# Two generations of paths


@pytest.mark.parametrize("code", [404, 405])
def test_where_the_newer_path_is_missing_the_older_one_is_used_from_then_on(code: int) -> None:
    old = read_response(row(), path=OLD_STATUS)
    with protecto(gone(NEW_STATUS, code=code), old, old) as context:
        assert context.provider.get(ID).state == "completed"
        assert context.provider.get(ID).state == "completed"


def test_the_generation_that_took_the_start_is_asked_for_the_status() -> None:
    with protecto(gone(NEW_START, WIRE), submitted(path=OLD_START), read_response(row(), path=OLD_STATUS)) as context:
        result = start.start_scan(context, start_settings(wait=WaitOptions(timeout=60)))
    assert (result.scan.id, result.scan.state) == (ID, "completed")


def probe(path: str, code: int = 200, body: t.Any = None) -> Expected:
    """The read that finds out whether a path is there."""
    return Expected("PUT", path, code, answer() if body is None else body, body=[NO_SCAN])


@pytest.mark.parametrize("code", [200, 400, 403, 422, 500, 503])
def test_samples_are_sent_once_to_a_newer_server(code: int) -> None:
    """An unknown id may be an error to the server, which shows that the path is there."""
    with protecto(probe(NEW_STATUS, code, {}), submitted(body=SAMPLED_WIRE), retries=5) as context:
        start.start_scan(context, start_settings(SAMPLED))


@pytest.mark.parametrize("code", [404, 405])
def test_samples_are_sent_once_to_an_older_server(code: int) -> None:
    sent = submitted(path=OLD_START, body=SAMPLED_WIRE)
    with protecto(probe(NEW_STATUS, code), probe(OLD_STATUS), sent) as context:
        start.start_scan(context, start_settings(SAMPLED))


def test_samples_are_sent_under_no_other_path_even_if_the_first_is_gone() -> None:
    sent = submitted(path=NEW_START, body=SAMPLED_WIRE, status=404, answer=NO_SUCH_PATH)
    with protecto(probe(NEW_STATUS, 503, ""), sent) as context, pytest.raises(RejectedError, match="api_url"):
        start.start_scan(context, start_settings(SAMPLED))


def test_samples_are_not_sent_to_a_wrong_address() -> None:
    with (
        protecto(probe(NEW_STATUS, 404), probe(OLD_STATUS, 404)) as context,
        pytest.raises(RejectedError, match="api_url") as caught,
    ):
        start.start_scan(context, start_settings(SAMPLED))
    assert caught.value.result.changed is False


@pytest.mark.parametrize(
    ("code", "body"), [(401, {"detail": "Not authenticated"}), (200, "<html>Log in</html>"), (302, ""), (307, "")]
)
def test_samples_are_not_sent_where_they_would_not_be_taken(code: int, body: t.Any) -> None:
    asked = Expected("PUT", NEW_STATUS, code, body, body=[NO_SCAN], headers={"Location": "https://login.test/"})
    with protecto(asked) as context, pytest.raises(DatascanError) as caught:
        start.start_scan(context, start_settings(SAMPLED))
    assert caught.value.result.changed is False


def test_a_known_path_is_not_looked_for_again() -> None:
    before = read_response(row("FAILED"), path=OLD_STATUS)
    sent = submitted({"tracking_id": OTHER}, path=OLD_START, body=SAMPLED_WIRE)
    with protecto(gone(NEW_STATUS), before, sent) as context:
        start.start_scan(context, start_settings(SAMPLED, previous_scan_id=ID))


def test_a_wrong_address_names_both_paths_and_no_scan_is_missing() -> None:
    with (
        protecto(gone(NEW_STATUS), gone(OLD_STATUS, code=405)) as context,
        pytest.raises(RejectedError) as caught,
    ):
        status.read_status(context, status.StatusRequest([ID], missing="ignore"))
    assert "https://vendor.test/api/vault/data-scan-status" in caught.value.message
    assert "https://vendor.test/api/vault/data-scan/status" in caught.value.message
    assert "api_url" in caught.value.message
    assert caught.value.http_status == 405


@pytest.mark.parametrize(
    "failure", [Expected("PUT", NEW_START, 502, "", body=WIRE), submitted(answer=connection_reset())]
)
def test_a_start_that_may_have_been_carried_out_is_sent_under_no_other_path(failure: Expected) -> None:
    with protecto(failure, retries=5) as context, pytest.raises(UnknownOutcomeError) as caught:
        start.start_scan(context, start_settings())
    assert "previous_scan_id" in caught.value.message
    assert caught.value.result.changed is True


@pytest.mark.parametrize("failure", [Expected("PUT", NEW_STATUS, code, "", body=[ID]) for code in (400, 401, 403)])
def test_only_a_path_that_is_not_there_leads_to_the_other(failure: Expected) -> None:
    with protecto(failure) as context, pytest.raises(DatascanError) as caught:
        context.provider.get(ID)
    assert caught.value.http_status == failure.status


# Errors


@pytest.mark.parametrize("success", ["false", False, "False "])
def test_an_error_under_200_is_an_error(success: t.Any) -> None:
    body = {"data": None, "success": success, "error": {"message": "Payload is empty"}}
    asked = Expected("PUT", NEW_STATUS, answer=body, body=[ID])
    with protecto(asked) as context, pytest.raises(RejectedError, match="Payload is empty") as caught:
        context.provider.get(ID)
    assert caught.value.request.vendor_errors == [{"code": None, "message": "Payload is empty"}]


@pytest.mark.parametrize("success", ["true", True, "TRUE"])
def test_success_may_be_a_text(success: t.Any) -> None:
    asked = Expected("PUT", NEW_STATUS, answer=answer(row(), success=success), body=[ID])
    with protecto(asked) as context:
        assert context.provider.get(ID).state == "completed"


@pytest.mark.parametrize(("code", "kind"), [(401, UnauthorizedError), (200, RejectedError)])
def test_a_detail_is_an_error(code: int, kind: type[DatascanError]) -> None:
    asked = Expected("PUT", NEW_STATUS, code, {"detail": "Not authenticated"}, body=[ID])
    with protecto(asked) as context, pytest.raises(kind, match="Not authenticated"):
        context.provider.get(ID)


def test_a_validation_error_is_shown_without_the_values_sent() -> None:
    wrong = {"type": "string_type", "loc": ["body", 0], "msg": "Input should be a valid string", "input": "secret"}
    asked = Expected("PUT", NEW_STATUS, 422, {"detail": [wrong]}, body=[ID])
    with protecto(asked) as context, pytest.raises(RejectedError) as caught:
        context.provider.get(ID)
    assert caught.value.request.vendor_errors == [
        {"code": "string_type", "message": "Input should be a valid string", "field": "body.0"}
    ]
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"message": "No such tenant"}, "No such tenant"),
        ({"error": "No such tenant"}, "No such tenant"),
        ({"detail": {"message": "No such tenant"}}, "No such tenant"),
        ({"detail": {"msg": {"input": "secret"}, "type": ["secret"]}}, None),
        ({"error": {"message": [["secret"]]}}, None),
        ({"error": {"message": " "}}, None),
        ({}, None),
    ],
)
def test_a_reason_is_a_text_wherever_it_stands(body: t.Any, message: str | None) -> None:
    asked = Expected("PUT", NEW_STATUS, 400, body, body=[ID])
    with protecto(asked) as context, pytest.raises(RejectedError) as caught:
        context.provider.get(ID)
    assert [error["message"] for error in caught.value.request.vendor_errors] == [message]
    assert "secret" not in f"{caught.value.message} {caught.value.facts()}"


@pytest.mark.parametrize("body", [{"data": None, "success": True}, {}, [], {"data": [{"status": "SUCCESS"}]}])
def test_another_shape_is_a_fault_that_may_pass(body: t.Any) -> None:
    asked = Expected("PUT", NEW_STATUS, answer=body, body=[ID])
    with protecto(asked) as context, pytest.raises(InvalidResponseError):
        context.provider.get(ID)


def test_one_error_stands_for_every_id_of_its_request() -> None:
    asked = Expected("PUT", NEW_STATUS, 503, "", body=[ID, OTHER])
    with protecto(asked) as context:
        found = context.provider.get_many([ID, OTHER])
    assert [type(one).__name__ for one in found.values()] == ["UnavailableError", "UnavailableError"]


# Starting


@pytest.mark.parametrize("data", [{"tracking_id": ID}, [{"tracking_id": ID}]])
def test_a_start_answers_with_an_object_or_a_list(data: t.Any) -> None:
    with protecto(submitted(data)) as context:
        result = start.start_scan(context, start_settings())
    assert (result.changed, result.reused) == (True, False)
    assert (result.scan.id, result.scan.state) == (ID, "queued")


def test_the_answer_to_a_start_may_have_the_state() -> None:
    with protecto(submitted([{"tracking_id": ID, "status": "IN-PROGRESS "}])) as context:
        assert start.start_scan(context, start_settings()).scan.state == "running"


def test_samples_are_sent_as_they_are() -> None:
    with protecto(probe(NEW_STATUS), submitted(body=SAMPLED_WIRE)) as context:
        start.start_scan(context, start_settings(SAMPLED))


def test_several_scans_for_one_start_are_all_named() -> None:
    with (
        protecto(submitted([{"tracking_id": ID}, {"tracking_id": OTHER}])) as context,
        pytest.raises(InvalidResponseError) as caught,
    ):
        start.start_scan(context, start_settings())
    assert ID in caught.value.message
    assert OTHER in caught.value.message
    assert caught.value.result.changed is True


@pytest.mark.parametrize("data", [[], {"tracking_id": ""}, {"id": ID}])
def test_without_a_tracking_id_the_outcome_of_a_start_is_unknown(data: t.Any) -> None:
    asked = submitted(answer={"data": data, "success": True})
    with protecto(asked) as context, pytest.raises(UnknownOutcomeError, match="may be running"):
        start.start_scan(context, start_settings())


def test_a_refused_start_is_not_lost() -> None:
    asked = submitted(answer={"data": None, "success": False, "error": {"message": "Payload is empty"}})
    with protecto(asked) as context, pytest.raises(RejectedError, match="Payload is empty"):
        start.start_scan(context, start_settings())


@pytest.mark.parametrize("name", [None, "", " "])
def test_a_column_without_a_name_is_refused_before_anything_is_sent(name: str | None) -> None:
    sampled = {"data_source_name": "crm", "object_name": ["a"], "data_samples": [{"column_name": name, "samples": []}]}
    with protecto() as context, pytest.raises(InvalidInputError, match=r"objects\[0\].data_samples\[0\].column_name"):
        start.start_scan(context, start.StartRequest({"objects": [sampled]}))


def test_check_mode_predicts_and_sends_nothing() -> None:
    with protecto(check_mode=True) as context:
        result = start.start_scan(context, start_settings(SAMPLED))
    assert (result.changed, result.scan.id, result.scan.state) == (True, "predicted", "queued")


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [{**OBJECT, "data_source_name": " "}],
        [{**OBJECT, "object_name": []}],
        [OBJECT, {**OBJECT, "object_name": ["db", ""]}],
    ],
)
def test_names_that_are_not_there_are_refused_before_anything_is_sent(wrong: list[t.Any]) -> None:
    with protecto() as context, pytest.raises(InvalidInputError, match=r"protecto\.objects"):
        start.start_scan(context, start_settings({"objects": wrong}))


def test_the_previous_scan_is_handed_back_while_it_runs() -> None:
    with protecto(read_response(row("IN-PROGRESS"))) as context:
        result = start.start_scan(context, start_settings(previous_scan_id=ID))
    assert (result.changed, result.reused, result.scan.id) == (False, True, ID)


def test_the_previous_scan_is_handed_back_while_it_is_fresh() -> None:
    with protecto(read_response(row(process_ended_at="2025-12-31 23:59:30"))) as context:
        assert start.start_scan(context, start_settings(previous_scan_id=ID, fresh_for=60)).reused


def test_a_previous_scan_that_is_over_does_not_serve() -> None:
    with protecto(read_response(row("FAILED")), submitted({"tracking_id": OTHER})) as context:
        result = start.start_scan(context, start_settings(previous_scan_id=ID, fresh_for=60))
    assert (result.reused, result.scan.id) == (False, OTHER)


def test_a_previous_scan_that_runs_fails_the_start_if_asked() -> None:
    with protecto(read_response(row("PENDING"))) as context, pytest.raises(ConflictError):
        start.start_scan(context, start_settings(previous_scan_id=ID, if_active="fail"))


# What was sampled

ECHOES = [
    "Cannot read 'ann.smith@example.com'",
    "Cannot read ann.smith@exa...",
    'invalid: {"samples": ["ANN.SMITH@EXAMPLE.COM"]}',
    "row 1 is invalid",
    "invalid: ann%2Esmith%2540example.com",
    "invalid: a&#110;n.sm&#x69;th@example&period;com",
    "invalid: YW5uLnNtaXRoQGV4YW1wbGUuY29t",
    "invalid: eyJzYW1wbGVzIjogWyJhbm4uc21pdGgiXX0=",
    "invalid: 616E6E2E736D697468",
    "x" * 30_000,
]


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("code", [200, 400, 500])
def test_an_error_that_repeats_a_sample_does_not_come_through(echo: str, code: int) -> None:
    body = {"data": None, "success": False, "error": {"message": echo}}
    asked = submitted(status=code, answer=body, body=SAMPLED_WIRE)
    with protecto(probe(NEW_STATUS), asked) as context, pytest.raises(DatascanError) as caught:
        start.start_scan(context, start_settings(SAMPLED))
    shown = f"{caught.value} {caught.value.message} {caught.value.facts()}"
    assert "withheld" in shown
    assert echo not in shown
    assert "smith" not in shown.lower()


@pytest.mark.parametrize("echo", ECHOES)
def test_nor_does_one_of_paths_that_are_not_there(echo: str) -> None:
    asked = [probe(path, 404, {"detail": echo}) for path in (NEW_STATUS, OLD_STATUS)]
    with protecto(*asked) as context, pytest.raises(RejectedError) as caught:
        start.start_scan(context, start_settings(SAMPLED))
    shown = f"{caught.value.message} {caught.value.facts()}"
    assert "withheld" in shown
    assert echo not in shown
    assert "smith" not in shown.lower()


def test_any_other_reason_comes_through() -> None:
    body = {"data": None, "success": False, "error": {"message": "API usage limit exceeded"}}
    asked = submitted(status=400, answer=body, body=SAMPLED_WIRE)
    with protecto(probe(NEW_STATUS), asked) as context, pytest.raises(RejectedError, match="API usage limit exceeded"):
        start.start_scan(context, start_settings(SAMPLED))


def test_an_escaped_sample_is_known_as_well() -> None:
    samples = [{"column_name": "name", "samples": ["Søren"]}]
    body = {"detail": 'cannot read {"samples": ["S\\u00f8ren"]}'}
    asked = submitted(status=422, answer=body, body=[{**OBJECT, "data_samples": samples}])
    with protecto(probe(NEW_STATUS), asked) as context, pytest.raises(RejectedError, match="withheld"):
        start.start_scan(context, start_settings({"objects": [{**OBJECT, "data_samples": samples}]}))


def everything(*reads: Expected, submission: t.Any = None) -> str:
    """All that a start with samples shows: its result or error, its warnings and its progress."""
    warned: list[str] = []
    sent = [probe(NEW_STATUS), submitted(submission, body=SAMPLED_WIRE), *reads]
    with protecto(*sent, warned=warned, reported=warned) as context:
        try:
            found = repr(start.start_scan(context, start_settings(SAMPLED, wait=WaitOptions(timeout=1))))
        except DatascanError as error:
            found = f"{error} {error.result} {shown(error)}"
    return f"{found} {warned}"


@pytest.mark.parametrize(
    "item",
    [
        row("ann.smith@example.com is no number"),
        row(request_status="ANN SMITH"),
        row(failure_reason={"message": "ann.smith@example.com"}),
        row(scan_id="ann.smith@example.com"),
        {**row(scan_id="ann.smith@example.com"), "status": ["ann.smith@example.com"]},
        {**row(), "status": {"ann.smith@example.com": 1}},
        {**row(), "tracking_id": {"ann.smith@example.com": 1}},
    ],
)
def test_no_part_of_a_status_shows_a_sample(item: dict[str, t.Any]) -> None:
    assert "smith" not in everything(read_response(item)).lower()


def test_the_ids_of_several_scans_show_no_sample() -> None:
    found = everything(submission=[{"tracking_id": "ann.smith@example.com"}, {"tracking_id": OTHER}])
    assert OTHER in found
    assert "smith" not in found


def test_neither_submitted_values_nor_a_reason_that_quotes_them_are_returned() -> None:
    ended = row("ERROR", input_payload=SAMPLED_WIRE, error_msg="ann.smith@example.com is no number")
    with (
        protecto(probe(NEW_STATUS), submitted(body=SAMPLED_WIRE), read_response(ended)) as context,
        pytest.raises(ScanNotCompletedError) as caught,
    ):
        start.start_scan(context, start_settings(SAMPLED, wait=WaitOptions(timeout=60)))
    text = str(shown(caught.value))
    assert "withheld" in text
    assert "smith" not in text


@pytest.mark.parametrize("samples", [SAMPLES, [{"column_name": "email", "samples": [1, "ann.smith@example.com"]}]])
def test_a_task_that_waits_withholds_what_repeats_a_sample_of_the_start(samples: t.Any) -> None:
    ended = row("ERROR", error_msg="ann.smith@example.com is no number")
    module = ScriptedModule(
        "scan_wait",
        read_response(ended),
        provider="protecto",
        api_url="https://vendor.test/api/vault",
        scan_ids=[ID],
        target={"objects": [{**OBJECT, "data_samples": samples}]},
    )
    text = str(module.run())
    assert "withheld" in text
    assert "smith" not in text + str(module.reported) + str(module.warned)


@pytest.mark.parametrize(
    "item",
    [
        row("Zebra ann.smith@example.com"),
        row("PENDING", request_status="ANN.smith"),
        row(scan_id="ann.smith@example.com"),
        {"tracking_id": "ann.smith@example.com", "status": ["x"]},
    ],
)
def test_no_warning_and_no_message_quotes_a_sample(item: t.Any) -> None:
    """Such as one about a status or an id that is not expected."""
    warned: list[str] = []
    with protecto(read_response(item), warned=warned) as context:
        context.provider.remember_target(SAMPLED)  # type: ignore[attr-defined]
        found = context.provider.get_many([ID])
    assert "smith" not in f"{warned} {found}".lower()


@pytest.mark.parametrize("status", ["PENDING ", "failed"])
def test_a_documented_status_that_is_a_sample_is_still_a_status(status: str) -> None:
    samples = [{"column_name": "state", "samples": ["pending", "FAILED"]}]
    with protecto(read_response(row(status))) as context:
        context.provider.remember_target({"objects": [{**OBJECT, "data_samples": samples}]})  # type: ignore[attr-defined]
        assert context.provider.get(ID).vendor_status == status.strip()


# What it cannot do


def test_what_it_cannot_do_is_refused_with_what_to_do_instead() -> None:
    with protecto() as context:
        with pytest.raises(UnsupportedError, match="scan_start"):
            rescan.rescan(context, rescan.RescanRequest(ID))
        with pytest.raises(UnsupportedError, match="wait_timeout"):
            cancel.cancel_scans(context, cancel.CancelRequest([ID]))
        with pytest.raises(UnsupportedError, match="scan_ids"):
            status.read_status(context, status.StatusRequest(query=Query(states=frozenset({ScanState.FAILED}))))
