# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glasswall's own file: paths, words, pages and errors."""

from __future__ import annotations

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._errors import InvalidInput, NotFound
from support import TOKEN, Expected, job

ID = "83d71394-faa2-4b6c-b13b-6d3118de459e"
ITEM = {
    "scanId": ID,
    "scanStatus": "Processing",
    "scanStartTime": "2019-08-24T14:15:22Z",
    "scanEndTime": "2019-08-24T14:15:22Z",
}


def test_a_running_scan_has_no_end_though_the_document_shows_one() -> None:
    asked = Expected("GET", f"/api/v1/scans/{ID}", answer=ITEM, sent_headers={"Authorization": f"Bearer {TOKEN}"})
    with job(asked) as the_job:
        scan = the_job.provider.get(ID)
    assert (scan.state, scan.finished_at, scan.vendor_status) == ("running", None, "Processing")


def test_an_id_that_is_no_uuid_is_never_sent() -> None:
    with job() as the_job, pytest.raises(InvalidInput, match="no Glasswall scan id"):
        the_job.provider.get("../scans/allusers")


def test_404_says_what_it_means() -> None:
    with (
        job(Expected("GET", f"/api/v1/scans/{ID}", 404, "")) as the_job,
        pytest.raises(NotFound, match="knows no scan"),
    ):
        the_job.provider.get(ID)
