# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scan that Terraform starts, or finds, and waits for."""

from __future__ import annotations

import typing as t
from contextlib import AbstractContextManager
from datetime import timedelta

from .. import schemas
from .._core.errors import (
    ConflictError,
    DatascanError,
    InterruptedWaitError,
    NotFoundError,
    ScanNotCompletedError,
    WaitTimeoutError,
)
from .._core.gate.policy import parse_newer_than
from .._core.models import MAY_RUN, Query, Scan, ScanState
from .._core.operations.context import OperationContext
from .._core.operations.election import earliest_started
from .._core.operations.polling import WaitOptions
from .._core.operations.results import partial_result
from .._core.operations.start import StartRequest, StartResult, start_scan
from .._core.operations.wait import WaitResult, wait_until_completed
from .._core.option_reading import OptionTable, read_options
from .._core.options import WAIT_OPTIONS, check_seconds
from .._core.providers.capabilities import ListsScans, StartsScans, check_capability, require_whole
from .._core.providers.registry import NAMES, provider_class
from ..protocol.diagnostics import ProviderError
from ..protocol.provider import Resource
from ..protocol.values import UNKNOWN, Values
from ..targets import VENDORS, TargetConfig, holds_samples
from ..vendor_access import VendorAccess
from ..wait_clock import arm
from ..wording import path_of
from .scan_end import ScanEnd
from .scan_state import WITHHELD, changing_facts, facts_of, is_unsuccessful, may_run, with_unknown

_SCHEMA: t.Final = schemas.RESOURCES["datascan_scan"]
_START_OPTIONS: OptionTable = {
    "if_active": {"type": "str", "default": "reuse"},
    "fresh_for": {"type": "int"},
    "newer_than": {"type": "str"},
    "previous_scan_id": {"type": "str"},
    **WAIT_OPTIONS,
}
_START_SECONDS: t.Final = 60.0  # the least that a start may take, even where wait_timeout is shorter
_CLOCK_SKEW: t.Final = timedelta(minutes=1)  # a search for a lost scan begins so long before its start
_NOT_KNOWN: t.Final = "It is not known whether a scan was started"


