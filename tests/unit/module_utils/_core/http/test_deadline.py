# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the vendor does not answer, a wait overruns its time by at most a second, for any number of scans."""

from __future__ import annotations

import contextlib
import json
import typing as t

import pytest
import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import UnavailableError, WaitTimeoutError
from ansible_collections.datascan.gate.plugins.module_utils._core.http.deadline import FINAL_POLL_TIMEOUT
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base as _provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import CancelsScans
from fake_clock import FakeClock
from glasswall_script import SCAN_ID, SCAN_PATH, item, read_response
from scripted_vendor import Expected, Script, connected, mount

LAST = FINAL_POLL_TIMEOUT
IDS = [f"00000000-0000-4000-8000-{number:012}" for number in range(40)]


class FallsSilent(Script):
    """Answers at once until a given time, and never afterwards: each request then lasts until its time-out."""

    def __init__(self, clock: FakeClock, silent_from: float, needs: float = 0.0) -> None:
        super().__init__([], clock)
        self.silent_from = silent_from
        self.needs = needs  # seconds for an answer, where there is one
        self.finishes_at = 9e9  # when the scans complete
        self.allowed: list[float] = []  # seconds that each request was given

    def send(self, request: t.Any, **given: t.Any) -> requests.Response:
        self.sent.append(request)
        self.allowed.append(given["timeout"])
        if self.clock.elapsed >= self.silent_from or self.needs > given["timeout"]:
            self.clock.elapsed += given["timeout"]
            raise requests.ReadTimeout
        self.clock.elapsed += self.needs
        response = requests.Response()
        response.status_code = 404 if "?" in request.url else 200  # no list, so that each scan is a separate request
        state = "Completed" if self.clock.elapsed >= self.finishes_at else "Processing"
        response.raw = _Body(json.dumps(item(state, request.url.rpartition("/")[2])).encode())
        return response


class _Body:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def read1(self, size: int, decode_content: bool) -> bytes:
        body, self._body = self._body, b""
        return body

    def release_conn(self) -> None:
        pass

    close = release_conn


class Drips(Script):
    """Answers at once with a body that brings a space a second, and never ends."""

    def send(self, request: t.Any, **given: t.Any) -> requests.Response:
        response = requests.Response()
        response.status_code = 200
        response.raw = _DrippingBody(self.clock)
        return response


