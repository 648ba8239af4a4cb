# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.datascan.gate.plugins.modules.cluster_columns_audit import MODULE
from ansible_collections.datascan.gate.plugins.plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    module_spec = MODULE
