# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a status or a body means: an error in a sentence, and whether the request had left."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from ..compat.pydantic import reason
from ..errors import (
    DatascanError,
    ForbiddenError,
    HtmlPageError,
    InvalidResponseError,
    NotFoundError,
    NoTimeLeftError,
    RejectedError,
    UnauthorizedError,
    UnavailableError,
    error_messages,
)
from .proxy import Proxy
from .request import Request
from .response import Response

_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
_MAX_SEARCHED = 2000  # characters of a body in which a known sentence is searched
_TOO_EARLY = 425  # transient for a read only: some vendors refuse writes with it
_ERRORS: Mapping[int, type[DatascanError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    **dict.fromkeys(_TRANSIENT, UnavailableError),
}
_MEANINGS = {
    401: "the token is missing, wrong or expired",
    403: "the token does not allow this",
    404: "not found, or not visible to this token",
    407: "a proxy wants credentials",
    408: "the server timed out while it waited for the request",
    429: "too many requests",
}
# What nginx, Apache and Go answer to http on a port for https.
_WANTS_TLS = re.compile(r"(?i)plain HTTP (?:request was sent )?to|HTTP request to an HTTPS")


class Fault(Exception):
    """An error, and what decides whether its request is sent again."""

    def __init__(self, error: DatascanError, *, sent: bool, retry_after: str | None = None) -> None:
        """`sent`: whether the request had left this machine; `retry_after`: that header of the response."""
        super().__init__(error.message)
        self.error = error
        self.sent = sent
        self.retry_after = retry_after


def redirect_fault(request: Request, status: int, location: str) -> Fault:
    """A redirect; none is followed, because it could carry the credential to another host."""
    try:
        host = urlsplit(location).netloc.rpartition("@")[2] or "another path"  # without credentials
    except ValueError:
        host = "another path"
    message = (
        f"{request} was redirected to {host}, and redirects are not followed, to keep the token from other hosts. "
        "Set api_url to the final address. If that is a login page, check the token, and any gateway before the API."
    )
    return Fault(RejectedError(message, request=request.failed(status)), sent=True)


def error_fault(
    request: Request,
    response: Response,
    vendor_errors: Sequence[Mapping[str, t.Any]],
    effective_status: int,
    retry_after: str | None,
    proxy: Proxy | None = None,
) -> Fault:
    """An error of the vendor, under an HTTP status for errors or under 200; or of a proxy that passes requests on."""
    status = response.status
    verb = f"failed with HTTP {status}" if status >= 400 else f"answered HTTP {status} with an error"
    reasons = "; ".join(error_messages(vendor_errors))
    detail = f": {reasons}" if reasons else f" ({_meaning(response, effective_status, proxy)})."
    if effective_status == 404:
        detail = f"{detail.rstrip('.')}. Check the id and api_url."
    error = _ERRORS.get(effective_status, RejectedError)(
        f"{request} {verb}{detail}",
        request=request.failed(status, vendor_errors),
        is_transient=True if status == _TOO_EARLY and not request.is_write else None,
    )
    return Fault(error, sent=True, retry_after=retry_after)


def _meaning(response: Response, status: int, proxy: Proxy | None) -> str:
    """What an error without a message of the vendor means."""
    if status == 407 and proxy:
        return proxy.wants_credentials
    if _WANTS_TLS.search(response.text[:_MAX_SEARCHED]):
        return "the port expects https: set it in api_url"
    meaning = _MEANINGS.get(status, "no reason given")
    if _is_html(response):
        meaning = f"{meaning}; the answer is an HTML page, which a gateway or a proxy may have sent"
    return f"{meaning}; it may come from {proxy}" if proxy and response.fault else meaning


def wrong_address_fault(request: Request, response: Response, vendor_errors: Sequence[Mapping[str, t.Any]]) -> Fault:
    """A 404 that is not the vendor's own: it is about the address, so it must not pass for a scan that is missing."""
    reasons = "; ".join(error_messages(vendor_errors))
    what = f": {reasons.rstrip('.')}" if reasons else f", with {_describe_body(response)}"
    why = "This is not the vendor's own answer" if request.names_record else "The API has no such path"
    message = (
        f"{request} failed with HTTP 404{what}. {why}: check api_url, with its version path, and any proxy or gateway "
        "before it."
    )
    return Fault(RejectedError(message, request=request.failed(response.status, vendor_errors)), sent=True)


def not_json_fault(request: Request, response: Response) -> Fault:
    """A body that is not JSON where JSON is documented."""
    message = f"{request} answered HTTP {response.status} with {_describe_body(response)}."
    kind: type[InvalidResponseError] = InvalidResponseError
    if _is_html(response):
        message += " Is it a login page? Check api_url, the token, and any gateway or proxy before the API."
        kind = HtmlPageError
    return Fault(kind(message, request=request.failed(response.status)), sent=True)


def _describe_body(response: Response) -> str:
    if _is_html(response):
        return "an HTML page"
    if not response.text.strip():
        return "an empty body"
    return response.fault or "JSON of another form"


def _is_html(response: Response) -> bool:
    return response.text.lstrip()[:1] == "<"


def shape_fault(request: Request, response: Response, error: ValueError) -> Fault:
    """JSON that cannot be read as what is documented; the message does not quote its values."""
    message = f"{request} answered HTTP {response.status} with JSON that is not as documented ({reason(error)})."
    return Fault(InvalidResponseError(message, request=request.failed(response.status)), sent=True)


def too_large_fault(request: Request, status: int, limit: int) -> Fault:
    """A body above the limit, in bytes."""
    message = f"The answer to {request} is larger than {limit // 2**20} MiB, the limit."
    return Fault(InvalidResponseError(message, request=request.failed(status), is_transient=False), sent=True)


def deadline_fault(request: Request) -> Fault:
    """A request for which no time is left."""
    message = f"{request} was not sent, because no time is left for it before the deadline."
    return Fault(NoTimeLeftError(message, request=request.failed()), sent=False)
