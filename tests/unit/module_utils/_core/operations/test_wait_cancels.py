# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scan_wait with on_timeout: cancel."""

from __future__ import annotations

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import WaitTimeoutError
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import wait
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions
from glasswall_script import SCAN_ID, SCAN_PATH, item, read_response
from scripted_vendor import Expected, scripted_context


def test_a_scan_that_is_cancelled_when_the_time_is_up_is_named_as_it_was_and_as_it_is() -> None:
    cancel = Expected("DELETE", SCAN_PATH, status=202, answer=item("Listing"))
    settings = wait.WaitRequest(scan_ids=[SCAN_ID], options=WaitOptions(timeout=0), on_timeout="cancel")

    with (
        scripted_context(read_response("Listing"), cancel, read_response("Cancelled")) as context,
        pytest.raises(WaitTimeoutError) as raised,
    ):
        wait.wait_for_scans(context, settings)

    assert raised.value.message == (
        f"After 0 s, 1 of 1 scans had not finished: {SCAN_ID}: running, glasswall says Listing. "
        f"Scan {SCAN_ID} was cancelled."
    )
    assert raised.value.result.cancelled == [SCAN_ID]
    assert [scan.state.value for scan in raised.value.result.scans] == ["cancelled"]