class _DrippingBody(_Body):
    def __init__(self, clock: FakeClock) -> None:
        super().__init__(b"")
        self._clock = clock

    def read1(self, size: int, decode_content: bool) -> bytes:
        self._clock.elapsed += 1.0
        return b" "


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulated time is right only if requests are sent one by one."""
    monkeypatch.setattr(_provider, "_THREADS", 1)


def started(scan_id: str) -> dict[str, t.Any]:
    """A scan that this pipeline started, so that a wait may cancel it."""
    return {"id": scan_id, "provider": "glasswall", "state": "queued", "reused": False}


def overrun(vendor: FallsSilent, ids: list[str], timeout: float, *, on_timeout: str = "fail") -> float:
    """Seconds between the end of the time to wait and the end of the wait."""
    clock = vendor.clock
    provider, _script = connected([], clock=clock)
    mount(provider, vendor)
    context = OperationContext(provider, clock)  # type: ignore[arg-type]
    with pytest.raises(WaitTimeoutError) as caught:
        wait.wait_for_scans(
            context,
            wait.WaitRequest(
                scans=[started(one) for one in ids], options=WaitOptions(timeout=timeout), on_timeout=on_timeout
            ),
        )
    assert caught.value.result.waited.timed_out
    return clock.elapsed - timeout


def busy(seconds: float, *deadlines: float) -> float:
    """Seconds until a request that is answered with 503 and `Retry-After: seconds` is given up or answered."""
    clock = FakeClock()
    first = Expected("GET", SCAN_PATH, 503, {}, headers={"Retry-After": str(seconds)})
    provider, script = connected([first, read_response("Processing")], clock=clock)
    with contextlib.ExitStack() as stack:
        for deadline in deadlines:
            stack.enter_context(provider.deadline(deadline))
        with contextlib.suppress(UnavailableError):
            provider.get(SCAN_ID)
    assert len(script.left) == (1 if clock.elapsed == 0 else 0)
    return clock.elapsed


@pytest.mark.parametrize("deadlines", [(20.0, 40.0), (40.0, 20.0), (20.0,), (40.0, 20.0, 30.0)])
def test_of_nested_deadlines_the_nearest_holds(deadlines: tuple[float, ...]) -> None:
    assert busy(20, *deadlines) == 20.0
    assert busy(21, *deadlines) == 0.0


def test_after_a_nested_deadline_the_outer_one_holds_again() -> None:
    clock = FakeClock()
    answers = [Expected("GET", SCAN_PATH, 503, {}, headers={"Retry-After": "30"}) for _request in range(3)]
    provider, script = connected([*answers, read_response("Processing")], clock=clock)
    with provider.deadline(40.0):
        with provider.deadline(20.0), pytest.raises(UnavailableError):
            provider.get(SCAN_ID)
        assert clock.elapsed == 0.0
        with pytest.raises(UnavailableError):
            provider.get(SCAN_ID)
        assert clock.elapsed == 30.0
    provider.get(SCAN_ID)
    assert clock.elapsed == 30.0
    assert not script.left


def test_a_time_out_after_a_nested_deadline_stops_no_request_of_the_outer_one() -> None:
    clock = FakeClock()
    provider, _script = connected([], clock=clock, retries=0)
    vendor = FallsSilent(clock, 0.0)
    mount(provider, vendor)
    with provider.deadline(100.0):
        with provider.deadline(0.0):
            for _request in range(2):
                with pytest.raises(UnavailableError):
                    provider.get(SCAN_ID)
        assert vendor.allowed == [LAST]
        with pytest.raises(UnavailableError):
            provider.get(SCAN_ID)
    assert vendor.allowed == [LAST, 30.0]


def test_a_time_out_after_the_outer_deadline_stops_every_further_request_until_its_end() -> None:
    clock = FakeClock()
    provider, _script = connected([], clock=clock, retries=0)
    vendor = FallsSilent(clock, 0.0)
    mount(provider, vendor)
    with provider.deadline(0.0):
        with provider.deadline(100.0), pytest.raises(UnavailableError):
            provider.get(SCAN_ID)
        with pytest.raises(UnavailableError):
            provider.get(SCAN_ID)
    assert vendor.allowed == [LAST]


class Stalls(FakeClock):
    """Passes the end of the last request at one reading of the time, as a process on a busy machine may."""

    def __init__(self, at_reading: int) -> None:
        super().__init__()
        self._readings_left = at_reading

    def monotonic(self) -> float:
        self._readings_left -= 1
        if self._readings_left == 0:
            self.elapsed += 2 * LAST
        return super().monotonic()


@pytest.mark.parametrize("at_reading", range(2, 12))
def test_a_process_that_stalls_past_the_end_sends_no_request_without_time(at_reading: int) -> None:
    clock = Stalls(at_reading)
    provider, _script = connected([], clock=clock, retries=0)
    vendor = FallsSilent(clock, 0.0)
    mount(provider, vendor)
    with provider.deadline(0.0), pytest.raises(UnavailableError):
        provider.get(SCAN_ID)
    assert all(seconds > 0 for seconds in vendor.allowed)  # requests refuses a time-out of 0 with a ValueError


@pytest.mark.parametrize("scans", [1, 40])
@pytest.mark.parametrize("silent_from", [0.0, 5.0, 50.0, 95.0, 99.9, 100.0])
def test_a_vendor_that_falls_silent_delays_the_end_by_a_second_at_most(silent_from: float, scans: int) -> None:
    vendor = FallsSilent(FakeClock(), silent_from)
    assert 0 <= overrun(vendor, IDS[:scans], 100.0) <= LAST


@pytest.mark.parametrize(("left", "allowed"), [(0.0, LAST), (20.0, 20.0 + LAST), (100.0, 30.0)])
def test_a_body_that_drips_has_no_more_time_than_an_answer_that_does_not_come(left: float, allowed: float) -> None:
    clock = FakeClock()
    provider, _script = connected([], clock=clock, retries=0)
    mount(provider, Drips([], clock))
    with provider.deadline(left), pytest.raises(UnavailableError):
        provider.get(SCAN_ID)
    assert clock.elapsed == pytest.approx(allowed, abs=1)


def test_far_from_the_deadline_a_request_has_all_its_time() -> None:
    vendor = FallsSilent(FakeClock(), 3.0)
    overrun(vendor, IDS[:1], 3600.0)
    assert vendor.allowed[0] == 30.0


def test_near_the_deadline_it_has_what_is_left_and_a_second() -> None:
    vendor = FallsSilent(FakeClock(), 0.0)
    overrun(vendor, IDS[:1], 55.0)
    assert vendor.allowed == [30.0, pytest.approx(24.75 + LAST)]
    vendor = FallsSilent(FakeClock(), 0.0)
    overrun(vendor, IDS[:1], 0.0)
    assert vendor.allowed == [LAST]


@pytest.mark.parametrize("left", [60.0, 2.0, 0.0])
def test_a_request_that_changes_something_has_all_its_time_whatever_is_left(left: float) -> None:
    """The outcome of such a request must be known."""
    cancel = Expected("DELETE", SCAN_PATH, 202, item("Listing"))
    provider, script = connected([cancel], timeout=30.0)
    with provider.deadline(left):
        t.cast("CancelsScans", provider).cancel(SCAN_ID)
    assert script.given["timeout"] == 30.0


@pytest.mark.parametrize("needs", [0.3, 5.0])
def test_all_requests_of_the_final_poll_together_end_a_second_after_the_deadline(needs: float) -> None:
    vendor = FallsSilent(FakeClock(), 9e9, needs=needs)
    assert overrun(vendor, IDS, 0.0) <= LAST
    vendor = FallsSilent(FakeClock(), 9e9, needs=needs)
    assert overrun(vendor, IDS, 30.0) <= LAST


def test_the_final_poll_begins_so_early_that_a_slow_answer_comes_in_time() -> None:
    vendor = FallsSilent(FakeClock(), 9e9, needs=3.0)
    vendor.finishes_at = 95.0
    provider, _script = connected([], clock=vendor.clock)
    mount(provider, vendor)
    options = WaitOptions(timeout=100.0, interval=30.0)
    result = wait.wait_for_scans(
        OperationContext(provider, vendor.clock),  # type: ignore[arg-type]
        wait.WaitRequest(scan_ids=IDS[:1], options=options),
    )
    assert [scan.state for scan in result.scans or ()] == ["completed"]
    assert vendor.clock.elapsed <= 100.0


def test_a_time_out_that_is_shorter_stays() -> None:
    clock = FakeClock()
    provider, _script = connected([], clock=clock, timeout=0.4)
    vendor = FallsSilent(clock, 0.0)
    mount(provider, vendor)
    with pytest.raises(WaitTimeoutError):
        wait.wait_for_scans(
            OperationContext(provider, clock), wait.WaitRequest(scan_ids=IDS[:1], options=WaitOptions(timeout=0.0))
        )  # type: ignore[arg-type]
    assert (vendor.allowed, clock.elapsed) == ([0.4], 0.4)


def test_cancelling_at_the_end_does_not_hang_either() -> None:
    vendor = FallsSilent(FakeClock(), 99.9)
    assert overrun(vendor, IDS, 100.0, on_timeout="cancel") <= LAST + 30.0 + 2 * LAST
    assert len([request for request in vendor.sent if request.method != "GET"]) == 1  # a lost answer ends it


def test_the_next_wait_asks_again() -> None:
    clock = FakeClock()
    provider, _script = connected([], clock=clock)
    vendor = FallsSilent(clock, 0.0)
    mount(provider, vendor)
    settings = wait.WaitRequest(scan_ids=IDS[:1], options=WaitOptions(timeout=0.0))
    for _wait in range(2):
        with pytest.raises(WaitTimeoutError):
            wait.wait_for_scans(OperationContext(provider, clock), settings)  # type: ignore[arg-type]
    assert vendor.allowed == [LAST, LAST]
