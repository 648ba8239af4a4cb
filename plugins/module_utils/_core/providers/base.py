# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every provider has: its name, its states, its authentication, and reading scans by id."""

from __future__ import annotations

import typing as t
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timezone, tzinfo

from ..clock import Clock
from ..error_texts import error_text
from ..errors import DatascanError, InterruptedWaitError, InvalidInputError
from ..http.authentication import HEADER_FORMS, Authentication, HeaderForm, TokenAuthentication
from ..http.client import HttpClient
from ..http.rate_limit import RateLimit
from ..http.response import Response
from ..models import Scan, ScanState, is_in_future, parse_timestamp
from ..options import ConnectionOptions
from ..redaction import Redactor
from . import envelope

# The name of each capability, and the phrase for a provider that does not have it.
CAPABILITIES: Mapping[str, str] = {
    "start": "start a scan through its API",
    "list": "list scans",
    "cancel": "cancel a scan through its API",
    "rescan": "rescan through its API",
    "columns": "list the columns of a cluster",
    "issues": "count the issues of a scan",
}
_THREADS = 8  # requests at the same time; few, to spare the vendor


class Provider(ABC):
    """A vendor's scan API. Each method sends its requests, and returns models or raises a DatascanError.

    A provider supports the capabilities whose classes it extends, and explains all others in `unsupported`.
    A class that does neither, or lacks a method or an attribute, raises TypeError when it is defined.
    """

    name: t.ClassVar[str]
    title: t.ClassVar[str]
    unsupported: t.ClassVar[Mapping[str, str]]  # a capability that the API lacks -> what to do instead, as a sentence
    state_map: t.ClassVar[Mapping[str, ScanState]]  # the vendor's status of a scan, in lower case -> its state
    auth_scheme: t.ClassVar[str] = "bearer"  # what `auto` means
    header_forms: t.ClassVar[Mapping[str, HeaderForm]] = HEADER_FORMS  # by auth_scheme
    expects: t.ClassVar[str] = "an API token"  # what belongs in the option api_token
    api_url: t.ClassVar[str | None] = None  # only where the vendor has one public host
    example_id: t.ClassVar[str] = "scan-1"  # of a scan, for documentation and tests
    min_poll_interval: t.ClassVar[float] = 1.0  # seconds between two polls
    rate_limit: t.ClassVar[RateLimit | None] = None  # of requests, where the vendor has one
    trusts_retry_after: t.ClassVar[bool] = True
    has_start_times: t.ClassVar[bool] = True  # whether scans have a `started_at`
    times_have_zone: t.ClassVar[bool] = True  # False where the option time_zone has to give it
    takes_refresh_token: t.ClassVar[bool] = False  # the option refresh_token
    whole_number_ids: t.ClassVar[bool] = False  # whether ids are whole numbers, so that a number is not another id

    capability: t.ClassVar[str | None] = None  # only of a class in capabilities.py: its name
    _required_attributes: t.ClassVar[tuple[str, ...]] = ("name", "title", "unsupported", "state_map")

    def __init_subclass__(cls, *, capability: str | None = None, is_partial: bool = False) -> None:
        """Check that a provider is complete. `capability` names one; `is_partial` is for a part of a provider."""
        super().__init_subclass__()
        cls.capability = capability
        if capability is not None and capability not in CAPABILITIES:
            raise TypeError(f"{cls.__name__}: there is no capability {capability!r}.")
        if capability is None and not is_partial and (problems := list(_find_problems(cls))):
            raise TypeError(f"{cls.__name__} is not a complete provider: {'; '.join(problems)}.")

    @classmethod
    def supports(cls, capability: str) -> bool:
        """Whether the vendor's API has a capability, which is one of CAPABILITIES."""
        if capability not in CAPABILITIES:
            raise ValueError(f"There is no capability {capability!r}.")
        return any(vars(base).get("capability") == capability for base in cls.__mro__)

    @classmethod
    def authentication(
        cls, options: ConnectionOptions, redactor: Redactor, header_forms: Mapping[str, HeaderForm]
    ) -> Authentication:
        """What authenticates the requests. A token that is received later is added to the redactor.

        `header_forms` has the provider's own, and the one that `auth_scheme` names. Raises InvalidInputError for
        tokens that are missing or cannot be sent.
        """
        if options.refresh_token and not options.api_token and not cls.takes_refresh_token:
            raise InvalidInputError(f"{cls.title} has no refresh tokens: set api_token instead of refresh_token.")
        scheme = cls.auth_scheme if options.auth_scheme == "auto" else options.auth_scheme
        return TokenAuthentication(options.api_token, header_forms[scheme], f"{cls.title} expects {cls.expects}")

    @classmethod
    @abstractmethod
    def parse_errors(cls, response: Response) -> list[dict[str, t.Any]]:
        """The vendor's errors in a response, as dictionaries with `code` and `message`; empty where it is no error."""

    @classmethod
    def is_record(cls, body: Mapping[str, t.Any]) -> bool:
        """Whether a body is a scan's own record and no envelope. An error in a record is about the scan."""
        return False

    @classmethod
    def find_errors(cls, response: Response) -> list[dict[str, t.Any]]:
        """The errors in a response: the vendor's, or those of a common form, which under 2xx may stand beside data."""
        found = cls.parse_errors(response)
        body = response.data
        if not found and response.status in (404, *range(200, 300)) and isinstance(body, dict):
            if response.status < 400:
                found = [] if cls.is_record(body) and not envelope.says_error(body) else envelope.find_errors(body)
            else:
                found = envelope.list_messages(body)
        return [{key: _scalar(value) for key, value in error.items()} for error in found]

    @classmethod
    def effective_status(cls, response: Response) -> int:
        """The HTTP status that an error amounts to: another than its own only where errors are sent under 2xx."""
        return response.status if response.status >= 400 else envelope.error_status(response.data) or response.status

    @classmethod
    def is_not_found(cls, response: Response) -> bool:
        """Whether a 404 is the vendor's own answer for something that does not exist.

        Any other 404, such as a gateway's page, is an error about api_url. Usually the vendor's form of errors decides.
        """
        return bool(cls.parse_errors(response))

    def __init__(
        self, client: HttpClient, clock: Clock, warn: Callable[[str], None], time_zone: tzinfo = timezone.utc
    ) -> None:
        """`warn` shows a sentence to the user. `time_zone` is that of times without one."""
        self._client = client
        self._clock = clock
        self._warn = warn
        self._time_zone = timezone.utc if self.times_have_zone else time_zone
        self._warned: set[str] = set()

    @abstractmethod
    def check_id(self, scan_id: str) -> str:
        """The id as the vendor writes it. Raises InvalidInputError for a text that is not an id."""

    @abstractmethod
    def get(self, scan_id: str) -> Scan:
        """One scan."""

    def get_many(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """Many scans by id; the error of a scan that cannot be read takes its place."""
        return self._get_each(self.get, scan_ids)

    def parse_state(self, status: str | None) -> ScanState:
        """The state that a vendor's status means. An undocumented status is `unknown`, and warned about once."""
        state = self.state_map.get((status or "").strip().lower())
        if state is None:
            self._warn_once(
                f"{self.title} sent {status!r}, which is not a documented status: the scan's state is unknown, and "
                "does not pass a gate."
            )
            return ScanState.UNKNOWN
        return state

    def parse_time(self, value: t.Any) -> datetime | None:
        """A vendor's time; None for a value that is not a time, or that is later than the vendor's own clock.

        Such a time would keep a scan fresh for ever.
        """
        time = parse_timestamp(value, self._time_zone)
        return None if time is None or is_in_future(time, self.server_now()) else time

    def poll_interval_for(self, scans: int) -> float:
        """The shortest pause, in seconds, between two polls of this many scans."""
        return max(self.min_poll_interval, scans * self.rate_limit.step if self.rate_limit else 0.0)

    def deadline(self, seconds: float) -> AbstractContextManager[None]:
        """Inside the block no retry sleeps past this many seconds from now, and reads end a second later at most.

        A request that changes something has `request_timeout`. Of nested deadlines the nearest one holds.
        """
        return self._client.deadline(seconds)

    def time_left(self) -> float | None:
        """Seconds until the deadline, 0 after it; None without one."""
        return self._client.time_left()

    def allows_pause(self, seconds: float) -> bool:
        """Whether a pause from now on ends before the deadline."""
        return self._client.allows_pause(seconds)

    @property
    def request_timeout(self) -> float:
        """The limit of one exchange, in seconds, where no deadline is near."""
        return self._client.timeout

    @property
    def requests_sent(self) -> int:
        """How many requests were sent so far."""
        return self._client.requests_sent

    def seconds_waited(self) -> float:
        """How long requests waited so far: for a rate limit, for a Retry-After, or before they were sent again."""
        return self._client.seconds_waited

    def server_now(self) -> datetime:
        """The time of day, UTC, on the vendor's clock; this machine's until the first response."""
        return self._client.server_now()

    def close(self) -> None:
        """Close the pooled connections."""
        self._client.close()

    def _get_each(self, get: Callable[[str], Scan], scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """Many scans by id with one request each, a few at the same time.

        A token that is not exchanged for one scan is not exchanged for another either: a vendor may lock the user out.
        """
        failures = self._client.failed_authentications

        def get_one(scan_id: str) -> Scan | DatascanError:
            if self._client.failed_authentications > failures and self._client.authentication_error:
                return self._client.authentication_error
            try:
                return get(scan_id)
            except InterruptedWaitError:
                raise
            except DatascanError as error:
                return error

        if len(scan_ids) == 1 or self.rate_limit:  # threads would only queue for the rate limit
            return {scan_id: get_one(scan_id) for scan_id in scan_ids}
        from .daemon_threads import call_each

        return dict(zip(scan_ids, call_each(get_one, scan_ids, _THREADS), strict=True))

    def _warn_once(self, message: str) -> None:
        if message not in self._warned:
            self._warned.add(message)
            self._warn(message)


def _scalar(value: t.Any) -> t.Any:
    """A part of an error as it can be shown; a vendor may send any JSON in its place."""
    return value if isinstance(value, (str, int, float)) else error_text(value)


def _find_problems(provider: type[Provider]) -> t.Iterator[str]:
    """What a provider's class lacks, as clauses."""
    missing = [
        name
        for base in provider.__mro__
        for name in vars(base).get("_required_attributes", ())
        if not hasattr(provider, name)
    ]
    # ABC computes the list of abstract methods after this check, and reports it only when an instance is created.
    missing += [name for name in dir(provider) if getattr(getattr(provider, name, None), "__isabstractmethod__", False)]
    if missing:
        yield f"it lacks {', '.join(sorted(set(missing)))}"
    unsupported = getattr(provider, "unsupported", {})
    for capability in CAPABILITIES:
        if provider.supports(capability) and capability in unsupported:
            yield f"it both implements and excludes {capability}"
        elif not provider.supports(capability) and not unsupported.get(capability):
            yield f"it neither implements {capability} nor explains in `unsupported` what to do instead"
    for capability in sorted(set(unsupported) - set(CAPABILITIES)):
        yield f"`unsupported` has {capability!r}, which is not a capability"
