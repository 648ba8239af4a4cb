# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vendor that sends responses drawn by hypothesis: documented ones, spoilt ones, and arbitrary bytes."""

from __future__ import annotations

import copy
import io
import json
import typing as t
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.options import ConnectionOptions
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import connect
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from fake_clock import FakeClock
from hypothesis import strategies as st
from scripted_vendor import mount, response_to

CONTRACTS = Path(__file__).parents[2] / "contracts"
MOST_REQUESTS = 60  # no operation here needs more requests; an operation that sends more is in a loop

ODD_TEXTS = (
    *("", " ", "-", "None", "null", "true", "false", "0", "42.0", "1e999", "NaN"),
    *("Completed", "SUCCESS ", "finished", "Processing", "error", "\x00", "\x1b[31m", "a\r\nb", "\ud800", "\udfff x"),
    *("\U0001f512", "\u202e", "\uff11\uff12", "%00", "../..", "x" * 10_000, "[" * 500, "sig=abc"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-02-30T00:00:00Z", "2026-01-01", "24:00"),
)
ODD_NUMBERS = (0, -1, 1.5, 2**31, 2**63, -(2**63), 10**400, 1e308, float("nan"), float("inf"), float("-inf"))
DEEP: t.Any = []
for _level in range(200):
    DEEP = [DEEP] if _level % 2 else {"data": DEEP}
ODD = (None, True, False, *ODD_NUMBERS, *ODD_TEXTS, [], {}, [None], [[]], {"": None}, {"data": {}}, DEEP)
ODD_STATUSES = (201, 202, 204, 302, 400, 401, 403, 404, 405, 409, 412, 422, 425, 429, 500, 503)
ODD_HEADERS = (
    {"Retry-After": "1e9"},
    {"Retry-After": "-5"},
    {"Retry-After": "\u0663"},
    {"Retry-After": "9" * 400},
    {"Retry-After": "Thu, 99 Foo 9999 99:99:99 +9999"},
    {"Retry-After": "Fri, 31 Dec 9999 23:59:59 -2359", "Date": "Mon, 01 Jan 0001 00:00:00 +2359"},
    {"Date": "now"},
    {"Date": "Mon, 01 Jan 0001 00:00:00 GMT"},
    {"Date": "Fri, 31 Dec 9999 23:59:59 GMT"},
    {"Location": "http://[::1", "Content-Type": "text/html; charset=klingon"},
)


@dataclass
class Answer:
    """A response to a request."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def documented(vendor: str) -> list[tuple[int, t.Any]]:
    """The status and the body of every answer in the vendor's document, those that are no error four times."""
    found = [json.loads(path.read_text())["response"] for path in sorted((CONTRACTS / vendor).glob("*.json"))]
    return [(one["status"], one["body"]) for one in found for _time in range(4 if one["status"] < 300 else 1)]


# Built once, because building is slower than drawing. All characters would take seconds, so these are a few.
ODDS = st.sampled_from(ODD).map(lambda value: value if value is DEEP else copy.deepcopy(value))  # it may be spoilt too
TEXTS = st.text('ab"\\/{}[] \x00\u00e9\U0001f512', max_size=8)
JSON = st.recursive(
    ODDS | TEXTS | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
BODIES = {path.name: st.sampled_from(documented(path.name)) for path in CONTRACTS.iterdir() if path.is_dir()}
STATUSES = st.sampled_from(ODD_STATUSES)
HEADERS = st.sampled_from(({},) * len(ODD_HEADERS) + ODD_HEADERS)
BROKEN = st.sampled_from(
    [b"", b"[" * 100_000, b'{"data":' * 50_000, b"\xff\xfe\x00", b"1" * 5000, b"\xef\xbb\xbf{}", b"<p>"]
)
CHANGES = st.sampled_from((0, 1, 2, 4, 8))
UP_TO_3, UP_TO_5, UP_TO_19 = st.integers(0, 3), st.integers(0, 5), st.integers(0, 19)


@st.composite
def answers(draw: st.DrawFn, vendor: str) -> list[Answer]:
    """A vendor's responses, in order; the last one repeats for ever."""
    responses = []
    for _time in range(1 + draw(UP_TO_3)):
        status, body = draw(BODIES[vendor])
        body = _spoilt(draw, body) if draw(UP_TO_19) else draw(JSON)
        responses.append(Answer(status if draw(UP_TO_5) else draw(STATUSES), _wire(draw, body), draw(HEADERS)))
    return responses


def _spoilt(draw: st.DrawFn, body: t.Any) -> t.Any:
    """A documented body with a few of its parts gone, of another type, or twice."""
    body = copy.deepcopy(body)
    for _time in range(draw(CHANGES)):
        places = list(_places(body))
        if not places:
            return draw(ODDS)
        parent, key = places[draw(st.integers(0, len(places) - 1))]
        change = draw(UP_TO_5)
        if change == 0:
            del parent[key]
        elif change == 1:
            parent[key] = [parent[key]]
        elif change == 2 and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[key]))
        else:
            parent[key] = draw(ODDS)
    return body


def _places(body: t.Any) -> t.Iterator[tuple[t.Any, t.Any]]:
    keys = list(body) if isinstance(body, dict) else range(len(body)) if isinstance(body, list) else ()
    for key in keys:
        yield body, key
        if body[key] is not DEEP:
            yield from _places(body[key])


def _wire(draw: st.DrawFn, body: t.Any) -> bytes:
    """A body as bytes, now and then cut off, with a key twice, nested too deep, or no text at all."""
    text = json.dumps(body)
    kind = draw(UP_TO_19)
    if kind == 0:
        return text.encode()[: draw(st.integers(0, len(text)))]
    if kind == 1:
        return text.replace("{", '{"data": 1, "status": null, "scanId": 7, ', 1).encode()
    if kind == 2:
        return draw(BROKEN)
    return text.encode()


class ScriptedResponses(requests.adapters.BaseAdapter):
    """A transport that sends these responses, in order, and then repeats the last one."""

    def __init__(self, responses: Sequence[Answer]) -> None:
        super().__init__()
        self.responses = responses
        self.count = 0

    def send(self, request: t.Any, **_kwargs: t.Any) -> requests.Response:
        assert self.count < MOST_REQUESTS, "this would never end"
        response = self.responses[min(self.count, len(self.responses) - 1)]
        self.count += 1
        return response_to(request, response.status, response.headers, io.BytesIO(response.body))

    def close(self) -> None:
        pass


def responding_vendor(vendor: str, responses: Sequence[Answer], warned: list[str], **settings: t.Any) -> Provider:
    """A vendor that sends these responses."""
    given = {"provider": vendor, "api_url": "https://vendor.test/v1", "api_token": "unit-test-token", "retries": 1}
    provider = connect(
        ConnectionOptions(**{**given, **settings}),
        FakeClock(),  # type: ignore[arg-type]
        warned.append,
        Redactor(),
    )
    mount(provider, ScriptedResponses(responses))
    return provider
