# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's status and record in the forms of its other answers: an envelope, an array, the whole scan in `result`.

A source that reports a running or a failed scan in any form must not count as a source without information.
"""

from __future__ import annotations

import base64
import json
import typing as t
from urllib.parse import quote

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError, InvalidResponseError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Query, Scan
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import start
from scripted_vendor import Expected, scripted_context
from test_bigid import LIST, NIGHTLY, WHOLE, page, posted, record_response, row

ID = str(WHOLE["_id"])
COMPLETED = row(ID, "Completed")
GOOD = {"status": "success", "statusCode": 200, "message": None}
SECRET = str(WHOLE["scanSecretKey"])


def status(answer: t.Any, code: int = 200) -> Expected:
    return Expected("GET", f"/api/v1/scans/{ID}/status", code, answer)


def get(*answers: Expected) -> Scan:
    with scripted_context(*answers, provider="bigid", retries=0) as context:
        return context.provider.get(ID)


@pytest.mark.parametrize(
    "answer",
    [
        {**GOOD, "data": {"status": True}},
        {"data": {"status": True}},
        {"data": [{"status": "true"}]},
        {"result": {"status": True}},
        [{"status": True}],
        [{"status": False}, {"status": True}],
        {"status": False, "data": {"status": True}},
    ],
)
def test_true_is_running_in_each_form(answer: t.Any) -> None:
    assert get(status(answer)).state == "running"


@pytest.mark.parametrize("answer", [{**GOOD, "data": {"status": False}}, [{"status": False}], {"result": []}, GOOD])
def test_a_status_without_true_leaves_it_to_the_record(answer: t.Any) -> None:
    assert get(status(answer), record_response([COMPLETED]), page()).state == "completed"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"status": "Scanning", "progress": 40}, "unknown"),
        ({"status": 1}, "unknown"),
        ({**GOOD, "data": {"status": "In Progress"}}, "running"),
        ({"status": False, "state": "Failed"}, "failed"),
        ({"status": False, "state": "In Progress"}, "running"),
        ({"status": False, "state": "Defragmenting"}, "stopped"),
        ([{"status": "Aborted"}], "failed"),
    ],
)
def test_a_text_in_the_status_may_contradict_the_record(answer: t.Any, state: str) -> None:
    assert get(status(answer), record_response([COMPLETED]), page()).state == state


@pytest.mark.parametrize("answer", [{"status": "Completed"}, {"status": False, "state": "Completed"}])
def test_a_text_in_the_status_does_not_make_a_scan_completed(answer: t.Any) -> None:
    assert get(status(answer), record_response([]), page()).state in ("unknown", "stopped")


@pytest.mark.parametrize("answer", [True, "true", [True], {"data": [True]}, {"data": {"status": False, "id": "other"}}])
def test_a_status_that_is_no_object_or_another_scans_is_not_taken_for_an_end(answer: t.Any) -> None:
    with pytest.raises(InvalidResponseError):
        get(status(answer))


@pytest.mark.parametrize(
    "wrap",
    [
        lambda record: {**GOOD, "data": record},
        lambda record: {**GOOD, "data": [record]},
        lambda record: {"data": {"scan": record}},
        lambda record: {"data": {"scanChildren": [record]}},
        lambda record: {"result": record},
        lambda record: {"scan": record},
    ],
)
def test_a_record_is_read_in_each_form(wrap: t.Callable[[t.Any], t.Any]) -> None:
    for state in ("Failed", "In Progress", "Completed"):
        scan = get(status({"status": False}), record_response(wrap(row(ID, state))), page(COMPLETED))
        assert scan.vendor_status == state
    with pytest.raises(InvalidResponseError, match=f"about other, not {ID}"):
        get(status({"status": False}), record_response(wrap(row("other", "Completed"))), page(COMPLETED))


@pytest.mark.parametrize("record", [{}, [{}], {"phase": "Failed"}, {"report": row(ID, "Failed")}, [COMPLETED, {}]])
def test_a_record_that_shows_nothing_of_the_scan_confirms_nothing(record: t.Any) -> None:
    with pytest.raises(InvalidResponseError, match="neither an id nor a state"):
        get(status({"status": False}), record_response(record), page(COMPLETED))


@pytest.mark.parametrize("record", [{"scanState": "Failed"}, {"_id": ID, "error": "the source is gone"}])
def test_a_record_with_an_error_and_no_state_is_worse_than_a_list_that_says_completed(record: t.Any) -> None:
    assert get(status({"status": False}), record_response(record), page(COMPLETED)).state == "failed"


# A parameter that no document of the list has


@pytest.mark.parametrize("code", [400, 422])
def test_a_list_that_refuses_the_parameter_for_totals_is_read_without_it(code: int) -> None:
    refused = Expected("GET", LIST, code, {"error": "requireTotalCount is not allowed"})
    plain = page(query=[("limit", "200")])
    with scripted_context(refused, plain, posted(), provider="bigid", retries=0) as context:
        assert start.start_scan(context, start.StartRequest(NIGHTLY)).changed
    with scripted_context(refused, plain, plain, provider="bigid", retries=0) as context:
        for _read in range(2):  # and not asked for again
            assert not list(context.provider.list_scans(Query()))  # type: ignore[attr-defined]


def test_a_list_that_refuses_the_request_itself_is_asked_twice_at_most() -> None:
    refused = Expected("GET", LIST, 400, {"error": "limit is too large"})
    with (
        scripted_context(refused, refused, provider="bigid", retries=0) as context,
        pytest.raises(DatascanError, match="limit is too large"),
    ):
        context.provider.list_scans(Query())  # type: ignore[attr-defined]


# A scan that is quoted in an error, with its secret

QUOTES = [
    json.dumps(WHOLE),
    f"cannot write {WHOLE}",
    f"scanSecretKey={SECRET}",
    f"scan_secret_key is {SECRET}",
    json.dumps(json.dumps(WHOLE)),
    quote(json.dumps(WHOLE)),
    base64.b64encode(json.dumps(WHOLE).encode()).decode(),
]


def shown(*answers: Expected) -> str:
    """The whole text of a scan or an error."""
    try:
        return repr(get(*answers))
    except DatascanError as error:
        return f"{error} {error.facts()}"


@pytest.mark.parametrize("quoted", QUOTES)
def test_an_error_that_quotes_a_scan_does_not_show_its_secret(quoted: str) -> None:
    stopped, nowhere = status({"status": False}), page()
    texts = [
        shown(status({"error": quoted}, 400)),
        shown(status({"success": False, "message": quoted})),
        shown(status({"status": False, "error": quoted})),
        shown(stopped, record_response([{**WHOLE, "state": "Failed", "error": quoted}]), nowhere),
        shown(stopped, record_response({"status": "error", "message": quoted, "errors": [WHOLE]}, code=500), nowhere),
    ]
    assert all("withheld" in text for text in texts)
    assert not any(part in text for text in texts for part in (SECRET, quoted))


def test_another_reason_is_shown() -> None:
    assert "the scan has no secret" in shown(status({"error": "the scan has no secret"}, 400))
