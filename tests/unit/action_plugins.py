# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action plugin without a play around it."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.datascan.gate.plugins.action.scan_gate import ActionModule
from ansible_collections.datascan.gate.plugins.plugin_utils._in_process import InProcessAction


def action(
    kind: type[InProcessAction] = ActionModule,
    args: dict[str, t.Any] | None = None,
    *,
    transport: str = "local",
    become: t.Any = None,
    **task: t.Any,
) -> InProcessAction:
    """An action plugin around stand-ins for the task and its connection."""
    loader = DataLoader()
    given = {
        "args": args or {},
        "action": kind.module_spec.name,
        "async_val": 0,
        "no_log": False,
        "environment": None,
        "delegate_to": None,
        "check_mode": False,
        "diff": False,
        **task,
    }
    connection = SimpleNamespace(
        transport=transport,
        become=become,
        has_native_async=False,
        _shell=SimpleNamespace(tmpdir=None, env_prefix=lambda **names: ""),
    )
    return kind(SimpleNamespace(**given), connection, None, loader, Templar(loader), None)  # type: ignore[arg-type]
