# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data sources of the Terraform provider, called as its server calls them, against the sandbox."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from sandbox_server import TOKEN
from terraform_provider_datascan.protocol.conversion import value_message
from terraform_provider_datascan.protocol.diagnostics import Diagnostics, ProviderError
from terraform_provider_datascan.protocol.planning import conform
from terraform_provider_datascan.protocol.provider import Call
from terraform_provider_datascan.protocol.values import UNKNOWN
from terraform_runs import make_provider

pytestmark = pytest.mark.one_core
MISSING = "00000000-0000-4000-8000-000000000000"
LATER = {"until": "2999-12-31T23:59:59Z", "reason": "TICKET-12"}
Read = Callable[..., dict[str, t.Any]]


@pytest.fixture
def diagnostics() -> Diagnostics:
    return Diagnostics()


@pytest.fixture
def read(sandbox, diagnostics: Diagnostics) -> Read:
    """Validate a configuration and read: read(NAME, vendor=, **attributes). The result can be stored in a state."""

    def run(kind_name: str, /, vendor: str = "glasswall", token: str = TOKEN, **config: t.Any) -> dict[str, t.Any]:
        provider, call = make_provider(), Call(diagnostics)
        given = {"vendor": vendor, "api_url": sandbox.api_urls[vendor], "api_token": token, "retries": 0}
        provider.configure(conform(provider.schema.attributes, given), call)
        kind = provider.data_sources[f"datascan_{kind_name}"]
        attributes = conform(kind.schema.attributes, config)
        kind(provider.backend, call).validate(attributes)
        found: dict[str, t.Any] = conform(
            kind.schema.attributes, kind(provider.backend, call).read(attributes), stores=True
        )
        value_message(found)
        assert {key: found[key] for key in config} == {key: attributes[key] for key in config}
        return found

    return run


