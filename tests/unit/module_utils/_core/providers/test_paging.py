# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that come in pages: they are whole, or they say why not, whatever happens to them between two pages."""

from __future__ import annotations

import itertools
import random
import tracemalloc
import typing as t
from collections.abc import Callable, Sequence

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import UnavailableError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, ScanList, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.paging import (
    ListPage,
    ListReader,
    PageCursor,
    SeenRows,
    collect_scans,
    parse_total,
)

Change = Callable[[list[str]], None]
_NUMBERS = itertools.count()


def unchanged(rows: list[str]) -> None:
    """A list that stays as it is."""


class Server:
    """A list in pages of `size`. `changes` are applied one by one, before each request but the first."""

    def __init__(
        self, rows: int | Sequence[str], *changes: Change, size: int = 10, total: Callable[[int], int | None] = int
    ) -> None:
        self.rows = [f"r{number}" for number in range(rows)] if isinstance(rows, int) else list(rows)
        self.changes = list(changes)
        self.size = size
        self.total = total
        self.requests = 0

    def page(self, skip: int) -> ListPage[str]:
        if self.requests and self.changes:
            self.changes.pop(0)(self.rows)
        self.requests += 1
        return ListPage(self.rows[skip : skip + self.size], self.total(len(self.rows)))

    def reader(self, **settings: t.Any) -> ListReader[str]:
        return ListReader(lambda _number: SkippingPages(self), lambda row: row, **settings)


class SkippingPages(PageCursor[str]):
    def __init__(self, server: Server) -> None:
        self._server = server
        self._skip = 0

    def read(self, count: int) -> ListPage[str]:
        page = self._server.page(self._skip)
        self._skip += len(page.rows)
        return page


def read(reader: ListReader[str], **settings: t.Any) -> list[str]:
    found: list[str] = []
    for page in reader.pages(**settings):
        found = [] if page.restarts else found
        found += page.rows
    return found


def no_total(rows: int) -> None:
    return None


def ends(*gone: int) -> Change:
    def change(rows: list[str]) -> None:
        for place in sorted(gone, reverse=True):
            del rows[place]

    return change


def both(*changes: Change) -> Change:
    def change(rows: list[str]) -> None:
        for one in changes:
            one(rows)

    return change


def begins(place: int | None = None) -> Change:
    def change(rows: list[str]) -> None:
        rows.insert(len(rows) if place is None else place, f"new{next(_NUMBERS)}")

    return change


def moves(origin: int, place: int) -> Change:
    return lambda rows: rows.insert(place, rows.pop(origin))


# The end of a list


@pytest.mark.parametrize(("rows", "requests"), [(0, 1), (3, 1), (9, 1), (10, 2), (25, 3), (30, 3)])
def test_a_total_that_is_reached_proves_the_end(rows: int, requests: int) -> None:
    server = Server(rows)
    reader = server.reader()
    assert (read(reader), reader.gap, server.requests) == (server.rows, None, requests)


@pytest.mark.parametrize(("rows", "requests"), [(0, 1), (3, 4), (10, 4), (25, 8)])
def test_without_a_total_a_second_reading_proves_it(rows: int, requests: int) -> None:
    server = Server(rows, total=no_total)
    reader = server.reader()
    assert (read(reader), reader.gap, server.requests) == (server.rows, None, requests)


@pytest.mark.parametrize("total", [0, 4, 10])
def test_a_total_that_is_exceeded_hides_no_row(total: int) -> None:
    server = Server(25, total=lambda _rows: total)
    reader = server.reader()
    assert (read(reader), reader.gap) == (server.rows, None)


@pytest.mark.parametrize("cap", [10, 25, 50, 100, 500])
def test_a_total_that_counts_only_a_capped_page_is_not_believed(cap: int) -> None:
    server = Server(cap * 2, size=cap, total=lambda _rows: cap)
    reader = server.reader()
    assert (read(reader), reader.gap) == (server.rows, None)


def test_a_total_that_counts_each_page_makes_no_whole_list() -> None:
    server = Server(25)
    server.total = lambda rows: min(10, rows - 10 * (server.requests - 1))
    reader = server.reader()
    read(reader)
    assert reader.gap


def test_the_vendors_own_end_is_the_end() -> None:
    class Saying(SkippingPages):
        def read(self, count: int) -> ListPage[str]:
            page = super().read(count)
            return ListPage(page.rows, page.total, is_last=count + len(page.rows) == 3)

    server = Server(3, total=no_total)
    reader = ListReader(lambda _number: Saying(server), lambda row: row)
    assert (read(reader), reader.gap, server.requests) == (server.rows, None, 1)


class NumberedPages(PageCursor[str]):
    """Pages that the vendor counts, of which some are empty. One past the end is the last one again."""

    repeats_last_page = True

    def __init__(self, pages: Sequence[Sequence[str]]) -> None:
        self._pages = pages
        self._number = 0

    def read(self, count: int) -> ListPage[str]:
        self._number += 1
        rows = self._pages[min(self._number, len(self._pages)) - 1]
        return ListPage(rows, follows=self._number < len(self._pages))


