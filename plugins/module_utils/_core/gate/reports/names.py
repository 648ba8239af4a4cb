# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of scans that are the same in each run, although each run has new ids."""

from __future__ import annotations

import typing as t
from collections import Counter

from ...foreign_text import NOT_KNOWN, clean_text
from ...models import join_ends

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ...models import Scan


def location(scan: Scan) -> str:
    """The source and the target of a scan, or an empty text."""
    return join_ends(clean_text(scan.source), clean_text(scan.target))


def title(scan: Scan) -> str:
    """The name of a scan, or its source and target, or its id."""
    return clean_text(scan.name) or location(scan) or clean_text(scan.id) or NOT_KNOWN


def stable_names(scans: Sequence[Scan]) -> list[str]:
    """A name for each scan, unique among the scans of its provider.

    Scans with the same title get their source and target as well. Those that are still the same are numbered in the
    order of their start, so that another order of the list changes no name.
    """
    titles = [title(scan) for scan in scans]
    shared = _repeated(scans, titles)
    for number, scan in enumerate(scans):
        if shared[number] and clean_text(scan.name) and location(scan):
            titles[number] = f"{titles[number]} ({location(scan)})"
    shared = _repeated(scans, titles)
    taken = {(scan.provider, titles[number]) for number, scan in enumerate(scans) if not shared[number]}
    for number in sorted(range(len(scans)), key=lambda number: _age_key(scans[number])):
        if shared[number]:
            titles[number] = _numbered(titles[number], scans[number].provider, taken)
            taken.add((scans[number].provider, titles[number]))
    return titles


def _repeated(scans: Sequence[Scan], titles: Sequence[str]) -> list[bool]:
    keys = [(scan.provider, name) for scan, name in zip(scans, titles, strict=True)]
    counts = Counter(keys)
    return [counts[key] > 1 for key in keys]


def _age_key(scan: Scan) -> tuple[str, str]:
    return (scan.started_at.isoformat() if scan.started_at else "", scan.id)


def _numbered(name: str, provider: str, taken: set[tuple[str, str]]) -> str:
    """The name, or the first of `name #2`, `name #3` and so on that is not taken."""
    number, candidate = 1, name
    while (provider, candidate) in taken:
        number += 1
        candidate = f"{name} #{number}"
    return candidate