class TestGate:
    """It never raises for a verdict, and whatever cannot be asked does not pass."""

    def test_it_passes_if_all_scans_completed(self, read: Read, sandbox) -> None:
        verdict = read("gate", scan_ids=sandbox.seed_many(2))
        assert (verdict["passed"], verdict["proceed"], verdict["reasons"]) == (True, True, [])
        assert (verdict["summary"]["completed"], verdict["message"]) == (2, "Gate passed: 2 of 2 scans.")

    def test_a_scan_that_runs_is_not_said_to_have_been_waited_for(self, read: Read, sandbox) -> None:
        (reason,) = read("gate", scan_ids=[sandbox.seed("Processing")])["reasons"]
        assert "running" in reason and "wait" not in reason

    @pytest.mark.parametrize("status", ["Error", "Cancelled", "Processing", "Defragmenting"])
    def test_a_scan_in_another_state_is_a_reason(self, read: Read, sandbox, status: str) -> None:
        good, bad = sandbox.seed(), sandbox.seed(status)
        verdict = read("gate", scan_ids=[good, bad])
        assert (verdict["passed"], verdict["proceed"]) == (False, False)
        assert len(verdict["reasons"]) == 1
        assert bad in verdict["reasons"][0]
        assert bad in verdict["message"]

    def test_mode_advise_lets_a_pipeline_proceed_past_a_verdict(self, read: Read, sandbox) -> None:
        verdict = read("gate", scan_ids=[sandbox.seed("Error")], mode="advise")
        assert (verdict["passed"], verdict["proceed"], len(verdict["reasons"])) == (False, True, 1)

    @pytest.mark.parametrize("mode", ["enforce", "advise"])
    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "status", "code": 503},
            {"kind": "status", "code": 403},
            {"kind": "html"},
            {"kind": "cut_json"},
            {"kind": "reset_before"},
            {"kind": "wrong_shape"},
        ],
        ids=lambda fault: "-".join(map(str, fault.values())),
    )
    def test_a_vendor_that_cannot_be_asked_is_a_reason_in_every_mode(
        self, read: Read, sandbox, fault: dict[str, t.Any], mode: str
    ) -> None:
        good, bad = sandbox.seed_many(2)
        sandbox.fault("GET", bad, fault, times=None)
        verdict = read("gate", scan_ids=[good, bad], mode=mode)
        assert (verdict["passed"], verdict["proceed"]) == (False, False)
        assert verdict["reasons"]

    def test_a_token_that_is_refused_is_a_reason(self, read: Read, sandbox) -> None:
        verdict = read("gate", token="wrong-token-of-a-test", scan_ids=[sandbox.seed()])
        assert (verdict["passed"], verdict["proceed"]) == (False, False)
        assert "token" in verdict["message"]

    def test_a_scan_that_is_missing_is_a_reason_unless_that_is_allowed(self, read: Read, sandbox) -> None:
        ids = [sandbox.seed(), MISSING]
        verdict = read("gate", scan_ids=ids)
        assert not verdict["passed"]
        assert MISSING in verdict["message"]
        assert read("gate", scan_ids=ids, policy={"allow_missing": True})["passed"]

    @pytest.mark.parametrize("policy", [None, {}, {"allow_missing": True}, {"min_scans": 1}], ids=str)
    def test_a_gate_without_scans_does_not_pass(self, read: Read, policy: dict[str, t.Any] | None) -> None:
        verdict = read("gate", scan_ids=[], policy=policy)
        assert (verdict["passed"], bool(verdict["reasons"])) == (False, True)

    def test_it_judges_what_a_query_finds(self, read: Read, sandbox) -> None:
        sandbox.seed_many(1, "Error", age=3600)
        sandbox.seed_many(1, "Completed", age=60)
        assert read("gate", query={"limit": 1})["passed"]
        assert not read("gate", query={"limit": 2})["passed"]
        assert not read("gate", query={"states": ["queued"]})["passed"]

    def test_a_list_that_is_not_complete_does_not_pass(self, read: Read, sandbox) -> None:
        sandbox.seed_many(3)
        sandbox.fault("GET", "/scans$", {"kind": "lying_total"}, times=None)
        verdict = read("gate", query={"limit": 1})
        assert not verdict["passed"]
        assert "complete" in verdict["message"]

    def test_issues_are_counted_where_the_policy_needs_them(self, read: Read, sandbox) -> None:
        scan_id = sandbox.seed(sourceContainerPath="uploads/issues")
        assert read("gate", scan_ids=[scan_id])["passed"]
        requests = len(sandbox.journal())
        verdict = read("gate", scan_ids=[scan_id], policy={"max_issues": 2})
        assert not verdict["passed"]
        assert "3" in verdict["message"]
        assert len(sandbox.journal()) > requests + 1
        assert read("gate", scan_ids=[scan_id], policy={"max_issues": 3})["passed"]

    def test_a_count_that_fails_is_a_reason(self, read: Read, sandbox) -> None:
        scan_id = sandbox.seed()
        sandbox.fault("GET", f"{scan_id}/.", {"kind": "status", "code": 500}, times=None)
        verdict = read("gate", scan_ids=[scan_id], policy={"max_issues": 0})
        assert (verdict["passed"], verdict["proceed"]) == (False, False)

    @pytest.mark.parametrize(
        ("policy", "option"),
        [
            ({"max_issues": 0}, "max_issues"),
            ({"accepted": [{"issue": "a", **LATER}]}, "accepted.issue"),
        ],
        ids=["max_issues", "accepted"],
    )
    def test_a_policy_that_the_vendor_cannot_meet_is_an_error(
        self, read: Read, policy: dict[str, t.Any], option: str
    ) -> None:
        with pytest.raises(ProviderError) as raised:
            read("gate", vendor="bigid", scan_ids=["1"], policy=policy)
        assert raised.value.path == ("policy",)
        assert f"policy.{option} needs a count of issues, and BigID" in raised.value.detail

    @pytest.mark.parametrize(
        ("config", "path", "part"),
        [
            ({"policy": {"max_issues": -1}}, ("policy", "max_issues"), "policy.max_issues must be 0 or more"),
            ({"policy": {"max_age": 1.5}}, ("policy", "max_age"), "policy.max_age must be a whole number"),
            ({"policy": {"states": ["complete"]}}, ("policy", "states"), "policy.states must contain only"),
            ({"policy": {"states": [None]}}, ("policy", "states"), "policy.states must contain only"),
            ({"policy": {"newer_than": "2026-11-26"}}, ("policy", "newer_than"), "policy.newer_than must be a time"),
            ({"policy": {"newer_than": "2999-01-01T00:00:00Z"}}, ("policy",), "in the future"),
            (
                {"policy": {"accepted": [{"scan": "a", "reason": "b"}]}},
                ("policy", "accepted", 0, "until"),
                "until is missing",
            ),
            ({"scan_ids": [None]}, ("scan_ids", 0), "scan_ids[0] must be a text"),
            ({"scan_ids": ["x"]}, ("scan_ids",), "'x' is not a Glasswall scan id"),
            ({"query": {"limit": 1}}, ("scan_ids",), "Set either scan_ids or query: both are set"),
            ({"scan_ids": None}, ("scan_ids",), "Set either scan_ids or query: neither is set"),
            ({"scan_ids": None, "query": {"name": ""}}, ("query", "name"), "query.name is empty"),
            ({"scan_ids": None, "query": {"limit": 1.5}}, ("query", "limit"), "query.limit must be a whole number"),
        ],
        ids=str,
    )
    def test_what_is_wrong_is_an_error_at_its_attribute(
        self, read: Read, config: dict[str, t.Any], path: tuple[str | int, ...], part: str
    ) -> None:
        with pytest.raises(ProviderError) as raised:
            read("gate", **{"scan_ids": [MISSING], **config})
        assert raised.value.path == path
        assert part in raised.value.detail

    def test_what_is_not_known_yet_is_not_judged(self, sandbox, diagnostics: Diagnostics) -> None:
        provider = make_provider()
        kind = provider.data_sources["datascan_gate"]
        for unknown in ({"scan_ids": UNKNOWN}, {"scan_ids": [UNKNOWN], "policy": {"max_issues": UNKNOWN}}):
            config = conform(kind.schema.attributes, {**unknown, "mode": UNKNOWN})
            kind(provider.backend, Call(diagnostics)).validate(config)
        assert diagnostics.found == []


