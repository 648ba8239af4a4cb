# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a cell of the fault matrix: a verb of a vendor behind the real server, and one fault that strikes a request."""

from __future__ import annotations

import json
import socket
import threading
import typing as t
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime

import fault_list as fl
import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import ColumnQuery
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
from ansible_collections.datascan.gate.plugins.module_utils._core.http import body as _body
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Query
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import (
    cancel,
    columns,
    rescan,
    start,
    status,
    wait,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import connect
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from fake_clock import FakeClock
from fault_list import Fault
from fault_server import ELSEWHERE, HOST, Reply, Server
from fault_vendors import LASTS, VENDORS, Vendor
from scripted_vendor import TOKEN, session_of

WAIT_OPTIONS = WaitOptions(timeout=25.0, interval=10.0)
TIMEOUT = 2.0  # seconds for a request, on the fake clock
SILENCE = 0.05  # seconds that pass in truth before a request that is never answered times out
_MOST = 50  # requests; after more than that the cell is a loop, and fails
_DRIP_ENDS = 4  # looks at the clock, a second each, until a dripping body has taken too long
_LIES = {fl.REPEATS: "repeats", fl.TOTAL_TOO_HIGH: "high", fl.TOTAL_TOO_LOW: "low"}
_OWN = {"status": "look", "wait": "look"}  # the request that a verb is about; elsewhere it has the verb's name


@dataclass
class Seen:
    """What came of a cell."""

    requests: list[str] = field(default_factory=list)  # that the vendor saw
    result: t.Any = None
    error: DatascanError | None = None
    warnings: list[str] = field(default_factory=list)
    paused: float = 0.0  # seconds from the first request that was struck to the last of its kind
    made: int = 0  # scans
    strayed: int = 0  # connections to another host

    def __str__(self) -> str:
        """The result in short: ok, changed, or the kind of the error."""
        if self.error:
            return self.error.kind
        scans = getattr(self.result, "scans", [getattr(self.result, "scan", None)])
        odd = any(scan is not None and scan.state.value == "unknown" for scan in scans)
        return ("changed" if self.result.changed else "ok") + (", unknown" if odd else "")


class DripClock(FakeClock):
    """A clock that can be told to go on by a second at each of the next looks at it."""

    def __init__(self) -> None:
        super().__init__()
        self.ticks = 0

    def monotonic(self) -> float:
        if self.ticks:
            self.ticks -= 1
            self.elapsed += 1.0
        return self.elapsed


class Cell:
    """A verb, a vendor, a fault, and how often it strikes: once, once and `taken` all the same, or always."""

    def __init__(self, verb: str, vendor: str, fault: Fault, mode: str, at: str | None = None) -> None:
        """`at` is the word of the request that is struck, where it is not the one that the verb is about."""
        self.verb, self.fault, self.mode = verb, fault, mode
        self.clock = DripClock()
        self.vendor: Vendor = VENDORS[vendor](self.clock)
        self.waits = fault.means == "401"  # then the verb waits, and the fault strikes a look of its wait
        self.in_list = self.vendor.lists and (
            fault in (*_LIES, fl.NULL_LIST) or (fault is fl.FUTURE and vendor == "bigid")
        )
        self.in_list = self.in_list and verb in ("start", "status", "rescan", "wait")
        self.vendor.lies = _LIES.get(fault)
        self._struck_word = at or ("list" if self.in_list else "look" if self.waits else _OWN.get(verb, verb))
        self._first = self._first_struck()
        self._counts: Counter[str] = Counter()
        self._struck = 0
        self._struck_at = 0.0
        self._silent = threading.Event()  # set once the server has taken a request that it will not answer
        self.seen = Seen()
        self._prepare()

    def _first_struck(self) -> int:
        """How many requests of that word go well before."""
        if self.verb == "wait":
            return 2 if self._struck_word == "list" and self.vendor.name == "glasswall" else 1
        if not self.waits or self.verb == "start":
            return 0
        return {"status": 1, "cancel": 3, "rescan": 1 if self.vendor.name == "glasswall" else 0}[self.verb]

    def _prepare(self) -> None:
        """The scans that are there before."""
        vendor = self.vendor
        vendor.slow_to_cancel = self.waits
        if self.waits or self.verb == "wait":
            vendor.lasts = LASTS
        if self.verb == "rescan":
            vendor.add(began=-2000.0)
        if self.in_list:
            for _number in range(2):
                vendor.add(ours=False)
        if self.verb == "rescan" and self.in_list:
            vendor.scans[0].children.append(vendor.add(parent=vendor.scans[0].id).id)
        elif self.verb in ("status", "cancel", "wait"):
            vendor.add()
        elif self.verb == "start" and self.in_list:
            vendor.add(began=-100.0)
        if self.fault is fl.REPEATS and self.verb != "wait":
            vendor.scans.reverse()  # what no page shows cannot be found

    # The server's side

    def strikes(self, word: str) -> bool:
        """Whether the fault strikes the next request of this word."""
        if word != self._struck_word or self._counts[word] < self._first:
            return False
        return self.mode == "always" or not self._struck

    def count(self, word: str) -> bool:
        """The same for a request that comes now."""
        strikes = self.strikes(word)
        self._counts[word] += 1
        if strikes and not self._struck:
            self._struck_at = self.clock.elapsed
        self._struck += strikes
        if self._struck and word == self._struck_word:
            self.seen.paused = self.clock.elapsed - self._struck_at
        return strikes

    def take(self, method: str, target: str, body: t.Any) -> Reply:
        """Answer a request, or go wrong."""
        word = self.vendor.word(method, target)
        self.seen.requests.append(word)
        if len(self.seen.requests) > _MOST:
            return Reply(status=418)
        reply = self._struck_reply(word, target, body) if self.count(word) else None
        odd = "future" if self.fault is fl.FUTURE else None  # a clock that is wrong is so in every answer
        reply = reply or Reply(data=self.vendor.answer(word, target, body, odd))
        if reply.how == "silence":
            self._silent.set()
        reply.headers["Date"] = format_datetime(self.clock.now(), usegmt=True)
        return reply

    def _struck_reply(self, word: str, target: str, body: t.Any) -> Reply | None:
        fault = self.fault
        odd = {fl.NULL_LIST: "null", fl.UNKNOWN_WORD: "word", fl.FUTURE: "future"}.get(fault)
        if odd:
            return Reply(data=self.vendor.answer(word, target, body, odd))
        if fault in fl.CERTIFICATES or fault in _LIES:
            return None
        is_write = word == self.verb
        answer = None if is_write and self.mode != "taken" else self.vendor.answer(word, target, body)
        if fault.status and fault.status >= 400:
            after = fault.retry_after
            if after == "DATE":
                after = format_datetime(self.clock.now() + timedelta(seconds=20), usegmt=True)
            return Reply(text="busy", status=fault.status, **({"Retry_After": after} if after else {}))
        return {
            fl.RESET_BEFORE: Reply("reset"),
            fl.RESET_AFTER: Reply("reset"),
            fl.NO_ANSWER: Reply("silence"),
            fl.SLOW_BODY: Reply("drip"),
            fl.ENDLESS: Reply("endless"),
            fl.HTML: Reply(text="<html>Sign in</html>"),
            fl.ERROR_UNDER_200: Reply(data=self.vendor.error_body),
            fl.CUT_OFF: Reply(text=json.dumps(answer or {"a": 1})[:-3]),
            fl.WRONG_SHAPE: Reply(data=[1, 2]),
            fl.REDIRECT: Reply(status=302, text="", Location=f"http://{ELSEWHERE}/login"),
        }[fault]

    # The client's side

    def run(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> Seen:
        """The verb, through a real session."""
        server.take, server.strayed = self.take, 0
        certificate = fl.CERTIFICATES.get(self.fault)
        ca_path = certificate and self.fault is not fl.SELF_SIGNED and str(server.certificates[certificate])
        tokens = {"refresh_token": TOKEN} if self.fault is fl.EXPIRED_TOKEN_RENEWED else {"api_token": TOKEN}
        settings = ConnectionOptions(
            provider=self.vendor.name,
            api_url=f"{'https' if certificate else 'http'}://{HOST}{self.vendor.path}",
            timeout=TIMEOUT,
            retries=2,
            ca_path=ca_path or None,
            **tokens,  # type: ignore[arg-type]
        )
        provider = connect(settings, self.clock, self.seen.warnings.append, Redactor([TOKEN]))  # type: ignore[arg-type]
        job = OperationContext(provider, self.clock, warn=self.seen.warnings.append)  # type: ignore[arg-type]
        monkeypatch.setattr(_body, "MAX_BODY", fl.LIMIT)
        with self._network(session_of(provider), server, certificate or "plain", monkeypatch):
            try:
                self.seen.result = self._verb(job)
            except DatascanError as error:
                self.seen.error = error
            finally:
                provider.close()
        self.seen.made, self.seen.strayed = self.vendor.made, server.strayed
        return self.seen

    def _verb(self, job: OperationContext) -> t.Any:
        patience = WAIT_OPTIONS if self.waits else None
        ids = [scan.id for scan in self.vendor.scans]
        verbs: dict[str, Callable[[], t.Any]] = {
            "start": lambda: start.start_scan(job, start.StartRequest(target=self.vendor.target, wait=patience)),
            "status": lambda: status.read_status(
                job,
                status.StatusRequest(ids, wait=patience) if not self.in_list else status.StatusRequest(query=Query()),
            ),
            "cancel": lambda: cancel.cancel_scans(job, cancel.CancelRequest(scan_ids=ids, wait=patience)),
            "rescan": lambda: rescan.rescan(job, rescan.RescanRequest(self.vendor.id(1), wait=patience)),
            "wait": lambda: wait.wait_for_scans(job, wait.WaitRequest(ids, options=WAIT_OPTIONS)),
            "columns": lambda: columns.read_columns(job, columns.ColumnsRequest(ColumnQuery(cluster_id="c1"))),
        }
        return verbs[self.verb]()

    @contextmanager
    def _network(
        self, session: t.Any, server: Server, certificate: str, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[None]:
        """Names lead to the server, or nowhere; a request that is never answered is given little real time."""
        real_request, real_lookup = session.request, socket.getaddrinfo
        away: list[Fault] = []

        def request(method: str, url: str, **options: t.Any) -> t.Any:
            away.clear()
            strikes = self.strikes(self.vendor.word(method, url.partition(HOST)[2]))
            if strikes and self.fault.means == "unreached":
                self.count(self._struck_word)
                away.append(self.fault)
            if strikes and self.fault is fl.SLOW_BODY:
                self.clock.ticks = _DRIP_ENDS
            if strikes and self.fault is fl.NO_ANSWER:
                return never_answered(method, url, **options)
            return real_request(method, url, **{**options, "timeout": 10.0})

        def never_answered(method: str, url: str, **options: t.Any) -> t.Any:
            self._silent.clear()
            try:
                return real_request(method, url, **{**options, "timeout": (10.0, SILENCE)})
            finally:
                assert self._silent.wait(10), "the server did not come to take the request"

        def lookup(host: str, port: int, *args: t.Any, **kwargs: t.Any) -> t.Any:
            if away == [fl.NAME_NOT_FOUND]:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            name = {HOST: "closed" if away else certificate, ELSEWHERE: "elsewhere"}[host]
            return real_lookup("127.0.0.1", server.ports[name], *args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(session, "request", request)
            patch.setattr(session, "trust_env", False)  # no proxy stands between
            patch.setattr(socket, "getaddrinfo", lookup)
            yield
