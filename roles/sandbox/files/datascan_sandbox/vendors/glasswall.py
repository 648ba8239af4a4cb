# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glasswall: Scan Controller API v1."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ..bodies import read_object, whole_number
from ..clock import parse_iso
from ..lifecycle import keyword
from ..seeds import Seed
from ..users import User, bearer_user
from ..vendor import Operation, Refused, Vendor
from .glasswall_files import files_of
from .glasswall_scans import ACTIVE, GlasswallSettings, Scan, ScanStore, timeline_for
from .sas import EMPTY, MISSING, Problem, Storage, check, expired

# Sent with every answer for which the document shows a body. Other answers have neither header nor body.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Type": "application/json",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=604800",
}
EMPTY_CONTAINER = Problem(EMPTY, "Source container was empty.")
QUERY_WORDS = ("Listing", "Processing", "Cancelled", "Completed", "Errored", "Unknown")
TEXTS = (
    "sourceConnectionString",
    "sourceContainerPath",
    "destinationConnectionString",
    "targetContainerPath",
    "quarantineContainerPath",
)


def answer(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status, HEADERS)


def bad_query() -> Refused:
    """An invalid query of a list is refused without a body, unlike a start."""
    return Refused(400, Response(status_code=400))


def problems_answer(status: int, problems: list[Problem]) -> Response:
    return answer(status, [problem.as_json() for problem in problems])


