# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each vendor reports when a scan started, or its provider declares that it does not. `newer_than` needs the time."""

from __future__ import annotations

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import connect, provider_classes
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from fake_clock import FakeClock
from sandbox_vendor import API_TOKEN, REFRESH_TOKEN, SandboxAdapter, SandboxVendor
from scripted_vendor import mount


@pytest.mark.parametrize("name", provider_classes())
def test_a_scan_that_has_finished_has_a_start(name: str) -> None:
    clock = FakeClock()
    vendor = SandboxVendor(name, lambda: clock.start.timestamp() + clock.elapsed, lasts=10.0)
    scan_id = vendor.seed(age=1000.0)
    provider_type = provider_classes()[name]
    token = {"refresh_token": REFRESH_TOKEN} if provider_type.takes_refresh_token else {"api_token": API_TOKEN}
    options = ConnectionOptions(provider=name, api_url=f"https://vendor.test{vendor.routes.base}", **token)
    provider = connect(options, clock, lambda line: None, Redactor())  # type: ignore[arg-type]
    mount(provider, SandboxAdapter(vendor))
    answer = provider.get_many([scan_id])[scan_id]
    assert (answer.started_at is not None) is provider.has_start_times  # type: ignore[union-attr]
    assert answer.finished  # type: ignore[union-attr]
