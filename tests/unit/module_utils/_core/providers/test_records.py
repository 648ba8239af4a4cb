# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An invalid record in a list: it hides no other scan, never counts as success, and is never ignored."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError, InvalidResponseError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import MAY_RUN, Query, Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import rescan, start, status, wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base as _provider
from glasswall_script import (
    CHILD_ID,
    SCAN_ID,
    TARGET,
    item,
    list_response,
    page,
    read_response,
    start_response,
    start_responses,
)
from scripted_vendor import Expected, scripted_context, shown

IDS = [f"00000000-0000-4000-8000-{number:012}" for number in range(5)]
FOREIGN = "99999999-0000-4000-8000-000000000000"
WHY = r"\(scanStatus: "


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_provider, "_THREADS", 1)


def spoilt(scan_id: t.Any = FOREIGN, **fields: t.Any) -> dict[str, t.Any]:
    """A record of Glasswall whose state is not a text."""
    return item("", scan_id, scanStatus=None, **fields)


def without_id(**fields: t.Any) -> dict[str, t.Any]:
    return item("Listing", t.cast("str", {}), **fields)


def own(*items: dict[str, t.Any], since: str | None = None) -> Expected:
    query = [("startDate", since)] if since else []
    return list_response(*items, query=[*query, ("pageSize", "100"), ("page", "1")])


def kinds(answers: dict[str, Scan | DatascanError]) -> list[str]:
    return [one.state.value if isinstance(one, Scan) else one.kind for one in answers.values()]


class TestAGlasswallLook:
    @pytest.mark.parametrize("other", [spoilt(), without_id(), None, "text", []])
    def test_at_scans_that_can_be_read_is_not_hindered_and_warns_once(self, other: t.Any) -> None:
        warned: list[str] = []
        answer = own(*(item("Completed", one) for one in IDS), other)
        with scripted_context(answer, answer, warned=warned) as context:
            answers = context.provider.get_many(IDS)
            context.provider._starts.clear()  # type: ignore[attr-defined]
            context.provider.get_many(IDS)
        assert kinds(answers) == ["completed"] * 5
        assert len(warned) == 1
        assert warned[0].startswith("Glasswall sent a")

    def test_at_one_that_cannot_be_read_is_an_error_of_that_one(self) -> None:
        with scripted_context(own(spoilt(IDS[0]), *(item("Completed", one) for one in IDS[1:]))) as context:
            answers = context.provider.get_many(IDS)
        assert kinds(answers) == ["unreadable", *["completed"] * 4]
        assert str(answers[IDS[0]]).startswith(f"Glasswall sent an invalid record of scan {IDS[0]} (scanStatus: ")

    def test_a_wait_lasts_until_the_record_can_be_read(self) -> None:
        first = own(spoilt(IDS[0]), *(item("Completed", one) for one in IDS[1:]))
        with scripted_context(first, read_response("Completed", IDS[0])) as context:
            result = wait.wait_for_scans(context, wait.WaitRequest(scan_ids=IDS, options=WaitOptions(timeout=5.0)))
        assert {scan.state for scan in result.scans} == {ScanState.COMPLETED}

    def test_a_list_in_which_no_scan_has_an_id_is_another_shape(self) -> None:
        with scripted_context(own(without_id(), without_id()), retries=0) as context:
            answers = context.provider.get_many(IDS)
        assert kinds(answers) == ["unreadable"] * 5
        assert "not as documented" in str(answers[IDS[0]])

    def test_a_page_that_repeats_for_ever_ends_the_list(self) -> None:
        again = [page(item("Listing", IDS[0]), without_id(), total=9) for _number in range(2)]
        expected = [
            Expected("GET", "/api/v1/scans", answer=answer, query=[("pageSize", "100"), ("page", str(number))])
            for number, answer in enumerate(again, 1)
        ]
        singles = [read_response("Listing", one) for one in IDS[1:]]
        with scripted_context(*expected, *singles) as context:
            assert kinds(context.provider.get_many(IDS)) == ["running"] * 5


