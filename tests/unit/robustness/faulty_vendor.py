# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Vendors whose answers go wrong at random, for the same seed in the same way: in this process, and on a socket."""

from __future__ import annotations

import contextlib
import io
import json
import random
import socket
import struct
import threading
import typing as t
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

import requests
import urllib3
from glasswall_script import item
from scripted_vendor import reset

HTML = b"<html><body>502 Bad Gateway</body></html>"


class Answer(t.NamedTuple):
    """What goes back. With `cut`, the connection ends after so many bytes of the body."""

    status: int
    body: bytes
    headers: dict[str, str]
    cut: int | None = None


def _json(body: t.Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(body).encode(), headers)


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


def scans_of(name: str) -> list[str]:
    """The ids of all the scans that a vendor has."""
    ids = {
        "advalidation": ["1001"],
        "bigid": [f"scan-{number}" for number in range(20)],
        "glasswall": [f"00000000-0000-4000-8000-{number:012}" for number in range(1000)],
        "protecto": [f"scan-{number}" for number in range(20)],
    }
    return ids[name]


class Vendor:
    """One of the four. Its scans run until `done` is set; a share of the answers goes wrong."""

    def __init__(self, name: str, share: float, seed: int = 1) -> None:
        self.name = name
        self.done = False
        self.faults = 0
        self.lists = True  # whether there is a list of scans, where the vendor has one
        self.ends: dict[str, float] = {}  # when each scan ends, where they end one by one
        self.now: Callable[[], float] = lambda: 0.0
        self.scan_ids = scans_of(name)
        self._share = share
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def answer(self, url: str) -> Answer:
        """The next answer, to a request for this address."""
        path, _mark, query = url.partition("?")
        with self._lock:
            if not self.done and self._random.random() < self._share:
                self.faults += 1
                return self._random.choice(FAULTS)
            if not self.lists and path.endswith("/scans"):
                return Answer(403, b"", {})
            return _json(getattr(self, f"_{self.name}")(path, dict(parse_qsl(query)), self._random.random()))

    def _is_done(self, scan_id: str) -> bool:
        return self.done or (bool(self.ends) and self.now() >= self.ends[scan_id])

    def _glasswall(self, path: str, query: dict[str, str], chance: float) -> t.Any:
        def one(scan_id: str) -> t.Any:
            running = "Pondering" if chance < 0.1 and not self.ends else "Processing"
            return item("Completed" if self._is_done(scan_id) else running, scan_id)

        if not path.endswith("/scans"):
            return one(path.rpartition("/")[2])
        begin = 100 * (int(query["page"]) - 1)
        scans = [one(scan_id) for scan_id in self.scan_ids[begin : begin + 100]]
        return {"total": len(self.scan_ids), "scans": scans, "pageLinks": {"totalPages": -(-len(self.scan_ids) // 100)}}

    def _protecto(self, path: str, query: dict[str, str], chance: float) -> t.Any:
        word = "SUCCESS " if self.done else "PONDERING" if chance < 0.1 else "IN-PROGRESS"
        return {"success": "True", "data": [{"tracking_id": scan_id, "status": word} for scan_id in self.scan_ids]}

    def _advalidation(self, path: str, query: dict[str, str], chance: float) -> t.Any:
        word = "finished" if self.done else "pondering" if chance < 0.1 else "processing"
        scan_id = path.rpartition("/")[2]
        return {"data": {"id": scan_id, "processingStatus": word, "nbIssues": 0 if self.done else None}}

    def _bigid(self, path: str, query: dict[str, str], chance: float) -> t.Any:
        """Its status is silent in every tenth look, so that the scan's record and the list are asked as well."""
        word = "Completed" if self.done else "Running"
        if path.endswith("/status"):
            return {"status": None if self.done or chance < 0.1 else True}
        if path.endswith("/parent-scans"):
            rows = [{"_id": scan_id, "name": "nightly", "state": word} for scan_id in self.scan_ids]
            return {"data": {"totalCount": float(len(rows)), "scanChildren": rows}}
        return [{} if chance < 0.5 and not self.done else {"state": word, "name": "nightly"}]


class InProcess(requests.adapters.BaseAdapter):
    """The vendor where the network would be."""

    def __init__(self, vendor: Vendor) -> None:
        super().__init__()
        self._vendor = vendor

    def send(self, request: t.Any, **kwargs: t.Any) -> requests.Response:
        answer = self._vendor.answer(request.url)
        if answer.cut is not None:
            raise reset()
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response.raw = urllib3.HTTPResponse(io.BytesIO(answer.body), preload_content=False)
        return response

    def close(self) -> None:
        pass


@contextlib.contextmanager
def on_a_socket(vendor: Vendor) -> Iterator[str]:
    """The vendor behind a real address, which this hands out. Connections are kept, as real servers keep them."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=16)
    threads = [threading.Thread(target=_accept, args=(listener, vendor))]
    threads[0].start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        listener.close()
        threads[0].join()


def _accept(listener: socket.socket, vendor: Vendor) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _peer = listener.accept()
            threading.Thread(target=_serve, args=(connection, vendor), daemon=True).start()


def _serve(connection: socket.socket, vendor: Vendor) -> None:
    with connection, contextlib.suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b""
        while piece := connection.recv(65536):
            received += piece
            if b"\r\n\r\n" not in received:
                continue
            answer = vendor.answer(received.split(b" ", 2)[1].decode())
            received = b""
            if answer.cut == 0:  # closed with a reset, before anything is said
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            headers = {**answer.headers, "Content-Length": str(len(answer.body))}
            head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            connection.sendall(f"HTTP/1.1 {answer.status} -\r\n{head}\r\n".encode() + answer.body[: answer.cut])
            if answer.cut:
                return
