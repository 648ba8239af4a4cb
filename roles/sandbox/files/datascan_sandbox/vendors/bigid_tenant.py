# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's data sources and scan profiles, which its own programs read and create."""

from __future__ import annotations

from email import message_from_bytes
from typing import Any

# What a program creates a data source with and must not get back.
SECRETS = ("personal_access_token", "password")


class Tenant:
    """The data sources and the scan profiles by name."""

    def __init__(self) -> None:
        self.sources: dict[str, dict[str, Any]] = {}
        self.profiles: dict[str, dict[str, Any]] = {}
        for name, scan_type in (("nightly", "dsScan"), ("metadata", "metadataScan")):
            self.add_profile({"name": name, "scanType": scan_type, "active": True})

    def add_source(self, wish: Any, name: str | None = None) -> dict[str, Any] | None:
        """Create a data source from `{"ds_connection": {"name": ...}}`, or change the one of this name.

        None if it has no name.
        """
        given = wish.get("ds_connection") if isinstance(wish, dict) else None
        given = {key: value for key, value in given.items() if key not in SECRETS} if isinstance(given, dict) else {}
        name = name or given.get("name")
        if not isinstance(name, str) or not name:
            return None
        known = self.sources.get(name, {"last_scan_at": None, "defaultScanProfileId": None})
        self.sources[name] = {**known, **given, "name": name}
        return self.sources[name]

    def add_profile(self, wish: Any) -> dict[str, Any] | None:
        """Create a scan profile. None if it has no name."""
        name = wish.get("name") if isinstance(wish, dict) else None
        if not isinstance(name, str) or not name:
            return None
        self.profiles[name] = {"_id": f"profile-{len(self.profiles) + 1}", "scanType": "dsScan", **wish}
        return self.profiles[name]

    def scan_type(self, profile: str) -> str:
        """The type of scan of a profile; a profile that is not listed has the usual one."""
        return str(self.profiles.get(profile, {}).get("scanType", "dsScan"))


def field_of_form(content_type: str, body: bytes, name: str) -> bytes:
    """The value of a field of a multipart form; empty without one."""
    form = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    for part in form.get_payload() if form.is_multipart() else ():
        if part.get_param("name", header="content-disposition") == name:
            return bytes(part.get_payload(decode=True))
    return b""
