# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of one vendor's API: sends requests, sends them again where that is safe, and checks the responses."""

from __future__ import annotations

import threading
import typing as t
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from ..clock import Clock
from ..compat.requests import requests, urllib3
from ..errors import DatascanError, ForbiddenError, NoTimeLeftError, UnauthorizedError
from . import body as _body
from .authentication import Authentication
from .connection import Connection
from .deadline import Deadline
from .exchange import Exchange, limited_exchange
from .faults import (
    Fault,
    deadline_fault,
    error_fault,
    not_json_fault,
    redirect_fault,
    shape_fault,
    too_large_fault,
    wrong_address_fault,
)
from .measured_waits import MeasuredWaits
from .proxy import Proxy
from .rate_limit import RateLimiter
from .request import Params, Request, build_url, check_base_url
from .response import Response
from .retry import RetryPolicy
from .server_clock import ServerClock
from .session import Session

# After HTTP 401: the other form of the header, a fresh token, and both again.
MAX_REAUTHENTICATIONS = 3
_MAX_TIMEOUT = 86_400.0  # seconds, a day: a socket refuses a time-out of more than 24 days

T = t.TypeVar("T")
ErrorParser = Callable[[Response], list[dict[str, t.Any]]]


def _own_status(response: Response) -> int:
    return response.status


def _always(response: Response) -> bool:
    return True


