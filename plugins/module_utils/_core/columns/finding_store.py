# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every finding of an audit in a temporary file: there may be as many as the cluster has columns."""

from __future__ import annotations

import json
import tempfile
import typing as t
from collections.abc import Iterator

from ..errors import InvalidInputError
from .audit_tally import Finding


class FindingStore:
    """Findings in a file without a name, which is gone when the process ends, however it ends."""

    def __init__(self) -> None:
        self._file: t.IO[str] | None = None

    def add(self, finding: Finding) -> None:
        """Keep a finding. Raises InvalidInputError if the temporary file cannot be written."""
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (closed by close)
            self._file.write(json.dumps(finding.facts()) + "\n")
        except OSError as error:
            raise _write_error(error) from error

    def restart(self) -> None:
        """Drop all findings."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()

    def __iter__(self) -> Iterator[Finding]:
        if self._file is None:
            return
        try:
            self._file.seek(0)
        except OSError as error:  # the rest of the buffer could not be written
            raise _write_error(error) from error
        for line in self._file:
            yield Finding(**json.loads(line))

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            self._file.close()


def _write_error(error: OSError) -> InvalidInputError:
    return InvalidInputError(
        f"The columns that break a rule cannot be kept in a temporary file: {error.strerror or error}. "
        "Make room there, or set TMPDIR."
    )
