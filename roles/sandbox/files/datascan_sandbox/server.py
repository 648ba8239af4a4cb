# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as a server on this machine."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .gate import TRANSPORT

HOST = "127.0.0.1"


class _Breakable:
    """A connection that a fault can break at once."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def abort(self) -> None:
        if self._transport.is_closing():
            return
        # With a linger time of zero, closing the socket sends a reset.
        raw = self._transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


class Protocol(H11Protocol):
    """uvicorn's HTTP protocol, which also passes the connection to the application."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        inner: Any = self.app
        connection = _Breakable(transport)

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope = {**scope, "extensions": {**(scope.get("extensions") or {}), TRANSPORT: connection}}
            await inner(scope, receive, send)

        self.app = app


class Server(uvicorn.Server):
    """A server that writes its address once it listens, and stops by itself."""

    def __init__(
        self,
        config: uvicorn.Config,
        port: int,
        api_paths: Mapping[str, str],
        ready_file: Path | None,
        max_lifetime: float,
    ) -> None:
        super().__init__(config)
        self._port = port
        self._api_paths = api_paths
        self._ready_file = ready_file
        self._max_lifetime = max_lifetime

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        asyncio.get_running_loop().call_later(self._max_lifetime, self._end)
        if self._ready_file is not None:
            write_ready(self._ready_file, self._port, self._api_paths)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._ready_file is not None:
            self._ready_file.unlink(missing_ok=True)
        # A request that a fault holds must not delay the shutdown.
        for connection in list(self.server_state.connections):
            transport: Any = connection.transport
            transport.abort()
        await super().shutdown(sockets=sockets)

    def _end(self) -> None:
        self.should_exit = True


def write_ready(path: Path, port: int, api_paths: Mapping[str, str]) -> None:
    """Write the file atomically, so that no reader sees half of it."""
    url = f"http://{HOST}:{port}"
    state = {
        "url": url,
        "port": port,
        "pid": os.getpid(),
        "api_urls": {vendor: url + api_path for vendor, api_path in api_paths.items()},
    }
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with draft.open("x", encoding="utf-8") as file:
        file.write(json.dumps(state))
    draft.replace(path)


def serve(app: ASGIApp, port: int, api_paths: Mapping[str, str], ready_file: Path | None, max_lifetime: float) -> None:
    """Serve until a signal, or for `max_lifetime` seconds. `api_paths` has each vendor's, for the ready file."""
    # The protocol is named because asyncio disables Nagle's algorithm only then.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_level="warning",
        access_log=False,
        date_header=False,  # the sandbox's clock may differ from this machine's
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
    )
    Server(config, listener.getsockname()[1], api_paths, ready_file, max_lifetime).run(sockets=[listener])