class TestAGlasswallQuery:
    def test_shows_it_as_unknown_so_that_no_gate_lets_it_pass(self) -> None:
        warned: list[str] = []
        with scripted_context(own(item("Completed"), spoilt(parentScan=CHILD_ID)), warned=warned) as context:
            scans = status.read_status(context, status.StatusRequest(query=Query())).scans
        (seen,) = (scan for scan in scans if scan.id == FOREIGN)
        assert (seen.state, seen.succeeded, seen.finished) == ("unknown", None, False)
        assert (seen.source, seen.parent_id) == ("acct.blob.core.windows.net/uploads", CHILD_ID)
        assert str(seen.error).startswith("invalid record (scanStatus: ")
        assert len(warned) == 1

    def test_a_query_for_a_state_keeps_a_record_that_the_vendor_lists_for_it(self) -> None:
        with scripted_context(list_response(spoilt())) as context:
            assert [scan.id for scan in context.provider.list_scans(Query(states=MAY_RUN))] == [FOREIGN]

    def test_fails_where_its_id_cannot_be_read(self) -> None:
        """A scan without an id can be neither requested nor judged."""
        with (
            scripted_context(own(item("Completed"), without_id())) as context,
            pytest.raises(InvalidResponseError, match="without a valid id"),
        ):
            status.read_status(context, status.StatusRequest(query=Query()))


class TestAGlasswallStart:
    """A start is refused where an invalid record may be a scan of the same source and target."""

    @pytest.mark.parametrize("record", [spoilt(), without_id(), spoilt(sourceStorage=[], sourceContainerPath=None)])
    def test_sends_nothing_where_it_may_be_of_the_same_source_and_target(self, record: t.Any) -> None:
        other = item("Listing", sourceContainerPath="elsewhere")
        with (
            scripted_context(list_response(other, record)) as context,
            pytest.raises(InvalidResponseError, match="same source and target") as caught,
        ):
            start.start_scan(context, start.StartRequest(TARGET))
        assert not shown(caught.value)["changed"]

    @pytest.mark.parametrize("record", [spoilt, without_id])
    def test_goes_on_where_it_is_of_another(self, record: t.Any) -> None:
        warned: list[str] = []
        other = item("Listing", sourceContainerPath="elsewhere")
        with scripted_context(list_response(other, record(targetContainerPath="elsewhere")), warned=warned) as context:
            found = list(context.provider.list_scans_of(TARGET, Query(states=MAY_RUN)))
        assert (found, len(warned)) == ([], 1)

    def test_does_not_mind_one_that_has_completed(self) -> None:
        query = Query(states=frozenset({ScanState.COMPLETED}))
        answer = list_response(spoilt(), query=[("scanStatus", "Completed"), ("pageSize", "100"), ("page", "1")])
        with scripted_context(answer) as context:
            (scan,) = context.provider.list_scans_of(TARGET, query)
        assert (scan.id, scan.state, scan.succeeded) == (FOREIGN, "stopped", None)

    def test_reuses_no_success_where_it_may_be_newer(self) -> None:
        words = [("scanStatus", "Cancelled"), ("scanStatus", "Completed"), ("scanStatus", "Errored")]
        query = [("startDate", "2025-12-24T23:00:00Z"), *words, ("pageSize", "100"), ("page", "1")]
        fresh = item("Completed", CHILD_ID, scanEndTime="2025-12-31T23:50:00Z")
        answers = [list_response(), list_response(fresh, spoilt(), query=query), *start_responses()]
        with scripted_context(*answers) as context:
            assert start.start_scan(context, start.StartRequest(TARGET, fresh_for=3600)).changed

    def test_is_lost_where_the_scan_that_it_made_cannot_be_read(self) -> None:
        after = list_response(item("Listing", CHILD_ID, sourceContainerPath="elsewhere"), spoilt(), query=None)
        expected = [list_response(), start_response("", 500), after, after, after]
        with scripted_context(*expected) as context, pytest.raises(DatascanError) as caught:
            start.start_scan(context, start.StartRequest(TARGET))
        assert caught.value.kind == "lost_answer"


def test_a_rescan_that_cannot_be_read_is_a_rescan() -> None:
    running = list_response(item("Listing", CHILD_ID), spoilt(parentScan=SCAN_ID))
    with scripted_context(read_response("Completed"), running) as context:
        result = rescan.rescan(context, rescan.RescanRequest(SCAN_ID))
    assert (result.reused, result.scan.id, result.scan.state) == (True, FOREIGN, "unknown")


