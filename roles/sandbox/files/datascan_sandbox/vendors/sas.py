# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five rules of the Glasswall document for a storage connection string."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from ..clock import parse_iso

# The document numbers two errors: 105, an expiry that has passed, which is its fifth rule, and 107, an empty
# container. The others have no number there; the sandbox counts the first four rules as 101 to 104, and takes 100
# for a property that is missing or of a wrong type, and 106 for text that is not a connection string.
MISSING, SERVICE, RESOURCE, PERMISSION, START, EXPIRY, MALFORMED, EMPTY = 100, 101, 102, 103, 104, 105, 106, 107

# Which resource types and permissions each side needs.
NEEDS = {"source": ("so", "rl"), "destination": ("sco", "rwcl")}


@dataclass(frozen=True)
class Problem:
    code: int
    message: str

    def as_json(self) -> dict[str, object]:
        return {"errorCode": self.code, "message": self.message}


@dataclass(frozen=True)
class Storage:
    """The parts of a connection string that are kept; never its signature."""

    host: str
    """With the account, where the endpoint has it in its path, so that several share one host."""
    expires: float | None = None


def expired(side: str) -> Problem:
    # The document's own sentence, which writes "start" and means "expiry".
    return Problem(EXPIRY, f"The signed start (se) parameter must be in the future for the {side} connection string.")


def check(text: str, side: str, now: float) -> tuple[Storage, list[Problem]]:
    """Read a connection string and name every rule that it breaks."""
    parts = dict(part.partition("=")[::2] for part in text.split(";") if part)
    host = _address(parts.get("BlobEndpoint", ""))
    signature = {name: values[-1] for name, values in parse_qs(parts.get("SharedAccessSignature", "")).items()}
    if not host or not signature.get("sig"):
        return Storage(host), [Problem(MALFORMED, f"The {side} connection string is not valid.")]
    resources, permissions = NEEDS[side]
    where = f"for the {side} connection string."
    problems = []
    if "b" not in signature.get("ss", ""):
        problems.append(Problem(SERVICE, f"The signed service (ss) parameter must include blob {where}"))
    if not set(resources) <= set(signature.get("srt", "")):
        problems.append(Problem(RESOURCE, f"The signed resource type (srt) parameter must include {resources} {where}"))
    if not set(permissions) <= set(signature.get("sp", "")):
        problems.append(Problem(PERMISSION, f"The signed permission (sp) parameter must include {permissions} {where}"))
    if "st" in signature and not _before(signature["st"], now):
        problems.append(Problem(START, f"The signed start (st) parameter must be in the past {where}"))
    expires = _moment(signature.get("se", ""))
    if expires is None or expires <= now:
        problems.append(expired(side))
    return Storage(host, expires), problems


def _address(endpoint: str) -> str:
    """The endpoint's host, or for a path-style endpoint host, port and account."""
    parts = urlsplit(endpoint)
    account = parts.path.strip("/")
    return f"{parts.netloc}/{account}" if account and parts.netloc else parts.hostname or ""


def _moment(text: str) -> float | None:
    try:
        return parse_iso(text)
    except ValueError:
        return None


def _before(text: str, now: float) -> bool:
    moment = _moment(text)
    return moment is not None and moment <= now
