# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans that a new resource may continue with in place of the one that was deleted before it in the same apply.

Terraform replaces a resource whose creation met an error, and one whose target it does not know yet. Where only the
wait has failed, or the target turns out to be the same, that must neither cancel the scan nor start another one.
"""

from __future__ import annotations

import threading
import typing as t
from collections.abc import Mapping

from .protocol.values import UNKNOWN, Values


class HandOver:
    """What deleted resources leave to those that follow them, and the ids of scans that are in use. Thread-safe."""

    def __init__(self) -> None:
        self._left: list[tuple[Values, Values]] = []  # each with the plan of what takes its place
        self._superseded: list[tuple[Values, Values]] = []  # the same for scans that another scan has to follow
        self._used: set[str] = set()
        self._lock = threading.Lock()

    def leave(self, state: Values, replacement: Values) -> None:
        """Leave a scan to the resource that takes the place of this one."""
        with self._lock:
            self._left.append((state, replacement))

    def take(self, planned: Values) -> Values | None:
        """The state that was left for a resource, once. `planned` is its plan, of which more is known by now."""
        return self._take(self._left, planned)

    def supersede(self, state: Values, replacement: Values) -> None:
        """Remember a scan that the resource which takes the place of this one must not reuse."""
        with self._lock:
            self._superseded.append((state, replacement))

    def take_superseded(self, planned: Values) -> Values | None:
        """The state with the scan that the resource of this plan must not reuse, once."""
        return self._take(self._superseded, planned)

    def _take(self, states: list[tuple[Values, Values]], planned: Values) -> Values | None:
        with self._lock:
            found = next((one for one in states if agree(one[1], planned)), None)
            if found is None:
                return None
            states.remove(found)
            return found[0]

    def use(self, scan_id: str) -> None:
        """Remember that a resource of this apply has this scan."""
        with self._lock:
            self._used.add(scan_id)

    def is_used(self, scan_id: str) -> bool:
        """Whether another resource has got this scan in this apply, so that it must not be cancelled."""
        with self._lock:
            return scan_id in self._used


def agree(one: t.Any, other: t.Any) -> bool:
    """Whether two values are the same, as far as both are known."""
    if one is UNKNOWN or other is UNKNOWN:
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(agree(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(agree, one, other))
    return bool(one == other)
