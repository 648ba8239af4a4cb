# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults of the matrix: the name of each, the error that a user gets, and the meaning by DESIGN, section 4.

Nothing here comes from the code that is tested.
"""

from __future__ import annotations

from dataclasses import dataclass

LIMIT = 100_000  # bytes of an answer; the matrix lowers the limit to this


@dataclass(frozen=True)
class Fault:
    """A row of the matrix."""

    name: str
    # What it means: "passes" (a read is retried, the outcome of a write is unknown), "unreached" (passes, but the
    # vendor saw nothing), "limited" (passes, and a write was not carried out), "refused" (stays: the vendor refuses),
    # "endless" (stays, and the outcome of a write is unknown), "untrusted" (stays, but the vendor saw nothing),
    # "unknown state", "lying list", "null list", "401", "none".
    means: str
    kind: str = ""  # of the error, where a user meets it
    message: str = ""  # a part of that error's message
    status: int | None = None  # that the error names
    taken: tuple[bool, ...] = (False, True)  # whether a write that it strikes may have been carried out
    retry_after: str | None = None
    pauses: tuple[float, float] = (0.25, 0.5)  # seconds before the first and the second try after it


def _http(status: int) -> Fault:
    return Fault(str(status), "passes", "unavailable", f"failed with HTTP {status}", status)


def _limited(name: str, retry_after: str | None, first: float, second: float) -> Fault:
    return Fault(name, "limited", "unavailable", "failed with HTTP 429", 429, (False,), retry_after, (first, second))


NOT_LISTENING = Fault("a closed port", "unreached", "unavailable", "the host does not answer")
NAME_NOT_FOUND = Fault("the name is not found", "unreached", "unavailable", "the host name cannot be resolved")
RESET_BEFORE = Fault(
    "a reset before the request was taken", "passes", "unavailable", "closed before the answer", taken=(False,)
)
RESET_AFTER = Fault(
    "a reset after the request was taken", "passes", "unavailable", "closed before the answer", taken=(True,)
)
NO_ANSWER = Fault("no answer", "passes", "unavailable", "did not answer within (2 seconds|8 seconds|1 second)")
SLOW_BODY = Fault("a body that drips", "passes", "unavailable", "did not answer within (2 seconds|8 seconds|1 second)")
LIMITED = _limited("429 without Retry-After", None, 0.25, 0.5)
LIMITED_SECONDS = _limited("429, Retry-After in seconds (7)", "7", 7, 7)
LIMITED_DATE = _limited("429, Retry-After as a date (in 20 s)", "DATE", 20, 20)
LIMITED_NONSENSE = _limited("429, Retry-After is nonsense", "soon", 0.25, 0.5)
LIMITED_HOUR = _limited("429, Retry-After lies (an hour)", "3600", 60, 60)
LIMITED_ZERO = _limited("429, Retry-After lies (0)", "0", 1, 1)
STATUSES = [_http(status) for status in (408, 500, 502, 503, 504)]
HTML = Fault("an HTML page under 200", "passes", "unreadable", "HTTP 200 with an HTML page", 200)
ERROR_UNDER_200 = Fault("an error under 200", "refused", "rejected", "answered HTTP 200 with an error: ", 200)
CUT_OFF = Fault("cut-off JSON", "passes", "unreadable", "incomplete or invalid JSON", 200)
WRONG_SHAPE = Fault("JSON of the wrong shape", "passes", "unreadable", "JSON that is not as documented", 200)
NULL_LIST = Fault("null where a list belongs", "null list", "unreadable", "JSON that is not as documented", 200)
UNKNOWN_STATE = Fault("an unknown word for a state", "unknown state")
NULL_OBJECT = Fault("null where an object belongs", "passes", "unreadable", "JSON that is not as documented", 200)
FUTURE = Fault("a time in the future", "none")
FUTURE_IN_LIST = Fault("a time in the future, in a list", "lying list")
EXPIRED = Fault("an expired certificate", "untrusted", "untrusted_certificate", "certificate has expired")
SELF_SIGNED = Fault("a self-signed certificate", "untrusted", "untrusted_certificate", "self-signed certificate")
SELF_SIGNED_KNOWN = Fault("a self-signed certificate that is ca_path", "none")
REDIRECT = Fault("a redirect to another host", "refused", "rejected", "redirected to elsewhere.test", 302, (False,))
ENDLESS = Fault("an endless body", "endless", "unreadable", "is larger than", 200)
REPEATS = Fault("a page that repeats for ever", "lying list")
TOTAL_TOO_HIGH = Fault("a total that lies: too high", "lying list")
TOTAL_TOO_LOW = Fault("a total that lies: too low", "lying list")
EXPIRED_TOKEN = Fault("401 in the middle of a wait", "401", "unauthorized", "failed with HTTP 401", 401)
EXPIRED_TOKEN_RENEWED = Fault(
    "the same with refresh_token", "401, renewed", "unauthorized", "failed with HTTP 401", 401
)

FAULTS = [
    NOT_LISTENING,
    NAME_NOT_FOUND,
    RESET_BEFORE,
    RESET_AFTER,
    NO_ANSWER,
    SLOW_BODY,
    STATUSES[0],
    LIMITED,
    LIMITED_SECONDS,
    LIMITED_DATE,
    LIMITED_NONSENSE,
    LIMITED_HOUR,
    LIMITED_ZERO,
    *STATUSES[1:],
    HTML,
    ERROR_UNDER_200,
    CUT_OFF,
    WRONG_SHAPE,
    NULL_LIST,
    NULL_OBJECT,
    UNKNOWN_STATE,
    FUTURE,
    FUTURE_IN_LIST,
    EXPIRED,
    SELF_SIGNED,
    SELF_SIGNED_KNOWN,
    REDIRECT,
    ENDLESS,
    REPEATS,
    TOTAL_TOO_HIGH,
    TOTAL_TOO_LOW,
    EXPIRED_TOKEN,
    EXPIRED_TOKEN_RENEWED,
]
CERTIFICATES = {EXPIRED: "expired", SELF_SIGNED: "self-signed", SELF_SIGNED_KNOWN: "self-signed"}
LISTS = (NULL_LIST, FUTURE_IN_LIST, REPEATS, TOTAL_TOO_HIGH, TOTAL_TOO_LOW)  # faults of a list that has pages
