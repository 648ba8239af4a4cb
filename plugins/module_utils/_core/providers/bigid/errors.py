# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's errors, under any HTTP status.

The documents show `{"error": text}`, `{"status": "error", "message": text, "errors": [{}]}` and a bare word.
Recordings of the live API have `{"success": false, "message": text}` under 200 as text/html.
"""

from __future__ import annotations

import re
import typing as t

from ...http.response import Response

# The keys of a response that is only an error. A scan may have an `error` among other keys.
_ENVELOPE = frozenset({"status", "statusCode", "success", "message", "error", "errors", "detail", "data"})
_NOT_LOGGED_IN = re.compile(
    r"^authentication failed|failed to authenticate token|refresh token not valid"  # seen
    r"|^unauthorized|\b(?:jwt|token) (?:has |is )?expired|invalid (?:jwt|token)",  # inferred
    re.IGNORECASE,
)
# The same under a status for errors. "Unauthorized" alone may be about what the token allows there.
_TOKEN_IS_REFUSED = re.compile(
    r"\b(?:jwt|(?:session |access |refresh )?token) (?:has |is )?(?:expired|malformed|not valid|invalid)\b"
    r"|authenticate token|\binvalid (?:jwt|(?:session |access |refresh )?token|authorization)\b|\btokenexpirederror\b",
    re.IGNORECASE,
)
_LONGEST_WORD = 200  # characters of a bare word
_MAY_BE_THE_TOKEN = frozenset({400, 403, 500})  # statuses under which a token may be refused
_MEANINGS = (
    (401, _NOT_LOGGED_IN),
    (404, re.compile(r"\bnot found\b", re.IGNORECASE)),
    (500, re.compile(r"\bserver error\b", re.IGNORECASE)),
)


def parse_errors(response: Response) -> list[dict[str, t.Any]]:
    """The errors in a response; empty for no error, and for one without details beyond its status."""
    body = response.data
    if not isinstance(body, dict) or (response.status < 400 and not _is_error(body)):
        return []
    code = _code(body)
    errors: list[dict[str, t.Any]] = [{"code": code, "message": words} for words in _messages(body)]
    return errors or ([{"code": code, "message": None}] if response.status < 400 else [])


def effective_status(response: Response) -> int:
    """The HTTP status that an error amounts to.

    Under 200 its text decides, and 400 is what does not match. Under 400, 403 or 500 the text may report a token that
    has expired or cannot be read, which amounts to 401.
    """
    body = response.data
    if response.status in _MAY_BE_THE_TOKEN and any(_TOKEN_IS_REFUSED.search(text) for text in _reasons(response)):
        return 401
    if response.status >= 400 or not isinstance(body, dict):
        return response.status
    words = _messages(body)
    for status, pattern in _MEANINGS:
        if any(pattern.search(text) for text in words):
            return status
    return _code(body) or (500 if body.get("status") == "error" else 400)


def _is_error(body: dict[str, t.Any]) -> bool:
    """Whether a response under 2xx is an error. Its `status` alone does not decide: a scan has one as well."""
    if body.get("success") in (False, "false"):
        return True
    if set(body) - _ENVELOPE or body.get("data"):
        return False
    words = _messages(body)
    says_error = body.get("status") == "error" and bool(words or "errors" in body or _code(body))
    return says_error or bool(body.get("error")) or any(_NOT_LOGGED_IN.search(text) for text in words)


def _messages(body: dict[str, t.Any]) -> list[str]:
    """Every reason, each once; an empty object among the errors has none."""
    errors = body.get("errors")
    found = [body.get("error"), body.get("message"), body.get("detail"), *(errors if isinstance(errors, list) else [])]
    texts = [item.get("message") or item.get("error") if isinstance(item, dict) else item for item in found]
    return list(dict.fromkeys(text.strip() for text in texts if isinstance(text, str) and text.strip()))


def _reasons(response: Response) -> list[str]:
    """The reasons under a status for errors, where a bare word is one of the documented forms."""
    if isinstance(response.data, dict):
        return _messages(response.data)
    is_page = response.text.lstrip().startswith("<")  # of a gateway, about something else
    return [] if is_page else [response.text[:_LONGEST_WORD]]


def _code(body: dict[str, t.Any]) -> int | None:
    """An error's statusCode, which the document writes as 42.0."""
    code = body.get("statusCode")
    return int(code) if isinstance(code, (int, float)) and 400 <= code < 600 else None