class TestProtecto:
    ADDRESS: t.ClassVar = {"provider": "protecto", "retries": 0}

    def answer(self, *records: t.Any) -> Expected:
        return Expected(
            "PUT", "/api/v1/data-scan/status", answer={"data": list(records), "success": True}, body=["a", "b"]
        )

    def test_one_that_cannot_be_read_is_an_error_of_that_one(self) -> None:
        answer = self.answer({"tracking_id": "a", "status": ["x"]}, {"tracking_id": "b", "status": "SUCCESS"})
        with scripted_context(answer, **self.ADDRESS) as context:
            answers = context.provider.get_many(["a", "b"])
        assert kinds(answers) == ["unreadable", "completed"]

    def test_one_without_an_id_may_be_the_one_that_is_missing(self) -> None:
        """The missing scan is not reported as unknown, which would end a wait."""
        warned: list[str] = []
        answer = self.answer({"status": "SUCCESS"}, {"tracking_id": "b", "status": "SUCCESS"})
        with scripted_context(answer, answer, warned=warned, **self.ADDRESS) as context:
            answers = context.provider.get_many(["a", "b"])
            context.provider.get_many(["a", "b"])
        assert kinds(answers) == ["unreadable", "completed"]
        assert len(warned) == 1

    def test_an_invalid_record_of_another_scan_is_a_warning(self) -> None:
        warned: list[str] = []
        done = [{"tracking_id": one, "status": "SUCCESS"} for one in "ab"]
        with scripted_context(
            self.answer(*done, {"tracking_id": "c", "status": {}}), warned=warned, **self.ADDRESS
        ) as context:
            assert kinds(context.provider.get_many(["a", "b"])) == ["completed", "completed"]
        assert warned == ["Protecto sent an invalid record of scan c (status: Input should be a valid string)."]


class TestBigID:
    TARGET: t.ClassVar = {"scan_profile": "nightly", "scan_type": "dsScan", "scan_origin": "x"}

    def rows(self, *rows: t.Any) -> Expected:
        body = {"status": "success", "data": {"totalCount": len(rows), "scanChildren": list(rows)}}
        return Expected("GET", "/api/v1/scans/parent-scans", answer=body)

    @pytest.mark.parametrize("bad", [None, "text", {}, {"_id": {}}, {"name": "x"}])
    def test_reading_other_scans_still_works(self, bad: t.Any) -> None:
        warned: list[str] = []
        others = [{"_id": one, "state": "Running"} for one in "ab"]
        with scripted_context(self.rows(bad, *others), provider="bigid", warned=warned) as context:
            assert kinds(context.provider.get_many(["a", "b"])) == ["running", "running"]
        assert len(warned) == 1

    def test_a_query_fails_because_the_record_cannot_be_judged(self) -> None:
        rows = self.rows({"name": "x"}, {"_id": "a", "state": "Completed"})
        with (
            scripted_context(rows, provider="bigid") as context,
            pytest.raises(InvalidResponseError, match="without a valid id"),
        ):
            list(context.provider.list_scans(Query()))

    @pytest.mark.parametrize("bad", [None, {"name": "nightly"}, {"scanProfileName": "nightly"}, {"state": "Running"}])
    def test_a_start_sends_nothing_where_it_may_be_of_the_same_profile(self, bad: t.Any) -> None:
        rows = self.rows(bad, {"_id": "a", "state": "Completed"})
        with (
            scripted_context(rows, provider="bigid") as context,
            pytest.raises(InvalidResponseError, match="same scan profile"),
        ):
            start.start_scan(context, start.StartRequest(self.TARGET))

    def test_a_start_proceeds_where_the_record_is_of_another_profile(self) -> None:
        rows = self.rows({"name": "weekly"}, {"_id": "a", "state": "Completed", "name": "weekly"})
        with scripted_context(rows, provider="bigid") as context:
            assert list(context.provider.list_scans_of(self.TARGET, Query(states=MAY_RUN))) == []

    def test_pages_are_counted_with_it(self) -> None:
        full = [None, *({"_id": str(number), "state": "Queued"} for number in range(199))]
        second = self.rows(*({"_id": one, "state": "Queued"} for one in "xyz"))
        second.query = [("limit", "200"), ("skip", "200"), ("requireTotalCount", "true")]
        with scripted_context(self.rows(*full), second, provider="bigid") as context:
            answers = context.provider.get_many([*map(str, range(150)), *"xyz"])
        assert set(kinds(answers)) == {"queued"}
