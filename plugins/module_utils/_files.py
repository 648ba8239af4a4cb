# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing files: whole or not at all, and only when they change."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import secrets
import stat
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ._errors import InvalidInput

if t.TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Change:
    """What writing a file changed, or in a dry run would change."""

    changed: bool
    before: str
    after: str


def write_if_changed(path: str, text: str, *, dry_run: bool = False) -> Change:
    """Make the file hold the text. A dry run refuses what a real one would, and writes nothing."""
    try:
        target, old = _look(path)
        before = b"" if old is None else target.read_bytes()
    except OSError as error:
        raise _refusal(path, error) from error
    changed = old is None or before != text.encode("utf-8", "replace")
    if changed and not dry_run:
        with writing(path) as file:
            file.write(text)
    return Change(changed, before.decode("utf-8", "replace"), text)


@contextlib.contextmanager
def writing(path: str) -> Iterator[t.TextIO]:
    """A text file to write piece by piece; it takes its place when the block ends well, and else leaves nothing."""
    try:
        target, old = _look(path)
        # In the same folder, for a file is moved in one step only within a file system.
        temporary = target.with_name(f".datascan-{secrets.token_hex(8)}.tmp")
        # A new file gets its mode from the umask; what replaces a private file is private from the start.
        mode = 0o666 if old is None else 0o600
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except OSError as error:
        raise _refusal(path, error) from error
    try:
        disk = _Disk(descriptor, path)
        file = io.TextIOWrapper(io.BufferedWriter(disk), encoding="utf-8", errors="replace", newline="")
        try:
            yield file
            file.flush()
            disk.settle(old)
        finally:
            with contextlib.suppress(InvalidInput, OSError):  # told already by the flush, or of no matter after it
                file.close()
        try:
            temporary.replace(target)
        except OSError as error:
            raise _refusal(path, error) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


class Stream:
    """Takes a text piece by piece; once all has been written, `changed` says whether it differs from the old file."""

    def __init__(self, sink: t.TextIO | None) -> None:
        self.changed = False
        self._sink = sink
        self._digest = hashlib.sha256()

    def write(self, text: str) -> int:
        """Take the next piece."""
        self._digest.update(text.encode("utf-8", "replace"))
        return len(text) if self._sink is None else self._sink.write(text)

    def settle(self, old: bytes | None) -> None:
        """Compare with the digest of the old file, or None where there was none."""
        self.changed = self._digest.digest() != old


class _Same(Exception):
    """What was written is what the file holds already."""


@contextlib.contextmanager
def streaming(path: str, *, dry_run: bool = False) -> Iterator[Stream]:
    """Like `writing`, but a file that would not change is left as it is, and a dry run only compares."""
    try:
        target, found = _look(path)
        old = None if found is None else _digest(target)
    except OSError as error:
        raise _refusal(path, error) from error
    if dry_run:
        stream = Stream(None)
        yield stream
        stream.settle(old)
        return
    with contextlib.suppress(_Same), writing(path) as file:
        stream = Stream(file)
        yield stream
        stream.settle(old)
        if not stream.changed:
            raise _Same


def _digest(target: Path) -> bytes:
    digest = hashlib.sha256()
    with target.open("rb") as file:
        while piece := file.read(1 << 16):
            digest.update(piece)
    return digest.digest()


class _Disk(io.FileIO):
    """A file whose faults are told apart from any other OSError of the block that writes it, such as the network's."""

    def __init__(self, descriptor: int, path: str) -> None:
        super().__init__(descriptor, "w")
        self._path = path

    def write(self, data: t.Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise _refusal(self._path, error) from error

    def settle(self, old: os.stat_result | None) -> None:
        """Give the file the owner and mode of the one it replaces, and see it safely on the disk."""
        try:
            if old is not None:
                with contextlib.suppress(PermissionError):  # only root may give files away
                    os.fchown(self.fileno(), old.st_uid, old.st_gid)
                os.fchmod(self.fileno(), stat.S_IMODE(old.st_mode))
            os.fsync(self.fileno())
        except OSError as error:
            raise _refusal(self._path, error) from error


def _look(path: str) -> tuple[Path, os.stat_result | None]:
    """The file behind any symbolic link, and what is there now; an OSError where it cannot be written."""
    target = Path(os.path.realpath(path))
    if target.is_dir() or path.endswith("/"):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such folder")
    try:
        old = target.stat()
    except FileNotFoundError:
        old = None
    if old is not None and not stat.S_ISREG(old.st_mode):
        raise OSError(errno.EINVAL, "it is a device, a pipe or a socket")
    if not os.access(target.parent, os.W_OK | os.X_OK) or (old is not None and not os.access(target, os.W_OK)):
        raise PermissionError(errno.EACCES, "permission denied")
    return target, old


def _refusal(path: str, error: OSError) -> InvalidInput:
    if isinstance(error, IsADirectoryError):
        return InvalidInput(f"{path} is a folder; name a file.")
    if isinstance(error, FileNotFoundError):
        folder = Path(os.path.realpath(path)).parent
        return InvalidInput(f"{path} cannot be written, for the folder {folder} does not exist.")
    if isinstance(error, PermissionError):
        return InvalidInput(f"{path} cannot be written: permission denied.")
    return InvalidInput(f"{path} cannot be written: {error.strerror or error}.")
