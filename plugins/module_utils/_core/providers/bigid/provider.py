# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID: parent scans and their status, as in "Scan Insights API Tutorial", and the start of a scan profile.

Oddities that shape this file: the status is true or false, and false does not show how a scan ended; how it ended
stands in its own record (GET /scans/{id}), which no document describes, or in the parent-scan list.
`single_reads` has the reads by id, `scan_lists` the list.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import replace

from ...errors import (
    DatascanError,
    InterruptedWaitError,
    InvalidInputError,
    UnavailableError,
)
from ...http.authentication import Authentication, HeaderForm
from ...http.response import Response
from ...models import PREDICTED_ID, Scan, ScanState
from ...options import ConnectionOptions
from ...redaction import Redactor
from ..capabilities import StartsScans
from ..records import failed_by
from . import errors as _bigid_errors
from .clusters import BigIDClusters
from .profiles import is_profile_of, parse_scan_type
from .rows import Row, parse_started
from .scan_lists import BigIDScanLists
from .tokens import SessionTokenAuthentication

_AUTO_SCHEMES = ("raw", "bearer")  # in the order in which they are tried
_USUAL_SCAN_TYPE = "dsScan"

_STATES = {
    "completed": ScanState.COMPLETED,  # the only status seen in use
    # All others are inferred. No other status is completed, so none passes a gate by default.
    "queued": ScanState.QUEUED,
    "pending": ScanState.QUEUED,
    "started": ScanState.RUNNING,
    "running": ScanState.RUNNING,
    "in progress": ScanState.RUNNING,
    "in-progress": ScanState.RUNNING,
    "in_progress": ScanState.RUNNING,
    "inprogress": ScanState.RUNNING,
    "paused": ScanState.RUNNING,  # it may continue
    "stopped": ScanState.STOPPED,
    "failed": ScanState.FAILED,
    "error": ScanState.FAILED,
    "errored": ScanState.FAILED,
    "aborted": ScanState.FAILED,  # it did not reach its end
    "cancelled": ScanState.CANCELLED,
    "canceled": ScanState.CANCELLED,
}


