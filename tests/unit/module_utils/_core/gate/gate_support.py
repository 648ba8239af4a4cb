# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared by the tests of the gate: scans, results of tasks as Ansible registers them, and calls of a gate."""

from __future__ import annotations

import typing as t

from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.evaluate import (
    GateRequest,
    GateResult,
    evaluate_gate,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import parse_policy
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan
from fake_clock import FakeClock

REQUEST = {"http_status": None, "method": None, "url": None, "vendor_errors": []}


def scan(state: str = "completed", **fields: t.Any) -> Scan:
    return Scan(**{"id": "1", "provider": "glasswall", "state": state, **fields})


def scan_result(state: str = "completed", **fields: t.Any) -> dict[str, t.Any]:
    """A scan as a module returns it."""
    return scan(state, **fields).model_dump(mode="json")


def failure(kind: str, msg: str = "It failed.", **known: t.Any) -> dict[str, t.Any]:
    """The result of a task of this collection that failed."""
    return {"failed": True, "changed": False, "msg": msg, "error": {**REQUEST, "kind": kind}, **known}


def ask(
    *, check_mode: bool = False, mode: str = "enforce", reports: t.Sequence[tuple[str, str]] = (), **given: t.Any
) -> GateResult:
    """Evaluate a gate; all arguments except the policy go into its request unchanged."""
    policy = parse_policy(given.pop("policy", {}))
    request = GateRequest(**given, policy=policy, mode=mode, reports=reports)
    return evaluate_gate(request, FakeClock(), check_mode)  # type: ignore[arg-type]


def assert_not_asked(error: DatascanError) -> None:
    """Check that the result of a failed evaluation does not pass, and names the reason."""
    result = error.result
    assert (result.passed, result.proceed) == (False, False)
    assert result.reasons
    assert result.msg == error.message
    assert result.error == error.facts()
