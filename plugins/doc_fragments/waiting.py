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
      - How long to wait at most, in seconds. One last look follows the deadline.
      - A vendor that does not answer then delays the end by about 10 seconds, however many scans there are.
    type: float
    default: 3600
  wait_interval:
    description:
      - How long to pause between looks, in seconds.
      - If not set, the pause is a tenth of the time waited so far, at least what suits the vendor (1 second or more)
        and at most 30 seconds.
    type: float
"""

    OPTIONAL = r"""
options:
  wait:
    description: Whether to wait until the scan has finished. In check mode there is no wait.
    type: bool
    default: false
"""
