# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module's operation, and convert its result or error to what Ansible shows."""

from __future__ import annotations

import gc
import traceback
import typing as t
from collections.abc import Mapping

from .._core.compat import pydantic, requests
from .._core.errors import DatascanError, InvalidInputError
from .._core.redaction import Redactor
from .._core.rendering import render_error, render_result
from .._core.text import bounded, bounded_lists, disarm_commands, one_line
from .invocation import GC_THRESHOLD, Invocation
from .module_spec import ModuleSpec, RefusedTask


def execute(spec: ModuleSpec, invocation: Invocation) -> dict[str, t.Any]:
    """The result as Ansible shows it. A failure has `failed` and everything that is known. Never raises."""
    gc.set_threshold(GC_THRESHOLD)  # the process belongs to this task alone
    try:
        _require_libraries(spec)
        rendered = render_result(spec.run(invocation), diff=invocation.diff_mode)
    except DatascanError as error:
        rendered = _render_failure(spec, error, invocation)
    except Exception as error:  # noqa: BLE001  (no traceback may reach a user)
        rendered = _render_failure(spec, _internal_error(spec, error), invocation)
    return printable(rendered, invocation.redactor)


def printable(rendered: Mapping[str, t.Any], redactor: Redactor) -> dict[str, t.Any]:
    """A result that Ansible may print: without secrets, commands for what reads the log, and texts without end."""
    shown: dict[str, t.Any] = redactor.redact(bounded_lists(rendered))  # what is cut need not be searched
    if "msg" in shown:
        shown = {**shown, "msg": one_line(shown["msg"])}
    return t.cast("dict[str, t.Any]", disarm_commands(bounded(shown)))


def _render_failure(spec: ModuleSpec, error: DatascanError, invocation: Invocation) -> dict[str, t.Any]:
    if error.result is None:
        error = error.with_message(invocation.redactor.redact_text(error.message))  # reports contain it
        error = refused(spec, error, RefusedTask(invocation.params, invocation.check_mode))
    return render_error(error, diff=invocation.diff_mode)


def refused(spec: ModuleSpec, error: DatascanError, task: RefusedTask) -> DatascanError:
    """The error with all that a gate returns always, after its reports were written. Other modules add nothing."""
    if spec.refuse is None:
        return error
    try:
        return spec.refuse(error, task)
    except Exception:  # noqa: BLE001  (the error itself matters more)
        return error


def _require_libraries(spec: ModuleSpec) -> None:
    problem = pydantic.PROBLEM or (requests.PROBLEM if spec.connects else None)
    if problem:
        raise InvalidInputError(problem)


def _internal_error(spec: ModuleSpec, error: Exception) -> DatascanError:
    place = traceback.extract_tb(error.__traceback__)[-1]
    file = place.filename.rpartition("/")[2]
    return DatascanError(
        f"{spec.name}: internal error ({type(error).__name__} at {file}:{place.lineno}): {error}. Please report it."
    )
