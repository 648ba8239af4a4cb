# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections whose sockets keep the limit of an exchange, and urllib3's pools of them.

urllib3's own time-outs bound a connect to one address and the pause between two bytes, not an exchange. A timer that
shuts the socket down bounds it as well, but then a cut body looks like a whole one.
"""

from __future__ import annotations

import socket
import ssl
import typing as t

from ..compat.requests import HTTPConnection, HTTPConnectionPool, HTTPSConnection, HTTPSConnectionPool, urllib3
from .exchange import current_exchange
from .sockets import LimitedSocket, LimitedTLSSocket, ResolvedAddress, connect_to_any


class LimitedConnection(HTTPConnection):
    """Connects with sockets that keep the limit, and notes in the exchange that it connects."""

    def connect(self) -> None:
        exchange = current_exchange()
        if exchange:
            exchange.is_connecting = True
        super().connect()
        if exchange:
            exchange.is_connecting = False

    def _new_conn(self) -> socket.socket:
        try:
            sock = connect_to_any(*self.first_hop(), self.connect_to_address)
        except (socket.gaierror, UnicodeError) as error:  # UnicodeError: a label that is empty or too long
            raise urllib3.exceptions.NameResolutionError(self.host, self, t.cast(socket.gaierror, error)) from error
        except TimeoutError as error:
            raise urllib3.exceptions.ConnectTimeoutError(self, f"{self.host} does not answer") from error
        except OSError as error:
            raise urllib3.exceptions.NewConnectionError(self, f"Cannot connect: {error}") from error
        sock.settimeout(self.timeout)  # no longer the share of one address
        return sock

    def first_hop(self) -> tuple[str, int]:
        """The host and the port to connect to: the server's, or those of a proxy for HTTP."""
        return self._dns_host, self.port

    def connect_to_address(self, address: ResolvedAddress, seconds: float | None) -> socket.socket:
        """A socket that is connected to one address of the first hop."""
        family, kind, protocol, _name, target = address
        sock = LimitedSocket(family, kind, protocol)
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(seconds)
            sock.connect(target)
        except BaseException:
            sock.close()
            raise
        return sock


class LimitedTLSConnection(LimitedConnection, HTTPSConnection):
    """The same with TLS, to the server and to a proxy."""

    def connect(self) -> None:
        self.ssl_context = _limited_context(self.ssl_context, self.cert_reqs)
        if self.proxy_config is not None:
            context = self.proxy_config.ssl_context
            if context is None:
                context = _limited_context(None, self.cert_reqs)
                _load_authorities(context, self.ca_certs, self.ca_cert_dir)
            self.proxy_config = self.proxy_config._replace(ssl_context=context)
        super().connect()


def _limited_context(context: ssl.SSLContext | None, cert_reqs: int | str | None) -> ssl.SSLContext:
    """A context as urllib3 creates it, whose sockets keep the limit."""
    if context is None:
        required = urllib3.util.ssl_.resolve_cert_reqs(cert_reqs)
        context = urllib3.util.ssl_.create_urllib3_context(cert_reqs=required)
    context.sslsocket_class = LimitedTLSSocket
    return context


def _load_authorities(context: ssl.SSLContext, file: str | None, folder: str | None) -> None:
    """Trust what the server's connection trusts; urllib3 does not load it into a context that it is given."""
    if context.verify_mode is ssl.CERT_NONE:
        return
    try:
        context.load_verify_locations(file, folder)
    except OSError as error:
        raise urllib3.exceptions.SSLError(error) from error


class _LimitedPool(HTTPConnectionPool):
    ConnectionCls = LimitedConnection


class QuietTLSPool(HTTPSConnectionPool):
    """A pool that does not warn about each request without a verified certificate: `validate_certs` asks for that."""

    def _validate_conn(self, conn: t.Any) -> None:
        if conn.is_closed:
            conn.connect()


class _LimitedTLSPool(QuietTLSPool):
    ConnectionCls = LimitedTLSConnection


POOLS = {"http": _LimitedPool, "https": _LimitedTLSPool}
