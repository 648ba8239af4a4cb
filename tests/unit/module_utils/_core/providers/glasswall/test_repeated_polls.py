# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polls of many Glasswall scans parse only changed records, and read pages concurrently, without more requests."""

from __future__ import annotations

import io
import json
import random
import threading
import typing as t
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError, UnavailableError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import read_ahead as _read_ahead
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.glasswall.records import ScanStatusItem
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.read_ahead import PAGES_AT_ONCE
from fake_clock import FakeClock
from glasswall_script import item
from scripted_vendor import connected, mount, response_to

PAGE = 100


def ids_of(number: int) -> list[str]:
    return [f"00000000-0000-4000-8000-{each:012}" for each in range(number)]


class ListOfScans(requests.adapters.BaseAdapter):
    """A vendor that has these records."""

    def __init__(self, records: Sequence[dict[str, t.Any]]) -> None:
        super().__init__()
        self.records = list(records)
        self.asked: list[int] = []  # the numbers of the pages
        self.alone = 0  # scans that were asked for alone
        self.failing: int | None = None  # the number of a page
        self.together: threading.Barrier | None = None  # for all pages but the first

    def send(self, request: t.Any, **_options: t.Any) -> requests.Response:
        url = urlsplit(request.url)
        if not url.path.endswith("/scans"):
            (record,) = (one for one in self.records if url.path.endswith(one["scanId"]))
            self.alone += 1
            return response_to(request, 200, {}, io.BytesIO(json.dumps(record).encode()))
        number = int(parse_qs(url.query)["page"][0])
        self.asked.append(number)
        if self.together and number > 1:
            self.together.wait()
        if number == self.failing:
            return response_to(request, 503, {}, io.BytesIO(b""))
        rows = self.records[(number - 1) * PAGE : number * PAGE]
        body = json.dumps({"total": len(self.records), "scans": rows}).encode()
        return response_to(request, 200, {}, io.BytesIO(body))

    def close(self) -> None:
        pass


