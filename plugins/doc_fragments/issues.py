# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How to count the issues of scans."""

    DOCUMENTATION = r"""
options:
  count_issues:
    description:
      - Whether to count the issues of each scan that has completed when the module returns it. C(issue_count) of the
        scan is their number, and C(issues) names the first of them.
      - Needed for C(max_issues) of M(datascan.gate.scan_gate), unless the vendor counts by itself. The count reads a
        list of all that the scan found, once for each scan.
      - If the vendor's API has no such list, the task is refused before anything is sent.
      - If the count fails, the task fails, and returns the scan without it. If the list never settles, a warning says
        why, and C(issue_count) stays null.
    type: bool
    default: false
"""
