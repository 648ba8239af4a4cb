# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The expected end of a wait: the request that it comes from, and when no request is sent."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from datetime import timedelta

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InterruptedWaitError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, iso
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import cancel, rescan, start, wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers import base as _provider
from fake_clock import FakeClock
from glasswall_script import CHILD_ID, SCAN_ID, TARGET, item, list_response, page, read_response, start_responses
from scripted_vendor import Expected, connected, scripted_context

HISTORY = [
    *(("startDate", "2025-10-03T00:00:00Z"), ("scanStatus", "Completed")),
    *(("pageSize", "100"), ("page", "1")),
]
RUNS = {"scanStartTime": "2025-12-31T23:52:00Z"}  # for eight minutes when the clock starts


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes requests for several scans come in order."""
    monkeypatch.setattr(_provider, "_THREADS", 1)


def earlier(*lengths: float, **fields: t.Any) -> list[dict[str, t.Any]]:
    """Scans of TARGET that completed, an hour after one another."""
    start = FakeClock().start - timedelta(days=2)
    begins = [start + timedelta(hours=number) for number in range(len(lengths))]
    return [
        item(
            "Completed",
            f"{number:08x}-0000-4000-8000-000000000000",
            scanStartTime=iso(begin),
            scanEndTime=iso(begin + timedelta(seconds=length)),
            **fields,
        )
        for number, (begin, length) in enumerate(zip(begins, lengths, strict=True))
    ]


def history(*items: dict[str, t.Any], **fields: t.Any) -> Expected:
    return Expected("GET", "/api/v1/scans", answer=page(*items), **{"query": HISTORY, **fields})


def run(
    *expected: Expected, ids: Sequence[str] = (SCAN_ID,), check_mode: bool = False, **options: t.Any
) -> tuple[list[str], wait.WaitResult, FakeClock]:
    """The lines of a wait that gives up after 30 s unless `timeout` is set."""
    lines: list[str] = []
    clock = FakeClock()
    with scripted_context(*expected, check_mode=check_mode, reported=lines, clock=clock, retries=3) as context:
        request = wait.WaitRequest(ids, options=WaitOptions(**options), on_timeout="return")
        return lines, wait.wait_for_scans(context, request), clock


def test_a_wait_that_is_resumed_knows_how_long_the_scan_has_run() -> None:
    lines, result, _clock = run(
        read_response("Processing", **RUNS), history(*earlier(720, 700, 730)), read_response("Completed")
    )
    assert "; usually 12 min; about 4 min left; next poll in 1 s" in lines[0]
    assert vars(result.waited) == {"elapsed": 1.0, "polls": 2, "requests": 3, "timed_out": False}


def test_the_vendor_s_clock_counts_not_this_machine_s() -> None:
    date = {"Date": "Thu, 01 Jan 2026 06:00:00 GMT"}  # six hours ahead
    started = {"scanStartTime": "2026-01-01T05:52:00Z"}
    ahead = [("startDate", "2025-10-03T06:00:00Z"), *HISTORY[1:]]
    lines, _result, _clock = run(
        Expected("GET", f"/api/v1/scans/{SCAN_ID}", answer=item("Processing", **started), headers=date),
        Expected("GET", "/api/v1/scans", answer=page(*earlier(720, 700, 730)), query=ahead, headers=date),
        read_response("Completed"),
    )
    assert "about 4 min left" in lines[0]


def test_the_list_is_requested_once_even_without_an_expectation() -> None:
    reads = [read_response("Processing", **RUNS) for _poll in range(4)]
    lines, _result, _clock = run(reads[0], history(*earlier(720)), *reads[1:], read_response("Completed"))
    assert not [line for line in lines if "usually" in line or "left" in line]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 503, "answer": ""},
        {"status": 403, "answer": ""},
        {"status": 404, "answer": ""},
        {"answer": "<html>"},
        {"answer": {"scans": None}},
        {"answer": page({"scanId": 5}, {})},
        {"answer": OSError("reset")},
    ],
)
def test_a_list_that_cannot_be_read_costs_one_request_and_no_time(answer: dict[str, t.Any]) -> None:
    failed = Expected("GET", "/api/v1/scans", **answer)
    lines, result, clock = run(read_response("Processing", **RUNS), failed, read_response("Completed"))
    assert [scan.state for scan in result.scans or ()] == ["completed"]
    assert clock.elapsed == 1.0
    assert not [line for line in lines if "usually" in line]


def test_the_time_that_the_list_takes_is_a_part_of_the_pause() -> None:
    slow = history(*earlier(720, 700, 730), takes=0.7)
    _lines, result, clock = run(read_response("Processing", **RUNS), slow, read_response("Completed"))
    assert (clock.elapsed, result.waited and result.waited.polls) == (1.0, 2)


def test_the_list_gets_no_more_than_a_second() -> None:
    clock = FakeClock()
    provider, _script = connected([read_response("Processing", **RUNS)], clock=clock)
    left: list[float | None] = []
    provider.list_recent = lambda: left.append(provider.time_left()) or []  # type: ignore[attr-defined]
    request = wait.WaitRequest([SCAN_ID], options=WaitOptions(timeout=0.5), on_timeout="return")
    with pytest.raises(AssertionError, match="nothing more was expected"):  # the second poll
        wait.wait_for_scans(OperationContext(provider, clock), request)  # type: ignore[arg-type]
    provider, _script = connected([read_response("Processing", **RUNS)], clock=clock)
    provider.list_recent = lambda: left.append(provider.time_left()) or []  # type: ignore[attr-defined]
    request = wait.WaitRequest([SCAN_ID], options=WaitOptions(timeout=500), on_timeout="return")
    with pytest.raises(AssertionError, match="nothing more was expected"):
        wait.wait_for_scans(OperationContext(provider, clock), request)  # type: ignore[arg-type]
    assert left == [0.5, 1.0]


def test_an_interruption_while_the_list_is_read_ends_the_wait() -> None:
    provider, _script = connected([read_response("Processing", **RUNS)])

    def list_recent() -> list[Scan]:
        raise InterruptedWaitError("stop")

    provider.list_recent = list_recent  # type: ignore[attr-defined]
    with pytest.raises(InterruptedWaitError) as caught:
        wait.wait_for_scans(OperationContext(provider, FakeClock()), wait.WaitRequest([SCAN_ID]))  # type: ignore[arg-type]
    assert [scan.id for scan in caught.value.result.scans] == [SCAN_ID]


@pytest.mark.parametrize(
    "fields",
    [
        {"scanStatus": "Unknown", **RUNS},
        {"scanStartTime": None},
        {"scanStartTime": "2026-01-01T00:03:00Z"},  # in the future
        {"scanStartTime": "2026-01-01T00:00:00Z"},  # it may be short
    ],
)
def test_no_list_is_requested_where_it_cannot_give_an_expectation(fields: dict[str, t.Any]) -> None:
    lines, _result, _clock = run(
        *(read_response(fields.get("scanStatus", "Processing"), **fields) for _poll in range(5)),
        read_response("Completed"),
    )
    assert not [line for line in lines if "usually" in line]


def test_a_scan_that_has_ended_and_a_single_poll_need_no_list() -> None:
    run(read_response("Completed", **RUNS))
    run(read_response("Processing", **RUNS), check_mode=True)
    run(read_response("Processing", **RUNS), timeout=0)


@pytest.mark.parametrize("wants_progress", [False, True])
def test_with_a_set_interval_the_list_is_asked_for_only_if_progress_is_wanted(wants_progress: bool) -> None:
    lists = [history()] if wants_progress else []
    clock = FakeClock()
    provider, script = connected([read_response("Processing", **RUNS), *lists, read_response("Completed")], clock=clock)
    context = OperationContext(provider, clock, wants_progress=wants_progress)  # type: ignore[arg-type]
    wait.wait_for_scans(context, wait.WaitRequest([SCAN_ID], options=WaitOptions(interval=5)))
    assert not script.left
    assert clock.elapsed == 5


def test_a_wait_for_cancelled_scans_expects_nothing() -> None:
    path = f"/api/v1/scans/{SCAN_ID}"
    listing = [Expected(method, path, answer=item("Listing", **RUNS)) for method in ("GET", "DELETE", "GET", "GET")]
    with scripted_context(*listing, read_response("Cancelled")) as context:
        cancel.cancel_scans(context, cancel.CancelRequest([SCAN_ID], wait=WaitOptions()))


def test_of_several_scans_the_last_one_decides_and_an_outlier_does_not_count() -> None:
    scans = [
        read_response("Processing", **RUNS),
        read_response("Processing", CHILD_ID, **RUNS, sourceContainerPath="other"),
    ]
    others = earlier(900, 890, 910, sourceContainerPath="other")
    others = [{**one, "scanId": one["scanId"][:-1] + "1"} for one in others]
    lists = history(*earlier(720, 5000, 700, 730), *others)
    done = [read_response("Completed"), read_response("Completed", CHILD_ID, sourceContainerPath="other")]
    lines, _result, _clock = run(*scans, lists, *done, ids=[SCAN_ID, CHILD_ID])
    assert "; about 7 min left; next poll" in lines[0]
    assert "usually" not in lines[0]


def test_where_one_of_several_scans_has_no_history_the_end_is_not_known_unless_any_is_enough() -> None:
    def lines(until: str) -> list[str]:
        other = read_response("Processing", CHILD_ID, **RUNS, sourceContainerPath="other")
        scans = [read_response("Processing", **RUNS), other]
        done = [read_response("Completed"), read_response("Completed", CHILD_ID, sourceContainerPath="other")]
        return run(*scans, history(*earlier(720, 700, 730)), *done, ids=[SCAN_ID, CHILD_ID], until=until)[0]

    assert "left" not in lines("all")[0]
    assert "about 4 min left" in lines("any")[0]


def test_more_than_ten_scans_are_not_asked_about() -> None:
    ids = [f"{number:08x}-0000-4000-8000-00000000000a" for number in range(11)]
    listed = Expected("GET", "/api/v1/scans", answer=page(*(item("Processing", one, **RUNS) for one in ids)))
    ended = Expected("GET", "/api/v1/scans", answer=page(*(item("Completed", one, **RUNS) for one in ids)))
    _lines, result, _clock = run(listed, ended, ids=ids)
    assert result.waited is not None
    assert result.waited.requests == 2


def test_a_start_that_listed_ended_scans_asks_for_no_more() -> None:
    lines: list[str] = []
    query = Expected("GET", "/api/v1/scans", answer=page(*earlier(720, 700, 730)))
    reads = [read_response("Processing"), read_response("Completed")]
    with scripted_context(list_response(), query, *start_responses(), *reads, reported=lines) as context:
        start.start_scan(context, start.StartRequest(TARGET, fresh_for=60, wait=WaitOptions()))
    assert "; usually 12 min; about 12 min left" in lines[0]


def test_the_line_with_the_expectation_is_not_kept_for_a_minute() -> None:
    polls = [read_response("Processing") for _poll in range(7)]
    lines, _result, _clock = run(
        *polls[:6], history(*earlier(60, 61, 62), query=None), polls[6], read_response("Completed"), timeout=500
    )
    assert [line.split("]")[0] for line in lines] == ["[00:00", "[00:05", "[00:08"]
    assert "; usually 61 s; about 56 s left; next poll in 1.5 s" in lines[1]


def test_a_rescan_asks_once() -> None:
    path = f"/api/v1/scans/{SCAN_ID}"
    child = item("Processing", CHILD_ID, parentScan=SCAN_ID, **{**RUNS, "scanStartTime": "2026-01-01T00:00:00Z"})
    polls = [Expected("GET", f"/api/v1/scans/{CHILD_ID}", answer=child) for _poll in range(5)]
    with scripted_context(
        read_response("Completed"),
        list_response(),
        Expected("PATCH", path, answer=child),
        *polls,
        history(*earlier(60, 61, 62), query=None),
        read_response("Completed", CHILD_ID),
    ) as context:
        result = rescan.rescan(context, rescan.RescanRequest(SCAN_ID, wait=WaitOptions()))
    assert result.scan
    assert result.scan.state == "completed"


def bigid_page(*rows: dict[str, t.Any]) -> Expected:
    answer = {"status": "success", "statusCode": 200, "data": {"totalCount": len(rows), "scanChildren": list(rows)}}
    return Expected("GET", "/api/v1/scans/parent-scans", answer=answer, query=[("limit", "200")])


def test_the_list_has_the_start_of_a_scan_whose_status_is_only_true() -> None:
    ended = [
        {
            "_id": f"e{number}",
            "scanProfileName": "nightly",
            "state": "Completed",
            "created_at": f"2025-12-{number + 1:02}T00:00:00Z",
            "updated_at": f"2025-12-{number + 1:02}T00:12:00Z",
        }
        for number in range(4)
    ]
    # A row that contradicts the status is not used for the length of a scan.
    own = {**ended[0], "_id": "s1", "created_at": "2025-12-31T23:52:00Z", "updated_at": "2025-12-31T23:52:01Z"}
    active = Expected("GET", "/api/v1/scans/s1/status", answer={"status": True})
    clock = FakeClock()
    lines: list[str] = []
    reads = [*[active] * 6, bigid_page(own, *ended), active]
    with scripted_context(*reads, provider="bigid", reported=lines, clock=clock) as context:
        request = wait.WaitRequest(["s1"], options=WaitOptions(timeout=6.0), on_timeout="return")
        wait.wait_for_scans(context, request)
    assert "left" not in lines[0]
    assert "[00:05]" in lines[1]
    assert "usually 12 min; about 4 min left" in lines[1]
