# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glasswall's results of a scan: its files, of which those that were not rebuilt are the scan's issues.

"Scan Controller API v1" has the schema of a file and the links between the pages of files. The operation that lists
them belongs to "Scan Results API v1", so the key of its list is not known: the answer's one list of objects counts.
An archive is one file, by its own status, because no document says how a file shows that it is an archive.
"""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...error_texts import is_error_key
from ...errors import DatascanError, RejectedError
from ...http.client import HttpClient
from ...models import MAX_LISTED_ISSUES, Issue, Scan, ScanList
from ..envelope import record_error
from ..paging import ListPage, ListReader, PageCursor, parse_total
from ..records import check_identity
from .records import is_uuid, normalize_id

_PAGE_SIZE = 100  # requested; a server may send fewer
_NARROWED_READINGS = (
    2  # of a list, without the rebuilt files; where the total counts these too, only later ones can end
)
_REBUILT = "rebuilt"
_DOCUMENTED = (_REBUILT, "failed", "errored")  # statuses of a file, in lower case
_FIELDS = ("fileId", "fileLocation", "status")  # a file has at least one of them
_OWN_FIELDS = frozenset(_FIELDS[:2])  # that nothing but a file has
_NO_FILES = "it has no file, not even a rebuilt one, so it may not be ready yet"
_LINK = re.compile(r"/scan-results/([^/?#]+)/files")


@dataclass(frozen=True)
class ScannedFile:
    """A file of a scan's results. `key` identifies it in the list."""

    key: str | int
    name: str
    status: str | None  # as Glasswall writes it, without blanks around it
    error: str | None = None  # that the file carries, whatever its status is

    @property
    def is_issue(self) -> bool:
        """Whether the file was not rebuilt. A status that no document has, or none, is no proof that it was."""
        return (self.status or "").lower() != _REBUILT or self.error is not None

    @property
    def is_documented(self) -> bool:
        """Whether the document has the status."""
        return (self.status or "").lower() in _DOCUMENTED

    def sentence(self, vendor: str) -> str:
        """For a warning about a status that is not documented."""
        status = f"{vendor} sent {self.status!r} as the status of {self.name}, which is not documented"
        return f"{status}: the file counts as an issue."


@dataclass
class IssueTally:
    """The issues among a scan's files."""

    count: int = 0
    files: int = 0  # that were listed, issues or not
    issues: list[Issue] = field(default_factory=list)  # the first of them
    undocumented: ScannedFile | None = None  # the first file whose status the document does not have
    gap: str | None = None  # why files may be missing, as a clause

    def add(self, file: ScannedFile, place: str | None) -> None:
        """Count a file."""
        self.files += 1
        if not file.is_issue:
            return
        self.count += 1
        if len(self.issues) < MAX_LISTED_ISSUES:
            self.issues.append(Issue(name=file.name, result=file.status, place=place))
        if self.undocumented is None and not file.is_documented:
            self.undocumented = file

    def added_to(self, scan: Scan) -> Scan:
        """The scan with its issues. Where files may be missing, it has no count, and the reason as its error."""
        found: dict[str, t.Any] = {"issues": self.issues, "issue_count": self.count}
        if self.gap:
            error = f"issues not counted, because the list of files is not complete: {self.gap}"
            found = {**found, "issue_count": None, "error": error}
        return scan.model_copy(update=found)


class FilePages(PageCursor[ScannedFile]):
    """The pages of a scan's files, by their numbers."""

    repeats_last_page = True

    def __init__(self, client: HttpClient, scan_id: str, *, include_rebuilt: bool) -> None:
        self._client = client
        self._scan_id = scan_id
        self._include_rebuilt = include_rebuilt
        self._number = 0
        self._longest = _PAGE_SIZE  # rows of a page; the first page shows whether the server caps it
        self._last: Sequence[ScannedFile] = ()  # files of the page before

    def read(self, count: int) -> ListPage[ScannedFile]:
        self._number += 1
        params = [
            ("includeRebuilt", str(self._include_rebuilt).lower()),
            ("pageSize", str(_PAGE_SIZE)),
            ("page", str(self._number)),
        ]
        return self._client.read("GET", ("scan-results", self._scan_id, "files"), self._parse, params=params)

    def _parse(self, data: t.Any) -> ListPage[ScannedFile]:
        """The files of an answer. Raises ValueError for an answer that is not a list of files of this scan."""
        rows = _find_list(data)
        envelope = data if isinstance(data, dict) else {}
        links = envelope.get("pageLinks")
        links = links if isinstance(links, dict) else {}
        for scan_id in _named_scans([envelope, *rows], links):
            check_identity(self._scan_id, scan_id)
        pages = parse_total(links.get("totalPages")) or 0
        files, total = [_parse_file(row) for row in rows], parse_total(envelope.get("total"))
        # The last page that is counted has files, too, unless there are none at all.
        follows = self._number < pages or (1 < self._number == pages and not rows)
        follows = follows or self._may_be_cut(len(files), total) or self._has_changed(files)
        self._last = files
        return ListPage(files, total, follows=follows)

    def _may_be_cut(self, length: int, total: int | None) -> bool:
        """Whether a total may be too low: a full page can have a successor, whatever the total is."""
        if self._number == 1 and length:
            self._longest = min(length, _PAGE_SIZE) if total is not None and length < total else _PAGE_SIZE
        return total is not None and length >= self._longest

    def _has_changed(self, files: Sequence[ScannedFile]) -> bool:
        """Whether the page before came again with other statuses, so that it is no proof of the list's end."""
        same_files = bool(files) and [file.key for file in files] == [file.key for file in self._last]
        return same_files and list(files) != list(self._last)


