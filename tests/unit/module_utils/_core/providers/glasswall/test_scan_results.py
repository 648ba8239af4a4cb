# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a scan that were not rebuilt: counted page by page, or not counted at all, and never too few."""

from __future__ import annotations

import io
import json
import tracemalloc
import typing as t
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    InvalidResponseError,
    RejectedError,
    UnauthorizedError,
    UnavailableError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import (
    MAX_LISTED_ISSUES,
    Issue,
    Scan,
    ScanState,
)
from glasswall_script import CHILD_ID, SCAN_ID
from scripted_vendor import connected, mount, response_to

SCAN = Scan(id=SCAN_ID, provider="glasswall", state=ScanState.COMPLETED, source="acct.blob.core.windows.net/uploads")
LINK = f"/scan-results/{SCAN_ID}/files?pageSize=100?page=1"
File = dict[str, t.Any]


class Ask(t.NamedTuple):
    """A request for files."""

    page: int
    size: int
    includes_rebuilt: bool
    number: int  # of all requests, from 1


class FilesVendor(requests.adapters.BaseAdapter):
    """Answers every request for files with what a function makes of it: JSON, or a status."""

    def __init__(self, answer: Callable[[Ask], t.Any]) -> None:
        super().__init__()
        self._answer = answer
        self.asked: list[Ask] = []

    def send(self, request: t.Any, **_options: t.Any) -> requests.Response:
        url = urlsplit(request.url)
        assert (request.method, url.path) == ("GET", f"/api/v1/scan-results/{SCAN_ID}/files")
        query = dict(parse_qsl(url.query))
        includes = {"true": True, "false": False}[query["includeRebuilt"]]
        self.asked.append(Ask(int(query["page"]), int(query["pageSize"]), includes, len(self.asked) + 1))
        answer = self._answer(self.asked[-1])
        status, body = (answer, b"") if isinstance(answer, int) else (200, json.dumps(answer).encode())
        return response_to(request, status, {}, io.BytesIO(body))

    def close(self) -> None:
        pass


def count(answer: Callable[[Ask], t.Any], warned: list[str] | None = None) -> tuple[Scan, list[Ask]]:
    """The scan with its count, and the requests."""
    provider, _script = connected([], warn=(warned if warned is not None else []).append, retries=2)
    vendor = FilesVendor(answer)
    mount(provider, vendor)
    return provider.count_issues(SCAN), vendor.asked  # type: ignore[attr-defined]


def file(number: int, status: t.Any = "Rebuilt") -> File:
    return {"fileLocation": f"a/{number}.docx", "fileId": f"{number:08}-0000-4000-8000-000000000000", "status": status}


def files(number: int, failed: int = 0) -> list[File]:
    """So many files, of which the last ones failed."""
    return [file(each, "Failed" if each > number - failed else "Rebuilt") for each in range(1, number + 1)]


