# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in of AWX's API on a free port of this machine."""

from __future__ import annotations

import json
import socket
import threading
import time
import typing as t
from collections.abc import Iterable
from copy import deepcopy

import uvicorn
from awx_api import Answer, AwxApi
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

TOKEN = "awx-token"


class AwxServer(AwxApi):
    """AWX; `journal` has the method, the path and the body of each request."""

    def __init__(self, repository: Iterable[str]) -> None:
        super().__init__(repository)
        self.journal: list[tuple[str, str, t.Any]] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(self._app(), log_level="error"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    def changes(self) -> list[tuple[str, str, t.Any]]:
        """The requests that did more than read."""
        return [request for request in self.journal if request[0] != "GET"]

    def _app(self) -> FastAPI:
        app = FastAPI(redirect_slashes=False)

        @app.middleware("http")
        async def answer(request: Request, _next: t.Any) -> Response:
            status, body = await self._answer(request)
            headers = {"X-API-Product-Name": "AWX", "X-API-Product-Version": "24.6.1"}
            return Response(None, status, headers) if body is None else JSONResponse(body, status, headers)

        return app

    async def _answer(self, request: Request) -> Answer:
        data = json.loads(await request.body() or b"null")
        self.journal.append((request.method, request.url.path, deepcopy(data)))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"detail": "Authentication credentials were not provided."}
        return self.answer(request.method, request.url.path, dict(request.query_params), data)
