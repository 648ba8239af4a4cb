# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a vendor answers, an operation hands back its models or one DatascanError; nothing else, and in the end."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import Cluster, ColumnPage
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from hypothesis import HealthCheck, given, settings
from provider_operations import OPERATIONS, Operation
from random_answers import Answer, answers, responding_vendor

pytestmark = pytest.mark.one_core

EXAMPLES = 170  # for each operation


def read(outcome: t.Any) -> None:
    """Every part of an outcome is one of our models, and all of it can be shown."""
    if isinstance(outcome, (Scan, Cluster)):
        json.dumps(outcome.model_dump(mode="json"), allow_nan=False, ensure_ascii=False).encode()
        assert not isinstance(outcome, Scan) or outcome.id.strip()
    elif isinstance(outcome, ColumnPage):
        for column in outcome.columns:
            json.dumps(column, allow_nan=False, ensure_ascii=False).encode()
    elif isinstance(outcome, DatascanError):
        assert outcome.message and outcome.__class__ is not DatascanError
        json.dumps(outcome.facts(), allow_nan=False, ensure_ascii=False).encode()
    elif isinstance(outcome, dict):
        read(list(outcome.values()))
    elif outcome is not None:
        assert isinstance(outcome, list)
        for item in outcome:
            read(item)


def check(vendor: str, operation: Operation, responses: list[Answer]) -> None:
    warned: list[str] = []
    try:
        read(operation(responding_vendor(vendor, responses, warned)))
    except DatascanError as error:
        read(error)
    assert all(warned)


def cases() -> t.Iterator[t.Any]:
    for vendor, kind in provider_classes().items():
        for name, (capability, operation) in OPERATIONS.items():
            if capability is None or kind.supports(capability):
                yield pytest.param(vendor, operation, id=f"{vendor}: {name}")


@pytest.mark.parametrize(("vendor", "operation"), list(cases()))
def test_any_answer_is_a_model_or_one_error(vendor: str, operation: Operation) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(answers(vendor))
    def holds(responses: list[Answer]) -> None:
        check(vendor, operation, responses)

    holds()
