# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advalidation: scans of creatives."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ..bodies import read_object, whole_number
from ..clock import iso
from ..lifecycle import Course, Timeline, keyword
from ..seeds import Seed
from ..users import TOKENS, User
from ..vendor import Operation, Refused, Vendor
from .advalidation_creatives import checks_with, read_upload
from .advalidation_settings import AdvalidationSettings
from .advalidation_specifications import DEFAULTS, SPECIFICATIONS, short_form
from .bucket import Bucket

# Creatives that exist from the start, so that a playbook can choose by id what a rescan does. Creative 12 belongs to
# another account.
READY = (
    "ok",
    "issues",
    "error",
    "stuck",
    "cancelled",
    "unknown",
    "inconclusive",
    "unanalysed",
    "slow",
    "fast",
    "queued",
    "foreign",
)


@dataclass
class Scan:
    scan_id: int
    creative: Creative
    sequence: str
    started: float
    timeline: Timeline
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass
class Creative:
    creative_id: int
    campaign_id: int
    name: str
    owner: str
    scans: list[Scan] = field(default_factory=list)


class Advalidation(Vendor):
    """Wants `X-API-Key: TOKEN`. The creative's payload chooses what a scan does; of an uploaded file, the name without
    its ending.

    Creatives 1 to 12 exist from the start, in campaign 1. Their names are ok, issues, error, stuck, cancelled,
    unknown, inconclusive, unanalysed, slow, fast, queued and foreign. The last one belongs to the user `other` (403).
    Seed scans with `creative` and `sequenceType`. The values of checks and ad specifications are invented. No creative
    has media files or variations. The vendor's npm package `advalidation` works with `ADVALIDATION_BASE_URL` set to the
    address before `/v2`.
    """

    name = "advalidation"
    base = "/v2"
    words = {
        "issues": "finishes with issues.",
        "unanalysed": "finishes, and its issues are never counted.",
        "inconclusive": "finishes inconclusive.",
    }
    settings: AdvalidationSettings

    def reset(self) -> None:
        self.settings = AdvalidationSettings()
        self.bucket = Bucket()
        self._ids = itertools.count(1001)
        self.by_id: dict[int, Scan] = {}
        self.campaigns: dict[int, dict[str, Any]] = {}
        self.creatives = {
            number: Creative(number, 1, name, "other" if name == "foreign" else "sandbox")
            for number, name in enumerate(READY, start=1)
        }

    def operations(self) -> list[tuple[str, str, Operation]]:
        return [
            ("GET", "/users/me", self.me),
            ("GET", "/ad-specifications", self.specifications),
            ("GET", "/ad-specifications/{number}", self.specification),
            ("POST", "/campaigns", self.add_campaign),
            ("GET", "/campaigns/{number}", self.campaign),
            ("GET", "/campaigns/{number}/creatives", self.list_creatives),
            ("POST", "/campaigns/{number}/creatives", self.add_creative),
            ("GET", "/creatives/{number}", self.creative),
            ("GET", "/creatives/{number}/media-files", self.parts),
            ("GET", "/creatives/{number}/variations", self.parts),
            ("POST", "/creatives/{number}/rescan", self.rescan),
            ("GET", "/scans/{number}", self.get),
        ]

    def user_of(self, request: Request) -> User | None:
        now, settings = self.clock.now(), self.settings
        if settings.rate_limit and not self.bucket.take(now, settings.rate_bucket, settings.rate_per_second):
            raise Refused(429)
        return TOKENS.get(request.headers.get("x-api-key", ""))

    # Operations

    async def me(self, _request: Request, user: User) -> Response:
        return self._answer({"data": {"id": 1, "email": f"{user.name}@example.com"}})

    async def specifications(self, _request: Request, _user: User) -> Response:
        return self._listed([short_form(one) for one in SPECIFICATIONS.values()])

    async def specification(self, request: Request, _user: User) -> Response:
        number = self._number(request, "adspecId")
        if number not in SPECIFICATIONS:
            raise Refused(404)
        return self._answer({"data": SPECIFICATIONS[number]})

    async def add_campaign(self, request: Request, user: User) -> Response:
        wish = await read_object(request)
        for name in ("name", "type"):
            if not isinstance(wish.get(name), str) or not wish[name]:
                raise Refused(422, self._problem(422, "missingField", f"{name} is required.", name))
        specification = wish.get("adspecId")
        if specification is None:
            specification = DEFAULTS.get(wish["type"])
        is_id = isinstance(specification, int) and not isinstance(specification, bool)
        known = SPECIFICATIONS.get(specification) if is_id else None
        if known is None or known["type"] != wish["type"]:
            message = "adspecId must be an ad specification of this type."
            raise Refused(422, self._problem(422, "invalidField", message, "adspecId"))
        campaign = {"id": next(self._ids), "name": wish["name"], "type": wish["type"], "adspecId": specification}
        self.campaigns[campaign["id"]] = {**campaign, "owner": user.name}
        return self._answer({"data": campaign})

    async def campaign(self, request: Request, user: User) -> Response:
        shown = {"name": "ready", "type": "display", "adspecId": DEFAULTS["display"]}
        number = self._campaign(request, user)
        shown.update(self.campaigns.get(number, {}))
        shown.pop("owner", None)
        return self._answer({"data": {"id": number, **shown}})

    async def list_creatives(self, request: Request, user: User) -> Response:
        number = self._campaign(request, user)
        found = [one for one in self.creatives.values() if one.campaign_id == number and self._may(user, one)]
        return self._listed([self._creative_row(one) for one in found])

    async def add_creative(self, request: Request, user: User) -> Response:
        number = self._campaign(request, user)
        upload = await read_upload(request)
        if upload is None:
            raise Refused(422, self._problem(422, "missingField", "payload is required.", "payload"))
        if upload.is_too_large:
            raise Refused(422, self._problem(422, "invalidField", "The file is larger than 16 MB.", "payload"))
        creative = Creative(next(self._ids), number, upload.name, user.name)
        self.creatives[creative.creative_id] = creative
        self._scan(creative, "initial")
        return self._listed([self._creative_row(creative)])

    async def creative(self, request: Request, user: User) -> Response:
        return self._answer({"data": self._creative_row(self._creative(request, user))})

    async def parts(self, request: Request, user: User) -> Response:
        """The media files or the variations of a creative, which has none."""
        self._creative(request, user)
        return self._listed([])

    async def rescan(self, request: Request, user: User) -> Response:
        creative = self._creative(request, user)
        return self._answer({"data": self._row(self._scan(creative, "manual"))})

    async def get(self, request: Request, user: User) -> Response:
        scan = self.by_id.get(self._number(request, "scanId"))
        if scan is None:
            raise Refused(404)
        if not self._may(user, scan.creative):
            raise Refused(403)
        return self._answer({"data": self._row(scan, checks=request.query_params.get("include_checks") == "true")})

    # Helpers

    def _number(self, request: Request, name: str) -> int:
        number = whole_number(request.path_params["number"])
        if number is None:
            raise Refused(422, self._problem(422, "invalidField", f"{name} must be an integer.", name))
        return number

    def _may(self, user: User, creative: Creative) -> bool:
        return user.admin or creative.owner == user.name

    def _campaign(self, request: Request, user: User) -> int:
        number = self._number(request, "campaignId")
        campaign = self.campaigns.get(number)
        if campaign is None and number != 1:
            raise Refused(404)
        if campaign is not None and not (user.admin or campaign["owner"] == user.name):
            raise Refused(403)
        return number

    def _creative(self, request: Request, user: User) -> Creative:
        creative = self.creatives.get(self._number(request, "creativeId"))
        if creative is None:
            raise Refused(404)
        if not self._may(user, creative):
            raise Refused(403)
        return creative

    def _timeline(self, name: str) -> Timeline:
        """The last part of the creative's name or payload chooses what a scan does."""
        course = Course(
            waiting=("queued", self.settings.queued_seconds),
            working=("processing", self.settings.processing_seconds),
            done="finished",
            ends={"error": "failed", "errored": "failed", "cancelled": "cancelled"},
            stays={"unknown": "unknown"},
        )
        return course.timeline(name)

    def _scan(self, creative: Creative, sequence: str) -> Scan:
        scan = Scan(next(self._ids), creative, sequence, self.clock.now(), self._timeline(creative.name))
        return self._keep(scan)

    def _keep(self, scan: Scan) -> Scan:
        scan.creative.scans.append(scan)
        self.by_id[scan.scan_id] = scan
        return scan

    # Records

    def _row(self, scan: Scan, *, checks: bool = False) -> dict[str, Any]:
        now, word = self.clock.now(), keyword(scan.creative.name)
        elapsed = now - scan.started
        status, ended = scan.timeline.word(elapsed), scan.timeline.ended(elapsed)
        end = scan.started + scan.timeline.length
        analysed = status == "finished" and word != "unanalysed" and now >= end + self.settings.analysis_seconds
        issues = self.settings.issues if word == "issues" else 0
        waits = status == "queued"
        row: dict[str, Any] = {
            "id": scan.scan_id,
            "createdAt": self._stamp(scan.started),
            "updatedAt": None if waits else self._stamp(end if ended else now),
            "finishedAt": self._stamp(end) if ended else None,
            "sequenceType": scan.sequence,
            "nbIssues": issues if analysed else None,
            "isInconclusive": word == "inconclusive" and ended,
            "inconclusiveReason": "The creative did not load." if word == "inconclusive" and ended else None,
        }
        if not ended and self.settings.no_finish == "absent":
            del row["finishedAt"]
        if checks and status == "finished" and scan.sequence != "monitoring":
            row["tests"] = checks_with(issues)
        row["processingStatus"] = status
        return {**row, **scan.fields}

    def _creative_row(self, creative: Creative) -> dict[str, Any]:
        return {
            "id": creative.creative_id,
            "campaignId": creative.campaign_id,
            "name": creative.name,
            # nbVariations is absent without any.
            "nbMediaFiles": 0,
            "shareURL": f"https://app.example.com/share/{creative.creative_id}",
            "latestScanStatus": self._row(creative.scans[-1]) if creative.scans else None,
        }

    def _stamp(self, moment: float) -> str:
        text = iso(moment)
        return text if self.settings.time_form == "datetime" else text[:10]

    # Answers

    def _answer(self, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        fields = {"Content-Type": "application/json", **(headers or {})}
        if self.settings.rate_limit:
            fields["X-RateLimit-IPRemaining"] = str(self.bucket.left)
        return Response(json.dumps(body), status, headers=fields)

    def _listed(self, rows: list[dict[str, Any]]) -> Response:
        pagination = {"count": len(rows), "totalCount": len(rows), "page": 1, "totalPages": 1}
        return self._answer({"meta": {"pagination": pagination}, "data": rows})

    def _problem(self, status: int, kind: str, message: str, related: str | None) -> Response:
        headers = {}
        if status == 429 and self.settings.retry_after is not None:
            headers["Retry-After"] = self.settings.retry_after
        if self.settings.error_form == "html":
            text = f"<!DOCTYPE html><html><head><title>{status}</title></head><body>{message}</body></html>"
            return Response(text, status, headers={"Content-Type": "text/html; charset=utf-8", **headers})
        if self.settings.error_form == "string":
            return self._answer({"error": message.rstrip(".").lower()}, status, headers)
        if self.settings.error_form == "empty" or status == 429:
            return self._answer({}, status, headers)
        issue = {"type": kind, "message": message, self.settings.related_key: related}
        code = 500 if self.settings.response_code_lies else status
        return self._answer({"error": {"responseCode": code, "issues": [issue]}}, status, headers)

    def error(self, status: int) -> Response:
        kind, message, related = {
            401: ("authenticationFailed", "Authentication failed.", "X-API-Key"),
            403: ("forbidden", "You have no permission to access this object.", "scanId"),
            404: ("notFound", "Not found.", "scanId"),
            405: ("methodNotAllowed", "Method not allowed.", "method"),
            422: ("invalidField", "The request is not valid.", "scanId"),
            429: ("rateLimit", "Too many requests.", "IP"),
        }.get(status, ("serverError", "Something went wrong.", "request"))
        return self._problem(status, kind, message, related)

    # Control

    def seed(self, wish: dict[str, Any]) -> list[Any]:
        seed = Seed(wish, "finished")
        number, sequence = int(seed.take("creative", 1)), str(seed.take("sequenceType", "initial"))
        if number not in self.creatives:
            raise ValueError(f"There is no creative {number}.")
        creative = self.creatives[number]
        made = []
        for started in seed.starts(self.clock.now()):
            timeline = seed.timeline(self._timeline(creative.name), ("queued", "processing"))
            scan = Scan(next(self._ids), creative, sequence, started, timeline, seed.fields)
            made.append(self._keep(scan).scan_id)
        return made

    def scans(self) -> list[Any]:
        return [{**self._row(scan), "creativeId": scan.creative.creative_id} for scan in self.by_id.values()]
