# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protecto: submit objects for a data scan, and ask how many scans at once are going, both with PUT.

Oddities of its documents that shape this file: later ones move both operations to other paths and rename the status;
statuses end in spaces; `success` is a string or a boolean; a missing value is `-`, `None` or an empty string;
times have no zone; a scan that waits already has an end; an answer may repeat what was sampled, which is personal data.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ...error_texts import has_content
from ...errors import (
    DatascanError,
    HtmlPageError,
    InterruptedWaitError,
    InvalidInputError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
    UnauthorizedError,
    error_messages,
)
from ...http.response import Response
from ...models import PREDICTED_ID, Scan, ScanState, state_rank
from ..capabilities import StartsScans
from ..envelope import is_refused
from ..records import InvalidRecord, failed_by
from .records import StatusItem, parse_records, parse_submitted
from .samples import SampledValues, columns_of

_CHUNK = 100  # tracking ids in one request
Paths = t.Mapping[str, t.Sequence[str]]  # an operation -> its path
# All later documents, and the vendor's own sample program, have the first; the oldest have the second.
_GENERATIONS: tuple[Paths, ...] = (
    {"start": ("data-scan", "data-scan-async"), "status": ("data-scan", "status")},  # since September 2024
    {"start": ("data-scan-async",), "status": ("data-scan-status",)},
)
_NO_SCAN = "00000000-0000-0000-0000-000000000000"
_NO_SUCH_PATH = (404, 405)
_REDIRECTED = range(300, 400)
T = t.TypeVar("T")


