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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

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
from ...http.response import Response
from ...models import MAY_RUN, Query, Scan, ScanList, ScanState, iso, predicted_scan, state_rank
from ..capabilities import (
    CancelsScans,
    CountsIssues,
    ListsScans,
    RescansScans,
    StartsScans,
    gap_sentence,
    require_whole,
)
from ..paging import ListReader, collect_scans
from ..records import InvalidRecord, check_identity, failed_by, with_worst
from .azure_sas import ConnectionString
from .pages import ScanPages, query_params, record_key
from .records import (
    Record,
    ScanStatusItem,
    could_match,
    is_uuid,
    lacks_account,
    location_key,
    location_keys,
    matches,
    normalize_id,
    parse_page,
)
from .target import TARGET_DESCRIPTION, TARGET_OPTIONS, check_target

_HISTORY = timedelta(days=90)  # of scans that tell how long one takes
_FEW = 2  # up to this many scans are read one by one, because a page of the list may contain none of them
_STATES = {
    "listing": ScanState.RUNNING,
    "processing": ScanState.RUNNING,
    "completed": ScanState.COMPLETED,
    "cancelled": ScanState.CANCELLED,
    "errored": ScanState.FAILED,  # in the lists' filter
    "error": ScanState.FAILED,  # in responses
    "unknown": ScanState.UNKNOWN,
}
_STILL_LISTING = "Scan {} cannot be rescanned while it lists its files"


