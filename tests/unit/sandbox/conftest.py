# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox without a server: its application is called in this process, and its clock stands still."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "roles" / "sandbox" / "files"))

from datascan_sandbox.app import create_app  # noqa: E402
from datascan_sandbox.clock import Clock  # noqa: E402
from datascan_sandbox.state import Sandbox  # noqa: E402
from datascan_sandbox.vendors import vendor_classes  # noqa: E402

# 2023-11-18 06:20:38 UTC
START = 1700288438.0
SAS = (
    "BlobEndpoint=https://{account}.blob.core.windows.net/;SharedAccessSignature="
    "sv=2022-11-02&ss={ss}&srt={srt}&sp={sp}&st={st}&se={se}&spr=https&sig=ZmFrZQ%3D%3D"
)


def connection_string(account: str = "acct", **changes: str) -> str:
    parts = {"ss": "b", "srt": "sco", "sp": "rwlc", "st": "2022-01-01T00:00:00Z", "se": "2099-01-01T00:00:00Z"}
    return SAS.format(account=account, **{**parts, **changes})


@dataclass
class Reply:
    """A response. status is None where the connection broke first."""

    status: int | None
    headers: dict[str, str]
    body: bytes
    broken: bool

    def json(self) -> Any:
        return json.loads(self.body)


class _Line:
    """A connection that can be broken, in the form that the server passes to the application."""

    def __init__(self) -> None:
        self.broken = asyncio.Event()

    def abort(self) -> None:
        self.broken.set()


class World:
    """One sandbox, its clock, and a client that calls it without a socket."""

    bases = {vendor.name: vendor.api_path() for vendor in vendor_classes()}

    def __init__(self) -> None:
        self.clock = Clock(lambda: START)
        self.sandbox = Sandbox(self.clock)
        self.app = create_app(self.sandbox)

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = "sandbox-token",
        query: dict[str, Any] | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        sent = {"content-type": "application/json", **(headers or {})}
        if token is not None and not {"authorization", "x-api-key"} & set(sent):
            name = "x-api-key" if path.startswith("/advalidation") else "authorization"
            sent[name] = token if name == "x-api-key" else f"Bearer {token}"
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return asyncio.run(self._call(method, path, urlencode(query or {}, doseq=True), data, sent))

    async def _call(self, method: str, path: str, query: str, data: bytes, headers: dict[str, str]) -> Reply:
        line, messages, sent = _Line(), [], []
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
            "extensions": {"datascan.transport": line},
        }
        messages.append({"type": "http.request", "body": data, "more_body": False})

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop()
            await line.broken.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        opened = next((message for message in sent if message["type"] == "http.response.start"), None)
        return Reply(
            status=None if opened is None else opened["status"],
            headers={} if opened is None else {key.decode(): value.decode() for key, value in opened["headers"]},
            body=b"".join(message.get("body", b"") for message in sent),
            broken=line.broken.is_set(),
        )

    # Shorthands

    def vendor(self, name: str, method: str, path: str, **more: Any) -> Reply:
        return self.call(method, self.bases[name] + path, **more)

    def glasswall(self, method: str, path: str, **more: Any) -> Reply:
        return self.vendor("glasswall", method, path, **more)

    def bigid(self, method: str, path: str, **more: Any) -> Reply:
        return self.vendor("bigid", method, path, **more)

    def protecto(self, path: str, body: Any, **more: Any) -> Reply:
        return self.vendor("protecto", "PUT", path, body=body, **more)

    def advalidation(self, method: str, path: str, **more: Any) -> Reply:
        return self.vendor("advalidation", method, path, **more)

    def control(self, method: str, path: str, body: Any = None) -> Reply:
        return self.call(method, f"/_control{path}", body=body, token=None)

    def settings(self, vendor: str, **values: Any) -> None:
        reply = self.control("POST", "/settings", {vendor: values})
        assert reply.status == 200, reply.body

    def seed(self, vendor: str, wish: dict[str, Any]) -> list[Any]:
        reply = self.control("POST", f"/{vendor}/scans", wish)
        assert reply.status == 200, reply.body
        return list(reply.json())

    def fault(self, kind: str, *, rule: dict[str, Any] | None = None, **options: Any) -> None:
        reply = self.control("POST", "/faults", {**(rule or {}), "fault": {"kind": kind, **options}})
        assert reply.status == 200, reply.body

    def wish(self, path: str = "container/ok", **changes: Any) -> dict[str, Any]:
        """The body of a Glasswall start."""
        return {
            "sourceConnectionString": connection_string("source"),
            "sourceContainerPath": path,
            "destinationConnectionString": connection_string("target"),
            "targetContainerPath": "clean",
            "quarantineContainerPath": "quarantine",
            **changes,
        }

    def start(self, path: str = "container/ok", **changes: Any) -> str:
        """Start a Glasswall scan and return its id."""
        reply = self.glasswall("POST", "/scans", body=self.wish(path, **changes))
        assert reply.status == 200, reply.body
        return str(reply.json()["scanId"])

    def start_bigid(self, profile: str) -> str:
        reply = self.bigid("POST", "/scans", body={"scanType": "dsScan", "scanProfileName": profile})
        assert reply.status == 200, reply.body
        return str(reply.json()["result"]["_id"])

    def start_protecto(self, name: str) -> str:
        reply = self.protecto("/data-scan-async", [{"data_source_name": "sf", "object_name": ["db", "schema", name]}])
        assert reply.status == 200, reply.body
        return str(reply.json()["data"]["tracking_id"])


@pytest.fixture(scope="session")
def one_world() -> World:
    return World()


@pytest.fixture
def world(one_world: World) -> World:
    """Reset the sandbox: a new application for every test would take longer than the tests."""
    one_world.sandbox.reset()
    return one_world


@pytest.fixture
def sas() -> Callable[..., str]:
    return connection_string
