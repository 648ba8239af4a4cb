# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session with one vendor: TLS, time-outs, retries, size limits. The only file that talks to the network.

The retries are our own because urllib3's cannot look into a body, and an HTML page or half a JSON document
under HTTP 200 is a fault that passes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlencode, urlsplit

from .. import errors as _errors
from ..clock import Clock
from ..compat.pydantic import reason
from ..compat.requests import requests, urllib3
from .body import parsed
from .faults import MEANING, Fault, fault_of, kind_of, retry_after
from .rate_limit import RateLimit, RateLimiter

VERSION = "0.1.0"
MAX_BODY = 256 * 1024 * 1024  # bytes; more than this is no answer about scans
_CHUNK = 64 * 1024
_NOT_CARRIED_OUT = frozenset({429})  # a server that limits the rate has not started anything
_BACKOFF_CAP = 30.0  # seconds
_DAYS_APART = timedelta(days=3650)  # a clock that differs by more tells no time
_LAST = 10.0  # seconds that a request of the last look of a wait may take, though the time to wait is up

_SECOND_CHANCES = 3  # after HTTP 401: the other form of the header, a fresh session token, and both again

Params = Sequence[tuple[str, str]]
T = t.TypeVar("T")


@dataclass(frozen=True)
class Connection:
    """How to reach a vendor; `timeout` is seconds for one request, `retries` the tries after the first."""

    api_url: str
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    timeout: float = 30.0
    retries: int = 5


class Credential(t.Protocol):
    """What goes with each request to say who asks. Requests may be sent by several threads at once."""

    def headers(self, http: Http) -> Mapping[str, str]:
        """The headers that carry it; to get them it may send a request of its own, with `headers` of its own."""

    def accepted(self, headers: Mapping[str, str]) -> None:
        """Called after a request with these headers went well."""

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Called after a request with these headers was unauthorized: True when another try is worthwhile."""


@dataclass(frozen=True)
class Answer:
    """A vendor's answer: its HTTP status, its body as text, and as JSON (None where it is none)."""

    method: str
    url: str
    status: int
    text: str
    data: t.Any
    is_json: bool


