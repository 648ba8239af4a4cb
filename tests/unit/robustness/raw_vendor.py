# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vendor at the end of a real connection, which keeps each request byte for byte and refuses it."""

from __future__ import annotations

import socketserver
import typing as t
from contextlib import AbstractContextManager

from threaded_server import serving

BODY = b'{"error": "No, thank you"}'
REFUSAL = b"HTTP/1.1 418 No\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(
    BODY
)


class RawVendor(socketserver.ThreadingTCPServer):
    """`heads` are the requests' first lines and headers, `bodies` what followed them."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.heads: list[list[bytes]] = []
        self.bodies: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = t.cast(RawVendor, self.server)
        head = list(iter(lambda: self.rfile.readline().rstrip(b"\r\n"), b""))
        length = next((int(line.split(b":")[1]) for line in head if line.lower().startswith(b"content-length:")), 0)
        server.bodies.append(self.rfile.read(length))
        server.heads.append(head)
        self.wfile.write(REFUSAL + BODY)


def raw_vendor() -> AbstractContextManager[RawVendor]:
    """A vendor that listens on 127.0.0.1 until the end of the block."""
    return serving(RawVendor())
