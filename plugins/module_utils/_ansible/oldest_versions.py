# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses an ansible-core or a Python that cannot load the rest of the collection.

Older cores only warn about `requires_ansible`, and supported ones send modules to Python 3.8 and 3.9, too. Every module
and action plugin calls this first, most of them through `invocation`. It must run on those Pythons itself.
"""

from __future__ import annotations

import json
import re
import sys
import typing as t

OLDEST_CORE = (2, 16)  # a test compares it with meta/runtime.yml
OLDEST_PYTHON = (3, 10)  # and this with tests/config.yml


def old_core(version: str) -> str | None:
    """What is needed and what was found, if this version of ansible-core is too old."""
    found = re.match(r"(\d+)\.(\d+)", version)
    if found and (int(found[1]), int(found[2])) >= OLDEST_CORE:
        return None
    return (
        f"datascan.gate needs ansible-core {_dotted(OLDEST_CORE)} or newer on Python {_dotted(OLDEST_PYTHON)} or "
        f"newer, and this is ansible-core {version} on Python {_dotted(sys.version_info[:2])}. Update ansible-core."
    )


def old_python(executable: str, version: tuple[int, ...]) -> str | None:
    """What is needed and what was found, if a host's Python is too old for modules."""
    if version >= OLDEST_PYTHON:
        return None
    return (
        f"datascan.gate needs Python {_dotted(OLDEST_PYTHON)} or newer, and {executable} is Python {_dotted(version)}. "
        "Set ansible_python_interpreter to a newer one."
    )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def refuse_old_versions() -> None:
    """Raises AnsibleError on a controller, which ends the run; on a host, ends the module with a failure."""
    if "ansible.plugins.loader" in sys.modules:
        _refuse_old_controller()
    else:
        _refuse_old_host()


def _refuse_old_controller() -> None:
    """The run ends because on such a core the rules that keep a gate closed do not hold."""
    ansible: t.Any = sys.modules  # not imported, because they are not sent to a host
    message = old_core(ansible["ansible.release"].__version__)
    if message:
        raise ansible["ansible.errors"].AnsibleError(message)


def _refuse_old_host() -> None:
    """A test compares the keys with those of other failures."""
    message = old_python(sys.executable, sys.version_info[:2])
    if message:
        no_request = {"http_status": None, "method": None, "url": None, "vendor_errors": ()}
        error = {"kind": "invalid_input", **no_request}
        sys.stdout.write(json.dumps({"failed": True, "changed": False, "msg": message, "error": error}))
        raise SystemExit(1)