class Protecto(StartsScans):
    """A tenant or a private deployment. Trial accounts have no data scans."""

    name = "protecto"
    title = "Protecto"
    expects = "a token from its portal"
    unsupported = {
        "list": "Keep the ids of the scans that you start, and set scan_ids to them.",
        "cancel": "Let the scan finish; wait_timeout ends only the wait for it.",
        "rescan": "Submit the same objects again with scan_start.",
        "columns": "Use BigID, the only vendor that groups columns into clusters.",
        "issues": "Remove max_issues from the policy, and leave count_issues unset.",
    }
    state_map = {
        "pending": ScanState.QUEUED,
        "in-progress": ScanState.RUNNING,
        "in_progress": ScanState.RUNNING,
        "in progress": ScanState.RUNNING,
        "success": ScanState.COMPLETED,
        "failed": ScanState.FAILED,
        "error": ScanState.FAILED,  # what the vendor's own sample program asks for
        "purged": ScanState.STOPPED,  # it ended, and whether it succeeded is no longer known
    }
    min_poll_interval = 5.0
    times_have_zone = False
    target_description = ("All objects of a task are one scan.",)
    target_options = {
        "objects": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "description": "The objects to scan.",
            "options": {
                "data_source_name": {
                    "type": "str",
                    "required": True,
                    "description": "The data source, such as V(salesforce).",
                    "sample": "salesforce",
                },
                "object_name": {
                    "type": "list",
                    "elements": "str",
                    "required": True,
                    "description": "The parts of the object's name, such as its database, schema and table.",
                    "sample": ["crm", "public", "contacts"],
                },
                "data_samples": {
                    "type": "list",
                    "elements": "dict",
                    "no_log": True,
                    "description": (
                        "Values sampled from the object. They are personal data, so they are sent to Protecto and "
                        "shown nowhere.",
                        "An error of Protecto's that has a word in common with one of them is withheld, because it may "
                        "quote it.",
                    ),
                    "options": {
                        "column_name": {
                            "type": "str",
                            "required": True,
                            "description": "The column that the values are from.",
                            "sample": "email",
                        },
                        "samples": {
                            "type": "list",
                            "elements": "str",
                            "required": True,
                            "no_log": True,
                            "description": "The values.",
                            "sample": ["jo@example.com"],
                        },
                    },
                },
            },
        },
    }

    _paths: Paths | None = None  # those that this server has, once that is known
    _samples = SampledValues()

    @classmethod
    def parse_errors(cls, response: Response) -> list[dict[str, t.Any]]:
        """Either {success: false, error: {message}}, or {detail} with a text or FastAPI's list of what is wrong."""
        data = response.data
        if not isinstance(data, dict):
            return []
        if has_content(data.get("detail")):
            detail = data["detail"]
            return [_from_detail(item) for item in (detail if isinstance(detail, list) else [detail])]
        if response.status < 400 and not is_refused(data):
            return []
        error = data.get("error") or data
        return [{"code": None, "message": _text(error.get("message") if isinstance(error, dict) else error)}]

    @classmethod
    def is_not_found(cls, response: Response) -> bool:
        """No 404 is about a scan: a scan that does not exist is missing from the list that answers."""
        return False

    def check_id(self, scan_id: str) -> str:
        """Tracking ids have no documented form."""
        if not scan_id.strip():
            raise InvalidInputError("A Protecto tracking id cannot be empty.")
        return scan_id.strip()

    def get(self, scan_id: str) -> Scan:
        """The same request as for many."""
        found = self.get_many([self.check_id(scan_id)])[self.check_id(scan_id)]
        if isinstance(found, DatascanError):
            raise found
        return found

    def get_many(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """PUT with a list of ids. Though a PUT, it only reads. A record counts in whichever answer it comes."""
        found: dict[str, list[StatusItem]] = {scan_id: [] for scan_id in scan_ids}  # in any order
        faults: dict[str, DatascanError] = {}
        for begin in range(0, len(scan_ids), _CHUNK):
            self._read_chunk(scan_ids[begin : begin + _CHUNK], found, faults)
        return {
            scan_id: faults.get(scan_id) or (self._merge(items) if items else _not_found(scan_id))
            for scan_id, items in found.items()
        }

    def _read_chunk(
        self, scan_ids: Sequence[str], found: Mapping[str, list[StatusItem]], faults: dict[str, DatascanError]
    ) -> None:
        """Add the records of one answer to those of the scans of the poll, or to the faults of these scans."""
        try:
            records = self._put("status", self._client.read, parse_records, list(scan_ids))
        except InterruptedWaitError:
            raise
        except DatascanError as error:
            faults.update(dict.fromkeys(scan_ids, error))
            return
        asked = set(scan_ids)
        unasked: list[StatusItem | InvalidRecord] = []
        for record in records:
            scan_id = (record.scan_id or "") if isinstance(record, InvalidRecord) else record.tracking_id
            if scan_id not in asked:
                unasked.append(record)
            if scan_id in found and isinstance(record, InvalidRecord):
                faults[scan_id] = record.error(self.title)
            elif scan_id in found and not isinstance(record, InvalidRecord):
                found[scan_id].append(record)
        if not unasked:
            return
        unclear = self._unasked(unasked[0])
        # A record of another scan, or without an id, may belong to one that is missing here.
        suspects = [scan_id for scan_id in scan_ids if not found[scan_id] and scan_id not in faults]
        if not suspects and any(isinstance(record, InvalidRecord) and record.scan_id is None for record in unasked):
            # A record without an id, where none is missing, may be a part of any of them, one that failed.
            valid = [scan_id for scan_id in scan_ids if scan_id not in faults]
            suspects = [scan_id for scan_id in valid if self._merge(found[scan_id]).succeeded]
        faults.update(dict.fromkeys(suspects, unclear))

    def _unasked(self, record: StatusItem | InvalidRecord) -> InvalidResponseError:
        """The error of a scan for which the answer has this record instead of its own."""
        if not isinstance(record, InvalidRecord):
            scan_id = self._samples.withhold(record.tracking_id)
            return InvalidResponseError(f"Protecto answered about scan {scan_id}, which was not asked for.")
        record = replace(record, scan_id=record.scan_id and self._samples.withhold(record.scan_id))
        self._warn_once(record.sentence(self.title))
        return record.error(self.title)

    def _merge(self, items: Sequence[StatusItem]) -> Scan:
        """The scan that several items of one id describe, such as one for each object: the worst state counts."""
        scans = sorted((self._scan(item) for item in items), key=lambda scan: state_rank(scan.state))
        starts = [scan.started_at for scan in scans if scan.started_at]
        ends = [scan.finished_at for scan in scans if scan.finished_at]
        is_timed = len(ends) == len(scans)
        # A part that ended without a start may have started before all others.
        has_first = starts and all(scan.started_at or not scan.finished for scan in scans)
        times = {"started_at": min(starts) if has_first else None, "finished_at": max(ends) if is_timed else None}
        return scans[0].model_copy(update=times)

    def validate_target(self, target: Mapping[str, t.Any]) -> None:
        """Names must not be empty."""
        if not target["objects"]:
            raise InvalidInputError("protecto.objects is empty: list the objects to scan.")
        for number, item in enumerate(target["objects"]):
            for option in ("data_source_name", "object_name"):
                names = [item[option]] if isinstance(item[option], str) else item[option]
                if not names or not all(name.strip() for name in names):
                    raise InvalidInputError(f"protecto.objects[{number}].{option} is empty or contains an empty name.")
            for position, column in enumerate(item.get("data_samples") or ()):
                if not (column["column_name"] or "").strip():
                    raise InvalidInputError(
                        f"protecto.objects[{number}].data_samples[{position}].column_name is empty: name the column."
                    )
        self.remember_target(target)

    def remember_target(self, target: Mapping[str, t.Any]) -> None:
        """Sampled values are removed from all later responses."""
        self._samples = SampledValues(target["objects"])

    def predict_scan(self, target: Mapping[str, t.Any]) -> Scan:
        """It begins in the queue."""
        return Scan(id=PREDICTED_ID, provider=self.name, state=ScanState.QUEUED)

    def start(self, target: Mapping[str, t.Any]) -> Scan:
        """PUT with a list of objects, which are one scan together. Samples are sent to a path that is there only."""
        body = [_to_wire(item) for item in target["objects"]]
        generations = [self._find_paths()] if any(columns_of(item) for item in target["objects"]) else _GENERATIONS
        items = self._put("start", self._client.write, parse_submitted, body, generations)
        ids = {item.tracking_id: None for item in items}
        if len(ids) > 1:
            shown = ", ".join(map(self._samples.withhold, ids))
            raise InvalidResponseError(
                f"Protecto started {len(ids)} scans, although its documents describe one: {shown}. "
                "All of them run: check each by its id.",
                may_have_changed=True,
            )
        if any(item.statuses for item in items):
            return self._merge(items)
        return self.predict_scan(target).model_copy(update={"id": next(iter(ids))})

    def _find_paths(self) -> Paths:
        """The paths that this server has, from a read that is about no scan: samples are not sent to find them out."""
        if self._paths:
            return self._paths
        tried: list[DatascanError] = []
        for paths in _GENERATIONS:
            try:
                self._client.read("PUT", paths["status"], lambda data: None, body=[_NO_SCAN], is_optional=True)
            except InterruptedWaitError:
                raise
            except (UnauthorizedError, HtmlPageError) as error:
                raise self._samples.withhold_from(error) from None  # it would not take the samples, or is not Protecto
            except DatascanError as error:
                if error.http_status in _NO_SUCH_PATH:
                    tried.append(self._samples.withhold_from(error))
                    continue
                if error.http_status in _REDIRECTED:
                    raise self._samples.withhold_from(error) from None
            return paths
        raise _no_such_api(tried)

    def _put(
        self,
        operation: str,
        send: Callable[..., t.Any],
        parse: Callable[[t.Any], list[T]],
        body: t.Any,
        generations: Sequence[Paths] = _GENERATIONS,
    ) -> list[T]:
        """Send under the paths of one generation, and where there is no such path, under the other's.

        A path that is not there has carried nothing out, so this is safe for a request that starts a scan as well.
        """
        tried: list[DatascanError] = []
        for paths in (self._paths,) if self._paths else generations:
            try:
                records: list[T] = send("PUT", paths[operation], parse, body=body)
            except DatascanError as error:
                if error.http_status not in _NO_SUCH_PATH:
                    raise self._samples.withhold_from(error) from None
                tried.append(self._samples.withhold_from(error))
            else:
                self._paths = paths
                return records
        raise _no_such_api(tried)

    def _scan(self, item: StatusItem) -> Scan:
        reason = item.error
        statuses: list[str | None] = [*map(self._status_word, item.statuses)] or [None]
        states = [self.parse_state(status) for status in statuses]
        state = min(states, key=state_rank)
        status = statuses[states.index(state)]
        return Scan(
            id=item.tracking_id,
            provider=self.name,
            state=failed_by(reason, state),
            vendor_status=status,
            started_at=self.parse_time(item.process_started_at),
            finished_at=self.parse_time(item.process_ended_at),
            error=reason and self._samples.withhold(reason),
        )

    def _status_word(self, status: str) -> str:
        """A status as it can be shown: one that no document has may quote a sampled value."""
        return status if status.lower() in self.state_map else self._samples.withhold(status)


def _no_such_api(tried: Sequence[DatascanError]) -> RejectedError:
    """The error of paths that are not there. Not NotFoundError, which means that a scan is missing."""
    messages = [text for error in tried for text in error_messages(error.request.vendor_errors)]
    reasons = f" ({'; '.join(dict.fromkeys(messages))})" if messages else ""
    return RejectedError(
        f"The data scan API was not found: {' and '.join(str(error.request.url) for error in tried)} answered HTTP "
        f"{' and '.join(str(error.http_status) for error in tried)}{reasons}. "
        "Check api_url, which ends in /api/vault.",
        request=tried[-1].request,
    )


def _text(value: t.Any) -> str | None:
    """A reason, if it is a text. Anything else may repeat what was sent."""
    return value if isinstance(value, str) and value.strip() else None


def _to_wire(item: Mapping[str, t.Any]) -> dict[str, t.Any]:
    wire = {"data_source_name": item["data_source_name"], "object_name": item["object_name"]}
    if samples := columns_of(item):
        wire["data_samples"] = [{"column_name": one["column_name"], "samples": one["samples"]} for one in samples]
    return wire


def _from_detail(detail: t.Any) -> dict[str, t.Any]:
    """One of FastAPI's errors, without the `input` in which it repeats what was sent."""
    if not isinstance(detail, dict):
        return {"code": None, "message": _text(detail)}
    location = detail.get("loc")
    return {
        "code": _text(detail.get("type")),
        "message": _text(detail.get("msg") or detail.get("message")),
        "field": ".".join(str(step) for step in location) if isinstance(location, list) else None,
    }


def _not_found(scan_id: str) -> NotFoundError:
    return NotFoundError(f"Protecto has no scan {scan_id} that this token can see.")
