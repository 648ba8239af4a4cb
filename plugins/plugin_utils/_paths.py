# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

"""One base for relative paths on the control node: the directory in which the command was started."""

import os
import typing as t
from collections.abc import Mapping


def writes_here(connection: t.Any) -> bool:
    """Whether the files of a task are written on this machine, as the user of this process."""
    return bool(connection.transport == "local" and not connection.become)


def absolute_path(path: str) -> str:
    """The absolute path. `~` and variables are left to the user who opens the file."""
    return path if not path or path.startswith(("~", "$", "/")) else os.path.join(os.getcwd(), path)


def with_absolute_paths(options: Mapping[str, t.Any], spec: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options of a task, in which the relative paths are absolute. What is no text stays as it is."""
    return {name: _absolute(value, spec.get(name, {})) for name, value in options.items()}


def _absolute(value: t.Any, option: Mapping[str, t.Any]) -> t.Any:
    if option.get("type") == "path" and isinstance(value, str):
        return absolute_path(value)
    if "options" in option and isinstance(value, Mapping):
        return with_absolute_paths(value, option["options"])
    if "options" in option and isinstance(value, list):
        return [with_absolute_paths(item, option["options"]) if isinstance(item, Mapping) else item for item in value]
    return value
