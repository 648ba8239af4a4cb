# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Following scans: what each poll reports, what a restart remembers, and how often the vendor is asked."""

from __future__ import annotations

import json
import typing as t
from collections import Counter
from datetime import timedelta

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    ForbiddenError,
    InterruptedWaitError,
    InvalidInputError,
    UnauthorizedError,
    UnavailableError,
    UnsupportedError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Query
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.follow import FollowRequest
from followed_vendor import FollowedVendor, deliver, described, follower
from hypothesis import given, settings
from hypothesis import strategies as st

STATES = ("queued", "running", "completed", "failed", "cancelled")


# What a poll reports


def test_each_change_of_a_scan_once() -> None:
    vendor = FollowedVendor()
    following = follower(vendor, scan_ids=["a"])
    reported = []
    for state in ("queued", "queued", "running", "running", "failed", "failed"):
        vendor.set("a", state)
        reported += deliver(following)
    assert reported == ["a started", "a changed", "a finished"]


def test_a_change_carries_the_scan_and_its_state_before() -> None:
    vendor = FollowedVendor()
    vendor.set("a", "running")
    following = follower(vendor, scan_ids=["a"])
    deliver(following)
    vendor.set("a", "failed", error="no space")
    (change,) = following.poll()
    assert (change.previous_state, change.scan) == ("running", vendor.scans["a"])


def test_the_vendors_own_status_is_a_change() -> None:
    vendor = FollowedVendor()
    following = follower(vendor, scan_ids=["a"])
    reported = []
    for status in ("Listing", "Processing", "Processing"):
        vendor.set("a", "running", vendor_status=status)
        reported += deliver(following)
    assert reported == ["a started", "a changed"]


def test_the_end_of_the_last_id_is_marked() -> None:
    vendor = FollowedVendor()
    vendor.set("a", "completed")
    vendor.set("b", "running")
    following = follower(vendor, scan_ids=["a", "b"])
    assert [change.is_last for change in _delivered(following)] == [False, False]
    assert not following.is_over
    vendor.set("b", "cancelled")
    assert [change.is_last for change in _delivered(following)] == [True]
    assert following.is_over


@pytest.mark.parametrize("state", ["unknown", "queued"])
def test_a_scan_that_may_run_is_followed(state: str) -> None:
    vendor = FollowedVendor()
    vendor.set("a", state)
    following = follower(vendor, scan_ids=["a"])
    deliver(following)
    vendor.set("a", "completed")
    assert deliver(following) == ["a finished"]


def test_a_scan_is_gone_after_three_polls_that_do_not_find_it() -> None:
    vendor = FollowedVendor()
    vendor.set("a", "running", name="nightly")
    following = follower(vendor, scan_ids=["a"])
    deliver(following)
    del vendor.scans["a"]
    assert [deliver(following) for _poll in range(2)] == [[], []]
    (change,) = _delivered(following)
    assert (described(change), change.is_last) == ("a vanished", True)
    assert change.scan is not None
    assert change.scan.name == "nightly"


@pytest.mark.parametrize("request_", [{"scan_ids": ["a"]}, {"report_first": "all"}])
def test_a_state_that_goes_back_is_a_change_and_an_end_is_final(request_: dict[str, t.Any]) -> None:
    vendor = FollowedVendor()
    following = follower(vendor, **request_)
    reported = []
    for state in ("running", "queued", "completed", "running", "failed"):
        vendor.set("a", state)
        reported += deliver(following)
    assert reported == ["a started", "a changed", "a finished"]


def test_a_scan_that_comes_back_was_never_gone() -> None:
    vendor = FollowedVendor()
    vendor.set("a", "running")
    following = follower(vendor, scan_ids=["a"])
    deliver(following)
    kept = vendor.scans.pop("a")
    deliver(following)
    deliver(following)
    vendor.scans["a"] = kept
    deliver(following)
    del vendor.scans["a"]
    assert [deliver(following) for _poll in range(2)] == [[], []]


# Queries


@pytest.mark.parametrize(
    ("report_first", "reported"), [("none", []), ("active", ["new started"]), ("all", ["new started", "old finished"])]
)
def test_what_the_first_poll_of_a_query_reports(report_first: str, reported: list[str]) -> None:
    vendor = FollowedVendor()
    vendor.set("new", "running")
    vendor.set("old", "completed")
    following = follower(vendor, report_first=report_first)
    assert deliver(following) == reported
    vendor.set("new", "completed")
    vendor.set("next", "failed")
    assert deliver(following) == ["new finished", "next finished"]


def test_later_lists_begin_before_the_newest_scan() -> None:
    vendor = FollowedVendor()
    vendor.set("a", "running")
    following = follower(vendor)
    deliver(following)
    deliver(following)
    assert [query.started_after for query in vendor.queries] == [None, vendor.clock.now() - timedelta(minutes=2)]