class BigID(StartsScans, BigIDScanLists, BigIDClusters):
    """A BigID deployment; the address in its tutorials is that of the documents, so there is no public host."""

    name = "bigid"
    title = "BigID"
    unsupported = {
        "cancel": "Stop the scan in BigID's console; wait_timeout ends only the wait for it.",
        "rescan": "Start its scan profile again: use scan_start with the same scan_profile, and set if_active to "
        "start.",
        "issues": "Remove max_issues from the policy, and leave count_issues unset.",
    }
    state_map = _STATES
    auth_scheme = "raw"  # at first: see _AUTO_SCHEMES
    takes_refresh_token = True
    target_description = ("Scans of the same scan profile are the same, whatever the type and the origin.",)
    target_options = {
        "scan_profile": {
            "type": "str",
            "required": True,
            "description": "The name of the scan profile to run.",
            "sample": "nightly",
        },
        "scan_type": {
            "type": "str",
            "sample": "dsScan",
            "description": (
                "The type of scan.",
                "Unless set, it is that of the scan profile, where BigID lists its profiles, and else V(dsScan).",
            ),
        },
        "scan_origin": {
            "type": "str",
            "default": "datascan.gate",
            "description": "What BigID is to show as the origin of the scan.",
        },
    }

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        # The last row seen of each scan, because the status has neither its name nor its start.
        self._rows: dict[str, Row] = {}

    @classmethod
    def authentication(
        cls, options: ConnectionOptions, redactor: Redactor, header_forms: Mapping[str, HeaderForm]
    ) -> Authentication:
        """A session token, or a user token that is exchanged for session tokens."""
        schemes = _AUTO_SCHEMES if options.auth_scheme == "auto" else (options.auth_scheme,)
        forms = [header_forms[scheme] for scheme in schemes]
        return SessionTokenAuthentication(options.api_token, options.refresh_token, forms, redactor)

    @classmethod
    def parse_errors(cls, response: Response) -> list[dict[str, t.Any]]:
        """Errors come in four forms, and under HTTP 200 too."""
        return _bigid_errors.parse_errors(response)

    @classmethod
    def find_errors(cls, response: Response) -> list[dict[str, t.Any]]:
        """Without a reason that may quote a scan's secret key."""
        return [
            {
                key: _bigid_errors.without_secret_key(value) if isinstance(value, str) else value
                for key, value in one.items()
            }
            for one in super().find_errors(response)
        ]

    @classmethod
    def is_record(cls, body: Mapping[str, t.Any]) -> bool:
        """A scan's own record may have an `error` and a `status` of its own."""
        return _bigid_errors.is_record(body)

    @classmethod
    def effective_status(cls, response: Response) -> int:
        """The text of an error under 200 decides what it amounts to."""
        return _bigid_errors.effective_status(response)

    @classmethod
    def is_not_found(cls, response: Response) -> bool:
        """The text names a scan or a cluster, which a gateway's does not."""
        return _bigid_errors.is_not_found(response)

    def check_id(self, scan_id: str) -> str:
        """An id may be any text but dots, which lead to another path."""
        checked = scan_id.strip()
        if not checked.strip(".") or not checked.isprintable():
            raise InvalidInputError(
                f"{scan_id!r} is not a BigID scan id. A query with limit 1 returns the latest scan, and its id."
            )
        return checked

    def validate_target(self, target: Mapping[str, t.Any]) -> None:
        """A scan profile has a name; only BigID knows whether it exists."""
        for option in ("scan_profile", "scan_origin"):
            if not target[option].strip():
                raise InvalidInputError(f"bigid.{option} is empty.")

    def is_same_target(self, scan: Scan, target: Mapping[str, t.Any]) -> bool:
        """By the scan profile, which may be the name of a scan."""
        return is_profile_of(target, scan.source or scan.name)

    def predict_scan(self, target: Mapping[str, t.Any]) -> Scan:
        """Only its profile is known."""
        profile = target["scan_profile"].strip()
        return Scan(id=PREDICTED_ID, provider=self.name, state=ScanState.QUEUED, name=profile, source=profile)

    def start(self, target: Mapping[str, t.Any]) -> Scan:
        """POST /scans, as BigID's own code for pipelines does it; the response has the scan, or only its id."""
        profile = target["scan_profile"].strip()
        body = {
            "scanType": (target["scan_type"] or "").strip() or self._scan_type_of(profile) or _USUAL_SCAN_TYPE,
            "scanProfileName": profile,
            "scanOrigin": target["scan_origin"],
        }
        row = self._client.write("POST", ("scans",), parse_started, body=body)
        row = replace(row, profile=row.profile or profile)  # the scan's own fields may lack it
        self._rows[row.id] = row
        return self._scan(row, self.parse_state(row.state) if row.state else ScanState.QUEUED, row.state)

    def _scan_type_of(self, profile: str) -> str | None:
        """The type of scan of a profile, where this deployment lists its profiles.

        A transient error does not pass for a deployment without that list: a scan of another type would be started.
        """
        try:
            return self._client.read("GET", ("scanProfiles",), lambda data: parse_scan_type(data, profile))
        except InterruptedWaitError:
            raise
        except UnavailableError as error:
            message = f"No scan was started, because the type of its scan profile could not be read: {error.message}"
            raise error.with_message(f"{message.rstrip('.')}. Set bigid.scan_type to start without it.") from None
        except DatascanError:
            return None

    def _state_from_row(self, row: Row) -> ScanState | None:
        """The state of a row; None without a status, or for an unknown one."""
        state = self.parse_state(row.state) if row.state else ScanState.UNKNOWN
        return None if state is ScanState.UNKNOWN else state

    def _scan(self, row: Row, state: ScanState, status: str | None) -> Scan:
        ended = row.finished_at or row.updated_at  # the last change is the documented time that is nearest to the end
        return Scan(
            id=row.id,
            provider=self.name,
            name=row.name or row.profile,
            state=failed_by(row.error, state),
            vendor_status=status,
            started_at=self.parse_time(row.started_at),
            finished_at=self.parse_time(ended) if row.state == status else None,
            owner=row.owner,
            source=row.profile,
            error=row.error,
        )
