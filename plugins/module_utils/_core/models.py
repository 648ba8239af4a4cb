# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans and queries: every vendor's answers become these models, with the same meaning for each field."""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from enum import Enum

from .compat.pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    computed_field,
)
from .error_texts import error_text
from .errors import InvalidInputError
from .option_reading import OptionTable, check_kind, read_options

# These imports are needed at run time: pydantic reads the annotations when it builds the classes.

PREDICTED_ID = "predicted"  # the id of a scan that check mode predicts
MAX_LISTED_ISSUES = 100  # of a scan, so that a result stays small however many there are


class ScanState(str, Enum):
    """The states of a scan, the same for every vendor."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


STATES = tuple(state.value for state in ScanState)
FINISHED = frozenset({ScanState.COMPLETED, ScanState.FAILED, ScanState.CANCELLED, ScanState.STOPPED})
ACTIVE = frozenset({ScanState.QUEUED, ScanState.RUNNING})
MAY_RUN = ACTIVE | {ScanState.UNKNOWN}  # the states of a scan beside which no second one is started
_WORST_FIRST = (
    *(ScanState.RUNNING, ScanState.QUEUED, ScanState.UNKNOWN),
    *(ScanState.FAILED, ScanState.CANCELLED, ScanState.STOPPED, ScanState.COMPLETED),
)
_SUCCEEDED = {ScanState.COMPLETED: True, ScanState.FAILED: False, ScanState.CANCELLED: False}

MAX_CLOCK_DIFFERENCE = timedelta(minutes=2)  # a time that is further in the future is not a time
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def state_rank(state: ScanState) -> int:
    """The smaller, the worse: the worst counts where several records of one scan differ, and running beats ended."""
    return _WORST_FIRST.index(state)


def parse_timestamp(value: t.Any, zone: tzinfo = timezone.utc) -> datetime | None:
    """Parse a vendor's timestamp. `zone` is that of a time without one: of the hour that a zone has twice when summer
    time ends, the earlier, so that no scan looks younger than it is. Unparseable timestamps become None, so a bad
    date never drops a scan. So does a number, because seconds and milliseconds look alike.

    Timestamps in the year 1 become None, too: .NET sends its smallest date for a missing one.
    """
    if isinstance(value, str):
        if not _DATE.match(value.strip()):  # Python 3.11 reads more forms, such as 20260101
            return None
        # Python 3.10 reads fractions of three or six digits only, no Z, and no +0000; .NET sends seven digits.
        text = re.sub(r"[.,](\d+)", lambda match: "." + match[1][:6].ljust(6, "0"), value.strip())
        try:
            value = datetime.fromisoformat(re.sub(r"[Zz]$", "+00:00", re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text)))
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.year == 1:
        return None
    try:
        return (value.replace(tzinfo=zone) if value.tzinfo is None else value).astimezone(timezone.utc)
    except OverflowError:  # in UTC, the year is below 1 or above 9999
        return None


def is_in_future(time: datetime, now: datetime) -> bool:
    """Whether a time is later than a clock by more than clocks differ, so that it proves nothing."""
    return time > now + MAX_CLOCK_DIFFERENCE


def iso(value: datetime) -> str:
    """ISO 8601 in UTC, ending in Z."""
    return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def _parse_utc(value: t.Any) -> datetime | None:
    return parse_timestamp(value)


Time = t.Annotated[
    t.Optional[datetime],
    BeforeValidator(_parse_utc),
    PlainSerializer(lambda value: None if value is None else iso(value), when_used="json"),
]
ErrorText = t.Annotated[t.Optional[str], BeforeValidator(error_text)]


def _check_number(value: t.Any) -> t.Any:
    """Raise ValueError for a boolean or a text, which pydantic would take for a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("a count must be a number")
    return value


# A negative count must not pass for one, either.
IssueCount = t.Optional[t.Annotated[int, Field(ge=0), BeforeValidator(_check_number)]]


def _text_or_none(value: t.Any) -> str | None:
    """A text or a number as text. Any other value costs itself, not the record that it stands in."""
    is_text = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return str(value) if is_text else None