def test_no_list_begins_later_before_all_changes_were_delivered() -> None:
    vendor = FollowedVendor()
    vendor.set("a", "running")
    vendor.set("b", "running")
    following = follower(vendor)
    following.delivered(following.poll()[0])
    assert following.position()["newest"] is None
    following.poll()
    assert [query.started_after for query in vendor.queries] == [None, None]


def test_a_query_keeps_its_own_start() -> None:
    vendor = FollowedVendor()
    later = vendor.clock.now() + timedelta(hours=1)
    vendor.set("a", "running")
    following = follower(vendor, query=Query(started_after=later))
    deliver(following)
    deliver(following)
    assert {query.started_after for query in vendor.queries} == {later}


def test_a_scan_that_the_list_no_longer_shows_is_followed_by_its_id() -> None:
    vendor = FollowedVendor()
    vendor.set("old", "running")
    following = follower(vendor)
    deliver(following)
    vendor.clock.elapsed = 3600
    vendor.set("new", "running")
    deliver(following)
    vendor.set("old", "completed")
    assert deliver(following) == ["old finished"]
    assert vendor.reads[-1] == ["old"]


def test_a_list_with_a_gap_is_read_again_from_the_same_time() -> None:
    vendor = FollowedVendor()
    vendor.gap = "it changed while it was read"
    vendor.set("a", "running")
    following = follower(vendor)
    assert deliver(following) == ["a started"]
    deliver(following)
    assert [query.started_after for query in vendor.queries] == [None, None]


@pytest.mark.parametrize("polls", [1, 2])
def test_a_finished_scan_that_lists_lack_for_a_moment_is_not_reported_again(polls: int) -> None:
    vendor = FollowedVendor()
    vendor.set("a", "completed")
    following = follower(vendor, report_first="all")
    assert deliver(following) == ["a finished"]
    kept = vendor.scans.pop("a")
    assert [deliver(following) for _poll in range(polls)] == [[]] * polls
    vendor.scans["a"] = kept
    assert deliver(following) == []


def test_finished_scans_are_forgotten_once_no_list_shows_them() -> None:
    vendor = FollowedVendor()
    following = follower(vendor)
    for number in range(100):
        vendor.clock.elapsed += 300
        vendor.set(str(number), "completed")
        deliver(following)
    assert len(following.position()["ended"]) < 10


def test_a_query_for_a_field_that_the_list_lacks_is_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"query\.name"):
        follower(FollowedVendor(), query=Query(name="nightly"))


def test_a_query_that_the_vendor_refuses_to_send_ends_it() -> None:
    vendor = FollowedVendor()
    vendor.fault = InvalidInputError("query.owners cannot be used")
    with pytest.raises(InvalidInputError):
        follower(vendor).poll()


def test_a_scan_that_comes_to_match_the_query_after_newer_ones_is_not_lost() -> None:
    vendor = FollowedVendor()
    following = follower(vendor, query=Query(states=frozenset({"completed"})), report_first="all")
    vendor.set("slow", "running")
    assert deliver(following) == []
    vendor.clock.elapsed = 3600
    vendor.set("quick", "completed")
    assert deliver(following) == ["quick finished"]
    vendor.set("slow", "completed")
    assert deliver(following) == ["slow finished"]
    deliver(following)
    deliver(following)
    assert vendor.queries[-1].started_after == vendor.clock.now() - timedelta(minutes=2)


def test_a_scan_of_another_owner_is_not_followed_although_the_list_has_it() -> None:
    vendor = FollowedVendor()
    vendor.set("ours", "running", owner="Ann")
    vendor.set("theirs", "running", owner="bob")
    vendor.set("of nobody known", "running")
    following = follower(vendor, query=Query(owners=["ann"]))
    assert deliver(following) == ["ours started", "of nobody known started"]
    assert len(vendor.warnings) == 1


@pytest.mark.parametrize("report_first", ["none", "active"])
def test_a_scan_that_starts_and_ends_while_no_list_is_whole_is_reported(report_first: str) -> None:
    vendor = FollowedVendor()
    vendor.gap = "it changed while it was read"
    vendor.set("old", "completed")
    following = follower(vendor, report_first=report_first)
    assert deliver(following) == []
    vendor.clock.elapsed = 60
    vendor.set("new", "completed")
    vendor.set("as old", "completed", started_at=vendor.scans["old"].started_at)  # the first list lacked it
    assert deliver(following) == ["new finished"]
    assert deliver(following) == []
    assert len(vendor.warnings) == 1


