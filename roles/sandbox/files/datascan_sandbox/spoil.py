# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that change a valid JSON answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .clock import shift_stamp
from .faults import Fault

YEAR = 365 * 24 * 3600.0

# The keys of a scan's status. Some vendors use plain `status`, which elsewhere is the status of the request itself.
STATUS_KEYS = ("scanStatus", "processingStatus", "request_status", "state")
TOTAL_KEYS = ("total", "totalCount")


def spoil(fault: Fault, body: Any) -> Any:
    """The changed body."""
    return _WAYS[fault.kind](fault, body)


def _wrong_shape(fault: Fault, body: Any) -> Any:
    if fault.body is not None:
        return fault.body
    return {"unexpected": "shape"} if isinstance(body, list) else ["unexpected", "shape"]


def _null_list(_fault: Fault, body: Any) -> Any:
    """Replace the answer's list with null: the whole body, or the list in it or in its `data`."""
    if isinstance(body, list):
        return None
    if isinstance(body, dict):
        return {
            key: None if isinstance(value, list) else _null_list(_fault, value) if key == "data" else value
            for key, value in body.items()
        }
    return body


def _unknown_word(fault: Fault, body: Any) -> Any:
    if isinstance(body, list):
        return [_unknown_word(fault, item) for item in body]
    if not isinstance(body, dict):
        return body
    scan_like = "tracking_id" in body or set(body) == {"status"}
    return {
        key: fault.word if key in STATUS_KEYS or (key == "status" and scan_like) else _unknown_word(fault, value)
        for key, value in body.items()
    }


def _future_time(fault: Fault, body: Any) -> Any:
    seconds = YEAR if fault.seconds is None else fault.seconds
    return _walk(body, lambda _key, value: shift_stamp(value, seconds) if isinstance(value, str) else value)


def _lying_total(fault: Fault, body: Any) -> Any:
    def lie(key: str, value: Any) -> Any:
        if key not in TOTAL_KEYS:
            return value
        return value + 7 if fault.total is None else fault.total

    return _walk(body, lie)


def _walk(body: Any, change: Callable[[str, Any], Any], key: str = "") -> Any:
    if isinstance(body, dict):
        return {name: _walk(value, change, name) for name, value in body.items()}
    if isinstance(body, list):
        return [_walk(item, change, key) for item in body]
    return change(key, body)


_WAYS: dict[str, Callable[[Fault, Any], Any]] = {
    "wrong_shape": _wrong_shape,
    "null_list": _null_list,
    "unknown_word": _unknown_word,
    "future_time": _future_time,
    "lying_total": _lying_total,
}