class CountedRecords:
    """Counts the records that are parsed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        parse = ScanStatusItem.model_validate

        def count_and_parse(data: t.Any) -> ScanStatusItem:
            self.count += 1
            return parse(data)

        monkeypatch.setattr(ScanStatusItem, "model_validate", count_and_parse)

    def take(self) -> int:
        """How many since the last call."""
        number, self.count = self.count, 0
        return number


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> CountedRecords:
    return CountedRecords(monkeypatch)


def polled(vendor: ListOfScans, clock: FakeClock | None = None, retries: int = 0) -> Provider:
    provider, _script = connected([], clock=clock, retries=retries)
    mount(provider, vendor)
    return provider


def state_of(answers: Mapping[str, Scan | DatascanError], scan_id: str) -> ScanState:
    scan = answers[scan_id]
    assert isinstance(scan, Scan)
    return scan.state


@pytest.mark.parametrize("scans", [PAGE, 3 * PAGE, 10 * PAGE])
def test_a_poll_parses_the_records_that_changed(parsed: CountedRecords, scans: int) -> None:
    ids = ids_of(scans)
    vendor = ListOfScans([item("Processing", scan_id) for scan_id in ids])
    provider = polled(vendor)
    first = provider.get_many(ids)
    assert parsed.take() == scans
    vendor.records[5] = item("Completed", ids[5], scanEndTime="2026-01-01T00:00:00Z")
    second = provider.get_many(ids)
    assert parsed.take() == 1
    assert state_of(second, ids[5]) is ScanState.COMPLETED
    assert all(second[scan_id] is first[scan_id] for scan_id in ids if scan_id != ids[5])


def test_a_scan_that_is_new_in_front_of_the_others_makes_no_other_record_new(parsed: CountedRecords) -> None:
    """A new scan in front changes every page."""
    ids = ids_of(3 * PAGE)
    vendor = ListOfScans([item("Processing", scan_id) for scan_id in ids])
    provider = polled(vendor)
    provider.get_many(ids)
    parsed.take()
    vendor.records.insert(0, item("Listing", "99999999-0000-4000-8000-000000000000"))
    provider.get_many(ids)
    assert parsed.take() == 1


@pytest.mark.parametrize("field", ["scanOwner", "scanStatus", "scanStartTime", "sourceContainerPath", "error", "other"])
def test_a_change_of_any_field_is_seen(field: str) -> None:
    ids = ids_of(3)
    vendor = ListOfScans([item("Processing", scan_id, other="") for scan_id in ids])
    provider = polled(vendor)
    before = provider.get_many(ids)[ids[1]]
    vendor.records[1] = {**vendor.records[1], field: "2025-01-01T00:00:00Z"}
    after = provider.get_many(ids)[ids[1]]
    assert (after == before) == (field == "other")
    assert after is not before


@pytest.mark.parametrize("field", ["scanStatus", "sourceContainerPath", "targetContainerPath", "parentScan"])
def test_true_in_place_of_1_is_another_record(field: str) -> None:
    """The value true makes the record invalid, and an invalid record passes no gate."""
    ids = ids_of(3)
    vendor = ListOfScans([item("Completed", scan_id, scanEndTime="2026-01-01T00:00:00Z") for scan_id in ids])
    vendor.records[1][field] = 1
    provider = polled(vendor)
    assert isinstance(provider.get_many(ids)[ids[1]], Scan)
    vendor.records[1] = {**vendor.records[1], field: True}
    assert isinstance(provider.get_many(ids)[ids[1]], DatascanError)


def test_records_that_the_list_no_longer_shows_are_forgotten(parsed: CountedRecords) -> None:
    """A wait continues with the running scans only, so its memory shrinks as well."""
    ids = ids_of(2 * PAGE)
    vendor = ListOfScans([item("Processing", scan_id) for scan_id in ids])
    provider = polled(vendor)
    provider.get_many(ids)
    every = vendor.records
    vendor.records = every[:PAGE]
    provider.get_many(ids[:PAGE])
    provider.get_many(ids[:PAGE])
    parsed.take()
    vendor.records = every
    provider.get_many(ids)
    assert parsed.take() == PAGE


@pytest.mark.parametrize(
    ("status", "field", "known"),
    [("Processing", "scanStartTime", "started_at"), ("Completed", "scanEndTime", "finished_at")],
)
def test_a_time_in_the_future_is_one_as_soon_as_it_has_come(status: str, field: str, known: str) -> None:
    clock = FakeClock()
    ids = ids_of(3)
    vendor = ListOfScans([item(status, scan_id, **{field: "2026-01-01T01:00:00Z"}) for scan_id in ids])
    provider = polled(vendor, clock)
    assert getattr(provider.get_many(ids)[ids[0]], known) is None
    clock.elapsed = 3600.0
    assert getattr(provider.get_many(ids)[ids[0]], known) is not None


def test_a_status_that_is_not_documented_is_warned_of_once_and_only_of_scans_of_the_wait() -> None:
    ids = ids_of(3)
    warned: list[str] = []
    provider, _script = connected([], warn=warned.append)
    vendor = ListOfScans([item("Processing", scan_id) for scan_id in ids] + [item("Odd", "9" * 8 + ids[0][8:])])
    mount(provider, vendor)
    provider.get_many(ids)
    assert warned == []
    vendor.records[0] = item("Strange", ids[0])
    for _poll in range(3):
        assert state_of(provider.get_many(ids), ids[0]) is ScanState.UNKNOWN
    assert len(warned) == 1
    assert "'Strange'" in warned[0]


def test_pages_are_requested_at_the_same_time() -> None:
    ids = ids_of((1 + 2 * PAGES_AT_ONCE) * PAGE)
    vendor = ListOfScans([item("Processing", scan_id) for scan_id in ids])
    vendor.together = threading.Barrier(PAGES_AT_ONCE, timeout=30)
    answers = polled(vendor).get_many(ids)
    assert list(answers) == ids
    assert {state_of(answers, scan_id) for scan_id in ids} == {ScanState.RUNNING}
    assert sorted(vendor.asked) == list(range(1, 2 + 2 * PAGES_AT_ONCE))


@pytest.mark.parametrize("scans", [3, PAGE + 1, 12 * PAGE])
@pytest.mark.parametrize("share", [0.005, 0.02, 0.3, 1.0])
@pytest.mark.parametrize("order", ["first", "last", "mixed"])
def test_no_request_is_sent_that_a_reading_page_by_page_does_not_need(
    monkeypatch: pytest.MonkeyPatch, scans: int, share: float, order: str
) -> None:
    """This holds for any share of the list's scans, and for any positions in the list."""
    ids = ids_of(scans)
    wanted = max(3, int(scans * share))
    chosen = {"first": ids[:wanted], "last": ids[-wanted:], "mixed": random.Random(scans).sample(ids, wanted)}[order]
    vendors = []
    for pages_at_once in (1, PAGES_AT_ONCE):
        monkeypatch.setattr(_read_ahead, "PAGES_AT_ONCE", pages_at_once)
        vendor = ListOfScans([item("Processing", scan_id) for scan_id in ids])
        polled(vendor).get_many(chosen)
        vendors.append(vendor)
    one_by_one, together = vendors
    assert one_by_one.asked == sorted(together.asked)
    assert one_by_one.alone == together.alone


@pytest.mark.parametrize("failing", [1, 2, 9])
def test_a_page_that_fails_stands_for_every_scan_and_ends_the_reading(failing: int) -> None:
    ids = ids_of(20 * PAGE)
    vendor = ListOfScans([item("Processing", scan_id) for scan_id in ids])
    vendor.failing = failing
    answers = polled(vendor).get_many(ids)
    assert all(isinstance(answer, UnavailableError) for answer in answers.values())
    assert max(vendor.asked) <= failing + PAGES_AT_ONCE
