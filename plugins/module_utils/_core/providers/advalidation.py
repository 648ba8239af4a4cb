# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advalidation: scans of advertising creatives, by "Get scan" and what its own client shows of the rest of API v2.

Oddities that shape this file: a scan is finished before its issues are counted; a scan does not name its creative,
by which it is scanned again; errors come as an object, a text, an empty object or an HTML page; a
Retry-After is always 15, although the real time differs, and the rate of requests is limited for each address.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ..compat.pydantic import BaseModel, BeforeValidator, ConfigDict, Field, to_camel
from ..error_texts import has_content
from ..errors import DatascanError, InterruptedWaitError, InvalidInputError, NotFoundError
from ..http.authentication import HEADER_FORMS
from ..http.rate_limit import RateLimit
from ..http.response import Response
from ..models import (
    MAX_LISTED_ISSUES,
    MAY_RUN,
    ErrorText,
    Issue,
    IssueCount,
    Scan,
    ScanState,
    ShownText,
    state_rank,
)
from .capabilities import CountsIssues, RescansScans
from .records import VendorRecord, check_identity, failed_by

_NAMED = 10  # checks in a reason; the pages of Advalidation show them all
_UNNAMED = "unnamed check"
_ISSUE_LABELS = {"fail": "failed checks", "warn": "warnings"}  # the results of a check that is an issue


def api_key_header(token: str) -> Mapping[str, str]:
    """The header of an API key."""
    return {"X-API-Key": token}


class _AdvalidationModel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", coerce_numbers_to_str=True)


class CheckResult(_AdvalidationModel):
    """One check of a scan."""

    name: ShownText = None
    result: ShownText = None  # pass, warn or fail
    value_formatted: ShownText = None


def _checks(value: t.Any) -> list[t.Any]:
    """The checks of a list. They are only shown, so an item that is not a check costs itself only."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _whole_number(value: t.Any) -> t.Any:
    """An id, which is a whole number, without leading zeros."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_number = isinstance(value, str) and value.strip().isascii() and value.strip().isdecimal()
    return (value.strip().lstrip("0") or "0") if is_number else value


class ScanItem(VendorRecord, _AdvalidationModel):
    """A scan as Advalidation sends it."""

    state_keys: t.ClassVar[t.Collection[str]] = ("processingStatus",)
    id: t.Annotated[str, Field(pattern=r"\S"), BeforeValidator(_whole_number)]
    processing_status: str | None = None
    created_at: t.Any = None
    finished_at: t.Any = None
    nb_issues: IssueCount = None
    is_inconclusive: bool | None = None
    inconclusive_reason: ErrorText = None
    tests: t.Annotated[list[CheckResult], BeforeValidator(_checks)] = []


class ScanResponse(_AdvalidationModel):
    """The body of a response about one scan."""

    data: ScanItem


class CreativeItem(_AdvalidationModel):
    """A creative; only its id and its latest scan are used."""

    id: t.Annotated[t.Optional[str], BeforeValidator(_whole_number)] = None
    latest_scan_status: ScanItem | None = None


class CreativeResponse(_AdvalidationModel):
    """The body of a response about one creative."""

    data: CreativeItem


