# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused: a sentence each, before anything is sent where that is possible."""

from __future__ import annotations

import pytest

both_ways = pytest.mark.parametrize("way", ["in_process", "module"])


@pytest.mark.playbook("refused_unsent")
class TestBeforeSending:
    def test_nothing_is_sent(self, runs):
        for run in runs.all:
            assert run.journal == []
            assert run.failed == set(run.results)

    def test_all_are_the_users_to_mend(self, runs):
        assert {result["error"]["kind"] for result in runs.in_process.results.values()} == {"invalid_input"}

    @pytest.mark.parametrize(
        ("task", "words"),
        [
            ("Start with an expired source", ["source_connection_string", "expired at 2023-01-01T00:00:00Z", "se)"]),
            ("Start with a destination that is not for blobs", ["destination_connection_string", "blob (b)", "(ss)"]),
            ("Start with a source that is not valid yet", ["not valid before 2098-01-01T00:00:00Z", "st)"]),
            ("Start with an account key", ["source_connection_string", "account key"]),
            ("Start nothing", ["glasswall is not set"]),
            ("Look at another path", ["'../scans/allusers'", "UUID"]),
            ("Wait for another path", ["'../scans/allusers'", "UUID"]),
            ("Cancel another path", ["'../scans/allusers'", "UUID"]),
            ("Scan another path again", ["'../scans/allusers'", "UUID"]),
            ("Look without a token", ["api_token is missing", "DATASCAN_API_TOKEN"]),
            ("Look with a token of two lines", ["api_token"]),
            ("Look without an address", ["api_url is missing", "DATASCAN_API_URL"]),
            ("Look at an address with a query", ["api_url"]),
            ("Look for a time that is none", ["started_after", "'yesterday'"]),
            ("Wait less than nothing", ["wait_timeout"]),
            ("Wait for another vendor's scan", ["scans[0] is a scan of bigid"]),
        ],
    )
    def test_the_message_names_the_problem(self, runs, task, words):
        for word in words:
            assert word in runs.in_process[task]["msg"]


@pytest.mark.playbook("refused_by_server")
class TestByTheServer:
    @pytest.mark.parametrize(
        ("task", "kind", "status", "words"),
        [
            ("Start with a SAS that the vendor finds expired", "rejected", 400, ["The signed start (se) parameter"]),
            ("Start with an empty container", "rejected", 412, ["Source container was empty."]),
            ("Look with a wrong token", "unauthorized", 401, ["api_token"]),
            ("Start with a wrong token", "unauthorized", 401, ["api_token"]),
            ("Look at another user's scan", "not_found", 404, ["has no scan"]),
            ("Look at a wrong address", "rejected", 404, ["/v9/scans", "api_url"]),
            ("Look where nobody answers", "unavailable", None, ["127.0.0.1:1", "does not answer"]),
            ("Look and be redirected", "rejected", 302, ["redirected to elsewhere.example"]),
            ("Look and get a page of HTML", "unreadable", 200, ["an HTML page"]),
            ("Look and get another shape", "unreadable", 200, ["not as documented"]),
        ],
    )
    def test_the_error_describes_the_failure(self, runs, task, kind, status, words):
        result = runs.in_process[task]
        assert (result["failed"], result["changed"]) == (True, False)
        assert (result["error"]["kind"], result["error"]["http_status"]) == (kind, status)
        for word in words:
            assert word in result["msg"]

    def test_the_vendors_error_code_and_text_are_kept(self, runs):
        run = runs.in_process
        result = run["Start with a SAS that the vendor finds expired"]
        words = "The signed start (se) parameter must be in the future for the source connection string."
        assert result["error"]["vendor_errors"] == [{"code": 105, "message": words}]
        assert (result["error"]["method"], result["error"]["url"]) == ("POST", f"{run.api_url}/scans")
        empty = run["Start with an empty container"]["error"]["vendor_errors"]
        assert empty == [{"code": 107, "message": "Source container was empty."}]

    def test_what_is_refused_is_not_sent_again(self, runs):
        assert runs.in_process.methods.count("POST") == 2
        assert not runs.in_process.made_in("uploads")

    def test_an_unknown_state_is_neither_failure_nor_success(self, runs):
        result = runs.in_process["Look and get an unknown word"]
        scan = result["scans"][0]
        assert (scan["state"], scan["vendor_status"]) == ("unknown", "Defragmenting")
        assert (scan["finished"], scan["succeeded"]) == (False, None)
        assert any("Defragmenting" in warning for warning in result["warnings"])


@pytest.mark.playbook("options")
class TestOptions:
    @pytest.mark.parametrize(
        ("task", "words"),
        [
            ("Name an option that there is not", ["patience", "wait_timeout"]),
            ("Name a suboption that there is not", ["glasswall.bucket"]),
            ("Leave out a suboption", ["destination_connection_string", "glasswall"]),
            ("Choose what is no choice", ["until", "all, any", "some"]),
            ("Give no number", ["wait_timeout", "number"]),
            ("Give a suboption of a wrong type", ["glasswall.auto_rescan", "true or false"]),
            ("Name no scan", ["scan_ids, query"]),
            ("Name scans twice", ["scan_ids and scans are mutually exclusive: set one of them"]),
            ("Name a vendor that there is not", ["provider", "glasswall", "acme"]),
            ("Judge what is no list", ["scans", "list"]),
        ],
    )
    def test_the_sentence_names_what_is_wrong(self, runs, task, words):
        result = runs.in_process[task]
        assert result["failed"]
        for word in words:
            assert word in result["msg"]

    def test_an_option_and_its_alias_are_one_too_many(self, runs):
        result = runs.in_process["Set an option and its alias"]
        assert result["warnings"] == ["Both option scan_ids and its alias scan_id are set."]

    @both_ways
    def test_a_relative_path_starts_where_the_command_was_started(self, runs, way):
        run = getattr(runs, way)
        assert f"{run.cwd}/none does not exist" in run["Write a report where there is no folder"]["msg"]

    @both_ways
    def test_a_date_of_yaml_is_a_date(self, runs, way):
        queries = [entry["query"] for entry in getattr(runs, way).journal if "Date=" in entry["query"]]
        assert len(queries) == 1
        assert "startDate=2026-01-01T00%3A00%3A00Z&endDate=2026-01-02T00%3A00%3A00Z" in queries[0]
