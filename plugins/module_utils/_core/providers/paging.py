# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that come in pages, read to a proven end: the same for every vendor, for scans and for columns.

A list that changes between two pages can hide a row: where a row of page 1 leaves the list, the first row of page 2
moves to page 1, which was read before. Such a change shows as another total, as a row that comes twice, or as fewer
rows than the total. Then the list is read again from its start, a few times. A list that never settles has a gap.
"""

from __future__ import annotations

import math
import typing as t
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress

from ..errors import DatascanError
from ..models import Scan, ScanList

LOWEST_RANK = -1  # of a row; that of an invalid record
_MAX_READINGS = 4  # of one list: the first, and three more where it changes
_MAX_PAGES = 10_000  # of one reading, in case every page brings new rows
_MAX_PAGES_PAST_TOTAL = 50  # of new rows beyond the total: a wrong total must neither hide rows nor make a list endless
_MAX_IDLE_PAGES = 10  # in a row, that bring no new row but lead on to another page
_TABLES = 64  # of SeenRows
_SMALLEST_TABLE = 16  # slots
_MAX_TOTAL = 2**53  # a larger number is no total; JSON numbers are exact up to here
_USUAL_CAPS = frozenset({10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000})  # rows of a page
_NOT_READ = "it could not be read to its end"
_ENDLESS = "its pages do not end"

R = t.TypeVar("R")


@dataclass(frozen=True)
class ListPage(t.Generic[R]):
    """One page of a list, in the vendor's order. `total` is the vendor's count of the rows of all pages."""

    rows: Sequence[R]
    total: int | None = None
    is_last: bool = False  # by the vendor, no page follows
    follows: bool = False  # the vendor's answer, or a full page, suggests that a page follows, whatever the total is
    leads_on: bool = False  # the page names a next page that was not requested yet, so it is no end even if it is empty
    restarts: bool = False  # of ListReader.pages: the list is read again, so the rows before this page do not count
    worse: Sequence[R] = ()  # of ListReader.pages: rows of earlier pages, each in a worse state than there


class PageCursor(ABC, t.Generic[R]):
    """Requests the pages of one reading of a list, in order."""

    skipped: int = 0  # rows that the total counts and that come before the first page
    counts_all: bool = True  # False where the total cannot be compared with what was read
    repeats_last_page: t.ClassVar[bool] = False  # what the vendor sends for a page beyond the last one

    @abstractmethod
    def read(self, count: int) -> ListPage[R] | None:
        """The next page, or None where no page can follow. `count` different rows were read so far."""


class SeenRows:
    """The hashes of rows that were read. It takes 12 to 24 bytes a row; a set takes a hundred.

    They are in many small tables, so that one of them is copied at a time when they grow.
    """

    def __init__(self) -> None:
        self.count = 0
        self._tables = [_empty_table(_SMALLEST_TABLE) for _number in range(_TABLES)]
        self._counts = [0] * _TABLES

    def __contains__(self, key: int) -> bool:
        """Whether the hash was added before."""
        key = key or 1  # 0 is an empty slot
        table = self._tables[key % _TABLES]
        return table[_slot(table, key)] != 0

    def add(self, keys: Iterable[int]) -> list[bool]:
        """Add hashes. Whether each is new."""
        are_new = []
        for key in keys:
            key = key or 1
            table = self._tables[key % _TABLES]
            slot = _slot(table, key)
            is_new = table[slot] == 0
            are_new.append(is_new)
            if is_new:
                table[slot] = key
                self._count(key % _TABLES)
        return are_new

    def _count(self, number: int) -> None:
        """Count a hash that was added to a table, which grows where it is fuller than two thirds."""
        self.count += 1
        self._counts[number] += 1
        if 3 * self._counts[number] > 2 * len(self._tables[number]):
            self._tables[number] = _grown(self._tables[number])


def _empty_table(slots: int) -> array[int]:
    return array("q", [0]) * slots


def _slot(table: array[int], key: int) -> int:
    """Where the hash is, or where it belongs. The length of a table is a power of two."""
    mask = len(table) - 1
    slot = (key // _TABLES) & mask
    while table[slot] not in (0, key):
        slot = (slot + 1) & mask
    return slot


def _grown(table: array[int]) -> array[int]:
    """A table of twice the length with the same hashes."""
    larger = _empty_table(2 * len(table))
    for key in table:
        if key:
            larger[_slot(larger, key)] = key
    return larger


class _ListReading(t.Generic[R]):
    """One reading of a list from its start, and what it shows about the list."""

    def __init__(
        self,
        cursor: PageCursor[R],
        key: Callable[[R], Hashable],
        rank: Callable[[R], int] | None,
        earlier: SeenRows | None,
    ) -> None:
        self.seen = SeenRows()
        self.found_again = 0  # rows of the earlier reading
        self.fault: str | None = None  # why rows may be missing, as a clause
        self._cursor = cursor
        self._key = key
        self._rank = rank
        self._seen_ranks = SeenRows()  # the hashes of key and rank
        self._earlier = earlier
        self._totals: list[int] = []  # the first, the highest
        self._requests = 0
        self._pages_with_new_rows = 0
        self._pages_past_total = 0
        self._idle_pages = 0
        self._ended_by_repetition = False

    def pages(self, is_enough: Callable[[], bool], stops_at_fault: bool) -> Iterator[ListPage[R]]:
        """Each page without the rows that came before, and which of these it shows in a worse state."""
        while (page := self._cursor.read(self.seen.count)) is not None:
            self._requests += 1
            keys = [hash(self._key(row)) for row in page.rows]
            are_new = self._add(keys)
            new = list(compress(page.rows, are_new))
            self._compare(page, len(new))
            worse = self._find_worse(page.rows, keys, are_new, self._rank) if self._rank else ()
            yield replace(page, rows=new, worse=worse)
            if is_enough() or (self.fault and stops_at_fault):
                return
            if self._is_over(page, bool(new)):
                self._check_end(page, bool(new))
                return
        self._check_total()

    @property
    def is_endless(self) -> bool:
        """Whether the reading was given up because of its length."""
        return self.fault == _ENDLESS

    def needs_confirmation(self, confirms: bool) -> bool:
        """Whether rows may have left the list between two pages unnoticed.

        That leaves no trace where no total is sent. Where one is, another row has to come at the same time, which
        matters only if `confirms` is set.
        """
        if self._totals:
            return confirms and self._pages_with_new_rows > 1
        return self._requests - self._ended_by_repetition > 1

    def _add(self, keys: Sequence[int]) -> Sequence[bool]:
        """Whether each row of a page is new."""
        are_new = self.seen.add(keys)
        if self._earlier is not None:
            self.found_again += sum(key in self._earlier for key in compress(keys, are_new))
        return are_new

    def _find_worse(
        self, rows: Sequence[R], keys: Sequence[int], are_new: Sequence[bool], rank: Callable[[R], int]
    ) -> list[R]:
        """The rows that came before, and with higher ranks only."""
        ranks = [rank(row) for row in rows]
        have_new_ranks = self._seen_ranks.add([hash(pair) for pair in zip(keys, ranks, strict=True)])
        return [
            row
            for row, key, own, is_new, has_new_rank in zip(rows, keys, ranks, are_new, have_new_ranks, strict=True)
            if has_new_rank
            and not is_new
            and not any(hash((key, lower)) in self._seen_ranks for lower in range(LOWEST_RANK, own))
        ]

    def _compare(self, page: ListPage[R], new: int) -> None:
        """Search for signs of a change since the page before."""
        self._pages_with_new_rows += new > 0
        if page.total is not None:
            first, highest = self._totals or (page.total, page.total)
            if page.total != highest:
                self._blame(f"its total changed from {highest} to {page.total} while it was read")
            self._totals = [first, max(highest, page.total)]
        if new < len(page.rows) and (new or page.leads_on):
            self._blame("a row came twice")

    def _is_over(self, page: ListPage[R], has_new_rows: bool) -> bool:
        if page.is_last:
            return True
        if not has_new_rows:
            self._idle_pages += 1
            return not page.leads_on or self._has_total() or self._is_too_long()
        self._idle_pages = 0
        if self._has_total() and not page.follows and not self._may_be_capped(page):
            return True
        self._pages_past_total += self._cursor.counts_all and bool(self._totals) and self._counted() > self._totals[0]
        return self._is_too_long()

    def _may_be_capped(self, page: ListPage[R]) -> bool:
        """Whether the total may count the rows of this page only: it is the first, and as long as servers cap one."""
        return self._requests == 1 and page.total == len(page.rows) and page.total in _USUAL_CAPS

    def _is_too_long(self) -> bool:
        is_too_long = (
            self._idle_pages > _MAX_IDLE_PAGES
            or self._pages_past_total > _MAX_PAGES_PAST_TOTAL
            or self._requests >= _MAX_PAGES
        )
        if is_too_long:
            self.fault = _ENDLESS
        return is_too_long

    def _has_total(self) -> bool:
        """Whether as many rows were read as the total counts. A total that is exceeded is wrong, and proves no end."""
        return self._cursor.counts_all and bool(self._totals) and self._counted() == self._totals[1]

    def _counted(self) -> int:
        return self._cursor.skipped + self.seen.count

    def _check_end(self, page: ListPage[R], has_new_rows: bool) -> None:
        if self._cursor.counts_all and self._totals:
            self._check_total()
        elif page.rows and not has_new_rows and not page.is_last:
            # Without a total, a page in place of the next one proves nothing, unless the vendor documents it.
            self._ended_by_repetition = self._cursor.repeats_last_page and not page.follows
            if not self._ended_by_repetition:
                self._blame("a page came again in place of the next one")
        elif not page.rows and page.follows:
            self._blame("an empty page came in place of one that has rows")

    def _check_total(self) -> None:
        if self._cursor.counts_all and self._totals and self._counted() < self._totals[1]:
            self._blame(f"its total is {self._totals[1]}, and {self._counted()} came")

    def _blame(self, fault: str) -> None:
        self.fault = self.fault or fault


class ListReader(t.Generic[R]):
    """Reads a list of which each page may be another moment's, until it is known to be whole."""

    def __init__(
        self,
        open_list: Callable[[int], PageCursor[R]],
        key: Callable[[R], Hashable],
        *,
        rank: Callable[[R], int] | None = None,
        confirms: bool = False,
    ) -> None:
        """`open_list` starts a reading, given its number from 0; `key` identifies a row.

        With `rank`, pages have the rows that come again in a worse state: with a lower rank, of which none is below
        LOWEST_RANK.
        With `confirms`, a list of several pages is whole only if a second reading still has every row of the first.
        """
        self.gap: str | None = _NOT_READ  # after the last page: why rows may be missing, as a clause; None if none is
        self.key = key
        self._open_list = open_list
        self._rank = rank
        self._confirms = confirms

    def pages(
        self, is_enough: Callable[[], bool] = lambda: False, readings: int = _MAX_READINGS
    ) -> Iterator[ListPage[R]]:
        """The pages; the first page of a further reading has `restarts` set.

        `is_enough` is asked after each page, and ends the list early. `readings` is how often it is read at most.
        """
        self.gap = _NOT_READ
        earlier: SeenRows | None = None  # of a reading that only has to be confirmed
        fault: str | None = None
        for number in range(readings):
            reading = _ListReading(self._open_list(number), self.key, self._rank, earlier)
            restarts = number > 0
            for page in reading.pages(is_enough, stops_at_fault=number < readings - 1):
                yield replace(page, restarts=restarts)
                restarts = False
            # No row of the earlier reading had left the list while it was read, so it could hide no other row.
            is_confirmed = earlier is not None and reading.found_again == earlier.count
            fault = reading.fault
            if is_confirmed or not (fault or reading.needs_confirmation(self._confirms)):
                self.gap = None
                return
            if reading.is_endless:
                break
            earlier = None if fault else reading.seen
        self.gap = fault or "it was not the same when it was read again"


