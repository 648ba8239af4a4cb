# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the modules say about check mode, diff mode and where they run."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Reads and predicts C(changed); changes nothing.
  diff_mode:
    support: full
    description: Shows what changed, before and after, without secrets.
  action:
    support: full
    description:
      - Runs in place, without starting a process, where the task would run on the control node with this Python anyway.
      - Set the variable C(datascan_in_process) to V(false) to have the module run in a process of its own.
  async:
    support: full
    description: Supports being used with the C(async) keyword.
"""

    CONNECTS = r"""
options: {}
attributes:
  action_group:
    support: full
    description: Use C(group/datascan.gate.datascan) in C(module_defaults) to set the connection options once.
    membership:
      - datascan.gate.datascan
"""