def test_a_restart_while_no_list_is_whole_knows_what_was_there() -> None:
    vendor = FollowedVendor()
    vendor.gap = "it changed while it was read"
    vendor.set("old", "completed")
    following = follower(vendor)
    deliver(following)
    vendor.clock.elapsed = 60
    vendor.set("new", "failed")
    resumed = follower(vendor)
    resumed.resume(json.loads(json.dumps(following.position())))
    assert deliver(resumed) == ["new finished"]


# Faults


def test_the_end_of_an_outage_is_reported_after_a_restart() -> None:
    vendor = FollowedVendor()
    vendor.fault = UnavailableError("down")
    following = follower(vendor)
    assert deliver(following) == ["error"]
    vendor.fault = None
    resumed = follower(vendor)
    resumed.resume(json.loads(json.dumps(following.position())))
    assert deliver(resumed) == ["recovered"]


def test_an_outage_is_reported_once_at_its_beginning_and_once_at_its_end() -> None:
    vendor = FollowedVendor()
    vendor.set("a", "running")
    following = follower(vendor)
    deliver(following)
    vendor.fault = UnavailableError("down")
    outage = [deliver(following), deliver(following)]
    vendor.fault = UnavailableError("down in another way")
    outage.append(deliver(following))
    vendor.fault = None
    vendor.set("a", "completed")
    assert outage == [["error"], [], []]
    assert deliver(following) == ["recovered", "a finished"]


def test_an_outage_at_the_beginning_is_not_the_first_list() -> None:
    """The scans that were there before are then no more reported than without it."""
    vendor = FollowedVendor()
    vendor.set("a", "running")
    vendor.fault = UnavailableError("down")
    following = follower(vendor, report_first="none")
    assert deliver(following) == ["error"]
    vendor.fault = None
    assert deliver(following) == ["recovered"]


def test_after_an_outage_no_finished_scan_is_reported_again() -> None:
    vendor = FollowedVendor()
    vendor.set("a", "completed")
    following = follower(vendor, report_first="all")
    deliver(following)
    vendor.fault = UnavailableError("down")
    for _poll in range(5):
        deliver(following)
    vendor.fault = None
    assert deliver(following) == ["recovered"]


def test_one_scan_that_cannot_be_read_does_not_hide_the_others() -> None:
    vendor = FollowedVendor()
    vendor.set("a", "running")
    vendor.set("b", "completed")
    vendor.unreadable["a"] = UnavailableError("down")
    following = follower(vendor, scan_ids=["a", "b"])
    assert deliver(following) == ["error", "b finished"]


@pytest.mark.parametrize("kind", [UnauthorizedError, ForbiddenError])
def test_a_token_that_is_refused_three_times_ends_it(kind: type[UnauthorizedError]) -> None:
    vendor = FollowedVendor()
    vendor.fault = kind("no")
    following = follower(vendor)
    assert [deliver(following), deliver(following)] == [["error"], []]
    with pytest.raises(kind):
        following.poll()


def test_refusals_that_are_not_in_a_row_do_not_end_it() -> None:
    vendor = FollowedVendor()
    following = follower(vendor)
    for _round in range(3):
        vendor.fault = UnauthorizedError("no")
        deliver(following)
        deliver(following)
        vendor.fault = None
        deliver(following)


def test_an_interruption_ends_it() -> None:
    vendor = FollowedVendor()
    vendor.fault = InterruptedWaitError("stop")
    with pytest.raises(InterruptedWaitError):
        follower(vendor).poll()


# Restarts


STEPS = st.lists(st.dictionaries(st.sampled_from("abcd"), st.sampled_from(STATES), max_size=4), max_size=12)
ENDED = Query(states=frozenset({"completed", "failed", "cancelled"}))  # type: ignore[arg-type]
REQUESTS = st.sampled_from(
    [{"report_first": "all"}, {"report_first": "all", "query": ENDED}, {"scan_ids": list("abcd")}]
)


@settings(deadline=None)
@given(STEPS, REQUESTS, st.sets(st.integers(0, 20), max_size=6), st.integers(1, 4))
def test_a_restart_loses_no_end_and_repeats_only_what_was_not_saved(
    steps: list[dict[str, str]], request_: dict[str, t.Any], kills: set[int], saved_every: int
) -> None:
    """Killed at any delivery, and resumed at the position that was saved last."""
    trial = _Trial(request_, kills, saved_every)
    for step in steps:
        trial.vendor.clock.elapsed += 60
        for scan_id, state in step.items():
            trial.move(scan_id, state)
        while not trial.polls_to_its_end():
            pass
    ends = {f"{scan.id} finished" for scan in trial.vendor.scans.values() if scan.finished}
    assert {what for what in trial.reported if what.endswith(" finished")} == ends
    assert sum((trial.reported - trial.happened).values()) <= trial.repeatable


