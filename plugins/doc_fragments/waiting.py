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
      - Maximum length of the whole task, in seconds, with all that it does before the wait. A final poll ends it.
      - Requests become shorter towards the end, and all of them end a second later at the latest. Only a request that
        starts or cancels a scan has O(timeout) in any case. Nothing is started once the time is over.
    type: float
    default: 3600
  wait_interval:
    description:
      - Pause between two polls, in seconds, at least 0.1.
      - If not set, the pause is a tenth of the time waited so far, at least the vendor's minimum (1 second or more)
        and at most 30 seconds.
      - Where the vendor lists earlier scans of the same source and target, their lengths give an expected end. Before
        it, pauses are the vendor's minimum longer, and around it they are shorter, down to a fiftieth of the scan's
        length and that minimum. Whenever a scan ends, this is noticed at most a tenth of its length and the minimum
        later.
      - If not set, the pause is also at least as long as the last poll, so that a slow vendor is not polled all
        the time. The end of a scan may be noticed three polls later then.
    type: float
"""

    OPTIONAL = r"""
options:
  wait:
    description:
      - Whether to wait until the scan has finished. Check mode does not wait.
      - M(datascan.gate.scan_start) and M(datascan.gate.scan_rescan) are there for a scan that completes, so they fail
        if it ends in another state. M(datascan.gate.scan_status) and M(datascan.gate.scan_cancel) return the state in
        which it ends, whatever it is, and do not fail. M(datascan.gate.scan_gate) judges that state.
    type: bool
    default: false
"""
