# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets that end with the limit of the exchange that uses them, however slowly bytes come.

The time-out of a socket starts anew with each byte. So each call gives the socket what is left of the limit. This
bounds everything above the socket: TLS, CONNECT, the negotiation of SOCKS, status lines, headers, chunks and bodies.
"""

from __future__ import annotations

import socket
import ssl
import typing as t
from collections.abc import Callable

from .exchange import current_exchange

ResolvedAddress = tuple[t.Any, ...]  # one result of getaddrinfo
T = t.TypeVar("T", bound=socket.socket)


def seconds_left() -> float | None:
    """What is left of this thread's exchange; None outside of one. Raises TimeoutError at the limit."""
    exchange = current_exchange()
    if exchange is None:
        return None
    left = exchange.time_left()
    if left <= 0:
        raise TimeoutError("the limit of the exchange is reached")
    return left


def _set_timeout(sock: socket.socket) -> None:
    """Let the next call of a socket take no longer than what is left. A shorter time-out stays."""
    left = seconds_left()
    # The methods of socket.socket itself, because those of a socket for SOCKS keep a number of their own.
    given = socket.socket.gettimeout(sock)
    if left is not None and (given is None or left < given):
        socket.socket.settimeout(sock, left)


class LimitedSocket(socket.socket):
    """A plain socket; every call that waits for the other side keeps the limit."""

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """Receive what is there."""
        _set_timeout(self)
        return super().recv(bufsize, flags)

    def recv_into(self, buffer: t.Any, nbytes: int = 0, flags: int = 0) -> int:
        """Receive what is there."""
        _set_timeout(self)
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: t.Any, flags: int = 0) -> int:
        """Send a part."""
        _set_timeout(self)
        return super().send(data, flags)

    def sendall(self, data: t.Any, flags: int = 0) -> None:
        """Send everything."""
        _set_timeout(self)
        super().sendall(data, flags)


class LimitedTLSSocket(LimitedSocket, ssl.SSLSocket):  # type: ignore[misc]  # other names of parameters
    """A socket with TLS, which an SSLContext creates where this class is its `sslsocket_class`."""

    def do_handshake(self, block: bool = False) -> None:
        """Python bounds a whole handshake by the socket's time-out."""
        _set_timeout(self)
        super().do_handshake(block)


def connect_to_any(host: str, port: int, connect: Callable[[ResolvedAddress, float | None], T]) -> T:
    """Connect to the first address of a host that answers.

    `connect(address, seconds)` connects to one address. The addresses that were not tried yet share the time that is
    left, so that one that does not answer leaves time for the others. Raises OSError.
    """
    addresses = socket.getaddrinfo(host.strip("[]"), port, 0, socket.SOCK_STREAM)
    for number, address in enumerate(addresses, 1):
        left = seconds_left()
        try:
            return connect(address, left and left / (len(addresses) - number + 1))
        except OSError:
            if number == len(addresses):
                raise
    raise OSError("the host has no address")
