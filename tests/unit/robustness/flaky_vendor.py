# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's vendors with faults at random, the same for the same seed: in this process, and on a socket."""

from __future__ import annotations

import contextlib
import io
import json
import random
import socket
import struct
import threading
import typing as t
from collections.abc import Callable, Iterator, Mapping

import requests
from datascan_sandbox.faults import Fault
from datascan_sandbox.lifecycle import Timeline
from datascan_sandbox.spoil import spoil
from sandbox_vendor import SandboxVendor, as_json
from scripted_vendor import connection_reset, response_to

BEGIN = 1_767_225_600.0  # 2026-01-01, in seconds since the epoch
UNKNOWN_STATE = Fault(kind="unknown_word")
HTML = b"<html><body>502 Bad Gateway</body></html>"


class Answer(t.NamedTuple):
    """A response. With `cut`, the connection ends after this many bytes of the body."""

    status: int
    body: bytes
    headers: dict[str, str]
    cut: int | None = None


FAULTS = [
    Answer(500, HTML, {}),
    Answer(502, b"", {}),
    Answer(503, b"{}", {"Retry-After": "7"}),
    Answer(429, b"{}", {"Retry-After": "soon"}),
    Answer(429, b"{}", {}),
    Answer(408, b"", {}),
    Answer(425, b"", {}),
    Answer(200, HTML, {}),
    Answer(200, b"", {}),
    Answer(200, b'{"data": [{"scanId', {}),
    Answer(200, b"null", {}),
    Answer(200, b"[]", {}),
    Answer(200, b'{"scanId": {}, "data": null}', {"Date": "nonsense"}),
    Answer(200, HTML, {}, cut=10),
    Answer(200, HTML, {}, cut=0),
]


class FlakyVendor:
    """A vendor of the sandbox. Its scans run until `is_done` is set; a share of its responses is faulty."""

    def __init__(self, name: str, *, scans: int = 1, share: float = 0.15, seed: int = 1) -> None:
        self.name = name
        self.is_done = False
        self.faults = 0
        self.lists = True  # whether its list of scans may be read, where it has one
        self.clock: Callable[[], float] | None = None  # where scans end one by one: seconds since the first started
        self._share = share
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._sandbox = SandboxVendor(name, lambda: BEGIN + self._elapsed(), lasts=1000)
        self.scan_ids = [self._sandbox.seed(age=0) for _number in range(scans)]

    @property
    def base(self) -> str:
        """The path of its API."""
        return self._sandbox.routes.base

    def end_one_by_one(self, seconds: float, clock: Callable[[], float]) -> None:
        """Let the scans end one after the other, the last one after so many seconds of this clock."""
        self.clock = clock
        scans = self._sandbox.routes.by_id.values()
        for number, scan in enumerate(scans):
            ((status, _seconds),) = scan.timeline.steps
            scan.timeline = Timeline(((status, seconds * number / len(scans)),), scan.timeline.last)

    def _elapsed(self) -> float:
        return self.clock() if self.clock else 10_000.0 if self.is_done else 0.0

    def answer(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """The next answer to this request."""
        with self._lock:
            if not self.is_done and self._random.random() < self._share:
                self.faults += 1
                return self._random.choice(FAULTS)
            if not self.lists and self._sandbox.operation_of(method, url) == "list":
                return Answer(403, b"", {})
            response = self._sandbox.call(method, url, body, headers)
            # Each tenth answer has a state that no document explains.
            if self._random.random() < 0.1 and not self.clock and not self.is_done:
                return Answer(200, json.dumps(spoil(UNKNOWN_STATE, as_json(response))).encode(), {})
            return Answer(response.status_code, bytes(response.body), {})


class FlakyAdapter(requests.adapters.BaseAdapter):
    """The vendor in place of the network."""

    def __init__(self, vendor: FlakyVendor) -> None:
        super().__init__()
        self._vendor = vendor

    def send(self, request: t.Any, **_options: t.Any) -> requests.Response:
        answer = self._vendor.answer(request.method, request.url, request.body, request.headers)
        if answer.cut is not None:
            raise connection_reset()
        return response_to(request, answer.status, answer.headers, io.BytesIO(answer.body))

    def close(self) -> None:
        pass


@contextlib.contextmanager
def on_a_socket(vendor: FlakyVendor) -> Iterator[str]:
    """The vendor behind a real address, which is yielded. Connections are kept open, as by real servers."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=16)
    threads = [threading.Thread(target=_accept, args=(listener, vendor))]
    threads[0].start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{vendor.base}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        listener.close()
        threads[0].join()


def _accept(listener: socket.socket, vendor: FlakyVendor) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _peer = listener.accept()
            threading.Thread(target=_serve, args=(connection, vendor), daemon=True).start()


def _serve(connection: socket.socket, vendor: FlakyVendor) -> None:
    with connection, contextlib.suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b""
        while piece := connection.recv(65536):
            received += piece
            head, end, body = received.partition(b"\r\n\r\n")
            if not end:
                continue
            first, *lines = head.decode().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines)
            if len(body) < int(headers.get("Content-Length", 0)):
                continue
            received = b""
            method, url, _version = first.split(" ")
            answer = vendor.answer(method, url, body, headers)
            if answer.cut == 0:  # a reset before the answer
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            headers = {**answer.headers, "Content-Length": str(len(answer.body))}
            lines = [f"HTTP/1.1 {answer.status} -", *(f"{name}: {value}" for name, value in headers.items())]
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + answer.body[: answer.cut])
            if answer.cut:
                return
