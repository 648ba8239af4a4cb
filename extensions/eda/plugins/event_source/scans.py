# Copyright (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow data scans, and send an event for each change."""

from __future__ import annotations

import importlib
import sys
import typing as t
from pathlib import Path
from types import ModuleType

if t.TYPE_CHECKING:
    import asyncio

DOCUMENTATION = r"""
---
short_description: Follow data scans, and send an event for each change
description:
  - Follows scans by their ids, or all that a query finds, now and later. It polls, because no vendor sends events.
  - An event is sent when a scan starts, when its state changes, and when it finishes, however it ends. A rule reads
    C(event.scan.succeeded).
  - Each event is sent at least once. After a restart, C(state_file) holds what was sent; the last quarter of a second
    before a crash may be sent again, with the same C(event.meta.uuid).
  - A scan that starts and ends between two polls has only the event C(finished).
  - Set secrets by environment variables, such as E(DATASCAN_API_TOKEN), or by variables. A token that is written in a
    rulebook is printed by C(ansible-rulebook -vv).
  - Needs the Python packages pydantic and requests. It does not need ansible-core.
options:
  provider:
    description: The vendor. If not set, E(DATASCAN_PROVIDER).
    type: str
    required: true
    # generated: providers
    choices: [advalidation, bigid, glasswall, protecto]
    # end of generated: providers
  api_url:
    description: The base address of the vendor's API. If not set, E(DATASCAN_API_URL).
    type: str
  api_token:
    description: The token. If not set, E(DATASCAN_API_TOKEN).
    type: str
  refresh_token:
    description: A token that is exchanged for others. If not set, E(DATASCAN_REFRESH_TOKEN).
    type: str
  auth_scheme:
    description: How the token is sent. V(auto) follows the vendor's documents.
    type: str
    choices: [auto, bearer, raw, api_key]
    default: auto
  validate_certs:
    description: Whether to check the server's certificate. If not set, E(DATASCAN_VALIDATE_CERTS).
    type: bool
    default: true
  ca_path:
    description: A file or directory of certificates to trust. If not set, E(DATASCAN_CA_PATH).
    type: path
  client_cert:
    description: A file with a client certificate.
    type: path
  client_key:
    description: A file with its private key.
    type: path
  timeout:
    description: Maximum length of one exchange, in seconds.
    type: float
    default: 30
  retries:
    description: How often a read is repeated after a transient error, before the event C(error) is sent.
    type: int
    default: 5
  time_zone:
    description: The zone of a vendor's times that have none. If not set, E(DATASCAN_TIME_ZONE), else UTC.
    type: str
  scan_ids:
    description: The scans to follow. The last event of the last one has C(event.all_finished). Excludes O(query).
    type: list
    elements: str
  query:
    description: Which scans to follow, for a vendor that lists scans. M(datascan.gate.scan_status) explains the parts.
    type: dict
    suboptions:
      states:
        description: A scan is followed from the first poll that sees it in one of these states, to its end.
        type: list
        elements: str
        choices: [queued, running, completed, failed, cancelled, stopped, unknown]
      started_after:
        description: Only scans that started after this time.
        type: str
      started_before:
        description: Only scans that started before this time.
        type: str
      name:
        description: Only scans of this name, or of the scan profile of this name.
        type: str
      source:
        description: Only scans of this source.
        type: str
      owners:
        description: Only scans of these users.
        type: list
        elements: str
        default: []
      all_users:
        description: Whether to follow the scans of all users instead of the token's own.
        type: bool
        default: false
  report_first:
    description:
      - Which scans of the first poll of a O(query) are reported. Later changes of the others are reported, too.
      - Scans of O(scan_ids) are always reported.
    type: str
    choices: [none, active, all]
    default: active
  events:
    description: The kinds of events to send. If empty, all.
    type: list
    elements: str
    choices: [started, changed, finished, vanished, error, recovered]
    default: []
  interval:
    description:
      - Seconds between two polls.
      - If not set, a tenth of the time that the youngest scan has run, at least the vendor's minimum and at most 30
        seconds; 10 with O(query), so that a new scan is noticed. It is also at least as long as the last poll.
    type: float
  state_file:
    description:
      - A file that keeps what was sent, so that a restart misses nothing. It holds ids and states.
      - Each source needs a file of its own.
    type: path
  feedback:
    description:
      - Whether to wait until the engine has processed an event before the next one is sent. The engine requires
        C(--persistence-id) for it.
    type: bool
    default: false
  feedback_timeout:
    description: Seconds to wait for that. An event that is not confirmed by then is sent again.
    type: float
    default: 120
"""

EXAMPLES = r"""
- name: Act on scans that fail
  hosts: localhost
  sources:
    - name: scans
      datascan.gate.scans:
        provider: glasswall
        api_url: https://scans.example.com/api/v1
        api_token: "{{ DATASCAN_API_TOKEN }}"
        query:
          all_users: false
        events: [finished]
        state_file: /var/lib/datascan/scans.json
  rules:
    - name: A scan failed or was cancelled
      condition: event.scan.succeeded == false
      action:
        run_playbook:
          name: ticket.yml
          extra_vars:
            scan: "{{ event.scan }}"
"""

_PACKAGE = "datascan_gate_eda"
_MODULE_UTILS = Path(__file__).resolve().parents[4] / "plugins" / "module_utils"


def _load() -> ModuleType:
    """Import the code of the collection from its folder.

    The engine runs this file alone, so it can import nothing relatively. It may run without
    ansible-core, so there may be no `ansible_collections`.
    """
    if _PACKAGE not in sys.modules:
        package = ModuleType(_PACKAGE)
        package.__path__ = [str(_MODULE_UTILS)]
        sys.modules[_PACKAGE] = package
    return importlib.import_module(f"{_PACKAGE}._eda.run")


async def main(queue: asyncio.Queue[object], args: dict[str, object]) -> None:
    """Follow scans until cancelled."""
    await _load().follow_scans(queue, args)
