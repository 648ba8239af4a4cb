# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A response that shows both success and failure of a scan: the failure counts."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError, InvalidResponseError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan
from glasswall_script import SCAN_ID, SCAN_PATH, item
from scripted_vendor import Expected, scripted_context

IDS = {"glasswall": SCAN_ID, "bigid": "a1", "advalidation": "7", "protecto": "a"}
URLS = {"protecto": {"api_url": "https://vendor.test/api/vault"}}


def glasswall(record: dict[str, t.Any], envelope: dict[str, t.Any]) -> list[Expected]:
    return [Expected("GET", SCAN_PATH, answer={**item("Completed"), **record, **envelope})]


def bigid(record: dict[str, t.Any], envelope: dict[str, t.Any]) -> list[Expected]:
    row = {"_id": "a1", "name": "nightly", "state": "Completed", **record}
    listed = {"status": "success", "data": {"totalCount": 0, "scanChildren": []}}
    return [
        Expected("GET", "/api/v1/scans/a1/status", answer={"status": False}),
        Expected("GET", "/api/v1/scans/a1", answer={"data": [row], **envelope} if envelope else [row]),
        Expected("GET", "/api/v1/scans/parent-scans", answer=listed),
    ]


def protecto(record: dict[str, t.Any], envelope: dict[str, t.Any]) -> list[Expected]:
    row = {"tracking_id": "a", "status": "SUCCESS ", "error_msg": "-", **record}
    answer = {"data": [row], "success": "true", "error": {"message": ""}, **envelope}
    return [Expected("PUT", "/api/vault/data-scan/status", answer=answer, body=["a"])]


def advalidation(record: dict[str, t.Any], envelope: dict[str, t.Any]) -> list[Expected]:
    data = {"id": 7, "processingStatus": "finished", "nbIssues": 0, **record}
    return [Expected("GET", "/api/v1/scans/7", answer={"data": data, **envelope})]


VENDORS = {"glasswall": glasswall, "bigid": bigid, "protecto": protecto, "advalidation": advalidation}


def get(vendor: str, record: dict[str, t.Any], envelope: dict[str, t.Any] | None = None, more: int = 0) -> Scan:
    answers = VENDORS[vendor](record, envelope or {})
    answers += answers[-1:] * more
    with scripted_context(*answers, provider=vendor, retries=0, **URLS.get(vendor, {})) as context:
        return context.provider.get(IDS[vendor])


@pytest.mark.parametrize("vendor", VENDORS)
def test_without_a_contradiction_the_scan_has_completed(vendor: str) -> None:
    nothing = {"failed_objects": [], "failedCount": 0, "failed": False, "objects": [{"status": "SUCCESS"}]}
    assert get(vendor, nothing).state == "completed"


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    "record",
    [
        {"failed_objects": ["crm.contacts"]},
        {"failedObjects": [{"name": "crm.contacts"}]},
        {"failed_columns": 2},
        {"failedDataSources": {"s3": "access denied"}},
        {"erroredItems": "3"},
        {"failed tables count": 1},
        {"objects": [{"object_name": ["a"], "status": "SUCCESS"}, {"object_name": ["b"], "status": "FAILED "}]},
        {"dsConnectionList": [{"name": "s3", "state": "Error"}]},
        {"scan_progress_status": "failed"},
        {"state": "Failed", "scanState": "aborted"},
    ],
    ids=str,
)
def test_a_success_with_parts_or_states_that_failed_is_failed(vendor: str, record: dict[str, t.Any]) -> None:
    assert get(vendor, record).state == "failed"


@pytest.mark.parametrize("vendor", ["glasswall", "advalidation"])
def test_a_status_beside_the_vendors_own_is_not_overlooked(vendor: str) -> None:
    scan = get(vendor, {"status": "Failed"})
    assert (scan.state, scan.error) == ("failed", "its status is Failed")


@pytest.mark.parametrize("vendor", ["bigid", "protecto", "advalidation"])
@pytest.mark.parametrize("status", ["failed", "Failure", "ERROR"])
def test_an_envelope_that_failed_beside_data_is_an_error(vendor: str, status: str) -> None:
    with pytest.raises(DatascanError) as raised:
        get(vendor, {}, {"status": status})
    assert not isinstance(raised.value, InvalidResponseError) and raised.value.is_transient


def test_a_files_status_is_what_a_scan_finds() -> None:
    assert get("glasswall", {"files": [{"fileId": "1", "status": "Failed"}]}).state == "completed"


@pytest.mark.parametrize(
    ("counted", "tests", "issues"),
    [
        (0, ["pass", "fail"], 1),
        (0, ["Warn", " FAIL "], 2),
        (1, ["fail", "fail", "warn"], 3),
        (5, ["fail"], 5),
        (0, ["pass"], 0),
    ],
)
def test_issues_are_at_least_the_checks_that_failed(counted: int, tests: list[str], issues: int) -> None:
    record = {
        "nbIssues": counted,
        "tests": [{"name": f"Check {n}", "result": result} for n, result in enumerate(tests)],
    }
    assert get("advalidation", record, more=1 if issues else 0).issue_count == issues


def test_an_answer_with_checks_that_is_worse_than_the_one_before_counts() -> None:
    answers = advalidation({"nbIssues": 1}, {}) + advalidation({"processingStatus": "failed"}, {})
    with scripted_context(*answers, provider="advalidation", retries=0) as context:
        assert context.provider.get("7").state == "failed"
