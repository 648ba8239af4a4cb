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
from collections.abc import Mapping

from ...http.response import Response
from ...redaction import Redactor
from .. import envelope

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
ID_KEYS = ("_id", "id", "scanId", "scan_id")  # of a scan; the first two are documented
_SECRET_KEYS = Redactor(["scanSecretKey", "scan_secret_key"])  # the names of a scan's secret, to find them in any form
_WITHHELD = "(reason withheld, because it may quote a scan's secret)"
_LONGEST_WORD = 200  # characters of a bare word
_MAY_BE_THE_TOKEN = frozenset({400, 403, 500})  # statuses under which a token may be refused
_NOT_FOUND = re.compile(r"\b(?:scan|cluster)\b.*\bnot found\b", re.IGNORECASE)  # documented
_MEANINGS = (
    (401, _NOT_LOGGED_IN),
    (404, _NOT_FOUND),
    (500, re.compile(r"\bserver error\b", re.IGNORECASE)),
)


def parse_errors(response: Response) -> list[dict[str, t.Any]]:
    """The errors in a response; empty for no error, and for one without details beyond its status."""
    body = response.data
    if not isinstance(body, dict) or (response.status < 400 and not _is_error(body)):
        return []
    code = envelope.error_code(body)
    errors: list[dict[str, t.Any]] = [{"code": code, "message": text} for text in envelope.messages(body)]
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
    for status, pattern in _MEANINGS:
        if any(pattern.search(text) for text in envelope.messages(body)):
            return status
    return envelope.error_status(body) or 400


def without_secret_key(text: str) -> str:
    """A reason as it can be shown: BigID's may quote a scan, which has a secret."""
    return _WITHHELD if _SECRET_KEYS.finds_secret(text) else text


def is_not_found(response: Response) -> bool:
    """Whether the response reports, as documented, that a scan or a cluster does not exist."""
    body = response.data
    return isinstance(body, dict) and any(_NOT_FOUND.search(text) for text in envelope.messages(body))


def is_record(body: Mapping[str, t.Any]) -> bool:
    """Whether a body is a scan's own record. An envelope may have an id of its own beside its data."""
    is_envelope = any(isinstance(body.get(key), (dict, list)) for key in ("data", "results", "result"))
    return not is_envelope and any(key in body for key in (*ID_KEYS, "state"))


def _is_error(body: dict[str, t.Any]) -> bool:
    """Whether a response under 2xx is an error. A scan's own record may have an `error` and the `status` error."""
    if envelope.says_error(body):
        return True
    if is_record(body):
        return False
    return bool(envelope.find_errors(body)) or any(_NOT_LOGGED_IN.search(text) for text in envelope.messages(body))


def _reasons(response: Response) -> list[str]:
    """The reasons under a status for errors, where a bare word is one of the documented forms."""
    if isinstance(response.data, dict):
        return envelope.messages(response.data)
    is_page = response.text.lstrip().startswith("<")  # of a gateway, about something else
    return [] if is_page else [response.text[:_LONGEST_WORD]]
