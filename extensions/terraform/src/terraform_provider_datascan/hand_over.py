# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans that a new resource continues with in place of the one that was deleted before it in the same apply.

An error while a resource is created taints it: the next apply deletes it and creates it again. Where only the wait has
failed, that must neither cancel the scan nor start another one.
"""

from __future__ import annotations

import threading
import typing as t
from collections.abc import Mapping

from .protocol.values import Values, is_known


class HandOver:
    """The states of deleted resources whose scans go on, and the ids of scans that are in use. Thread-safe."""

    def __init__(self) -> None:
        self._left: list[Values] = []
        self._used: set[str] = set()
        self._lock = threading.Lock()

    def leave(self, state: Values) -> None:
        """Leave a scan to the resource that takes the place of this one."""
        with self._lock:
            self._left.append(state)

    def take(self, planned: Values, targets: t.Collection[str]) -> Values | None:
        """The state that was left for a planned resource, once."""
        with self._lock:
            found = next((state for state in self._left if is_same_place(state, planned, targets)), None)
            if found is not None:
                self._left.remove(found)
            return found

    def use(self, scan_id: str) -> None:
        """Remember that a resource of this apply has this scan."""
        with self._lock:
            self._used.add(scan_id)

    def is_used(self, scan_id: str) -> bool:
        """Whether another resource has got this scan in this apply, so that it must not be cancelled."""
        with self._lock:
            return scan_id in self._used


def is_same_place(state: Values, planned: Mapping[str, t.Any], targets: t.Collection[str]) -> bool:
    """Whether a planned resource is for what a state has scanned, as far as its values are known.

    `targets` are the names of the attributes that say what to scan. They count for a scan whose source and target the
    vendor does not name.
    """
    has_location = state["source"] is not None or state["target"] is not None
    names = ("source", "target") if has_location else tuple(targets)
    return all(not is_known(planned[name]) or planned[name] == state[name] for name in (*names, "triggers"))
