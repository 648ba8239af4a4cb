# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wait_timeout bounds the whole task: every operation, with every vendor, whichever request a fault begins with."""

from __future__ import annotations

import contextlib
import re
import typing as t

import pytest
import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Query
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import cancel, rescan, start, status, wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import (
    connect,
    provider_class,
    provider_classes,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from fake_clock import FakeClock
from provider_samples import sample_target
from sandbox_vendor import API_TOKEN, REFRESH_TOKEN, SandboxAdapter, SandboxVendor
from scripted_vendor import mount, response_to

WAIT_TIMEOUT, TIMEOUT, SLACK = 5.0, 2.0, 2.0  # seconds
_MOST = 500  # requests; an operation that sends more is in a loop

Operation = t.Callable[[OperationContext, list[str], WaitOptions], t.Any]
OPERATIONS: dict[str, tuple[str | None, Operation]] = {
    "start": (
        "start",
        lambda context, ids, options: start.start_scan(
            context,
            start.StartRequest(sample_target(type(context.provider)), wait=options),  # type: ignore[type-var]
        ),
    ),
    "status": (
        None,
        lambda context, ids, options: status.read_status(context, status.StatusRequest(ids, wait=options)),
    ),
    "query": (
        "list",
        lambda context, ids, options: status.read_status(
            context, status.StatusRequest(query=Query(limit=5), wait=options)
        ),
    ),
    "cancel": (
        "cancel",
        lambda context, ids, options: cancel.cancel_scans(context, cancel.CancelRequest(ids, wait=options)),
    ),
    "rescan": (
        "rescan",
        lambda context, ids, options: rescan.rescan(context, rescan.RescanRequest(ids[0], wait=options)),
    ),
    "wait": (None, lambda context, ids, options: wait.wait_for_scans(context, wait.WaitRequest(ids, options=options))),
    "wait and count": (
        "issues",
        lambda context, ids, options: wait.wait_for_scans(
            context, wait.WaitRequest(ids, options=options, count_issues=True)
        ),
    ),
    "read and count": (
        "issues",
        lambda context, ids, options: status.read_status(
            context, status.StatusRequest(ids, wait=options, count_issues=True)
        ),
    ),
    "wait and cancel": (
        "cancel",
        lambda context, ids, options: wait.wait_for_scans(
            context, wait.WaitRequest(ids[:1], options=options, on_timeout="cancel")
        ),
    ),
}
FAULTS = ("silent", "silent after it was carried out", "busy", "Retry-After", "slow", "slow and busy")
CELLS = [
    pytest.param(vendor, operation, id=f"{vendor}-{operation}")
    for vendor, provider in provider_classes().items()
    for operation, (capability, _call) in OPERATIONS.items()
    if capability is None or provider.supports(capability)
]


class FaultyAdapter(SandboxAdapter):
    """The sandbox until a request, and from then on a fault at each."""

    def __init__(self, vendor: SandboxVendor, clock: FakeClock, fault: str, first: int) -> None:
        super().__init__(vendor)
        self.sent = 0
        self._clock, self._fault, self._first = clock, fault, first

    def send(self, request: t.Any, **options: t.Any) -> requests.Response:
        self.sent += 1
        assert self.sent < _MOST
        if self.sent <= self._first:
            return super().send(request, **options)
        limit = options["timeout"]
        if self._fault.startswith("silent"):
            if "carried out" in self._fault:
                super().send(request, **options)
            self._clock.elapsed += limit
            raise requests.ReadTimeout
        if self._fault.startswith("slow"):
            if limit < 0.9 * TIMEOUT:
                self._clock.elapsed += limit
                raise requests.ReadTimeout
            self._clock.elapsed += 0.9 * TIMEOUT
        if "busy" in self._fault or self._fault == "Retry-After":
            headers = {"Retry-After": "1"} if self._fault == "Retry-After" else {}
            return response_to(request, 429 if headers else 503, headers, _Empty())
        return super().send(request, **options)


class _Empty:
    def read(self, *args: t.Any) -> bytes:
        return b""

    read1 = read

    def close(self) -> None:
        pass


def run(vendor_name: str, operation: str, fault: str, first: int, **options: t.Any) -> FaultyAdapter:
    """Run an operation, and return the adapter; the clock must not have passed the limit."""
    clock = FakeClock()
    vendor = SandboxVendor(vendor_name, lambda: clock.start.timestamp() + clock.elapsed, lasts=1000.0)
    provider_type = provider_class(vendor_name)
    subject = [
        vendor.seed(age=2000.0 if operation == "rescan" or operation.endswith("count") else 0.0) for _scan in range(3)
    ]
    if operation == "rescan":
        option = provider_type.rescan_option  # type: ignore[attr-defined]
        name = re.sub(r"_(\w)", lambda match: match[1].upper(), option)
        subject = subject if option == "scan_id" else [str(vendor.routes.scans()[-1][name])]
    elif operation == "start":
        vendor.routes.reset()
    token = {"refresh_token": REFRESH_TOKEN} if provider_type.takes_refresh_token else {"api_token": API_TOKEN}
    settings = ConnectionOptions(
        provider=vendor_name, api_url=f"https://vendor.test{vendor.routes.base}", timeout=TIMEOUT, **token
    )
    provider = connect(settings, clock, lambda line: None, Redactor())  # type: ignore[arg-type]
    adapter = FaultyAdapter(vendor, clock, fault, first)
    mount(provider, adapter)
    context = OperationContext(provider, clock)  # type: ignore[arg-type]
    wait_options = WaitOptions(**{"timeout": WAIT_TIMEOUT, **options})
    with contextlib.suppress(DatascanError):
        OPERATIONS[operation][1](context, subject, wait_options)
    limit = wait_options.timeout + SLACK
    if operation == "wait and cancel":
        limit += TIMEOUT  # the request that cancels follows the wait
    assert clock.elapsed <= limit, (clock.elapsed, adapter.sent)
    return adapter


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that requests move on counts right only where they come one by one."""
    monkeypatch.setattr(base, "_THREADS", 1)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("vendor", "operation"), CELLS)
def test_a_fault_that_begins_with_any_request_holds_no_task_longer_than_its_limit(
    vendor: str, operation: str, fault: str
) -> None:
    normal = run(vendor, operation, "none", 0).sent
    for first in range(min(normal, 5)):
        run(vendor, operation, fault, first)


@pytest.mark.parametrize("wait_timeout", [0.0, 0.3, 1.5])
@pytest.mark.parametrize(("vendor", "operation"), CELLS)
def test_a_short_limit_is_kept_as_well(vendor: str, operation: str, wait_timeout: float) -> None:
    for fault in FAULTS:
        run(vendor, operation, fault, 0, timeout=wait_timeout)


@pytest.mark.parametrize("vendor", [cell.values[0] for cell in CELLS if cell.values[1] == "start"])
def test_with_a_limit_of_zero_a_scan_is_still_started(vendor: str) -> None:
    assert run(vendor, "start", "none", 0, timeout=0.0).sent >= 1
