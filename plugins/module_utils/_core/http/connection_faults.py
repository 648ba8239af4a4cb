# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an exception of a connection means: an error in a sentence, and whether the request had left.

A fault of this machine, of its settings or of a proxy is named by what causes it, and is never a lost answer.
"""

from __future__ import annotations

import http.client
import re
import ssl
from urllib.parse import urlsplit

from ..compat.requests import requests, urllib3
from ..errors import InvalidInputError, RejectedError, UnavailableError
from .exchange import Exchange
from .faults import Fault
from .proxy import Proxy
from .request import Request
from .tls_faults import is_tls_record, tls_fault

_HTTP = "HTTP/"
_TUNNEL_STATUS = re.compile(r"Tunnel connection failed: (\d{3})")


def exchange_fault(exc: Exception, request: Request, exchange: Exchange) -> Fault:
    """What an exception of requests, urllib3 or the system means in this exchange."""
    if exchange.time_left() <= 0:  # whatever it was, the limit caused it
        return _timeout_fault(request, exchange)
    fault = _early_fault(exc, request, exchange)
    return Fault(fault.error, sent=fault.sent and not exchange.is_connecting)


def _timeout_fault(request: Request, exchange: Exchange) -> Fault:
    limit = round(exchange.limit, 1)
    within = f"within {limit:g} {'second' if limit == 1 else 'seconds'}"
    message = f"{request} did not answer {within}."
    if exchange.is_connecting:
        what = f"Check {exchange.proxy}" if exchange.proxy else "Check the scheme and the port of api_url"
        message = f"Cannot connect to {urlsplit(request.url).netloc} {within}. {what}, and the network."
    return Fault(UnavailableError(message, request=request.failed()), sent=not exchange.is_connecting)


def _early_fault(exc: Exception, request: Request, exchange: Exchange) -> Fault:
    """What an exception before the limit means."""
    cause = _root_cause(exc)
    is_tls = isinstance(exc, requests.exceptions.SSLError) or isinstance(cause, ssl.SSLError)
    if is_tls and not isinstance(cause, ssl.SSLEOFError):
        proxy = exchange.proxy if isinstance(exc, requests.exceptions.ProxyError) else None
        return tls_fault(cause, request, proxy, exchange.authorities)
    if isinstance(cause, http.client.BadStatusLine) and not isinstance(cause, http.client.RemoteDisconnected):
        line = str(cause)
        if line[: len(_HTTP)] != _HTTP[: len(line)]:  # else HTTP that was cut off
            return _other_protocol_fault(line, request, exchange)
    if isinstance(exc, (requests.ConnectTimeout, requests.exceptions.ProxyError)) or isinstance(
        cause, (urllib3.exceptions.NewConnectionError, ConnectionRefusedError)
    ):
        return _unreachable_fault(cause, request, exchange.proxy)
    if isinstance(exc, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return _timeout_fault(request, exchange)
    return _local_fault(exc, request) or _closed_fault(request, exchange)


def _local_fault(exc: Exception, request: Request) -> Fault | None:
    """What failed on this machine, and was not found by the checks before."""
    if isinstance(exc, OSError) and not isinstance(exc, (requests.RequestException, ConnectionError)):
        # requests raises a bare OSError for a certificate file that is gone.
        message = f"ca_path, client_cert or client_key cannot be read: {exc}."
        return Fault(InvalidInputError(message, request=request.failed()), sent=False)
    if isinstance(exc, (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader)):
        option = "api_url" if isinstance(exc, requests.exceptions.InvalidURL) else "api_token"
        return Fault(InvalidInputError(f"{option} contains a character that HTTP cannot carry."), sent=False)
    return None


def _closed_fault(request: Request, exchange: Exchange) -> Fault:
    message = f"The connection was closed before the answer to {request} was complete."
    if exchange.is_connecting and exchange.proxy:
        message = f"{message} Check {exchange.proxy}, and the scheme and the port of api_url."
    elif exchange.is_connecting:
        message = f"{message} TLS was not set up yet: check that the port of api_url expects https."
    elif not exchange.has_answered:  # a port for TLS may do so; asking it would be one more connection
        message = f"{message} Check the scheme and the port of api_url."
    return Fault(UnavailableError(message, request=request.failed()), sent=True)


def _expects_tls_fault(request: Request, proxy: Proxy | None) -> Fault:
    """Plain HTTP went to a port for TLS, which understands nothing of it."""
    subject, variable = (str(proxy), proxy.variable) if proxy else (urlsplit(request.url).netloc, "api_url")
    message = (
        f"{request} was sent as http, but {subject} expects TLS. Write https into {variable}, or correct the port."
    )
    return Fault(InvalidInputError(message, request=request.failed()), sent=False)


def _other_protocol_fault(line: str, request: Request, exchange: Exchange) -> Fault:
    """An answer that does not begin like HTTP."""
    proxy = exchange.proxy
    if is_tls_record(line):
        return _expects_tls_fault(request, proxy)
    if exchange.is_connecting and proxy:
        message = f"{_cannot_connect(request, proxy)}: it does not answer like an HTTP proxy. Check {proxy.variable}."
        return Fault(InvalidInputError(message, request=request.failed()), sent=False)
    what = f"the port in api_url, or {proxy}" if proxy else "the scheme and the port of api_url"
    message = f"The answer to {request} is not HTTP. Check {what}."
    return Fault(UnavailableError(message, request=request.failed()), sent=True)


def _unreachable_fault(cause: BaseException, request: Request, proxy: Proxy | None) -> Fault:
    where = _cannot_connect(request, proxy)
    if proxy and (tunnel := _TUNNEL_STATUS.search(str(cause))):
        return _refused_tunnel_fault(int(tunnel[1]), where, request, proxy)
    subject = "the proxy" if proxy else "the host"
    why = f"{subject} does not answer"
    if isinstance(cause, urllib3.exceptions.NameResolutionError) or "resol" in type(cause).__name__.lower():
        why = f"{subject} name cannot be resolved" if not proxy else "the name of the proxy cannot be resolved"
    check = f"Check {proxy.variable}, or exempt the host in NO_PROXY" if proxy else "Check api_url and the network"
    return Fault(UnavailableError(f"{where}: {why}. {check}.", request=request.failed()), sent=False)


def _refused_tunnel_fault(status: int, where: str, request: Request, proxy: Proxy) -> Fault:
    """What the answer of a proxy to CONNECT means."""
    failed = request.failed(status)
    if status >= 500:
        message = f"{where}: the proxy cannot reach it (HTTP {status}). Check api_url, and the network of the proxy."
        return Fault(UnavailableError(message, request=failed), sent=False)
    why = f"{proxy.wants_credentials} (HTTP 407)"
    if status != 407:
        why = f"the proxy refuses this host (HTTP {status}). Allow it there, or exempt it in NO_PROXY"
    return Fault(RejectedError(f"{where}: {why}.", request=failed), sent=False)


def _cannot_connect(request: Request, proxy: Proxy | None) -> str:
    through = f" through {proxy}" if proxy else ""
    return f"Cannot connect to {urlsplit(request.url).netloc}{through}"


def _root_cause(exc: BaseException) -> BaseException:
    """The first cause, which requests and urllib3 wrap several times."""
    while True:
        inner = next((arg for arg in exc.args if isinstance(arg, BaseException)), None) or getattr(exc, "reason", None)
        if not isinstance(inner, BaseException):
            return exc
        exc = inner
