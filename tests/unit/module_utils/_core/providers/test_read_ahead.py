# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages that are certainly needed are requested concurrently, and no other page is requested."""

from __future__ import annotations

import threading

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import UnavailableError
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.read_ahead import PAGES_AT_ONCE, ReadAhead


def test_the_pages_that_are_needed_are_requested_at_the_same_time() -> None:
    together = threading.Barrier(PAGES_AT_ONCE, timeout=30)

    def read_page(number: int, is_ahead: bool) -> int:
        if number > 1:
            together.wait()  # returns once so many requests wait for their answers
        return number

    with ReadAhead(read_page) as ahead:
        pages = [ahead.page(1)]
        ahead.need(1, 2 * PAGES_AT_ONCE)
        pages += [ahead.page(number) for number in range(2, 2 * PAGES_AT_ONCE + 2)]
    assert pages == list(range(1, 2 * PAGES_AT_ONCE + 2))


def test_no_more_than_a_few_pages_wait_to_be_read() -> None:
    asked: set[int] = set()
    with ReadAhead(lambda number, _is_ahead: asked.add(number)) as ahead:
        ahead.page(1)
        ahead.need(1, 100)
        ahead.page(2)
    assert asked <= set(range(1, 2 + PAGES_AT_ONCE + 1))


@pytest.mark.parametrize("more", [0, 1])
def test_without_pages_that_are_needed_there_are_no_threads(more: int) -> None:
    threads: set[int] = set()
    with ReadAhead(lambda _number, _is_ahead: threads.add(threading.get_ident())) as ahead:
        for number in range(1, 5):
            ahead.page(number)
            ahead.need(number, more if number == 1 else 0)
    assert threads == {threading.get_ident()}


def test_a_page_that_is_no_longer_needed_is_not_requested_later() -> None:
    asked: list[int] = []
    with ReadAhead(lambda number, _is_ahead: asked.append(number)) as ahead:
        ahead.page(1)
        ahead.need(1, 2)
        for number in range(2, 5):
            ahead.page(number)
            ahead.need(number, 0)
    assert sorted(asked) == [1, 2, 3, 4]


def test_the_error_of_a_page_comes_in_its_turn_and_ends_the_others() -> None:
    asked: set[int] = set()
    before = {*threading.enumerate()}

    def read_page(number: int, is_ahead: bool) -> int:
        asked.add(number)
        if number == 3:
            raise ValueError("page 3")
        return number

    ahead = ReadAhead(read_page)
    with pytest.raises(ValueError, match="page 3"), ahead:
        ahead.page(1)
        ahead.need(1, 100)
        assert ahead.page(2) == 2
        ahead.page(3)
    assert max(asked) <= 3 + PAGES_AT_ONCE
    assert not threads_beside(before)


def threads_beside(before: set[threading.Thread]) -> set[threading.Thread]:
    return {*threading.enumerate()} - before


def test_a_page_that_failed_ahead_is_read_again_in_its_turn_and_no_other_is_read_ahead() -> None:
    asked: list[tuple[int, bool]] = []

    def read_page(number: int, is_ahead: bool) -> int:
        asked.append((number, is_ahead))
        if is_ahead and number == 2:
            raise UnavailableError("busy")
        return number

    with ReadAhead(read_page) as ahead:
        ahead.page(1)
        ahead.need(1, 20)
        assert [ahead.page(number) for number in range(2, 22)] == list(range(2, 22))
    assert (2, False) in asked
    assert {number for number, is_ahead in asked if is_ahead} <= set(range(2, 2 + PAGES_AT_ONCE + 1))
    assert len(asked) == 22


def test_an_interrupt_waits_for_no_page() -> None:
    began, go_on = threading.Event(), threading.Event()

    def read_page(number: int, is_ahead: bool) -> int:
        began.set()
        go_on.wait(60)
        return number

    before = {*threading.enumerate()}
    with pytest.raises(KeyboardInterrupt), ReadAhead(read_page) as ahead:
        ahead.need(1, 3)
        began.wait(60)
        raise KeyboardInterrupt
    left = threads_beside(before)
    assert left and all(thread.daemon for thread in left)  # for which no process waits when it ends
    go_on.set()
    for thread in left:
        thread.join(60)
