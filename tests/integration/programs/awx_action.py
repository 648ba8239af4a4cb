# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action plugin that runs a module of awx.awx in Ansible's worker, which saves the start of a Python."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout, suppress
from importlib import import_module
from unittest import mock

from ansible.module_utils import basic
from ansible.plugins.action import ActionBase

# The module of this plugin's name. ansible-playbook loads a plugin before it forks a worker for a task. Loaded in the
# worker, the module would be compiled for each task.
MODULE = import_module(f"ansible_collections.awx.awx.plugins.modules.{__name__.rpartition('.')[2]}")


class ActionModule(ActionBase):
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        options = dict(self._task.args)
        self._update_module_args(self._task.action, options, task_vars)
        printed = io.StringIO()
        with redirect_stdout(printed), suppress(SystemExit), _module_args(options):
            MODULE.main()
        return json.loads(printed.getvalue())


def _module_args(options):
    try:
        from ansible.module_utils import testing  # since ansible-core 2.19
    except ImportError:
        return mock.patch.object(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode())
    return testing.patch_module_args(options)
