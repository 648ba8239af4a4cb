# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module run in process against a vendor that answers by a script."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.datascan.gate.plugins.module_utils._ansible import invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.execution import execute
from ansible_collections.datascan.gate.plugins.module_utils._core.options import credentials_in
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from fake_clock import FakeClock
from module_specs import SPECS
from scripted_vendor import TOKEN, Expected, Script, mount

_CONNECT = invocation.connect


class ScriptedModule:
    """A module whose vendor answers by a script."""

    def __init__(self, name: str, *expected: Expected, clock: FakeClock | None = None, **options: t.Any) -> None:
        self.spec = SPECS[name]
        self.clock = clock or FakeClock()
        self.script = Script(list(expected), self.clock)
        self.reported: list[str] = []
        self.warned: list[str] = []
        connection = {"provider": "glasswall", "api_url": "https://vendor.test/api/v1", "api_token": TOKEN}
        self.options = {**(connection if self.spec.connects else {}), **options}

    def run(self, *, check_mode: bool = False, diff_mode: bool = False) -> dict[str, t.Any]:
        validation = ArgumentSpecValidator(self.spec.argument_spec, **self.spec.constraints).validate(self.options)
        assert not validation.error_messages
        call = invocation.Invocation(
            params=validation.validated_parameters,
            check_mode=check_mode,
            diff_mode=diff_mode,
            redactor=Redactor(credentials_in(self.spec.argument_spec, validation.validated_parameters)),
            warn=self.warned.append,
            report_progress=self.reported.append,
            clock=self.clock,  # type: ignore[arg-type]
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(invocation, "connect", self.connect)
            result = execute(self.spec, call)
        assert not self.script.left
        assert json.loads(json.dumps(result)) == result, "a result is JSON"
        return result

    def connect(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
        provider = _CONNECT(*args, **kwargs)
        mount(provider, self.script)
        return provider