# A field of a vendor's record that is only shown. Fields by which scans are compared or judged are strict.
ShownText = t.Annotated[t.Optional[str], BeforeValidator(_text_or_none)]


class Issue(BaseModel):
    """One of the issues that a scan's `issue_count` counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str  # of the check that found it, or the path of the file that has it
    result: str | None = None  # the vendor's own word for how bad it is
    place: str | None = None  # where it is, if the name does not include that


class Scan(BaseModel):
    """A scan, the same for every vendor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"\S")
    provider: str
    name: str | None = None
    state: ScanState
    vendor_status: str | None = None
    started_at: Time = None
    finished_at: Time = None
    owner: str | None = None
    source: str | None = None
    target: str | None = None
    parent_id: str | None = None
    child_ids: list[str] = []
    issue_count: IssueCount = None
    issues: list[Issue] = Field(default=[], max_length=MAX_LISTED_ISSUES)  # the first of them, where they are known
    error: ErrorText = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def finished(self) -> bool:
        """Whether the scan is completed, failed, cancelled or stopped."""
        return self.state in FINISHED

    @computed_field  # type: ignore[prop-decorator]
    @property
    def succeeded(self) -> bool | None:
        """True for completed, False for failed and cancelled, None for every other state."""
        return _SUCCEEDED.get(self.state)

    def model_post_init(self, context: t.Any, /) -> None:
        """Drop the end of a scan that has not finished; some vendors send one."""
        if self.finished_at is not None and self.state not in FINISHED:
            object.__setattr__(self, "finished_at", None)

    @property
    def label(self) -> str:
        """The scan in messages: its name, or else its source and target, and its id.

        Source and target have the form in which reports show them and a policy accepts them.
        """
        named = self.name or self.location
        return f"{named} ({self.id})" if named else self.id

    @property
    def location(self) -> str:
        """The source and the target, or an empty text where neither is known."""
        return join_ends(self.source, self.target)

    @property
    def other_status(self) -> str:
        """The vendor's status where it differs from the state, or an empty text."""
        status = (self.vendor_status or "").strip()
        return "" if status.lower().replace("canceled", "cancelled") == self.state.value else status

    @property
    def status(self) -> str:
        """The state in messages, with the vendor's status if it differs."""
        return self.state.value + self.status_note

    @property
    def status_note(self) -> str:
        """The vendor's status in brackets if it differs from the state, or an empty text."""
        return f" (vendor status {self.other_status})" if self.other_status else ""

    def __str__(self) -> str:
        """The scan and its state in messages."""
        return f"{self.label}: {self.status}" + (f": {self.error.rstrip('.')}" if self.error else "")


def other_place(scan: Scan, earlier: Scan) -> str | None:
    """Where a scan is of another source or target than an earlier record of it says, as a clause.

    What only one of the records names cannot differ.
    """
    for name in ("source", "target"):
        found, known = getattr(scan, name), getattr(earlier, name)
        if found is not None and known is not None and found != known:
            return f"its {name} is {found}, and was {known}"
    return None


def join_ends(source: str | None, target: str | None) -> str:
    """A source and a target as reports show them and a policy accepts them; empty where neither is known."""
    return f"{source or '-'} \u2192 {target or '-'}" if source or target else ""


def predicted_scan(provider: str, **fields: t.Any) -> Scan:
    """The scan that check mode predicts, so that later tasks can refer to one."""
    return Scan(id=PREDICTED_ID, provider=provider, state=ScanState.QUEUED, **fields)


def parse_scan(value: t.Any, where: str) -> Scan:
    """A scan that an earlier task returned. `where` names the option in the error message for other values."""
    fields = {key: value[key] for key in Scan.model_fields if key in value} if isinstance(value, Mapping) else {}
    try:
        scan = Scan.model_validate(fields)
    except ValidationError as exc:
        wrong = {str(error["loc"][0]) for error in exc.errors(include_input=False)}
    else:
        # A value that contradicts the state shows that the scan was changed on the way.
        wrong = {
            name for name in ("finished", "succeeded") if value.get(name, getattr(scan, name)) != getattr(scan, name)
        }
    if wrong:
        raise InvalidInputError(
            f"{where} is not a scan as this collection's modules return it: check {', '.join(sorted(wrong))}."
        )
    return scan


