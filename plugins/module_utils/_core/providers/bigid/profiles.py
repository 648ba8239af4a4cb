# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's scan profiles. Their list, GET /scanProfiles, is in the public program BigPyD and in no document."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping


def parse_scan_type(data: t.Any, profile: str) -> str | None:
    """The type of scan of a profile; None where the list does not have it, or has several, and for another body."""
    if isinstance(data, dict) and isinstance(data.get("data"), dict):
        data = data["data"]  # in the envelope of other answers
    profiles = data.get("scanProfiles") if isinstance(data, dict) else None
    own = [
        item
        for item in (profiles if isinstance(profiles, list) else [])
        if isinstance(item, dict) and _text(item.get("name")) == profile
    ]
    found = {_text(item.get("scanType")) for item in own}
    return found.pop() if len(found) == 1 else None


def is_profile_of(target: Mapping[str, t.Any], profile: str | None) -> bool:
    """Whether a profile, or a scan's name, is the profile of a target."""
    return profile == str(target["scan_profile"]).strip()


def _text(value: t.Any) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None