class Http:
    """Sends requests, and tries again what may be tried again."""

    def __init__(
        self,
        connection: Connection,
        credential: Credential,
        *,
        clock: Clock,
        parse_errors: Callable[[Answer], list[dict[str, t.Any]]],
        effective_status: Callable[[Answer], int] = lambda answer: answer.status,
        trusts_retry_after: bool = True,
        rate: RateLimit | None = None,
    ) -> None:
        """`parse_errors` knows the vendor's error bodies: a list for an error, empty where the body is none.

        `effective_status` says which HTTP status an error amounts to, for a vendor that sends errors under 200.
        """
        self.requests_sent = 0
        self.deadline = None
        self._connection = connection
        self._credential = credential
        self._clock = clock
        self._errors_in = parse_errors
        self._status_of = effective_status
        self._trust_retry_after = trusts_retry_after
        self._rate_limiter = RateLimiter(rate, clock)
        self._base = _checked_base(connection.api_url)
        self._server_ahead = timedelta(0)
        self._lock = threading.Lock()
        self.session = _Session()
        self.session.headers.update({"Accept": "application/json", "User-Agent": f"datascan.gate/{VERSION}"})

    @property
    def deadline(self) -> float | None:
        """When the time to wait is up, on the monotonic clock: no retry sleeps past it, and no request hangs long."""
        return self._deadline

    @deadline.setter
    def deadline(self, at: float | None) -> None:
        self._deadline = at
        self._timeout_error: _errors.DatascanError | None = None  # a request that got no answer when the time was up

    def close(self) -> None:
        """End the pooled connections."""
        self.session.close()

    def server_now(self) -> datetime:
        """The time of day on the vendor's clock, as its last answer's Date told it; ours may be wrong."""
        return self._clock.now() + self._server_ahead

    def read(
        self,
        method: str,
        path: Sequence[str],
        parse: Callable[[t.Any], T],
        *,
        params: Params = (),
        body: t.Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """Ask for something. Sent again after a fault that may pass; what `parse` cannot read is one.

        With `headers` it goes without the credential, whose own requests these are.
        """
        try:
            return self._repeat(method, self._url(path, params), body, parse, self._try_again_read, headers)
        except _errors.RejectedError as error:
            if error.http_status != 425:
                raise
            # To a read, 425 says "too early" and no more, so a wait goes on.
            raise type(error)(error.message, request=error.request, is_transient=True) from None

    def write(
        self, method: str, path: Sequence[str], parse: Callable[[t.Any], T], *, params: Params = (), body: t.Any = None
    ) -> T:
        """Change something. Sent again only where it surely was not carried out; UnknownOutcomeError where nobody knows."""
        return self._repeat(method, self._url(path, params), body, parse, self._try_again_write)

    @staticmethod
    def _try_again_read(error: _errors.DatascanError, sent: bool) -> bool:
        return error.is_transient or error.http_status == 425

    @staticmethod
    def _try_again_write(error: _errors.DatascanError, sent: bool) -> bool:
        server_failed = error.http_status is not None and error.http_status >= 500
        nobody_knows = server_failed or error.is_transient or isinstance(error, _errors.InvalidResponseError)
        if not nobody_knows or not sent or error.http_status in _NOT_CARRIED_OUT:
            return error.is_transient
        raise _errors.UnknownOutcomeError(
            f"The answer to {error.request.method} {error.request.url} was lost, so that nobody knows whether it was "
            f"carried out: {error.message}",
            request=error.request,
        ) from error

    def _repeat(
        self,
        method: str,
        url: str,
        body: t.Any,
        parse: Callable[[t.Any], T],
        try_again: Callable[[_errors.DatascanError, bool], bool],
        own_headers: Mapping[str, str] | None = None,
    ) -> T:
        tries = chances = 0
        while True:
            headers = self._credential.headers(self) if own_headers is None else own_headers
            try:
                result = self._send(method, url, body, parse, headers)
                if own_headers is None:
                    self._credential.accepted(headers)
                return result
            except Fault as fault:
                if (
                    isinstance(fault.error, _errors.UnauthorizedError)
                    and own_headers is None
                    and chances < _SECOND_CHANCES
                    and self._credential.refused(headers)
                ):
                    chances += 1
                    continue
                if not try_again(fault.error, fault.sent) or tries >= self._connection.retries:
                    raise fault.error from None
                pause = self._pause(tries, fault.retry_after)
                if self.deadline is not None and self._clock.monotonic() + pause > self.deadline:
                    raise fault.error from None
                self._clock.sleep(pause)
                tries += 1

    def _pause(self, tries: int, retry_after: float | None) -> float:
        if retry_after is not None and self._trust_retry_after:
            return min(60.0, max(1.0, retry_after))
        ceiling = min(_BACKOFF_CAP, 0.5 * 2.0**tries)
        return ceiling * (0.5 + self._clock.random() / 2)

    def _url(self, path: Sequence[str], params: Params) -> str:
        for segment in path:
            if segment in ("", ".", ".."):  # no quoting keeps these from leading to another path
                raise _errors.InvalidInputError(f"{segment!r} is no id.")
        try:
            url = "/".join((self._base, *(quote(segment, safe="") for segment in path)))
            return f"{url}?{urlencode(params)}" if params else url
        except UnicodeEncodeError as error:
            raise _errors.InvalidInputError(f"{error.object!r} holds half a character, which cannot be sent.") from None

    def _send(self, method: str, url: str, body: t.Any, parse: Callable[[t.Any], T], headers: Mapping[str, str]) -> T:
        connection = self._connection
        if self._timeout_error:  # who has just let one request hang would let each of a thousand
            raise Fault(self._timeout_error, sent=False)
        self._rate_limiter.acquire()
        timeout = self._timeout()
        with self._lock:
            self.requests_sent += 1
        try:
            # Not following redirects: none may carry the credential to another host.
            with self.session.request(
                method,
                url,
                json=body,
                auth=_Header(headers),
                timeout=timeout,
                # Given with each request: from the session, REQUESTS_CA_BUNDLE would overrule validate_certs.
                verify=connection.ca_path or True if connection.validate_certs else False,
                cert=_client_certificate(connection),
                allow_redirects=False,
                stream=True,
            ) as response:
                self._note_server_time(response.headers.get("Date"))
                answer = self._checked(response, method, url, self._body(response, method, url))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as exc:
            fault = fault_of(exc, method, url, round(timeout, 1))
            if isinstance(exc, (requests.Timeout, urllib3.exceptions.TimeoutError)) and self._is_late():
                self._timeout_error = fault.error
            raise fault from None
        try:
            return parse(answer.data)
        except ValueError as exc:
            why = reason(exc)
        message = f"{method} {url} answered HTTP {answer.status} in a shape that is not documented ({why})."
        raise Fault(
            _errors.InvalidResponseError(message, request=_errors.FailedRequest(answer.status, method, url)), sent=True
        )

    def _timeout(self) -> float:
        """How long to wait for an answer: near the deadline until then, or as long as the last look may take."""
        timeout = self._connection.timeout
        return timeout if self._deadline is None else min(timeout, max(_LAST, self._deadline - self._clock.monotonic()))

    def _is_late(self) -> bool:
        return self._deadline is not None and self._clock.monotonic() >= self._deadline

    def _body(self, response: t.Any, method: str, url: str) -> str:
        """Read piece by piece, so that an endless or a dripping body ends at a limit."""
        ends = self._clock.monotonic() + self._timeout()
        pieces = []
        size = 0
        while piece := response.raw.read1(_CHUNK, decode_content=True):
            size += len(piece)
            pieces.append(piece)
            if size > MAX_BODY:
                message = f"{method} {url} answered with more than {MAX_BODY // 2**20} MiB, which is refused."
                request = _errors.FailedRequest(response.status_code, method, url)
                error = _errors.InvalidResponseError(message, request=request, is_transient=False)
                raise Fault(error, sent=True)
            if self._clock.monotonic() > ends:
                raise requests.ReadTimeout("the body did not end in time")
        return b"".join(pieces).decode("utf-8", errors="replace")

    def _checked(self, response: t.Any, method: str, url: str, text: str) -> Answer:
        status = response.status_code
        is_json, data = parsed(text)
        answer = Answer(method=method, url=url, status=status, text=text, data=data, is_json=is_json)
        request = _errors.FailedRequest(status, method, url)
        if 300 <= status < 400:
            try:
                host = urlsplit(response.headers.get("Location", "")).netloc or "another path"
            except ValueError:
                host = "another path"
            raise Fault(
                _errors.RejectedError(
                    f"{method} {url} was redirected to {host}, and no redirect is followed with a credential; "
                    "set api_url to the address that answers itself.",
                    request=request,
                ),
                sent=True,
            )
        if status == 429:
            self._rate_limiter.penalize()
        errors = self._errors_in(answer)
        if status >= 400 or errors:
            words = "; ".join(str(error["message"]) for error in errors if error.get("message"))
            amounts_to = self._status_of(answer)
            kind = kind_of(amounts_to)
            message = f"{method} {url} " + (
                f"failed with HTTP {status}" if status >= 400 else f"answered HTTP {status} with an error"
            )
            message += f": {words}" if words else f" ({MEANING.get(amounts_to, 'no reason given')})."
            raise Fault(
                kind(message, request=dataclasses.replace(request, vendor_errors=errors)),
                sent=True,
                retry_after=retry_after(response.headers.get("Retry-After"), self._clock),
            )
        if not is_json:
            what = (
                "an HTML page"
                if text.lstrip()[:1] == "<"
                else "a body that is not whole JSON"
                if text.strip()
                else "an empty body"
            )
            raise Fault(
                _errors.InvalidResponseError(f"{method} {url} answered HTTP {status} with {what}.", request=request),
                sent=True,
            )
        return answer

    def _note_server_time(self, date: str | None) -> None:
        if date:
            with contextlib.suppress(TypeError, ValueError, OverflowError):  # no usable Date: our own clock has to do
                ahead = parsedate_to_datetime(date).astimezone(timezone.utc) - self._clock.now()
                if abs(ahead) < _DAYS_APART:
                    self._server_ahead = ahead


class _Session(requests.Session if requests else object):  # type: ignore[misc]
    """Never looks at a redirect: requests would prepare even one that is not followed, and trip over its address."""

    def get_redirect_target(self, resp: t.Any) -> str | None:
        return None


class _Header(requests.auth.AuthBase if requests else object):  # type: ignore[misc]
    """Sets the credential as an auth object, for requests would otherwise put a .netrc's over it."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: t.Any) -> t.Any:
        request.headers.update(self._headers)
        return request


def _client_certificate(connection: Connection) -> str | tuple[str, str] | None:
    if connection.client_key and not connection.client_cert:
        raise _errors.InvalidInputError("client_key needs client_cert: the key alone proves nothing.")
    if connection.client_cert and connection.client_key:
        return connection.client_cert, connection.client_key
    return connection.client_cert


def _checked_base(api_url: str) -> str:
    api_url = api_url.strip()  # a line end comes along where it was read from a file
    try:
        parts = urlsplit(api_url)
        host, user = parts.hostname, parts.username
        parts.port  # noqa: B018  (raises where it is no number)
    except ValueError:
        host = user = None
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise _errors.InvalidInputError(
            "api_url must be the API's base address with its version path, like https://scans.example.com/api/v1."
        )
    if user is not None or "?" in api_url or "#" in api_url:
        raise _errors.InvalidInputError(
            "api_url must hold no user, no query and no fragment: credentials go into api_token."
        )
    return api_url.rstrip("/")
