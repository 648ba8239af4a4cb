# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID: Scan Insights, Cluster Analysis, and the routes to start a scan and to log in."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ..bodies import read_object
from ..clock import iso
from ..lifecycle import Course, Timeline, keyword
from ..seeds import Seed
from ..users import TOKENS, User
from ..vendor import Operation, Refused, Vendor
from . import bigid_catalogue as catalogue
from .bigid_columns import BadNumber, cluster_of, number_of, page_of
from .bigid_settings import BigIDSettings
from .bigid_tokens import Tokens

SCAN_ID = re.compile(r"^[0-9a-f]{24}$")


@dataclass
class Scan:
    profile: str
    scan_type: str
    origin: str
    owner: str
    started: float
    timeline: Timeline
    scan_id: str = field(default_factory=lambda: secrets.token_hex(12))
    fields: dict[str, Any] = field(default_factory=dict)

    def state(self, now: float) -> str:
        return self.timeline.word(now - self.started)

    @property
    def silent(self) -> bool:
        """Whether the scan reports only that it has stopped, never how it ended."""
        return keyword(self.profile) == "silent"


class BigID(Vendor):
    """Takes the token bare or as `Authorization: Bearer TOKEN`. The scan profile chooses what a scan does.

    `GET /refresh-access-token` exchanges the user token `sandbox-refresh-token` for a session token that ends.
    `POST /sessions` knows the user `sandbox` with the password `sandbox-password`.
    Seed scans with `scanProfileName`. Statuses other than Completed are invented.

    The clusters are the two of the document, `abc123def456` and `ghi789jkl012`, with 20 columns each, and
    `mno345pqr678` with `bigid.catalogue_columns`. Columns are generated on request, and always the same. Every
    thousandth has a name that breaks careless CSV writers. `filter` takes `field = "x" AND other in ("a", "b")`, with
    `=`, `!=`, `in` and `contains`, or a JSON list of `field`, `operator` and `value`.
    """

    name = "bigid"
    base = "/api/v1"
    words = {
        "stopped": "ends as Stopped.",
        "silent": "stops, and nothing ever says how it ended.",
    }
    open_paths = ("/sessions", "/refresh-access-token")
    settings: BigIDSettings

    def reset(self) -> None:
        self.settings = BigIDSettings()
        self.by_id: dict[str, Scan] = {}
        self.tokens = Tokens(self.clock)

    def operations(self) -> list[tuple[str, str, Operation]]:
        return [
            ("POST", "/sessions", self.log_in),
            ("GET", "/refresh-access-token", self.refresh),
            ("GET", "/scans/parent-scans", self.list_scans),
            ("POST", "/scans", self.start),
            ("GET", "/scans/{scan_id}/status", self.get),
            ("GET", "/scans/{scan_id}", self.record),
            ("GET", "/clusters", self.clusters),
            ("GET", "/data-catalog/column/cluster/similar", self.columns),
        ]

    def user_of(self, request: Request) -> User | None:
        text = request.headers.get("authorization", "").strip()
        bearer = text.lower().startswith("bearer ")
        if (bearer and self.settings.auth_form == "raw") or (not bearer and self.settings.auth_form == "bearer"):
            return None
        token = text[7:].strip() if bearer else text
        return TOKENS.get(token) or self.tokens.user_of(token)

    # Logging in

    async def log_in(self, request: Request, _user: User) -> Response:
        wish = await read_object(request)
        if (wish.get("username"), wish.get("password")) != ("sandbox", "sandbox-password"):
            raise Refused(401)
        token = self.tokens.issue(User("sandbox"), self.settings.session_seconds)
        body = {"success": True, "message": "Enjoy your token!", "auth_token": token, "username": "sandbox"}
        return self._answer({**body, "firstName": "Sandbox", "permissions": ["admin"]})

    async def refresh(self, request: Request, _user: User) -> Response:
        """Exchange a user token, which is sent without a scheme."""
        user = self.tokens.of_user_token(request.headers.get("authorization", "").strip())
        if user is None:
            body = {"success": False, "message": "Refresh token not valid"}
            return self._answer(body, self.settings.refresh_failure)
        token = self.tokens.issue(user, self.settings.session_seconds)
        return self._answer({"success": True, "systemToken": token})

    # Scans

    async def list_scans(self, request: Request, _user: User) -> Response:
        query = request.query_params
        limit = _number(query.get("limit"), self.settings.parent_scans_default)
        limit = min(limit, self.settings.page_size_max or limit)
        skip = _number(query.get("skip"), 0) if self.settings.parent_scans_skip else 0
        every = sorted(self.by_id.values(), key=lambda scan: scan.started, reverse=_newest_first(query.get("sort")))
        children = [self._parent_row(scan) for scan in every[skip : skip + limit]]
        body: dict[str, Any] = {"status": self.settings.envelope_status, "statusCode": self._count(200), "message": ""}
        if self.settings.parent_scans_shape == "list":
            return self._answer({**body, "data": children})
        return self._answer({**body, "data": {"totalCount": self._count(len(every)), "scanChildren": children}})

    async def start(self, request: Request, user: User) -> Response:
        wish = await read_object(request)
        profile = wish.get("scanProfileName") or wish.get("scanProfileId")
        if not isinstance(profile, str) or not profile.strip():
            raise Refused(400, self._answer({"error": "Scan profile is missing"}, 400))
        scan = Scan(
            profile=profile,
            scan_type=str(wish.get("scanType", "dsScan")),
            origin=str(wish.get("scanOrigin", "")),
            owner=user.name,
            started=self.clock.now(),
            timeline=self._timeline(profile),
        )
        self.by_id[scan.scan_id] = scan
        return self._answer({"result": {"_id": scan.scan_id}}, self.settings.scan_start_status)

    async def get(self, request: Request, _user: User) -> Response:
        scan, now = self._find(request), self.clock.now()
        active = not scan.timeline.ended(now - scan.started)
        if self.settings.status_form == "missing":
            return self._answer({})
        if self.settings.status_form == "string":
            elapsed = now - scan.started
            progress = 100 if not active else min(99, round(100 * elapsed / max(scan.timeline.length, 1)))
            return self._answer({"status": scan.state(now), "progress": progress})
        return self._answer({"status": active})

    async def record(self, request: Request, _user: User) -> Response:
        if self.settings.scan_record == "absent":
            raise Refused(404, self.no_route(request, 404))
        row = self._row(self._find(request))
        return self._answer([row] if self.settings.scan_record == "array" else row)

    # Clusters

    async def clusters(self, request: Request, _user: User) -> Response:
        found = self._clusters()
        text = request.query_params.get("filter", "")
        if text:
            try:
                test = catalogue.matcher(text)
            except catalogue.BadFilter:
                raise self._bad_filter() from None
            found = [cluster for cluster in found if test(cluster)]
        found = found[: _number(request.query_params.get("limit"), len(found))]
        if self.settings.clusters_shape == "array":
            return self._answer(found)
        rows = [{"clusterId": one["id"], "clusterName": one["name"], "size": one["size"]} for one in found]
        return self._answer({"data": {"clusters": rows}})

    async def columns(self, request: Request, _user: User) -> Response:
        identity = cluster_of(request.query_params, self.settings)
        if not identity:
            raise Refused(400)
        size = next((cluster["size"] for cluster in self._clusters() if cluster["id"] == identity), None)
        if size is None:
            raise Refused(404, self._not_found(identity))
        try:
            return self._answer(page_of(identity, size, request.query_params, self.settings))
        except BadNumber:
            raise Refused(400) from None
        except catalogue.BadFilter:
            raise self._bad_filter() from None

    def _clusters(self) -> list[dict[str, Any]]:
        return catalogue.clusters(self.settings.catalogue_columns, self.settings.extra_clusters)

    def _bad_filter(self) -> Refused:
        return Refused(400, self._answer({"error": "Filter is invalid"}, 400))

    # Helpers

    def _timeline(self, profile: str) -> Timeline:
        """The last part of the profile's name chooses what a scan does."""
        settings = self.settings
        course = Course(
            waiting=(settings.queued_word, settings.queued_seconds),
            working=(settings.running_word, settings.running_seconds),
            done=settings.completed_word,
            ends={"error": settings.failed_word, "errored": "Error", "cancelled": "Cancelled", "stopped": "Stopped"},
            stays={"unknown": "Unknown"},
        )
        return course.timeline(profile)

    def _find(self, request: Request) -> Scan:
        identity = request.path_params["scan_id"]
        if not SCAN_ID.match(identity):
            raise Refused(400)
        if identity not in self.by_id:
            raise Refused(404, self._not_found(identity))
        return self.by_id[identity]

    def _not_found(self, identity: str) -> Response:
        # The tutorial about clusters has the same sentence, and says "Scan" too.
        return self._answer({"error": f"Scan {identity} was not found"}, 404)

    def _row(self, scan: Scan) -> dict[str, Any]:
        now = self.clock.now()
        changed = scan.started + min(now - scan.started, scan.timeline.length)
        keys = {"both": ("_id", "id")}.get(self.settings.id_key, (self.settings.id_key,))
        row: dict[str, Any] = dict.fromkeys(keys, scan.scan_id)
        row["name"] = scan.profile
        if not scan.silent:
            row["state"] = scan.state(now)
        row["scanType"] = scan.scan_type
        row["scanProfileName"] = scan.profile
        row["scanOrigin"] = scan.origin
        row["owner"] = scan.owner
        row["created_at"] = iso(scan.started, fraction=True)
        row["updated_at"] = iso(changed, fraction=True)
        return {**row, **scan.fields}

    def _parent_row(self, scan: Scan) -> dict[str, Any]:
        row = self._row(scan)
        if not self.settings.parent_scans_state:
            row.pop("state", None)
        return row

    def _count(self, number: int) -> float:
        return float(number) if self.settings.float_numbers else number

    def _answer(self, body: Any, status: int = 200) -> Response:
        kind = "text/html; charset=utf-8" if self.settings.content_type == "html" else "application/json; charset=utf-8"
        return Response(json.dumps(body), status, headers={"Content-Type": kind})

    def error(self, status: int) -> Response:
        if status == 401:
            if self.settings.unauthorized == 200:
                return self._answer(
                    {"success": False, "message": "Authentication failed. Failed to authenticate token."}
                )
            return Response("Unauthorized", 401, headers={"Content-Type": "text/plain; charset=utf-8"})
        if status == 400:
            return self._answer({"error": "Scan ID is invalid"}, 400)
        if status == 404:
            return self._not_found("1234")
        return self._answer({"status": "error", "message": "Server error", "errors": [{}]}, status)

    # Control

    def expire_sessions(self) -> None:
        self.tokens = Tokens(self.clock)

    def seed(self, wish: dict[str, Any]) -> list[Any]:
        seed = Seed(wish, self.settings.completed_word)
        profile = str(seed.take("scanProfileName", "nightly"))
        active = (self.settings.queued_word, self.settings.running_word)
        made = []
        for started in seed.starts(self.clock.now()):
            timeline = seed.timeline(self._timeline(profile), active)
            scan = Scan(profile, "dsScan", "sandbox", seed.owner, started, timeline, fields=seed.fields)
            self.by_id[scan.scan_id] = scan
            made.append(scan.scan_id)
        return made

    def scans(self) -> list[Any]:
        return [self._row(scan) for scan in self.by_id.values()]


def _number(text: str | None, default: int) -> int:
    try:
        return number_of(text, default)
    except BadNumber:
        raise Refused(400) from None


def _newest_first(sort: str | None) -> bool:
    """The default order: the scan that changed last comes first."""
    if not sort:
        return True
    try:
        return catalogue.sort_key(sort)[1]
    except catalogue.BadFilter:
        raise Refused(400) from None