class Glasswall(StartsScans, ListsScans, CancelsScans, RescansScans, CountsIssues):
    """A Constellation deployment; it has no public host."""

    name = "glasswall"
    title = "Glasswall"
    expects = "a bearer token of the deployment's identity provider"
    finds_by = frozenset({"source"})
    unsupported = {"columns": "Only BigID groups columns into clusters; use provider: bigid."}
    state_map = _STATES
    example_id = "83d71394-faa2-4b6c-b13b-6d3118de459e"
    target_description = TARGET_DESCRIPTION
    target_options = TARGET_OPTIONS

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self._starts: dict[str, datetime] = {}  # when the scans seen so far started, to narrow the next list
        self._unlisted: set[str] = set()  # ids that the list of own scans is known to lack
        self._is_address_proven = False  # whether a path below api_url was found

    @classmethod
    def parse_errors(cls, response: Response) -> list[dict[str, t.Any]]:
        """Errors are a bare list of {errorCode, message}; such a list under 2xx, instead of a scan, is an error too."""
        if not isinstance(response.data, list):
            return []
        items = [
            item for item in response.data if isinstance(item, dict) and ("errorCode" in item or "message" in item)
        ]
        return [{"code": item.get("errorCode"), "message": item.get("message")} for item in items]

    @classmethod
    def is_record(cls, body: Mapping[str, t.Any]) -> bool:
        """A scan stands in no envelope."""
        return "scanId" in body

    def check_id(self, scan_id: str) -> str:
        """Scan ids are UUIDs."""
        if not is_uuid(scan_id.strip()):
            raise InvalidInputError(f"{scan_id!r} is not a Glasswall scan id (a UUID, like {self.example_id}).")
        return str(normalize_id(scan_id))

    @classmethod
    def is_not_found(cls, response: Response) -> bool:
        """The document's 404 has no body."""
        return not response.text.strip() or bool(cls.parse_errors(response))

    def get(self, scan_id: str) -> Scan:
        """GET /scans/{scanId}."""
        checked = self.check_id(scan_id)
        try:
            scan = self._client.read("GET", ("scans", checked), lambda data: self._scan_of(data, checked))
        except NotFoundError as error:
            self._check_address(error)
            raise _not_found(scan_id, error) from None
        self._is_address_proven = True
        return scan

    def _check_address(self, error: NotFoundError) -> None:
        """Raise RejectedError where api_url may be wrong: any server answers an unknown path with an empty 404."""
        if self._is_address_proven:
            return
        params = [("pageSize", "1"), ("page", "1")]
        try:
            self._client.read("GET", ("scans",), parse_page, params=params, names_record=False)
        except (ForbiddenError, NotFoundError, RejectedError) as list_error:
            if list_error.http_status == 404:
                message = (
                    f"{error.request.method} {error.request.url} failed with HTTP 404, and so did the list of scans. "
                    "Check api_url, with its version path."
                )
                raise RejectedError(message, request=error.request) from None
        self._is_address_proven = True

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
            self._is_address_proven = True
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

    def list_recent(self) -> list[Scan]:
        """The first page of the own scans that completed in the last months; its order is not documented."""
        query = Query(states=frozenset({ScanState.COMPLETED}), started_after=self.server_now() - _HISTORY)
        pages = ScanPages(self._client, ("scans",), query_params(query, _STATES), list, is_optional=True)
        valid = [record for record in pages.read(0).rows if not isinstance(record, InvalidRecord)]
        # A filter may be ignored, and an undocumented status of another scan is no reason for a warning.
        completed = [item for item in valid if _STATES.get(item.scan_status.strip().lower()) is ScanState.COMPLETED]
        return [self._build_scan(item) for item in completed]

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
        """An invalid record fails a list of running scans where it may be one of the same source and target."""
        wanted = self.predict_scan(target)
        may_run = query.states is None or bool(query.states & MAY_RUN)

        def to_scans(records: Iterable[Record]) -> Iterator[Scan]:
            for record in records:
                if not isinstance(record, InvalidRecord):
                    scan = self._to_scan(record)
                    if matches(scan, wanted):
                        yield scan
                    elif lacks_account(scan, wanted):
                        self._report_without_account(scan, query)
                    continue
                message = record.sentence(self.title)
                if may_run and could_match(record, wanted):
                    raise InvalidResponseError(
                        f"{message} It may be a scan of the same source and target, so no scan is started."
                    )
                self._warn_once(message)
                if could_match(record, wanted):
                    yield record.ended_scan(self.name)

        return self._find(query, to_scans, confirms=True)

    def _report_without_account(self, scan: Scan, query: Query) -> None:
        """Warn of a scan whose account is not known: adopting it could judge another account's files.

        Raises InvalidResponseError in a search for a scan that was just created, which it may be.
        """
        message = (
            f"{self.title} does not name the storage account of scan {scan.id}, which has the same host and containers"
        )
        if query.states is None:
            raise InvalidResponseError(f"{message}. It may be the scan that was just started.")
        self._warn_once(f"{message}. It is taken for a scan of another account.")

    def _find(
        self, query: Query, to_scans: Callable[[Iterable[Record]], Iterable[Scan]], *, confirms: bool = False
    ) -> ScanList:
        """The scans that match a query."""
        params = query_params(query, _STATES)
        if query.states is not None and not any(name == "scanStatus" for name, _value in params):
            return ScanList([])  # the query's states do not exist in Glasswall
        path = ("scans", "allusers") if query.all_users or query.owners else ("scans",)

        def to_wanted(records: Sequence[Record]) -> Iterable[Scan]:
            scans = to_scans(record for record in records if self._has_state(record, query))
            return [scan for scan in scans if query.source in (None, scan.source)]

        return collect_scans(self._reader(path, params, confirms=confirms), to_wanted)

    def _has_state(self, record: Record, query: Query) -> bool:
        return isinstance(record, InvalidRecord) or query.states is None or self._state(record) in query.states

    def _reader(
        self, path: Sequence[str], params: Sequence[tuple[str, str]], *, confirms: bool = False
    ) -> ListReader[Record]:
        return ListReader(
            lambda _number: ScanPages(self._client, path, params, self._with_worst), record_key, confirms=confirms
        )

    def _with_worst(self, records: Sequence[Record]) -> list[Record]:
        """The records of a page; of several of one scan the one with the worst state counts."""
        return with_worst(records, lambda item: state_rank(self._state(item)), lambda item: item.scan_id)

    def validate_target(self, target: Mapping[str, t.Any]) -> None:
        """The five rules for each SAS, on our own clock, before anything is sent."""
        check_target(target, self._clock.now())

    def predict_scan(self, target: Mapping[str, t.Any]) -> Scan:
        """Storage comes from the connection strings; the API reports it as sourceStorage and targetStorage."""
        return predicted_scan(
            self.name,
            source=location_key(
                ConnectionString.parse(target["source_connection_string"]).storage, target["source_container_path"]
            ),
            target=location_key(
                ConnectionString.parse(target["destination_connection_string"]).storage, target["target_container_path"]
            ),
        )

    def is_same_target(self, scan: Scan, target: Mapping[str, t.Any]) -> bool:
        """Whether a scan has this source and target, as far as Glasswall names the storage accounts."""
        return lacks_account(scan, self.predict_scan(target))

    def start(self, target: Mapping[str, t.Any]) -> Scan:
        """POST /scans; 400 and 412 carry the reasons."""
        return self._client.write(
            "POST",
            ("scans",),
            self._scan,
            body={to_camel(option): target[option] for option in self.target_options},
            names_record=False,
        )

    def is_cancellable(self, scan: Scan) -> bool:
        """Only listing can be stopped."""
        return (scan.vendor_status or "").lower() == "listing"

    def cancel(self, scan_id: str) -> Scan:
        """DELETE /scans/{scanId}; the response may still have the status Processing."""
        checked = self.check_id(scan_id)
        try:
            return self._client.write("DELETE", ("scans", checked), lambda data: self._scan_of(data, checked))
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
        listed = self._find(Query(states=MAY_RUN), self._to_scans, confirms=True)
        own = next((scan for scan in listed if scan.parent_id == parent.id), None)
        if own:
            return own
        if not everyone:
            require_whole(self, listed, f"A rescan of {parent.id} may be running, so none is started.")
            return None
        children = self.get(parent.id).child_ids
        seen = self.get_many(children).values() if children else []
        return next((scan for scan in seen if isinstance(scan, Scan) and scan.state in MAY_RUN), None)

    def find_created_rescan(self, subject: str, parent: Scan) -> Scan | None:
        """A child that the parent did not have before."""
        new = [child for child in self.get(subject).child_ids if child not in parent.child_ids]
        return self.get(new[-1]) if new else self.find_running_rescan(parent)

    def rescan_blocker(self, parent: Scan) -> str | None:
        """Not while the parent is listing."""
        return _STILL_LISTING.format(parent.id) if (parent.vendor_status or "").lower() == "listing" else None

    def rescan(self, subject: str) -> Scan:
        """PATCH /scans/{scanId}; the response is the child."""
        checked = self.check_id(subject)
        try:
            return self._client.write("PATCH", ("scans", checked), lambda data: self._child_of(data, checked))
        except NotFoundError as error:
            raise _not_found(subject, error) from None
        except DatascanError as error:
            if error.http_status == 409:
                raise ConflictError(f"Scan {subject} is already being rescanned.", request=error.request) from None
            if error.http_status == 425:
                raise TooEarlyError(f"{_STILL_LISTING.format(subject)}.", request=error.request) from None
            raise

    def count_issues(self, scan: Scan) -> Scan:
        """GET /scan-results/{scanId}/files, page by page: the files that were not rebuilt."""
        from .scan_results import tally_issues

        tally = tally_issues(self._client, scan)
        if tally.undocumented:
            self._warn_once(tally.undocumented.sentence(self.title))
        if tally.gap:
            self._warn_once(f"{gap_sentence(self, tally.gap, f'files of scan {scan.id}')} Its issues are not counted.")
        return tally.added_to(scan)

    def _scan(self, data: t.Any) -> Scan:
        return self._to_scan(ScanStatusItem.model_validate(data))

    def _scan_of(self, data: t.Any, scan_id: str) -> Scan:
        item = ScanStatusItem.model_validate(data)
        check_identity(scan_id, item.scan_id)
        return self._to_scan(item)

    def _child_of(self, data: t.Any, parent_id: str) -> Scan:
        """A rescan, which has an id of its own and may name its parent."""
        item = ScanStatusItem.model_validate(data)
        if item.scan_id == parent_id:
            raise ValueError(f"it is about scan {parent_id} itself, not about a rescan of it")
        check_identity(parent_id, item.parent_scan or parent_id)
        return self._to_scan(item)

    def _to_scan(self, item: ScanStatusItem) -> Scan:
        scan = self._build_scan(item)
        if scan.started_at:
            self._starts[scan.id] = scan.started_at
        return scan

    def _state(self, item: ScanStatusItem) -> ScanState:
        return failed_by(item.error, self.parse_state(item.scan_status))

    def _unknown(self, record: InvalidRecord, scan_id: str) -> Scan:
        """A scan of which only the existence is known; no gate passes it."""
        source, target = location_keys(record)
        return Scan(
            id=scan_id,
            provider=self.name,
            state=ScanState.UNKNOWN,
            source=source,
            target=target,
            parent_id=normalize_id(record.text("parentScan")),
            error=f"invalid record ({record.why})",
        )

    def _build_scan(self, item: ScanStatusItem) -> Scan:
        return Scan(
            id=item.scan_id,
            provider=self.name,
            state=self._state(item),
            vendor_status=item.scan_status.strip(),
            started_at=self.parse_time(item.scan_start_time),
            finished_at=self.parse_time(item.scan_end_time),
            owner=item.scan_owner,
            source=location_key(item.source_storage, item.source_container_path),
            target=location_key(item.target_storage, item.target_container_path),
            parent_id=item.parent_scan,
            child_ids=item.child_scans,
            error=item.error,
        )


def _not_found(scan_id: str, error: NotFoundError) -> NotFoundError:
    return NotFoundError(
        f"Glasswall has no scan {scan_id} that this token can see: a StandardUser sees only its own scans. "
        "Check the id and api_url.",
        request=error.request,
    )
