# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider over a simulated vendor, and what Terraform does with it: plan, apply, refresh, destroy."""

from __future__ import annotations

import threading
import typing as t
from collections.abc import Callable
from datetime import datetime

import requests
from fake_clock import FakeClock
from sandbox_vendor import API_TOKEN, SandboxAdapter, SandboxVendor
from scripted_vendor import mount
from terraform_provider_datascan._core.operations.context import OperationContext
from terraform_provider_datascan.hand_over import HandOver
from terraform_provider_datascan.protocol.diagnostics import Diagnostics, ProviderError
from terraform_provider_datascan.protocol.planning import conform, fill_plan, find_replacing
from terraform_provider_datascan.protocol.provider import Call, Resource
from terraform_provider_datascan.protocol.values import UNKNOWN, Values
from terraform_provider_datascan.resources.scan import ScanResource
from terraform_provider_datascan.targets import VENDORS
from terraform_provider_datascan.vendor_access import VendorAccess
from terraform_provider_datascan.wait_clock import WaitClock


class FakeWaitClock(WaitClock):
    """A clock whose sleeps do not wait. An interruption works as on the real clock."""

    def __init__(self, interrupted: threading.Event, time: FakeClock, on_sleep: Callable[[float], None]) -> None:
        super().__init__(interrupted)
        self._time = time
        self._on_sleep = on_sleep

    def monotonic(self) -> float:
        return self._time.monotonic()

    def now(self) -> datetime:
        return self._time.now()

    def random(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        self.check_interrupted()
        self._time.sleep(seconds)
        self._on_sleep(seconds)
        self.check_interrupted()


class SimulatedAccess(VendorAccess):
    """The connection to a vendor of the sandbox, in this process and on a fake clock."""

    def __init__(self, vendor: str, **settings: t.Any) -> None:
        super().__init__()
        self.time = FakeClock()
        self.server = SandboxVendor(vendor, lambda: self.time.now().timestamp(), **settings)
        self.network: requests.adapters.BaseAdapter = SandboxAdapter(self.server)
        self.on_sleep: Callable[[float], None] = lambda seconds: None
        self.configure(provider_config(vendor=vendor), Call(Diagnostics()))

    def restart(self) -> None:
        """Forget what one run of terraform has done."""
        self.hand_over = HandOver()
        self._interrupted.clear()

    def new_clock(self) -> WaitClock:
        return FakeWaitClock(self._interrupted, self.time, self._slept)

    def _slept(self, seconds: float) -> None:
        self.on_sleep(seconds)

    def context(self, call: Call) -> OperationContext:
        context = super().context(call)
        mount(context.provider, self.network)  # type: ignore[arg-type]  # the same class under another name
        return context


def provider_config(**given: t.Any) -> Values:
    """The provider's configuration as Terraform sends it: all attributes."""
    from terraform_provider_datascan import schemas

    options = {"api_url": "https://vendor.test", "api_token": API_TOKEN, **given}
    return {**dict.fromkeys(schemas.PROVIDER.attributes), **options}


def scan_config(vendor: str, target: Values, **given: t.Any) -> Values:
    """A configuration of datascan_scan as Terraform sends it."""
    return t.cast("Values", conform(ScanResource.schema.attributes, {vendor: target, **given}))


def sample_config(vendor: str, **given: t.Any) -> Values:
    """The same configuration with a target that the vendor accepts."""
    return scan_config(vendor, _samples(VENDORS[vendor].target_options), **given)


def _samples(table: t.Mapping[str, t.Any]) -> Values:
    wanted = {name: row for name, row in table.items() if "sample" in row or "options" in row or row.get("required")}
    return {name: _sample(row) for name, row in wanted.items()}


def _sample(option: t.Mapping[str, t.Any]) -> t.Any:
    return option["sample"] if "sample" in option else [_samples(option["options"])]


class Steps:
    """Terraform's actions on one resource, and the state that it keeps."""

    def __init__(self, access: SimulatedAccess, kind: type[Resource] = ScanResource) -> None:
        self.access = access
        self.kind = kind
        self.state: Values | None = None
        self.is_tainted = False
        self.diagnostics = Diagnostics()

    @property
    def warnings(self) -> list[str]:
        """The texts of the warnings."""
        return [f"{one.summary}: {one.detail}" for one in self.diagnostics.found if not one.is_error]

    def plan(self, config: Values) -> tuple[str, Values]:
        """The action of an apply (create, replace, update or nothing), and the planned state."""
        self._resource().validate(config)
        prior = None if self.is_tainted else self.state
        planned, resource = self._plan(prior, config)
        if prior is None:
            return "create" if self.state is None else "replace", planned
        replaced_by = [*find_replacing(self.kind.schema.attributes, prior, planned), *resource.replaced_by]
        if replaced_by:
            return "replace", self._plan(None, config)[0]
        return "nothing" if planned == prior else "update", planned

    def apply(self, config: Values) -> ProviderError | None:
        """Refresh, plan and apply; the error, if there is one."""
        if self.state is not None:
            self.state = self._resource().read(self.state)
        action, planned = self.plan(config)
        if action == "replace" and self.state is not None:
            self.destroy(planned)
        return self._carry_out(action, planned, config)

    def destroy(self, replacement: Values | None = None) -> None:
        """Delete the resource."""
        assert self.state is not None
        resource = self._resource()
        resource.replacement = replacement
        resource.delete(self.state)
        self.state = None

    def _carry_out(self, action: str, planned: Values, config: Values) -> ProviderError | None:
        resource = self._resource()
        error = None
        try:
            if action == "update":
                state: Values | None = resource.update(t.cast("Values", self.state), planned, config)
            elif action == "nothing":
                state = self.state
            else:
                state = resource.create(planned, config)
                self.is_tainted = False
        except ProviderError as raised:
            error, state = raised, raised.state or resource.call.kept_state
            self.is_tainted = action != "update" and state is not None
        if error is None and state is not None:
            check_consistent(planned, state)
        stored = conform(self.kind.schema.attributes, state, stores=True)
        self.state = self.state if error is not None and stored is None and action == "update" else stored
        return error

    def _plan(self, prior: Values | None, config: Values) -> tuple[Values, Resource]:
        attributes = self.kind.schema.attributes
        proposed = {
            name: (prior or {}).get(name) if config[name] is None and attributes[name].computed else config[name]
            for name in attributes
        }
        planned = fill_plan(attributes, config, proposed, is_new=prior is None)
        resource = self._resource()
        return resource.plan(prior, planned, config), resource

    def _resource(self) -> Resource:
        return self.kind(self.access, Call(self.diagnostics))


def check_consistent(planned: t.Any, state: t.Any) -> None:
    """The state must have the known values of the plan: otherwise Terraform reports a bug of the provider."""
    if planned is UNKNOWN:
        return
    if isinstance(planned, dict):
        for name, value in planned.items():
            check_consistent(value, state[name])
    else:
        assert planned == state
