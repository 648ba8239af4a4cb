# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors in a body under HTTP 2xx, also beside data, which may be only a part of what was asked for.

The forms are those that vendors use around their data and inside a scan's record: `statusCode`, `status: error`,
`success: false`, `error`, `errorMessage` and their like. A provider's own forms come first; these are for what its
document does not show.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Collection, Iterator, Mapping

from ..error_texts import (
    WITHOUT_MESSAGE,
    error_text,
    error_texts,
    errors_of,
    has_content,
    is_error_key,
    names_failed_parts,
)

_CODES = ("statusCode", "status_code", "responseCode", "response_code", "status", "code")
_KEYS = frozenset({*_CODES, "success", "message", "detail", "meta"})  # of an envelope, beside its data and its errors

# The keys under which a record writes the state of a scan, or of a part of one, and the statuses of one that failed.
_STATE_KEY = re.compile(r"(?:scan|processing|request)?(?:progress)?(?:status|state)")
_FAILED = frozenset({"failed", "failure", "error", "errored", "aborted"})
_NOT_PARTS = frozenset({"files", "tests"})  # lists of what a scan finds: those that fail are issues


def find_errors(body: t.Any) -> list[dict[str, t.Any]]:
    """The errors of a body, as dictionaries with `code` and `message`; empty for a body without one."""
    if not isinstance(body, Mapping) or not _has_error(body):
        return []
    code = error_code(body)
    return [{"code": code, "message": text} for text in messages(body)] or [{"code": code, "message": None}]


def record_error(record: Mapping[str, t.Any], state_keys: Collection[str] | None = None) -> str | None:
    """The error that a scan's own record carries, in words.

    It is an error under any key, or parts that failed. If `state_keys` are given, from which the provider reads the
    state, it is also a failure under another key for states.
    """
    found = errors_of(record)
    texts = [
        f"{key}: {text}" if names_failed_parts(key) else text
        for key, value in found.items()
        if (text := error_text(value))
    ]
    if not texts:
        others = [] if state_keys is None else [key for key in _failed_states(record) if key not in state_keys]
        texts = [*(f"its {key} is {record[key]}" for key in others), *_failed_parts(record)]
    if not texts and says_error(record):
        texts = [WITHOUT_MESSAGE]
    return "; ".join(dict.fromkeys(texts)) or None


def list_messages(body: t.Any) -> list[dict[str, t.Any]]:
    """The reasons of a body under an error status, in the same form."""
    return [{"code": None, "message": text} for text in messages(body)] if isinstance(body, Mapping) else []


def error_code(body: t.Any) -> int | None:
    """An error's statusCode, which BigID's document writes as 42.0; None for no such code."""
    codes = [_http_status(body.get(key)) for key in _CODES] if isinstance(body, Mapping) else []
    return next((code for code in codes if code), None)


def _http_status(code: t.Any) -> int | None:
    """A number, or a text of one, that is an HTTP status for errors."""
    if isinstance(code, str) and code.strip().isascii() and code.strip().isdigit():
        code = int(code.strip()[:9])
    is_error = isinstance(code, (int, float)) and 400 <= code < 600
    return int(code) if is_error else None


def error_status(body: t.Any) -> int | None:
    """The HTTP status that the errors of a body amount to; None where it has none.

    An error beside data is a server error: what was asked for may have been carried out in part.
    """
    if not isinstance(body, Mapping):
        return None
    code = error_code(body)
    if code != 401 and _has_data(body):
        return max(500, code or 500)
    return code or (500 if has_error_word(body) else None)


def _failed_states(record: t.Any) -> list[str]:
    """The keys of an object under which a state is a failure's."""
    if not isinstance(record, Mapping):
        return []
    failed = [key for key, value in record.items() if isinstance(value, str) and value.strip().lower() in _FAILED]
    return [key for key in failed if _STATE_KEY.fullmatch(key.replace("_", "").lower())]


def _failed_parts(record: Mapping[str, t.Any]) -> Iterator[str]:
    """For each list of a record, how many of its objects have failed."""
    for key, parts in record.items():
        if isinstance(parts, list) and key.lower() not in _NOT_PARTS:
            failed = [part for part in parts if _failed_states(part)]
            if failed:
                yield f"{len(failed)} of {len(parts)} {key} failed"


def says_error(body: Mapping[str, t.Any]) -> bool:
    """Whether a body or a record has a code for errors, or `success: false`."""
    return error_code(body) is not None or is_refused(body)


def has_error_word(body: Mapping[str, t.Any]) -> bool:
    """Whether `status` is error."""
    status = body.get("status")
    return isinstance(status, str) and status.strip().lower() == "error"


def is_refused(body: Mapping[str, t.Any]) -> bool:
    """Whether `success` is false, which may be a text."""
    success = body.get("success")
    return success == 0 or (isinstance(success, str) and success.strip().lower() == "false")  # False is 0


def messages(body: Mapping[str, t.Any]) -> list[str]:
    """Every reason, each once; an empty object among the errors has none."""
    return error_texts([*errors_of(body).values(), body.get("message"), body.get("detail")])


def _has_error(body: Mapping[str, t.Any]) -> bool:
    return says_error(body) or has_error_word(body) or bool(errors_of(body)) or _is_failed_envelope(body)


def _is_failed_envelope(body: Mapping[str, t.Any]) -> bool:
    """Whether `status` is a failure's, beside data. Without data, it may be the state of a scan."""
    data = (value for key, value in body.items() if key not in _KEYS and isinstance(value, (dict, list)))
    return "status" in _failed_states(body) and any(map(has_content, data))


def _has_data(body: Mapping[str, t.Any]) -> bool:
    return any(has_content(value) for key, value in body.items() if key not in _KEYS and not is_error_key(key))
