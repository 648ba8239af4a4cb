# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

"""The sentence about a host's Python that is too old to run Ansible's own part of a module.

Python 2.7 to 3.7, and 3.8 since ansible-core 2.20, end with a traceback, or with a message that names another minimum.
"""

import re
import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.datascan.gate.plugins.module_utils._ansible.oldest_versions import old_python
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_error

_PROGRAM = "import sys; print(sys.version_info[:2])"  # for every Python
_CRASH = ("module_stdout", "module_stderr", "exception", "rc")


def explain_old_python(action: ActionBase, result: dict[str, t.Any]) -> dict[str, t.Any]:
    """The result of a module; if the module could not report its failure, and the host's Python is too old, that.

    The module's own failures have `error`.
    """
    interpreter = (getattr(action, "_used_interpreter", None) or "").lstrip("#!").strip()
    if not result.get("failed") or "error" in result or not interpreter:
        return result
    # Ansible runs the module by the same text, without quotes: it may have arguments.
    answer = action._low_level_execute_command(f"{interpreter} -c '{_PROGRAM}'")
    found = re.search(r"\((\d+), (\d+)\)", answer.get("stdout", ""))
    message = old_python(interpreter, (int(found[1]), int(found[2]))) if found else None
    if message is None:
        return result
    kept = {key: value for key, value in result.items() if key not in _CRASH}
    return {**kept, **render_error(InvalidInputError(message))}
