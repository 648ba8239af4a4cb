# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait for many scans: its work grows with their number and no faster, and its requests with the pages of a list."""

from __future__ import annotations

import sys
import threading
import typing as t
from types import FrameType

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.identity import IdentifiedScans
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import (
    NAMES,
    connect,
    provider_class,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_result
from fake_clock import FakeClock
from sandbox_vendor import API_TOKEN, SandboxAdapter, SandboxVendor
from scripted_vendor import mount

pytestmark = pytest.mark.one_core

FEW, MANY = 60, 600
TIMES = MANY // FEW


class _CountedCalls:
    """Counts the calls of the collection's functions, in all threads."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> _CountedCalls:
        threading.setprofile(self._notice)
        sys.setprofile(self._notice)
        return self

    def __exit__(self, *_exception: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]

    def _notice(self, frame: FrameType, event: str, _argument: t.Any) -> None:
        if event == "call" and "/plugins/module_utils/" in frame.f_code.co_filename:
            self.count += 1


def many_scans(name: str, scans: int) -> tuple[OperationContext, list[str]]:
    """A number of scans of a vendor that never end."""
    clock = FakeClock()
    vendor = SandboxVendor(name, lambda: clock.start.timestamp() + clock.elapsed, lasts=10.0**6)
    scan_ids = [vendor.seed() for _scan in range(scans)]
    settings = ConnectionOptions(provider=name, api_url=f"https://vendor.test{vendor.routes.base}", api_token=API_TOKEN)
    provider = connect(settings, clock, lambda line: None, Redactor())  # type: ignore[arg-type]
    mount(provider, SandboxAdapter(vendor))
    return OperationContext(provider, clock), scan_ids  # type: ignore[arg-type]


def work_of_a_wait(name: str, scans: int) -> tuple[int, int]:
    """The calls and the requests of a wait with a fixed number of polls, in which no scan ends."""
    context, scan_ids = many_scans(name, scans)
    request = wait.WaitRequest(scan_ids, options=WaitOptions(timeout=0.0), on_timeout="return")
    with _CountedCalls() as calls:
        result = wait.wait_for_scans(context, request)
        render_result(result)
    assert result.waited is not None
    assert (len(result.scans or ()), result.waited.polls) == (scans, 1)
    return calls.count, result.waited.requests


def calls_of_a_later_poll(name: str, scans: int) -> int:
    """The work of a poll in which nothing has changed since the previous one."""
    context, scan_ids = many_scans(name, scans)
    vendor = IdentifiedScans(context, {})
    vendor.get_many(scan_ids)
    with _CountedCalls() as calls:
        vendor.get_many(scan_ids)
    return calls.count


@pytest.mark.parametrize("name", [name for name in NAMES if provider_class(name).rate_limit is None])
def test_a_poll_takes_no_more_work_for_each_scan_where_there_are_many(name: str) -> None:
    few_calls, few_requests = work_of_a_wait(name, FEW)
    many_calls, many_requests = work_of_a_wait(name, MANY)
    assert many_calls <= 1.1 * TIMES * few_calls
    assert many_requests <= TIMES * few_requests


@pytest.mark.parametrize("name", [name for name in NAMES if provider_class(name).rate_limit is None])
def test_later_polls_take_no_more_work_for_each_scan_where_there_are_many(name: str) -> None:
    assert calls_of_a_later_poll(name, MANY) <= 1.1 * TIMES * calls_of_a_later_poll(name, FEW)


def test_a_scan_that_has_not_changed_is_hardly_any_work() -> None:
    """To parse a record takes about a hundred calls of the collection's functions."""
    assert calls_of_a_later_poll("glasswall", MANY) <= 25 * MANY


def test_the_requests_of_a_poll_grow_with_the_pages_of_the_list() -> None:
    _calls, requests = work_of_a_wait("glasswall", MANY)
    assert requests <= MANY / 50
