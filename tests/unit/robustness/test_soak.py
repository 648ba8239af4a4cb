# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits of days, in simulated time, through random faults: memory, threads and open sockets stay level."""

from __future__ import annotations

import gc
import os
import resource
import sys
import threading
import time
import typing as t
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import CancelsScans, ListsScans
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import (
    NAMES,
    connect,
    providers_supporting,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from flaky_vendor import FlakyAdapter, FlakyVendor, on_a_socket
from sandbox_vendor import API_TOKEN
from scripted_vendor import mount

pytestmark = pytest.mark.one_core


@pytest.fixture(autouse=True)
def old_objects() -> t.Iterator[None]:
    """What other tests and pytest keep is set aside, or else each reading of the gauge would look through all of it."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


class Clock:
    """Time that passes by sleeping only, and remembers nothing."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def monotonic(self) -> float:
        return self.elapsed

    def check_interrupted(self) -> None:
        """Nothing interrupts it."""

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=self.elapsed)

    def sleep(self, seconds: float) -> None:
        self.elapsed += seconds

    def random(self) -> float:
        return 0.5


class Gauge(t.NamedTuple):
    """What must not grow."""

    sockets: int
    threads: int
    blocks: int  # of memory, as the interpreter counts them
    peak: int  # of memory, in MiB


def gauge() -> Gauge:
    gc.collect()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    mib = 2**20 if sys.platform == "darwin" else 2**10
    return Gauge(_sockets(), threading.active_count(), sys.getallocatedblocks(), peak // mib)


def _sockets() -> int:
    try:
        names = os.listdir("/proc/self/fd")
    except FileNotFoundError:  # no such folder on this system; its threads and its memory are looked at all the same
        return 0
    return sum(1 for name in names if _leads_to(f"/proc/self/fd/{name}").startswith("socket:"))


def _leads_to(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:  # closed meanwhile
        return ""


class Soak:
    """A wait of so many polls; at every tenth of them the gauge is read."""

    def __init__(self, vendor: FlakyVendor, polls: int, api_url: str | None = None) -> None:
        self.warned: list[str] = []
        self.lines = 0
        self.gauges: list[Gauge] = []
        self._vendor = vendor
        self._polls = polls
        self._calls = 0
        self.clock = clock = Clock()
        settings = ConnectionOptions(vendor.name, api_url or "https://vendor.test" + vendor.base, API_TOKEN, retries=2)
        provider = connect(settings, clock, self.warned.append, Redactor([API_TOKEN]))  # type: ignore[arg-type]
        if api_url is None:
            mount(provider, FlakyAdapter(vendor))
        self._get_many = provider.get_many
        provider.get_many = self.get_many  # type: ignore[method-assign]
        self._context = OperationContext(provider, clock, report_progress=self.count_line, warn=self.warned.append)  # type: ignore[arg-type]

    def count_line(self, line: str) -> None:
        self.lines += 1

    def get_many(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        self._calls += 1
        if self._calls % (self._polls // 10) == 0:
            self.gauges.append(gauge())
            self.check_level()
        self._vendor.is_done = self._calls >= self._polls
        return self._get_many(scan_ids)

    def run(self) -> wait.WaitResult:
        request = wait.WaitRequest(scan_ids=self._vendor.scan_ids, options=WaitOptions(timeout=1e9))
        result = wait.wait_for_scans(self._context, request)
        self._context.provider.close()
        return result

    def check_level(self) -> None:
        """Nothing has grown since the first tenth of the polls."""
        first, now = self.gauges[0], self.gauges[-1]
        patience = time.monotonic() + 30  # on a busy machine, the server's threads end late
        while (now.sockets > first.sockets + 20 or now.threads > first.threads + 10) and time.monotonic() < patience:
            time.sleep(0.05)
            now = gauge()
        # Eight threads have up to eight connections with two ends each; one left open by each fault would be more.
        assert now.sockets <= first.sockets + 20
        assert now.threads <= first.threads + 10
        # A leak of one block a poll would be 700 in a thousand polls; the interpreter itself settles only slowly.
        assert min(one.blocks for one in self.gauges[-3:]) <= min(one.blocks for one in self.gauges[:3]) + 500
        assert now.peak <= first.peak + 8


def through_faults(vendor: FlakyVendor, polls: int, api_url: str | None = None) -> None:
    """A wait that outlives the faults, and leaves nothing behind."""
    Soak(vendor, 100).run()  # fills most caches
    vendor.is_done, vendor.faults = False, 0
    soak = Soak(vendor, polls, api_url)
    result = soak.run()
    assert {scan.state for scan in result.scans} == {"completed"}
    assert len(result.scans) == len(vendor.scan_ids)
    assert polls <= result.waited.polls <= polls + 50  # a few more, until the last faults have passed
    assert vendor.faults > polls / 10
    assert len(soak.warned) == len(set(soak.warned)) <= 1 + len(vendor.scan_ids)
    assert len(soak.gauges) == 10


def test_five_thousand_polls_on_a_real_connection() -> None:
    """So many that one block of memory for each fault would show."""
    vendor = FlakyVendor("glasswall")
    with on_a_socket(vendor) as api_url:
        through_faults(vendor, 5_000, api_url)


def test_many_scans_in_eight_threads_on_real_connections() -> None:
    """One request a scan, because the list is refused."""
    vendor = FlakyVendor("glasswall", scans=10)
    vendor.lists = False
    with on_a_socket(vendor) as api_url:
        through_faults(vendor, 100, api_url)


@pytest.mark.parametrize("name", NAMES)
def test_a_thousand_polls_of_one_scan(name: str) -> None:
    through_faults(FlakyVendor(name), 1_000)


@pytest.mark.parametrize("name", [provider.name for provider in providers_supporting(ListsScans)])
def test_a_thousand_polls_of_five_scans_in_one_list(name: str) -> None:
    through_faults(FlakyVendor(name, scans=5), 1_000)


@pytest.mark.parametrize("name", [provider.name for provider in providers_supporting(CancelsScans)])
def test_the_progress_of_hundreds_of_scans_takes_less_than_fifty_lines(name: str) -> None:
    """They end one after the other within twenty minutes."""
    vendor = FlakyVendor(name, scans=300)
    soak = Soak(vendor, 1_000_000)
    vendor.end_one_by_one(1200.0, soak.clock.monotonic)
    result = soak.run()
    assert [scan.state for scan in result.scans] == ["completed"] * 300
    assert 0 < result.waited.elapsed - 1200 < 121
    assert 10 < soak.lines < 50
