# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts with lists that change between their pages: other scans end, begin and move. No second scan is started.

The trials are the same in every run. DATASCAN_TRIALS=20000 makes so many of each vendor.
"""

from __future__ import annotations

import os
import random
import typing as t
from collections import Counter

import pytest
import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    InvalidResponseError,
    UnknownOutcomeError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import start
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import ListsScans, StartsScans
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import (
    connect,
    provider_class,
    providers_supporting,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from fake_clock import FakeClock
from provider_samples import sample_target
from sandbox_vendor import API_TOKEN, SandboxAdapter, SandboxVendor
from scripted_vendor import connection_reset, mount

pytestmark = pytest.mark.one_core

TRIALS = int(os.environ.get("DATASCAN_TRIALS") or 150)
VENDORS = [provider.name for provider in providers_supporting(StartsScans) if issubclass(provider, ListsScans)]


class ShiftingAdapter(SandboxAdapter):
    """The vendor, whose list changes before a page is sent, and whose answers to starts may be lost."""

    def __init__(self, vendor: SandboxVendor, drawn: random.Random, rate: float, loses: float) -> None:
        super().__init__(vendor)
        self._drawn = drawn
        self._rate = rate
        self._loses = loses

    def send(self, request: t.Any, **options: t.Any) -> requests.Response:
        operation = self._vendor.operation_of(request.method, request.url)
        if operation == "list":
            while self._drawn.random() < self._rate:
                self._change()
        response = super().send(request, **options)
        if operation == "start" and self._drawn.random() < self._loses:
            raise connection_reset()
        return response

    def _change(self) -> None:
        by_id = self._vendor.routes.by_id
        others = [scan_id for scan_id in by_id if str(scan_id) not in self._vendor.made]
        kind = self._drawn.randrange(3)
        if kind == 0 and others:  # it ends; some vendors list it on, and some do not
            del by_id[self._drawn.choice(others)]
        elif kind == 1:
            self._vendor.seed(age=self._drawn.choice([0, 1e6]))
        elif others:
            move(self._vendor, self._drawn.choice(others), self._drawn)


def move(vendor: SandboxVendor, scan_id: t.Any, drawn: random.Random) -> None:
    """Put a scan to another place of the list."""
    scan = vendor.routes.by_id.pop(scan_id)
    scan.started = vendor.now - drawn.choice([0, 1, 500, 1e6])
    vendor.routes.by_id[scan_id] = scan


class Trial:
    """A vendor with scans of others, and perhaps one that an earlier run of ours started."""

    def __init__(self, name: str, seed: int) -> None:
        self.drawn = drawn = random.Random(seed)
        self.clock = FakeClock()
        self.vendor = SandboxVendor(
            name,
            lambda: self.clock.now().timestamp(),
            lasts=1e9,
            page_size_max=drawn.choice([3, 5, 1000]),
            list_order=drawn.choice(["newest", "oldest"]),
            send_total=drawn.random() < 0.7,
            past_the_end=drawn.choice(["last", "empty"]),
            parent_scans_shape=drawn.choice(["object", "object", "list"]),
            parent_scans_skip=drawn.random() < 0.8,
            time_fraction=drawn.random() < 0.5,
        )
        self.warned: list[str] = []
        for _scan in range(drawn.randrange(16)):
            self.vendor.seed(age=drawn.randrange(1, 1000))
        self.runs = drawn.random() < 0.6
        if self.runs:
            self.start(SandboxAdapter(self.vendor), "start")
            move(self.vendor, list(self.vendor.routes.by_id)[-1], drawn)

    def start(self, network: requests.adapters.BaseAdapter, if_active: str = "reuse") -> start.StartResult:
        options = ConnectionOptions(self.vendor.routes.name, f"https://vendor.test{self.vendor.routes.base}", API_TOKEN)
        provider = connect(options, self.clock, self.warned.append, Redactor([API_TOKEN]))  # type: ignore[arg-type]
        mount(provider, network)
        context = OperationContext(provider, self.clock, warn=self.warned.append)  # type: ignore[arg-type]
        return start.start_scan(context, start.StartRequest(own_target(self.vendor.routes.name), if_active=if_active))


def own_target(name: str) -> dict[str, t.Any]:
    """A target that no seeded scan has. Its names appear nowhere else."""
    sample = sample_target(t.cast("type[StartsScans]", provider_class(name)))
    return {
        option: f"{value}-ours" if isinstance(value, str) and value.isalpha() else value
        for option, value in sample.items()
    }


@pytest.mark.parametrize("name", VENDORS)
def test_a_start_over_a_list_that_shifts_never_makes_a_second_scan(name: str) -> None:
    count: Counter[str] = Counter()
    for seed in range(TRIALS):
        trial = Trial(name, seed)
        network = ShiftingAdapter(
            trial.vendor,
            trial.drawn,
            trial.drawn.choice([0.0, 0.1, 0.3, 0.6, 0.8]),
            trial.drawn.choice([0.0, 0.0, 0.5]),
        )
        try:
            result = trial.start(network)
        except DatascanError as error:
            assert isinstance(error, (InvalidResponseError, UnknownOutcomeError)), (seed, error)
            assert "not complete" in error.message, (seed, error)
            assert not shows_scans(error), seed
            count["failed"] += 1
        else:
            assert result.scan is not None
            assert result.scan.id == trial.vendor.made[0], seed
            assert result.reused is trial.runs, seed
            count["reused" if trial.runs else "started"] += 1
        assert len(trial.vendor.made) <= 1, (seed, "a second scan")
    assert min(count[one] for one in ("failed", "reused", "started")) >= TRIALS // 20, count


def shows_scans(error: DatascanError) -> bool:
    """Whether an error of a start shows the scans of others."""
    return hasattr(error.result, "scans")
