# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Check mode, diff mode, and where a module runs."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Reads, predicts RV(ignore:changed), and changes nothing.
  diff_mode:
    support: full
    description: Shows what changes, before and after, without secrets.
  action:
    support: full
    description:
      - Runs in the process of Ansible's worker if the task would run on the control node with the same Python anyway.
        This saves the start of a process, and lets the task print progress.
      - Such a task stops, and cancels nothing, once C(ansible-playbook) has been killed. A module on a remote host
        cannot know that, and continues.
      - Set the variable C(datascan_in_process) to V(false) to run the module in a process of its own.
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
