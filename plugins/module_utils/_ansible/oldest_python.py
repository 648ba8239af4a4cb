# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses a Python that is too old, which cannot load the rest. Ansible sends modules to Python 3.8 and 3.9, too.

Every module imports this first, through `invocation`. It must run on those Pythons itself.
"""

from __future__ import annotations

import json
import sys

OLDEST_PYTHON = (3, 10)

if sys.version_info < OLDEST_PYTHON:
    _MESSAGE = (
        "datascan.gate needs Python {0}.{1} or newer, and {3} is Python {2[0]}.{2[1]}. "
        "Set ansible_python_interpreter to a newer one.".format(*OLDEST_PYTHON, sys.version_info, sys.executable)
    )
    if "ansible.plugins.loader" in sys.modules:  # the controller, whose process goes on
        raise ImportError(_MESSAGE)
    # As AnsibleModule.fail_json does, which may not load here either.
    sys.stdout.write(
        json.dumps({"failed": True, "changed": False, "msg": _MESSAGE, "error": {"kind": "invalid_input"}})
    )
    raise SystemExit(1)
