# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several pipelines and one vendor in simulated time, where a list of numbers replaces chance.

The vendor is the sandbox's own Glasswall, called without a socket. Each pipeline is a thread, but only one of them ever
runs: at every request and at every sleep it hands over, and the next number selects the next thread. So a trial is the
same whenever it is run, and any order of requests can happen.
"""

from __future__ import annotations

import threading
import typing as t
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from types import SimpleNamespace
from urllib.parse import urlsplit

import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import connect
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from datascan_sandbox.clock import iso
from datascan_sandbox.vendors import glasswall_scans
from datascan_sandbox.vendors.glasswall import Glasswall
from datascan_sandbox.vendors.glasswall_scans import Scan as ServerScan
from sandbox_vendor import API_TOKEN, SandboxVendor, to_requests
from scripted_vendor import connection_reset, mount, session_of
from starlette.responses import Response

BEGIN = 1_767_225_600.0  # 2026-01-01
TRIP = 0.002  # seconds that a request takes at least
TICKS = (0.0, 0.0, 0.0, 0.1, 0.4, 1.1)  # seconds by which whoever goes on may be late
# In which way a request goes wrong: whether it was carried out, and what comes back.
FAULTS: Sequence[tuple[bool, int | str]] = (
    (False, "no connection"),
    (False, "reset"),
    (True, "reset"),
    (True, "cut off"),
    (True, "html"),
    (False, 503),
    (True, 502),
    (False, 401),
    (False, 429),
)


class Killed(BaseException):
    """The pipeline's process is gone."""


