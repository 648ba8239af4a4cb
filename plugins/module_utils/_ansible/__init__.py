# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From Ansible's options to operations and back.

Every module imports this package first. A Python that is too old is refused here, because it cannot load the rest:
Ansible sends modules to Python 3.8 and 3.9, too.
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
    print(json.dumps({"failed": True, "changed": False, "msg": _MESSAGE, "error": {"kind": "invalid_input"}}))
    sys.exit(1)
