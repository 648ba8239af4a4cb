# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of a module: its validated options, and what the operation needs from Ansible."""

from __future__ import annotations

import gc
import sys

from .oldest_versions import refuse_old_versions

refuse_old_versions()  # before all that an old Python cannot load
# New objects before Python's garbage collector runs. Each run visits every object that Ansible loaded: with Python's
# default of 700, this takes a tenth of the time of loading, and a third of that of an operation.
GC_THRESHOLD = 50_000
_USUAL_THRESHOLDS = gc.get_threshold()
gc.set_threshold(GC_THRESHOLD)
# The garbage collector leaves alone what Ansible has loaded.
gc.freeze()
if "ansible.plugins.loader" in sys.modules:  # a module's process keeps nothing, so it need not load that file
    from .kept_bytecode import keep_bytecode

    keep_bytecode()

import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .._core.clock import Clock
from .._core.operations.context import OperationContext
from .._core.operations.polling import WaitOptions
from .._core.options import ConnectionOptions, option_names
from .._core.providers.registry import connect
from .._core.redaction import Redactor
from .._core.text import one_line


def end_loading() -> None:
    """Let the garbage collector run as usual again, for a process that lives on: ansible-playbook."""
    gc.freeze()  # what was loaded stays; otherwise the next run would visit all of it
    gc.set_threshold(*_USUAL_THRESHOLDS)


def _discard(line: str) -> None:
    """A module cannot print while it runs."""


@dataclass(frozen=True)
class Invocation:
    """The options of a task and its circumstances."""

    params: Mapping[str, t.Any]
    check_mode: bool
    diff_mode: bool
    redactor: Redactor
    warn: Callable[[str], None]
    report_progress: Callable[[str], None] = _discard
    wants_progress: bool = True
    clock: Clock = field(default_factory=Clock)

    def __getitem__(self, option: str) -> t.Any:
        return self.params[option]

    def context(self) -> OperationContext:
        """The vendor that the connection options name, connected; nothing is sent yet."""
        options = ConnectionOptions(**{name: self.params[name] for name in option_names()})
        options.check()
        warn = self._redacted(self.warn)
        provider = connect(options, self.clock, warn, self.redactor)
        if self.params.get("target"):
            from .known_target import remember_target

            remember_target(provider, self.params["target"], self.redactor)
        report_progress = self._redacted(self.report_progress if self.wants_progress else _discard)
        return OperationContext(
            provider,
            self.clock,
            self.check_mode,
            report_progress,
            warn,
            wants_progress=self.wants_progress,
            redact=self.redactor.redact,
        )

    def wait_options(self, **more: t.Any) -> WaitOptions:
        """How long to wait, and how often to poll. Raises InvalidInputError for times that are not possible."""
        return WaitOptions(timeout=self.params["wait_timeout"], interval=self.params["wait_interval"], **more)

    def wait(self) -> WaitOptions | None:
        """The wait options, or None if `wait` is false. They are checked in any case."""
        options = self.wait_options()
        return options if self.params["wait"] else None

    def _redacted(self, write_line: Callable[[str], None]) -> Callable[[str], None]:
        return lambda line: write_line(one_line(self.redactor.redact_text(line)))
