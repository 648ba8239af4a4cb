# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID: Scan Insights, Cluster Analysis, and the routes to start a scan and to log in."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ..bodies import read_json, read_object
from ..lifecycle import Course, Timeline
from ..seeds import Seed
from ..users import TOKENS, User
from ..vendor import Operation, Refused, Vendor
from . import bigid_catalogue as catalogue
from .bigid_columns import BadNumber, cluster_of, is_true, number_of, page_of
from .bigid_scans import Scan
from .bigid_settings import BigIDSettings
from .bigid_tenant import Tenant, field_of_form
from .bigid_tokens import Tokens

SCAN_ID = re.compile(r"^[0-9a-f]{24}$")


class BigID(Vendor):
    """Takes the token bare or as `Authorization: Bearer TOKEN`. The scan profile chooses what a scan does.

    `GET /refresh-access-token` exchanges the user token `sandbox-refresh-token` for a session token that ends. The
    role's fact `sandbox_refresh_token` is a user token, too, and as a real one a JWT of the type refresh-token.
    `POST /sessions` knows the user `sandbox` with the password `sandbox-password`.
    Seed scans with `scanProfileName`. Statuses other than Completed are invented. The scan profiles `nightly` and
    `metadata` are listed; others can be started as well. Every scan has a `scanSecretKey`, which no client may show.

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
        self.tenant = Tenant()

    def operations(self) -> list[tuple[str, str, Operation]]:
        return [
            ("POST", "/sessions", self.log_in),
            ("GET", "/refresh-access-token", self.refresh),
            ("GET", "/scans/parent-scans", self.list_scans),
            ("GET", "/scans/status", self.overall_status),
            ("POST", "/scans", self.start),
            ("GET", "/scans/{scan_id}/status", self.get),
            ("GET", "/scans/{scan_id}", self.record),
            ("GET", "/scan-insights/{scan_id}", self.insight),
            ("GET", "/scanProfiles", self.profiles),
            ("POST", "/scanProfiles", self.add_profile),
            ("POST", "/scanProfiles/", self.add_profile),
            ("GET", "/ds-connections", self.sources),
            ("POST", "/ds-connections/{name}/scan", self.scan_source),
            ("GET", "/ds-connections/{name}/scan", self.latest_of_source),
            ("POST", "/ds_connections", self.add_source),
            ("GET", "/ds_connections/{name}", self.source),
            ("PUT", "/ds_connections/{name}", self.change_source),
            ("GET", "/clusters", self.clusters),
            ("GET", "/data-catalog/column/cluster/similar", self.columns),
        ]

    def _guarded(self, path: str, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        """Every answer has a cookie, which no known client sends back."""
        run = super()._guarded(path, operation)

        async def run_with_cookie(request: Request) -> Response:
            response = await run(request)
            response.set_cookie("LAUNCHER", "sandbox", max_age=86400, httponly=True)
            return response

        return run_with_cookie

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
        return self._answer({**body, "data": {**self._total(request, len(every)), "scanChildren": children}})

    async def start(self, request: Request, user: User) -> Response:
        wish = await read_object(request)
        profile = wish.get("scanProfileName") or wish.get("scanProfileId")
        if not isinstance(profile, str) or not profile.strip():
            raise Refused(400, self._answer({"error": "Scan profile is missing"}, 400))
        wanted = str(wish.get("scanType") or "dsScan")
        scan = self._run(profile, wanted, str(wish.get("scanOrigin") or ""), user)
        return self._answer({"result": scan.started_form(self.clock.now())}, self.settings.scan_start_status)

    async def get(self, request: Request, _user: User) -> Response:
        if self.settings.status_form == "absent":
            raise Refused(404, self.no_route(request, 404))
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

    async def overall_status(self, _request: Request, _user: User) -> Response:
        active = sum(not scan.timeline.ended(self.clock.now() - scan.started) for scan in self.by_id.values())
        message = {"message": f"{active} scans run", "urlRef": "/scans", "urlMessage": "Scans", "type": "info"}
        return self._good(message)

    async def insight(self, request: Request, _user: User) -> Response:
        return self._answer(self._find(request).insight(self.clock.now()))

    # Data sources and scan profiles

    async def profiles(self, request: Request, _user: User) -> Response:
        if self.settings.scan_profiles == "absent":
            raise Refused(404, self.no_route(request, 404))
        return self._answer({"scanProfiles": list(self.tenant.profiles.values())})

    async def add_profile(self, request: Request, _user: User) -> Response:
        """As JSON, or as JSON in the field `data` of a form."""
        content_type, wish = request.headers.get("content-type", ""), await read_json(request)
        if content_type.startswith("multipart/form-data"):
            wish = _parsed(field_of_form(content_type, await request.body(), "data"))
        if self.tenant.add_profile(wish) is None:
            raise Refused(400, self._answer({"error": "Scan profile is missing"}, 400))
        return self._good({})

    async def sources(self, request: Request, _user: User) -> Response:
        found, query = list(self.tenant.sources.values()), request.query_params
        first = _number(query.get("skip"), 0)
        listed = found[first : first + _number(query.get("limit"), len(found))]
        return self._good({"ds_connections": listed, **self._total(request, len(found), "on_request")})

    async def source(self, request: Request, _user: User) -> Response:
        return self._answer({"ds_connection": self._find_source(request)})

    async def add_source(self, request: Request, _user: User) -> Response:
        source = self.tenant.add_source(await read_json(request))
        if source is None:
            raise Refused(400, self._answer({"error": "Data source is missing"}, 400))
        return self._answer({"ds_connection": source})

    async def change_source(self, request: Request, _user: User) -> Response:
        name = str(self._find_source(request)["name"])
        return self._answer({"ds_connection": self.tenant.add_source(await read_json(request), name)})

    async def scan_source(self, request: Request, user: User) -> Response:
        source = self._find_source(request)
        scan = self._run(source["name"], request.query_params.get("scanType") or "dsScan", "", user)
        scan.source, source["last_scan_at"] = source["name"], int(scan.started * 1000)
        return self._good(scan.source_form(self.clock.now()))

    async def latest_of_source(self, request: Request, _user: User) -> Response:
        name = self._find_source(request)["name"]
        last = max((scan for scan in self.by_id.values() if scan.source == name), key=_start, default=None)
        return self._good(last.source_form(self.clock.now()) if last else None)

    def _find_source(self, request: Request) -> dict[str, Any]:
        name = request.path_params["name"]
        if name not in self.tenant.sources:
            raise Refused(404, self._answer({"error": f"Data source {name} was not found"}, 404))
        return self.tenant.sources[name]

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
        # The tutorial about clusters has the same sentence, also with "Scan".
        return self._answer({"error": f"Scan {identity} was not found"}, 404)

    def _run(self, profile: str, scan_type: str, origin: str, user: User) -> Scan:
        scan = Scan(profile, scan_type, origin, user.name, self.clock.now(), self._timeline(profile))
        self.by_id[scan.scan_id] = scan
        return scan

    def _row(self, scan: Scan) -> dict[str, Any]:
        return scan.row(self.clock.now(), self.settings)

    def _parent_row(self, scan: Scan) -> dict[str, Any]:
        row = self._row(scan)
        if not self.settings.parent_scans_state:
            row.pop("state", None)
        return row

    def _count(self, number: int) -> float:
        return float(number) if self.settings.float_numbers else number

    def _total(self, request: Request, count: int, when: str | None = None) -> dict[str, Any]:
        """The total of a list, where it is sent."""
        when = when or self.settings.total_count
        is_sent = when == "always" or (when == "on_request" and is_true(request.query_params.get("requireTotalCount")))
        return {"totalCount": self._count(count)} if is_sent else {}

    def _good(self, data: Any) -> Response:
        """The envelope of most answers. A real one has no message, and whole numbers."""
        return self._answer({"status": "success", "statusCode": 200, "message": None, "data": data})

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
        message = "Method not allowed" if status == 405 else "Server error"
        return self._answer({"status": "error", "message": message, "errors": [{}]}, status)

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


def _start(scan: Scan) -> float:
    return scan.started


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


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
