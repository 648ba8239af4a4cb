# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""datascan_scan: what a plan predicts, what an apply keeps, and whose scan is cancelled."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
import requests
from scripted_vendor import connection_reset
from terraform_provider_datascan._core.errors import ConflictError
from terraform_provider_datascan._core.models import Scan, ScanList
from terraform_provider_datascan._core.operations.start import StartResult
from terraform_provider_datascan._core.providers.capabilities import CancelsScans, ListsScans
from terraform_provider_datascan.protocol.diagnostics import ProviderError
from terraform_provider_datascan.protocol.provider import Call
from terraform_provider_datascan.protocol.values import UNKNOWN, Values, is_known
from terraform_provider_datascan.resources import scan as resource_file
from terraform_provider_datascan.resources.scan import ScanResource
from terraform_provider_datascan.resources.scan_state import WITHHELD
from terraform_provider_datascan.targets import VENDORS
from terraform_steps import SimulatedAccess, Steps, sample_config

pytestmark = pytest.mark.one_core

LISTING = [name for name, vendor in VENDORS.items() if issubclass(vendor, ListsScans)]
NOT_LISTING = sorted(set(VENDORS) - set(LISTING))
NOT_CANCELLING = [name for name, vendor in VENDORS.items() if not issubclass(vendor, CancelsScans)]
HOUR = 3600.0