def collect_scans(
    reader: ListReader[R],
    to_scans: Callable[[Sequence[R]], Iterable[Scan]],
    limit: int | None = None,
    is_enough: Callable[[], bool] = lambda: False,
) -> ScanList:
    """The scans of a list, at most `limit`; of a list with a gap, those of all readings, as last seen.

    An error carries the ScanList of what was read before it.
    """
    earlier: dict[str, Scan] = {}
    found: dict[str, Scan] = {}
    shown: set[str] = set()  # by a reading that is not the first, whether they match or not
    was_read = False
    seen = 0  # rows of this reading

    def has_enough() -> bool:
        return is_enough() or (limit is not None and len(found) >= limit)

    def known() -> ScanList:
        left_out = [scan for key, scan in earlier.items() if not (key in found or key in shown)] if reader.gap else []
        return ScanList([*found.values(), *left_out][:limit], reader.gap, seen)

    try:
        for page in reader.pages(has_enough):
            if page.restarts:
                left = {key: scan for key, scan in earlier.items() if key not in shown}
                earlier, found, shown, seen = {**left, **found}, {}, set(), 0
            if earlier:
                shown.update(str(reader.key(row)) for row in page.rows)
            was_read = True
            seen += len(page.rows)
            for row in page.worse:  # it may not match any more
                found.pop(str(reader.key(row)), None)
            for scan in to_scans([*page.worse, *page.rows]):
                found[scan.id] = scan
                if limit is not None and len(found) >= limit:
                    break
    except DatascanError as error:
        raise error.with_result(known() if was_read else None) from None
    return known()


def parse_total(value: t.Any) -> int | None:
    """A vendor's total, also as 42.0 or as text; None for anything else, because a bad total must not cost the list."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(number) if math.isfinite(number) and 0 <= number < _MAX_TOTAL and number.is_integer() else None
