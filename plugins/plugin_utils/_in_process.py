# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

"""Action plugins that run a module's operation in Ansible's own worker process.

A module costs about half a second of processor time to start, for a request of milliseconds, and cannot print while it
runs.
"""

import os
import sys
import typing as t
from collections.abc import Mapping

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.datascan.gate.plugins.module_utils._ansible.execution import execute, printable, refused
from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import (
    Invocation,
    end_loading,
)
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import (
    ModuleSpec,
    RefusedTask,
)
from ansible_collections.datascan.gate.plugins.module_utils._ansible.option_values import without_empty_texts
from ansible_collections.datascan.gate.plugins.module_utils._ansible.shown_options import mask_quoted, shown_options
from ansible_collections.datascan.gate.plugins.module_utils._ansible.specs import VALIDATION_ERRORS
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.options import credentials_in
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_error
from ansible_collections.datascan.gate.plugins.module_utils._core.text import one_line
from ansible_collections.datascan.gate.plugins.plugin_utils._core_versions import plain_options, shows_invocation
from ansible_collections.datascan.gate.plugins.plugin_utils._host_python import explain_old_python
from ansible_collections.datascan.gate.plugins.plugin_utils._paths import with_absolute_paths, writes_here
from ansible_collections.datascan.gate.plugins.plugin_utils._progress_display import show_progress
from ansible_collections.datascan.gate.plugins.plugin_utils._role_variables import (
    gate_role,
    name_in_text,
    name_variables,
)
from ansible_collections.datascan.gate.plugins.plugin_utils._text_options import check_texts, provider_name
from ansible_collections.datascan.gate.plugins.plugin_utils._worker_clock import ParentGoneError, WorkerClock

provider_classes()  # loads them once for a play: otherwise the worker of each task would do so again
end_loading()


