# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing files: completely or not at all, only when they change, and with one clear sentence on failure."""

from __future__ import annotations

import errno
import os
import resource
import socket
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.files import (
    FileChange,
    find_same_file,
    remove_outdated,
    write_atomically,
    write_if_changed,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "report.txt"


@pytest.fixture
def umask() -> t.Iterator[None]:
    old = os.umask(0o027)
    yield
    os.umask(old)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def alone(path: Path) -> bool:
    """Whether the folder has no other file, such as a forgotten temporary file."""
    return [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_new_file_is_a_change(path: Path) -> None:
    assert write_if_changed(str(path), "a\n") == FileChange(True, "", "a\n")
    assert path.read_text() == "a\n"
    assert alone(path)


def test_the_same_text_again_is_no_change_and_touches_nothing(path: Path) -> None:
    write_if_changed(str(path), "a\n")
    before = path.stat()
    assert write_if_changed(str(path), "a\n") == FileChange(False, "a\n", "a\n")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_another_text_is_a_change_with_the_old_text(path: Path) -> None:
    path.write_text("old")
    assert write_if_changed(str(path), "new") == FileChange(True, "old", "new")
    assert path.read_text() == "new"
    assert alone(path)


def test_an_empty_file_is_not_the_same_as_none(path: Path) -> None:
    assert write_if_changed(str(path), "").changed
    assert path.read_bytes() == b""
    assert not write_if_changed(str(path), "").changed


def test_text_is_written_as_it_is(path: Path) -> None:
    text = "a\r\nb\rc\n\u20ac\U0001f600"
    write_if_changed(str(path), text)
    assert path.read_bytes() == text.encode()
    assert not write_if_changed(str(path), text).changed


def test_what_utf8_cannot_hold_is_replaced_and_stays_unchanged(path: Path) -> None:
    assert write_if_changed(str(path), "a\udcffb").changed
    assert path.read_bytes() == b"a?b"
    assert not write_if_changed(str(path), "a\udcffb").changed


def test_an_old_file_that_is_no_utf8_is_replaced(path: Path) -> None:
    path.write_bytes(b"\xff\xfe")
    assert write_if_changed(str(path), "a") == FileChange(True, "\ufffd\ufffd", "a")


def test_a_dry_run_reports_the_change_and_writes_nothing(path: Path) -> None:
    assert write_if_changed(str(path), "a", dry_run=True) == FileChange(True, "", "a")
    assert not path.exists()
    path.write_text("old")
    assert write_if_changed(str(path), "a", dry_run=True) == FileChange(True, "old", "a")
    assert path.read_text() == "old"
    assert alone(path)


def test_a_new_file_takes_its_mode_from_the_umask(path: Path, umask: None) -> None:
    write_if_changed(str(path), "a")
    assert mode(path) == 0o640


@pytest.mark.parametrize("given", [0o600, 0o755, 0o666])
def test_an_existing_file_keeps_its_mode(path: Path, umask: None, given: int) -> None:
    path.write_text("old")
    path.chmod(given)
    write_if_changed(str(path), "new")
    assert mode(path) == given


def test_what_replaces_a_private_file_is_never_open_to_others(path: Path) -> None:
    path.write_text("old")
    path.chmod(0o600)
    with write_atomically(str(path)) as file:
        file.write("new")
        assert {mode(each) for each in path.parent.iterdir()} == {0o600}


def test_a_symbolic_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    target, link = folder / "target.txt", tmp_path / "link.txt"
    link.symlink_to(target)
    for text in ("first", "second"):  # at first the link points at nothing
        assert write_if_changed(str(link), text).changed
        assert link.is_symlink()
        assert target.read_text() == text
    assert alone(target)


def test_pieces_take_their_place_only_when_the_block_has_ended(path: Path) -> None:
    path.write_text("old")
    with write_atomically(str(path)) as file:
        file.write("new ")
        file.write("text")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new text"
    assert alone(path)


@pytest.mark.parametrize("error", [ValueError("x"), ConnectionResetError("x"), KeyboardInterrupt()])
def test_a_block_that_fails_leaves_the_old_file_and_its_own_error(path: Path, error: BaseException) -> None:
    path.write_text("old")
    with pytest.raises(type(error)) as raised, write_atomically(str(path)) as file:
        file.write("new")
        raise error
    assert raised.value is error
    assert path.read_text() == "old"
    assert alone(path)


def test_a_block_that_fails_leaves_no_file_where_there_was_none(path: Path) -> None:
    with pytest.raises(ValueError, match="x"), write_atomically(str(path)):
        raise ValueError("x")
    assert list(path.parent.iterdir()) == []


def test_a_disk_that_takes_no_more_leaves_the_old_file_and_one_clear_error(path: Path) -> None:
    path.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
    try:
        with pytest.raises(InvalidInputError, match=r"report\.txt cannot be written: File too large\.$"):
            write_if_changed(str(path), "x" * (1 << 18))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "old"
    assert alone(path)


@pytest.mark.parametrize("call", ["fsync", "fchmod"])
def test_a_fault_after_the_last_piece_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fault(*_args: t.Any) -> None:
        raise OSError(5, "Input/output error")

    path.write_text("old")
    monkeypatch.setattr(os, call, fault)
    with pytest.raises(InvalidInputError, match=r"cannot be written: Input/output error\.$"):
        write_if_changed(str(path), "new")
    assert path.read_text() == "old"
    assert alone(path)


def test_a_folder_that_takes_no_files_is_not_called_missing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/proc is such a folder, also for root."""

    def refuse(*_arguments: t.Any) -> int:
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(InvalidInputError) as raised:
        write_if_changed(str(path), "new")
    assert str(raised.value) == f"{path} cannot be written: the directory {path.parent} takes no new files."


def test_a_file_that_turns_into_a_folder_meanwhile_is_refused(path: Path) -> None:
    with pytest.raises(InvalidInputError, match="is a directory"), write_atomically(str(path)) as file:
        file.write("x")
        path.mkdir()
    assert alone(path)


class TestOneFile:
    """Paths that name one file, so that one report would replace the other."""

    @pytest.mark.parametrize(
        "other", ["a", "./a", "folder/../a", "link", "hard", "linked/a", "linked/folder/../a", "A", "linked/LINK/../a"]
    )
    @pytest.mark.parametrize("is_there", [True, False])
    def test_other_spellings_and_links(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str, is_there: bool
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "folder").mkdir()
        (tmp_path / "link").symlink_to("a")
        (tmp_path / "linked").symlink_to(tmp_path)
        (tmp_path / "LINK").symlink_to("folder")
        if is_there:
            (tmp_path / "a").touch()
            (tmp_path / "hard").hardlink_to(tmp_path / "a")
        elif other == "hard":
            return
        assert find_same_file(["x", str(tmp_path / "a"), "y", other]) == (str(tmp_path / "a"), other)

    def test_two_files(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "other").symlink_to("folder")
        paths = ["a", "b", "folder/a", "none/a", "\0", "", "\ud800"]
        assert find_same_file([f"{tmp_path}/{path}" for path in paths]) is None
        assert find_same_file([]) is None


class TestOutdated:
    """The old file after its new content could not be written."""

    def test_it_is_removed_with_a_sentence(self, path: Path) -> None:
        path.write_text("old")
        assert remove_outdated(str(path)) == "The old file was removed, because it is out of date."
        assert not path.exists()

    def test_a_link_stays_and_its_target_goes(self, path: Path) -> None:
        path.write_text("old")
        link = path.with_name("link")
        link.symlink_to(path)
        assert remove_outdated(str(link)).startswith("The old file was removed")
        assert link.is_symlink() and not path.exists()

    def test_a_path_that_is_not_a_file_is_ignored(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        for name in ("pipe", "none", "none/none", ".", "\0", ""):
            assert remove_outdated(str(tmp_path / name) if name else "") == ""
        assert (tmp_path / "pipe").is_fifo()

    def test_one_that_may_not_be_written_stays_and_is_named(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path.write_text("old")
        monkeypatch.setattr(os, "access", lambda *_given: False)
        assert remove_outdated(str(path)) == "The old file is still there, and out of date."
        assert path.read_text() == "old"


class TestExcerpts:
    """The content of a diff. Case I10: a whole page is too much."""

    def test_only_the_lines_that_differ(self) -> None:
        change = FileChange(True, "a\nb\nc\nd\n", "a\nB\nC\nd\n")
        assert change.excerpts() == ("b\nc\n", "B\nC\n")
        assert FileChange(False, "a\n", "a\n").excerpts() == ("", "")
        assert FileChange(True, "", "a\n").excerpts() == ("", "a\n")
        assert FileChange(True, "a\na\n", "a\na\na\n").excerpts() == ("", "a\n")

    def test_a_few_short_lines_of_many_long_ones(self) -> None:
        before, after = FileChange(True, "", ("x" * 5000 + "\n") * 9000).excerpts()
        assert before == ""
        lines = after.splitlines()
        assert (len(lines), lines[-1]) == (21, "(8980 more lines)")
        assert {len(line) for line in lines[:-1]} == {201}

    def test_a_long_line_from_where_it_differs(self) -> None:
        before, after = FileChange(True, "x" * 900 + "old" + "y" * 900, "x" * 900 + "new" + "y" * 900).excerpts()
        assert before.startswith("\u2026xxx") and "old" in before and "new" in after
        assert max(len(before), len(after)) < 210


@pytest.mark.parametrize("dry_run", [False, True])
class TestRefusals:
    """A path that cannot be written is refused in one sentence, in a dry run as well."""

    def refused(self, path: str | Path, dry_run: bool, sentence: str) -> None:
        with pytest.raises(InvalidInputError) as raised:
            write_if_changed(str(path), "new", dry_run=dry_run)
        assert str(raised.value) == sentence

    def test_no_such_folder(self, tmp_path: Path, dry_run: bool) -> None:
        path = tmp_path / "none" / "a.txt"
        self.refused(path, dry_run, f"{path} cannot be written: the directory {path.parent} does not exist.")
        assert list(tmp_path.iterdir()) == []

    def test_a_folder(self, tmp_path: Path, dry_run: bool) -> None:
        self.refused(tmp_path, dry_run, f"{tmp_path} is a directory: name a file.")
        self.refused(f"{tmp_path}/new/", dry_run, f"{tmp_path}/new/ is a directory: name a file.")

    def test_a_pipe(self, tmp_path: Path, dry_run: bool) -> None:
        os.mkfifo(tmp_path / "pipe")
        sentence = f"{tmp_path}/pipe cannot be written: it is a device, a pipe or a socket."
        self.refused(tmp_path / "pipe", dry_run, sentence)

    def test_a_socket(self, tmp_path: Path, dry_run: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)  # the address of a socket is short
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket")
            sentence = f"{tmp_path}/socket cannot be written: it is a device, a pipe or a socket."
            self.refused(tmp_path / "socket", dry_run, sentence)

    def test_a_device(self, tmp_path: Path, dry_run: bool) -> None:
        (tmp_path / "link").symlink_to("/dev/null")
        sentence = f"{tmp_path}/link cannot be written: it is a device, a pipe or a socket."
        self.refused(tmp_path / "link", dry_run, sentence)

    def test_a_file_in_place_of_the_folder(self, path: Path, dry_run: bool) -> None:
        path.write_text("old")
        self.refused(path / "a.txt", dry_run, f"{path}/a.txt cannot be written: {path} is not a directory.")

    def test_a_name_that_is_too_long(self, tmp_path: Path, dry_run: bool) -> None:
        name = "a" * 300
        self.refused(tmp_path / name, dry_run, f"{tmp_path}/{name} cannot be written: File name too long.")

    def test_no_name_at_all(self, tmp_path: Path, dry_run: bool) -> None:
        self.refused("", dry_run, "The path of a file to write is empty: name a file.")

    def test_what_no_file_can_be_called(self, tmp_path: Path, dry_run: bool) -> None:
        sentence = "cannot be written: the path has a character that no file name can have."
        self.refused(f"{tmp_path}/a\ud800b", dry_run, f"{tmp_path}/a\ud800b {sentence}")

    def test_links_in_a_circle(self, tmp_path: Path, dry_run: bool) -> None:
        (tmp_path / "a").symlink_to(tmp_path / "b")
        (tmp_path / "b").symlink_to(tmp_path / "a")
        self.refused(tmp_path / "a", dry_run, f"{tmp_path}/a cannot be written: Too many levels of symbolic links.")

    @pytest.mark.parametrize("locked", ["file", "folder"])
    def test_no_permission(self, path: Path, monkeypatch: pytest.MonkeyPatch, dry_run: bool, locked: str) -> None:
        # Root may write everywhere, so the test replaces the check.
        path.write_text("old")
        kept = path if locked == "file" else path.parent
        monkeypatch.setattr(os, "access", lambda asked, _mode: Path(asked) != kept)
        self.refused(path, dry_run, f"{path} cannot be written: permission denied.")
        assert path.read_text() == "old"
        assert alone(path)
