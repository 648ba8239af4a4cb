# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure connection strings with a shared access signature, and the five rules that Glasswall's document sets for them.

The rules are under ScanStartItem in "Scan Controller API v1"; the fields are those of an account SAS.
No message quotes the string itself, because it is a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from ...models import iso, parse_timestamp

_SERVICES = {"b": "blob"}
_RESOURCES = {"s": "service", "c": "container", "o": "object"}
_PERMISSIONS = {"r": "Read", "w": "Write", "c": "Create", "l": "List"}


def storage_key(address: str) -> str:
    """What distinguishes storage accounts, from an endpoint or from the address that Glasswall reports.

    Usually the host names the account. A path-style endpoint (Azurite, Azure Stack) has it in the path, so that several
    accounts share one host and port: for example `127.0.0.1:10000/account`.
    """
    text = address.strip().lower()
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return text
    account = parts.path.strip("/").partition("/")[0]
    if not account:
        return host
    return f"{host}/{account}" if port in (None, 80, 443) else f"{host}:{port}/{account}"


@dataclass(frozen=True)
class ConnectionString:
    """The parts of a connection string that are used: the blob endpoint's host and key, and the SAS's fields."""

    host: str | None
    storage: str  # see storage_key
    sas: dict[str, str]
    has_account_key: bool

    @classmethod
    def parse(cls, text: str) -> ConnectionString:
        """Parse `Name=Value;Name=Value`. A missing part is not an error here."""
        parts = {}
        for part in text.strip().split(";"):
            name, _equals, value = part.partition("=")
            parts[name.strip().lower()] = value.strip()
        try:
            host = urlsplit(parts.get("blobendpoint", "")).hostname
        except ValueError:
            host = None
        storage = storage_key(parts.get("blobendpoint", ""))
        sas = dict(parse_qsl(parts.get("sharedaccesssignature", "").lstrip("?")))
        return cls(host=host, storage=storage, sas=sas, has_account_key="accountkey" in parts)

    def faults(self, *, resources: str, permissions: str, now: datetime) -> list[str]:
        """What breaks the rules, as clauses; empty for a string that Glasswall accepts."""
        if self.has_account_key:
            return ["it contains an account key, but only a shared access signature (SAS) is accepted"]
        faults = []
        if not self.host:
            faults.append("BlobEndpoint is missing or not a URL")
        if not self.sas:
            return [*faults, "SharedAccessSignature is missing"]
        faults += self._lacks("ss", "signed service", "b", _SERVICES)
        faults += self._lacks("srt", "signed resource type", resources, _RESOURCES)
        faults += self._lacks("sp", "signed permission", permissions, _PERMISSIONS)
        if not self.sas.get("sig"):
            faults.append("the signature (sig) is missing")
        return faults + self._time_faults(now)

    def _lacks(self, field: str, title: str, wanted: str, names: dict[str, str]) -> list[str]:
        missing = [f"{names[letter]} ({letter})" for letter in wanted if letter not in self.sas.get(field, "")]
        return [f"the {title} ({field}) lacks {' and '.join(missing)}"] if missing else []

    def _time_faults(self, now: datetime) -> list[str]:
        faults = []
        start, expiry = parse_timestamp(self.sas.get("st")), parse_timestamp(self.sas.get("se"))
        if start is None and self.sas.get("st"):
            faults.append("the signed start (st) is not a time")
        elif start is not None and start > now:
            faults.append(f"it is not valid before {iso(start)} (signed start, st)")
        if expiry is None:
            faults.append("the signed expiry (se) is missing or not a time")
        elif expiry <= now:
            faults.append(f"it expired at {iso(expiry)} (signed expiry, se)")
        return faults
