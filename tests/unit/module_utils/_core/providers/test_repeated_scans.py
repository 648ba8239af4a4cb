# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One scan in different states on several pages of one reading: the worst state counts, without further requests."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.models import MAY_RUN, Query, Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base as _base
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import read_ahead as _read_ahead
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from glasswall_script import TARGET, item, read_response
from scripted_vendor import Expected, scripted_context

IDS = [f"00000000-0000-4000-8000-{number:012}" for number in range(250)]
A, B = IDS[0], IDS[-1]
BIGID: dict[str, t.Any] = {"provider": "bigid", "retries": 0}
PROTECTO: dict[str, t.Any] = {"provider": "protecto", "api_url": "https://vendor.test/api/vault", "retries": 0}
NIGHTLY = {"scan_profile": "nightly", "scan_type": "dsScan", "scan_origin": "datascan.gate"}
COMPLETED = Query(states=frozenset({ScanState.COMPLETED}))
UPLOADS = Query(source="acct.blob.core.windows.net/uploads")


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests come in an order that a script can expect."""
    monkeypatch.setattr(_base, "_THREADS", 1)
    monkeypatch.setattr(_read_ahead, "PAGES_AT_ONCE", 1)


def glasswall_page(*items: dict[str, t.Any], total: int | None) -> Expected:
    return Expected("GET", "/api/v1/scans", answer={"scans": list(items), "total": total})


def ended(ids: t.Iterable[str], vendor_status: str = "Completed") -> list[dict[str, t.Any]]:
    return [item(vendor_status, scan_id) for scan_id in ids]


def bigid_page(*rows: dict[str, t.Any], total: int | None) -> Expected:
    data = {"totalCount": total, "scanChildren": list(rows)}
    return Expected("GET", "/api/v1/scans/parent-scans", answer={"status": "success", "data": data})


def bigid_rows(ids: t.Iterable[str], state: str = "Completed") -> list[dict[str, t.Any]]:
    return [{"_id": scan_id, "name": "nightly", "state": state} for scan_id in ids]


def bigid_single(scan_id: str, state: str = "Completed") -> list[Expected]:
    """The status and the record of a scan that does not run."""
    record = bigid_rows([scan_id], state)
    path = f"/api/v1/scans/{scan_id}"
    return [Expected("GET", f"{path}/status", answer={"status": False}), Expected("GET", path, answer=record)]


def states_of(answers: t.Mapping[str, t.Any]) -> dict[str, str]:
    return {key: one.state.value if isinstance(one, Scan) else one.kind for key, one in answers.items()}


def states_found(provider: Provider, query: Query) -> dict[str, str]:
    return {scan.id: scan.state.value for scan in provider.list_scans(query)}  # type: ignore[attr-defined]


INVALID = {"scanId": A, "scanStatus": ["x"]}
NOWHERE = item("Error", A, sourceStorage=None, sourceContainerPath=None)
WORSE = [("Error", "failed"), ("Cancelled", "cancelled"), ("Processing", "running"), ("Odd", "unknown")]


class TestGlasswall:
    @pytest.mark.parametrize(("word", "state"), WORSE)
    def test_a_later_page_of_a_poll(self, word: str, state: str) -> None:
        first = glasswall_page(*ended(IDS[:100]), total=150)
        second = glasswall_page(*ended([A], word), *ended(IDS[100:149]), total=150)
        with scripted_context(first, second) as context:
            found = states_of(context.provider.get_many(IDS[:149]))
        assert (found.pop(A), set(found.values())) == (state, {"completed"})

    @pytest.mark.parametrize("word", ["Error", "Processing"])
    def test_a_better_state_of_a_later_page_does_not_count(self, word: str) -> None:
        first = glasswall_page(*ended([A], word), *ended(IDS[1:100]), total=150)
        second = glasswall_page(*ended([A]), *ended(IDS[100:149]), total=150)
        with scripted_context(first, second) as context:
            assert states_of(context.provider.get_many(IDS[:149]))[A] == {"Error": "failed"}.get(word, "running")

    def test_an_invalid_record_of_a_later_page(self) -> None:
        first = glasswall_page(*ended(IDS[:100]), total=150)
        second = glasswall_page({"scanId": A, "scanStatus": ["x"]}, *ended(IDS[100:149]), total=150)
        with scripted_context(first, second) as context:
            found = states_of(context.provider.get_many(IDS[:149]))
        assert (found[A], found[IDS[1]]) == ("unreadable", "completed")

    @pytest.mark.parametrize(("word", "state"), WORSE)
    def test_a_last_page_that_comes_again_in_a_query(self, word: str, state: str) -> None:
        answers = [glasswall_page(*ended(IDS[:2]), total=None), glasswall_page(*ended(IDS[:2], word), total=None)]
        with scripted_context(*answers) as context:
            assert states_found(context.provider, Query()) == {A: state, IDS[1]: state}

    def test_a_query_for_completed_scans_does_not_find_one_that_failed_on_a_later_page(self) -> None:
        answers = [glasswall_page(*ended(IDS[:2]), total=None), glasswall_page(*ended([A], "Error"), total=None)]
        with scripted_context(*answers) as context:
            assert states_found(context.provider, COMPLETED) == {IDS[1]: "completed"}

    @pytest.mark.parametrize("words", [["Completed", "Processing"], ["Processing", "Completed"]])
    def test_no_scan_is_started_beside_one_that_runs_by_another_page(self, words: list[str]) -> None:
        answers = [glasswall_page(*ended([A], word), total=None) for word in words]
        with scripted_context(*answers) as context:
            listed = context.provider.list_scans_of(TARGET, Query(states=MAY_RUN))  # type: ignore[attr-defined]
        assert [scan.id for scan in listed] == [A]

    @pytest.mark.parametrize(("bad", "state"), [(INVALID, "unknown"), (NOWHERE, "failed")])
    @pytest.mark.parametrize("is_first", [True, False])
    def test_a_record_without_the_source_that_another_page_shows(
        self, is_first: bool, bad: dict[str, t.Any], state: str
    ) -> None:
        """A query by source must not lose the scan: without it, the others would pass a gate."""
        pages = [[bad, *ended([B])], ended([A])] if is_first else [ended([A, B]), [bad]]
        with scripted_context(*(glasswall_page(*page, total=None) for page in pages)) as context:
            assert states_found(context.provider, UPLOADS) == {A: state, B: "completed"}

    @pytest.mark.parametrize(("bad", "state"), [(INVALID, "unknown"), (NOWHERE, "failed")])
    def test_a_record_without_the_source_that_another_of_the_same_page_shows(
        self, bad: dict[str, t.Any], state: str
    ) -> None:
        readings = [glasswall_page(*ended([A, B]), bad, total=3)] * 5  # a row comes twice, so it is read again
        with scripted_context(*readings) as context:
            assert states_found(context.provider, UPLOADS) == {A: state, B: "completed"}

    def test_an_invalid_record_may_be_of_any_source_unless_it_shows_another(self) -> None:
        elsewhere = {**item(scan_id=IDS[1]), "scanStatus": ["x"], "sourceContainerPath": "other"}
        with scripted_context(glasswall_page(*ended([B]), INVALID, elsewhere, total=3)) as context:
            assert states_found(context.provider, UPLOADS) == {A: "unknown", B: "completed"}

    def test_a_list_with_a_gap_has_no_scan_that_its_last_reading_shows_as_failed(self) -> None:
        short = [glasswall_page(*ended([A, B]), total=9), glasswall_page(total=9)]
        later = [glasswall_page(*ended([A], "Error"), *ended([IDS[1]]), total=9), glasswall_page(total=9)]
        with scripted_context(*short, *later, *later, *later) as context:
            assert states_found(context.provider, COMPLETED) == {B: "completed", IDS[1]: "completed"}

    def test_a_page_that_has_more_costs_no_further_page(self) -> None:
        """Reading ends as soon as all scans are found. Pages that are not needed are not read for contradictions."""
        with scripted_context(glasswall_page(*ended(IDS[:100]), total=150)) as context:
            assert set(states_of(context.provider.get_many(IDS[:100])).values()) == {"completed"}

    def test_a_scan_that_is_read_alone_stays_what_it_is(self) -> None:
        pages = [glasswall_page(*ended(IDS[:3]), total=3), read_response("Completed", B)]
        with scripted_context(*pages) as context:
            assert states_of(context.provider.get_many([*IDS[:3], B]))[B] == "completed"


class TestBigID:
    @pytest.mark.parametrize(("word", "state"), [("Failed", "failed"), ("Stopped", "stopped"), ("Running", "running")])
    def test_a_later_page_of_a_poll(self, word: str, state: str) -> None:
        others = IDS[200:203]
        first = bigid_page(*bigid_rows(IDS[:200]), total=203)
        second = bigid_page(*bigid_rows([A], word), *bigid_rows(others), total=203)
        read_alone = [*([] if word == "Running" else [A]), *others]  # the list is enough for one that runs
        singles = [answer for scan_id in read_alone for answer in bigid_single(scan_id)]
        with scripted_context(first, second, *singles, **BIGID) as context:
            found = states_of(context.provider.get_many([A, *others]))
        assert (found.pop(A), set(found.values())) == (state, {"completed"})

    def test_a_later_page_of_the_whole_list(self) -> None:
        """Two scans without a state in their status and record are searched for in the list."""
        gone = [Expected("GET", f"/api/v1/scans/{one}{end}", 404, "") for one in (A, B) for end in ("/status", "")]
        first = Expected("GET", "/api/v1/scans/parent-scans", 501, "")
        full, last = bigid_page(*bigid_rows(IDS[:200]), total=200), bigid_page(*bigid_rows([A], "Failed"), total=200)
        with scripted_context(first, *gone, full, last, **BIGID) as context:
            found = states_of(context.provider.get_many([A, B]))
        assert found == {A: "failed", B: "not_found"}

    @pytest.mark.parametrize(("word", "state"), [("Failed", "failed"), ("Running", "running")])
    @pytest.mark.parametrize("is_read_alone", [True, False])
    def test_a_later_page_of_the_scans_of_a_profile(self, is_read_alone: bool, word: str, state: str) -> None:
        """The scan that changed last is read alone as well, before the second page is known."""
        scan_id = A if is_read_alone else IDS[7]
        pages = [bigid_page(*bigid_rows(IDS[:200]), total=200), bigid_page(*bigid_rows([scan_id], word), total=200)]
        for query, expected in ((COMPLETED, None), (Query(), state)):
            with scripted_context(pages[0], *bigid_single(A), pages[1], **BIGID) as context:
                listed = context.provider.list_scans_of(NIGHTLY, query)  # type: ignore[attr-defined]
            found = {scan.id: scan.state.value for scan in listed}
            assert (found.pop(scan_id, None), set(found.values()), listed.gap) == (expected, {"completed"}, None)

    def test_a_status_that_is_not_known_contradicts_a_success_that_was_read_alone(self) -> None:
        pages = [bigid_page(*bigid_rows(IDS[:200]), total=200), bigid_page(*bigid_rows([A], "Odd"), total=200)]
        with scripted_context(pages[0], *bigid_single(A), pages[1], **BIGID) as context:
            listed = context.provider.list_scans_of(NIGHTLY, Query())  # type: ignore[attr-defined]
        assert {scan.id: scan.state.value for scan in listed}[A] == "unknown"

    @pytest.mark.parametrize(("word", "state"), [("Failed", "failed"), ("Running", "running")])
    def test_a_row_of_a_later_page_without_the_name(self, word: str, state: str) -> None:
        """It is still a scan of the profile: a query must not lose it, and no second one is started beside it."""
        nameless = {"_id": A, "state": word}
        pages = [bigid_page(*bigid_rows(IDS[:200]), total=200), bigid_page(nameless, total=200)]
        with scripted_context(pages[0], *bigid_single(A), pages[1], **BIGID) as context:
            listed = context.provider.list_scans_of(NIGHTLY, Query())  # type: ignore[attr-defined]
        assert {scan.id: scan.state.value for scan in listed}[A] == state

    @pytest.mark.parametrize("word", ["Failed", "Running"])
    def test_a_row_of_an_earlier_page_without_the_name(self, word: str) -> None:
        first = bigid_page({"_id": A, "state": word}, *bigid_rows(IDS[1:200], "Running"), total=200)
        singles = bigid_single(A, word) if word == "Failed" else []  # an end in the list is read alone as well
        with scripted_context(first, bigid_page(*bigid_rows([A]), total=200), *singles, **BIGID) as context:
            listed = context.provider.list_scans_of(NIGHTLY, Query())  # type: ignore[attr-defined]
        assert {scan.id: scan.state.value for scan in listed}[A] == word.lower()

    def test_a_row_of_the_same_page_without_the_name(self) -> None:
        page = bigid_page({"_id": A, "state": "Running"}, *bigid_rows([A]), total=1)
        with scripted_context(page, page, page, page, **BIGID) as context:
            assert states_found(context.provider, Query(name="nightly")) == {A: "running"}

    def test_another_scan_takes_the_place_of_the_newest_that_matches_no_more(self) -> None:
        """It was passed over on the first page, where a newer one had completed."""

        def row(scan_id: str, day: int, **fields: t.Any) -> dict[str, t.Any]:
            times = {"started_at": f"2025-12-{day}T00:00:00Z", "updated_at": "2025-12-30T00:00:00Z"}
            return {**bigid_rows([scan_id])[0], **times, **fields}

        others = [row(scan_id, 20, name="other") for scan_id in IDS[2:200]]
        pages = [
            bigid_page(row(A, 29), row(IDS[1], 28), *others, total=200),
            bigid_page(row(A, 29, state="Failed"), total=200),
        ]
        query = Query(name="nightly", states=COMPLETED.states, limit=1)
        with scripted_context(pages[0], *bigid_single(A), pages[1], *bigid_single(IDS[1]), **BIGID) as context:
            assert states_found(context.provider, query) == {IDS[1]: "completed"}


class TestProtecto:
    def test_another_request_of_the_same_poll(self) -> None:
        """One request is for a hundred scans. A record counts in whichever response it is."""
        ids = [f"s{number}" for number in range(101)]
        rows = [{"tracking_id": one, "status": "SUCCESS"} for one in ids]
        answers = [rows[:100], [rows[100], {"tracking_id": "s0", "status": "FAILED"}]]
        expected = [
            Expected(
                "PUT",
                "/api/vault/data-scan/status",
                answer={"data": answer, "success": "true"},
                body=ids[begin : begin + 100],
            )
            for begin, answer in zip((0, 100), answers, strict=True)
        ]
        with scripted_context(*expected, **PROTECTO) as context:
            found = states_of(context.provider.get_many(ids))
        assert (found.pop("s0"), set(found.values())) == ("failed", {"completed"})
