# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages of the core in Terraform's terms, and the attribute that a message is about."""

from __future__ import annotations

import re
import typing as t

from .protocol.diagnostics import Path
from .protocol.schema import Attribute, Attributes

# Some advice of the core is about the modules of Ansible.
_REWORDED: t.Final = {
    r"\bprovider(?= must be| is missing)": "vendor",
    r": to wait for (?:it|them) again, set scan_ids of scan_wait to (?:these ids|\S+)\.": (
        ", and the next apply waits again."
    ),
    r"\brun the task again\b": "apply again",
    r"\b(?:This|this) task\b": "This resource",
    r"\bof this task\b": "of this resource",
    r"use scan_wait with that scan's id; or rescan a creative with scan_rescan and creative_id": (
        "use datascan_wait with that scan's id"
    ),
    r" when the wait ended\b": "",
    r"\ba dictionary\b": "an object",
}
_FIRST_WORD = re.compile(r"[a-z_]+(?:\.[a-z_]+|\[\d+\])*(?=[ :])")


def for_terraform(message: str) -> str:
    """A message in Terraform's terms."""
    for pattern, instead in _REWORDED.items():
        message = re.sub(pattern, instead, message)
    return message


def path_of(message: str, attributes: Attributes) -> Path:
    """The path of the attribute with which a message begins, such as `policy.max_age must be`; empty without one."""
    found = _FIRST_WORD.match(message)
    path: list[str | int] = []
    inside: Attributes | None = attributes
    for step in re.findall(r"[a-z_]+|\d+", found[0]) if found else ():
        if step.isdecimal():
            path.append(int(step))
            continue
        attribute: Attribute | None = (inside or {}).get(step)
        if attribute is None:
            break
        path.append(step)
        inside = attribute.attributes
    return tuple(path)
