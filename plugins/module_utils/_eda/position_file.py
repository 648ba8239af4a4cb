# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file in which a source keeps what it has delivered, so that a restart repeats little and misses nothing."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from .._core.errors import InvalidInputError
from .._core.files import write_if_changed
from .._core.operations.follow import Follower


class PositionFile:
    """The position of a follower in a file; without a path, nothing is kept."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._saved: str | None = None

    def load(self, follower: Follower) -> None:
        """Resume at the position in the file, if there is one. Raises InvalidInputError for any other file."""
        if not self._path or not Path(self._path).exists():
            return
        remedy = "Name another file, or delete this one to begin again."
        try:
            position: t.Any = json.loads(Path(self._path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InvalidInputError(f"state_file {self._path} cannot be read: {error}. {remedy}") from None
        try:
            follower.resume(position)
        except InvalidInputError as error:
            raise error.with_message(f"state_file {self._path}: {error.message} {remedy}") from None

    def save(self, follower: Follower) -> None:
        """Write the position, if it has changed. Raises InvalidInputError where it cannot be written."""
        if not self._path:
            return
        text = json.dumps(follower.position())
        if text != self._saved:
            write_if_changed(self._path, text)
            self._saved = text
