# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry point of every module."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._core.errors import InvalidInputError
from .._core.options import credentials_in
from .._core.redaction import Redactor
from .._core.rendering import render_error
from .._core.text import one_line
from .execution import execute, printable, refused
from .invocation import Invocation
from .module_spec import ModuleSpec, RefusedTask
from .option_values import without_empty_texts
from .shown_options import mask_quoted, shown_options
from .specs import VALIDATION_ERRORS


def run_module(spec: ModuleSpec) -> None:
    """Validate the options, run the operation, and end the process with its result."""
    module = _Module(spec)
    invocation = Invocation(
        params=module.params,
        check_mode=module.check_mode,
        diff_mode=module._diff,
        redactor=Redactor(credentials_in(spec.argument_spec, module.params)),
        warn=module.warn,
    )
    result = execute(spec, invocation)
    module.no_log_values = set()  # Ansible's own masking replaces a short value inside words as well
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


class _Module(AnsibleModule):
    """Never shows a secret option. Ansible's own masking gives up where a nested option is wrong."""

    def __init__(self, spec: ModuleSpec) -> None:
        self._spec = spec
        try:
            super().__init__(spec.argument_spec, supports_check_mode=True, **spec.constraints)  # type: ignore[no-untyped-call]
        except VALIDATION_ERRORS:
            self.fail_json("")

    def _load_params(self) -> None:
        super()._load_params()  # type: ignore[no-untyped-call]
        self.params = without_empty_texts(self.argument_spec, self.params)
        self._given = dict(self.params)  # Ansible's validation converts them in part, even where it refuses them

    def _log_invocation(self) -> None:
        """Write to the system's log. Inside a dictionary, Ansible masks only values that need no escape."""
        given, self.params = self.params, shown_options(self.argument_spec, self.params)
        super()._log_invocation()  # type: ignore[no-untyped-call]
        self.params = given

    def exit_json(self, **kwargs: t.Any) -> t.NoReturn:
        self.params = shown_options(self.argument_spec, self.params)
        super().exit_json(**kwargs)

    def fail_json(self, msg: str, **kwargs: t.Any) -> t.NoReturn:
        if "error" not in kwargs:  # Ansible's own validation
            from .wrong_options import describe_wrong_options

            msg = describe_wrong_options(self.argument_spec, self._given, msg)
            redactor = Redactor(credentials_in(self.argument_spec, self.params))
            msg = one_line(redactor.redact_text(mask_quoted(msg, self.no_log_values)))
            self.no_log_values = set()
            error = refused(self._spec, InvalidInputError(msg), RefusedTask(self._given, self.check_mode))
            rendered = printable(render_error(error), redactor)
            kwargs = {**{key: value for key, value in rendered.items() if key not in ("msg", "failed")}, **kwargs}
        self.params = shown_options(self.argument_spec, self.params)
        super().fail_json(msg, **kwargs)
