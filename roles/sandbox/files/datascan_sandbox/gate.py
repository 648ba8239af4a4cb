# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layer before the vendors' routes: it records every request, and applies faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .faults import Fault
from .spoil import spoil
from .state import Sandbox
from .vendor import Vendor

# The key under which the server passes the connection, so that a fault can break it.
TRANSPORT = "datascan.transport"
PAGE_PARAMETERS = ("page", "skip", "offsetKey")
HTML = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>502 Bad Gateway</body>\r\n</html>"
CHUNK = 1024 * 1024


@dataclass
class Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def with_body(self, body: bytes) -> Answer:
        """The same answer with another body and its length."""
        kept = [(name, value) for name, value in self.headers if name.lower() != b"content-length"]
        return Answer(self.status, [*kept, (b"content-length", str(len(body)).encode())], body)


def made(status: int, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> Answer:
    """An answer of the sandbox itself."""
    fields = {"content-type": content_type, **{name.lower(): value for name, value in (headers or {}).items()}}
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
    return Answer(status, pairs, b"").with_body(body)


class Gate:
    """An ASGI application that wraps the sandbox's."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self.app = app
        self.sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = str(scope.get("path", "")).lstrip("/").partition("/")[0]
        if scope["type"] != "http" or name not in self.sandbox.vendors:
            await self.app(scope, receive, send)
            return
        entry = self.sandbox.note(name, scope["method"], scope["path"], scope["query_string"].decode("latin-1"))
        send = self._with_date(send)
        body = await _read(receive)
        fault = self.sandbox.faults.take(name, scope["method"], scope["path"])
        if fault is None:
            answer = await self._carry_out(scope, body)
            entry["status"] = answer.status
            await _send(answer, send)
            return
        entry["fault"] = fault.kind
        if fault.kind == "repeat_page":
            scope = {**scope, "query_string": _without_page(scope["query_string"])}
        answer = await self._carry_out(scope, body) if fault.carries_out else made(200, b"", "application/json")
        connection = _Connection(scope, receive, send)
        entry["status"] = await _meet(fault, answer, connection, self.sandbox.vendors[name])

    def _with_date(self, send: Send) -> Send:
        """Add the date by the sandbox's clock, as each vendor's server does by its own."""

        async def dated(message: Message) -> None:
            headers = message.get("headers")
            if headers is not None and not any(name.lower() == b"date" for name, _value in headers):
                now = formatdate(self.sandbox.clock.now(), usegmt=True).encode()
                message = {**message, "headers": [*headers, (b"date", now)]}
            await send(message)

        return dated

    async def _carry_out(self, scope: Scope, body: bytes) -> Answer:
        """Run the request, and keep its answer instead of sending it."""
        answer = Answer(500, [], b"")

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message["headers"])
            else:
                answer.body += message.get("body", b"")

        await self.app(scope, receive, keep)
        return answer


class _Connection:
    """One request's connection, which a fault may hold or break."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.transport = scope.get("extensions", {}).get(TRANSPORT)
        self.receive = receive
        self.send = send

    async def gone(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def hold(self, seconds: float) -> None:
        """Wait, at most until the client disconnects."""
        try:
            await asyncio.wait_for(self.gone(), seconds)
        except asyncio.TimeoutError:
            return

    async def reset(self) -> None:
        if self.transport is None:
            raise RuntimeError("this server cannot break a connection")
        self.transport.abort()
        await self.gone()


async def _meet(fault: Fault, answer: Answer, connection: _Connection, vendor: Vendor) -> int | None:
    """Apply the fault, and return the status that was sent, if any."""
    kind = fault.kind
    if kind in ("reset_before", "reset_after"):
        await connection.reset()
        return None
    if kind == "no_answer":
        await connection.hold(60 if fault.seconds is None else fault.seconds)
        await connection.reset()
        return None
    if kind in _SENDERS:
        await _SENDERS[kind](fault, answer, connection)
        return answer.status
    answer = _changed(fault, answer, vendor)
    await _send(answer, connection.send)
    return answer.status


def _changed(fault: Fault, answer: Answer, vendor: Vendor) -> Answer:
    """The answer that a fault sends in one piece."""
    if fault.kind == "status":
        return _error(fault, vendor, fault.code or 503, fault.code or 503)
    if fault.kind == "error_200":
        return _error(fault, vendor, fault.code or 400, 200)
    if fault.kind == "html":
        html = HTML if fault.body is None else str(fault.body)
        return made(fault.code or 200, html.encode(), "text/html; charset=utf-8", fault.headers)
    if fault.kind == "redirect":
        return made(fault.code or 302, b"", "text/plain", {"location": fault.location, **fault.headers})
    if fault.kind == "cut_json":
        return answer.with_body(answer.body[: len(answer.body) // 2])
    if fault.kind == "repeat_page":
        return answer
    try:
        body = json.loads(answer.body)
    except ValueError:
        return answer  # an answer without a body cannot be changed
    return answer.with_body(json.dumps(spoil(fault, body)).encode())


def _error(fault: Fault, vendor: Vendor, code: int, status: int) -> Answer:
    """The vendor's own error for a code, under a status, or the body that the rule sets."""
    if fault.body is not None:
        return made(status, _as_bytes(fault.body), "application/json", fault.headers)
    error = vendor.error(code)
    headers = {name: value for name, value in error.headers.items() if name != "content-length"}
    return made(status, bytes(error.body), headers.get("content-type", "text/plain"), {**headers, **fault.headers})


async def _slow(fault: Fault, answer: Answer, connection: _Connection) -> None:
    seconds = 2 if fault.seconds is None else fault.seconds
    pieces = min(10, max(1, len(answer.body)))
    step = -(-len(answer.body) // pieces)
    await connection.send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    for number in range(pieces):
        await asyncio.sleep(seconds / pieces)
        piece = answer.body[number * step : (number + 1) * step]
        await connection.send({"type": "http.response.body", "body": piece, "more_body": True})
    await connection.send({"type": "http.response.body", "body": b"", "more_body": False})


async def _cut(_fault: Fault, answer: Answer, connection: _Connection) -> None:
    """Declare the whole length, send half, and break the connection."""
    whole = answer.with_body(answer.body)
    await connection.send({"type": "http.response.start", "status": whole.status, "headers": whole.headers})
    half = whole.body[: len(whole.body) // 2]
    await connection.send({"type": "http.response.body", "body": half, "more_body": True})
    await asyncio.sleep(0.05)  # so that the half arrives before the break
    await connection.reset()


async def _endless(fault: Fault, answer: Answer, connection: _Connection) -> None:
    headers = [(b"content-type", b"application/json")]
    if fault.declared:
        headers.append((b"content-length", str(fault.bytes).encode()))
    await connection.send({"type": "http.response.start", "status": answer.status, "headers": headers})
    left = fault.bytes
    gone = asyncio.ensure_future(connection.gone())
    try:
        while left > 0 and not gone.done():
            piece = b" " * min(CHUNK, left)
            left -= len(piece)
            await connection.send({"type": "http.response.body", "body": piece, "more_body": left > 0})
            await asyncio.sleep(0)
    finally:
        gone.cancel()


_SENDERS: dict[str, Callable[[Fault, Answer, _Connection], Awaitable[None]]] = {
    "slow_body": _slow,
    "cut_connection": _cut,
    "endless_body": _endless,
}


async def _read(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def _send(answer: Answer, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})


def _as_bytes(body: Any) -> bytes:
    return str(body if isinstance(body, str) else json.dumps(body)).encode()


def _without_page(query: bytes) -> bytes:
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return urlencode([pair for pair in pairs if pair[0] not in PAGE_PARAMETERS]).encode()
