# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections through a SOCKS proxy whose sockets keep the limit of an exchange."""

from __future__ import annotations

import socket

from ..compat.requests import HTTPConnectionPool, SOCKSConnection, SOCKSSocket
from .pools import LimitedConnection, LimitedTLSConnection, QuietTLSPool
from .sockets import LimitedSocket, ResolvedAddress


class _SocksSocket(LimitedSocket, SOCKSSocket):  # type: ignore[misc]  # it has no types
    """PySocks' socket: `connect` negotiates with the proxy."""


class _SocksConnection(LimitedConnection, SOCKSConnection):
    """A plain connection."""

    def first_hop(self) -> tuple[str, int]:
        """The proxy."""
        return str(self._socks_options["proxy_host"]), int(self._socks_options["proxy_port"] or 1080)

    def connect_to_address(self, address: ResolvedAddress, seconds: float | None) -> socket.socket:
        """A socket that is connected to the server through one address of the proxy."""
        options = self._socks_options
        family, kind, protocol, _name, proxy = address
        sock = _SocksSocket(family, kind, protocol)
        try:
            sock.settimeout(seconds)
            sock.set_proxy(
                options["socks_version"], proxy[0], proxy[1], options["rdns"], options["username"], options["password"]
            )
            sock.connect((self.host, self.port))
        except BaseException:
            sock.close()
            raise
        return sock


class _SocksTLSConnection(_SocksConnection, LimitedTLSConnection):
    """A connection with TLS."""


class _SocksPool(HTTPConnectionPool):
    ConnectionCls = _SocksConnection


class _SocksTLSPool(QuietTLSPool):
    ConnectionCls = _SocksTLSConnection


SOCKS_POOLS = {"http": _SocksPool, "https": _SocksTLSPool}
