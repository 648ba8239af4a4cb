# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How to wait for scans."""

    DOCUMENTATION = r"""
options:
  wait_timeout:
    description:
      - Maximum length of the wait, in seconds. One final poll follows this deadline.
      - If the vendor does not answer that poll, the task ends about 10 seconds later, however many scans there are.
    type: float
    default: 3600
  wait_interval:
    description:
      - Pause between two polls, in seconds.
      - If not set, the pause is a tenth of the time waited so far, at least the vendor's minimum (1 second or more)
        and at most 30 seconds.
    type: float
"""

    OPTIONAL = r"""
options:
  wait:
    description: Whether to wait until the scan has finished. Check mode does not wait.
    type: bool
    default: false
"""
