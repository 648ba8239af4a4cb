# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a cell of the fault matrix: an operation, a vendor of the sandbox behind a real server, and one fault."""

from __future__ import annotations

import functools
import re
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
from ansible_collections.datascan.gate.plugins.module_utils._core.http import sockets as _sockets
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
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import connect, provider_class
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from datascan_sandbox.faults import Fault as SandboxFault
from datascan_sandbox.gate import _without_page
from datascan_sandbox.spoil import spoil
from fake_clock import FakeClock
from fault_expected import Normal
from fault_list import Fault
from fault_rules import ALWAYS, TAKEN, WRITES
from fault_server import ELSEWHERE, HOST, RawRequest, Reply, Server
from provider_samples import sample_target
from sandbox_vendor import API_TOKEN, REFRESH_TOKEN, SandboxAdapter, SandboxVendor, as_json
from scripted_vendor import mount, session_of

WAIT_OPTIONS = WaitOptions(timeout=25.0, interval=10.0)
TIMEOUT = 2.0  # seconds for a request, on the fake clock
SILENCE = 0.05  # seconds of real time before a request that is never answered times out
_MOST = 50  # requests; a cell that sends more is in a loop, and fails
_DRIP_ENDS = 2  # readings of the clock, a second each, until a dripping body has taken too long
NO_FAULT = Fault("none", "none")
NEVER = "never"  # a way for a fault to strike
UNKNOWN_WORD = "Frobnicating"
_PAGE_SIZE = 2  # of lists of scans
_LASTS = 15.0  # seconds that a scan runs where it is waited for
_TOTALS = {fl.TOTAL_TOO_HIGH: 1000, fl.TOTAL_TOO_LOW: 1}  # every list lies, whichever request the fault strikes
_FUTURE = SandboxFault(kind="future_time", seconds=2.2e9)  # seventy years
_OWN = {"status": "get", "wait": "get"}  # the request that an operation is about; elsewhere of the same name


@dataclass
class Seen:
    """The outcome of a cell."""

    requests: list[str] = field(default_factory=list)  # that the vendor saw
    result: t.Any = None
    error: DatascanError | None = None
    warnings: list[str] = field(default_factory=list)
    paused: float = 0.0  # seconds from the first request that was struck to the last of its kind
    made: int = 0  # scans
    size: int = 0  # columns of the cluster
    spoiled: bool = False  # whether an answer of the vendor was changed
    first_poll: int = 0  # requests of the kind that is struck, before the first pause
    strayed: int = 0  # connections to another host

    def __str__(self) -> str:
        """The result in short: ok, changed, or the kind of the error."""
        if self.error:
            return self.error.kind
        scans = getattr(self.result, "scans", [getattr(self.result, "scan", None)])
        odd = any(scan is not None and scan.state.value == "unknown" for scan in scans)
        return ("changed" if self.result.changed else "ok") + (", unknown" if odd else "")


class DripClock(FakeClock):
    """A clock that can advance by a second at each of its next readings."""

    def __init__(self) -> None:
        super().__init__()
        self.ticks = 0

    def monotonic(self) -> float:
        if self.ticks:
            self.ticks -= 1
            self.elapsed += 1.0
        return self.elapsed


