# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scan from its start to its end, against different deployments of BigID: the result is always the same."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import ScanNotCompletedError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import start, wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import connect
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from datascan_sandbox.vendors.bigid_tokens import USER_JWT
from fake_clock import FakeClock
from sandbox_vendor import SandboxAdapter, SandboxVendor
from scripted_vendor import mount

DEPLOYMENTS: dict[str, dict[str, t.Any]] = {
    "as the documents have it": {},
    "no status": {"status_form": "absent"},
    "no record": {"scan_record": "absent"},
    "neither status nor record": {"status_form": "absent", "scan_record": "absent"},
    "the status says nothing": {"status_form": "missing"},
    "a record that is an object": {"scan_record": "object", "id_key": "both"},
    "a list without states": {"parent_scans_state": False},
    "a list in another shape": {"parent_scans_shape": "list", "id_key": "id"},
    "no names of profiles": {"profile_names": False},
    "totals on request, and small pages": {"total_count": "on_request", "page_size_max": 2},
    "no totals, and small pages": {"total_count": "never", "page_size_max": 2},
    "no list of profiles": {"scan_profiles": "absent"},
    "errors under 200": {"unauthorized": 200, "refresh_failure": 200},
}


class Deployment:
    """A context whose vendor is the sandbox with some settings, in which other scans have ended before."""

    def __init__(self, settings: dict[str, t.Any]) -> None:
        clock = FakeClock()
        self.vendor = SandboxVendor("bigid", lambda: clock.start.timestamp() + clock.elapsed, **settings)
        for age in range(5):
            self.vendor.seed(status="Completed", scanProfileName="weekly", age=1000.0 + age)
        connection = ConnectionOptions(
            provider="bigid", api_url=f"https://vendor.test{self.vendor.routes.base}", refresh_token=USER_JWT
        )
        self.warnings: list[str] = []
        provider = connect(connection, clock, self.warnings.append, Redactor())  # type: ignore[arg-type]
        mount(provider, SandboxAdapter(self.vendor))
        self.context = OperationContext(provider, clock, warn=self.warnings.append)  # type: ignore[arg-type]

    def start(self, profile: str, *, waits: bool = True) -> start.StartResult:
        target = {"scan_profile": profile, "scan_type": None, "scan_origin": "datascan.gate"}
        options = WaitOptions(timeout=60) if waits else None
        return start.start_scan(self.context, start.StartRequest(target, wait=options))


def check(scan: Scan, profile: str, state: str) -> None:
    assert (scan.source, scan.name, scan.owner, scan.state) == (profile, profile, "sandbox", state)
    assert scan.started_at is not None
    assert "scan-secret" not in repr(scan)


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_scan_that_completes(name: str) -> None:
    deployment = Deployment(DEPLOYMENTS[name])
    result = deployment.start("nightly")
    assert (result.changed, result.reused) == (True, False)
    assert result.scan
    check(result.scan, "nightly", "completed")
    assert len(deployment.vendor.made) == 1
    assert not deployment.warnings


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_scan_that_fails(name: str) -> None:
    deployment = Deployment(DEPLOYMENTS[name])
    with pytest.raises(ScanNotCompletedError) as caught:
        deployment.start("error")
    check(caught.value.result.scan, "error", "failed")
    assert "scan-secret" not in str(caught.value.facts())


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_second_start_reuses_the_scan_and_a_wait_in_another_task_ends(name: str) -> None:
    deployment = Deployment(DEPLOYMENTS[name])
    first = deployment.start("nightly", waits=False)
    second = deployment.start("nightly", waits=False)
    assert first.scan and second.scan
    assert (second.reused, second.scan.id) == (True, first.scan.id)
    waited = wait.wait_for_scans(deployment.context, wait.WaitRequest([first.scan.id], options=WaitOptions(timeout=60)))
    assert [scan.state for scan in waited.scans] == ["completed"]


def test_a_profile_is_started_with_its_own_type() -> None:
    deployment = Deployment({})
    deployment.start("metadata")
    assert [scan["scanType"] for scan in deployment.vendor.routes.scans()][-1] == "metadataScan"
