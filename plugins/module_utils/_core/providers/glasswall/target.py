# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Glasswall is to scan: `ScanStartItem` of "Scan Controller API v1", as options."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from datetime import datetime

from ...errors import InvalidInputError
from ...option_reading import OptionTable
from .azure_sas import ConnectionString

_SAMPLE_STRING = (
    "BlobEndpoint=https://acct.blob.core.windows.net/;SharedAccessSignature=sv=2022-11-02&ss=b&srt=sco&sp=rwlc"
    "&se=2099-01-01T00:00:00Z&sig=ZmFrZQ%3D%3D"
)
TARGET_DESCRIPTION = (
    "Both connection strings hold a shared access signature (SAS) of an Azure storage account. They are checked "
    'before anything is sent, by the rules of "Scan Controller API v1" for C(ScanStartItem).',
)
TARGET_OPTIONS: OptionTable = {
    "source_connection_string": {
        "type": "str",
        "required": True,
        "no_log": True,
        "description": (
            "The connection string of the storage account to scan.",
            "Its SAS must be for blobs (C(ss)), allow service and object (C(srt)), Read and List (C(sp)), and be "
            "valid now.",
        ),
        "sample": _SAMPLE_STRING,
    },
    "source_container_path": {
        "type": "str",
        "required": True,
        "description": "The container to scan.",
        "sample": "uploads",
    },
    "destination_connection_string": {
        "type": "str",
        "required": True,
        "no_log": True,
        "description": (
            "The connection string of the storage account that gets the results.",
            "Its SAS must be for blobs (C(ss)), allow service, container and object (C(srt)), Read, Write, Create "
            "and List (C(sp)), and be valid now.",
        ),
        "sample": _SAMPLE_STRING,
    },
    "target_container_path": {
        "type": "str",
        "required": True,
        "description": "The container that gets the rebuilt files.",
        "sample": "clean",
    },
    "quarantine_container_path": {
        "type": "str",
        "required": True,
        "description": "The container that gets the quarantine reports.",
        "sample": "quarantine",
    },
    "auto_rescan": {
        "type": "bool",
        "default": False,
        "description": "Whether Glasswall scans the container again by itself when the scan has completed.",
    },
}
_STRINGS = {  # connection string -> what its SAS must allow: resource types, permissions
    "source_connection_string": ("so", "rl"),
    "destination_connection_string": ("sco", "rwcl"),
}


def check_target(target: Mapping[str, t.Any], now: datetime) -> None:
    """Raise InvalidInputError for a connection string or a container that Glasswall would refuse."""
    for option, (resources, permissions) in _STRINGS.items():
        faults = ConnectionString.parse(target[option]).faults(resources=resources, permissions=permissions, now=now)
        if faults:
            raise InvalidInputError(f"glasswall.{option} would be refused: {'; '.join(faults)}.")
    for option in ("source_container_path", "target_container_path", "quarantine_container_path"):
        if not target[option].strip("/ "):
            raise InvalidInputError(f"glasswall.{option} is empty: set it to a container of the storage account.")