class World:
    """The vendor, the pipelines, and the time."""

    def __init__(self, numbers: Sequence[int], *, faults: int = 0, lag: float = 0.0, **settings: t.Any) -> None:
        """`faults` of 256 requests meet a fault. The list is late by `lag` seconds; settings are the sandbox's."""
        self.now = BEGIN
        self.faults = faults
        self.lag = lag
        self.met: list[str] = []  # the faults that happened
        self.journal: list[str] = []  # to find out why a trial failed
        self._numbers: Iterator[int] = iter(numbers)
        self._turns = 0
        self.vendor = SandboxVendor("glasswall", lambda: self.now, **settings)
        self._server = t.cast(Glasswall, self.vendor.routes)
        self.made_by: dict[str, Pipeline] = {}
        self.cancelled_by: list[tuple[str, Pipeline]] = []
        self._ids = SimpleNamespace(uuid4=self._new_id)

    def draw(self, choices: int) -> int:
        """The next decision; when the numbers run out, always the first choice, so that every trial ends."""
        return next(self._numbers, 0) % choices

    def _new_id(self) -> uuid.UUID:
        """An id that may come before or after those that are there."""
        return uuid.UUID(int=(self.draw(16) << 124) + len(self._server.store.by_id) + 1)

    def run(self, *pipelines: Pipeline) -> None:
        """Run the pipelines until all have ended, in the order that the numbers select."""
        self._turns = 0
        while left := [pipeline for pipeline in pipelines if not pipeline.ended]:
            self._turns += 1
            assert self._turns < 2000, "this does not end"
            # Without further numbers, the pipeline that has waited longest continues.
            chosen = (
                min(left, key=lambda one: one.ready)
                if (pick := next(self._numbers, None)) is None
                else left[pick % len(left)]
            )
            self.now = max(self.now, chosen.ready) + TRIP + TICKS[self.draw(len(TICKS))]
            chosen.go_on()

    def answer(self, pipeline: Pipeline, request: t.Any) -> requests.Response:
        """Carry out a request, or not, and send back what came of it, or something else."""
        carried_out, fault = (True, None)
        if self.faults and self.draw(256) >= 256 - self.faults:
            carried_out, fault = FAULTS[self.draw(len(FAULTS))]
            self.met.append(f"{request.method} {fault}")
        answer = self._carry_out(pipeline, request) if carried_out else Response()
        self.journal.append(
            f"{self.now - BEGIN:.3f} {pipeline.name}: {request.method} {urlsplit(request.url).path}"
            f"{f' {fault}' if fault else ''}{'' if carried_out else ' (not carried out)'}: {bytes(answer.body)[:60]!r}"
        )
        if fault == "no connection":
            raise requests.ConnectTimeout
        if fault == "reset":
            raise connection_reset()
        body = bytes(answer.body)
        status = answer.status_code
        if fault == "cut off":
            body = body[: len(body) // 2]
        elif fault == "html":
            body = b"<html>"
        elif isinstance(fault, int):
            status, body = fault, b""
        return to_requests(request, status, body, self.now)

    def _carry_out(self, pipeline: Pipeline, request: t.Any) -> Response:
        url = urlsplit(request.url)
        path = url.path.removeprefix("/api/v1")
        known = set(self._server.store.by_id)
        kept, offset = self._server.store.by_id, self._server.clock.offset
        late = request.method == "GET" and path == "/scans" and self.lag
        if late:  # the list shows the world as it was
            seen_at = self.now - self.lag
            self._server.store.by_id = {scan.scan_id: scan for scan in kept.values() if scan.started <= seen_at}
            self._server.clock.offset = -self.lag
        glasswall_scans.uuid = self._ids  # type: ignore[assignment]
        try:
            return self.vendor.call(request.method, request.url, request.body, request.headers)
        finally:
            glasswall_scans.uuid = uuid
            if late:
                self._server.store.by_id, self._server.clock.offset = kept, offset
            for scan_id in set(self._server.store.by_id) - known:
                self.made_by[scan_id] = pipeline
            if request.method == "DELETE":
                self.cancelled_by.append((path.rpartition("/")[2], pipeline))

    # The scans on the server

    def scans(self) -> list[ServerScan]:
        return list(self._server.store.by_id.values())

    def alive(self) -> list[ServerScan]:
        """The running scans, in the order of the election."""
        scans = [scan for scan in self.scans() if scan.active(self.now)]
        fine = self._server.settings.time_fraction
        return sorted(scans, key=lambda scan: (iso(scan.started, fraction=fine), scan.scan_id))

    def alive_of(self, pipeline: Pipeline) -> list[str]:
        """The running scans that this pipeline's requests created."""
        return [scan.scan_id for scan in self.alive() if self.made_by.get(scan.scan_id) is pipeline]


class Pipeline(threading.Thread):
    """One run of an operation. `outcome` is its result, its error, or None where it was killed."""

    def __init__(
        self,
        world: World,
        operation: Callable[[OperationContext], t.Any],
        *,
        skew: float = 0.0,
        dies_at: int | None = None,
    ) -> None:
        """The pipeline's own clock is wrong by `skew` seconds. It is killed at its request number `dies_at`."""
        super().__init__(daemon=True)
        self.ready = world.now
        self.ended = False
        self.outcome: t.Any = None
        self.warned: list[str] = []
        self._world = world
        self._operation = operation
        self._skew = skew
        self._dies_at = dies_at
        self._requests = 0
        # Held by the side that waits, and released by the other one.
        self._mine, self._others = threading.Lock(), threading.Lock()
        self._mine.acquire()
        self._others.acquire()
        self.start()

    def go_on(self) -> None:
        """Run until the next request or sleep."""
        self._mine.release()
        assert self._others.acquire(timeout=60)

    def run(self) -> None:
        self._mine.acquire()
        try:
            self.outcome = self._operation(self._context())
        except (DatascanError, Killed, AssertionError) as error:
            self.outcome = error
        finally:
            self.ended = True
            self._others.release()

    def _context(self) -> OperationContext:
        connection = ConnectionOptions(
            provider="glasswall", api_url="https://vendor.test/api/v1", api_token=API_TOKEN, retries=2
        )
        provider = connect(connection, self, self.warned.append, Redactor())  # type: ignore[arg-type]
        mount(provider, _Wire(self._request))
        session_of(provider).trust_env = False  # looking for proxies takes longer than all the rest
        return OperationContext(provider, self, warn=self.warned.append)  # type: ignore[arg-type]

    def _hand_over(self) -> None:
        self._others.release()
        self._mine.acquire()

    def _request(self, request: t.Any) -> requests.Response:
        self._hand_over()
        self._requests += 1
        if self._requests == self._dies_at:
            raise Killed
        return self._world.answer(self, request)

    # The pipeline's clock

    def monotonic(self) -> float:
        return self._world.now

    def check_interrupted(self) -> None:
        """Do nothing: this clock is never interrupted."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._world.now + self._skew, timezone.utc)

    def sleep(self, seconds: float) -> None:
        self.ready = self._world.now + seconds
        self._hand_over()

    def random(self) -> float:
        return 0.0


class _Wire(requests.adapters.BaseAdapter):
    """Replaces the network."""

    def __init__(self, answer: Callable[[t.Any], requests.Response]) -> None:
        super().__init__()
        self._answer = answer

    def send(self, request: t.Any, **_more: t.Any) -> requests.Response:
        return self._answer(request)

    def close(self) -> None:
        pass