def tally_issues(client: HttpClient, scan: Scan) -> IssueTally:
    """Count the issues of a scan that has completed, in the memory of a page.

    Glasswall refuses to scan an empty container, so a list without any file is not ready yet, and has a gap. A list
    that only leaves out the rebuilt files is read again: its files may have come since.

    An error carries the ScanList of the scan, with the issues that were found before it. A 404 is a RejectedError: the
    scan itself is there.
    """
    try:
        tally = _read_tally(client, scan)
        if tally.files or tally.gap:
            return tally
        if not _lists_a_file(client, scan):
            return replace(tally, gap=_NO_FILES)
        return _read_tally(client, scan)
    except DatascanError as error:
        if error.http_status != 404:
            raise
        message = f"Glasswall has no results of scan {scan.id}. Check that the deployment has the Scan Results API."
        raise RejectedError(message, request=error.request, result=error.result) from None


def _lists_a_file(client: HttpClient, scan: Scan) -> bool:
    try:
        return bool(FilePages(client, scan.id, include_rebuilt=True).read(0).rows)
    except DatascanError as error:
        raise error.with_result(ScanList([scan])) from None


def _read_tally(client: HttpClient, scan: Scan) -> IssueTally:
    reader = ListReader(
        lambda number: FilePages(client, scan.id, include_rebuilt=number >= _NARROWED_READINGS),
        lambda file: file.key,
        rank=lambda file: 0 if file.is_issue else 1,
    )
    tally = IssueTally()
    try:
        for page in reader.pages():
            if page.restarts:
                tally = IssueTally(undocumented=tally.undocumented)
            for file in (*page.rows, *page.worse):  # the latter were not counted, because they were rebuilt then
                tally.add(file, scan.source)
    except DatascanError as error:
        raise error.with_result(ScanList([scan.model_copy(update={"issues": tally.issues})])) from None
    tally.gap = reader.gap
    return tally


def _find_list(data: t.Any) -> list[Mapping[str, t.Any]]:
    """The answer's one list of objects, under any key or alone. Raises ValueError for an answer without exactly one.

    Files anywhere else in the answer would not be counted, so such an answer is refused as well.
    """
    values = [value for key, value in data.items() if not is_error_key(key)] if isinstance(data, dict) else [data]
    lists = [value for value in values if isinstance(value, list) and _may_hold_objects(value)]
    if len(lists) != 1:
        raise ValueError(f"it has {len(lists) or 'no'} lists that may be the files, not one")
    rows = lists[0]
    if any(_holds_file(value) for value in values if value is not rows):
        raise ValueError("it has files outside of its list")
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("its list of files has an item that is not an object")
    if rows and not any(name in row for row in rows for name in _FIELDS):
        raise ValueError(f"none of the {len(rows)} items of its list is a file")
    return rows


def _holds_file(value: t.Any) -> bool:
    """Whether a value is a file, or has one at any depth."""
    if isinstance(value, dict):
        return bool(_OWN_FIELDS & value.keys()) or any(map(_holds_file, value.values()))
    return isinstance(value, list) and any(map(_holds_file, value))


def _may_hold_objects(items: list[t.Any]) -> bool:
    return not items or any(isinstance(item, dict) for item in items)


def _named_scans(records: list[Mapping[str, t.Any]], links: Mapping[str, t.Any]) -> t.Iterator[str]:
    """The ids of the scans that an answer names: its own, its files' and those in its links."""
    for record in records:
        if isinstance(record.get("scanId"), str):
            yield normalize_id(record["scanId"])
    for link in links.values():
        found = _LINK.search(link) if isinstance(link, str) else None
        if found and is_uuid(found[1]):  # the document has a placeholder there
            yield normalize_id(found[1])


def _parse_file(row: Mapping[str, t.Any]) -> ScannedFile:
    file_id, location, status = (_shown(row.get(name)) for name in _FIELDS)
    # Without an id, a file is the same only where all that is sent of it is.
    key = normalize_id(file_id) if file_id else hash(json.dumps(row, sort_keys=True))
    return ScannedFile(key, location or file_id or "unnamed file", status, record_error(row))


def _shown(value: t.Any) -> str | None:
    """A text or a number as text without blanks around it; None for an empty text and for any other value."""
    is_text = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return str(value).strip() or None if is_text else None
