# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protecto: the asynchronous data scan, in the paths of two generations of its documents."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ..bodies import read_json
from ..lifecycle import Course, Timeline
from ..seeds import Seed
from ..users import User, bearer_user
from ..vendor import Operation, Refused, Vendor
from .protecto_details import BadToken, details_of, has_valid_samples
from .protecto_settings import ProtectoSettings

PENDING, RUNNING, DONE = "PENDING", "IN-PROGRESS", "SUCCESS"


@dataclass
class Scan:
    owner: str
    started: float
    timeline: Timeline
    tracking_id: str
    payload: Any = None
    fields: dict[str, Any] = field(default_factory=dict)


class Protecto(Vendor):
    """Wants `Authorization: Bearer TOKEN`. The last part of the first object's name chooses what a scan does.

    Seed scans with `object_name` and `tracking_id`. The vendor's sample program for Snowflake works with
    `protecto.generation` set to `"2025"`.
    """

    name = "protecto"
    base = "/api/vault"
    words = {
        "purged": "ends as PURGED.",
    }
    settings: ProtectoSettings

    def reset(self) -> None:
        self.settings = ProtectoSettings()
        self.by_id: dict[str, Scan] = {}

    def operations(self) -> list[tuple[str, str, Operation]]:
        return [
            ("PUT", "/data-scan-async", self.start),
            ("PUT", "/data-scan/data-scan-async", self.start),
            ("PUT", "/data-scan-status", self.get),
            ("PUT", "/data-scan/status", self.get),
            ("PUT", "/data-scan-details", self.details),
            ("PUT", "/data-scan/objects/details", self.details),
        ]

    def user_of(self, request: Request) -> User | None:
        generation = "new" if "/data-scan/" in request.url.path else "old"
        if self.settings.paths not in ("both", generation):
            raise Refused(404, self.no_route(request, 404))
        return bearer_user(request.headers.get("authorization", ""))

    # Operations

    async def start(self, request: Request, user: User) -> Response:
        wish = await read_json(request)
        if not wish or not isinstance(wish, list):
            raise self._invalid("Payload is empty")
        names = [_object_name(one) for one in wish]
        if not all(names):
            raise self._invalid("object_name must be a list of names")
        if not all(has_valid_samples(one) for one in wish):
            raise self._invalid("data_samples must be a list of columns with samples")
        now = self.clock.now()
        scan = Scan(user.name, now, self._timeline(names[0]), self._new_id(now), wish)
        self.by_id[scan.tracking_id] = scan
        data = {"tracking_id": scan.tracking_id}
        return self._good([data] if self.settings.submit_data == "array" else data)

    async def get(self, request: Request, user: User) -> Response:
        wish = await read_json(request)
        asked = [wish] if isinstance(wish, str) and self.settings.single_id else wish
        if not asked or not isinstance(asked, list) or not all(isinstance(one, str) for one in asked):
            raise self._invalid("Payload is empty" if not asked else "Payload must be a list of tracking ids")
        rows = [self._row_of(one, user) for one in asked]
        if self.settings.unknown_id == "error" and None in rows:
            raise self._invalid("Invalid tracking id")
        data = [row for row in rows if row is not None]
        return self._good(data if self.settings.order == "asked" else data[::-1])

    async def details(self, request: Request, user: User) -> Response:
        """What the scans of an object have found, a page of columns after the other."""
        wish = await read_json(request)
        wish = wish if isinstance(wish, dict) else {}
        item = wish.get("data")
        if not _object_name(item):
            raise self._invalid("Payload is empty")
        mine = [scan for scan in self.by_id.values() if user.admin or scan.owner == user.name]
        submitted = [(one, self._is_done(scan)) for scan in mine for one in scan.payload or []]
        size = self.settings.details_page_size
        try:
            details, following = details_of(item, submitted, wish.get("next_page_token"), size)
        except BadToken:
            raise self._invalid("next_page_token is invalid") from None
        return self._good({"details": details}, next_page_token=following)

    def _is_done(self, scan: Scan) -> bool:
        return scan.timeline.last == DONE and scan.timeline.ended(self.clock.now() - scan.started)

    def _row_of(self, tracking_id: str, user: User) -> dict[str, Any] | None:
        scan = self.by_id.get(tracking_id)
        if scan is not None and (user.admin or scan.owner == user.name):
            return self._row(scan)
        if self.settings.unknown_id != "item":
            return None
        now = self._stamp(self.clock.now())
        return self._item(tracking_id, self.settings.failure_word, now, now, now, "Invalid tracking id")

    # Records

    def _timeline(self, name: str) -> Timeline:
        """The last part of the first object's name chooses what a scan does."""
        settings = self.settings
        course = Course(
            waiting=(PENDING, settings.pending_seconds),
            working=(RUNNING, settings.running_seconds),
            done=DONE,
            ends={"error": "failure", "errored": "ERROR", "purged": "PURGED", "cancelled": "CANCELLED"},
            stays={"unknown": "UNKNOWN"},
        )
        return course.timeline(name)

    def _row(self, scan: Scan) -> dict[str, Any]:
        now = self.clock.now()
        elapsed = now - scan.started
        word = scan.timeline.word(elapsed)
        submitted = self._stamp(scan.started)
        waits, ended = word == PENDING, scan.timeline.ended(elapsed)
        first = scan.timeline.steps[0][1] if len(scan.timeline.steps) > 1 else 0.0
        begun: str | None = self._stamp(scan.started + first)
        end: str | None = self._stamp(scan.started + scan.timeline.length)
        if waits:
            begun = submitted if self.settings.early_times else None
        if not ended:
            end = submitted if self.settings.early_times else None
        if word == DONE and self.settings.purge_seconds is not None:
            word = "PURGED" if elapsed >= scan.timeline.length + self.settings.purge_seconds else word
        failed = word in ("failure", "ERROR", "FAILED")
        shown = {"failure": self.settings.failure_word, RUNNING: self.settings.running_word}.get(word, word)
        error = "The data source could not be read." if failed else self.settings.no_error
        row = self._item(scan.tracking_id, shown, submitted, begun, end, error)
        if self.settings.echo_input:
            row["input_payload"] = scan.payload or []
        return {**row, **scan.fields}

    def _item(
        self, tracking_id: str, word: str, submitted: str, begun: str | None, end: str | None, error: str | None
    ) -> dict[str, Any]:
        return {
            "tracking_id": tracking_id,
            self.settings.status_key: f"{word} " if self.settings.word_space else word,
            "submitted_at": submitted,
            "process_started_at": begun,
            "process_ended_at": end,
            "error_msg": error,
        }

    def _stamp(self, moment: float) -> str:
        """A UTC time, written without a zone."""
        when = datetime.fromtimestamp(moment, tz=timezone.utc)
        return when.strftime("%Y-%m-%d %H:%M:%S.%f" if self.settings.time_form == "micro" else "%Y-%m-%d %H:%M:%S")

    def _new_id(self, moment: float) -> str:
        identity = str(uuid.uuid4())
        if self.settings.id_form == "uuid":
            return identity
        return identity + datetime.fromtimestamp(moment, tz=timezone.utc).strftime("%d%m%Y%H%M%S%f")[:15]

    # Answers

    def _good(self, data: Any, **more: Any) -> Response:
        success: Any = "true" if self.settings.success_form == "string" else True
        return _answer({"data": data, "success": success, "error": {"message": ""}, **more}, 200)

    def _bad(self, status: int, message: str) -> Response:
        return _answer({"data": None, "success": False, "error": {"message": message}}, status)

    def _invalid(self, message: str) -> Refused:
        status = self.settings.validation_status
        return Refused(status, self._bad(status, message))

    def error(self, status: int) -> Response:
        if status == 401:
            return _answer({"detail": "Not authenticated"}, 401)
        messages = {
            400: "Payload is empty",
            404: "Not Found",
            405: "Method Not Allowed",
            429: "API usage limit exceeded",
        }
        return self._bad(status, messages.get(status, "Internal server error"))

    # Control

    def seed(self, wish: dict[str, Any]) -> list[Any]:
        seed = Seed(wish, DONE)
        name, wanted = str(seed.take("object_name", "ok")), seed.take("tracking_id", None)
        if wanted is not None and seed.count != 1:
            raise ValueError("tracking_id names one scan, so count must be 1.")
        made = []
        for started in seed.starts(self.clock.now()):
            timeline = seed.timeline(self._timeline(name), (PENDING, RUNNING))
            scan = Scan(seed.owner, started, timeline, str(wanted or self._new_id(started)), None, seed.fields)
            self.by_id[scan.tracking_id] = scan
            made.append(scan.tracking_id)
        return made

    def scans(self) -> list[Any]:
        return [self._row(scan) for scan in self.by_id.values()]


def _object_name(wish: Any) -> str:
    """The last part of an object's name; empty if the name is not a list of strings."""
    name = wish.get("object_name") if isinstance(wish, dict) else None
    return name[-1] if isinstance(name, list) and name and all(isinstance(part, str) for part in name) else ""


def _answer(body: Any, status: int) -> Response:
    return Response(json.dumps(body), status, headers={"Content-Type": "application/json"})
