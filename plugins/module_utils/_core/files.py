# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write files atomically, and only when they change. Every file that this collection writes for a user is written here.

A symbolic link is followed, unless it is another user's in a directory for everyone. A file that is replaced keeps its
mode and owner; a new one has the mode that the umask allows, usually 0644. Devices, pipes, sockets and directories are
refused. A process that ends early, also by a signal, leaves the old file and nothing else.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import secrets
import stat
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from .errors import InvalidInputError
from .excerpts import excerpts
from .temporary_files import removed_at_end

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass(frozen=True)
class FileChange:
    """The text of a file before and after a write, or after a write that a dry run would make."""

    changed: bool
    before: str
    after: str
    path: str = field(default="", compare=False)

    def excerpts(self) -> tuple[str, str]:
        """The lines that differ, before and after; of many lines the first ones, of long lines a part."""
        return excerpts(self.before, self.after)


def write_if_changed(path: str, text: str, *, dry_run: bool = False) -> FileChange:
    """Write the text unless the file already contains it. A dry run raises the same errors, and writes nothing."""
    try:
        target, old = _inspect(path)
        before = b"" if old is None else target.read_bytes()
    except OSError as error:
        raise _write_error(path, error) from error
    changed = old is None or before != text.encode("utf-8", "replace")
    if changed and not dry_run:
        with write_atomically(path) as file:
            file.write(text)
    return FileChange(changed, before.decode("utf-8", "replace"), text, path)


@contextlib.contextmanager
def write_atomically(path: str, *, unless: Callable[[], bool] = lambda: False) -> Iterator[t.TextIO]:
    """Open a temporary file that replaces `path` when the block ends without an error; otherwise nothing is left.

    The old file stays if `unless` is true by then.
    """
    try:
        target, old = _inspect(path)
    except OSError as error:
        raise _write_error(path, error) from error
    # In the same directory, because a rename is atomic only within one file system.
    temporary = target.with_name(f".datascan-{secrets.token_hex(8)}.tmp")
    with removed_at_end(temporary):
        disk = _create(temporary, path, old)
        file = io.TextIOWrapper(io.BufferedWriter(disk), encoding="utf-8", errors="replace", newline="")
        try:
            yield file
            file.flush()
            disk.finish(old)
        finally:
            with contextlib.suppress(
                InvalidInputError, OSError
            ):  # reported by the flush already, or irrelevant after it
                file.close()
        if unless():
            return
        try:
            temporary.replace(target)
        except OSError as error:
            raise _write_error(path, error) from error


def _create(temporary: Path, path: str, old: os.stat_result | None) -> _OutputFile:
    # A new file gets its mode from the umask; a file that replaces a private one is private from the start.
    mode = 0o666 if old is None else 0o600
    try:
        return _OutputFile(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), path)
    except OSError as error:
        raise _write_error(path, error) from error


def remove_outdated(path: str) -> str:
    """Remove a file whose new content cannot be written: a sentence about what became of the old one, or nothing.

    Only a file that a write would have replaced is removed.
    """
    try:
        target, old = _inspect(path)
        if old is None:
            return ""
        target.unlink()
    except OSError:
        return "The old file is still there, and out of date." if _is_file(path) else ""
    return "The old file was removed, because it is out of date."


def _is_file(path: str) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return stat.S_ISREG(os.stat(path).st_mode)
    return False


def find_same_file(paths: Sequence[str]) -> tuple[str, str] | None:
    """The first two paths that name one file: by another spelling, a link, or upper and lower case, which some file
    systems do not distinguish."""
    seen: dict[t.Any, int] = {}
    for number, path in enumerate(paths):
        for identity in _identities(path):
            if seen.setdefault(identity, number) != number:
                return paths[seen[identity]], path
    return None


def _identities(path: str) -> list[t.Any]:
    try:
        real = os.path.realpath(path)
        status = os.stat(real)
    except ValueError:  # with a NUL: the write refuses it
        return [path]
    except OSError:
        return [real.casefold()]
    return [real.casefold(), (status.st_dev, status.st_ino)]


