# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real server on 127.0.0.1, in this process, for the faults in which bytes matter. One serves every cell."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

from tls_certificates import create_certificate

HOST = "vendor.test"
ELSEWHERE = "elsewhere.test"
Take = Callable[["RawRequest"], "Reply"]


class RawRequest(t.NamedTuple):
    """A request as it came."""

    method: str
    url: str  # path and query
    body: bytes
    headers: dict[str, str]  # names in lower case


class Reply:
    """What the server does with a request: one of `how`, with the data for it."""

    def __init__(
        self,
        how: str = "answer",
        data: t.Any = None,
        *,
        status: int = 200,
        text: str | bytes | None = None,
        **headers: str,
    ) -> None:
        self.how = how  # answer, reset, silence, drip or endless
        text = json.dumps(data) if text is None else text
        self.body = text.encode() if isinstance(text, str) else text
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def head(self, length: int | None) -> bytes:
        """The status line and the headers. Each connection has one request."""
        headers = {"Connection": "close", **self.headers, **({} if length is None else {"Content-Length": str(length)})}
        lines = [f"HTTP/1.1 {self.status} X", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode()


class Server:
    """Listens at four ports: plain, and with TLS by each of two certificates; and at one where nothing may come."""

    def __init__(self, folder: Path) -> None:
        self.take: Take = lambda request: Reply()
        self.strayed = 0  # connections to the other host
        self.error: Exception | None = None  # of `take`
        self.done = threading.Event()
        self.certificates = {"expired": folder / "expired.pem", "self-signed": folder / "self-signed.pem"}
        contexts: dict[str, ssl.SSLContext | None] = {"plain": None, "elsewhere": None}
        for name, path in self.certificates.items():
            contexts[name] = create_certificate(path, HOST, is_expired=name == "expired")
        self._listeners = {name: socket.create_server(("127.0.0.1", 0)) for name in contexts}
        self.ports = {name: it.getsockname()[1] for name, it in self._listeners.items()}
        self._closed = socket.socket()  # bound, so that the port stays free, but not listening
        self._closed.bind(("127.0.0.1", 0))
        self.ports["closed"] = self._closed.getsockname()[1]
        self._threads = [
            threading.Thread(target=self._serve, args=(name, context), daemon=True)
            for name, context in contexts.items()
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop listening."""
        self.done.set()
        for listener in self._listeners.values():
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self._closed.close()
        for thread in self._threads:
            thread.join(5)

    def _serve(self, name: str, context: ssl.SSLContext | None) -> None:
        while True:
            try:
                raw, _address = self._listeners[name].accept()
            except OSError:
                return
            if name == "elsewhere":
                self.strayed += 1
            raw.settimeout(10)
            with contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) if context else raw as it:
                it.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                try:
                    reply = self.take(_request(it))
                except Exception as error:  # noqa: BLE001 - the test raises it
                    self.error = error  # for the test; this thread serves the next cells as well
                    continue
                self._reply(it, reply)

    def _reply(self, it: socket.socket, reply: Reply) -> None:
        if reply.how == "answer":
            it.sendall(reply.head(len(reply.body)) + reply.body)
        elif reply.how == "reset":
            it.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif reply.how == "silence":
            it.recv(1)  # until the client hangs up
        else:
            it.sendall(reply.head(None))
            for piece in self._pieces(reply.how):
                it.sendall(piece)

    def _pieces(self, how: str) -> Iterator[bytes]:
        """Many pieces with an end, so that a client without a limit fails instead of hanging."""
        piece, pause, most = (b" ", 0.001, 3000) if how == "drip" else (b" " * 10_000, 0, 300)
        for _number in range(most):
            if self.done.wait(pause):
                return
            yield piece


def _request(it: socket.socket) -> RawRequest:
    head, piece = b"", b""
    while b"\r\n\r\n" not in head:
        piece = it.recv(65536)
        if not piece:
            raise ConnectionError
        head += piece
    head, _end, body = head.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _colon, value in (line.partition(": ") for line in lines[1:])}
    while len(body) < int(headers.get("content-length", "0")):
        body += it.recv(65536)
    method, target, _version = lines[0].split(" ")
    return RawRequest(method, target, body, headers)
