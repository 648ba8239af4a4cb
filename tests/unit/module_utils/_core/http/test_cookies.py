# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cookies of a vendor are never sent back: the header alone identifies the sender of a request."""

from __future__ import annotations

import typing as t
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError, UnauthorizedError
from http_connections import ask, send, session
from scripted_vendor import session_of
from threaded_server import serving

# The first is what BigID sends.
COOKIES = ["LAUNCHER=a; HttpOnly; Max-Age=86400", "sid=b; Path=/; Domain=127.0.0.1", "AWSALB=c; Path=/api"]


class CookieServer(HTTPServer):
    """Answers with a status and all cookies; `received` has the cookies of each request."""

    def __init__(self, status: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = status
        self.received: list[str | None] = []


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = t.cast(CookieServer, self.server)
        server.received.append(self.headers["Cookie"])
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.send_response(server.status)
        for cookie in COOKIES:
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET

    def log_message(self, *_arguments: t.Any) -> None:
        pass


def test_a_cookie_is_not_sent_back() -> None:
    with serving(CookieServer(200)) as server:
        http = session(server.server_port)
        for go in (ask, send, ask):
            go(http)
        http.close()
    assert server.received == [None] * 3
    assert not session_of(http).cookies


@pytest.mark.parametrize(("status", "kind"), [(401, UnauthorizedError), (503, DatascanError), (404, DatascanError)])
def test_nor_is_one_of_a_refusal(status: int, kind: type[DatascanError]) -> None:
    with serving(CookieServer(status)) as server:
        http = session(server.server_port)
        for _time in range(2):
            with pytest.raises(kind):
                ask(http)
        http.close()
    assert server.received == [None] * 2