class Advalidation(RescansScans, CountsIssues):
    """The vendor's one public host."""

    name = "advalidation"
    title = "Advalidation"
    unsupported = {
        "start": "Add the creative to a campaign in Advalidation, which starts its first scan, and use scan_wait with "
        "that scan's id; or rescan a creative with scan_rescan and creative_id.",
        "list": "Set scan_ids to the ids of the scans.",
        "cancel": "Let the scan finish; wait_timeout ends only the wait for it.",
        "columns": "Use BigID, the only vendor that groups columns into clusters.",
    }
    state_map = {
        "queued": ScanState.QUEUED,
        "processing": ScanState.RUNNING,
        "finished": ScanState.COMPLETED,
        "failed": ScanState.FAILED,
        "cancelled": ScanState.CANCELLED,
    }
    auth_scheme = "api_key"
    expects = "an API key"
    header_forms = {**HEADER_FORMS, "api_key": api_key_header}
    api_url = "https://app.advalidation.io/v2"
    min_poll_interval = 2.0
    # 60 a minute and 15 at once are allowed to one address, which other clients may share.
    rate_limit = RateLimit(per_minute=50, burst=10)
    trusts_retry_after = False
    example_id = "1001"
    rescan_option = "creative_id"
    whole_number_ids = True
    rescan_description = "The creative to scan again."

    @classmethod
    def parse_errors(cls, response: Response) -> list[dict[str, t.Any]]:
        """{error: {issues: [{type, message, relatedField or relatedId}]}}, {error: text}, or no reason."""
        error = response.data.get("error") if isinstance(response.data, dict) else None
        if response.status < 400 and not has_content(error):
            return []
        if isinstance(error, str):
            return [{"code": None, "message": error}]
        if not isinstance(error, dict):
            return []
        issues = error.get("issues")
        found = [issue for issue in issues if isinstance(issue, dict)] if isinstance(issues, list) else []
        return [
            {
                "code": issue.get("type"),
                "message": issue.get("message"),
                "field": issue.get("relatedField") or issue.get("relatedId"),
            }
            for issue in found or [{"type": error.get("responseCode")}]
        ]

    @classmethod
    def is_not_found(cls, response: Response) -> bool:
        """The API answers in JSON, now and then with an empty object; an HTML page is another server's."""
        return response.data == {} or bool(cls.parse_errors(response))

    def check_id(self, scan_id: str) -> str:
        """Ids are whole numbers."""
        return _number(scan_id, "scan")

    def get(self, scan_id: str) -> Scan:
        """GET /scans/{scanId}; where there are issues, a second time for the checks that found them."""
        checked = self.check_id(scan_id)
        path = ("scans", checked)
        try:
            scan = self._client.read("GET", path, lambda data: self._scan_of(data, checked))
        except NotFoundError as error:
            raise _not_found("scan", scan_id, error) from None
        if scan.state is not ScanState.COMPLETED or not scan.issue_count:
            return scan
        params = [("include_checks", "true")]
        try:
            checks = self._client.read(
                "GET", path, lambda data: self._scan_of(data, checked), params=params, is_optional=True
            )
        except InterruptedWaitError:
            raise
        except DatascanError:
            return scan  # a gate judges by the count; the names of the checks are only shown
        if state_rank(checks.state) < state_rank(scan.state):
            return checks  # the second answer contradicts the first: the worse one counts
        count = max(scan.issue_count, checks.issue_count or 0)
        return scan.model_copy(update={"error": checks.error, "issues": checks.issues, "issue_count": count})

    def count_issues(self, scan: Scan) -> Scan:
        """A scan that has completed is counted already."""
        return scan

    def get_rescan_parent(self, subject: str) -> Scan | None:
        """GET /creatives/{creativeId}: its latest scan, if it has one."""
        number = _number(subject, "creative")
        try:
            latest = self._client.read("GET", ("creatives", number), lambda data: _parse_creative(data, number))
        except NotFoundError as error:
            raise _not_found("creative", subject, error) from None
        return self._to_scan(latest) if latest else None

    def find_running_rescan(self, parent: Scan, *, everyone: bool = False) -> Scan | None:
        """The latest scan itself, while it runs."""
        return parent if parent.state in MAY_RUN else None

    def rescan_blocker(self, parent: Scan) -> str | None:
        """The documents do not mention a time to wait."""
        return None

    def rescan(self, subject: str) -> Scan:
        """POST /creatives/{creativeId}/rescan; the answer is the new scan."""
        path = ("creatives", _number(subject, "creative"), "rescan")
        try:
            return self._client.write("POST", path, self._scan, body={})
        except NotFoundError as error:
            raise _not_found("creative", subject, error) from None

    def find_created_rescan(self, subject: str, parent: Scan) -> Scan | None:
        """The latest scan, where it is another than before."""
        latest = self.get_rescan_parent(subject)
        return latest if latest and latest.id != parent.id else None

    def _scan(self, data: t.Any) -> Scan:
        return self._to_scan(ScanResponse.model_validate(data).data)

    def _scan_of(self, data: t.Any, scan_id: str) -> Scan:
        item = ScanResponse.model_validate(data).data
        check_identity(scan_id, item.id)
        return self._to_scan(item)

    def _to_scan(self, item: ScanItem) -> Scan:
        status = (item.processing_status or "").strip() or None
        issues = _count_issues(item)
        state = self.parse_state(status)
        reason = item.error
        if state is ScanState.COMPLETED and (item.is_inconclusive or item.inconclusive_reason):
            # The scan has no verdict, so a count of 0 must not pass a gate. The state is not `stopped`, because a
            # policy that allows `stopped` for another vendor's scans would let this one pass as well.
            state, reason = ScanState.FAILED, f"inconclusive: {item.inconclusive_reason or 'no reason given'}"
        elif state is ScanState.COMPLETED and not reason:
            state = ScanState.RUNNING if issues is None else state  # not analysed yet
            reason = _failed_checks(item.tests) if issues else None
        elif state is ScanState.FAILED:
            reason = item.inconclusive_reason or reason
        return Scan(
            id=item.id,
            provider=self.name,
            state=failed_by(item.error, state),
            vendor_status=status,
            started_at=self.parse_time(item.created_at),
            finished_at=self.parse_time(item.finished_at),
            issue_count=issues,
            issues=_issues(item.tests) if issues else [],
            error=reason,
        )