@pytest.fixture(params=sorted(VENDORS))
def vendor(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def starts(access: SimulatedAccess) -> int:
    """How many scans requests have made."""
    return len(access.server.made)


def applied(vendor: str, *, lasts: float = 5.0, **given: t.Any) -> Steps:
    """A resource after its first apply."""
    steps = Steps(SimulatedAccess(vendor, lasts=lasts))
    assert steps.apply(sample_config(vendor, **given)) is None
    return steps


# Plan and apply


def test_a_second_plan_has_no_changes(vendor: str) -> None:
    steps = applied(vendor)
    assert steps.state is not None
    assert (steps.state["state"], steps.state["reused"], steps.state["wait_pending"]) == ("completed", False, False)
    assert is_known(steps.state)
    assert steps.plan(sample_config(vendor))[0] == "nothing"


def test_no_write_only_value_is_planned_or_stored(vendor: str) -> None:
    steps = applied(vendor)
    planned = steps.plan(sample_config(vendor))[1]
    for values in (planned, steps.state):
        assert "sig=" not in str(values)
        assert "jo@example.com" not in str(values)


@pytest.mark.parametrize(("state", "action"), [(name, "replace") for name in ("failed", "cancelled", "stopped")])
@pytest.mark.parametrize("wait", [True, False])
def test_a_scan_that_ended_without_success_is_replaced(vendor: str, state: str, action: str, wait: bool) -> None:
    steps = applied(vendor)
    steps.state = {**t.cast("Values", steps.state), "state": state}
    assert steps.plan(sample_config(vendor, wait=wait))[0] == action


@pytest.mark.parametrize("state", ["queued", "running", "unknown"])
def test_a_scan_that_may_run_is_waited_for_in_place(vendor: str, state: str) -> None:
    steps = applied(vendor, wait=False)
    steps.state = {**t.cast("Values", steps.state), "state": state, "wait": True}
    action, planned = steps.plan(sample_config(vendor))
    assert action == "update"
    assert planned["state"] is UNKNOWN
    assert planned["id"] == steps.state["id"]


def test_without_wait_a_scan_that_runs_is_no_change(vendor: str) -> None:
    steps = applied(vendor, lasts=HOUR, wait=False)
    assert steps.plan(sample_config(vendor, wait=False))[0] == "nothing"
    assert steps.apply(sample_config(vendor, wait=True, wait_timeout=2 * HOUR)) is None
    assert t.cast("Values", steps.state)["state"] == "completed"
    assert starts(steps.access) == 1


def test_a_target_that_is_not_known_yet_is_planned_and_decided_at_apply(vendor: str) -> None:
    steps = applied(vendor)
    config = sample_config(vendor)
    open_config = {**config, vendor: UNKNOWN}
    assert steps.plan(open_config)[0] == "replace"
    _action, planned = steps.plan(open_config)
    state = t.cast("Values", steps.state)
    steps.destroy(planned)
    assert steps.apply(config) is None
    assert t.cast("Values", steps.state)["id"] == state["id"]
    assert starts(steps.access) == 1


def test_replacing_a_completed_scan_on_request_starts_another(vendor: str) -> None:
    """`terraform apply -replace` does this."""
    steps = applied(vendor)
    first = t.cast("Values", steps.state)["id"]
    steps.is_tainted = True
    assert steps.apply(sample_config(vendor)) is None
    assert t.cast("Values", steps.state)["id"] != first


def test_all_unknown_values_can_be_planned(vendor: str) -> None:
    steps = Steps(SimulatedAccess(vendor))
    config = {
        name: UNKNOWN if attribute.optional or attribute.default is not None else None
        for name, attribute in ScanResource.schema.attributes.items()
    }
    steps._resource().validate(config)
    assert steps.plan(config)[0] == "create"


@pytest.mark.parametrize(
    ("vendor", "change", "message", "path"),
    [
        ("protecto", {"objects": [None]}, "protecto.objects[0] must be an object.", ("protecto", "objects", 0)),
        ("bigid", {"scan_profile": ""}, "bigid.scan_profile is empty.", ("bigid", "scan_profile")),
    ],
)
def test_an_error_in_a_target_stands_at_its_attribute(
    vendor: str, change: Values, message: str, path: tuple[str | int, ...]
) -> None:
    config = sample_config(vendor)
    with pytest.raises(ProviderError) as caught:
        Steps(SimulatedAccess(vendor))._resource().validate({**config, vendor: {**config[vendor], **change}})
    assert (caught.value.detail, caught.value.path) == (message, path)


def test_a_vendor_that_cannot_start_scans_is_refused_with_what_to_do_instead() -> None:
    steps = Steps(SimulatedAccess("advalidation"))
    with pytest.raises(ProviderError) as caught:
        steps.plan(sample_config("glasswall"))
    assert caught.value.detail.startswith("Advalidation cannot start a scan through its API.")
    assert "use datascan_wait with" in caught.value.detail


# The wait


def test_an_interrupted_wait_keeps_the_scan_with_a_warning_and_is_continued(vendor: str) -> None:
    access = SimulatedAccess(vendor, lasts=60.0)
    steps = Steps(access)
    access.on_sleep = lambda seconds: access.interrupt()
    assert steps.apply(sample_config(vendor)) is None
    state = t.cast("Values", steps.state)
    assert state["id"]
    assert state["wait_pending"] is True
    assert any("interrupted, and the scan goes on" in line for line in steps.warnings)

    access.on_sleep = lambda seconds: None
    access.restart()
    assert steps.apply(sample_config(vendor)) is None
    again = t.cast("Values", steps.state)
    assert (again["id"], again["state"], again["wait_pending"]) == (state["id"], "completed", False)
    assert starts(access) == 1


def test_an_interruption_before_the_start_still_brings_the_id(vendor: str) -> None:
    access = SimulatedAccess(vendor, lasts=60.0)
    access.interrupt()
    steps = Steps(access)
    assert steps.apply(sample_config(vendor)) is None
    assert t.cast("Values", steps.state)["id"] == access.server.made[0]


@pytest.mark.parametrize("ends", [False, True])
def test_a_time_out_is_continued_although_it_taints(vendor: str, ends: bool) -> None:
    access = SimulatedAccess(vendor, lasts=HOUR)
    steps = Steps(access)
    error = steps.apply(sample_config(vendor, wait_timeout=60))
    assert error is not None
    assert error.summary == "The scan has not finished in time"
    assert "scan_wait" not in error.detail
    assert steps.is_tainted
    state = t.cast("Values", steps.state)
    access.time.elapsed += 2 * HOUR if ends else 0
    error = steps.apply(sample_config(vendor, wait_timeout=60))
    assert (error is None) == ends
    assert t.cast("Values", steps.state)["id"] == state["id"]
    assert starts(access) == 1


def test_a_time_out_in_an_update_keeps_the_state(vendor: str) -> None:
    steps = applied(vendor, lasts=HOUR, wait=False)
    error = steps.apply(sample_config(vendor, wait_timeout=60))
    assert error is not None
    state = t.cast("Values", steps.state)
    assert (state["wait_pending"], steps.is_tainted) == (True, False)


def test_a_scan_that_is_left_to_the_next_resource_is_named(vendor: str) -> None:
    """The scan's id is in no state until the next resource is created."""
    steps = Steps(SimulatedAccess(vendor, lasts=HOUR))
    assert steps.apply(sample_config(vendor, wait_timeout=60)) is not None
    scan_id = t.cast("Values", steps.state)["id"]
    _action, planned = steps.plan(sample_config(vendor, wait_timeout=60))
    steps.destroy(planned)
    assert any(f"terraform import ADDRESS {scan_id}" in line for line in steps.warnings)


# Lost answers


class LosingNetwork(requests.adapters.BaseAdapter):
    """Carries out each start, and loses the response."""

    def __init__(self, access: SimulatedAccess) -> None:
        super().__init__()
        self._access = access
        self._inner = access.network

    def send(self, request: t.Any, **options: t.Any) -> requests.Response:
        answer = self._inner.send(request, **options)
        if self._access.server.operation_of(request.method, request.url) == "start":
            raise connection_reset()
        return answer

    def close(self) -> None:
        """There is nothing to close."""


@pytest.mark.parametrize("vendor", LISTING)
def test_a_scan_whose_answer_was_lost_is_found_in_the_list(vendor: str) -> None:
    access = SimulatedAccess(vendor, lasts=30.0)
    access.network = LosingNetwork(access)
    steps = Steps(access)
    assert steps.apply(sample_config(vendor)) is None
    assert t.cast("Values", steps.state)["id"] == str(access.server.made[0])
    assert starts(access) == 1


@pytest.mark.parametrize("vendor", NOT_LISTING)
def test_after_a_lost_answer_no_apply_starts_a_second_scan_by_itself(vendor: str) -> None:
    access = SimulatedAccess(vendor, lasts=30.0)
    network, access.network = access.network, LosingNetwork(access)
    steps = Steps(access)
    error = steps.apply(sample_config(vendor))
    assert error is not None
    assert "A scan may be running" in error.detail
    access.network = network
    for _apply in range(2):
        error = steps.apply(sample_config(vendor))
        assert error is not None
        assert error.summary == "A scan may be running already"
        assert error.path == ("previous_scan_id",)
        assert starts(access) == 1
    assert steps.state is not None
    assert steps.apply(sample_config(vendor, previous_scan_id=access.server.made[0])) is None
    assert t.cast("Values", steps.state)["id"] == access.server.made[0]
    assert starts(access) == 1


@pytest.mark.parametrize("vendor", NOT_LISTING)
def test_a_user_who_knows_that_no_scan_runs_can_start_one(vendor: str) -> None:
    access = SimulatedAccess(vendor, lasts=30.0)
    network, access.network = access.network, LosingNetwork(access)
    steps = Steps(access)
    assert steps.apply(sample_config(vendor)) is not None
    access.network = network
    assert steps.apply(sample_config(vendor, if_active="start")) is None
    assert starts(access) == 2


@pytest.mark.parametrize("vendor", NOT_LISTING)
def test_destroying_after_a_lost_answer_warns(vendor: str) -> None:
    access = SimulatedAccess(vendor, lasts=30.0)
    access.network = LosingNetwork(access)
    steps = Steps(access)
    assert steps.apply(sample_config(vendor)) is not None
    steps.destroy()
    assert any("A scan may have been started" in line for line in steps.warnings)


class SearchRefusingNetwork(LosingNetwork):
    """Carries out the first start, loses its response, and refuses each later list."""

    def send(self, request: t.Any, **options: t.Any) -> requests.Response:
        from sandbox_vendor import to_requests

        if starts(self._access) and self._access.server.operation_of(request.method, request.url) == "list":
            return to_requests(request, 403, b"{}", self._access.time.now().timestamp())
        return super().send(request, **options)


def lost(vendor: str, **settings: t.Any) -> tuple[Steps, ProviderError]:
    """A resource whose start was carried out, but whose scan neither the response nor a search has found."""
    access = SimulatedAccess(vendor, **settings)
    network, access.network = access.network, SearchRefusingNetwork(access)
    steps = Steps(access)
    error = steps.apply(sample_config(vendor))
    assert error is not None
    access.network = network
    return steps, error


def test_it_is_kept_that_a_scan_may_have_been_started(vendor: str) -> None:
    steps, error = lost(vendor)
    assert error.summary == "It is not known whether a scan was started"
    state = t.cast("Values", steps.state)
    assert (state["id"], state["state"], state["wait_pending"]) == (None, "unknown", True)


@pytest.mark.parametrize("ends", [False, True])
@pytest.mark.parametrize("vendor", LISTING)
def test_the_next_apply_first_searches_for_a_scan_that_may_have_been_started(vendor: str, ends: bool) -> None:
    steps, _error = lost(vendor, lasts=60.0)
    steps.access.time.elapsed += HOUR if ends else 0
    steps.access.restart()
    assert steps.apply(sample_config(vendor)) is None
    state = t.cast("Values", steps.state)
    assert (state["id"], state["state"]) == (str(steps.access.server.made[0]), "completed")
    assert state["reused"] is None  # it may be another pipeline's
    assert starts(steps.access) == 1


@pytest.mark.parametrize("vendor", LISTING)
@pytest.mark.parametrize("wait", [True, False])
def test_after_untaint_too_the_next_apply_searches(vendor: str, wait: bool) -> None:
    """The state is that after `terraform untaint`."""
    steps, _error = lost(vendor)
    steps.is_tainted = False
    steps.access.restart()
    assert steps.plan(sample_config(vendor, wait=wait))[0] == "replace"
    assert steps.apply(sample_config(vendor, wait=wait)) is None
    assert t.cast("Values", steps.state)["id"] == str(steps.access.server.made[0])
    assert starts(steps.access) == 1


@pytest.mark.parametrize("vendor", LISTING)
def test_while_the_search_fails_no_apply_starts_a_scan(vendor: str) -> None:
    steps, _error = lost(vendor)
    steps.access.network = SearchRefusingNetwork(steps.access)
    for _apply in range(2):
        steps.access.restart()
        error = steps.apply(sample_config(vendor))
        assert error is not None
        assert error.summary == "It is not known whether a scan was started"
        assert t.cast("Values", steps.state)["id"] is None
    assert starts(steps.access) == 1


@pytest.mark.parametrize("vendor", LISTING)
def test_a_search_that_finds_no_scan_is_followed_by_a_start(vendor: str) -> None:
    steps, _error = lost(vendor)
    steps.access.server.routes.reset()
    steps.access.restart()
    assert steps.apply(sample_config(vendor)) is None
    assert starts(steps.access) == 2


def found_instead(vendor: str, monkeypatch: pytest.MonkeyPatch, *found: Scan, gap: str | None = None) -> Steps:
    """A resource whose start was lost, and for which each list has these scans only."""
    steps, _error = lost(vendor)
    steps.access.restart()
    monkeypatch.setattr(VENDORS[vendor], "list_scans_of", lambda self, target, query: ScanList(found, gap))
    return steps


@pytest.mark.parametrize("vendor", LISTING)
@pytest.mark.parametrize(("state", "seconds"), [("completed", -30), ("failed", 30), ("cancelled", 30)])
def test_no_scan_from_before_and_none_that_failed_is_taken_for_the_lost_one(
    vendor: str, state: str, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = SimulatedAccess(vendor).time.now() + timedelta(seconds=seconds)
    other = Scan(id="1001", provider=vendor, state=state, started_at=started)
    steps = found_instead(vendor, monkeypatch, other)
    steps.apply(sample_config(vendor, wait=False))
    assert t.cast("Values", steps.state)["id"] == str(steps.access.server.made[1])


@pytest.mark.parametrize("vendor", LISTING)
def test_a_list_that_may_lack_the_lost_scan_starts_no_other(vendor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = found_instead(vendor, monkeypatch, gap="its total changed")
    error = steps.apply(sample_config(vendor))
    assert error is not None and error.summary == "It is not known whether a scan was started"
    assert starts(steps.access) == 1


# Triggers


@pytest.mark.parametrize("vendor", LISTING)
def test_a_scan_of_earlier_triggers_that_runs_on_is_never_the_one_of_the_new_triggers(vendor: str) -> None:
    first, second = {"version": "1"}, {"version": "2"}
    steps = applied(vendor, lasts=HOUR, wait=False, on_destroy="leave", triggers=first)
    old = t.cast("Values", steps.state)["id"]
    for _apply in range(2):
        steps.access.restart()
        error = steps.apply(sample_config(vendor, wait=False, triggers=second))
        assert error is not None
        assert error.path == ("triggers",)
        assert old in error.detail
        state = t.cast("Values", steps.state)
        assert (state["id"], state["triggers"], steps.is_tainted) == (old, first, True)
        assert starts(steps.access) == 1
    steps.access.time.elapsed += 2 * HOUR
    steps.access.restart()
    assert steps.apply(sample_config(vendor, wait=False, triggers=second, fresh_for=2 * int(HOUR))) is None
    state = t.cast("Values", steps.state)
    assert (state["id"] != old, state["triggers"], state["reused"]) == (True, second, False)


@pytest.mark.parametrize("vendor", LISTING)
@pytest.mark.parametrize("is_requested", [False, True])
def test_a_replaced_scan_is_not_fresh_for_its_replacement(vendor: str, is_requested: bool) -> None:
    steps = applied(vendor, fresh_for=int(HOUR), triggers={"version": "1"})
    old = t.cast("Values", steps.state)["id"]
    steps.access.restart()
    steps.is_tainted = is_requested
    triggers = {"version": "1" if is_requested else "2"}
    assert steps.apply(sample_config(vendor, fresh_for=int(HOUR), triggers=triggers)) is None
    assert t.cast("Values", steps.state)["id"] != old
    assert starts(steps.access) == 2


class StartRefusingNetwork(LosingNetwork):
    """Refuses each start."""

    def send(self, request: t.Any, **options: t.Any) -> requests.Response:
        from sandbox_vendor import to_requests

        if self._access.server.operation_of(request.method, request.url) == "start":
            return to_requests(request, 403, b"{}", self._access.time.now().timestamp())
        return super().send(request, **options)


def test_a_replaced_scan_stays_in_the_state_until_another_is_started(vendor: str) -> None:
    """Otherwise the next apply would mistake the scan of the earlier triggers for the scan of the new ones."""
    steps = applied(vendor, lasts=HOUR, wait=False, on_destroy="leave", triggers={"version": "1"})
    state = t.cast("Values", steps.state)
    steps.access.time.elapsed += 2 * HOUR
    steps.access.restart()
    steps.access.network = StartRefusingNetwork(steps.access)
    assert steps.apply(sample_config(vendor, wait=False, triggers={"version": "2"})) is not None
    kept = t.cast("Values", steps.state)
    assert (kept["id"], kept["triggers"], steps.is_tainted) == (state["id"], {"version": "1"}, True)


# Read


def test_a_scan_that_does_not_exist_any_more_is_gone(vendor: str) -> None:
    steps = applied(vendor)
    scan_id = t.cast("Values", steps.state)["id"]
    steps.access.server.routes.reset()
    assert steps._resource().read(t.cast("Values", steps.state)) is None
    title = VENDORS[vendor].title
    warning = f"{title} does not know scan {scan_id} with this token, so it is removed from the state."
    assert any(warning in line for line in steps.warnings)


def test_a_page_of_a_gateway_is_an_error_and_the_scan_stays(vendor: str) -> None:
    steps = applied(vendor)

    class Gateway(requests.adapters.BaseAdapter):
        def send(self, request: t.Any, **_options: t.Any) -> requests.Response:
            from sandbox_vendor import to_requests

            return to_requests(request, 404, b"<html>no such route</html>", 1767225600.0)

        def close(self) -> None:
            """There is nothing to close."""

    steps.access.network = Gateway()
    with pytest.raises(ProviderError) as caught:
        steps._resource().read(t.cast("Values", steps.state))
    assert caught.value.summary == "The scan cannot be read"


@pytest.mark.parametrize("vendor", NOT_LISTING)
def test_a_reason_that_may_quote_samples_is_withheld_where_they_are_not_known(vendor: str) -> None:
    access = SimulatedAccess(vendor)
    scan_id = access.server.seed(status="FAILED")
    imported = ScanResource(access, Call(Steps(access).diagnostics)).import_state(scan_id)
    assert imported["error"] == WITHHELD


@pytest.mark.parametrize("vendor", NOT_LISTING)
def test_a_continued_wait_knows_the_samples_that_a_reason_may_quote(vendor: str) -> None:
    access = SimulatedAccess(vendor, lasts=HOUR)
    steps = Steps(access)
    assert steps.apply(sample_config(vendor, wait=False)) is None
    by_id = access.server.routes.by_id
    by_id[access.server.made[0]].timeline = by_id[access.server.seed(status="FAILED")].timeline
    by_id[access.server.made[0]].fields["error_msg"] = "The value jo@example.com cannot be read."
    steps.state = {**t.cast("Values", steps.state), "state": "running"}
    action, planned = steps.plan(sample_config(vendor))
    error = steps._carry_out(action, planned, sample_config(vendor))
    assert error is not None
    assert "withheld" in t.cast("Values", steps.state)["error"]
    assert "jo@example.com" not in f"{error.detail} {steps.state}"


def test_a_scan_that_runs_can_be_refused(vendor: str) -> None:
    access = SimulatedAccess(vendor, lasts=HOUR)
    steps = Steps(access)
    assert steps.apply(sample_config(vendor, wait=False)) is None
    more = {} if vendor in LISTING else {"previous_scan_id": access.server.made[0]}
    error = Steps(access).apply(sample_config(vendor, if_active="fail", **more))
    assert error is not None
    assert error.path == ("if_active",)
    assert error.state is None


def test_an_imported_scan_is_not_cancelled(vendor: str) -> None:
    access = SimulatedAccess(vendor, lasts=HOUR)
    steps = Steps(access)
    scan_id = access.server.seed()
    steps.state = {
        **dict.fromkeys(ScanResource.schema.attributes),
        **ScanResource(access, Call(steps.diagnostics)).import_state(scan_id),
    }
    steps.destroy()
    assert access.server.routes.clock.offset == 0
    assert ScanResource(access, Call(steps.diagnostics)).import_state(scan_id)["finished"] is False


def test_an_imported_scan_counts_as_another_pipelines(vendor: str) -> None:
    access = SimulatedAccess(vendor, lasts=HOUR)
    imported = ScanResource(access, Call(Steps(access).diagnostics)).import_state(access.server.seed())
    assert (imported["reused"], imported["wait_pending"]) == (True, False)


def test_a_scan_that_a_failed_start_has_started_is_kept(vendor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """This happens if another pipeline's scan was elected, and if_active is fail."""
    scan = Scan(id="1001", provider=vendor, state="queued")
    result = StartResult(changed=True, scan=scan, reused=False)

    def start_scan(*_given: t.Any) -> t.NoReturn:
        raise ConflictError("Another scan was started at the same moment.", result=result)

    monkeypatch.setattr(resource_file, "start_scan", start_scan)
    steps = Steps(SimulatedAccess(vendor))
    assert steps.apply(sample_config(vendor)) is not None
    state = t.cast("Values", steps.state)
    assert (state["id"], state["reused"], state["wait_pending"]) == ("1001", False, True)


def test_a_scan_of_another_target_is_not_taken_over() -> None:
    """The target was not known in the plan that left the scan."""
    steps = applied("glasswall", lasts=HOUR, wait=False)
    earlier = t.cast("Values", steps.state)
    config = sample_config("glasswall", wait=False)
    config["glasswall"] = {**config["glasswall"], "source_container_path": "elsewhere"}
    planned = steps._plan(None, config)[0]
    steps.access.hand_over.leave(earlier, planned)
    assert steps._carry_out("create", planned, config) is None
    state = t.cast("Values", steps.state)
    assert state["id"] != earlier["id"]
    assert starts(steps.access) == 2


# Destroy


@pytest.mark.parametrize(
    ("change", "is_cancelled"),
    [
        ({}, True),
        ({"reused": True}, False),
        ({"reused": None}, False),
        ({"on_destroy": "leave"}, False),
    ],
    ids=str,
)
@pytest.mark.parametrize("vendor", sorted(set(VENDORS) - set(NOT_CANCELLING)))
def test_destroying_cancels_what_this_resource_started(vendor: str, change: Values, is_cancelled: bool) -> None:
    steps = Steps(SimulatedAccess(vendor, lasts=HOUR, phase=0))
    assert steps.apply(sample_config(vendor, wait=False)) is None
    steps.state = {**t.cast("Values", steps.state), **change}
    scan_id = steps.state["id"]
    steps.access.restart()
    steps.destroy()
    now = ScanResource(steps.access, Call(steps.diagnostics)).import_state(scan_id)
    assert (now["state"] == "cancelled") == is_cancelled
    assert bool(steps.warnings) == (change == {"reused": None})


@pytest.mark.parametrize("vendor", NOT_CANCELLING)
def test_a_vendor_that_cannot_cancel_leaves_the_scan_with_a_warning(vendor: str) -> None:
    steps = applied(vendor, lasts=HOUR, wait=False)
    steps.access.restart()
    steps.destroy()
    assert any(f"{VENDORS[vendor].title} cannot cancel scan" in line for line in steps.warnings)


def test_a_scan_that_is_gone_is_destroyed_without_an_error(vendor: str) -> None:
    steps = applied(vendor, lasts=HOUR, wait=False)
    steps.access.server.routes.reset()
    steps.access.restart()
    steps.destroy()
    assert [line for line in steps.warnings if "cannot cancel" not in line] == []


@pytest.mark.parametrize("vendor", LISTING)
def test_what_another_resource_has_taken_over_is_not_cancelled(vendor: str) -> None:
    """With create_before_destroy, the new resource finds the scan of the old resource."""
    steps = Steps(SimulatedAccess(vendor, lasts=HOUR, phase=0))
    assert steps.apply(sample_config(vendor, wait=False)) is None
    new = Steps(steps.access)
    assert new.apply(sample_config(vendor, wait=False)) is None
    assert t.cast("Values", new.state)["reused"] is True
    steps.destroy()
    read = ScanResource(steps.access, Call(steps.diagnostics)).read(t.cast("Values", new.state))
    assert t.cast("Values", read)["state"] != "cancelled"
    assert starts(steps.access) == 1


class SlowLosingNetwork(LosingNetwork):
    """Takes a moment for each request, so that less than a second of the shortest limit remains."""

    def send(self, request: t.Any, **options: t.Any) -> requests.Response:
        self._access.time.sleep(0.1)
        return super().send(request, **options)


@pytest.mark.parametrize("vendor", LISTING)
def test_a_short_wait_timeout_does_not_lose_the_id_of_a_scan_whose_answer_was_lost(vendor: str) -> None:
    access = SimulatedAccess(vendor, lasts=HOUR)
    access.network = SlowLosingNetwork(access)
    steps = Steps(access)
    error = steps.apply(sample_config(vendor, wait_timeout=1))
    assert error is not None
    assert error.summary == "The scan has not finished in time"
    assert steps.state is not None
    assert (steps.state["reused"], steps.state["wait_pending"]) == (False, True)
    assert starts(access) == 1
