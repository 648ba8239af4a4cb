# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The libraries that the core needs, and the message about one that is missing, too old or broken."""

from __future__ import annotations

import re
import sys

# The oldest versions. requirements.txt is not sent to a host, so a test compares the two.
OLDEST = {"requests": "2.32.2", "pydantic": "2.7", "urllib3": "2.2"}
_MAX_REASON = 300  # characters of an exception


class LibraryTooOldError(ImportError):
    """The library loads, and is older than the core needs."""

    def __init__(self, library: str, version: str) -> None:
        super().__init__(f"{library} {version} is too old")
        self.library = library
        self.version = version


def check_version(library: str, version: str) -> None:
    """Raises LibraryTooOldError."""
    if _numbers(version) < _numbers(OLDEST[library]):
        raise LibraryTooOldError(library, version)


def explain(library: str, error: Exception) -> str:
    """What is needed, what was found by which Python, and the command that mends it. `error` is of the import."""
    python = sys.executable or "python"
    if isinstance(error, LibraryTooOldError):
        return _message(error.library, f"{python} has {error.version}. Update it", _install())
    if isinstance(error, ModuleNotFoundError) and error.name in OLDEST:
        return _message(error.name, f"{python} has none. Install it", _install())
    reason = " ".join(str(error).split())[:_MAX_REASON]
    found = f"{_installed(library)} of {python} cannot be imported ({type(error).__name__}: {reason}). Reinstall it"
    return _message(library, found, f"--force-reinstall '{library}>={OLDEST[library]}'")


def _message(library: str, found: str, arguments: str) -> str:
    python = sys.executable or "python"
    needed = f"datascan.gate needs {library} {OLDEST[library]} or newer"
    return f"{needed}, and {found}: {python} -m pip install {arguments}"


def _install() -> str:
    """Names all libraries, so that one command is enough where several do not fit."""
    return " ".join(f"'{library}>={oldest}'" for library, oldest in OLDEST.items())


def _installed(library: str) -> str:
    from importlib import metadata  # takes 20 ms, which only a failure needs

    try:
        return f"version {metadata.version(library)}"
    except metadata.PackageNotFoundError:
        return "that"


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers at the beginning of a version: a pre-release counts as the release."""
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(number) for number in found[0].split(".")) if found else ()