class Glasswall(Vendor):
    """Wants `Authorization: Bearer TOKEN`. The source container path chooses what a scan does.

    The user `admin` may use `/scans/allusers`. Seed scans with `sourceContainerPath`.
    The numbers of errors other than 105 and 107 are the sandbox's own.
    """

    name = "glasswall"
    base = "/api/v1"
    words = {
        "issues": "completes, with files that were not rebuilt.",
        "error-once": "fails, and its rescan completes.",
        "empty": "does not start: 412, the container is empty.",
        "expired": "cannot be rescanned: 412, the connection string has expired.",
    }
    settings: GlasswallSettings

    def reset(self) -> None:
        self.settings = GlasswallSettings()
        self.store = ScanStore(self.clock)

    def operations(self) -> list[tuple[str, str, Operation]]:
        return [
            ("GET", "/scans", self.list_own),
            ("GET", "/scans/allusers", self.list_all),
            ("POST", "/scans", self.start),
            ("GET", "/scans/{scan_id}", self.get),
            ("DELETE", "/scans/{scan_id}", self.cancel),
            ("PATCH", "/scans/{scan_id}", self.rescan),
            ("GET", "/scan-results/{scan_id}/files", self.issues),
        ]

    def user_of(self, request: Request) -> User | None:
        self.store.settle(self.settings)
        return bearer_user(request.headers.get("authorization", ""))

    @property
    def by_id(self) -> dict[str, Scan]:
        return self.store.by_id

    # Operations

    async def list_own(self, request: Request, user: User) -> Response:
        return self._list(request, "/scans", [scan for scan in self.store.by_id.values() if scan.owner == user.name])

    async def list_all(self, request: Request, user: User) -> Response:
        if not user.admin:
            raise Refused(self.settings.forbidden_status)
        owners = request.query_params.getlist("users")
        return self._list(
            request,
            "/scans/allusers",
            [scan for scan in self.store.by_id.values() if not owners or scan.owner in owners],
        )

    async def start(self, request: Request, user: User) -> Response:
        wish = await read_object(request)
        now = self.clock.now()
        problems = [
            Problem(MISSING, f"The {name} property is required and must be a string.")
            for name in TEXTS
            if not isinstance(wish.get(name), str) or not wish[name].strip()
        ]
        if not isinstance(wish.get("autoRescan", False), bool):
            problems.append(Problem(MISSING, "The autoRescan property must be a boolean."))
        storages = {}
        for side in ("source", "destination"):
            text = wish.get(f"{side}ConnectionString")
            storages[side], found = check(text if isinstance(text, str) else "", side, now)
            if self.settings.validate_sas and isinstance(text, str) and text.strip():
                problems += found
        if problems:
            return problems_answer(400, problems)
        if keyword(wish["sourceContainerPath"]) == "empty":
            return problems_answer(412, [EMPTY_CONTAINER])
        scan = self.store.add(
            Scan(
                owner=user.name,
                started=now,
                timeline=timeline_for(wish["sourceContainerPath"], self.settings),
                source=storages["source"],
                source_path=wish["sourceContainerPath"],
                target=storages["destination"],
                target_path=wish["targetContainerPath"],
                quarantine_path=wish["quarantineContainerPath"],
                auto_rescan=wish.get("autoRescan", False),
            )
        )
        return answer(self.settings.start_status, scan.as_json(now, self.settings))

    async def get(self, request: Request, user: User) -> Response:
        scan = self._find(request, user)
        return answer(200, scan.as_json(self.clock.now(), self.settings))

    async def cancel(self, request: Request, user: User) -> Response:
        scan = self._find(request, user)
        now = self.clock.now()
        old = scan.status(now)
        if old != "Listing":
            raise Refused(405)
        self.store.cancel(scan, self.settings)
        body = scan.as_json(now, self.settings)
        if self.settings.cancel_body == "old":
            body["scanStatus"] = old
        return answer(202, body)

    async def rescan(self, request: Request, user: User) -> Response:
        parent = self._find(request, user)
        now = self.clock.now()
        if parent.status(now) == "Listing":
            raise Refused(425)
        if any(self.store.by_id[child].active(now) for child in parent.children if child in self.store.by_id):
            raise Refused(409)
        problems = self.store.rescan_problems(parent)
        if problems:
            return problems_answer(412, problems)
        return answer(200, self.store.rescan(parent, now, self.settings).as_json(now, self.settings))

    async def issues(self, request: Request, user: User) -> Response:
        """The files of a scan that has ended."""
        scan, query = self._find(request, user), request.query_params
        if not scan.timeline.ended(self.clock.now() - scan.started):
            raise Refused(404)
        found = files_of(scan, self.settings)
        if query.get("includeRebuilt") == "false" and self.settings.include_rebuilt:
            found = [file for file in found if file["status"] != "Rebuilt"]
        path, names = f"/scan-results/{scan.scan_id}/files", ("pageSize", "includeRebuilt")
        page = self._paged(request, path, found, names, self.settings.files_key or "files")
        return answer(200, page if self.settings.files_key else page["files"])

    # Helpers

    def _find(self, request: Request, user: User) -> Scan:
        scan = self.store.by_id.get(request.path_params["scan_id"])
        if scan is None or not (user.admin or scan.owner == user.name):
            raise Refused(404)
        return scan

    def _list(self, request: Request, path: str, scans: list[Scan]) -> Response:
        query, now = request.query_params, self.clock.now()
        words = query.getlist("scanStatus")
        known = (*QUERY_WORDS, "Error") if self.settings.accept_error_word else QUERY_WORDS
        if any(word not in known for word in words):
            raise bad_query()
        after, before = _moment(query.get("startDate")), _moment(query.get("endDate"))
        found = [
            scan
            for scan in scans
            if (not words or _query_word(scan.status(now)) in [_query_word(word) for word in words])
            and (after is None or scan.started >= after)
            and (before is None or scan.started <= before)
        ]
        found.sort(key=lambda scan: scan.started, reverse=self.settings.list_order == "newest")
        rows = [scan.as_json(now, self.settings) for scan in found]
        names = ("startDate", "endDate", "scanStatus", "users", "pageSize")
        return answer(200, self._paged(request, path, rows, names, "scans"))

    def _paged(
        self, request: Request, path: str, rows: list[dict[str, Any]], names: tuple[str, ...], key: str
    ) -> dict[str, Any]:
        """The page of a list that the request wants. Its links repeat the parameters with these names."""
        query = request.query_params
        size = min(_number(query.get("pageSize"), self.settings.page_size_default), self.settings.page_size_max)
        page, pages = _number(query.get("page"), 1), max(1, -(-len(rows) // size))
        if self.settings.past_the_end == "last":
            page = min(page, pages)
        body: dict[str, Any] = {"total": len(rows)} if self.settings.send_total else {}
        body[key] = rows[(page - 1) * size : page * size]
        if pages > 1:
            body["pageLinks"] = self._links(request, path, page, pages, names)
        return body

    def _links(self, request: Request, path: str, page: int, pages: int, names: tuple[str, ...]) -> dict[str, Any]:
        """Page links as the document prints them: `?` between the parameters, and no /api/v1 before the path."""
        style = self.settings.page_links
        parts = [
            "&".join(f"{name}={value}" for value in request.query_params.getlist(name))
            for name in names
            if name in request.query_params
        ]
        root = "" if style == "broken" else f"/{self.name}{self.base}"
        if style == "absolute":
            root = str(request.base_url).rstrip("/") + root
        separator = "?" if style == "broken" else "&"

        def link(number: int) -> str:
            return f"{root}{path}?{separator.join([*parts, f'page={number}'])}"

        links: dict[str, Any] = {"totalPages": pages, "curr": link(page)}
        if page < pages:
            links["next"] = link(page + 1)
        if page > 1:
            links["prev"] = link(page - 1)
        return links

    # Control

    def seed(self, wish: dict[str, Any]) -> list[Any]:
        seed = Seed(wish, "Completed")
        path = str(seed.take("sourceContainerPath", "SourceContainer"))
        made = []
        for started in seed.starts(self.clock.now()):
            scan = Scan(
                owner=seed.owner,
                started=started,
                timeline=seed.timeline(timeline_for(path, self.settings), ("Unknown", *ACTIVE)),
                source=Storage("scan-source.blob.core.windows.net"),
                source_path=path,
                target=Storage("output-location.blob.core.windows.net"),
                target_path="TargetContainerName",
                quarantine_path="QuarantineContainerName",
                fields=seed.fields,
            )
            made.append(self.store.add(scan).scan_id)
        return made

    def scans(self) -> list[Any]:
        self.store.settle(self.settings)
        return [scan.as_json(self.clock.now(), self.settings) for scan in self.store.by_id.values()]

    def error(self, status: int) -> Response:
        """The error of a status. Only two statuses have a body."""
        if status == 400:
            return problems_answer(status, [expired("source")])
        if status == 412:
            return problems_answer(status, [EMPTY_CONTAINER])
        return Response(status_code=status)


def _query_word(status: str) -> str:
    """The word of the query: Errored, where a scan may have Error."""
    return "Errored" if status == "Error" else status


def _number(text: str | None, default: int) -> int:
    if text is None:
        return default
    number = whole_number(text)
    if not number:
        raise bad_query()
    return number


def _moment(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return parse_iso(text)
    except ValueError:
        raise bad_query() from None