@pytest.mark.parametrize("empty", [0, 1, 2])
def test_an_empty_page_before_the_last_one_is_a_gap(empty: int) -> None:
    pages = [[] if number == empty else [f"r{number}"] for number in range(4)]
    reader: ListReader[str] = ListReader(lambda _number: NumberedPages(pages), lambda row: row)
    read(reader)
    assert reader.gap == "an empty page came in place of one that has rows"


@pytest.mark.parametrize("missing", [1, 15])
def test_fewer_rows_than_the_total_are_a_gap(missing: int) -> None:
    server = Server(25, total=lambda rows: rows + missing)
    reader = server.reader()
    assert read(reader) == server.rows
    assert reader.gap == f"its total is {25 + missing}, and 25 came"
    assert server.requests == 4 * 4


@pytest.mark.parametrize("total", [5, 0, None])
def test_endless_rows_end(total: int | None) -> None:
    class Endless(Server):
        def page(self, skip: int) -> ListPage[str]:
            self.requests += 1
            return ListPage([f"r{number}" for number in range(skip, skip + self.size)], total)

    server = Endless(0, size=3)
    reader = server.reader()
    read(reader)
    assert reader.gap == "its pages do not end"
    assert server.requests == (10_000 if total is None else 51 + total // 3)  # and it is not read again


def test_a_total_that_grows_with_every_page_ends() -> None:
    class Growing(Server):
        def page(self, skip: int) -> ListPage[str]:
            self.requests += 1
            return ListPage([f"r{number}" for number in range(skip, skip + self.size)], skip + 1000)

    server = Growing(0)
    reader = server.reader()
    read(reader)
    assert reader.gap == "its pages do not end"
    assert server.requests < 200


# Lists that change while they are read


SHIFTS: dict[str, Change] = {
    "a row of page 1 ends": ends(3),
    "a row begins before the others": begins(0),
    "a row moves from page 2 to the top": moves(15, 0),
    "a row moves from the top to page 2": moves(0, 15),
    "one ends, and another begins at the end": both(ends(3), begins()),
    "one moves to the top, one ends": both(moves(15, 0), ends(4)),
    "one moves to the top, one ends, one begins at the end": both(moves(15, 0), ends(4), begins()),
    "many end": ends(*range(9)),
    "all but one end": ends(*range(24)),
}


@pytest.mark.parametrize("shift", SHIFTS, ids=str)
@pytest.mark.parametrize("total", [int, no_total])
def test_a_list_that_changes_once_is_read_again_and_is_whole(shift: str, total: t.Any) -> None:
    server = Server(25, SHIFTS[shift], total=total)
    reader = server.reader(confirms=True)
    assert (set(read(reader)), reader.gap) == (set(server.rows), None)


@pytest.mark.parametrize("shift", SHIFTS, ids=str)
def test_without_a_confirmation_only_a_new_total_a_repeated_or_a_missing_row_shows_a_change(shift: str) -> None:
    server = Server(25, SHIFTS[shift])
    reader = server.reader()
    is_hidden = shift in (
        "one ends, and another begins at the end",
        "one moves to the top, one ends, one begins at the end",
    )
    assert (set(read(reader)) != set(server.rows), reader.gap) == (is_hidden, None)


def test_a_list_that_changes_with_every_request_has_a_gap() -> None:
    server = Server(60, *[ends(0)] * 40)
    reader = server.reader()
    read(reader)
    assert reader.gap
    assert reader.gap.startswith("its total changed from ")
    assert server.requests <= 2 * 3 + 6


def test_a_list_that_no_reading_confirms_has_a_gap() -> None:
    change = both(ends(0), begins())
    server = Server(25, *[change] * 40)
    reader = server.reader(confirms=True)
    read(reader)
    assert reader.gap == "it was not the same when it was read again"


def test_scans_that_only_begin_do_not_disturb_a_confirmation() -> None:
    server = Server(25, unchanged, unchanged, begins())
    reader = server.reader(confirms=True)
    assert (read(reader), reader.gap) == (server.rows, None)


def test_what_is_enough_ends_a_list_without_a_proof() -> None:
    server = Server(25, total=lambda rows: 1000)
    reader = server.reader()
    assert read(reader, is_enough=lambda: server.requests == 2) == server.rows[:20]
    assert (reader.gap, server.requests) == (None, 2)


def test_what_is_enough_of_a_list_that_changed_is_read_again() -> None:
    server = Server(25, begins(0))
    reader = server.reader()
    assert read(reader, is_enough=lambda: server.requests in (2, 4)) == server.rows[:20]
    assert (reader.gap, server.requests) == (None, 4)


# Scans


def scan(scan_id: str, state: str = "running") -> Scan:
    return Scan(id=scan_id, provider="vendor", state=ScanState(state))


def test_the_scans_of_a_list_with_a_gap_are_those_of_all_readings() -> None:
    server = Server(25, *[ends(0)] * 40)
    listed = collect_scans(server.reader(), lambda rows: map(scan, rows))
    assert listed.gap
    assert {one.id for one in listed} == {f"r{number}" for number in range(25)}


def test_the_scans_of_a_whole_list_are_those_of_its_last_reading() -> None:
    server = Server(25, ends(3))
    listed = collect_scans(server.reader(), lambda rows: map(scan, rows))
    assert ([one.id for one in listed], listed.gap) == (server.rows, None)


def test_a_limit_ends_a_list_within_a_page() -> None:
    server = Server(25)
    listed = collect_scans(server.reader(), lambda rows: map(scan, rows), limit=12)
    assert ([one.id for one in listed], listed.gap, server.requests) == (server.rows[:12], None, 2)


@pytest.mark.parametrize(("fails_at", "known"), [(1, None), (2, 10), (3, 20)])
def test_an_error_carries_the_scans_of_the_pages_before(fails_at: int, known: int | None) -> None:
    class Failing(Server):
        def page(self, skip: int) -> ListPage[str]:
            if self.requests + 1 == fails_at:
                raise UnavailableError("gone")
            return super().page(skip)

    with pytest.raises(UnavailableError) as raised:
        collect_scans(Failing(25).reader(), lambda rows: map(scan, rows))
    result = raised.value.result
    if known is None:
        assert result is None
    else:
        assert isinstance(result, ScanList)
        assert (len(result.scans), result.gap) == (known, "it could not be read to its end")


def test_an_error_when_a_list_is_read_again_carries_the_scans_of_both_readings() -> None:
    class Failing(Server):
        def page(self, skip: int) -> ListPage[str]:
            if self.requests == 3:
                raise UnavailableError("gone")
            return super().page(skip)

    with pytest.raises(UnavailableError) as raised:
        collect_scans(Failing(25, ends(3)).reader(), lambda rows: map(scan, rows))
    assert {one.id for one in raised.value.result} == {f"r{number}" for number in range(21)}


# Random trials


def test_a_confirmed_list_never_lacks_a_row_that_was_there_all_the_time() -> None:
    """Whatever ends, begins and moves between the pages, with and without a total."""
    whole = 0
    for seed in range(3000):
        drawn = random.Random(seed)
        rows = drawn.randint(5, 45)

        def change(rows: list[str], drawn: random.Random = drawn, rate: float = drawn.choice([0.1, 0.3, 0.6])) -> None:
            while rows and drawn.random() < rate:
                kind = drawn.randrange(4)
                if kind == 0:
                    gone = drawn.choice(rows)
                    if gone != "ours":
                        rows.remove(gone)
                elif kind == 1:
                    rows.insert(drawn.choice([0, len(rows)]), f"new{drawn.random()}")
                elif kind == 2:
                    rows.insert(0, rows.pop(drawn.randrange(len(rows))))
                else:
                    rows.append(rows.pop(drawn.randrange(len(rows))))

        server = Server(rows, *[change] * 60, total=drawn.choice([int, int, no_total]))
        server.rows[drawn.randrange(rows)] = "ours"
        reader = server.reader(confirms=True)
        found = read(reader)
        assert reader.gap or "ours" in found, seed
        whole += reader.gap is None
    assert whole > 1000


# Totals, and the memory of what was seen


@pytest.mark.parametrize(
    ("sent", "total"),
    [
        (7, 7), (7.0, 7), ("7", 7), (" 42.0 ", 42), (0, 0),
        *[(value, None) for value in (None, True, False, -1, 7.5, "many", "", [], {}, "1e400", 10**400, 2**60)],
        *[(float(value), None) for value in ("nan", "inf")],
    ],
)  # fmt: skip
def test_what_is_no_total_is_none(sent: t.Any, total: int | None) -> None:
    assert parse_total(sent) == total


def test_seen_rows_are_a_set_of_hashes() -> None:
    drawn = random.Random(1)
    keys = [
        drawn.choice([0, 1, -1, drawn.getrandbits(63), -drawn.getrandbits(63), 1024 * number]) for number in range(5000)
    ]
    seen, expected = SeenRows(), set[int]()
    while keys:
        page, keys = keys[:50], keys[50:]
        page += page[:2]
        for key, is_new in zip(page, seen.add(page), strict=True):
            key = key or 1  # which stand for the same
            assert key in seen
            assert is_new == (key not in expected)
            expected.add(key)
    assert max(expected) + 1 not in seen
    assert seen.count == len(expected)


def test_a_million_rows_are_remembered_in_a_few_megabytes() -> None:
    tracemalloc.start()
    try:
        seen = SeenRows()
        seen.add(hash(("source", f"c{number}")) for number in range(50_000))
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert seen.count == 50_000
    assert kept / 50_000 < 33  # bytes a row; the promise is about a hundred
    assert peak / 50_000 < 66