class InProcessAction(ActionBase):
    """Runs the operation in process where the module would have run here anyway, and the module everywhere else."""

    _supports_check_mode = True
    _supports_async = True
    module_spec: t.ClassVar[ModuleSpec]

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """What Ansible calls. A gate writes its reports also where Ansible itself fails, as without an interpreter."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        try:
            result |= self._run(task_vars or {})
        except AnsibleError as error:
            self._refuse_gate(str(error.message))
            raise
        if result.get("failed") and "proceed" not in result:  # the module itself did not judge
            result |= self._refuse_gate(str(result.get("msg", "The module failed.")))
        return result

    def _refuse_gate(self, message: str) -> dict[str, t.Any]:
        """The result of a gate that Ansible itself failed, with Ansible's message; nothing for other modules."""
        if self.module_spec.refuse is None or self._task.async_val:
            return {}
        from ansible_collections.datascan.gate.plugins.module_utils._ansible.wrong_options import with_plain_types

        redactor = Redactor(credentials_in(self.module_spec.argument_spec, self._task.args))
        return self._refused(redactor.redact_text(with_plain_types(message)), self._reportable, redactor)

    @property
    def _reportable(self) -> Mapping[str, t.Any]:
        """The options, if the reports that they name can be written from here: not another host's or another user's."""
        return self._task.args if writes_here(self._connection) else {}

    def _run(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        result: dict[str, t.Any] = {}
        spec = self.module_spec.argument_spec
        self._task.args = without_empty_texts(spec, self._task.args, as_given=True)
        if self._connection.transport == "local":
            self._task.args = with_absolute_paths(self._task.args, spec)
        try:
            check_texts(spec, self._task.args, provider_name(self._task.args.get("provider")))
        except InvalidInputError as error:
            message = name_in_text(error.message, gate_role(task_vars))
            return self._refused(message, self._reportable, Redactor())
        if self._runs_in_process(task_vars):
            try:
                result |= self._run_in_process(task_vars)
            except ParentGoneError:
                # The parent has ended. The queue to it may be full, so no handler of Ansible may write to it.
                os._exit(1)
        else:
            result |= self._run_module(task_vars)
        if result.get("failed"):
            result = name_variables(result, gate_role(task_vars))
        if self._task.no_log:
            result.pop("warnings", None)  # ansible-core 2.19 and newer print them nevertheless
        return result

    def _runs_in_process(self, task_vars: dict[str, t.Any]) -> bool:
        wanted = self._templar.template(task_vars.get("datascan_in_process", True))
        return (
            boolean(wanted, strict=False)
            and writes_here(self._connection)
            and not self._task.async_val
            and not self._has_environment()
            and self._is_this_python(task_vars)
        )

    def _has_environment(self) -> bool:
        environment: dict[str, t.Any] = {}
        self._compute_environment_string(environment)  # type: ignore[no-untyped-call]
        return bool(environment)

    def _is_this_python(self, task_vars: dict[str, t.Any]) -> bool:
        """Whether the interpreter of the task's host is unset, or is the one that runs Ansible."""
        host_vars = task_vars
        if self._task.delegate_to:
            host_vars = task_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to, task_vars)
        setting = C.config.get_config_value("INTERPRETER_PYTHON", variables=host_vars)
        interpreter = str(self._templar.template(setting) or "auto")
        return interpreter.startswith("auto") or _same_python(interpreter, sys.executable)

    def _run_module(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
        result: dict[str, t.Any] = self._execute_module(
            module_name=f"datascan.gate.{self.module_spec.name}",
            module_args=_Unprinted(self._task.args),
            task_vars=task_vars,
            wrap_async=wrap_async,
        )
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)  # type: ignore[no-untyped-call]
        return explain_old_python(self, result)

    def _run_in_process(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """The same as the module: the same spec, messages, results and redaction."""
        validator = ArgumentSpecValidator(self.module_spec.argument_spec, **self.module_spec.constraints)
        given = plain_options(self._task.args)
        try:
            validation = validator.validate(given)
        except VALIDATION_ERRORS:
            return self._refused(self._describe_wrong_options(given), given, Redactor())
        warnings = [
            f"Both option {item['option']} and its alias {item['alias']} are set." for item in validation._warnings
        ]
        params = validation.validated_parameters
        redactor = Redactor(credentials_in(self.module_spec.argument_spec, params))
        if validation.error_messages:
            message = self._describe_wrong_options(given, validation.errors.msg)
            message = redactor.redact_text(mask_quoted(message, validation._no_log_values))
            result = self._refused(one_line(message), given, redactor)
        else:
            clock = WorkerClock()
            invocation = Invocation(
                params=params,
                check_mode=self._task.check_mode,
                diff_mode=self._task.diff,
                redactor=redactor,
                warn=warnings.append,
                report_progress=self._report_progress,
                clock=clock,
            )
            result = execute(self.module_spec, invocation)
            clock.check_interrupted()
        if shows_invocation(task_vars):
            result["invocation"] = {"module_args": shown_options(self.module_spec.argument_spec, params)}
        if warnings:
            result["warnings"] = warnings
        return result

    def _describe_wrong_options(self, given: Mapping[str, t.Any], message: str = "") -> str:
        """What is wrong with the options; `message` is that of Ansible's validation."""
        from ansible_collections.datascan.gate.plugins.module_utils._ansible.wrong_options import describe_wrong_options

        return describe_wrong_options(self.module_spec.argument_spec, given, message)

    def _refused(self, message: str, given: Mapping[str, t.Any], redactor: Redactor) -> dict[str, t.Any]:
        """The result of a task with wrong options."""
        task = RefusedTask(given, self._task.check_mode)
        return printable(render_error(refused(self.module_spec, InvalidInputError(message), task)), redactor)

    def _report_progress(self, line: str) -> None:
        if not self._task.no_log:
            show_progress(f"{self.module_spec.name}: {line}")


class _Unprinted(dict[str, t.Any]):
    """Options for a module, with their secrets: with ANSIBLE_DEBUG, Ansible prints the repr of them."""

    def __repr__(self) -> str:
        return "options that are not shown"


def _same_python(one: str, other: str) -> bool:
    """Whether two paths are names of one Python in one environment, such as python, python3 and python3.11."""
    in_one_folder = os.path.dirname(os.path.abspath(one)) == os.path.dirname(os.path.abspath(other))
    return in_one_folder and os.path.realpath(one) == os.path.realpath(other)
