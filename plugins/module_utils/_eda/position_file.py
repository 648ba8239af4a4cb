# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file in which a source keeps what it has delivered, so that a restart repeats little and misses nothing."""

from __future__ import annotations

import hashlib
import json
import stat
import typing as t
from pathlib import Path

from .._core.errors import InvalidInputError
from .._core.files import write_if_changed
from .._core.operations.follow import Follower


class PositionFile:
    """The position of a follower in a file; without a path, nothing is kept."""

    def __init__(self, path: str | None, followed: t.Sequence[t.Any] = ()) -> None:
        """`followed` is what is followed and where, as JSON: a position of anything else is refused."""
        self._path = path
        self._key = hashlib.sha256(json.dumps(followed).encode()).hexdigest()
        self._saved: str | None = None

    def load(self, follower: Follower) -> None:
        """Resume at the position in the file, if there is one, and write it back.

        Raises InvalidInputError for any other file, and for one that cannot be written.
        """
        if not self._path:
            return
        remedy = "Name another file, or delete this one to begin again."
        text = self._read()
        try:
            if text is not None:
                saved: t.Any = json.loads(text)
                self._check_key(saved)
                follower.resume(saved)
            self._saved = text
        except (ValueError, RecursionError) as error:
            raise InvalidInputError(f"state_file {self._path} cannot be read: {error}. {remedy}") from None
        except InvalidInputError as error:
            raise error.with_message(f"state_file {self._path}: {error.message} {remedy}") from None
        self.save(follower)

    def save(self, follower: Follower) -> None:
        """Write the position, if it has changed.

        Raises InvalidInputError where it cannot be written, or where another source has written the file meanwhile.
        """
        if not self._path:
            return
        text = json.dumps({**follower.position(), "followed_by": self._key})
        if text == self._saved:
            return
        if self._read() not in (None, self._saved):
            raise InvalidInputError(
                f"state_file {self._path} was changed by something else, such as another source. "
                "Give each source a file of its own."
            )
        try:
            write_if_changed(self._path, text)
        except InvalidInputError as error:
            raise error.with_message(f"state_file {error.message}") from None
        self._saved = text

    def _read(self) -> str | None:
        """The text of the file; None where there is no file. Raises InvalidInputError where it cannot be read."""
        path = Path(t.cast("str", self._path))
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise OSError("it is not a regular file")  # reading a pipe would never end
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise InvalidInputError(f"state_file {self._path} cannot be read: {error}. Name another file.") from None

    def _check_key(self, saved: t.Any) -> None:
        if isinstance(saved, dict) and saved.get("followed_by", self._key) != self._key:
            raise InvalidInputError("It was written for another vendor, api_url or query.")
