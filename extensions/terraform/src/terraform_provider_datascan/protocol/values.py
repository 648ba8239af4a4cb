# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Terraform's values in MessagePack, with a mark for a value that is not known yet."""

from __future__ import annotations

import math
import typing as t
from collections.abc import Mapping

import msgpack

Values = dict[str, t.Any]  # the attributes of a configuration, plan or state; a null is None


class _Unknown:
    """A value that is only known after apply."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("A value that is not known yet is neither true nor false.")


UNKNOWN: t.Final = _Unknown()
_ENCODED_UNKNOWN = msgpack.ExtType(0, b"\x00")
_INTEGERS = 2**63  # smaller ones have a form in MessagePack


def decode_value(encoded: bytes) -> t.Any:
    """A value; None without bytes. An unknown of which Terraform knows a prefix or a range is UNKNOWN, too."""
    if not encoded:
        return None
    return msgpack.unpackb(encoded, ext_hook=lambda _code, _data: UNKNOWN, strict_map_key=False)


def encode_value(value: t.Any) -> bytes:
    """The bytes of a value. Raises TypeError or ValueError for what Terraform has no value for."""
    return t.cast("bytes", msgpack.packb(_encodable(value), default=_encode_unknown))


def _encodable(value: t.Any) -> t.Any:
    """Numbers that MessagePack has no exact form of become texts, as Terraform itself sends them."""
    if isinstance(value, Mapping):
        return {key: _encodable(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encodable(part) for part in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"Terraform has no number {value}.")
        return int(value) if value.is_integer() and abs(value) < _INTEGERS else repr(value)
    if isinstance(value, int) and abs(value) >= _INTEGERS:
        return str(value)
    return value


def _encode_unknown(value: t.Any) -> msgpack.ExtType:
    if value is UNKNOWN:
        return _ENCODED_UNKNOWN
    raise TypeError(f"Terraform has no value for {type(value).__name__}.")


def is_known(value: t.Any) -> bool:
    """Whether a value and all its parts are known."""
    if value is UNKNOWN:
        return False
    if isinstance(value, Mapping):
        return all(is_known(part) for part in value.values())
    if isinstance(value, list):
        return all(is_known(part) for part in value)
    return True