def paged(
    rows: list[File], *, cap: int = 1000, total: int | None = None, links: bool = True, narrows: bool = False
) -> Callable[[Ask], t.Any]:
    """A vendor that keeps to the document: a page past the end is the last one, and only several pages have links."""

    def answer(ask: Ask) -> t.Any:
        found = [row for row in rows if not narrows or ask.includes_rebuilt or row["status"] != "Rebuilt"]
        size = min(cap, ask.size)
        pages = max(1, -(-len(found) // size))
        page = min(ask.page, pages)
        body: dict[str, t.Any] = {"files": found[(page - 1) * size : page * size]}
        if total is not None:
            body["total"] = total
        return {**body, "pageLinks": {"totalPages": pages, "curr": LINK}} if links and pages > 1 else body

    return answer


# What counts


def test_a_file_that_was_not_rebuilt_is_an_issue_with_its_place() -> None:
    rows = [file(1), file(2, "Failed"), file(3, "Errored"), file(4)]
    scan, asked = count(paged(rows))
    assert (scan.issue_count, scan.error) == (2, None)
    assert scan.issues == [
        Issue(name="a/2.docx", result="Failed", place="acct.blob.core.windows.net/uploads"),
        Issue(name="a/3.docx", result="Errored", place="acct.blob.core.windows.net/uploads"),
    ]
    assert [ask.page for ask in asked] == [1, 2]  # the second shows that no page follows
    assert not any(ask.includes_rebuilt for ask in asked)


@pytest.mark.parametrize(
    ("status", "is_issue"),
    [
        *((text, False) for text in ("Rebuilt", "rebuilt", "REBUILT", " Rebuilt ", "Rebuilt\n")),
        *((text, True) for text in ("Failed", "failed", " FAILED ", "Errored", "errored ", "ERRORED")),
        *((value, True) for value in ("Error", "Quarantined", "Rebuilt?", "not rebuilt", "", None, True, 0, [], {})),
    ],
)
def test_only_the_word_for_a_rebuilt_file_is_fine(status: t.Any, is_issue: bool) -> None:
    scan, _asked = count(paged([file(1, status)]))
    assert (scan.issue_count, len(scan.issues)) == (int(is_issue), int(is_issue))


def test_a_file_without_a_status_is_an_issue() -> None:
    scan, _asked = count(paged([{"fileLocation": "a.docx"}]))
    assert (scan.issue_count, scan.issues[0].name, scan.issues[0].result) == (1, "a.docx", None)


@pytest.mark.parametrize(
    "error", [{"error": "locked"}, {"errorMessage": "locked"}, {"success": False}, {"errorCode": 107}]
)
def test_a_rebuilt_file_that_carries_an_error_is_an_issue(error: dict[str, t.Any]) -> None:
    scan, _asked = count(paged([{**file(1), **error}]))
    assert (scan.issue_count, scan.issues[0].result) == (1, "Rebuilt")


@pytest.mark.parametrize("error", [{"error": None}, {"errors": []}, {"errorMessage": "-"}, {"success": True}])
def test_an_empty_error_of_a_file_is_none(error: dict[str, t.Any]) -> None:
    scan, _asked = count(paged([{**file(1), **error}]))
    assert scan.issue_count == 0


def test_undocumented_statuses_are_warned_about_once() -> None:
    warned: list[str] = []
    scan, _asked = count(paged([file(number, f"Odd {number}") for number in range(1, 300)]), warned)
    assert scan.issue_count == 299
    assert warned == [
        "Glasswall sent 'Odd 1' as the status of a/1.docx, which is not documented: the file counts as an issue."
    ]


def test_all_issues_are_counted_and_the_first_are_listed() -> None:
    scan, _asked = count(paged(files(450, failed=250)))
    assert (scan.issue_count, len(scan.issues)) == (250, MAX_LISTED_ISSUES)
    assert scan.issues[0].name == "a/201.docx"


@pytest.mark.parametrize(
    "row", [{"fileId": "x"}, {"fileId": "x", "fileLocation": ["a"]}, {"fileId": "x", "fileLocation": " "}]
)
def test_a_file_without_a_path_is_named_by_its_id(row: File) -> None:
    scan, _asked = count(paged([row]))
    assert scan.issues[0].name == "x"


def test_only_rebuilt_files_are_no_issues() -> None:
    scan, asked = count(paged(files(10), narrows=True))
    assert (scan.issue_count, scan.issues, scan.error) == (0, [], None)
    assert [ask.includes_rebuilt for ask in asked] == [False, True, False]


@pytest.mark.parametrize("body", [{}, {"total": 0}, {"status": "Processing"}, {"message": "not ready"}], ids=str)
def test_a_list_without_any_file_is_not_ready(body: dict[str, t.Any]) -> None:
    """Glasswall refuses to scan an empty container."""
    scan, _asked = count(lambda ask: {"files": [], **body})
    assert scan.issue_count is None
    assert scan.error is not None
    assert scan.error.endswith("it has no file, not even a rebuilt one, so it may not be ready yet")


@pytest.mark.parametrize("ready_after", [1, 2])
def test_files_that_come_after_the_first_look_are_counted(ready_after: int) -> None:
    ready = paged(files(3, failed=3), narrows=True)
    scan, _asked = count(lambda ask: ready(ask) if ask.number > ready_after else {"files": []})
    assert scan.issue_count == (3 if ready_after == 1 else None)


def test_an_error_of_the_second_look_is_an_error_with_the_scan() -> None:
    with pytest.raises(UnauthorizedError) as raised:
        count(lambda ask: 401 if ask.includes_rebuilt else {"files": []})
    assert [scan.id for scan in raised.value.result] == [SCAN_ID]


# Which list


@pytest.mark.parametrize("key", ["files", "items", "scanFiles", "data", ""])
def test_the_list_may_have_any_key(key: str) -> None:
    scan, _asked = count(lambda ask: {"total": 3, key: files(3, failed=1), "summary": {"a": [1]}, "tags": ["x"]})
    assert scan.issue_count == 1


def test_an_empty_list_of_errors_is_not_the_list() -> None:
    scan, _asked = count(lambda ask: {"files": files(3, failed=1), "errors": []})
    assert scan.issue_count == 1


def test_an_error_beside_the_list_is_an_error() -> None:
    with pytest.raises(DatascanError, match="partial results"):
        count(lambda ask: {"files": files(3), "errors": [{"message": "partial results"}]})


def test_the_list_may_stand_alone() -> None:
    scan, _asked = count(lambda ask: files(3, failed=1))
    assert scan.issue_count == 1


NOT_LISTS = [
    *(
        {},
        None,
        7,
        "files",
        {"files": None},
        {"files": {}},
        {"files": {"1": file(1)}},
        {"data": {"files": []}},
        {"a": ["b"]},
        {"errors": []},
    ),
    *({"files": [file(1)], "archives": [file(2)]}, {"files": [], "archives": [file(2, "Failed")]}, {"a": [], "b": []}),
    *({"files": [file(1), None]}, {"files": [file(1), "Failed"]}, [file(1), [file(2)]], [[]]),
    *({"data": {"files": [file(1, "Failed")]}, "warnings": []}, {"files": [], "failed": {"1": file(1, "Failed")}}),
    *({"files": [file(1)], "archives": {"a": {"files": [file(2)]}}}, {"files": [], "first": file(1)}),
    *({"files": [{}]}, {"files": [{"name": "a"}]}, {"scans": [{"scanId": SCAN_ID, "scanStatus": "Completed"}]}),
]


@pytest.mark.parametrize("answer", NOT_LISTS, ids=str)
def test_an_answer_without_exactly_one_list_of_files_is_invalid(answer: t.Any) -> None:
    with pytest.raises(InvalidResponseError):
        count(lambda ask: answer)


@pytest.mark.parametrize(
    "answer",
    [
        {"scanId": CHILD_ID, "files": [file(1)]},
        {"files": [{**file(1), "scanId": CHILD_ID}]},
        {"files": [file(1)], "pageLinks": {"totalPages": 1, "curr": LINK.replace(SCAN_ID, CHILD_ID)}},
        {"files": [file(1)], "pageLinks": {"next": LINK.replace(SCAN_ID, CHILD_ID.upper())}},
    ],
    ids=str,
)
def test_the_files_of_another_scan_are_not_believed(answer: t.Any) -> None:
    with pytest.raises(InvalidResponseError, match=f"it is about {CHILD_ID}, not {SCAN_ID}"):
        count(lambda ask: answer)


def test_the_documents_links_name_no_scan() -> None:
    links = {"totalPages": 1, "curr": "/scan-results/{scanId}/files?pageSize=100?includeRebuilt=true?page=1"}
    scan, _asked = count(lambda ask: {"files": [file(1, "Failed")], "pageLinks": links})
    assert scan.issue_count == 1


# Whole or not


@pytest.mark.parametrize("number", [0, 1, 99, 100, 101, 350])
@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("has_total", [True, False])
def test_every_page_is_counted(number: int, links: bool, has_total: bool) -> None:
    rows = files(number, failed=min(number, 7))
    scan, asked = count(paged(rows, links=links, total=number if has_total else None))
    assert scan.issue_count == (min(number, 7) or None)  # without any file, the list is not ready
    assert len(asked) <= 10  # without a total, a list of several pages is read twice


@pytest.mark.parametrize(("total", "cap"), [(200, 100), (100, 100), (50, 50), (60, 30), (1, 100)])
def test_a_total_that_is_too_low_hides_no_file(total: int, cap: int) -> None:
    scan, _asked = count(paged(files(250, failed=3), cap=cap, total=total, links=False))
    assert scan.issue_count == 3


def test_a_page_that_comes_again_with_other_statuses_is_no_end() -> None:
    scan, _asked = count(lambda ask: {"files": files(3, failed=0 if ask.number == 1 else 3)})
    assert scan.issue_count == 3
    scan, _asked = count(lambda ask: {"files": files(3, failed=ask.number % 2)})
    assert scan.issue_count is None


def test_a_file_that_failed_on_a_later_page_is_an_issue() -> None:
    def answer(ask: Ask) -> t.Any:
        rows = files(100) if ask.page == 1 else [file(7, "Failed"), file(7, "Failed")]
        return {"files": rows, "total": 100}

    scan, asked = count(answer)
    assert (scan.issue_count, [ask.page for ask in asked]) == (1, [1, 2])


@pytest.mark.parametrize("total", [None, 95])
def test_a_server_may_send_shorter_pages(total: int | None) -> None:
    scan, _asked = count(paged(files(95, failed=5), cap=10, total=total))
    assert scan.issue_count == 5


@pytest.mark.parametrize("has_total", [True, False])
def test_rebuilt_files_may_be_left_out(has_total: bool) -> None:
    scan, asked = count(paged(files(1000, failed=5), narrows=True, total=5 if has_total else None))
    assert (scan.issue_count, len(asked)) == (5, 1 if has_total else 2)


def test_a_total_may_count_the_rebuilt_files_that_are_left_out() -> None:
    scan, asked = count(paged(files(150, failed=5), narrows=True, total=150))
    assert scan.issue_count == 5
    assert asked[-1].includes_rebuilt


def shifting(ask: Ask) -> t.Any:
    """Before each request for the first page, a file leaves the list and another one comes."""
    changed = file(1000 + ask.number, "Failed") if ask.page == 1 else file(1)
    return paged([changed, *files(249)[1:]])(ask)


def with_empty_page(page: int, links: dict[str, t.Any]) -> Callable[[Ask], t.Any]:
    return lambda ask: (
        {"files": [], "pageLinks": links} if ask.page >= page else {"files": files(5), "pageLinks": links}
    )


UNSETTLED: dict[str, Callable[[Ask], t.Any]] = {
    "a list that shifts": shifting,
    "a total that changes": lambda ask: {"files": files(100), "total": 200 + ask.number},
    "a total of more files": paged(files(90), total=91),
    "a file twice on a page": lambda ask: {"files": [file(1), file(1)]},
    "a file with two statuses": lambda ask: {"files": [file(1), file(1, "Failed")]},
    "an id in two forms": lambda ask: {"files": [file(1), {**file(1), "fileId": file(1)["fileId"].replace("-", "")}]},
    "two files that are the same without an id": lambda ask: {"files": [{"status": "Failed"}, {"status": "Failed"}]},
    "a file on two pages": lambda ask: {"files": [file(min(ask.page, 3)), file(min(ask.page, 3) + 1)]},
    "the first page only": lambda ask: {"files": files(100), "pageLinks": {"totalPages": 4}},
    "an empty second page of four": with_empty_page(2, {"totalPages": 4}),
    "an empty last page": with_empty_page(2, {"totalPages": 2}),
    "an empty first page of two": with_empty_page(1, {"totalPages": 2}),
}


@pytest.mark.parametrize("answer", UNSETTLED.values(), ids=list(UNSETTLED))
def test_a_list_that_never_settles_has_no_count_and_a_reason(answer: Callable[[Ask], t.Any]) -> None:
    warned: list[str] = []
    scan, asked = count(answer, warned)
    assert scan.issue_count is None
    assert scan.error is not None
    assert scan.error.startswith("issues not counted, because the list of files is not complete: ")
    (warning,) = warned
    assert warning.startswith(f"Glasswall's list of files of scan {SCAN_ID} is not complete: ")
    assert warning.endswith(". Its issues are not counted.")
    assert len(asked) < 50


def test_an_endless_list_ends() -> None:
    scan, asked = count(
        lambda ask: {"files": [file(ask.page, "Failed")], "total": 5, "pageLinks": {"totalPages": ask.page + 1}}
    )
    assert (scan.issue_count, len(scan.issues)) == (None, len(asked))
    assert len(asked) < 200


def test_a_list_that_settles_is_counted_once() -> None:
    """The total changes during the first reading, whose issues count no more."""
    scan, asked = count(
        lambda ask: (
            paged(files(150, failed=4), total=150)(ask)
            if ask.number > 2
            else {"files": [file(ask.page, "Failed")], "total": 100 + ask.page}
        )
    )
    assert (scan.issue_count, [ask.page for ask in asked]) == (4, [1, 2, 1, 2])
    assert [issue.name for issue in scan.issues] == [f"a/{number}.docx" for number in range(147, 151)]


def test_the_memory_of_a_count_is_that_of_a_page() -> None:
    def answer(ask: Ask) -> t.Any:
        first = (min(ask.page, 200) - 1) * 100
        return {"files": [file(first + number, "Failed") for number in range(100)], "total": 20_000}

    count(lambda ask: {"files": [file(1)]})  # loads what the first exchange loads
    tracemalloc.start()
    try:
        scan, asked = count(answer)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (scan.issue_count, len(asked)) == (20_000, 201)
    assert peak < 3_000_000  # bytes; the files of all pages take more than four times that


# What fails


@pytest.mark.parametrize("bad", [503, {"unrelated": True}, {"files": None}], ids=str)
def test_a_transient_error_on_a_page_is_retried(bad: t.Any) -> None:
    answer = paged(files(150, failed=3), total=150)
    scan, asked = count(lambda ask: bad if ask.number == 2 else answer(ask))
    assert (scan.issue_count, [ask.page for ask in asked]) == (3, [1, 2, 2])


@pytest.mark.parametrize(
    ("status", "error"), [(503, UnavailableError), (401, UnauthorizedError), (400, RejectedError), (404, RejectedError)]
)
def test_an_error_carries_the_issues_that_are_known(status: int, error: type[DatascanError]) -> None:
    answer = paged(files(150, failed=120), total=150)
    with pytest.raises(error) as caught:
        count(lambda ask: answer(ask) if ask.page == 1 else status)
    (known,) = caught.value.result
    assert (known.id, known.issue_count, len(known.issues)) == (SCAN_ID, None, 70)


def test_a_deployment_without_results_is_no_missing_scan() -> None:
    with pytest.raises(RejectedError) as caught:
        count(lambda ask: 404)
    assert caught.value.message == (
        f"Glasswall has no results of scan {SCAN_ID}. Check that the deployment has the Scan Results API."
    )
    assert caught.value.http_status == 404
