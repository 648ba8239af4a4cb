# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server on 127.0.0.1 that sends one byte at a time, wherever a byte can stand: in TLS, and as a proxy as well."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import threading
import time
import typing as t
from collections.abc import Callable, Iterator, Sequence

PAUSE = 0.1  # seconds between two bytes: no time-out of a single read ends it
_END = 60.0  # seconds after which the server gives up, so that a client without a limit fails instead of hanging


class Stream(t.Protocol):
    """What a scene reads from and writes to."""

    def recv(self, size: int) -> bytes:
        """Read at most `size` bytes."""

    def sendall(self, data: bytes) -> None:
        """Write everything."""


Scene = Callable[["DrippingStream"], None]


class DrippingStream:
    """The plain connection. While `drips` is set, each byte of what is sent comes after a pause."""

    def __init__(self, sock: socket.socket, stop: threading.Event) -> None:
        self.drips = False
        self._sock = sock
        self._stop = stop

    def recv(self, size: int) -> bytes:
        return self._sock.recv(size)

    def sendall(self, data: bytes) -> None:
        if not self.drips:
            self._sock.sendall(data)
            return
        for byte in data:
            if self._stop.wait(PAUSE):
                raise ConnectionAbortedError
            self._sock.sendall(bytes([byte]))


class TLSStream:
    """The server's side of TLS above any other stream, TLS included."""

    def __init__(self, below: Stream, context: ssl.SSLContext) -> None:
        self._below = below
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._call(self._tls.do_handshake)

    def recv(self, size: int) -> bytes:
        return t.cast(bytes, self._call(self._tls.read, size))

    def sendall(self, data: bytes) -> None:
        self._call(self._tls.write, data)

    def _call(self, call: Callable[..., t.Any], *args: t.Any) -> t.Any:
        while True:
            try:
                result = call(*args)
            except ssl.SSLWantReadError:
                self._flush()
                data = self._below.recv(65536)
                if not data:
                    raise ConnectionAbortedError from None
                self._incoming.write(data)
            else:
                self._flush()
                return result

    def _flush(self) -> None:
        data = self._outgoing.read()
        if data:
            self._below.sendall(data)


class DrippingServer:
    """Plays one scene at each connection."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._play, args=(sock,), daemon=True).start()

    def _play(self, sock: socket.socket) -> None:
        sock.settimeout(_END)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with sock, contextlib.suppress(OSError):
            self._scene(DrippingStream(sock, self._stop))
            self._stop.wait(_END)  # silent, but connected

    def close(self) -> None:
        """End all connections."""
        self._stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextlib.contextmanager
def dripping_server(scene: Scene) -> Iterator[DrippingServer]:
    """One that listens until the end of the block."""
    server = DrippingServer(scene)
    try:
        yield server
    finally:
        server.close()


def read_head(stream: Stream) -> bytes:
    """The head of a request; a small body comes with it or is left."""
    head = b""
    while b"\r\n\r\n" not in head:
        data = stream.recv(65536)
        if not data:
            raise ConnectionAbortedError
        head += data
    return head


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\n{}"
ZIPPED = HEAD + b"Content-Encoding: gzip\r\n\r\n"
LONG = b"x" * 500
_GZIP_WITH_NAME = b"\x1f\x8b\x08\x08\0\0\0\0\0\x03" + LONG  # the file's name in gzip's header, which decodes to nothing

# What comes at once, and then what drips: 500 bytes take 50 seconds.
ANSWERS: dict[str, tuple[bytes, bytes]] = {
    "nothing": (b"", b""),
    "status line": (b"", b"HTTP/1.1 200 " + LONG),
    "header": (HEAD, b"X-Drip: " + LONG),
    "headers": (HEAD, b"X: y\r\n" * 90),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 20),
    "header of 100 Continue": (b"HTTP/1.1 100 Continue\r\n", b"X-Drip: " + LONG),
    "body with a length": (HEAD + b"Content-Length: 500\r\n\r\n", LONG),
    "body without a length": (HEAD + b"\r\n", LONG),
    "chunk size": (CHUNKED, b"0" * 500),
    "chunk extension": (CHUNKED, b"2;" + LONG),
    "chunk": (CHUNKED + b"500\r\n", LONG),
    "end of a chunk": (CHUNKED + b"2\r\n{}", b"\r\n" + b"0" * 500),
    "trailer": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-Drip: " + LONG),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n" * 90),
    "header of gzip": (ZIPPED, _GZIP_WITH_NAME),
    "body in gzip": (ZIPPED, gzip.compress(bytes(range(256)) * 2)),
    "body of an error": (b"HTTP/1.1 503 Busy\r\nContent-Length: 500\r\n\r\n", LONG),
    "body of a redirect": (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 500\r\n\r\n", LONG),
}


def answer(name: str, *, layers: Sequence[Callable[[Stream], Stream]] = ()) -> Scene:
    """Read a request, send what comes at once and let the rest drip, through these layers."""

    def play(connection: DrippingStream) -> None:
        stream: Stream = connection
        for layer in layers:
            stream = layer(stream)
        read_head(stream)
        at_once, dripping = ANSWERS[name]
        stream.sendall(at_once)
        connection.drips = True
        stream.sendall(dripping)

    return play


def accept_tunnel(stream: Stream) -> Stream:
    """A proxy that makes every connection; it is the server at the other end as well."""
    read_head(stream)
    stream.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
    return stream


def accept_socks(stream: Stream) -> Stream:
    """The same for SOCKS 5 (RFC 1928) without a password."""
    stream.recv(262)
    stream.sendall(b"\x05\x00")
    stream.recv(262)
    stream.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")
    return stream


def all_at_once(data: bytes) -> Scene:
    """Flood the client with the same bytes after its request, and leave the processor to others meanwhile."""

    def play(connection: DrippingStream) -> None:
        read_head(connection)
        while True:
            connection.sendall(data * 1000)
            time.sleep(0.01)

    return play
