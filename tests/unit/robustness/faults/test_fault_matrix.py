# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of every vendor through every fault: the result, and the requests that the vendor saw."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator

import fault_list as fl
import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import (
    provider_class,
    provider_classes,
)
from fault_cells import UNKNOWN_WORD, Cell, Seen, normal_run, record_of
from fault_expected import OPERATIONS, cells_of, modes_of, reason_against
from fault_list import FAULTS, Fault
from fault_rules import ALWAYS, ONCE, WRITES
from fault_server import Server
from sandbox_vendor import API_TOKEN
from scripted_vendor import shown


def possible_cells() -> Iterator[t.Any]:
    """All cells that can happen, in each way in which the fault may strike."""
    for operation in OPERATIONS:
        for fault in FAULTS:
            for vendor, provider in provider_classes().items():
                if not reason_against(operation, provider, fault):
                    for mode in modes_of(operation, provider, fault):
                        name = f"{operation}-{vendor}-{fault.name}-{mode}"
                        yield pytest.param(operation, vendor, fault, mode, id=name)


@pytest.mark.parametrize(("operation", "vendor", "fault", "mode"), list(possible_cells()))
def test_a_fault_has_the_result_and_the_requests_of_its_rule(
    operation: str, vendor: str, fault: Fault, mode: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = provider_class(vendor)
    normal, skip = normal_run(operation, vendor, fault, server, monkeypatch)
    record = record_of(vendor, server, monkeypatch)
    rule = cells_of(operation, provider, fault, has_record=bool(record))[mode]
    result, requests, seconds = normal.fill(rule, provider, fault)
    cell = Cell(operation, vendor, fault, mode, skip=skip)
    seen = cell.run(server, monkeypatch)
    if result.endswith("?"):
        is_last = seen.spoiled and seen.requests[-1] == cell.struck_kind
        result = result.removesuffix("?") + (", unknown" if is_last else "")
    assert str(seen) == result, seen.error
    assert normal.accepts(requests, seen.requests), (seen.requests, requests)
    assert seconds is None or f"{seen.paused:g}" == f"{seconds:g}"
    assert seen.made <= 1, "a scan was started twice"
    if operation in ("start", "rescan") and not seen.error:
        assert seen.made == seen.result.changed
    assert not seen.strayed
    if seen.error:
        check_error(cell, seen)
    else:
        check_result(cell, seen)


PASSING = [fault for fault in FAULTS if fault.means in ("passes", "limited", "unreached")]
CHANGING = [
    pytest.param(operation, vendor, id=f"{operation}-{vendor}")
    for operation in WRITES
    for vendor, provider in provider_classes().items()
    if provider.supports(operation) and (operation != "start" or provider.supports("list"))
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: fault.name)
@pytest.mark.parametrize(("operation", "vendor"), CHANGING)
def test_the_read_before_a_change_is_retried_like_any_read(
    operation: str, vendor: str, fault: Fault, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    normal, _skip = normal_run(operation, vendor, fl.NOT_LISTENING, server, monkeypatch)
    first = normal.requests[0]
    assert first not in WRITES
    is_seen = fault.means != "unreached"  # the vendor does not see a request that does not reach it
    seen = Cell(operation, vendor, fault, ONCE, at=first).run(server, monkeypatch)
    assert (str(seen), seen.made) == ("changed", operation != "cancel")
    assert seen.requests == [first] * is_seen + list(normal.requests)
    seen = Cell(operation, vendor, fault, ALWAYS, at=first).run(server, monkeypatch)
    assert (str(seen), seen.made) == (fault.kind, 0)
    assert seen.requests == [first] * 3 * is_seen


def check_error(cell: Cell, seen: Seen) -> None:
    """The message and the facts of a failure."""
    error, fault = seen.error, cell.fault
    assert error
    assert API_TOKEN not in repr(error.facts()) + error.message
    if fault is fl.UNKNOWN_STATE:
        assert UNKNOWN_WORD in error.message
        return
    assert re.search(fault.message, error.message)
    if fault is fl.ERROR_UNDER_200:
        assert any(text in error.message for text in re.findall(r'"([^"]{9,})"', cell.error_body.decode()))
    assert error.http_status == fault.status
    if error.kind == "wait_timeout":
        assert "had not finished" in error.message
        assert "The last poll failed: " in error.message
    if error.kind == "lost_answer":
        assert "the request may have been carried out" in error.message
        if cell.operation != "cancel":
            assert error.result.changed is True
            assert error.result.scan is None
        if cell.operation == "start" and not cell.provider_class.supports("list"):
            assert "A scan may be running" in error.message
    elif cell.operation in ("start", "rescan"):
        assert shown(error)["changed"] is cell.waits  # whose scan runs
    if cell.waits:
        assert shown(error).get("scan") or error.result.scans


def check_result(cell: Cell, seen: Seen) -> None:
    """The facts of a result beside its name."""
    fault = cell.fault
    warned = [message for message in seen.warnings if UNKNOWN_WORD in message]
    assert len(warned) == (fault is fl.UNKNOWN_STATE and seen.spoiled)
    if fault in (fl.FUTURE, fl.FUTURE_IN_LIST) and cell.operation in ("start", "status", "rescan"):
        scans = seen.result.scans if cell.operation == "status" else [seen.result.scan]
        for scan in scans:
            assert (scan.finished_at, scan.finished) == (None, False)
            assert scan.started_at is None  # a time later than the vendor's clock is ignored
    if cell.operation == "columns":
        size = seen.size
        assert len(seen.result.columns) == (-(-size // 2) if fault is fl.REPEATS else size)
        assert bool(seen.warnings) == (fault in (fl.REPEATS, fl.TOTAL_TOO_HIGH))
    if cell.operation == "issues":
        never_settles = fault in (fl.REPEATS, fl.TOTAL_TOO_HIGH)
        assert [scan.issue_count for scan in seen.result.scans] == [None if never_settles else 0]
        assert bool(seen.warnings) == never_settles
    if cell.operation == "status" and cell.in_list:
        assert len({scan.id for scan in seen.result.scans}) == (2 if fault is fl.REPEATS else 3)


def test_every_cell_has_a_rule_or_a_reason() -> None:
    for operation in OPERATIONS:
        for provider in provider_classes().values():
            for fault in FAULTS:
                assert reason_against(operation, provider, fault) or cells_of(operation, provider, fault)
