# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of scans as events of Event-Driven Ansible."""

from __future__ import annotations

import json
import typing as t
import uuid

from .._core.operations.follow import Change
from .._core.rendering import to_plain

_NAMESPACE = uuid.UUID("5b2e6f0c-1a3d-4c63-9c0e-2f9d1f0b7a44")  # of this source's events


def event_of(change: Change, provider: str, api_url: str) -> dict[str, t.Any]:
    """An event as rules see it, in plain JSON values. It may still hold secrets.

    The same change has the same `meta.uuid` after a restart, by which the engine recognizes that it is repeated.
    """
    event: dict[str, t.Any] = {"event": change.kind.value, "provider": provider}
    if change.scan is None:
        event["meta"] = {"uuid": str(uuid.uuid4())}
    else:
        scan = to_plain(change.scan)
        key = [provider, api_url, scan["id"], event["event"], scan["state"], scan["vendor_status"]]
        identity = uuid.uuid5(_NAMESPACE, json.dumps([*key, change.previous_state]))
        event |= {"scan": scan, "previous_state": to_plain(change.previous_state), "meta": {"uuid": str(identity)}}
        event["all_finished"] = change.is_last
    if change.error is not None:
        event["error"] = {**to_plain(change.error.facts()), "message": change.error.message}
    return event