class Cell:
    """An operation, a vendor, a fault, and how often it strikes: once, once and `taken` nevertheless, or always."""

    def __init__(
        self, operation: str, vendor: str, fault: Fault, mode: str, *, at: str | None = None, skip: int = 0
    ) -> None:
        """`at` is the request that is struck, where it is not the operation's own; the first `skip` of them are not."""
        self.operation, self.mode = operation, mode
        self.fault = NO_FAULT if mode == NEVER else fault
        self.provider_class = provider_class(vendor)
        self.clock = DripClock()
        self.waits = fault in (fl.EXPIRED_TOKEN, fl.EXPIRED_TOKEN_RENEWED)  # the fault strikes while it waits
        self.in_list = fault in fl.LISTS and operation not in ("columns", "issues")
        own = "list" if self.in_list else "get" if self.waits else _OWN.get(operation, operation)
        self.struck_kind = at or own
        self._shows_the_first_page_only = fault is fl.REPEATS
        self._skip = skip
        self._counts: Counter[str] = Counter()
        self._struck = 0
        self._struck_at = 0.0
        self._silent = threading.Event()  # set once the server has taken a request that it will not answer
        self.seen = Seen()
        self.vendor = SandboxVendor(
            vendor,
            lambda: self.clock.start.timestamp() + self.clock.elapsed,
            lasts=_LASTS if self.waits or operation == "wait" else 1000.0,
            phase=0 if operation == "cancel" else -1,
            page_size_max=_PAGE_SIZE,
            files=2 * _PAGE_SIZE,
            include_rebuilt=False,  # all of them come
            cancel_processing_seconds=5.0 if self.waits else 0.0,
        )
        self.scan_ids: list[str] = []
        self.subject = ""  # of a rescan
        self.cluster_id = ""
        self._prepare()

    def _prepare(self) -> None:
        """Create the scans that exist before. Lists show the newest first, so the oldest scan is on the second page."""
        age_of_others = 0.0 if self.operation == "wait" else 200.0 if self._shows_the_first_page_only else 10.0
        if self.operation == "rescan":
            self.scan_ids.append(self.vendor.seed(age=2000))
            row = self.vendor.routes.scans()[-1]
            option = self.provider_class.rescan_option
            self.subject = self.scan_ids[0] if option == "scan_id" else str(row[_to_camel(option)])
        if self.in_list:
            self.scan_ids += [self._start(age_of_others, is_ours=False) for _number in range(_PAGE_SIZE)]
        if self.operation == "rescan" and self.in_list:
            self._before(100.0, lambda provider: provider.rescan(self.subject))
        elif self.operation in ("status", "cancel", "wait"):
            self.scan_ids.append(self.vendor.seed(age=0))
        elif self.operation == "start" and self.in_list:
            self._start(100.0, is_ours=True)
        elif self.operation == "issues":
            self.scan_ids.append(self.vendor.seed(age=2000))
        elif self.operation == "columns":
            cluster = self._before(0.0, lambda provider: provider.list_clusters())[0]
            self.cluster_id, size = cluster.id, cluster.size
            self.seen.size = size
            settings = self.vendor.routes.settings
            self.vendor.routes.settings = settings.merged({"page_size_max": -(-size // 2)})
        self.vendor.made.clear()

    def _start(self, age: float, *, is_ours: bool) -> str:
        """A scan that began so many seconds ago, of the source and target that the operation starts or of others."""
        if not self.provider_class.supports("start"):
            return self.vendor.seed(age=age)
        target = self._target() if is_ours else self._other_target()
        return str(self._before(age, lambda provider: provider.start(target)).id)

    def _before(self, age: float, do: Callable[[t.Any], t.Any]) -> t.Any:
        """Let the provider do something `seconds` ago, without a server and without a fault."""
        options = ConnectionOptions(self.provider_class.name, f"https://{HOST}{self.vendor.routes.base}", API_TOKEN)
        provider = connect(options, self.clock, self.seen.warnings.append, Redactor())  # type: ignore[arg-type]
        mount(provider, SandboxAdapter(self.vendor))
        self.vendor.routes.clock.offset = -age
        try:
            return do(provider)
        finally:
            self.vendor.routes.clock.offset = 0.0

    def _target(self) -> dict[str, t.Any]:
        return sample_target(self.provider_class)  # type: ignore[arg-type]

    def _other_target(self) -> dict[str, t.Any]:
        options = self.provider_class.target_options  # type: ignore[attr-defined]
        return {
            name: f"{value}-2" if isinstance(value, str) and not options[name].get("no_log") else value
            for name, value in self._target().items()
        }

    # The server's side

    def _request_kind(self, method: str, url: str) -> str:
        return self.vendor.operation_of(method, url)

    def strikes(self, request_kind: str) -> bool:
        """Whether the fault strikes the next request of this kind."""
        if request_kind != self.struck_kind or self._counts[request_kind] < self._skip:
            return False
        return self.mode == ALWAYS or (self.mode != NEVER and not self._struck)

    def count(self, request_kind: str) -> bool:
        """The same for a request that comes now."""
        strikes = self.strikes(request_kind)
        self._counts[request_kind] += 1
        if request_kind == self.struck_kind and self.clock.elapsed < 5:
            self.seen.first_poll += 1
        if strikes and not self._struck:
            self._struck_at = self.clock.elapsed
        self._struck += strikes
        if self._struck and request_kind == self.struck_kind:
            self.seen.paused = self.clock.elapsed - self._struck_at
        return strikes

    def take(self, request: RawRequest) -> Reply:
        """Answer a request, or let the fault strike."""
        request_kind = self._request_kind(request.method, request.url)
        self.seen.requests.append(request_kind)
        if len(self.seen.requests) > _MOST:
            return Reply(status=418)
        strikes = self.count(request_kind)
        reply = self._struck_reply(request_kind, request) if strikes else self._answer(request_kind, request)
        if reply.how == "silence":
            self._silent.set()
        elif reply.how == "drip":
            self.clock.ticks = _DRIP_ENDS * (4 if request_kind == "columns" else 1)  # as `timeout` counts for them
        reply.headers["Date"] = format_datetime(self.clock.now(), usegmt=True)
        return reply

    def _carry_out(self, request: RawRequest) -> t.Any:
        if self.fault is fl.REPEATS:
            path, _mark, query = request.url.partition("?")
            request = request._replace(url=f"{path}?{_without_page(query.encode()).decode()}")
        return self.vendor.call(*request)

    def _answer(self, request_kind: str, request: RawRequest, change: Callable[[t.Any], t.Any] | None = None) -> Reply:
        """The vendor's response, changed as the fault requires."""
        response = self._carry_out(request)
        if self.fault in _TOTALS and request_kind in ("list", "columns", "issues"):
            change = functools.partial(with_total, _TOTALS[self.fault])
        elif self.fault in (fl.FUTURE, fl.FUTURE_IN_LIST):  # a clock that is wrong is so in every answer
            change = functools.partial(spoil, _FUTURE)
        if not change or not response.body:
            return Reply(text=bytes(response.body), status=response.status_code)
        body = as_json(response)
        changed = change(body)
        self.seen.spoiled = self.seen.spoiled or changed != body
        return Reply(data=changed, status=response.status_code)

    def _struck_reply(self, request_kind: str, request: RawRequest) -> Reply:
        fault = self.fault
        changes: dict[Fault, Callable[[t.Any], t.Any]] = {
            fl.NULL_LIST: functools.partial(spoil, SandboxFault(kind="null_list")),
            fl.NULL_OBJECT: without_object,
            fl.UNKNOWN_STATE: functools.partial(spoil, SandboxFault(kind="unknown_word", word=UNKNOWN_WORD)),
        }
        if fault in changes and (fault is not fl.NULL_OBJECT or request_kind not in WRITES or self.mode == TAKEN):
            return self._answer(request_kind, request, changes[fault])
        if fault in (*fl.CERTIFICATES, *_TOTALS, fl.REPEATS, fl.FUTURE, fl.FUTURE_IN_LIST):
            return self._answer(request_kind, request)
        is_write = request_kind == self.operation
        answer = None if is_write and self.mode != TAKEN else self._carry_out(request)
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
            fl.NULL_OBJECT: Reply(text="null"),
            fl.ERROR_UNDER_200: Reply(text=self.error_body),
            fl.CUT_OFF: Reply(text=bytes(answer.body)[:-3] if answer and answer.body else '{"a":'),
            fl.WRONG_SHAPE: Reply(data=[1, 2]),
            fl.REDIRECT: Reply(status=302, text="", Location=f"http://{ELSEWHERE}/login"),
        }[fault]

    @property
    def error_body(self) -> bytes:
        """The vendor's own error for a bad request."""
        return bytes(self.vendor.routes.error(400).body)

    # The client's side

    def run(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> Seen:
        """The operation, through a real session."""
        server.take, server.strayed = self.take, 0
        certificate = fl.CERTIFICATES.get(self.fault)
        ca_path = certificate and self.fault is not fl.SELF_SIGNED and str(server.certificates[certificate])
        is_renewed = self.fault is fl.EXPIRED_TOKEN_RENEWED
        tokens = {"refresh_token": REFRESH_TOKEN} if is_renewed else {"api_token": API_TOKEN}
        settings = ConnectionOptions(
            provider=self.provider_class.name,
            api_url=f"{'https' if certificate else 'http'}://{HOST}{self.vendor.routes.base}",
            timeout=TIMEOUT,
            retries=2,
            ca_path=ca_path or None,
            **tokens,  # type: ignore[arg-type]
        )
        redactor = Redactor([API_TOKEN])
        provider = connect(settings, self.clock, self.seen.warnings.append, redactor)  # type: ignore[arg-type]
        # Without progress, a wait with an interval does not read earlier scans, so that each request has its rule.
        context = OperationContext(
            provider,
            self.clock,  # type: ignore[arg-type]
            warn=self.seen.warnings.append,
            wants_progress=False,
        )
        monkeypatch.setattr(_body, "MAX_BODY", fl.LIMIT)
        with self._network(session_of(provider), server, certificate or "plain", monkeypatch):
            try:
                self.seen.result = self._operate(context)
            except DatascanError as error:
                self.seen.error = error
            finally:
                provider.close()
        if server.error:
            error, server.error = server.error, None
            raise error
        self.seen.made, self.seen.strayed = len(self.vendor.made), server.strayed
        return self.seen

    def _operate(self, context: OperationContext) -> t.Any:
        options = WAIT_OPTIONS if self.waits else None
        ids = self.scan_ids
        query = status.StatusRequest(query=Query()) if self.in_list else status.StatusRequest(ids, wait=options)
        operations: dict[str, Callable[[], t.Any]] = {
            "start": lambda: start.start_scan(context, start.StartRequest(target=self._target(), wait=options)),
            "status": lambda: status.read_status(context, query),
            "cancel": lambda: cancel.cancel_scans(context, cancel.CancelRequest(scan_ids=ids, wait=options)),
            "rescan": lambda: rescan.rescan(context, rescan.RescanRequest(self.subject, wait=options)),
            "wait": lambda: wait.wait_for_scans(context, wait.WaitRequest(ids, options=WAIT_OPTIONS)),
            "issues": lambda: status.read_status(context, status.StatusRequest(ids, count_issues=True)),
            "columns": lambda: columns.read_columns(
                context, columns.ColumnsRequest(ColumnQuery(cluster_id=self.cluster_id))
            ),
        }
        return operations[self.operation]()

    @contextmanager
    def _network(
        self, session: t.Any, server: Server, certificate: str, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[None]:
        """Names lead to the server, or nowhere; a request that is never answered is given little real time."""
        real_request, real_lookup, seconds_left = session.request, socket.getaddrinfo, _sockets.seconds_left
        away: list[Fault] = []

        def request(method: str, url: str, **options: t.Any) -> t.Any:
            away.clear()
            strikes = self.strikes(self._request_kind(method, url.partition(HOST)[2]))
            if strikes and self.fault.means == "unreached":
                self.count(self.struck_kind)
                away.append(self.fault)
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
            # The rest on the fake clock may be very short, and a busy machine may be slow. At 0, the limit still holds.
            patch.setattr(_sockets, "seconds_left", lambda: max(seconds_left() or 0.0, 20.0))
            yield


def with_total(total: int, body: t.Any) -> t.Any:
    """The body with this number for every total, of pages too, so that nothing in it contradicts the lie."""
    if isinstance(body, list):
        return [with_total(total, item) for item in body]
    if not isinstance(body, dict):
        return body
    return {key: total if key.startswith("total") else with_total(total, value) for key, value in body.items()}


def _to_camel(option: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), option)


def without_object(body: t.Any) -> t.Any:
    """The first list or object inside of a body becomes null, or else the whole body."""
    if isinstance(body, dict):
        for name, value in body.items():
            if isinstance(value, (list, dict)):
                return {**body, name: None}
    return None


_NORMAL: dict[t.Any, tuple[Normal, int]] = {}
_RECORDS: dict[str, list[str]] = {}


def record_of(vendor: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a provider requests after its `get` has shown that a scan has ended."""
    if vendor not in _RECORDS:
        requests = Cell("wait", vendor, NO_FAULT, NEVER).run(server, monkeypatch).requests
        _RECORDS[vendor] = requests[len(requests) - requests[::-1].index("get") :]
    return _RECORDS[vendor]


def normal_run(
    operation: str, vendor: str, fault: Fault, server: Server, monkeypatch: pytest.MonkeyPatch, at: str | None = None
) -> tuple[Normal, int]:
    """The run that this fault does not strike, and how many requests of the kind it strikes go well before."""
    cell = Cell(operation, vendor, fault, NEVER, at=at)
    key = (operation, vendor, cell.struck_kind, cell.waits, cell.in_list, fault is fl.REPEATS)
    if key not in _NORMAL:
        record = record_of(vendor, server, monkeypatch)
        skip = 0
        if cell.waits and operation != "wait":
            skip = Cell(operation, vendor, NO_FAULT, NEVER).run(server, monkeypatch).requests.count("get")
        cell = Cell(operation, vendor, fault, NEVER, at=at)  # anew, because all cells share the sandbox's vendor
        seen = cell.run(server, monkeypatch)
        assert not seen.error, seen.error
        if operation == "wait":
            skip = seen.first_poll
        places = [index for index, request_kind in enumerate(seen.requests) if request_kind == cell.struck_kind]
        _NORMAL[key] = (Normal(str(seen), tuple(seen.requests), places[skip], record), skip)
    return _NORMAL[key]