class ScanResource(Resource):
    """See its schema."""

    schema = _SCHEMA
    provider: VendorAccess

    # Before anything is sent

    def validate(self, config: Values) -> None:
        """Refuse what can be refused without the vendor."""
        target = TargetConfig(config)
        target.remember_secrets(self.provider.redactor)
        if target.has_write_only() and not self.call.allows_write_only:
            message = "Connection strings and sampled values are never stored, which needs Terraform 1.11 or newer."
            raise ProviderError("This Terraform is too old", message, (target.vendor.name,) if target.vendor else ())
        try:
            self._options(config)
            if target.is_known:
                target.offline(self.provider.new_clock()).validate_target(target.complete())
        except DatascanError as error:
            path = path_of(error.message, _SCHEMA.attributes)
            raise self.provider.failure(error, "The scan would be refused", path) from None

    def plan(self, prior: Values | None, planned: Values, config: Values) -> Values:
        """Predict the source and the target, and find out what an apply has to do."""
        target = TargetConfig(config)
        self._check_vendor(target)
        if prior is None:
            return {**planned, **self._predicted(target)}
        if reason := self._replace_reason(prior, planned, target):
            self.replaced_by += [(name,) for name in reason]
            return {**with_unknown(planned), **self._predicted(target)}
        if planned["wait"] is False:
            return {**planned, "wait_pending": False}
        if may_run(prior) or prior["wait_pending"]:
            return with_unknown(planned, changing_facts(prior))
        return planned

    def _replace_reason(self, prior: Values, planned: Values, target: TargetConfig) -> list[str]:
        """The attributes on account of which another scan is needed; empty where none is."""
        if prior["id"] is None:
            return ["id"]  # its start is not known to have started a scan: see `_find_lost`
        if is_unsuccessful(prior):
            return ["state"]
        if target.vendor and (others := [name for name in VENDORS if prior[name] and name != target.vendor.name]):
            return [*others, target.vendor.name]
        if not target.is_known:
            return ["source"]  # if the apply finds out that it is the same, it continues with the scan: see `_start`
        if target.is_scanned_by(prior, planned, self.provider.new_clock()):
            return []
        predicted = self._predicted(target)
        return [name for name in predicted if predicted[name] != prior[name]] or [t.cast("t.Any", target.vendor).name]

    def _predicted(self, target: TargetConfig) -> Values:
        """The source and the target that the vendor is going to name, as far as that is known."""
        if not target.is_known:
            return {}
        scan = target.offline(self.provider.new_clock()).predict_scan(target.complete())
        return {name: value for name in ("source", "target") if (value := getattr(scan, name)) is not None}

    def _check_vendor(self, target: TargetConfig) -> None:
        wanted = self.provider.vendor
        if wanted in NAMES and wanted not in VENDORS:
            try:
                check_capability(provider_class(wanted), StartsScans)
            except DatascanError as error:
                raise self.provider.failure(error, "The vendor cannot start scans") from None
        if target.vendor and wanted and wanted != target.vendor.name:
            message = f"{target.vendor.name} is set, but vendor of the provider is {wanted}."
            raise ProviderError("The target is another vendor's", message, (target.vendor.name,))

    def _options(self, config: Values) -> Values:
        """The options as the core takes them; unknown ones are left out. Raises InvalidInputError."""
        known = {name: config[name] for name in _START_OPTIONS if config[name] is not UNKNOWN}
        options = read_options(_START_OPTIONS, known)
        if "fresh_for" in options:
            check_seconds("fresh_for", options["fresh_for"], zero=True)
        if "newer_than" in options:
            options["newer_than"] = parse_newer_than(options["newer_than"], "newer_than")
        WaitOptions(options["wait_timeout"], options.get("wait_interval"))
        return options

    # Start, wait, read

    def create(self, planned: Values, config: Values) -> Values:
        """Start a scan, or reuse one, and wait for it."""
        left = self.provider.hand_over.take(planned)
        superseded = self.provider.hand_over.take_superseded(planned)
        if kept := left or superseded:
            self.call.keep_state(kept)  # without it, the next apply would know nothing of that scan
        target = TargetConfig(config)
        self._check_vendor(target)
        context = self._context_of(target)
        timeout, began = self._wait_options(planned).timeout, context.clock.monotonic()
        # A start whose answer was lost needs time to find its scan, because an error without an id would lose it.
        with self._time_limit(context, planned, max(timeout, _START_SECONDS)):
            if left is not None and (found := self._take_over(context, planned, target, left)):
                scan, reused = found, left["reused"]
            else:
                scan, reused = self._start(context, planned, target, superseded)
        seconds_left = timeout - (context.clock.monotonic() - began)
        with self._time_limit(context, planned, max(seconds_left, 0.0)):
            return self._wait(context, scan, {**planned, "reused": reused})

    def _start(
        self, context: OperationContext, planned: Values, target: TargetConfig, superseded: Values | None
    ) -> tuple[Scan, bool | None]:
        """The scan, and whether it is reused. `superseded` has the scan that this one has to follow."""
        options = self._options(planned)
        request = StartRequest(
            target.complete(),
            options["if_active"],
            None if superseded else options.get("fresh_for"),
            options.get("previous_scan_id"),
            newer_than=options.get("newer_than"),
        )
        began = context.clock.monotonic()
        try:
            # This goes to its end even if Terraform is interrupted, because only then is the id known.
            result = start_scan(context, request)
        except DatascanError as error:
            seconds = context.clock.monotonic() - began
            raise self._start_failure(context, error, planned, seconds) from None
        scan = t.cast("Scan", result.scan)
        if superseded and scan.id == superseded["id"] and planned["triggers"] != superseded["triggers"]:
            message = (
                f"Scan {scan.id} was started for the earlier triggers. It still runs and was not cancelled, so no scan "
                'was started for the new ones. Apply again when it has ended, or set if_active = "start".'
            )
            raise ProviderError("The scan of the earlier triggers still runs", message, ("triggers",), superseded)
        return scan, result.reused

    def _start_failure(
        self, context: OperationContext, error: DatascanError, planned: Values, seconds: float
    ) -> ProviderError:
        """The error of a start, with the scan that it has started nevertheless. `seconds` is how long it took."""
        known = partial_result(error, StartResult)
        state, summary = None, "No scan was started"
        if known.changed and known.scan is not None:
            state = self._state_of(known.scan, {**planned, "reused": known.reused}, pending=True)
        elif error.may_have_changed and known.scan is None:
            # The next apply searches for that scan, or asks for it, before it starts another one.
            summary = _NOT_KNOWN
            earliest = (context.provider.server_now() - timedelta(seconds=seconds)).replace(microsecond=0)
            state = {**planned, "id": None, "state": ScanState.UNKNOWN.value, "reused": None, "wait_pending": True}
            state["started_at"] = earliest.isoformat()
        path = ("if_active",) if isinstance(error, ConflictError) else path_of(error.message, _SCHEMA.attributes)
        return self.provider.failure(error, summary, path, state)

    def _take_over(self, context: OperationContext, planned: Values, target: TargetConfig, left: Values) -> Scan | None:
        """The scan of the resource that was deleted in place of this one; None where another one is needed."""
        if left["id"] is None:
            return self._find_lost(context, planned, target, left)
        if not target.is_scanned_by(left, planned, context.clock):
            ScanEnd(self.provider, self.call).end(left, None)
            return None
        try:
            return context.get(left["id"])
        except NotFoundError:
            return None
        except DatascanError as error:
            raise self.provider.failure(error, "The scan cannot be read", state=left) from None

    def _find_lost(self, context: OperationContext, planned: Values, target: TargetConfig, left: Values) -> Scan | None:
        """The scan that an earlier start may have started; None where none was, or where the user names it.

        Raises ProviderError while that is not known.
        """
        if planned["previous_scan_id"] or planned["if_active"] == "start":
            return None
        if not isinstance(context.provider, ListsScans):
            raise self._second_start_refused(context, left)
        try:
            earliest = parse_newer_than(left["started_at"], "started_at")
            query = Query(started_after=earliest - _CLOCK_SKEW)
            listed = context.provider.list_scans_of(target.complete(), query)
            require_whole(context.provider, listed, "It may lack the scan of a start whose answer was lost.")
        except DatascanError as error:
            raise self.provider.failure(error, _NOT_KNOWN, state=left) from None
        found = [scan for scan in listed if scan.started_at is None or scan.started_at >= earliest]
        active = earliest_started(scan for scan in found if scan.state in MAY_RUN)
        return active or next((scan for scan in found if scan.state is ScanState.COMPLETED), None)

    def _second_start_refused(self, context: OperationContext, left: Values) -> ProviderError:
        """The error until the user knows about the scan that an earlier start may have started."""
        title = context.provider.title
        message = (
            f"The answer to an earlier start was lost, and {title} cannot list its scans. Check its console. If a scan "
            'runs there, set previous_scan_id to its id; if not, set if_active = "start" for one apply.'
        )
        return ProviderError("A scan may be running already", message, ("previous_scan_id",), left)

    def _wait(self, context: OperationContext, scan: Scan, planned: Values) -> Values:
        """The state after the wait. Raises ProviderError, with the state, unless the scan has completed."""
        self.provider.hand_over.use(scan.id)
        needs_wait = planned["wait"] and scan.state is not ScanState.COMPLETED
        state = self._state_of(scan, planned, pending=bool(needs_wait))
        self.call.keep_state(state)
        if not needs_wait:
            return state
        arm(context.clock)  # from here on, an interruption loses nothing
        try:
            scan, _stats = wait_until_completed(context, scan, self._wait_options(planned))
        except InterruptedWaitError as error:
            # An error would taint the resource. Terraform stops by itself, and reports that.
            summary = "Terraform was interrupted, and the scan goes on"
            self.provider.warn(self.call, summary, f"The next apply waits for scan {scan.id} again.")
            return self._state_of(_last_seen(error, scan), planned, pending=True)
        except DatascanError as error:
            failed = isinstance(error, ScanNotCompletedError)
            state = self._state_of(_last_seen(error, scan), planned, pending=not failed)
            raise self.provider.failure(error, _wait_summary(error), state=state) from None
        return self._state_of(scan, planned, pending=False)

    def read(self, state: Values) -> Values | None:
        """The state as it is now. Without a connection, it stays as it was."""
        if state["id"] is None or not self.provider.is_connected:
            return state
        context = self.provider.context(self.call)
        try:
            return {**state, **self._facts_without_samples(context, state["id"], state)}
        except NotFoundError:
            title = context.provider.title
            message = f"{title} does not know scan {state['id']} with this token, so it is removed from the state."
            self.provider.warn(self.call, "The scan does not exist", message)
            return None
        except DatascanError as error:
            raise self.provider.failure(error, "The scan cannot be read") from None

    def update(self, prior: Values, planned: Values, config: Values) -> Values:
        """Go on waiting, if that is needed. Any other change in place only matters at the next start."""
        settled = {name: prior[name] if value is UNKNOWN else value for name, value in planned.items()}
        if not planned["wait"]:
            return {**settled, "wait_pending": False}
        if not (may_run(prior) or prior["wait_pending"]):
            return settled
        context = self._context_of(TargetConfig(config))
        with self._time_limit(context, planned):
            try:
                scan = context.get(prior["id"])
            except DatascanError as error:
                raise self.provider.failure(error, "The scan cannot be read", state=prior) from None
            return self._wait(context, scan, settled)

    def delete(self, state: Values) -> None:
        """Cancel the scan if it is this resource's own and still runs."""
        ScanEnd(self.provider, self.call).end(state, self.replacement)

    def import_state(self, identity: str) -> Values:
        """A scan that exists. Who started it is not known, so destroying the resource does not cancel it."""
        context = self.provider.context(self.call)
        try:
            context.require(StartsScans)
            scan_id = context.check_id(identity, "id")
            facts = self._facts_without_samples(context, scan_id, None)
        except DatascanError as error:
            raise self.provider.failure(error, "The scan cannot be imported") from None
        defaults = {name: one.default for name, one in _SCHEMA.attributes.items() if one.default is not None}
        return {**defaults, **facts, "reused": True, "wait_pending": False}

    # What they share

    def _context_of(self, target: TargetConfig) -> OperationContext:
        """What an operation needs that knows the target's secrets, so that no answer shows them."""
        target.remember_secrets(self.provider.redactor)
        context = self.provider.context(self.call)
        try:
            context.require(StartsScans).remember_target(target.complete())
        except DatascanError as error:
            raise self.provider.failure(error, "The target is wrong") from None
        return context

    def _facts_without_samples(self, context: OperationContext, scan_id: str, state: Values | None) -> Values:
        """The facts of a scan, for a call that does not get the write-only values and cannot recognize them."""
        scan = context.get(scan_id)
        facts = self.provider.shown(facts_of(scan, state))
        if facts["error"] is not None and holds_samples(VENDORS[scan.provider]):
            facts["error"] = (state or {}).get("error") or WITHHELD
        return facts

    def _state_of(self, scan: Scan, planned: Values, *, pending: bool) -> Values:
        facts = self.provider.shown(facts_of(scan, planned))
        return {**planned, **facts, "wait_pending": pending}

    def _wait_options(self, planned: Values) -> WaitOptions:
        options = self._options(planned)
        return WaitOptions(options["wait_timeout"], options.get("wait_interval"))

    def _time_limit(
        self, context: OperationContext, planned: Values, seconds: float | None = None
    ) -> AbstractContextManager[None]:
        """Without `seconds`, the limit is wait_timeout."""
        limit = self._wait_options(planned) if seconds is None else WaitOptions(seconds)
        return context.time_limit(limit if planned["wait"] else None)


def _last_seen(error: DatascanError, scan: Scan) -> Scan:
    scans = partial_result(error, WaitResult).scans
    return scans[0] if scans else scan


def _wait_summary(error: DatascanError) -> str:
    if isinstance(error, WaitTimeoutError):
        return "The scan has not finished in time"
    return "The scan did not complete" if isinstance(error, ScanNotCompletedError) else "Waiting for the scan failed"
