# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendors' own programs: their requests in their order, and the fields that they read of each answer.

Which program sends what is in public repositories; docs/vendors names them. Advalidation's client runs as it is in
tests/integration/test_advalidation_sdk.py.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from datascan_sandbox.vendors.bigid_tokens import USER_JWT

ROOT = Path(__file__).resolve().parents[3]
FORM = """--xyz\r
Content-Disposition: form-data; name="data"\r
\r
{"name": "scanner-repo", "scanType": "dsScan", "dataSourceList": ["codescan-repo"], "active": false}\r
--xyz\r
Content-Disposition: form-data; name="scanProfileName"\r
\r
scanner-repo\r
--xyz--\r
"""


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


class BigIDProgram:
    """A program that sends tokens bare, and no cookie."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.token = self.call("GET", "/refresh-access-token", token=USER_JWT).json()["systemToken"]

    def call(self, method: str, path: str, *, token: str = "", **more: Any) -> Any:
        headers = {"authorization": token or self.token, **more.pop("headers", {})}
        return self.world.bigid(method, path, headers=headers, **more)

    def read(self, method: str, path: str, **more: Any) -> Any:
        reply = self.call(method, path, **more)
        assert reply.status == 200, reply.body
        return reply.json()


@pytest.fixture
def bigid(world: Any) -> BigIDProgram:
    return BigIDProgram(world)


def test_bigids_script_for_pipelines_creates_a_source_and_a_profile_and_scans(world: Any, bigid: BigIDProgram) -> None:
    source = {"name": "codescan-repo", "type": "github", "branch_to_scan_list": "main", "personal_access_token": "t0p"}
    assert bigid.call("GET", "/ds_connections/codescan-repo").status == 404  # so it is created
    assert bigid.call("POST", "/ds_connections", body={"ds_connection": source}).status == 200
    content_type = {"content-type": "multipart/form-data; boundary=xyz"}
    assert bigid.call("POST", "/scanProfiles/", body=FORM.encode(), headers=content_type).status == 200
    body = {"scanType": "dsScan", "scanProfileName": "scanner-repo", "scanOrigin": "github action"}
    scan = bigid.read("POST", "/scans", body=body)["result"]["_id"]
    assert bigid.read("GET", f"/scans/{scan}")[0]["state"] == "Queued"
    world.clock.advance(60)
    assert bigid.read("GET", f"/scans/{scan}")[0]["state"] == "Completed"
    assert bigid.read("GET", f"/scan-insights/{scan}")["scanInsight"]["scanSummary"]["scanId"] == scan
    # The next run, for another branch, changes the source.
    known = bigid.read("GET", "/ds_connections/codescan-repo")["ds_connection"]
    assert known["branch_to_scan_list"] == "main" and "t0p" not in str(known)
    changed = {"ds_connection": {**source, "branch_to_scan_list": "dev,main"}}
    assert bigid.call("PUT", "/ds_connections/codescan-repo", body=changed).status == 200
    assert bigid.read("GET", "/ds_connections/codescan-repo")["ds_connection"]["branch_to_scan_list"] == "dev,main"


def test_bigids_mcp_server_reads_the_type_of_a_token(bigid: BigIDProgram) -> None:
    assert claims_of(USER_JWT)["type"] == "refresh-token"  # so it is exchanged
    assert claims_of(bigid.token)["type"] == "access-token"  # so it is sent as it is
    assert claims_of(USER_JWT)["exp"] > claims_of(bigid.token)["iat"]
    assert bigid.call("GET", "/clusters").status == 200
    assert bigid.call("GET", "/clusters", token=USER_JWT).status == 401


def test_the_role_hands_out_a_user_token_that_is_a_jwt() -> None:
    tasks = yaml.safe_load((ROOT / "roles/sandbox/tasks/present.yml").read_text(encoding="utf-8"))
    (facts,) = [task["ansible.builtin.set_fact"] for task in tasks if "ansible.builtin.set_fact" in task]
    assert facts["sandbox_refresh_token"] == USER_JWT


def test_each_answer_has_a_cookie_that_is_not_needed(bigid: BigIDProgram) -> None:
    for token in (bigid.token, "wrong"):
        cookie = bigid.call("GET", "/clusters", token=token).headers["set-cookie"]
        assert cookie.startswith("LAUNCHER=") and "HttpOnly" in cookie and "Max-Age=86400" in cookie


def test_bigids_xsoar_pack_starts_a_scan_and_gets_all_of_it(bigid: BigIDProgram) -> None:
    of_an_investigation = dict.fromkeys(("pii_record_id", "with_investigation_window", "record", "type"))
    body = {"scanType": "metadataScan", "scanProfileName": "nightly", "scanOrigin": None, **of_an_investigation}
    scan = bigid.read("POST", "/scans", body=body)["result"]
    assert scan["_id"] == scan["id"] and scan["executedBy"] == "sandbox" and scan["type"] == "metadataScan"
    assert "scanProfileName" not in scan and scan["scanSecretKey"]
    data = bigid.read("GET", "/scans/status")["data"]
    assert set(data) == {"message", "urlRef", "urlMessage", "type"}


def test_a_scan_of_one_data_source(world: Any, bigid: BigIDProgram) -> None:
    assert bigid.call("POST", "/ds-connections/crm/scan").status == 404
    bigid.call("POST", "/ds_connections", body={"ds_connection": {"name": "crm"}})
    assert bigid.read("GET", "/ds-connections/crm/scan")["data"] is None
    query = {"isSampleScan": "false", "scanType": "metadataScan", "autoAssumeScanType": "false"}
    assert bigid.read("POST", "/ds-connections/crm/scan", query=query)["data"]["state"] == "Queued"
    world.clock.advance(60)
    data = bigid.read("GET", "/ds-connections/crm/scan")["data"]
    assert (data["dsConnectionName"], data["scanType"], data["state"]) == ("crm", "metadataScan", "Completed")


def test_lists_have_a_total_where_it_is_asked_for(world: Any, bigid: BigIDProgram) -> None:
    bigid.call("POST", "/ds_connections", body={"ds_connection": {"name": "crm"}})
    plain = bigid.read("GET", "/ds-connections", query={"limit": "1"})
    assert plain["message"] is None and plain["statusCode"] == 200 and "totalCount" not in plain["data"]
    assert plain["data"]["ds_connections"][0]["last_scan_at"] is None
    assert bigid.read("GET", "/ds-connections", query={"requireTotalCount": "true"})["data"]["totalCount"] == 1
    assert bigid.read("GET", "/ds-connections", query={"requireTotalCount": "True"})["data"]["totalCount"] == 1
    world.settings("bigid", total_count="on_request")
    assert "totalCount" not in bigid.read("GET", "/scans/parent-scans")["data"]
    assert "totalCount" in bigid.read("GET", "/scans/parent-scans", query={"requireTotalCount": "true"})["data"]


def test_programs_read_data_sources_page_by_page(bigid: BigIDProgram) -> None:
    for number in range(5):
        bigid.call("POST", "/ds_connections", body={"ds_connection": {"name": f"source-{number}"}})
    found: list[str] = []
    for skip in (0, 2, 4, 6):
        query = {"skip": skip, "limit": 2, "requireTotalCount": "true"}
        page = bigid.read("GET", "/ds-connections", query=query)["data"]
        assert page["totalCount"] == 5
        found += [source["name"] for source in page["ds_connections"]]
    assert found == [f"source-{number}" for number in range(5)]


def test_bigpyd_starts_a_profile_with_its_own_type(bigid: BigIDProgram) -> None:
    profiles = {one["name"]: one["scanType"] for one in bigid.read("GET", "/scanProfiles")["scanProfiles"]}
    assert profiles == {"nightly": "dsScan", "metadata": "metadataScan"}
    assert bigid.call("POST", "/scanProfiles", body={"name": "lineage", "scanType": "lineageScan"}).status == 200
    assert bigid.read("GET", "/scanProfiles")["scanProfiles"][-1]["scanType"] == "lineageScan"
    assert bigid.call("POST", "/scanProfiles", body={}).status == 400


# Protecto


def sampled(name: str, columns: list[str]) -> list[dict[str, Any]]:
    samples = [{"column_name": column, "samples": [f"{column}: 1", f"{column}: 2"]} for column in columns]
    return [{"data_source_name": "SF_DS", "object_name": ["db", "schema", name], "data_samples": samples}]


def statuses(world: Any, tracking_id: str) -> list[str]:
    """The status at each poll of the sample program."""
    seen = []
    for _poll in range(3):
        answer = world.protecto("/data-scan/status", [tracking_id]).json()
        assert answer["success"] is True
        seen.append(answer["data"][0]["request_status"])
        world.clock.advance(1.6)
    return seen


def report(world: Any, name: str) -> list[dict[str, Any]]:
    """All pages of the details, as the sample program reads them."""
    found, token = [], None
    while token is not None or not found:
        wish = {"data": {"data_source_name": "SF_DS", "object_name": ["db", "schema", name]}, "next_page_token": token}
        answer = world.protecto("/data-scan/objects/details", wish).json()
        assert answer["success"] is True
        found += answer["data"]["details"]
        token = answer["next_page_token"]
    return [column for detail in found for column in detail["columns"]]


def test_protectos_sample_program_submits_polls_and_reports(world: Any) -> None:
    world.settings("protecto", generation="2025", details_page_size=2)
    columns = ["email", "name", "phone"]
    answer = world.protecto("/data-scan/data-scan-async", sampled("contacts", columns)).json()
    assert answer["success"] is True
    assert statuses(world, answer["data"]["tracking_id"]) == ["PENDING", "IN-PROGRESS", "SUCCESS"]
    found = report(world, "contacts")
    assert [(one["column_name"], one["values_scanned"]) for one in found] == [(column, 2) for column in columns]
    assert found[0]["ml_identified_pi_details"][0]["pi_type"] == "EMAIL" and not found[1]["ml_identified_pi_details"]
    assert "email: 1" not in str(found)


def test_protectos_sample_program_knows_a_scan_that_failed(world: Any) -> None:
    world.settings("protecto", generation="2025")
    answer = world.protecto("/data-scan/data-scan-async", sampled("error", ["email"])).json()
    assert statuses(world, answer["data"]["tracking_id"])[-1] == "ERROR"
    assert report(world, "error")[0]["values_scanned"] == 0
    assert world.protecto("/data-scan/status", ["unknown"]).json()["success"] is False


def test_one_setting_selects_a_generation_of_protecto(world: Any) -> None:
    world.settings("protecto", generation="2025", word_space=True)
    settings = world.control("GET", "/settings").json()["protecto"]
    assert (settings["paths"], settings["status_key"], settings["word_space"]) == ("new", "request_status", True)
    world.settings("protecto", generation="2024")
    settings = world.control("GET", "/settings").json()["protecto"]
    assert (settings["paths"], settings["status_key"], settings["no_error"]) == ("old", "status", "-")
    assert world.protecto("/data-scan/status", ["a"]).status == 404
    assert world.protecto("/data-scan-details", {"data": {"object_name": ["t"]}}).status == 200


@pytest.mark.parametrize("wish", [[], {}, {"data": {}}, {"data": {"object_name": ["t"]}, "next_page_token": "x"}])
def test_details_need_an_object(world: Any, wish: Any) -> None:
    assert world.protecto("/data-scan/objects/details", wish).status == 400
