# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""datascan_wait: it exists only once all scans have completed."""

from __future__ import annotations

import typing as t

import pytest
from terraform_provider_datascan.protocol.diagnostics import ProviderError
from terraform_provider_datascan.protocol.planning import conform
from terraform_provider_datascan.protocol.values import UNKNOWN, Values, is_known
from terraform_provider_datascan.resources.wait import WaitResource
from terraform_steps import SimulatedAccess, Steps

pytestmark = pytest.mark.one_core


def wait_config(scan_ids: t.Any, **given: t.Any) -> Values:
    """A configuration of datascan_wait as Terraform sends it."""
    return t.cast("Values", conform(WaitResource.schema.attributes, {"scan_ids": scan_ids, **given}))


def waiting(lasts: float = 30.0) -> Steps:
    """A resource of a vendor whose scans take this many seconds."""
    return Steps(SimulatedAccess("glasswall", lasts=lasts), WaitResource)


def test_it_waits_until_all_scans_have_completed() -> None:
    steps = waiting()
    ids = [steps.access.server.seed() for _scan in range(3)]
    assert steps.apply(wait_config(ids)) is None
    state = t.cast("Values", steps.state)
    assert [scan["state"] for scan in state["scans"]] == ["completed"] * 3
    assert is_known(state)
    assert steps.plan(wait_config(ids))[0] == "nothing"
    assert steps.plan(wait_config(ids, wait_timeout=5))[0] == "update"
    assert steps.plan(wait_config(ids[:2]))[0] == "replace"
    assert steps.plan(wait_config(UNKNOWN))[0] == "replace"


@pytest.mark.parametrize("status", ["Error", "Cancelled"])
def test_a_scan_that_did_not_complete_is_an_error_and_nothing_is_saved(status: str) -> None:
    steps = waiting()
    error = steps.apply(wait_config([steps.access.server.seed(), steps.access.server.seed(status=status)]))
    assert error is not None
    assert (error.summary, error.path) == ("The scans have not all completed", ("scan_ids",))
    assert (steps.state, steps.is_tainted) == (None, False)


def test_a_scan_that_is_only_stopped_is_no_success() -> None:
    steps = Steps(SimulatedAccess("bigid", lasts=30.0), WaitResource)
    error = steps.apply(wait_config([steps.access.server.seed(status="Stopped")]))
    assert error is not None
    assert "stopped" in error.detail


def test_a_time_out_and_an_interruption_save_nothing() -> None:
    steps = waiting(lasts=3600.0)
    ids = [steps.access.server.seed()]
    error = steps.apply(wait_config(ids, wait_timeout=10))
    assert error is not None
    assert error.detail.endswith("and the next apply waits again.")
    steps.access.on_sleep = lambda seconds: steps.access.interrupt()
    error = steps.apply(wait_config(ids))
    assert error is not None
    assert error.summary == "Terraform was interrupted"
    assert (steps.state, steps.is_tainted) == (None, False)


@pytest.mark.parametrize(
    ("config", "message", "path"),
    [
        ({"scan_ids": []}, "scan_ids is empty", ("scan_ids",)),
        ({"scan_ids": ["a", None]}, "scan_ids has an element without an id", ("scan_ids",)),
        ({"scan_ids": ["a"], "wait_timeout": -1}, "wait_timeout must be 0 or more", ("wait_timeout",)),
        ({"scan_ids": ["a"], "wait_interval": 0.01}, "wait_interval must be at least 0.1", ("wait_interval",)),
    ],
    ids=str,
)
def test_what_cannot_work_is_refused(config: Values, message: str, path: tuple[str]) -> None:
    with pytest.raises(ProviderError) as caught:
        waiting()._resource().validate(wait_config(**config))
    assert message in caught.value.detail
    assert caught.value.path == path
