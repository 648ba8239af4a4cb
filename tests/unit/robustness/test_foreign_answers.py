# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A response about another id never changes the result of the requested id, however similar the two are."""

from __future__ import annotations

import io
import json
import typing as t
from urllib.parse import urlsplit

import pytest
import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import Provider
from hypothesis import given, settings
from hypothesis import strategies as st
from provider_samples import sample_ids
from random_answers import responding_vendor
from scripted_vendor import mount, response_to

EXAMPLES = settings(max_examples=150, derandomize=True, database=None, deadline=None)
FULL_WIDTH = str.maketrans("0123456789", "".join(chr(0xFF10 + digit) for digit in range(10)))
CYRILLIC = str.maketrans("ace", "\u0430\u0441\u0435")
IDS = {"glasswall": "83d71394-faa2-4b6c-b13b-6d3118de459e", "bigid": "64b0c1d2e3f4a5b6c7d8e9f0"}
IDS |= {"protecto": "37a6de65-56d7-4da5-97d8-e1ba26b82081020", "advalidation": "1001"}
VENDORS = sorted(IDS)


def others(scan_id: str) -> list[t.Any]:
    """Values that are not this id."""
    similar = [scan_id.translate(FULL_WIDTH), scan_id.translate(CYRILLIC), scan_id.swapcase(), scan_id[::-1]]
    inside = [f"{scan_id[:3]}{extra}{scan_id[3:]}" for extra in ("\u200b", " ", "\n", "_", "\0", "%00", ".")]
    around = [f"{scan_id}{extra}" for extra in ("0", "\u200b", "\0", "/", "#", "\ufeff", ",")]
    if scan_id == IDS["glasswall"]:
        similar.remove(scan_id.swapcase())  # a UUID is the same in upper case
    others = [True, False, 0, -1, 1.5, 7, 10**20, [scan_id], [scan_id, 2], {"id": scan_id}, {"$oid": scan_id}]
    return [value for value in [*similar, *inside, *around, *others] if value != scan_id]


class Routes(requests.adapters.BaseAdapter):
    """A transport that answers by the path of a request."""

    def __init__(self, body: t.Callable[[str], t.Any]) -> None:
        super().__init__()
        self._body = body

    def send(self, request: t.Any, **_kwargs: t.Any) -> requests.Response:
        data = json.dumps(self._body(urlsplit(request.url).path)).encode()
        return response_to(request, 200, {}, io.BytesIO(data))

    def close(self) -> None:
        pass


def record(vendor: str, scan_id: t.Any, success: bool) -> dict[str, t.Any]:
    """A scan's record in the vendor's form."""
    forms: dict[str, dict[str, t.Any]] = {
        "glasswall": {"scanId": scan_id, "scanStatus": "Completed" if success else "Error"},
        "bigid": {"_id": scan_id, "state": "Completed" if success else "Failed"},
        "protecto": {"tracking_id": scan_id, "status": "SUCCESS" if success else "FAILED"},
        "advalidation": {"id": scan_id, "processingStatus": "finished" if success else "failed", "nbIssues": 0},
    }
    return forms[vendor]


def body(vendor: str, path: str, records: list[dict[str, t.Any]]) -> t.Any:
    """The answer under a path that has these records, of which one alone stands where a document has one."""
    if vendor == "bigid":
        if path.endswith("/status"):
            return {"status": False}
        rows = {"totalCount": len(records), "scanChildren": records}
        return {"status": "success", "data": rows} if path.endswith("/parent-scans") else records
    if vendor == "protecto":
        return {"data": records, "success": True}
    if path.endswith("/scans"):
        return {"total": len(records), "scans": records}
    return {"data": records[0]} if vendor == "advalidation" else records[0]


def connected(vendor: str, records: list[dict[str, t.Any]]) -> Provider:
    provider = responding_vendor(vendor, [], [], retries=0)
    mount(provider, Routes(lambda path: body(vendor, path, records)))
    return provider


def outcome(read: t.Callable[[], t.Any]) -> t.Any:
    try:
        return read()
    except DatascanError as error:
        return error


def is_success(answer: t.Any) -> bool:
    return isinstance(answer, Scan) and answer.succeeded is True


@pytest.mark.parametrize("vendor", VENDORS)
def test_another_scans_success_is_not_this_ones(vendor: str) -> None:
    for other in others(IDS[vendor]):
        answer = outcome(lambda other=other: connected(vendor, [record(vendor, other, True)]).get(IDS[vendor]))  # type: ignore[misc]
        assert not is_success(answer), other
        assert not isinstance(answer, Scan) or answer.id == IDS[vendor]


@pytest.mark.parametrize("vendor", VENDORS)
def test_nor_is_it_beside_the_scans_own_record(vendor: str) -> None:
    """Nor does it matter for the other ids of one request."""
    scan_id = IDS[vendor]
    ids = [scan_id, *(one for one in sample_ids(type(connected(vendor, [])), 3) if one != scan_id)][:3]

    @EXAMPLES
    @given(
        st.lists(st.tuples(st.sampled_from(others(scan_id)), st.booleans()), max_size=3),
        st.sampled_from([True, False, None]),
        st.randoms(use_true_random=False),
    )
    def holds(foreign: list[tuple[t.Any, bool]], own: bool | None, random: t.Any) -> None:
        records = [record(vendor, other, success) for other, success in foreign]
        records += [] if own is None else [record(vendor, scan_id, own)]
        random.shuffle(records)
        if not records:
            return
        answers = outcome(lambda: connected(vendor, records).get_many(ids))
        for asked in ids:
            answer = answers[asked] if isinstance(answers, dict) else answers
            assert not is_success(answer) or (asked == scan_id and own)

    holds()


@pytest.mark.parametrize("envelope", [{"scanId": "b" * 24}, {"scan_id": "b" * 24}, {"id": "b" * 24}, {"_id": 7}])
def test_an_envelope_about_another_scan(envelope: dict[str, t.Any]) -> None:
    """BigID's records need not repeat the id."""

    def answer(path: str) -> t.Any:
        if path.endswith("/parent-scans"):
            return {"data": []}
        return {"status": False} if path.endswith("/status") else {**envelope, "data": [{"state": "Completed"}]}

    provider = responding_vendor("bigid", [], [], retries=0)
    mount(provider, Routes(answer))
    assert isinstance(outcome(lambda: provider.get(IDS["bigid"])), DatascanError)
    mount(provider, Routes(lambda path: {"status": False, **envelope}))
    assert isinstance(outcome(lambda: provider.get(IDS["bigid"])), DatascanError)