class _Trial:
    """A follower that is killed at some of its deliveries."""

    def __init__(self, request: dict[str, t.Any], kills: set[int], saved_every: int) -> None:
        self.vendor = FollowedVendor()
        self.happened: Counter[str] = Counter()
        self.reported: Counter[str] = Counter()
        self.repeatable = 0  # deliveries that a kill made unknown
        self._request, self._kills, self._saved_every = request, kills, saved_every
        self._following = follower(self.vendor, **request)
        self._saved = json.dumps(self._following.position())
        self._deliveries, self._unsaved = 0, 0
        for scan_id in "abcd":
            self.move(scan_id, "queued")

    def move(self, scan_id: str, state: str) -> None:
        """Change a scan at the vendor; one that has finished stays as it is."""
        before = self.vendor.scans.get(scan_id)
        if before and (before.finished or before.state == state):
            return
        self.vendor.set(scan_id, state)
        kind = "finished" if self.vendor.scans[scan_id].finished else "changed" if before else "started"
        self.happened[f"{scan_id} {kind}"] += 1

    def polls_to_its_end(self) -> bool:
        """Poll and deliver. False where the follower was killed, and a new one has taken its place."""
        for change in self._following.poll():
            self.reported[described(change)] += 1
            self._deliveries += 1
            self._unsaved += 1
            if self._deliveries in self._kills:
                self._restart()
                return False
            self._following.delivered(change)
            if self._unsaved >= self._saved_every:
                self._saved, self._unsaved = json.dumps(self._following.position()), 0
        return True

    def _restart(self) -> None:
        self.repeatable += self._unsaved
        self._unsaved = 0
        self._following = follower(self.vendor, **self._request)
        self._following.resume(json.loads(self._saved))


@pytest.mark.parametrize("position", [None, [], {}, {"version": 2}, {"version": 1, "provider": "glasswall"}, "text", 7])
def test_anything_else_is_no_position(position: t.Any) -> None:
    with pytest.raises(InvalidInputError):
        follower(FollowedVendor(), scan_ids=["a"]).resume(position)


def test_a_position_of_another_vendor_is_refused() -> None:
    vendor = FollowedVendor()
    position = {**follower(vendor).position(), "provider": "bigid"}
    with pytest.raises(InvalidInputError, match="bigid"):
        follower(vendor).resume(position)


# How often the vendor is asked


def test_a_query_without_running_scans_is_asked_every_ten_seconds() -> None:
    vendor = FollowedVendor()
    following = follower(vendor)
    deliver(following)
    assert following.pause() == 10.0


@pytest.mark.parametrize(("request_", "longest"), [({}, 10.0), ({"scan_ids": ["a"]}, 30.0)])
def test_the_pause_grows_with_the_youngest_scan(request_: dict[str, t.Any], longest: float) -> None:
    vendor = FollowedVendor()
    vendor.set("a", "running")
    following = follower(vendor, **request_)
    deliver(following)
    assert following.pause() == 1.0
    vendor.clock.elapsed = 50
    assert following.pause() == 5.0
    vendor.clock.elapsed = 5000
    assert following.pause() == longest


@pytest.mark.parametrize(
    ("request_", "interval", "pause"), [({}, None, 14.0), ({"scan_ids": ["a"]}, None, 14.0), ({}, 2.0, 2.0)]
)
def test_a_pause_is_as_long_as_a_slow_poll(
    request_: dict[str, t.Any], interval: float | None, pause: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = FollowedVendor()
    vendor.set("a", "running")
    following = follower(vendor, interval=interval, **request_)
    name = "get_many" if request_ else "list_scans"
    read = getattr(vendor, name)

    def read_slowly(wanted: t.Any) -> t.Any:
        vendor.clock.elapsed += 14
        return read(wanted)

    monkeypatch.setattr(vendor, name, read_slowly)
    deliver(following)
    assert following.pause() == pause


def test_an_interval_that_is_set_holds() -> None:
    vendor = FollowedVendor()
    following = follower(vendor, interval=42.0)
    deliver(following)
    assert following.pause() == 42.0


# Requests


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"scan_ids": ["a"], "query": Query()},
        {"scan_ids": ["a"], "report_first": "some"},
        {"scan_ids": ["a"], "interval": 0.0},
        {"query": Query(limit=1)},
    ],
)
def test_a_request_that_cannot_be_followed_is_refused(request_: dict[str, t.Any]) -> None:
    with pytest.raises(InvalidInputError):
        FollowRequest(**request_)


def _delivered(following: t.Any) -> list[t.Any]:
    changes = following.poll()
    for change in changes:
        following.delivered(change)
    return list(changes)
