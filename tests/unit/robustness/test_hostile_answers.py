# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses with misleading scan records: an invalid id, a negative count."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    InvalidInputError,
    UnknownOutcomeError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.models import parse_scan
from provider_operations import OPERATIONS
from provider_samples import sample_target
from random_answers import Answer, responding_vendor


def vendor_sending(vendor: str, body: str) -> t.Any:
    return responding_vendor(vendor, [Answer(200, body.encode())], [], retries=0)


@pytest.mark.parametrize(
    ("vendor", "body"),
    [
        ("glasswall", '{"scanId": "", "scanStatus": "Listing"}'),
        ("glasswall", '{"scanId": " ", "scanStatus": "Listing"}'),
        ("protecto", '{"success": true, "data": [{"tracking_id": " ", "status": "PENDING "}]}'),
        ("bigid", '{"result": {"_id": " "}}'),
    ],
)
def test_a_start_without_an_id_is_a_lost_answer(vendor: str, body: str) -> None:
    with pytest.raises(UnknownOutcomeError):
        provider = vendor_sending(vendor, body)
        provider.start(sample_target(type(provider)))


@pytest.mark.parametrize("operation", ["get", "rescan", "rescan's parent"])
def test_a_count_of_less_than_nothing_lets_nothing_pass(operation: str) -> None:
    scan = '"id": "1", "processingStatus": "finished", "nbIssues": -1'
    vendor = vendor_sending("advalidation", f'{{"data": {{{scan}, "latestScanStatus": {{{scan}}}}}}}')
    with pytest.raises(DatascanError, match="greater than or equal to 0"):
        OPERATIONS[operation][1](vendor)


@pytest.mark.parametrize("field", [{"issue_count": -1}, {"id": ""}, {"id": " "}])
def test_nor_does_one_that_a_playbook_hands_on(field: dict[str, t.Any]) -> None:
    with pytest.raises(InvalidInputError, match=f"check {next(iter(field))}"):
        parse_scan({"id": "1", "provider": "advalidation", "state": "completed", **field}, "scans[0]")
