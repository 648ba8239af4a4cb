# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values nested too deep for Python's stack: the value is ignored, or one error is raised, and never a traceback."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_error, to_plain
from provider_operations import OPERATIONS
from random_answers import Answer, documented, responding_vendor
from test_fuzz_vendors import read

HOLE = "hole-0"
DEPTHS = (900, 4000)  # on some versions of Python, JSON of the second depth is read as well


def bodies(vendor: str) -> t.Iterator[tuple[int, str]]:
    """Each documented answer, with a hole in place of each of its values in turn."""
    for status, body in {(status, json.dumps(body)) for status, body in documented(vendor)}:
        yield from ((status, text) for text in _with_holes(json.loads(body)))


def _with_holes(body: t.Any) -> t.Iterator[str]:
    def places(part: t.Any) -> t.Iterator[tuple[t.Any, t.Any]]:
        for key in list(part) if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ():
            yield part, key
            yield from places(part[key])

    for parent, key in list(places(body)):
        before, parent[key] = parent[key], HOLE
        yield json.dumps(body)
        parent[key] = before
    if isinstance(body, dict):
        yield json.dumps({**body, "error": HOLE, "data": body.get("data")})


def deep(depth: int, kind: int) -> str:
    begin, end = (("[", "]"), ('{"message":', "}"))[kind]
    return begin * depth + "1" + end * depth


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("vendor", sorted(provider_classes()))
def test_a_deep_value_anywhere_is_a_model_or_one_error(vendor: str, depth: int) -> None:
    kinds = provider_classes()[vendor]
    texts = sorted(set(bodies(vendor)))
    texts = texts[:: max(1, len(texts) // 12)]
    for capability, operation in OPERATIONS.values():
        if capability and not kinds.supports(capability):
            continue
        for number, (status, text) in enumerate(texts):
            body = text.replace(json.dumps(HOLE), deep(depth, number % 2)).encode()
            try:
                outcome = operation(responding_vendor(vendor, [Answer(status, body)], [], retries=0))
            except DatascanError as error:
                outcome = error
                json.dumps(render_error(error), default=to_plain)
            read(outcome)
