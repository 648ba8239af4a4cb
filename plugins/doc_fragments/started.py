# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What a task has to know of the task that started the scans."""

    DOCUMENTATION = r"""
options:
  target:
    description:
      - >-
        The dictionary named after the vendor, as M(datascan.gate.scan_start) got it. Set it if another task started the
        scans, and the dictionary has connection strings or sampled values.
      - Secrets in it are masked where the vendor repeats them. Without it, this task does not know them.
      - Nothing of it is sent.
    type: dict
"""
