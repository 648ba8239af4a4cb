# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scan_status: by ids, and by queries over many pages."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.playbook("status")


def ids(result):
    return [scan["id"] for scan in result["scans"]]


def states(result):
    return {scan["state"] for scan in result["scans"]}


def test_scans_come_in_the_order_asked(runs):
    result = runs.in_process["Look at some, in this order"]
    assert ids(result) == result["invocation"]["module_args"]["scan_ids"]
    assert [scan["state"] for scan in result["scans"]] == ["failed", "failed", "running"]
    assert result["summary"]["total"] == 3
    assert (result["summary"]["failed"], result["summary"]["running"]) == (2, 1)


def test_a_running_scan_has_no_end_whatever_the_vendor_sends(runs):
    scan = runs.in_process["Look at some, in this order"]["scans"][2]
    on_server = next(item for item in runs.in_process.scans if item["scanId"] == scan["id"])
    assert on_server["scanEndTime"] is not None
    assert (scan["finished_at"], scan["finished"], scan["succeeded"]) == (None, False, None)


def test_times_are_the_vendors_in_utc(runs):
    for scan in runs.in_process["Look at some, in this order"]["scans"]:
        on_server = next(item for item in runs.in_process.scans if item["scanId"] == scan["id"])
        assert scan["started_at"] == on_server["scanStartTime"]


def test_one_can_be_named_by_the_alias(runs):
    assert ids(runs.in_process["Look at one by its alias"]) == ids(runs.in_process["Look at some, in this order"])[:1]


def test_a_missing_scan_fails_and_the_others_are_kept(runs):
    result = runs.in_process["Miss one"]
    assert (result["failed"], result["error"]["kind"], result["error"]["http_status"]) == (True, "not_found", 404)
    assert result["missing"] == ["00000000-0000-4000-8000-000000000000"]
    assert result["missing"][0] in result["msg"]
    assert len(result["scans"]) == result["summary"]["total"] == 3


def test_a_missing_scan_can_be_ignored(runs):
    result = runs.in_process["Do not mind that one is missing"]
    assert not result["failed"]
    assert result["missing"] == ["00000000-0000-4000-8000-000000000000"]
    assert len(result["scans"]) == 3


def test_130_scans_in_pages_of_50_come_once_each_newest_first(runs):
    result = runs.in_process["Find all of one's own"]
    own = {scan["scanId"] for scan in runs.in_process.scans if scan["scanOwner"] == "sandbox"}
    assert len(own) == 130
    assert len(ids(result)) == 130
    assert set(ids(result)) == own
    started = [scan["started_at"] for scan in result["scans"]]
    assert started == sorted(started, reverse=True)
    assert result["summary"]["total"] == 130


def test_pages_are_counted_and_none_is_asked_for_past_the_end(runs):
    pages = [
        int(entry["query"].removeprefix("pageSize=100&page="))
        for entry in runs.in_process.journal
        if entry["path"].endswith("/scans") and entry["query"].startswith("pageSize=")
    ]
    assert (min(pages), max(pages)) == (1, 3)
    assert {entry["status"] for entry in runs.in_process.journal} <= {200, 401, 404}


def test_a_query_by_states_finds_only_those(runs):
    result = runs.in_process["Find by states"]
    assert states(result) == {"failed", "running"}
    assert (result["summary"]["failed"], result["summary"]["running"], result["summary"]["total"]) == (20, 10, 30)


def test_a_state_that_the_vendor_does_not_have_finds_nothing(runs):
    assert runs.in_process["Find nothing where the vendor has no such state"]["scans"] == []


def test_a_query_by_dates_finds_only_those(runs):
    result = runs.in_process["Find by dates"]
    assert len(result["scans"]) == 20
    assert states(result) == {"failed"}


def test_a_limit_takes_the_newest(runs):
    assert ids(runs.in_process["Find the newest"]) == ids(runs.in_process["Find all of one's own"])[:3]


def test_an_administrator_finds_all_users_scans(runs):
    result = runs.in_process["Find all users' scans"]
    assert len(set(ids(result))) == len(result["scans"]) == 133
    assert {scan["owner"] for scan in result["scans"]} == {"sandbox", "other"}


def test_an_administrator_finds_another_users_scans(runs):
    result = runs.in_process["Find another user's scans"]
    assert [scan["owner"] for scan in result["scans"]] == ["other"] * 3


def test_a_standard_user_gets_a_forbidden_error(runs):
    result = runs.in_process["Find another user's scans without the right"]
    assert (result["failed"], result["error"]["http_status"]) == (True, 401)
    assert result["error"]["kind"] == "unauthorized"


def test_a_wait_for_finished_scans_returns_at_once_however_they_ended(runs):
    result = runs.in_process["Wait until some have finished"]
    assert (states(result), result["timed_out"], result["polls"]) == ({"failed"}, False, 0)


def test_a_wait_in_vain_keeps_the_scans(runs):
    result = runs.in_process["Wait in vain"]
    assert (result["failed"], result["error"]["kind"], result["timed_out"]) == (True, "wait_timeout", True)
    assert len(result["scans"]) == result["summary"]["total"] == 3
    assert result["elapsed"] >= 5
    assert result["scans"][2]["id"] in result["msg"]
    assert result["scans"][0]["id"] not in result["msg"]
