# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operation does when wait_timeout ends before its wait begins: nothing is started late, nothing is hidden."""

from __future__ import annotations

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    UnavailableError,
    UnknownOutcomeError,
    WaitTimeoutError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import cancel, start
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from fake_clock import FakeClock
from glasswall_script import (
    NEW_ITEM,
    RECENT_QUERY,
    SCAN_ID,
    TARGET,
    list_response,
    read_response,
    start_response,
)
from scripted_vendor import Expected, connection_reset, scripted_context


def late(expected: Expected, seconds: float) -> Expected:
    expected.takes = seconds
    return expected


def run(*expected: Expected, timeout: float, warned: list[str] | None = None, if_active: str = "reuse") -> FakeClock:
    """Start a scan with a wait; the clock afterwards."""
    clock = FakeClock()
    request = start.StartRequest(TARGET, if_active=if_active, wait=WaitOptions(timeout=timeout))
    with scripted_context(*expected, clock=clock, warned=warned) as context:
        start.start_scan(context, request)
    return clock


def test_no_scan_is_started_after_the_limit() -> None:
    with pytest.raises(
        UnavailableError, match=r"^No scan was started, because no time is left before the deadline"
    ) as caught:
        run(late(list_response(), 5.5), timeout=5.0)
    assert not caught.value.may_have_changed
    assert not caught.value.result.changed


def test_a_start_that_is_sent_again_and_refused_may_have_been_carried_out_before() -> None:
    """The list may show the scan of the first request late, so the error must not deny that a scan was started."""
    searches = [list_response(query=RECENT_QUERY) for _search in range(3)]
    again = start_response([{"errorCode": 401, "message": "expired"}], 401)
    with pytest.raises(UnknownOutcomeError, match=r"sending it again failed: POST .* HTTP 401: expired") as caught:
        run(list_response(), start_response(connection_reset()), *searches, again, timeout=60.0)
    assert caught.value.may_have_changed
    assert caught.value.result.changed


def test_before_a_lost_start_is_sent_again_there_has_to_be_time() -> None:
    """The searches take 7 seconds, and show that there is no scan."""
    searches = [list_response(query=RECENT_QUERY) for _search in range(3)]
    searches[-1] = late(searches[-1], 1.0)
    with pytest.raises(UnknownOutcomeError, match="It was sent once, and the list shows no scan from it") as caught:
        run(list_response(), start_response(connection_reset()), *searches, timeout=7.5)
    assert caught.value.may_have_changed


def test_a_search_that_has_no_time_says_that_a_scan_may_run() -> None:
    with pytest.raises(
        UnknownOutcomeError, match="A scan may be running, but the search for it failed: No time is left"
    ):
        run(list_response(), start_response(connection_reset()), list_response(query=RECENT_QUERY), timeout=2.5)


def test_a_search_that_has_no_time_does_not_hide_why_the_one_before_failed() -> None:
    failed = list_response(query=RECENT_QUERY, status=503)
    with pytest.raises(UnknownOutcomeError, match=r"the search for it failed: GET .* HTTP 503"):
        run(list_response(), start_response(connection_reset()), *[failed] * 3, timeout=2.5)


def test_a_scan_that_was_started_is_known_where_the_election_has_no_time() -> None:
    warned: list[str] = []
    unlisted = late(list_response(query=RECENT_QUERY), 0.8)
    with pytest.raises(WaitTimeoutError) as caught:
        run(list_response(), start_response(NEW_ITEM), unlisted, read_response("Listing"), timeout=1.5, warned=warned)
    assert (caught.value.result.changed, caught.value.result.scan.id) == (True, SCAN_ID)
    assert any("Cannot check whether another pipeline started a scan" in warning for warning in warned)


def test_the_wait_gets_what_is_left_and_counts_what_has_passed() -> None:
    answers = [
        late(list_response(), 6.0),
        start_response(NEW_ITEM),
        list_response(query=None),  # of earlier scans
        read_response("Processing"),
        read_response("Processing"),
    ]
    with pytest.raises(WaitTimeoutError, match="After 8 s, 1 of 1 scan had not finished") as caught:
        run(*answers, timeout=8.0, if_active="start")
    assert caught.value.result.waited.elapsed == 8.0


def test_a_scan_that_there_is_no_time_to_cancel_is_named() -> None:
    clock = FakeClock()
    answers = [late(read_response("Listing"), 2.5)]
    request = cancel.CancelRequest([SCAN_ID], wait=WaitOptions(timeout=2.0))
    with scripted_context(*answers, clock=clock, retries=0) as context, pytest.raises(UnavailableError) as caught:
        cancel.cancel_scans(context, request)
    assert f"Scan {SCAN_ID} was not cancelled, because no time is left" in caught.value.message
    assert not caught.value.result.changed


def test_without_a_wait_there_is_no_limit() -> None:
    with scripted_context(late(list_response(), 29.0), start_response(NEW_ITEM)) as context:
        assert start.start_scan(context, start.StartRequest(TARGET, if_active="start")).changed
