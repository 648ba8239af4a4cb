# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors in a body under HTTP 2xx, also beside data, which may be only a part of what was asked for.

The forms are those that vendors use around their data: `statusCode`, `status: error`, `success: false`, `error`,
`errors`. A provider's own forms come first; these are for what its document does not show.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

_KEYS = frozenset({"status", "statusCode", "success", "message", "error", "errors", "detail", "data", "meta"})
_EMPTY = ("", "-", "none", "null", "false")  # texts that vendors write for no error


def find_errors(body: t.Any) -> list[dict[str, t.Any]]:
    """The errors of a body, as dictionaries with `code` and `message`; empty for a body without one."""
    if not isinstance(body, Mapping) or not _has_error(body):
        return []
    code = error_code(body)
    return [{"code": code, "message": text} for text in messages(body)] or [{"code": code, "message": None}]


def list_messages(body: t.Any) -> list[dict[str, t.Any]]:
    """The reasons of a body under an error status, in the same form."""
    return [{"code": None, "message": text} for text in messages(body)] if isinstance(body, Mapping) else []


def error_code(body: t.Any) -> int | None:
    """An error's statusCode, which BigID's document writes as 42.0; None for no such code."""
    code = body.get("statusCode") if isinstance(body, Mapping) else None
    if isinstance(code, str) and code.strip().isascii() and code.strip().isdigit():
        code = int(code.strip()[:9])
    is_error = isinstance(code, (int, float)) and 400 <= code < 600
    return int(t.cast("float", code)) if is_error else None


def error_status(body: t.Any) -> int | None:
    """The HTTP status that the errors of a body amount to; None where it does not say.

    An error beside data is a server error: what was asked for may have been carried out in part.
    """
    if not isinstance(body, Mapping):
        return None
    code = error_code(body)
    if code != 401 and _has_data(body):
        return max(500, code or 500)
    return code or (500 if has_error_word(body) else None)


def has_error_word(body: Mapping[str, t.Any]) -> bool:
    """Whether `status` is error."""
    status = body.get("status")
    return isinstance(status, str) and status.strip().lower() == "error"


def is_refused(body: Mapping[str, t.Any]) -> bool:
    """Whether `success` is false, which may be a text."""
    return str(body.get("success")).strip().lower() == "false"


def messages(body: Mapping[str, t.Any]) -> list[str]:
    """Every reason, each once; an empty object among the errors has none."""
    errors = body.get("errors")
    found = [body.get("error"), body.get("message"), body.get("detail"), *(errors if isinstance(errors, list) else [])]
    texts = [item.get("message") or item.get("error") if isinstance(item, dict) else item for item in found]
    return list(dict.fromkeys(text.strip() for text in texts if isinstance(text, str) and _has_content(text)))


def _has_error(body: Mapping[str, t.Any]) -> bool:
    says_error = error_code(body) is not None or has_error_word(body) or is_refused(body)
    return says_error or _has_content(body.get("error")) or _has_content(body.get("errors"))


def _has_data(body: Mapping[str, t.Any]) -> bool:
    return any(_has_content(value) for key, value in body.items() if key == "data" or key not in _KEYS)


def _has_content(value: t.Any) -> bool:
    """Whether a value, or a part of it, is more than one of the values that stand for no error."""
    if isinstance(value, str):
        return value.strip().lower() not in _EMPTY
    if isinstance(value, Mapping):
        return any(_has_content(part) for part in value.values())
    if isinstance(value, list):
        return any(_has_content(part) for part in value)
    return bool(value)