class TestScans:
    """One scan, and those that a query finds."""

    def test_a_scan_has_every_field(self, read: Read, sandbox) -> None:
        scan_id = sandbox.seed(sourceContainerPath="uploads/issues")
        scan = read("scan", id=scan_id)
        assert (scan["state"], scan["finished"], scan["succeeded"]) == ("completed", True, True)
        assert scan["issue_count"] is None
        counted = read("scan", id=scan_id, count_issues=True)
        assert (counted["issue_count"], len(counted["issues"])) == (3, 3)

    def test_a_scan_that_is_not_there_is_an_error_at_its_id(self, read: Read) -> None:
        with pytest.raises(ProviderError) as raised:
            read("scan", id=MISSING)
        assert (raised.value.path, MISSING in raised.value.detail) == (("id",), True)

    def test_an_id_of_another_form_is_named_as_the_attribute_is(self, read: Read) -> None:
        with pytest.raises(ProviderError) as raised:
            read("scan", id="x")
        assert (raised.value.path, raised.value.detail.partition(":")[0]) == (("id",), "id")

    def test_an_id_in_another_form_stays_as_it_is_configured(self, read: Read, sandbox) -> None:
        scan_id = sandbox.seed().upper()
        assert read("scan", id=scan_id)["id"] == scan_id

    def test_a_query_finds_scans_the_newest_first(self, read: Read, sandbox) -> None:
        failed, ended = sandbox.seed_many(1, "Error", age=600)[0], sandbox.seed_many(1, age=60)[0]
        found = read("scans")
        assert ([scan["id"] for scan in found["scans"]], found["complete"]) == ([ended, failed], True)
        assert (found["summary"]["total"], found["summary"]["failed"]) == (2, 1)
        assert [scan["id"] for scan in read("scans", states=["failed"])["scans"]] == [failed]

    def test_a_list_that_is_not_complete_says_so(self, read: Read, sandbox, diagnostics: Diagnostics) -> None:
        sandbox.seed_many(3)
        sandbox.fault("GET", "/scans$", {"kind": "lying_total"}, times=None)
        assert read("scans")["complete"] is False
        assert [one.is_error for one in diagnostics.found] == [False]

    def test_a_name_that_no_scan_has_is_an_error_unless_that_is_ignored(self, read: Read) -> None:
        with pytest.raises(ProviderError) as raised:
            read("scans", vendor="bigid", name="never")
        assert "matches name 'never'" in raised.value.detail
        assert read("scans", vendor="bigid", name="never", missing="ignore")["scans"] == []

    @pytest.mark.parametrize(
        ("config", "part"),
        [
            ({"name": ""}, "name is empty"),
            ({"limit": 0}, "limit must be 1 or more"),
            ({"limit": 1.5}, "limit must be a whole number"),
            ({"states": ["gone"]}, "states[0] must be one of"),
            ({"owners": [None]}, "owners[0] must be a text"),
            ({"started_after": "yesterday"}, "started_after must be a time"),
        ],
        ids=str,
    )
    def test_a_query_that_is_wrong_is_an_error(self, read: Read, config: dict[str, t.Any], part: str) -> None:
        with pytest.raises(ProviderError) as raised:
            read("scans", **config)
        assert raised.value.path[0] in config
        assert part in raised.value.detail


class TestClusterColumns:
    """The columns of a cluster, without a sampled value."""

    def test_all_columns_are_read_and_counted(self, read: Read) -> None:
        found = read("cluster_columns", vendor="bigid", cluster_id="abc123def456")
        assert (len(found["columns"]), found["total_count"], found["complete"]) == (20, 20, True)
        assert found["untagged"] == sum(not column["tags"] for column in found["columns"])
        column = next(column for column in found["columns"] if column["tags"] and column["attributes"])
        assert column["tags"][0]["tag_name"]
        assert column["attributes"][0]["attribute_name"]

    def test_a_cluster_is_looked_up(self, read: Read) -> None:
        found = read("cluster_columns", vendor="bigid", cluster={"name": "sensitive hr data"}, limit=2)
        assert (found["cluster_id"], len(found["columns"])) == ("abc123def456", 2)

    @pytest.mark.parametrize(
        ("config", "part"),
        [
            ({}, "Set either cluster_id or cluster: neither is set"),
            ({"cluster_id": "a", "cluster": {"name": "b"}}, "Set either cluster_id or cluster: both are set"),
            ({"cluster": {}}, "cluster is empty"),
            ({"cluster": {"name": "no such name"}}, "None of the"),
            ({"cluster": {"size": 1.5}}, "cluster.size must be a whole number"),
            ({"cluster_id": "abc123def456", "limit": 0}, "limit must be 1 or more"),
            ({"cluster_id": " "}, "cluster_id is empty"),
        ],
        ids=str,
    )
    def test_a_cluster_that_is_not_found_is_an_error(self, read: Read, config: dict[str, t.Any], part: str) -> None:
        with pytest.raises(ProviderError) as raised:
            read("cluster_columns", vendor="bigid", **config)
        assert part in raised.value.detail
