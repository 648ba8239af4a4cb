# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses a Python that is too old, which cannot load the rest. Ansible sends modules to Python 3.8 and 3.9, too.

Every module calls this first, through `invocation`. This file must run on those Pythons itself.
"""

from __future__ import annotations

import json
import sys

OLDEST_PYTHON = (3, 10)


def refuse_old_python() -> None:
    """End the process of a module with one sentence. On the controller, which goes on, raise ImportError."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    message = (
        "datascan.gate needs Python {0}.{1} or newer, and {3} is Python {2[0]}.{2[1]}. "
        "Set ansible_python_interpreter to a newer one.".format(*OLDEST_PYTHON, sys.version_info, sys.executable)
    )
    if "ansible.plugins.loader" in sys.modules:
        raise ImportError(message)
    result = {"failed": True, "changed": False, "msg": message, "error": {"kind": "invalid_input"}}
    sys.stdout.write(json.dumps(result))
    raise SystemExit(1)
