# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glasswall Constellation: the six operations of "Scan Controller API v1" (later revisions: "Scan Management API v1").

Oddities of the document that shape this folder: page links are broken, so pages are counted; a page past the end
repeats the last one; Errored in queries is Error in answers; scanEndTime may be set while a scan runs; answers
with an error status have a bare list of errors as body, or none.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ...compat.pydantic import to_camel
from ...errors import (
    ConflictError,
    DatascanError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RejectedError,
    TooEarlyError,
    TooLateError,
)
from ...http.response import Response
from ...models import MAY_RUN, Query, Scan, ScanState, predicted_scan
from ..capabilities import (
    CancelsScans,
    CountsIssues,
    RescansScans,
    StartsScans,
    gap_sentence,
    require_whole,
)
from ..records import check_identity
from .azure_sas import ConnectionString
from .records import is_uuid, lacks_account, location_key, normalize_id, parse_page
from .scan_lists import GlasswallScanLists
from .target import TARGET_DESCRIPTION, TARGET_OPTIONS, check_target

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


class Glasswall(GlasswallScanLists, StartsScans, CancelsScans, RescansScans, CountsIssues):
    """A Constellation deployment; it has no public host."""

    name = "glasswall"
    title = "Glasswall"
    expects = "a bearer token of the deployment's identity provider"
    unsupported = {"columns": "Use BigID, the only vendor that groups columns into clusters."}
    state_map = _STATES
    example_id = "83d71394-faa2-4b6c-b13b-6d3118de459e"
    target_description = TARGET_DESCRIPTION
    target_options = TARGET_OPTIONS

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
            self._client.read(
                "GET",
                ("scans",),
                lambda data: parse_page(data, self._parse_records),
                params=params,
                names_record=False,
            )
        except (ForbiddenError, NotFoundError, RejectedError) as list_error:
            if list_error.http_status == 404:
                message = (
                    f"{error.request.method} {error.request.url} failed with HTTP 404, and so did the list of scans. "
                    "Check api_url, with its version path."
                )
                raise RejectedError(message, request=error.request) from None
        self._is_address_proven = True

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
        return self._accept(self._parse_scan(data))

    def _scan_of(self, data: t.Any, scan_id: str) -> Scan:
        scan = self._parse_scan(data)
        check_identity(scan_id, scan.id)
        return self._accept(scan)

    def _child_of(self, data: t.Any, parent_id: str) -> Scan:
        """A rescan, which has an id of its own and may name its parent."""
        scan = self._parse_scan(data)
        if scan.id == parent_id:
            raise ValueError(f"it is about scan {parent_id} itself, not about a rescan of it")
        check_identity(parent_id, scan.parent_id or parent_id)
        return self._accept(scan)


def _not_found(scan_id: str, error: NotFoundError) -> NotFoundError:
    return NotFoundError(
        f"Glasswall has no scan {scan_id} that this token can see: a StandardUser sees only its own scans. "
        "Check the id and api_url.",
        request=error.request,
    )
