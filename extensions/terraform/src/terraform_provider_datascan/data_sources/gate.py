# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether scans meet a policy, for checks, preconditions and postconditions to decide by."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .. import schemas
from .._core.errors import DatascanError, InvalidInputError, UnsupportedError
from .._core.gate.evaluate import GateRequest, GateResult, evaluate_gate
from .._core.gate.policy import ENFORCE, Policy, check_newer_than, parse_policy
from .._core.operations.context import OperationContext
from .._core.operations.results import partial_result
from .._core.operations.status import StatusRequest, StatusResult, read_status
from .._core.option_reading import OptionTable, read_options
from .._core.providers.capabilities import CountsIssues
from .._core.rendering import render_error, render_result
from ..protocol.diagnostics import ProviderError
from ..protocol.schema import Schema
from ..protocol.values import Values, is_known
from ..wording import for_terraform
from .queries import read_query
from .reading import VendorData

_FAILED: t.Final = "The gate cannot be judged"
_SCAN_IDS: OptionTable = {"scan_ids": {"type": "list", "elements": "str", "default": []}}


class GateData(VendorData):
    """The verdict on scans, read from the vendor each time. A gate that does not pass is no error."""

    schema: t.ClassVar[Schema] = schemas.DATA_SOURCES["datascan_gate"]

    def validate(self, config: Values) -> None:
        """Refuse what cannot be read, as far as it is known, and anything but one way to name the scans."""
        if is_known(config["policy"]):
            self._policy(config)
        self.check_one_of(config, "scan_ids", "query", _FAILED)
        if is_known([config["scan_ids"], config["query"]]):
            self._request(config, counts=False)

    def read(self, config: Values) -> Values:
        """The verdict. Whatever keeps the vendor from answering is a reason why the gate does not pass."""
        policy = self._policy(config)
        context = self.provider.context(self.call)
        self._check_policy(policy, context)
        found = self._ask(config, policy, context)
        request = GateRequest(scans=[], found=found, policy=policy, mode=config["mode"] or ENFORCE)
        try:
            result = evaluate_gate(request, context.clock, check_mode=False)
        except DatascanError as error:
            result = partial_result(error, GateResult)
        verdict = {
            "passed": result.passed is True,
            "proceed": result.proceed,
            "reasons": [for_terraform(reason) for reason in result.reasons],
            "message": for_terraform(result.msg),
            "summary": dict(result.summary),
        }
        return {**config, **self.provider.shown(verdict)}

    def _ask(self, config: Values, policy: Policy, context: OperationContext) -> dict[str, t.Any] | None:
        """The scans as the vendor shows them now, or why it could not be asked. None if there are no ids."""
        if config["scan_ids"] == []:
            return None
        request = self._request(config, counts=policy.counting_option is not None)
        try:
            return render_result(self._withheld(read_status(context, request)))
        except (InvalidInputError, UnsupportedError) as error:
            raise self._refused(error, config) from None
        except DatascanError as error:
            return render_error(error.with_result(self._withheld(partial_result(error, StatusResult))))

    def _request(self, config: Values, *, counts: bool) -> StatusRequest:
        try:
            query = None if config["query"] is None else read_query(config["query"])
            scan_ids = read_options(_SCAN_IDS, {"scan_ids": config["scan_ids"]})["scan_ids"]
        except InvalidInputError as error:
            raise self._refused(error, config) from None
        return StatusRequest(scan_ids, query, missing="ignore", count_issues=counts)

    def _refused(self, error: DatascanError, config: Values) -> ProviderError:
        return self.failure(error, _FAILED, ("query",) if config["scan_ids"] is None else ("scan_ids",))

    def _withheld(self, result: StatusResult) -> StatusResult:
        return replace(result, scans=None if result.scans is None else self.without_samples(result.scans))

    def _policy(self, config: Values) -> Policy:
        try:
            return parse_policy(config["policy"] or {})
        except InvalidInputError as error:
            raise self.failure(error, _FAILED, ("policy",)) from None

    def _check_policy(self, policy: Policy, context: OperationContext) -> None:
        """Refuse a policy that no scan of this vendor can meet."""
        option, title = policy.counting_option, context.provider.title
        try:
            check_newer_than(policy, context.clock.now())
            if policy.newer_than is not None and not context.provider.has_start_times:
                raise UnsupportedError(f"policy.newer_than: {title} does not report when a scan started. Remove it.")
            if option and not isinstance(context.provider, CountsIssues):
                message = f"policy.{option} needs a count of issues, and {title} does not count them. Remove {option}."
                raise UnsupportedError(message)
        except DatascanError as error:
            raise self.provider.failure(error, _FAILED, ("policy",)) from None