class HttpClient:
    """Sends requests. Several threads may use one client; its deadline holds for all of them."""

    def __init__(
        self,
        connection: Connection,
        authentication: Authentication,
        *,
        clock: Clock,
        parse_errors: ErrorParser,
        effective_status: Callable[[Response], int] = _own_status,
        is_not_found: Callable[[Response], bool] = _always,
        trusts_retry_after: bool = True,
        rate_limiter: RateLimiter | None = None,
    ) -> None:
        """`parse_errors` finds the vendor's errors in a response; an empty list means that its body reports none.

        `effective_status` returns the HTTP status that an error amounts to, for a vendor that sends errors under 200.
        `is_not_found` returns whether a 404 is the vendor's own answer, and not one of a gateway or a wrong api_url.
        Raises InvalidInputError for an api_url that is not a base address, or that does not fit client_cert.
        """
        self.requests_sent = 0
        self.failed_authentications = 0  # requests that were not sent, because a token was not exchanged
        self.authentication_error: DatascanError | None = None  # of the last of them
        self._base_url = check_base_url(connection.api_url)
        connection.check_client_certificate()
        self._timeout = min(connection.timeout, _MAX_TIMEOUT)
        self._authentication = authentication
        self._clock = clock = MeasuredWaits(clock)
        self._parse_errors = parse_errors
        self._effective_status = effective_status
        self._is_not_found = is_not_found
        self._retry_policy = RetryPolicy(connection.retries, clock, trusts_retry_after=trusts_retry_after)
        self._rate_limiter = rate_limiter or RateLimiter(None)
        self._deadline = Deadline(clock)
        self._server_clock = ServerClock(clock)
        self._lock = threading.Lock()
        self._has_answered = False
        self._session = Session(connection, clock.now)

    def deadline(self, seconds: float) -> AbstractContextManager[None]:
        """Inside the block no retry sleeps past this many seconds from now, and reads end a second later at most.

        A request that changes something has the connection's `timeout`, because what came of it has to be known.
        """
        return self._deadline.within(seconds)

    def time_left(self) -> float | None:
        """Seconds until the deadline, 0 after it; None without one."""
        return self._deadline.time_left()

    def allows_pause(self, seconds: float) -> bool:
        """Whether a pause from now on ends before the deadline."""
        return self._deadline.allows_pause(seconds)

    @property
    def timeout(self) -> float:
        """The limit of one exchange, in seconds, where no deadline is near."""
        return self._timeout

    @property
    def seconds_waited(self) -> float:
        """How long requests waited so far: for a rate limit, for a Retry-After, or before they were sent again."""
        return self._clock.seconds

    def server_now(self) -> datetime:
        """The time of day, UTC, on the vendor's clock."""
        return self._server_clock.now()

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    def read(
        self,
        method: str,
        path: Sequence[str],
        parse: Callable[[t.Any], T],
        *,
        params: Params = (),
        body: t.Any = None,
        headers: Mapping[str, str] | None = None,
        slowness: int = 1,
        names_record: bool = True,
        is_optional: bool = False,
        count_keys: Callable[[t.Any], int] | None = None,
    ) -> T:
        """Send a request that changes nothing; it is sent again after a transient fault.

        `parse` converts the JSON to the result; its ValueError counts as an invalid response, which is transient.
        `headers` replace those of the authentication. `slowness` multiplies `timeout` for an answer that takes long.
        `names_record` is false for a path that is always there, so that a 404 is about `api_url`. `is_optional` is true
        for a read that the caller can do without: it is sent once, and ends at the deadline. `count_keys` makes a long
        answer faster to parse, see `parse_json`.
        """
        url = build_url(self._base_url, path, params)
        request = Request(
            method,
            url,
            body,
            headers=headers,
            slowness=slowness,
            names_record=names_record,
            is_optional=is_optional,
            count_keys=count_keys,
        )
        return self._send(request, parse)

    def write(
        self,
        method: str,
        path: Sequence[str],
        parse: Callable[[t.Any], T],
        *,
        params: Params = (),
        body: t.Any = None,
        names_record: bool = True,
    ) -> T:
        """Send a request that changes something; it is sent again only where it was certainly not carried out.

        Raises UnknownOutcomeError where it may have been carried out.
        """
        return self._send(
            Request(method, build_url(self._base_url, path, params), body, is_write=True, names_record=names_record),
            parse,
        )

    def _send(self, request: Request, parse: Callable[[t.Any], T]) -> T:
        retries = reauthentications = 0
        failure: DatascanError | None = None  # after which the request is sent again
        while True:
            headers = self._authenticate() if request.headers is None else request.headers
            try:
                result = self._exchange(request, headers, parse)
            except Fault as fault:
                if reauthentications < MAX_REAUTHENTICATIONS and self._can_reauthenticate(request, headers, fault):
                    reauthentications += 1
                    continue
                pause = self._retry_policy.pause_before_retry(request, fault, retries)
                if pause is None or not self._deadline.allows_pause(pause):
                    is_known = isinstance(fault.error, NoTimeLeftError)  # which must not hide the vendor's failure
                    raise self._explained(request, (is_known and failure) or fault.error) from None
                failure = fault.error
            else:
                if request.headers is None:
                    self._authentication.accepted(headers)
                return result
            self._clock.sleep(pause)
            retries += 1

    def _authenticate(self) -> Mapping[str, str]:
        try:
            return self._authentication.headers(self)
        except DatascanError as error:
            with self._lock:
                self.authentication_error = error
                self.failed_authentications += 1
            raise

    def _can_reauthenticate(self, request: Request, headers: Mapping[str, str], fault: Fault) -> bool:
        if request.headers is not None:
            return False
        if isinstance(fault.error, UnauthorizedError):
            return self._authentication.refused(headers)
        return isinstance(fault.error, ForbiddenError) and self._authentication.forbidden(headers)

    def _explained(self, request: Request, error: DatascanError) -> DatascanError:
        """The final error. That of a refused token has the same advice whatever the vendor answers."""
        if request.headers is None and isinstance(error, UnauthorizedError):
            return error.with_message(f"{error.message.rstrip('.')}. {self._authentication.advice}")
        return error

    def _exchange(self, request: Request, headers: Mapping[str, str], parse: Callable[[t.Any], T]) -> T:
        """Send a request once."""
        left = self._time_left_for(request)
        if left == 0 or not self._rate_limiter.acquire(self._clock, left):
            raise deadline_fault(request)
        self._clock.check_interrupted()
        limit = self._limit_of(request)
        if limit == 0:  # the deadline has passed since the time was first read
            raise deadline_fault(request)
        with self._lock:
            self.requests_sent += 1
        response = self._receive(request, headers, limit)
        try:
            return parse(response.data)
        except ValueError as error:
            fault = shape_fault(request, response, error)
        except RecursionError:
            fault = shape_fault(request, response, ValueError("its lists and objects are nested too deep"))
        raise fault

    def _time_left_for(self, request: Request) -> float | None:
        """Seconds until a request has to end; None where the deadline does not hold for it."""
        if request.is_write:
            return None  # what a change did has to be known, so the deadline neither refuses it nor cuts it short
        return self._deadline.time_left() if request.is_optional else self._deadline.time_for_requests()

    def _limit_of(self, request: Request) -> float:
        """The seconds that an exchange may take."""
        limit = self._timeout * request.slowness
        left = self._time_left_for(request)
        return limit if left is None else min(limit, left)

    def _receive(self, request: Request, headers: Mapping[str, str], limit: float) -> Response:
        """The response, from connecting to its last byte within `limit` seconds."""
        with limited_exchange(self._clock, limit) as exchange:
            exchange.has_answered = self._has_answered
            try:
                return self._read_response(request, headers, exchange)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as exc:
                from .connection_faults import exchange_fault

                raise exchange_fault(exc, request, exchange) from None

    def _read_response(self, request: Request, headers: Mapping[str, str], exchange: Exchange) -> Response:
        with self._session.exchange(request, headers, exchange.limit) as raw:
            self._has_answered = True
            self._server_clock.observe(raw.headers.get("Date"))
            try:
                text = _body.read_body(raw.raw, self._clock, exchange.end)
            except _body.BodyTooLargeError:
                raise too_large_fault(request, raw.status_code, _body.MAX_BODY) from None
            fault, data = _body.parse_json(text, request.count_keys)
            response = Response(raw.status_code, text, data, fault)
            self._check(request, response, raw.headers, exchange.proxy)
        return response

    def _check(self, request: Request, response: Response, headers: Mapping[str, str], proxy: Proxy | None) -> None:
        """Raise a Fault for a redirect, an error or a body that is not JSON."""
        if 300 <= response.status < 400:
            raise redirect_fault(request, response.status, headers.get("Location", ""))
        if response.status == 429:
            self._rate_limiter.penalize(self._clock)
        errors = self._parse_errors(response)
        if response.status >= 400 or errors:
            status = self._effective_status(response)
            if status == 404 and not (request.names_record and self._is_not_found(response)):
                raise wrong_address_fault(request, response, errors)
            raise error_fault(request, response, errors, status, headers.get("Retry-After"), proxy)
        if response.fault:
            raise not_json_fault(request, response)