class ComparedFile:
    """Like `write_atomically`, but a file that would not change is left alone, and a dry run only compares.

    Once the block has ended, `changed` says whether the text differs from that of the old file.
    """

    def __init__(self, path: str, *, dry_run: bool = False) -> None:
        self.changed = False
        self._path = path
        self._digest = hashlib.sha256()
        self._writing = contextlib.nullcontext() if dry_run else write_atomically(path, unless=self._is_same)
        self._file: t.TextIO | None = None

    def __enter__(self) -> ComparedFile:
        try:
            _inspect(self._path)
        except OSError as error:
            raise _write_error(self._path, error) from error
        self._file = self._writing.__enter__()
        return self

    def restart(self) -> None:
        """Drop what was written, and begin again."""
        self._digest = hashlib.sha256()
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()

    def write(self, text: str) -> None:
        """Write the next piece."""
        self._digest.update(text.encode("utf-8", "replace"))
        if self._file is not None:
            self._file.write(text)

    def __exit__(self, *raised: t.Any) -> None:
        self._writing.__exit__(*raised)
        if self._file is None and raised[0] is None:
            self._is_same()

    def _is_same(self) -> bool:
        """Whether the file has this text now: somebody else may have changed it since the block began."""
        try:
            target, old = _inspect(self._path)
            self.changed = old is None or _digest(target) != self._digest.digest()
        except OSError as error:
            raise _write_error(self._path, error) from error
        return not self.changed


def _digest(target: Path) -> bytes:
    digest = hashlib.sha256()
    with target.open("rb") as file:
        while piece := file.read(1 << 16):
            digest.update(piece)
    return digest.digest()


class _OutputFile(io.FileIO):
    """A file whose errors differ from every other OSError of the block that writes it, such as the network's."""

    def __init__(self, descriptor: int, path: str) -> None:
        super().__init__(descriptor, "w")
        self._path = path

    def write(self, data: t.Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise _write_error(self._path, error) from error

    def finish(self, old: os.stat_result | None) -> None:
        """Give the file the owner and mode of the one it replaces, and flush it to the disk."""
        try:
            if old is not None:
                with contextlib.suppress(PermissionError):  # only root may give files away
                    os.fchown(self.fileno(), old.st_uid, old.st_gid)
                os.fchmod(self.fileno(), stat.S_IMODE(old.st_mode))
            os.fsync(self.fileno())
        except OSError as error:
            raise _write_error(self._path, error) from error


def _inspect(path: str) -> tuple[Path, os.stat_result | None]:
    """The file behind any symbolic link, and its current state. Raises OSError where it cannot be written."""
    _check_name(path)
    if _follows_foreign_link(path):
        raise OSError(errno.EPERM, "the path follows another user's symbolic link")
    target = Path(os.path.realpath(path))
    if target.is_dir() or path.endswith("/"):
        raise IsADirectoryError(errno.EISDIR, "it is a directory")
    if target.parent.exists() and not target.parent.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, f"{target.parent} is not a directory")
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such directory")
    try:
        old = target.stat()
    except FileNotFoundError:
        old = None
    if old is not None and not stat.S_ISREG(old.st_mode):
        raise OSError(errno.EINVAL, "it is a device, a pipe or a socket")
    if not os.access(target.parent, os.W_OK | os.X_OK) or (old is not None and not os.access(target, os.W_OK)):
        raise PermissionError(errno.EACCES, "permission denied")
    return target, old


def _check_name(path: str) -> None:
    """Raise OSError for a text that cannot be the path of a file."""
    if not path:
        raise OSError(errno.EINVAL, "the path is empty")
    if "\0" in path:
        raise OSError(errno.EINVAL, "the path has a NUL character")
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        raise OSError(errno.EINVAL, "the path has a character that no file name can have") from None


def _follows_foreign_link(path: str) -> bool:
    """Whether the path follows another user's link in a directory like /tmp, by Linux's rule protected_symlinks.

    Linux applies this rule when a file is opened, but not when a file is renamed into place, as here.
    """
    way = Path(os.path.abspath(path))
    for step in (way, *way.parents):
        with contextlib.suppress(OSError):
            there, folder = step.lstat(), step.parent.stat()
            is_open = folder.st_mode & stat.S_ISVTX and folder.st_mode & stat.S_IWOTH
            if stat.S_ISLNK(there.st_mode) and is_open and there.st_uid not in (os.geteuid(), folder.st_uid):
                return True
    return False


def _write_error(path: str, error: OSError) -> InvalidInputError:
    if not path:
        return InvalidInputError("The path of a file to write is empty: name a file.")
    if isinstance(error, IsADirectoryError):
        return InvalidInputError(f"{path} is a directory: name a file.")
    if isinstance(error, FileNotFoundError):
        folder = Path(os.path.realpath(path)).parent
        why = "takes no new files" if folder.is_dir() else "does not exist"  # /proc exists, and accepts no files
        return InvalidInputError(f"{path} cannot be written: the directory {folder} {why}.")
    if isinstance(error, PermissionError) and error.errno == errno.EACCES:
        return InvalidInputError(f"{path} cannot be written: permission denied.")
    return InvalidInputError(f"{path} cannot be written: {error.strerror or error}.")
