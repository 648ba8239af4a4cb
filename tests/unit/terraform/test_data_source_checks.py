# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that data sources refuse before the vendor is known, when Terraform validates a configuration."""

from __future__ import annotations

import typing as t

import pytest
from terraform_provider_datascan.kinds import DATA_SOURCES
from terraform_provider_datascan.protocol.choices import report_wrong_choices
from terraform_provider_datascan.protocol.diagnostics import Diagnostics, ProviderError
from terraform_provider_datascan.protocol.planning import conform
from terraform_provider_datascan.protocol.provider import Call
from terraform_provider_datascan.protocol.values import UNKNOWN, Values
from terraform_provider_datascan.vendor_access import VendorAccess

pytestmark = pytest.mark.one_core


def validate(name: str, config: Values) -> None:
    """Validate as Terraform does before it configures the provider."""
    kind = DATA_SOURCES[f"datascan_{name}"]
    kind(VendorAccess(), Call(Diagnostics())).validate(conform(kind.schema.attributes, config))


@pytest.mark.parametrize(
    ("name", "config", "message", "path"),
    [
        ("gate", {"scan_ids": ["a", None]}, "scan_ids[1] must be a text.", ("scan_ids", 1)),
        ("gate", {"query": {"limit": 0}}, "query.limit must be 1 or more.", ("query", "limit")),
        ("gate", {"query": {"limit": 1.5}}, "query.limit must be a whole number.", ("query", "limit")),
        ("gate", {"query": {"started_after": "now"}}, "query.started_after must be a time", ("query", "started_after")),
        ("gate", {}, "Set either scan_ids or query: neither is set.", ("scan_ids",)),
        ("gate", {"scan_ids": ["a"], "query": {"name": UNKNOWN}}, "Set either scan_ids or query: both", ("scan_ids",)),
        (
            "gate",
            {"scan_ids": UNKNOWN, "policy": {"min_scans": 0}},
            "policy.min_scans must be 1",
            ("policy", "min_scans"),
        ),
        ("scans", {"limit": 1.5}, "limit must be a whole number.", ("limit",)),
        ("scans", {"name": ""}, "name is empty", ("name",)),
        ("scans", {"started_before": "later"}, "started_before must be a time", ("started_before",)),
        ("cluster_columns", {}, "Set either cluster_id or cluster: neither is set.", ("cluster_id",)),
        ("cluster_columns", {"cluster": {"size": 1.5}}, "cluster.size must be a whole number.", ("cluster", "size")),
        ("cluster_columns", {"cluster": {}}, "cluster is empty", ("cluster",)),
    ],
    ids=str,
)
def test_what_is_known_is_refused_at_once(name: str, config: Values, message: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(ProviderError) as caught:
        validate(name, config)
    assert caught.value.detail.startswith(message)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("gate", {"scan_ids": UNKNOWN}),
        ("gate", {"scan_ids": [UNKNOWN, None]}),
        ("gate", {"scan_ids": UNKNOWN, "query": {"limit": 0}}),
        ("gate", {"query": {"limit": 0, "name": UNKNOWN}}),
        ("gate", {"scan_ids": ["a"], "query": UNKNOWN}),
        ("gate", {"scan_ids": ["a"], "policy": {"min_scans": 0, "max_age": UNKNOWN}}),
        ("scans", {"limit": 0, "name": UNKNOWN}),
        ("cluster_columns", {"cluster_id": "a", "cluster": UNKNOWN}),
        ("cluster_columns", {"cluster": {"size": 1.5, "name": UNKNOWN}}),
    ],
    ids=str,
)
def test_what_is_not_known_yet_is_checked_later(name: str, config: Values) -> None:
    validate(name, config)


def test_a_wrong_choice_is_one_error_that_names_its_path() -> None:
    """The schema's check finds it first, and the core would refuse it again."""
    diagnostics, kind = Diagnostics(), DATA_SOURCES["datascan_gate"]
    config: t.Any = conform(kind.schema.attributes, {"scan_ids": ["a"], "policy": {"states": ["done"]}})
    report_wrong_choices(kind.schema.attributes, config, diagnostics)
    with pytest.raises(ProviderError) as caught:
        kind(VendorAccess(), Call(diagnostics)).validate(config)
    diagnostics.add_error(caught.value.summary, caught.value.detail, caught.value.path)
    (only,) = diagnostics.found
    assert only.detail.startswith("policy.states must be queued, running, ")
    diagnostics.add_error("Another fault", "of no attribute")
    diagnostics.add_error("A third one", "of no attribute")
    assert len(diagnostics.found) == 3
