# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port: what a vendor can do for the verbs, and the registry of the vendors."""

from __future__ import annotations

import typing as t
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

from ..clock import Clock
from ..errors import DatascanError, InvalidInputError, UnsupportedError
from ..http.authentication import Token
from ..http.client import Answer, Credential, Http
from ..http.rate_limit import RateLimit
from ..models import Query, Scan, ScanState
from ..options import ConnectionOptions
from ..redaction import Redactor

if t.TYPE_CHECKING:
    from ..columns.models import Cluster, ColumnPage, ColumnQuery

VERBS = ("start", "status", "list", "cancel", "rescan", "columns")
_THREADS = 8  # looks at the same time; few, for the vendor's sake


class Provider(ABC):
    """A vendor's scan API. Each method sends its requests, and returns models or raises a DatascanError."""

    name: t.ClassVar[str]
    title: t.ClassVar[str]
    unsupported: t.ClassVar[Mapping[str, str]]  # a verb the API lacks -> what to do instead, as a sentence
    state_map: t.ClassVar[Mapping[str, ScanState]]  # the vendor's words for a scan's state, in lower case
    auth_scheme: t.ClassVar[str] = "bearer"  # what `auto` means
    api_url: t.ClassVar[str | None] = None  # only where the vendor has one public host
    min_poll_interval: t.ClassVar[float] = 1.0  # seconds; no look comes sooner after another
    rate: t.ClassVar[RateLimit | None] = None  # of requests, where the vendor limits it
    trusts_retry_after: t.ClassVar[bool] = True
    target_options: t.ClassVar[Mapping[str, t.Any]] = {}  # argument spec of what scan_start scans
    rescan_option: t.ClassVar[str] = "scan_id"  # the option of scan_rescan that names what to scan again

    def __init__(self, http: Http, clock: Clock, warn: Callable[[str], None]) -> None:
        self.http = http
        self.clock = clock
        self._warn = warn
        self._warned: set[str] = set()

    @classmethod
    def supports(cls, verb: str) -> bool:
        """Whether the vendor's API has this verb."""
        return verb not in cls.unsupported

    @classmethod
    def require(cls, verb: str) -> None:
        """Refuse what the vendor cannot do, before any request."""
        if not cls.supports(verb):
            raise UnsupportedError(f"{cls.title} cannot {_PHRASES[verb]}. {cls.unsupported[verb]}")

    @classmethod
    def credential(cls, options: ConnectionOptions, secrets: Redactor) -> Credential:
        """What authenticates a request to this vendor; a token that it is exchanged for joins the secrets."""
        if options.refresh_token and not options.api_token:
            raise InvalidInputError(
                f"refresh_token is not for {cls.title}, whose API has no such tokens: set api_token."
            )
        return Token(options.api_token, cls.auth_scheme if options.auth_scheme == "auto" else options.auth_scheme)

    @classmethod
    @abstractmethod
    def parse_errors(cls, answer: Answer) -> list[dict[str, t.Any]]:
        """The vendor's own errors in an answer, as dictionaries with `code` and `message`; empty for none."""

    @classmethod
    def effective_status(cls, answer: Answer) -> int:
        """The HTTP status that an error amounts to: its own, but for a vendor that sends errors under 200."""
        return answer.status

    def parse_state(self, word: str | None) -> ScanState:
        """The state that a vendor's word means; a word nobody knows is unknown, and said once."""
        known = self.state_map.get((word or "").strip().lower())
        if known is None:
            if word not in self._warned:
                self._warned.add(word or "")
                self._warn(
                    f"{self.title} calls a scan {word!r}, which no document explains; "
                    "it counts as unknown, not as success."
                )
            return ScanState.UNKNOWN
        return known

    def _warn_once(self, words: str) -> None:
        if words not in self._warned:
            self._warned.add(words)
            self._warn(words)

    def words_for(self, states: Iterable[ScanState]) -> list[str]:
        """The vendor's words for some states, in lower case."""
        wanted = frozenset(states)
        return [word for word, state in self.state_map.items() if state in wanted]

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Inside the block no retry sleeps past this many seconds from now, and no request hangs long after them."""
        before = self.http.deadline
        self.http.deadline = self.clock.monotonic() + seconds
        try:
            yield
        finally:
            self.http.deadline = before

    @property
    def requests_sent(self) -> int:
        """How many requests were sent so far."""
        return self.http.requests_sent

    def server_now(self) -> datetime:
        """The time of day, UTC, on the vendor's clock as its last answer told it."""
        return self.http.server_now()

    def close(self) -> None:
        """End the pooled connections."""
        self.http.close()

    # What a vendor can do. A method of a verb in `cannot` is never called.

    @abstractmethod
    def check_id(self, scan_id: str) -> str:
        """The id as the vendor writes it, or InvalidInputError for what cannot be one."""

    @abstractmethod
    def get(self, scan_id: str) -> Scan:
        """One scan."""

    def get_many(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """Many scans at once; where one cannot be had, its error stands in its place."""
        return self.get_each(self.get, scan_ids)

    def get_each(self, get: Callable[[str], Scan], scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """The same one by one, a few at the same time."""

        def one(scan_id: str) -> Scan | DatascanError:
            try:
                return get(scan_id)
            except DatascanError as error:
                return error

        if len(scan_ids) == 1 or self.rate:  # threads would only stand in line
            return {scan_id: one(scan_id) for scan_id in scan_ids}
        with ThreadPoolExecutor(max_workers=_THREADS) as pool:
            return dict(zip(scan_ids, pool.map(one, scan_ids), strict=True))

    def poll_interval_for(self, scans: int) -> float:
        """The shortest pause, in seconds, that suits the vendor where so many scans are watched."""
        return max(self.min_poll_interval, scans * self.rate.step if self.rate else 0.0)

    def list_scans(self, query: Query) -> Iterator[Scan]:
        """The scans that a query asks for, each once."""
        raise NotImplementedError

    def list_scans_of(self, target: Mapping[str, t.Any], query: Query) -> Iterator[Scan]:
        """Those of them that have this source and target."""
        return (scan for scan in self.list_scans(query) if self.is_same_target(scan, target))

    def validate_target(self, target: Mapping[str, t.Any]) -> None:
        """InvalidInputError for a target that the vendor would refuse, as far as that can be known before sending."""
        raise NotImplementedError

    def is_same_target(self, scan: Scan, target: Mapping[str, t.Any]) -> bool:
        """Whether a scan has the source and target that are asked for."""
        raise NotImplementedError

    def predict(self, target: Mapping[str, t.Any]) -> Scan:
        """The scan that a start would make, with PREDICTED_ID for its id."""
        raise NotImplementedError

    def start(self, target: Mapping[str, t.Any]) -> Scan:
        """Start a scan, once."""
        raise NotImplementedError

    def is_cancellable(self, scan: Scan) -> bool:
        """Whether the vendor would still cancel this scan, as far as its state tells."""
        raise NotImplementedError

    def cancel(self, scan_id: str) -> Scan:
        """Ask to cancel a scan; TooLateError where that is over."""
        raise NotImplementedError

    def get_rescan_parent(self, subject: str) -> Scan | None:
        """The scan that is to be repeated, if there was one; `subject` is what the option `rescan_option` names."""
        raise NotImplementedError

    def find_running_rescan(self, parent: Scan, *, everyone: bool = False) -> Scan | None:
        """A rescan that runs; with `everyone` also one that another user started, which may take more requests."""
        raise NotImplementedError

    def rescan_blocker(self, parent: Scan) -> str | None:
        """Why the vendor would not scan this one again now, as far as its state tells; None where it would."""
        raise NotImplementedError

    def rescan(self, subject: str) -> Scan:
        """Scan again, once; ConflictError where a rescan runs, TooEarlyError where the parent has to get further first."""
        raise NotImplementedError

    def find_created_rescan(self, subject: str, parent: Scan) -> Scan | None:
        """The rescan that a lost request has made since `parent` was read, if it made one."""
        raise NotImplementedError

    def list_clusters(self) -> Sequence[Cluster]:
        """Every cluster of columns."""
        raise NotImplementedError

    def list_columns(self, query: ColumnQuery) -> Iterator[ColumnPage]:
        """The columns of a cluster, each once; a page is asked for only when it is wanted."""
        raise NotImplementedError


_PHRASES = {
    "start": "start a scan through its API",
    "status": "tell the state of a scan",
    "list": "list scans",
    "cancel": "cancel a scan through its API",
    "rescan": "scan again what a scan has scanned",
    "columns": "list the columns of a cluster",
}
