# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The four vendors as the fault matrix needs them: as little of each API as the verbs ask for, over a few scans.

Each request has a word, the same for all vendors, and by these words the matrix says what a vendor saw.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from fake_clock import FakeClock
from glasswall_script import TARGET

LASTS = 15.0  # seconds that a scan runs where it is waited for
PAGE = 2  # scans on one page of a list, whatever is asked for
THE_FUTURE = "2099-01-01T00:00:00Z"
ODD_WORD = "Frobnicating"


@dataclass
class FakeScan:
    """A scan at the vendor."""

    id: str
    began: float = 0.0  # on the fake clock
    ours: bool = True  # of the source and target that the matrix starts
    parent: str | None = None
    children: list[str] = field(default_factory=list)
    cancelled_at: float | None = None


class Vendor:
    """A vendor's scans, and its answers. `odd` names what is wrong with the answer that is being made."""

    name: t.ClassVar[str]
    path: t.ClassVar[str] = "/api"
    routes: t.ClassVar[dict[str, str]]  # "METHOD pattern" -> word
    target: t.ClassVar[t.Any] = None  # of a start
    lists: t.ClassVar[bool] = False
    error_body: t.ClassVar[t.Any]
    repeats_the_last_page: t.ClassVar[bool] = False  # for one that is past the end

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.scans: list[FakeScan] = []
        self.made = 0  # by a request for a start or a rescan
        self.slow_to_cancel = False
        self.lasts = 1000.0
        self.lies: str | None = None  # how every page of a list lies: repeats, high or low

    def id(self, number: int) -> str:
        """The id of the scan that was made as the first, second and so on."""
        return f"scan-{number}"

    def add(self, **fields: t.Any) -> FakeScan:
        """One more scan."""
        scan = FakeScan(self.id(len(self.scans) + 1), **fields)
        self.scans.append(scan)
        return scan

    def find(self, scan_id: str) -> FakeScan:
        """The scan with this id."""
        return next(scan for scan in self.scans if scan.id == scan_id)

    def make(self, parent: FakeScan | None = None) -> FakeScan:
        """What a start or a rescan does."""
        self.made += 1
        scan = self.add(began=self.clock.elapsed, parent=parent.id if parent else None)
        if parent:
            parent.children.append(scan.id)
        return scan

    def began(self, scan: FakeScan) -> str:
        """When a scan began, on the vendor's clock."""
        return (self.clock.start + timedelta(seconds=scan.began)).isoformat(timespec="seconds")

    def state(self, scan: FakeScan) -> str:
        """running, completed or cancelled."""
        pause = 5.0 if self.slow_to_cancel else 0.0
        if scan.cancelled_at is not None and self.clock.elapsed >= scan.cancelled_at + pause:
            return "cancelled"
        return "running" if self.clock.elapsed < scan.began + self.lasts else "completed"

    def word(self, method: str, target: str) -> str:
        """The word for a request."""
        path = urlsplit(target).path.removeprefix(self.path)
        return next(word for route, word in self.routes.items() if re.fullmatch(route, f"{method} {path}"))

    def answer(self, word: str, target: str, body: t.Any, odd: str | None = None) -> t.Any:
        """Carry a request out, and answer it."""
        parts = urlsplit(target)
        last = parts.path.removesuffix("/status").removesuffix("/rescan").split("/")[-1]
        return getattr(self, f"_{word}")(last, dict(parse_qsl(parts.query)), body, odd)

    def _part(self, scans: list[t.Any], begin: int) -> tuple[list[t.Any], int]:
        """A page of a list that begins there, and the total that goes with it."""
        if self.lies == "repeats":
            begin = 0
        elif self.repeats_the_last_page:
            begin = min(begin, max(0, len(scans) - 1) // PAGE * PAGE)
        return scans[begin : begin + PAGE], {"high": 1000, "low": 1}.get(self.lies or "", len(scans))


class Glasswall(Vendor):
    name = "glasswall"
    path = "/api/v1"
    routes = {
        "GET /scans": "list",
        "POST /scans": "start",
        "GET /scans/.*": "look",
        "DELETE /scans/.*": "cancel",
        "PATCH /scans/.*": "rescan",
    }
    target = TARGET
    lists = True
    error_body = [{"errorCode": 7, "message": "odd"}]
    repeats_the_last_page = True

    def id(self, number: int) -> str:
        return f"00000000-0000-4000-8000-{number:012d}"

    def _item(self, scan: FakeScan, odd: str | None) -> dict[str, t.Any]:
        words = {"running": "Processing", "completed": "Completed", "cancelled": "Cancelled"}
        return {
            "scanId": scan.id,
            "scanStatus": ODD_WORD if odd == "word" else words[self.state(scan)],
            "scanStartTime": THE_FUTURE if odd == "future" else self.began(scan),
            "scanEndTime": THE_FUTURE if odd == "future" else None,
            "sourceStorage": "acct.blob.core.windows.net",
            "sourceContainerPath": "uploads" if scan.ours else "others",
            "targetStorage": "acct.blob.core.windows.net",
            "targetContainerPath": "clean",
            "parentScan": scan.parent,
            "childScans": None if odd == "null" else scan.children,
        }

    def _list(self, _last: str, query: dict[str, str], _body: t.Any, odd: str | None) -> t.Any:
        scans, total = self._part(self.scans, (int(query["page"]) - 1) * PAGE)
        return {"scans": None if odd == "null" else [self._item(scan, odd) for scan in scans], "total": total}

    def _look(self, last: str, _query: t.Any, _body: t.Any, odd: str | None) -> t.Any:
        return self._item(self.find(last), odd)

    def _start(self, _last: str, _query: t.Any, _body: t.Any, odd: str | None) -> t.Any:
        return self._item(self.make(), odd)

    def _rescan(self, last: str, _query: t.Any, _body: t.Any, odd: str | None) -> t.Any:
        return self._item(self.make(self.find(last)), odd)

    def _cancel(self, last: str, _query: t.Any, _body: t.Any, odd: str | None) -> t.Any:
        scan = self.find(last)
        scan.cancelled_at = self.clock.elapsed
        return self._item(scan, odd)


class BigID(Vendor):
    name = "bigid"
    routes = {
        "GET /refresh-access-token": "token",
        "GET /scans/parent-scans": "list",
        "GET /scans/.*/status": "look",
        "GET /scans/.*": "record",
        "POST /scans": "start",
        "GET /data-catalog/column/cluster/similar": "columns",
    }
    target = {"scan_profile": "nightly", "scan_type": "dsScan", "scan_origin": "gate"}
    lists = True
    error_body = {"success": False, "message": "odd"}

    def _row(self, scan: FakeScan, odd: str | None) -> dict[str, t.Any]:
        return {
            "_id": scan.id,
            "name": "nightly" if scan.ours else "weekly",
            "state": ODD_WORD if odd == "word" else self.state(scan).capitalize(),
            "started_at": THE_FUTURE if odd == "future" else self.began(scan),
        }

    def _list(self, _last: str, query: dict[str, str], _body: t.Any, odd: str | None) -> t.Any:
        scans, total = self._part(self.scans, int(query.get("skip", "0")))
        rows = None if odd == "null" else [self._row(scan, odd) for scan in scans]
        return {"status": "success", "data": {"totalCount": total, "scanChildren": rows}}

    def _look(self, last: str, _query: t.Any, _body: t.Any, odd: str | None) -> t.Any:
        return {"status": ODD_WORD if odd == "word" else self.state(self.find(last)) == "running"}

    def _record(self, last: str, _query: t.Any, _body: t.Any, odd: str | None) -> t.Any:
        return [self._row(self.find(last), odd)]

    def _start(self, _last: str, _query: t.Any, _body: t.Any, odd: str | None) -> t.Any:
        return {"result": {"_id": self.make().id}}

    def _token(self, _last: str, _query: t.Any, _body: t.Any, odd: str | None) -> t.Any:
        return {"systemToken": "exchanged-session-token"}

    def _columns(self, _last: str, query: dict[str, str], _body: t.Any, odd: str | None) -> t.Any:
        columns = [{"columnName": f"column-{n}", "tableName": "t", "source": "s"} for n in range(3)]
        page, total = self._part(columns, int(query.get("skip", "0")))
        return {"data": {"results": None if odd == "null" else page, "totalCount": total}}


class Protecto(Vendor):
    name = "protecto"
    routes = {"PUT /data-scan-async": "start", "PUT /data-scan-status": "look"}
    target = {"objects": [{"data_source_name": "crm", "object_name": ["people"], "data_samples": None}]}
    error_body = {"success": "false", "error": {"message": "odd"}}

    def _answer(self, scans: list[FakeScan], odd: str | None) -> t.Any:
        words = {"running": "IN-PROGRESS ", "completed": "SUCCESS "}
        data = [
            {
                "tracking_id": scan.id,
                "status": ODD_WORD if odd == "word" else words[self.state(scan)],
                "process_started_at": THE_FUTURE if odd == "future" else "2026-01-01 00:00:00",
                "process_ended_at": THE_FUTURE if odd == "future" else "-",
            }
            for scan in scans
        ]
        return {"success": "true", "data": None if odd == "null" else data, "error": {"message": ""}}

    def _look(self, _last: str, _query: t.Any, body: t.Any, odd: str | None) -> t.Any:
        return self._answer([self.find(scan_id) for scan_id in body], odd)

    def _start(self, _last: str, _query: t.Any, _body: t.Any, odd: str | None) -> t.Any:
        return self._answer([self.make()], odd)


class Advalidation(Vendor):
    name = "advalidation"
    routes = {"GET /scans/.*": "look", "GET /creatives/.*": "creative", "POST /creatives/.*/rescan": "rescan"}
    error_body = {"error": {"issues": [{"type": "odd", "message": "odd"}]}}

    def id(self, number: int) -> str:
        return str(1000 + number)

    def _item(self, scan: FakeScan, odd: str | None) -> dict[str, t.Any]:
        words = {"running": "processing", "completed": "finished"}
        return {
            "id": int(scan.id),
            "processingStatus": ODD_WORD if odd == "word" else words[self.state(scan)],
            "createdAt": THE_FUTURE if odd == "future" else "2026-01-01T00:00:00Z",
            "finishedAt": THE_FUTURE if odd == "future" else None,
            "nbIssues": 0 if self.state(scan) == "completed" else None,
            "tests": None if odd == "null" else [],
        }

    def _look(self, last: str, _query: t.Any, _body: t.Any, odd: str | None) -> t.Any:
        return {"data": self._item(self.find(last), odd)}

    def _creative(self, _last: str, _query: t.Any, _body: t.Any, odd: str | None) -> t.Any:
        return {"data": {"latestScanStatus": self._item(self.scans[-1], odd)}}

    def _rescan(self, _last: str, _query: t.Any, _body: t.Any, odd: str | None) -> t.Any:
        return {"data": self._item(self.make(), odd)}


VENDORS = {vendor.name: vendor for vendor in (Advalidation, BigID, Glasswall, Protecto)}
