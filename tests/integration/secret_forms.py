# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which a secret may come out, written without a look at the code that masks them."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from urllib.parse import quote


def forms(secret: str) -> set[str]:
    """As it is, percent-encoded once and twice, and in base64, wherever in something longer it begins."""
    once = {secret, quote(secret, safe=""), quote(secret)}
    once |= {re.sub("%..", lambda match: match[0].lower(), text) for text in once}
    found = once | {quote(text, safe="") for text in once} | {json.dumps(secret)[1:-1]}
    for shift in range(3):
        begin = -shift % 3  # bytes that share a group with what stands before
        whole = secret.encode()[begin:]
        encoded = base64.b64encode(whole[: len(whole) // 3 * 3]).decode()
        found |= {encoded, encoded.translate(str.maketrans("+/", "-_"))}
    return found


def parts(secret: str, length: int = 8) -> set[str]:
    """Every part of a secret that is long enough to be told from ordinary text."""
    return {secret[start : start + length] for start in range(len(secret) - length + 1)}


def echoes(*secrets: str) -> str:
    """What a vendor might answer that repeats what it was sent, each time in another way."""
    said = []
    for secret in secrets:
        said += [secret, quote(secret, safe=""), quote(quote(secret, safe=""), safe="")]
        said += [base64.b64encode(f"{'x' * shift}{secret} and more".encode()).decode() for shift in range(3)]
    return " | ".join(said)


def leaks(text: str, forbidden: set[str]) -> set[str]:
    """Which of them are in a text; the rest of each stays out of a failed test's own words too."""
    return {secret[:4] + "..." for secret in forbidden if secret in text}


def files_below(folder: Path, *but: str) -> dict[str, str]:
    """Everything that was written, but for files of these names."""
    return {
        str(path.relative_to(folder)): path.read_bytes().decode("utf-8", "replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in but
    }
