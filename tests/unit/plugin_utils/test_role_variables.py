# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In a role, messages name the role's variables and no option of a module."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.plugin_utils._role_variables import gate_role, name_variables


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"ansible_role_name": "datascan.gate.run_scan"}, "run_scan"),
        (
            {"ansible_role_name": "datascan.gate.gate", "ansible_parent_role_names": ["datascan.gate.rescan", "mine"]},
            "rescan",
        ),
        ({"ansible_role_name": "mine", "ansible_parent_role_names": []}, None),
        ({"ansible_role_name": "run_scan"}, None),
        ({}, None),
    ],
)
def test_the_role_of_a_task(variables: dict[str, t.Any], expected: str | None) -> None:
    assert gate_role(variables) == expected


@pytest.mark.parametrize(
    ("role", "text", "expected"),
    [
        ("run_scan", "Check api_url and the network.", "Check datascan_api_url and the network."),
        ("run_scan", "Set wait_timeout.", "Set run_scan_wait_timeout."),
        ("run_scan", "timeout must be more than 0 seconds.", "datascan_timeout must be more than 0 seconds."),
        ("run_scan", "policy.max_age must be 0 or more.", "run_scan_policy.max_age must be 0 or more."),
        ("run_scan", "glasswall.source is wrong", "run_scan_glasswall.source is wrong"),
        ("run_scan", "provider is missing: set it", "datascan_provider is missing: set it"),
        ("run_scan", "client_key: /a/b.pem cannot be read", "datascan_client_key: /a/b.pem cannot be read"),
        ("run_scan", "reports[0].dest is wrong", "run_scan_reports[0].dest is wrong"),
        ("watch_scans", "scan_ids is empty", "watch_scans_ids is empty"),
        ("rescan", "scan_id is missing", "rescan_scan_id is missing"),
        ("audit_cluster", "Set cluster_id, or cluster.name", "Set audit_cluster_id, or audit_cluster_lookup.name"),
        (
            "run_scan",
            "To wait for it again, set scan_ids of scan_wait to 83d7.",
            "To wait for it again, set watch_scans_ids of the role watch_scans to 83d7.",
        ),
        ("rescan", "To cancel it, use scan_cancel.", "To cancel it, use the playbook cancel_scan."),
        # Unchanged: names of variables, ordinary words, and parts of addresses.
        ("run_scan", "run_scan_wait_timeout and datascan_api_url", "run_scan_wait_timeout and datascan_api_url"),
        ("run_scan", "The policy allows it; another provider", "The policy allows it; another provider"),
        ("run_scan", "GET http://a/api_url?wait_timeout=1 failed", "GET http://a/api_url?wait_timeout=1 failed"),
        (
            "run_scan",
            "it did not answer within the timeout of the mode",
            "it did not answer within the timeout of the mode",
        ),
    ],
)
def test_options_are_named_by_the_variables_of_the_role(role: str, text: str, expected: str) -> None:
    result = name_variables({"msg": text, "reasons": [text], "scans": [text]}, role)
    assert result == {"msg": expected, "reasons": [expected], "scans": [text]}


def test_outside_of_a_role_nothing_changes() -> None:
    assert name_variables({"msg": "Check api_url."}, None) == {"msg": "Check api_url."}
