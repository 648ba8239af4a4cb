# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server on 127.0.0.1 that a function controls, and a client that sends it requests over a real connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import typing as t
from collections.abc import Callable, Iterator

from ansible_collections.datascan.gate.plugins.module_utils._core.clock import Clock
from ansible_collections.datascan.gate.plugins.module_utils._core.http.authentication import (
    TokenAuthentication,
    bearer_header,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.http.client import HttpClient
from ansible_collections.datascan.gate.plugins.module_utils._core.http.connection import Connection
from ansible_collections.datascan.gate.plugins.module_utils._core.http.response import Response
from scripted_vendor import TOKEN


def parse_errors(response: Response) -> list[dict[str, t.Any]]:
    """An invented vendor, whose errors have the form {"wrong": "words"}."""
    message = response.data.get("wrong") if isinstance(response.data, dict) else None
    return [{"code": 7, "message": message}] if message else []


Talk = Callable[[socket.socket, int], None]


@contextlib.contextmanager
def server(talk: Talk, context: ssl.SSLContext | None = None, end: bytes = b"\r\n\r\n") -> Iterator[int]:
    """Listens on 127.0.0.1, and lets `talk` have each connection with its number, once `end` has come."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        number = 0
        while True:
            try:
                raw, _address = listener.accept()
            except OSError:
                return
            number += 1
            with contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) if context else raw as it:
                request = it.recv(65536)
                while end not in request and (piece := it.recv(65536)):
                    request += piece
                talk(it, number)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def answer(body: bytes = b"{}", *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Connection: close", *headers]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", body])


def sends(*pieces: bytes) -> Talk:
    """The first piece on the first connection, and so on; the last one on all others."""
    return lambda connection, number: connection.sendall(pieces[min(number, len(pieces)) - 1])


def session(port: int, scheme: str = "http", **connection: t.Any) -> HttpClient:
    given = {"api_url": f"{scheme}://127.0.0.1:{port}/api", "timeout": 5.0, "retries": 0, **connection}
    return HttpClient(
        Connection(**given), TokenAuthentication(TOKEN, bearer_header), clock=Clock(), parse_errors=parse_errors
    )


def ask(http: HttpClient) -> t.Any:
    try:
        return http.read("GET", ("x",), lambda data: data)
    finally:
        http.close()


def send(http: HttpClient) -> t.Any:
    try:
        return http.write("POST", ("x",), lambda data: data, body={})
    finally:
        http.close()
