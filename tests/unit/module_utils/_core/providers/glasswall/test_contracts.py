# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against every example and every row of a table of answers in the vendor's document.

Each documented answer makes scans, or the one error that is documented. A contract file without a test fails.
"""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    ConflictError,
    DatascanError,
    NotFoundError,
    RejectedError,
    TooEarlyError,
    TooLateError,
    UnauthorizedError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Issue, Query, Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from glasswall_script import missing_responses
from scripted_vendor import Expected, connected

FOLDER = Path(__file__).parents[5] / "contracts" / "glasswall"
FILES = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
ASKED = "56d61ae4-8147-4778-acb1-1f1f9c881fa7"  # in every path of the document, whose answers are about another scan
# The scan that every example of the document shows.
SHOWN = Scan(
    id="83d71394-faa2-4b6c-b13b-6d3118de459e",
    provider="glasswall",
    state=ScanState.RUNNING,
    vendor_status="Processing",
    started_at="2019-08-24T14:15:22Z",
    owner="string",
    source="scan-source.blob.core.windows.net/SourceContainer",
    target="output-location.blob.core.windows.net/TargetContainerName",
    parent_id="f18eda36-7eb5-477a-a1b1-51c71ab2ba81",
)


COMPLETED = Scan(id=ASKED, provider="glasswall", state=ScanState.COMPLETED, source="acct.blob.core.windows.net/uploads")


def start(vendor: Provider, contract: dict[str, t.Any]) -> Scan:
    """The document's strings are cut off, so the check before a request is disabled."""
    body = contract["request"]["body"]
    return vendor.start(
        {
            "source_connection_string": body["sourceConnectionString"],
            "source_container_path": body["sourceContainerPath"],
            "destination_connection_string": body["destinationConnectionString"],
            "target_container_path": body["targetContainerPath"],
            "quarantine_container_path": body["quarantineContainerPath"],
            "auto_rescan": body["autoRescan"],
        }
    )


def read_listed_scan(vendor: Provider, contract: dict[str, t.Any]) -> Scan:
    query = contract["request"]["query"]
    states = {"Processing": ScanState.RUNNING, "Completed": ScanState.COMPLETED}
    wanted = frozenset(states[status] for status in query.get("scanStatus", []))
    (scan,) = vendor.list_scans(
        Query(
            states=wanted or None,
            started_after=query.get("startDate"),
            started_before=query.get("endDate"),
            all_users=contract["request"]["path"].endswith("/allusers"),
        )
    )
    return scan


def subject_of(contract: dict[str, t.Any]) -> str:
    """The scan that the response is about, or the parent of that scan. Other responses are rejected."""
    request, response = contract["request"], contract["response"]
    if response["status"] >= 300 or "scan-results" in request["path"]:
        return ASKED
    return str(response["body"]["parentScan" if request["method"] == "PATCH" else "scanId"])


OPERATIONS: dict[str, t.Callable[[Provider, dict[str, t.Any]], Scan]] = {
    "get": lambda vendor, contract: vendor.get(subject_of(contract)),
    "start": start,
    "cancel": lambda vendor, contract: vendor.cancel(subject_of(contract)),
    "rescan": lambda vendor, contract: vendor.rescan(subject_of(contract)),
    "list-own": read_listed_scan,
    "list-all-users": read_listed_scan,
    "files": lambda vendor, contract: vendor.count_issues(COMPLETED),  # type: ignore[attr-defined]
}
# The meaning of documented statuses other than 2xx that differ from operation to operation.
ERRORS: dict[tuple[str, int], type[DatascanError]] = {
    ("cancel", 405): TooLateError,
    ("rescan", 409): ConflictError,
    ("rescan", 425): TooEarlyError,
}
COMMON: dict[int, type[DatascanError]] = {
    400: RejectedError,
    401: UnauthorizedError,
    404: NotFoundError,
    412: RejectedError,
}


def operation_of(name: str) -> str:
    return max((operation for operation in OPERATIONS if name.startswith(f"{operation}-")), key=len)


def ask(name: str) -> Scan:
    contract = FILES[name]
    request, response = contract["request"], contract["response"]
    expected = Expected(
        request["method"],
        request["path"].replace(ASKED, subject_of(contract)) if ASKED in request["path"] else request["path"],
        response["status"],
        "" if response["body"] is None else response["body"],
        body=request["body"],
        headers=response["headers"],
    )
    answers = [expected]
    if name.startswith("list-") and response["status"] == 200:
        # The example is the third of four pages; past the end comes the last page again, and nothing new. As it counts
        # 220 scans, the list is read again three times.
        answers = [expected] * 8
    if operation_of(name) == "files":
        answers = [expected] * 8  # the same page in place of the second of four, until the list counts as not settled
    if name == "get-404":
        answers += missing_responses()[1:]
    vendor, script = connected(answers)
    try:
        return OPERATIONS[operation_of(name)](vendor, contract)
    finally:
        assert not script.left


@pytest.mark.parametrize("name", [name for name in FILES if FILES[name]["response"]["status"] < 300])
def test_a_documented_answer_makes_the_scan_that_it_shows(name: str) -> None:
    if operation_of(name) != "files":
        assert ask(name) == SHOWN


def test_the_documented_file_is_an_issue() -> None:
    """The example is one page of four, so that the number of issues is not known."""
    scan = ask("files-200")
    assert (scan.issue_count, scan.issues) == (
        None,
        [Issue(name="supported/1/test.png", result="Failed", place=COMPLETED.source)],
    )


@pytest.mark.parametrize("name", ["get-200", "cancel-202", "rescan-200"])
def test_the_documents_answers_are_about_another_scan_than_its_paths(name: str) -> None:
    """The client rejects a response about another scan than the requested one."""
    contract = FILES[name]
    request, response = contract["request"], contract["response"]
    operation: t.Any = {"GET": "get", "DELETE": "cancel", "PATCH": "rescan"}[request["method"]]
    vendor, _script = connected(
        [Expected(request["method"], request["path"], response["status"], response["body"])], retries=0
    )
    with pytest.raises(DatascanError, match="it is about"):
        getattr(vendor, operation)(ASKED)


@pytest.mark.parametrize("name", [name for name in FILES if FILES[name]["response"]["status"] >= 300])
def test_a_documented_error_is_that_error(name: str) -> None:
    status, body = FILES[name]["response"]["status"], FILES[name]["response"]["body"]
    with pytest.raises(DatascanError) as caught:
        ask(name)
    error = caught.value
    assert error.kind == (ERRORS.get((operation_of(name), status)) or COMMON[status]).kind
    assert error.http_status == status
    assert error.request.vendor_errors == [{"code": one["errorCode"], "message": one["message"]} for one in body or []]
    assert all(one["message"] in error.message for one in body or [])


def test_every_operation_and_every_documented_status_has_a_file() -> None:
    documented = {
        "list-all-users": {200, 400, 401},
        "list-own": {200, 400, 401},
        "start": {200, 400, 401, 412},
        "get": {200, 401, 404},
        "cancel": {202, 401, 404, 405},
        "rescan": {200, 401, 404, 409, 412, 425},
        "files": {200},
    }
    found: dict[str, set[int]] = {}
    for name, contract in FILES.items():
        found.setdefault(operation_of(name), set()).add(contract["response"]["status"])
    assert found == documented
