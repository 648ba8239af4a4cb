# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glasswall Constellation: the six operations of "Scan Controller API v1" (later revisions: "Scan Management API v1").

Oddities of the document that shape this file: page links are broken, so pages are counted; a page past the end
repeats the last one; Errored in queries is Error in answers; scanEndTime may be set while a scan runs; answers
with an error status have a bare list of errors as body, or none.
"""

from __future__ import annotations

import typing as t
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from ...clock import Clock
from ...compat.pydantic import to_camel
from ...errors import (
    ConflictError,
    DatascanError,
    ForbiddenError,
    InterruptedWaitError,
    InvalidInputError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
    TooEarlyError,
    TooLateError,
)
from ...http.client import HttpClient
from ...http.response import Response
from ...models import ACTIVE, Query, Scan, ScanList, ScanState, iso, predicted_scan
from ..capabilities import CancelsScans, ListsScans, RescansScans, StartsScans, require_whole
from ..paging import ListPage, ListReader, PageCursor, collect_scans
from ..records import InvalidRecord
from .azure_sas import ConnectionString
from .records import (
    Record,
    ScanStatusItem,
    could_match,
    location_key,
    location_keys,
    matches,
    parse_page,
)
from .target import TARGET_DESCRIPTION, TARGET_OPTIONS

_FEW = 2  # up to this many scans are read one by one, because a page of the list may contain none of them
_PAGE_SIZE = 100  # requested; a server may send fewer
_STATES = {
    "listing": ScanState.RUNNING,
    "processing": ScanState.RUNNING,
    "completed": ScanState.COMPLETED,
    "cancelled": ScanState.CANCELLED,
    "errored": ScanState.FAILED,  # in the lists' filter
    "error": ScanState.FAILED,  # in responses
    "unknown": ScanState.UNKNOWN,
}
_QUERY_WORDS = ("Listing", "Processing", "Cancelled", "Completed", "Errored", "Unknown")
_STILL_LISTING = "Scan {} cannot be rescanned while it lists its files"
_STRINGS = {  # connection string -> what its SAS must allow: resource types, permissions
    "source_connection_string": ("so", "rl"),
    "destination_connection_string": ("sco", "rwcl"),
}


class Glasswall(StartsScans, ListsScans, CancelsScans, RescansScans):
    """A Constellation deployment; it has no public host."""

    name = "glasswall"
    title = "Glasswall"
    unsupported = {"columns": "Only BigID groups columns into clusters; use provider: bigid."}
    state_map = _STATES
    example_id = "83d71394-faa2-4b6c-b13b-6d3118de459e"
    target_description = TARGET_DESCRIPTION
    target_options = TARGET_OPTIONS

    def __init__(self, client: HttpClient, clock: Clock, warn: Callable[[str], None]) -> None:
        super().__init__(client, clock, warn)
        self._starts: dict[str, datetime] = {}  # when the scans seen so far started, to narrow the next list
        self._unlisted: set[str] = set()  # ids that the list of own scans is known to lack

    @classmethod
    def parse_errors(cls, response: Response) -> list[dict[str, t.Any]]:
        """Errors are a bare list of {errorCode, message}; such a list under 2xx, instead of a scan, is an error too."""
        if not isinstance(response.data, list):
            return []
        items = [
            item for item in response.data if isinstance(item, dict) and ("errorCode" in item or "message" in item)
        ]
        return [{"code": item.get("errorCode"), "message": item.get("message")} for item in items]

    def check_id(self, scan_id: str) -> str:
        """Scan ids are UUIDs."""
        try:
            return str(uuid.UUID(scan_id))
        except ValueError:
            raise InvalidInputError(
                f"{scan_id!r} is not a Glasswall scan id (a UUID, like {self.example_id})."
            ) from None

    def get(self, scan_id: str) -> Scan:
        """GET /scans/{scanId}."""
        try:
            return self._client.read("GET", ("scans", self.check_id(scan_id)), self._scan)
        except NotFoundError as error:
            raise _not_found(scan_id, error) from None

    def get_many(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """Many scans from the list of own scans, while its next page may save more single requests than it costs."""
        found: dict[str, Scan | DatascanError] = {}
        listed = [scan_id for scan_id in scan_ids if scan_id not in self._unlisted]
        if len(listed) > _FEW:
            try:
                found.update(self._from_list(listed))
            except (ForbiddenError, NotFoundError, RejectedError):
                self._unlisted.update(listed)  # this token may see scans, but no list of them
            except InterruptedWaitError:
                raise
            except DatascanError as error:
                found = dict.fromkeys(listed, error)
        missing = [scan_id for scan_id in scan_ids if scan_id not in found]
        if missing:
            found.update(super().get_many(missing))
        return {scan_id: found[scan_id] for scan_id in scan_ids}

    def _from_list(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        wanted = set(scan_ids)
        found: dict[str, Scan | DatascanError] = {}
        listed = 0
        reader = self._reader(("scans",), self._since(scan_ids))
        for page in reader.pages(readings=1):  # a scan that this reading does not show is read alone
            for record in page.rows:
                if isinstance(record, InvalidRecord) and record.scan_id not in wanted:
                    self._warn_once(record.sentence(self.title))
                elif isinstance(record, InvalidRecord):
                    found[str(record.scan_id)] = record.error(self.title)
                elif record.scan_id in wanted:
                    found[record.scan_id] = self._to_scan(record)
            missing = len(wanted) - len(found)
            listed += len(page.rows)
            pages_left = -(-max(0, (page.total or 0) - listed) // max(1, len(page.rows)))
            if not missing or pages_left > missing:
                return found
        if reader.gap is None:
            self._unlisted |= wanted - found.keys()  # another user's scans, which the list never has
        return found

    def _since(self, scan_ids: Sequence[str]) -> list[tuple[str, str]]:
        """The list's filter that leaves out all scans before the first of these, once its start is known."""
        starts = [self._starts.get(scan_id) for scan_id in scan_ids]
        known = [start for start in starts if start is not None]
        return [("startDate", iso(min(known) - timedelta(seconds=1)))] if len(known) == len(starts) else []

    def list_scans(self, query: Query) -> ScanList:
        """GET /scans or /scans/allusers, page by page; another user's scans need a token with that scope."""
        return self._find(query, self._to_scans)

    def _to_scans(self, records: Iterable[Record]) -> Iterator[Scan]:
        for record in records:
            if not isinstance(record, InvalidRecord):
                yield self._to_scan(record)
                continue
            if record.scan_id is None:  # a scan that cannot be read or judged later
                raise record.error(self.title)
            self._warn_once(record.sentence(self.title))
            yield self._unknown(record, record.scan_id)

    def list_scans_of(self, target: Mapping[str, t.Any], query: Query) -> ScanList:
        """An invalid record fails the list where it may be a running scan of the same source and target."""
        wanted = self.predict_scan(target)
        may_run = query.states is None or bool(query.states & ACTIVE)

        def to_scans(records: Iterable[Record]) -> Iterator[Scan]:
            for record in records:
                if not isinstance(record, InvalidRecord):
                    scan = self._to_scan(record)
                    if matches(scan, wanted):
                        yield scan
                    continue
                message = record.sentence(self.title)
                if may_run and could_match(record, wanted):
                    raise InvalidResponseError(
                        f"{message} It may be a scan of the same source and target, so no scan is started."
                    )
                self._warn_once(message)

        return self._find(query, to_scans, confirms=True)

    def _find(
        self, query: Query, to_scans: Callable[[Iterable[Record]], Iterable[Scan]], *, confirms: bool = False
    ) -> ScanList:
        """The scans that match a query."""
        params = self._params(query)
        if query.states is not None and not any(name == "scanStatus" for name, _value in params):
            return ScanList([])  # the query's states do not exist in Glasswall
        path = ("scans", "allusers") if query.all_users or query.owners else ("scans",)

        def to_wanted(records: Sequence[Record]) -> Iterable[Scan]:
            return to_scans(record for record in records if self._has_state(record, query))

        return collect_scans(self._reader(path, params, confirms=confirms), to_wanted)

    def _has_state(self, record: Record, query: Query) -> bool:
        return isinstance(record, InvalidRecord) or query.states is None or self._state(record) in query.states

    def _reader(
        self, path: Sequence[str], params: Sequence[tuple[str, str]], *, confirms: bool = False
    ) -> ListReader[Record]:
        return ListReader(lambda _number: _ScanPages(self._client, path, params), _record_key, confirms=confirms)

    def _params(self, query: Query) -> list[tuple[str, str]]:
        params = []
        if query.started_after:
            params.append(("startDate", iso(query.started_after)))
        if query.started_before:
            params.append(("endDate", iso(query.started_before)))
        if query.states is not None:
            params += [("scanStatus", word) for word in _QUERY_WORDS if _STATES[word.lower()] in query.states]
        return params + [("users", owner) for owner in query.owners]

    def validate_target(self, target: Mapping[str, t.Any]) -> None:
        """The five rules for each SAS, on our own clock, before anything is sent."""
        for option, (resources, permissions) in _STRINGS.items():
            string = ConnectionString.parse(target[option])
            faults = string.faults(resources=resources, permissions=permissions, now=self._clock.now())
            if faults:
                raise InvalidInputError(f"glasswall.{option} would be refused: {'; '.join(faults)}.")
        for option in ("source_container_path", "target_container_path", "quarantine_container_path"):
            if not target[option].strip("/ "):
                raise InvalidInputError(f"glasswall.{option} is empty: set it to a container of the storage account.")

    def predict_scan(self, target: Mapping[str, t.Any]) -> Scan:
        """Hosts come from the connection strings; the API reports them as sourceStorage and targetStorage."""
        return predicted_scan(
            self.name,
            source=location_key(
                ConnectionString.parse(target["source_connection_string"]).host, target["source_container_path"]
            ),
            target=location_key(
                ConnectionString.parse(target["destination_connection_string"]).host, target["target_container_path"]
            ),
        )

    def start(self, target: Mapping[str, t.Any]) -> Scan:
        """POST /scans; 400 and 412 carry the reasons."""
        return self._client.write(
            "POST", ("scans",), self._scan, body={to_camel(option): target[option] for option in self.target_options}
        )

    def is_cancellable(self, scan: Scan) -> bool:
        """Only listing can be stopped."""
        return (scan.vendor_status or "").lower() == "listing"

    def cancel(self, scan_id: str) -> Scan:
        """DELETE /scans/{scanId}; the response may still have the status Processing."""
        try:
            return self._client.write("DELETE", ("scans", self.check_id(scan_id)), self._scan)
        except NotFoundError as error:
            raise _not_found(scan_id, error) from None
        except DatascanError as error:
            if error.http_status != 405:
                raise
            raise TooLateError(
                f"Scan {scan_id} can no longer be cancelled: it has listed its files, and continues to process them.",
                request=error.request,
            ) from None

    def get_rescan_parent(self, subject: str) -> Scan:
        """A rescan repeats a scan."""
        return self.get(subject)

    def find_running_rescan(self, parent: Scan, *, everyone: bool = False) -> Scan | None:
        """In the list of own scans; another user's is found through the parent's childScans."""
        listed = self._find(Query(states=ACTIVE), self._to_scans, confirms=True)
        own = next((scan for scan in listed if scan.parent_id == parent.id), None)
        if own:
            return own
        if not everyone:
            require_whole(self, listed, f"A rescan of {parent.id} may be running, so none is started.")
            return None
        children = self.get(parent.id).child_ids
        seen = self.get_many(children).values() if children else []
        return next((scan for scan in seen if isinstance(scan, Scan) and scan.state in ACTIVE), None)

    def find_created_rescan(self, subject: str, parent: Scan) -> Scan | None:
        """A child that the parent did not have before."""
        new = [child for child in self.get(subject).child_ids if child not in parent.child_ids]
        return self.get(new[-1]) if new else self.find_running_rescan(parent)

    def rescan_blocker(self, parent: Scan) -> str | None:
        """Not while the parent is listing."""
        return _STILL_LISTING.format(parent.id) if (parent.vendor_status or "").lower() == "listing" else None

    def rescan(self, subject: str) -> Scan:
        """PATCH /scans/{scanId}; the response is the child."""
        try:
            return self._client.write("PATCH", ("scans", self.check_id(subject)), self._scan)
        except NotFoundError as error:
            raise _not_found(subject, error) from None
        except DatascanError as error:
            if error.http_status == 409:
                raise ConflictError(f"Scan {subject} is already being rescanned.", request=error.request) from None
            if error.http_status == 425:
                raise TooEarlyError(f"{_STILL_LISTING.format(subject)}.", request=error.request) from None
            raise

    def _scan(self, data: t.Any) -> Scan:
        return self._to_scan(ScanStatusItem.model_validate(data))

    def _to_scan(self, item: ScanStatusItem) -> Scan:
        scan = self._build_scan(item)
        if scan.started_at:
            self._starts[scan.id] = scan.started_at
        return scan

    def _state(self, item: ScanStatusItem) -> ScanState:
        return self.parse_state(item.scan_status)

    def _unknown(self, record: InvalidRecord, scan_id: str) -> Scan:
        """A scan of which only the existence is known; no gate passes it."""
        source, target = location_keys(record)
        return Scan(
            id=scan_id,
            provider=self.name,
            state=ScanState.UNKNOWN,
            source=source,
            target=target,
            parent_id=record.text("parentScan"),
            error=f"invalid record ({record.why})",
        )

    def _build_scan(self, item: ScanStatusItem) -> Scan:
        return Scan(
            id=item.scan_id,
            provider=self.name,
            state=self._state(item),
            vendor_status=item.scan_status.strip(),
            started_at=item.scan_start_time,
            finished_at=item.scan_end_time,
            owner=item.scan_owner,
            source=location_key(item.source_storage, item.source_container_path),
            target=location_key(item.target_storage, item.target_container_path),
            parent_id=item.parent_scan,
            child_ids=item.child_scans or [],
        )


class _ScanPages(PageCursor[Record]):
    """The pages of a list of scans, by their numbers."""

    repeats_last_page = True

    def __init__(self, client: HttpClient, path: Sequence[str], params: Sequence[tuple[str, str]]) -> None:
        self._client = client
        self._path = path
        self._params = params
        self._number = 0

    def read(self, count: int) -> ListPage[Record]:
        self._number += 1
        params = [*self._params, ("pageSize", str(_PAGE_SIZE)), ("page", str(self._number))]
        page, records = self._client.read("GET", self._path, parse_page, params=params)
        pages = page.page_links.total_pages if page.page_links else None
        return ListPage(records, page.total, follows=pages is not None and self._number < pages)


def _record_key(record: Record) -> str:
    return record.scan_id or repr(record)


def _not_found(scan_id: str, error: NotFoundError) -> NotFoundError:
    return NotFoundError(
        f"Glasswall has no scan {scan_id} that this token can see: a StandardUser sees only its own scans.",
        request=error.request,
    )