def _number(value: str, what: str) -> str:
    number = str(_whole_number(value))
    if not (number.isascii() and number.isdecimal()):
        raise InvalidInputError(f"{value!r} is not an Advalidation {what} id (a whole number, like 1001).")
    return number


def _parse_creative(data: t.Any, number: str) -> ScanItem | None:
    """The latest scan of a creative, if it has one."""
    creative = CreativeResponse.model_validate(data).data
    check_identity(number, creative.id or number)
    return creative.latest_scan_status


def _with_issues(checks: Sequence[CheckResult]) -> list[CheckResult]:
    """The checks that failed or warn; those of a creative's parts are not among them."""
    return [check for check in checks if _result(check) in _ISSUE_LABELS]


def _result(check: CheckResult) -> str:
    return (check.result or "").strip().lower()


def _issues(checks: Sequence[CheckResult]) -> list[Issue]:
    """As many issues as a scan shows. A scan does not name its creative."""
    found = _with_issues(checks)[:MAX_LISTED_ISSUES]
    return [Issue(name=check.name or _UNNAMED, result=(check.result or "").strip()) for check in found]


def _count_issues(item: ScanItem) -> int | None:
    """The issues of a scan: at least those of the checks that came with it. None, where nothing was counted yet."""
    return None if item.nb_issues is None else max(int(item.nb_issues), len(_with_issues(item.tests)))


def _failed_checks(checks: Sequence[CheckResult]) -> str | None:
    """The checks that failed or warn, by name."""
    parts = []
    for result, label in _ISSUE_LABELS.items():
        names = [_label(check) for check in checks if _result(check) == result]
        if names:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            parts.append(f"{label}: {', '.join(names[:_NAMED])}{more}")
    return "; ".join(parts) or None


def _label(check: CheckResult) -> str:
    name = check.name or _UNNAMED
    return f"{name} ({check.value_formatted})" if check.value_formatted else name


def _not_found(what: str, number: str, error: NotFoundError) -> NotFoundError:
    message = f"Advalidation has no {what} {number} that this key can see. Check the id and api_url."
    return NotFoundError(message, request=error.request)
