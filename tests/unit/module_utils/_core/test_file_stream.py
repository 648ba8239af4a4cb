# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a file piece by piece: it is compared with the old file, which is replaced only if the text differs."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.files import ComparedFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "columns.csv"


def stream(path: Path, *pieces: str, dry_run: bool = False) -> bool:
    with ComparedFile(str(path), dry_run=dry_run) as file:
        for piece in pieces:
            file.write(piece)
    return file.changed


def alone(path: Path) -> bool:
    return [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_new_file_is_a_change(path: Path) -> None:
    assert stream(path, "a", "b\n")
    assert path.read_text() == "ab\n"
    assert alone(path)


def test_an_empty_new_file_is_a_change(path: Path) -> None:
    assert stream(path)
    assert path.read_bytes() == b""


def test_the_same_text_in_other_pieces_is_no_change_and_touches_nothing(path: Path) -> None:
    stream(path, "a", "b\u20ac\n")
    before = path.stat()
    assert not stream(path, "ab", "\u20ac\n")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert alone(path)


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_restart_drops_what_was_written(path: Path, dry_run: bool) -> None:
    path.write_text("old")
    with ComparedFile(str(path), dry_run=dry_run) as file:
        file.write("x" * 100_000)  # more than is buffered
        file.restart()
        file.write("old")
    assert (file.changed, path.read_text()) == (False, "old")
    with ComparedFile(str(path), dry_run=dry_run) as file:
        file.write("older")
        file.restart()
        file.write("new")
    assert (file.changed, path.read_text()) == (True, "old" if dry_run else "new")
    assert alone(path)


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(("before", "meanwhile", "changed"), [("new", "other", True), ("old", "new", False)])
def test_a_file_that_somebody_else_changes_meanwhile_is_compared_as_it_is_then(
    path: Path, dry_run: bool, before: str, meanwhile: str, changed: bool
) -> None:
    path.write_text(before)
    with ComparedFile(str(path), dry_run=dry_run) as file:
        file.write("new")
        path.write_text(meanwhile)
    assert (file.changed, path.read_text()) == (changed, meanwhile if dry_run else "new")
    assert alone(path)


def test_a_file_that_is_removed_meanwhile_is_written(path: Path) -> None:
    path.write_text("new")
    with ComparedFile(str(path)) as file:
        file.write("new")
        path.unlink()
    assert (file.changed, path.read_text()) == (True, "new")


@pytest.mark.parametrize("pieces", [("ab",), ("abc", "x"), ("xbc",), ()])
def test_a_text_that_is_shorter_longer_or_other_is_a_change(path: Path, pieces: tuple[str, ...]) -> None:
    path.write_text("abc")
    assert stream(path, *pieces)
    assert path.read_text() == "".join(pieces)
    assert alone(path)


def test_an_old_file_longer_than_a_piece_of_reading_is_compared_whole(path: Path) -> None:
    path.write_text("x" * 100_000)
    assert not stream(path, "x" * 50_000, "x" * 50_000)
    assert stream(path, "x" * 99_999, "y")


def test_what_utf8_cannot_hold_is_replaced_and_stays_unchanged(path: Path) -> None:
    assert stream(path, "a\ud800")
    assert path.read_bytes() == b"a?"
    assert not stream(path, "a\ud800")


def test_a_dry_run_reports_the_change_and_writes_nothing(path: Path) -> None:
    assert stream(path, "new", dry_run=True)
    assert not path.exists()
    path.write_text("old")
    assert stream(path, "new", dry_run=True)
    assert not stream(path, "old", dry_run=True)
    assert path.read_text() == "old"
    assert alone(path)


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt()])
@pytest.mark.parametrize("old", ["old", "half"])
def test_a_block_that_fails_keeps_the_old_file_and_its_own_error(path: Path, error: BaseException, old: str) -> None:
    path.write_text(old)
    with pytest.raises(type(error)) as raised, ComparedFile(str(path)) as file:
        file.write("half")
        raise error
    assert raised.value is error
    assert path.read_text() == old
    assert alone(path)


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path, dry_run: bool) -> None:
    ran: list[t.Any] = []
    path = tmp_path / "none" / "columns.csv"
    with pytest.raises(InvalidInputError) as raised, ComparedFile(str(path), dry_run=dry_run) as file:
        ran.append(file)
    assert str(raised.value) == f"{path} cannot be written: the directory {path.parent} does not exist."
    assert not ran
