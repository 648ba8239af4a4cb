# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between the pairs of `make matrix` because of ansible-core itself, with the reason.

Tests take these values from here. `make matrix` fails where two pairs ran different tests, unless
tests/tools/compare_pairs.py names the test.
"""

from __future__ import annotations

from ansible.release import __version__

CORE = tuple(int(part) for part in __version__.split(".")[:2])

# Since 2.21, a result shows the options of its task only if the setting INJECT_INVOCATION is true.
ALWAYS_SHOWS_OPTIONS = CORE < (2, 21)

# Since 2.19, a text that is marked `!unsafe` in a file of extra variables is read as YAML again: '007' arrives as 7.
PARSES_UNSAFE_TEXT = CORE >= (2, 19)

# The core's message about a task that takes longer than its keyword `timeout`.
STOPPED_BY_TIMEOUT = r"expected time frame \((\d+)\)|Timed out after (\d+) second"
