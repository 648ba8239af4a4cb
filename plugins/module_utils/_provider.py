# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port: what a vendor can do for the verbs, and the registry of the vendors."""

from __future__ import annotations

import typing as t
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module

from ._clock import Clock
from ._credentials import Token
from ._errors import DatascanError, InvalidInput, Unsupported
from ._http import Answer, Connection, Credential, Http
from ._models import Query, Scan, ScanState
from ._pace import Rate
from ._secrets import Secrets

if t.TYPE_CHECKING:
    from ._columns import Cluster, ColumnPage, ColumnQuery

    # Ansible sends a module those files that an import in it names; which of these is loaded is decided below.
    from ._providers import advalidation, bigid, glasswall, protecto  # noqa: F401

VERBS = ("start", "status", "list", "cancel", "rescan", "columns")
_THREADS = 8  # looks at the same time; few, for the vendor's sake


@dataclass(frozen=True)
class Settings:
    """Everything that is needed to talk to a vendor. The tokens are secrets."""

    provider: str
    api_url: str | None = None
    api_token: str | None = None
    refresh_token: str | None = None
    auth_scheme: str = "auto"
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    timeout: float = 30.0
    retries: int = 5


class Provider(ABC):
    """A vendor's scan API. Each method sends its requests, and returns models or raises a DatascanError."""

    name: t.ClassVar[str]
    title: t.ClassVar[str]
    cannot: t.ClassVar[Mapping[str, str]]  # a verb the API lacks -> what to do instead, as a sentence
    words: t.ClassVar[Mapping[str, ScanState]]  # the vendor's words for a scan's state, in lower case
    auth_scheme: t.ClassVar[str] = "bearer"  # what `auto` means
    api_url: t.ClassVar[str | None] = None  # only where the vendor has one public host
    poll_floor: t.ClassVar[float] = 1.0  # seconds; no look comes sooner after another
    rate: t.ClassVar[Rate | None] = None  # of requests, where the vendor limits it
    trust_retry_after: t.ClassVar[bool] = True
    target_options: t.ClassVar[Mapping[str, t.Any]] = {}  # argument spec of what scan_start scans
    rescan_by: t.ClassVar[str] = "scan_id"  # the option of scan_rescan that names what to scan again

    def __init__(self, http: Http, clock: Clock, warn: Callable[[str], None]) -> None:
        self.http = http
        self.clock = clock
        self._warn = warn
        self._warned: set[str] = set()

    @classmethod
    def can(cls, verb: str) -> bool:
        """Whether the vendor's API has this verb."""
        return verb not in cls.cannot

    @classmethod
    def require(cls, verb: str) -> None:
        """Refuse what the vendor cannot do, before any request."""
        if not cls.can(verb):
            raise Unsupported(f"{cls.title} cannot {_PHRASES[verb]}. {cls.cannot[verb]}")

    @classmethod
    def credential(cls, settings: Settings, secrets: Secrets) -> Credential:
        """What authenticates a request to this vendor; a token that it is exchanged for joins the secrets."""
        if settings.refresh_token and not settings.api_token:
            raise InvalidInput(f"refresh_token is not for {cls.title}, whose API has no such tokens: set api_token.")
        return Token(settings.api_token, cls.auth_scheme if settings.auth_scheme == "auto" else settings.auth_scheme)

    @classmethod
    @abstractmethod
    def errors_in(cls, answer: Answer) -> list[dict[str, t.Any]]:
        """The vendor's own errors in an answer, as dictionaries with `code` and `message`; empty for none."""

    @classmethod
    def status_of(cls, answer: Answer) -> int:
        """The HTTP status that an error amounts to: its own, but for a vendor that sends errors under 200."""
        return answer.status

    def state_of(self, word: str | None) -> ScanState:
        """The state that a vendor's word means; a word nobody knows is unknown, and said once."""
        known = self.words.get((word or "").strip().lower())
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
        return [word for word, state in self.words.items() if state in wanted]

    # What a vendor can do. A method of a verb in `cannot` is never called.

    @abstractmethod
    def check_id(self, scan_id: str) -> str:
        """The id as the vendor writes it, or InvalidInput for what cannot be one."""

    @abstractmethod
    def get(self, scan_id: str) -> Scan:
        """One scan."""

    def look(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """Many scans at once; where one cannot be had, its error stands in its place."""
        return self.look_by(self.get, scan_ids)

    def look_by(self, get: Callable[[str], Scan], scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
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

    def pause_between_looks(self, scans: int) -> float:
        """The shortest pause, in seconds, that suits the vendor where so many scans are watched."""
        return max(self.poll_floor, scans * self.rate.step if self.rate else 0.0)

    def scans(self, query: Query) -> Iterator[Scan]:
        """The scans that a query asks for, each once."""
        raise NotImplementedError

    def scans_of(self, target: Mapping[str, t.Any], query: Query) -> Iterator[Scan]:
        """Those of them that have this source and target."""
        return (scan for scan in self.scans(query) if self.same_target(scan, target))

    def check_target(self, target: Mapping[str, t.Any]) -> None:
        """InvalidInput for a target that the vendor would refuse, as far as that can be known before sending."""
        raise NotImplementedError

    def same_target(self, scan: Scan, target: Mapping[str, t.Any]) -> bool:
        """Whether a scan has the source and target that are asked for."""
        raise NotImplementedError

    def predict(self, target: Mapping[str, t.Any]) -> Scan:
        """The scan that a start would make, with PREDICTED_ID for its id."""
        raise NotImplementedError

    def start(self, target: Mapping[str, t.Any]) -> Scan:
        """Start a scan, once."""
        raise NotImplementedError

    def cancellable(self, scan: Scan) -> bool:
        """Whether the vendor would still cancel this scan, as far as its state tells."""
        raise NotImplementedError

    def cancel(self, scan_id: str) -> Scan:
        """Ask to cancel a scan; TooLate where that is over."""
        raise NotImplementedError

    def rescan_parent(self, subject: str) -> Scan | None:
        """The scan that is to be repeated, if there was one; `subject` is what the option `rescan_by` names."""
        raise NotImplementedError

    def running_rescan(self, parent: Scan, *, everyone: bool = False) -> Scan | None:
        """A rescan that runs; with `everyone` also one that another user started, which may take more requests."""
        raise NotImplementedError

    def not_yet(self, parent: Scan) -> str | None:
        """Why the vendor would not scan this one again now, as far as its state tells; None where it would."""
        raise NotImplementedError

    def rescan(self, subject: str) -> Scan:
        """Scan again, once; Conflict where a rescan runs, TooEarly where the parent has to get further first."""
        raise NotImplementedError

    def rescan_made(self, subject: str, parent: Scan) -> Scan | None:
        """The rescan that a lost request has made since `parent` was read, if it made one."""
        raise NotImplementedError

    def clusters(self) -> Sequence[Cluster]:
        """Every cluster of columns."""
        raise NotImplementedError

    def columns(self, query: ColumnQuery) -> Iterator[ColumnPage]:
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


# The registry: each vendor's file, and its class there. A new vendor is a line here, and a name in the import above.
_REGISTRY = {
    "advalidation": "Advalidation",
    "bigid": "BigID",
    "glasswall": "Glasswall",
    "protecto": "Protecto",
}
NAMES = tuple(sorted(_REGISTRY))


def vendor_named(name: str) -> type[Provider]:
    """One vendor. Only its own file is loaded, for compiling all of them would be a tenth of a module's time."""
    if name not in _REGISTRY:
        raise InvalidInput(f"provider must be one of {', '.join(NAMES)}, not {name!r}.")
    module = import_module(f"._providers.{name}", __package__)
    vendor: type[Provider] = getattr(module, _REGISTRY[name])
    return vendor


def registry() -> dict[str, type[Provider]]:
    """All vendors by name."""
    return {name: vendor_named(name) for name in NAMES}


def vendors_that(verb: str) -> list[type[Provider]]:
    """The vendors that can do something."""
    return [vendor for vendor in registry().values() if vendor.can(verb)]


def connect(settings: Settings, clock: Clock, warn: Callable[[str], None], secrets: Secrets) -> Provider:
    """A vendor, ready to be asked. Nothing is sent yet."""
    vendor = vendor_named(settings.provider)
    api_url = settings.api_url or vendor.api_url
    if not api_url:
        raise InvalidInput(
            f"api_url is missing: {vendor.title} has no public host, so set it or the environment variable "
            "DATASCAN_API_URL to the base address of your deployment."
        )
    connection = Connection(
        api_url=api_url,
        validate_certs=settings.validate_certs,
        ca_path=settings.ca_path,
        client_cert=settings.client_cert,
        client_key=settings.client_key,
        timeout=settings.timeout,
        retries=settings.retries,
    )
    http = Http(
        connection,
        vendor.credential(settings, secrets),
        clock=clock,
        errors_in=vendor.errors_in,
        status_of=vendor.status_of,
        trust_retry_after=vendor.trust_retry_after,
        rate=vendor.rate,
    )
    return vendor(http, clock, warn)
