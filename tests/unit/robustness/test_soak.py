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
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import connect
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from faulty_vendor import InProcess, Vendor, on_a_socket, scans_of
from scripted_vendor import TOKEN, mount

IDS = {name: scans_of(name) for name in ("advalidation", "bigid", "glasswall", "protecto")}


class Clock:
    """Time that passes by sleeping only, and remembers nothing."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def monotonic(self) -> float:
        return self.elapsed

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
    """A wait that looks so many times, with a gauge read at every tenth of them."""

    def __init__(self, vendor: Vendor, polls: int, api_url: str | None = None) -> None:
        self.warned: list[str] = []
        self.lines = 0
        self.gauges: list[Gauge] = []
        self._vendor = vendor
        self._polls = polls
        self._looks = 0
        self.clock = clock = Clock()
        settings = ConnectionOptions(vendor.name, api_url or "https://vendor.test/api/v1", TOKEN, retries=2)
        provider = connect(settings, clock, self.warned.append, Redactor([TOKEN]))  # type: ignore[arg-type]
        if api_url is None:
            mount(provider, InProcess(vendor))
        self._look = provider.get_many
        provider.get_many = self.look  # type: ignore[method-assign]
        self._job = OperationContext(provider, clock, report_progress=self.tell, warn=self.warned.append)  # type: ignore[arg-type]

    def tell(self, line: str) -> None:
        self.lines += 1

    def look(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        self._looks += 1
        if self._looks % (self._polls // 10) == 0:
            self.gauges.append(gauge())
            self.is_level()
        self._vendor.done = self._looks >= self._polls
        return self._look(scan_ids)

    def run(self, scan_ids: Sequence[str]) -> wait.WaitResult:
        result = wait.wait_for_scans(self._job, wait.WaitRequest(scan_ids=scan_ids, options=WaitOptions(timeout=1e9)))
        self._job.provider.close()
        return result

    def is_level(self) -> None:
        """From the first tenth of the looks on, nothing has grown."""
        first, now = self.gauges[0], self.gauges[-1]
        # Eight threads have up to eight connections with two ends each; one left open by each fault would be more.
        assert now.sockets <= first.sockets + 20
        assert now.threads <= first.threads + 10
        # A leak of one block a look would be 700 in a thousand looks; the interpreter itself settles only slowly.
        assert min(one.blocks for one in self.gauges[-3:]) <= min(one.blocks for one in self.gauges[:3]) + 500
        assert now.peak <= first.peak + 8


def through_faults(vendor: Vendor, polls: int, ids: Sequence[str], api_url: str | None = None) -> None:
    """A wait that lived through them, and left nothing behind."""
    warm_up = Vendor(vendor.name, share=0.5)
    warm_up.scan_ids = vendor.scan_ids[: len(ids)]
    Soak(warm_up, 100).run(ids)  # most of what is ever cached is cached by then
    soak = Soak(vendor, polls, api_url)
    result = soak.run(ids)
    assert {scan.state for scan in result.scans} == {"completed"}
    assert len(result.scans) == len(ids)
    assert polls <= result.waited.polls <= polls + 50  # a few more, until the last faults have passed
    assert vendor.faults > polls / 10
    assert len(soak.warned) <= 2  # each warning once
    assert len(soak.gauges) == 10


def test_ten_thousand_polls_on_a_real_connection() -> None:
    vendor = Vendor("glasswall", share=0.15)
    with on_a_socket(vendor) as api_url:
        through_faults(vendor, 10_000, IDS["glasswall"][:1], api_url)


def test_many_scans_at_once_on_real_connections() -> None:
    """One by one in eight threads, for the list is refused."""
    vendor = Vendor("glasswall", share=0.15)
    vendor.lists = False
    with on_a_socket(vendor) as api_url:
        through_faults(vendor, 100, IDS["glasswall"][:10], api_url)


@pytest.mark.parametrize("name", ["advalidation", "bigid", "protecto"])
def test_thousands_of_polls_of_the_other_vendors(name: str) -> None:
    through_faults(Vendor(name, share=0.15), 1_000, IDS[name][:1])


@pytest.mark.parametrize("name", ["bigid", "glasswall"])
def test_several_scans_at_once_in_one_answer(name: str) -> None:
    vendor = Vendor(name, share=0.15)
    vendor.scan_ids = vendor.scan_ids[:8]
    through_faults(vendor, 1_000, IDS[name][:5])


def test_a_thousand_scans_in_one_task_are_less_than_fifty_lines() -> None:
    """They end one after the other in the course of twenty minutes."""
    vendor = Vendor("glasswall", share=0.15)
    soak = Soak(vendor, 1_000_000)
    vendor.ends = {scan_id: 1200.0 * number / 1000 for number, scan_id in enumerate(IDS["glasswall"])}
    vendor.now = soak.clock.monotonic
    result = soak.run(IDS["glasswall"])
    assert [scan.state for scan in result.scans] == ["completed"] * 1000
    assert 0 < result.waited.elapsed - 1200 < 121
    assert 10 < soak.lines < 50