def start_time(scan: Scan) -> float:
    """Seconds since the epoch, for ordering scans by their start; 0 without a known start."""
    return scan.started_at.timestamp() if scan.started_at else 0.0


def summarise(scans: Iterable[Scan]) -> dict[str, int]:
    """How many scans there are, in total and in each state."""
    count = Counter(scan.state.value for scan in scans)
    return {"total": count.total(), **{state: count[state] for state in STATES}}


@dataclass(frozen=True)
class ScanList:
    """The scans that match a query, each once.

    `gap` is why some may be missing, as a clause, or None. `seen` is how many scans were read to find them.
    """

    scans: Sequence[Scan]
    gap: str | None = None
    seen: int = 0

    def __iter__(self) -> Iterator[Scan]:
        """The scans."""
        return iter(self.scans)


QUERY_OPTIONS: OptionTable = {
    "states": {"type": "list", "elements": "str", "choices": list(STATES)},
    "started_after": {"type": "str"},
    "started_before": {"type": "str"},
    "name": {"type": "str"},
    "source": {"type": "str"},
    "owners": {"type": "list", "elements": "str", "default": []},
    "all_users": {"type": "bool", "default": False},
    "limit": {"type": "int"},
}


class Query(BaseModel):
    """Which scans to list; a field that is None does not narrow the list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    states: frozenset[ScanState] | None = None
    started_after: Time = None
    started_before: Time = None
    name: str | None = None
    source: str | None = None
    owners: list[str] = []
    all_users: bool = False
    limit: int | None = None

    def could_match(self, scan: Scan) -> bool:
        """Whether a scan may have these states and times. One without a known state or start may."""
        has_state = self.states is None or scan.state in self.states or scan.state is ScanState.UNKNOWN
        start = scan.started_at
        is_early = start is not None and self.started_after is not None and start < self.started_after
        is_late = start is not None and self.started_before is not None and start > self.started_before
        return has_state and not is_early and not is_late

    def has_owner(self, scan: Scan) -> bool:
        """Whether a scan is known to be of one of the owners, in any case of letters; of no owners, any scan is."""
        owners = {owner.strip().casefold() for owner in self.owners}
        return not owners or (scan.owner or "").strip().casefold() in owners

    @property
    def narrows(self) -> bool:
        """Whether it asks for some scans only; `limit` and `all_users` do not."""
        fields = (self.states, self.started_after, self.started_before, self.name, self.source)
        return bool(self.owners) or any(field is not None for field in fields)


def parse_query(options: Mapping[str, t.Any]) -> Query:
    """A query from a user's options. An empty name or source is the same as not set.

    Raises InvalidInputError for an unknown option or a value of another kind, and for what would widen the query: a bad
    time, and an empty name or source where the query has a limit, or nothing else to find scans by.
    """
    check_kind("query", options, "dict")
    for name in ("started_after", "started_before"):
        if options.get(name) and parse_timestamp(options[name]) is None:
            raise InvalidInputError(
                f"query.{name} must be a time in ISO 8601, like 2026-11-22T08:00:00Z, not {options[name]!r}."
            )
    query = Query.model_validate(read_options(QUERY_OPTIONS, options, where="query."))
    if query.limit is not None and query.limit < 1:
        raise InvalidInputError("query.limit must be 1 or more.")
    if query.states is not None and not query.states:
        raise InvalidInputError(
            "query.states is empty, so the query would find no scan. Name a state, or leave it out."
        )
    if not all(owner.strip() for owner in query.owners):
        raise InvalidInputError("query.owners has an empty name. Set it, or remove it.")
    empty = [name for name in ("name", "source") if options.get(name) == ""]
    if empty and (query.limit is not None or not query.narrows):
        raise InvalidInputError(
            f"query.{empty[0]} is empty, so the query would find any scan. Set it, or leave it out."
        )
    return query
