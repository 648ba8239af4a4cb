# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polls of many Glasswall scans: by the list or by single requests, whichever takes fewer requests."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    NotFoundError,
    UnauthorizedError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base as _provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import read_ahead as _read_ahead
from glasswall_script import item, page, read_response
from scripted_vendor import Expected, scripted_context


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests come in order."""
    monkeypatch.setattr(_provider, "_THREADS", 1)
    monkeypatch.setattr(_read_ahead, "PAGES_AT_ONCE", 1)


IDS = [f"00000000-0000-4000-8000-{number:012}" for number in range(1000)]


def list_response(
    ids: list[str], number: int, *, total: int | None, since: str | None = None, vendor_status: str = "Processing"
) -> Expected:
    """A page of the list of own scans."""
    query = [("startDate", since)] if since else []
    answer = page(*(item(vendor_status, scan_id) for scan_id in ids), total=total)
    return Expected("GET", "/api/v1/scans", answer=answer, query=[*query, ("pageSize", "100"), ("page", str(number))])


def pages(ids: list[str], total: int, **facts: t.Any) -> list[Expected]:
    return [list_response(ids[at : at + 100], at // 100 + 1, total=total, **facts) for at in range(0, len(ids), 100)]


def states(answers: dict[str, Scan | DatascanError]) -> set[str]:
    return {answer.state.value if isinstance(answer, Scan) else answer.kind for answer in answers.values()}


def test_a_thousand_scans_are_ten_pages_and_the_next_poll_asks_for_later_starts_only() -> None:
    again = pages(IDS, 1000, since="2025-12-31T23:59:59Z", vendor_status="Completed")
    with scripted_context(*pages(IDS, 1000), *again) as context:
        first = context.provider.get_many(IDS)
        second = context.provider.get_many(IDS)
    assert list(first) == IDS
    assert (states(first), states(second)) == ({"running"}, {"completed"})


def test_the_list_is_left_as_soon_as_all_are_found() -> None:
    with scripted_context(list_response([*IDS[:3], *IDS[10:90]], 1, total=5000)) as context:
        assert states(context.provider.get_many(IDS[:3])) == {"running"}


def test_a_long_history_is_not_read_where_single_requests_are_fewer() -> None:
    singles = [read_response("Completed", scan_id) for scan_id in IDS[:3]]
    with scripted_context(list_response(IDS[500:600], 1, total=100_000), *singles) as context:
        assert states(context.provider.get_many(IDS[:3])) == {"completed"}


def test_what_a_whole_list_lacks_is_asked_for_alone_from_then_on() -> None:
    other = IDS[0]
    expected = [list_response(IDS[1:5], 1, total=4), read_response("Listing", other)]
    again = [list_response(IDS[1:5], 1, total=4, since="2025-12-31T23:59:59Z"), read_response("Completed", other)]
    with scripted_context(*expected, *again) as context:
        context.provider.get_many(IDS[:5])
        found = context.provider.get_many(IDS[:5])[other]
    assert isinstance(found, Scan)
    assert found.state == "completed"


def test_a_missing_scan_keeps_its_position() -> None:
    missing = Expected("GET", f"/api/v1/scans/{IDS[1]}", 404, "")
    with scripted_context(list_response([IDS[0], IDS[2], IDS[3]], 1, total=3), missing) as context:
        answers = context.provider.get_many(IDS[:4])
    assert list(answers) == IDS[:4]
    assert isinstance(answers[IDS[1]], NotFoundError)


def test_one_or_two_scans_are_single_requests() -> None:
    singles = [read_response("Listing", scan_id) for scan_id in IDS[:2]]
    with scripted_context(*singles) as context:
        assert states(context.provider.get_many(IDS[:2])) == {"running"}


@pytest.mark.parametrize(("status", "kind"), [(503, "unavailable"), (401, "unauthorized")])
def test_a_list_that_fails_stands_for_every_scan(status: int, kind: str) -> None:
    with scripted_context(Expected("GET", "/api/v1/scans", status, ""), retries=0) as context:
        assert states(context.provider.get_many(IDS[:9])) == {kind}


def test_a_list_that_this_token_may_not_see_is_done_without() -> None:
    singles = [read_response("Listing", scan_id) for scan_id in IDS[:3]]
    with scripted_context(Expected("GET", "/api/v1/scans", 403, ""), *singles) as context:
        assert states(context.provider.get_many(IDS[:3])) == {"running"}


def test_an_unauthorized_single_request_is_reported() -> None:
    refused = [Expected("GET", f"/api/v1/scans/{scan_id}", 401, "") for scan_id in IDS[:2]]
    with scripted_context(*refused) as context:
        assert all(isinstance(answer, UnauthorizedError) for answer in context.provider.get_many(IDS[:2]).values())
