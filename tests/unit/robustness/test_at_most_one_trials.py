# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""At most one scan: pipelines at the same moment, in any order of their requests, with faults at any moment.

The trials are the same in every run. DATASCAN_TRIALS=20000 makes so many of each kind, and others each time.
What is asserted here is what docs/at-most-one-scan.md promises, with its conditions.
"""

from __future__ import annotations

import os
import typing as t
from collections import Counter

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    ConflictError,
    DatascanError,
    UnknownOutcomeError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import rescan, start
from glasswall_script import TARGET
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from scripted_vendor import shown
from simulated_pipelines import Killed, Pipeline, World

pytestmark = pytest.mark.one_core

ENDLESS = {**TARGET, "source_container_path": "uploads/stuck"}  # no scan ends before the trial does
COUNT: Counter[str] = Counter()

NUMBERS = st.binary(min_size=120, max_size=120)
# The if_active of each pipeline, by how much its clock is wrong, and at which of its requests it is killed, if at all.
CREW = st.lists(
    st.tuples(
        st.sampled_from(["reuse", "reuse", "reuse", "fail"]),
        st.sampled_from([0.0, 0.0, -7200.0, 7200.0]),
        st.sampled_from([*[None] * 16, 1, 2, 3, 4]),
    ),
    min_size=2,
    max_size=4,
)
FAULTS = st.sampled_from([0, 0, 24, 64, 144])  # of 256 requests
CIRCUMSTANCES = st.fixed_dictionaries(
    {
        "lag": st.sampled_from([0.0, 0.0, 0.4, 1.0, 3.0]),  # of the list
        "time_fraction": st.booleans(),
        "listing_seconds": st.sampled_from([1e6, 1e6, 30.0, 0.5]),  # after that it is too late to cancel
    }
)


def trials(count: int) -> t.Callable[[t.Any], t.Any]:
    chosen = os.environ.get("DATASCAN_TRIALS")
    return settings(
        max_examples=int(chosen or count),
        derandomize=not chosen,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


class Crew:
    """The pipelines of a trial; who is killed is run again at once."""

    def __init__(
        self, world: World, operation: t.Callable[..., t.Any], members: list[tuple[str, float, int | None]]
    ) -> None:
        self.world = world
        self.members: list[Pipeline] = []
        for if_active, skew, dies_at in members:
            self.members.append(
                Pipeline(world, lambda context, wish=if_active: operation(context, wish), skew=skew, dies_at=dies_at)
            )
        world.run(*self.members)
        again = [Pipeline(world, lambda context: operation(context, "reuse")) for one in self.killed]
        self.members += again
        world.run(*again)

    @property
    def killed(self) -> list[Pipeline]:
        return [one for one in self.members if isinstance(one.outcome, Killed)]

    @property
    def failed(self) -> list[Pipeline]:
        return [one for one in self.members if isinstance(one.outcome, DatascanError)]

    @property
    def fine(self) -> list[Pipeline]:
        """Those that have a result."""
        ended = [one for one in self.members if not isinstance(one.outcome, BaseException)]
        strange = set(self.members) - {*ended, *self.killed, *self.failed}
        assert not strange, [one.outcome for one in strange]
        return ended


def has_warned(one: Pipeline) -> bool:
    """Whether a pipeline warned of a second scan; cancelling its own is no such warning."""
    warned = [warning for warning in one.warned if not warning.endswith("was cancelled.")]
    return bool(warned) or isinstance(one.outcome, UnknownOutcomeError)


def nothing_is_hidden(crew: Crew) -> None:
    """Each pipeline reports what it did, and cancels only its own scans."""
    assert all(crew.world.made_by[scan_id] is one for scan_id, one in crew.world.cancelled_by)
    for one in crew.fine:
        if not one.outcome.changed:
            assert not crew.world.alive_of(one), "a scan runs that was not reported"
    for one in crew.failed:
        if not shown(one.outcome)["changed"]:
            assert not crew.world.alive_of(one), f"a scan is there, but: {one.outcome}"
        if isinstance(one.outcome, UnknownOutcomeError):
            assert one.outcome.result.changed
            assert "may be running" in one.outcome.message or not crew.world.alive_of(one)


def start_one(context: t.Any, if_active: str) -> start.StartResult:
    return start.start_scan(context, start.StartRequest(ENDLESS, if_active=if_active))


def rescan_of(parent: str) -> t.Callable[..., rescan.RescanResult]:
    return lambda context, if_active: rescan.rescan(context, rescan.RescanRequest(parent, if_active=if_active))


@trials(650)
@given(NUMBERS, CREW, FAULTS, CIRCUMSTANCES)
def test_pipelines_that_start_at_the_same_moment_end_with_one_scan(numbers, members, faults, circumstances):
    # A list that is later than a second may hide a scan until after the search for a scan whose response was lost.
    world = World(numbers, faults=faults if circumstances["lag"] <= 1 else 0, **circumstances)
    crew = Crew(world, start_one, members)
    scans = [scan.scan_id for scan in world.alive()]
    note("\n".join(world.journal))
    nothing_is_hidden(crew)
    for second in scans[1:]:
        maker = world.made_by[second]
        assert has_warned(maker) or maker in crew.killed, "a second scan runs without a warning"
    for one in crew.fine:
        if not has_warned(one):
            assert one.outcome.scan.id == scans[0], "a pipeline uses another scan"
    if not world.met and not crew.killed and circumstances["listing_seconds"] >= 30:
        assert len(scans) == 1
        assert not [one for one in crew.members if has_warned(one)]
        assert {type(one.outcome) for one in crew.failed} <= {ConflictError}
        COUNT["nothing went wrong"] += 1
    COUNT["trials"] += 1
    COUNT["stepped back"] += any(warning.endswith("was cancelled.") for one in crew.members for warning in one.warned)
    COUNT["too late to step back"] += any(
        "and both may run" in warning for one in crew.members for warning in one.warned
    )
    COUNT["one of them may be ours"] += any(
        "because one may be its own" in warning for one in crew.members for warning in one.warned
    )
    COUNT["lost"] += any(isinstance(one.outcome, UnknownOutcomeError) for one in crew.failed)
    COUNT["conflict"] += any(isinstance(one.outcome, ConflictError) for one in crew.failed)
    COUNT["killed, and a second scan"] += bool(crew.killed) and len(scans) > 1
    COUNT["one scan"] += len(scans) == 1


def test_the_trials_have_met_everything_that_they_are_for():
    """Or else they would prove less than they seem to."""
    if COUNT["trials"] < 500:
        pytest.skip("the trials before this were not run, or too few of them")
    assert [what for what, times in COUNT.items() if times == 0] == []
    assert COUNT["one scan"] > COUNT["trials"] / 2


@trials(350)
@given(NUMBERS, CREW, FAULTS, CIRCUMSTANCES)
def test_pipelines_that_rescan_at_the_same_moment_end_with_one_child(numbers, members, faults, circumstances):
    world = World(numbers, faults=faults, **circumstances)
    parent = world.vendor.seed(sourceContainerPath="uploads/stuck", status="Completed", age=60)
    crew = Crew(world, rescan_of(parent), members)
    children = [scan.scan_id for scan in world.alive()]
    nothing_is_hidden(crew)
    assert len(children) <= 1
    for one in crew.fine:
        assert one.outcome.scan.id == children[0]
    if not world.met and not crew.killed:
        assert {type(one.outcome) for one in crew.failed} <= {ConflictError}
