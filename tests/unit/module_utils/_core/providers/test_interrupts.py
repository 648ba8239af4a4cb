# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An interrupted sleep ends each operation of a provider: no handler treats it as an error of the vendor."""

from __future__ import annotations

import io
import json
import typing as t

import pytest
import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import ColumnQuery
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InterruptedWaitError
from fake_clock import FakeClock
from glasswall_script import SCAN_ID, TARGET
from scripted_vendor import connected, mount, response_to

IDS = [f"00000000-0000-4000-8000-{number:012}" for number in range(4)]
FINISHED = {"data": {"id": 1, "processingStatus": "finished", "nbIssues": 3}}
BUSY = (503, {})


class InterruptedClock(FakeClock):
    """A clock that is interrupted while it sleeps."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        raise InterruptedWaitError("interrupted")


class Network(requests.adapters.BaseAdapter):
    """Sends these answers, and then the last one again and again."""

    def __init__(self, *answers: tuple[int, t.Any]) -> None:
        super().__init__()
        self.answers = list(answers)

    def send(self, request: t.Any, **_kwargs: t.Any) -> requests.Response:
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return response_to(request, status, {}, io.BytesIO(json.dumps(body).encode()))

    def close(self) -> None:
        pass


Call = t.Callable[[t.Any], t.Any]
CASES: dict[str, tuple[str, tuple[tuple[int, t.Any], ...], Call]] = {
    "a read": ("glasswall", (BUSY,), lambda provider: provider.get(SCAN_ID)),
    "a write": ("glasswall", ((429, {}),), lambda provider: provider.start(TARGET)),
    "scans by threads": ("glasswall", (BUSY,), lambda provider: provider.get_many(IDS[:2])),
    "scans by a list": ("glasswall", (BUSY,), lambda provider: provider.get_many(IDS)),
    "scans after no list": ("glasswall", ((404, []), BUSY), lambda provider: provider.get_many(IDS)),
    "BigID's scans by a list": ("bigid", (BUSY,), lambda provider: provider.get_many(["a", "b"])),
    "BigID's record": ("bigid", ((200, {"status": False}), BUSY), lambda provider: provider.get("a")),
    "Protecto's scans": ("protecto", (BUSY,), lambda provider: provider.get_many(["a", "b"])),
    "a rate limit": ("advalidation", ((200, FINISHED),), lambda provider: provider.get_many(["1"] * 6 + ["2"] * 6)),
    "a page of columns": (
        "bigid",
        (BUSY,),
        lambda provider: list(provider.list_columns(ColumnQuery(cluster_id="c"))),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_interrupt_comes_through(name: str) -> None:
    vendor, answers, call = CASES[name]
    provider, _script = connected([], provider=vendor, clock=InterruptedClock())
    mount(provider, Network(*answers))
    with pytest.raises(InterruptedWaitError):
        call(provider)


class AbandonedClock(FakeClock):
    """A clock that is interrupted before a request, counted from 1."""

    def __init__(self, request: int) -> None:
        super().__init__()
        self._left = request

    def check_interrupted(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise InterruptedWaitError("interrupted")


PROFILE = {"scan_profile": "nightly", "scan_type": None, "scan_origin": "gate"}
SAMPLES = {"column_name": "email", "samples": ["a"]}
SAMPLED = {"objects": [{"data_source_name": "s", "object_name": ["t"], "data_samples": [SAMPLES]}]}
# Optional reads of the provider, each with its position among the requests.
OPTIONAL: dict[str, tuple[str, int, Call]] = {
    "Advalidation's checks": ("advalidation", 2, lambda provider: provider.get("1")),
    "BigID's scan profiles": ("bigid", 1, lambda provider: provider.start(PROFILE)),
    "Protecto's paths": ("protecto", 1, lambda provider: provider.start(SAMPLED)),
}


@pytest.mark.parametrize("name", OPTIONAL)
def test_an_interrupt_comes_through_an_optional_read(name: str) -> None:
    vendor, place, call = OPTIONAL[name]
    provider, _script = connected([], provider=vendor, clock=AbandonedClock(place))
    mount(provider, Network((200, FINISHED)))
    with pytest.raises(InterruptedWaitError):
        call(provider)


def test_an_interrupted_exchange_of_tokens_is_no_refused_token() -> None:
    tokens = {"api_token": None, "refresh_token": "user-token"}
    provider, _script = connected([], provider="bigid", clock=InterruptedClock(), **tokens)
    mount(provider, Network(BUSY))
    with pytest.raises(InterruptedWaitError):
        provider.get("a")
