# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A query filters by each of its fields, although the vendor's server ignores all of them."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import DatascanError, UnavailableError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Query, ScanList, parse_query
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.status import (
    StatusRequest,
    StatusResult,
    read_status,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import ListsScans
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from glasswall_script import item, page
from scripted_vendor import Expected, scripted_context

OLD, NEW = "2025-12-01T00:00:00Z", "2025-12-31T00:00:00Z"
BETWEEN = "2025-12-15T00:00:00Z"
IDS = ("11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222")


def glasswall_list() -> list[Expected]:
    old = item("Completed", IDS[0], scanStartTime=OLD, scanOwner="Ann", sourceContainerPath="one")
    new = item("Processing", IDS[1], scanStartTime=NEW, scanOwner="bob", sourceContainerPath="two")
    return [Expected("GET", "/api/v1/scans", answer=page(old, new))]


def bigid_list() -> list[Expected]:
    rows = [
        {"_id": IDS[0], "name": "one", "scanProfileName": "profile one", "state": "Queued", "created_at": OLD},
        {"_id": IDS[1], "name": "two", "scanProfileName": "profile two", "state": "Running", "created_at": NEW},
    ]
    body = {"status": "success", "statusCode": 200, "data": {"totalCount": 2, "scanChildren": rows}}
    return [Expected("GET", "/api/v1/scans/parent-scans", answer=body)]


LISTS: dict[str, t.Callable[[], list[Expected]]] = {"glasswall": glasswall_list, "bigid": bigid_list}
# A field, its value for each vendor that accepts it, and which of the two scans match.
FIELDS: list[tuple[str, dict[str, t.Any], list[int]]] = [
    ("states", {vendor: ["running"] for vendor in LISTS}, [1]),
    ("states", {vendor: ["failed"] for vendor in LISTS}, []),
    ("started_after", dict.fromkeys(LISTS, BETWEEN), [1]),
    ("started_before", dict.fromkeys(LISTS, BETWEEN), [0]),
    ("name", {"bigid": "two"}, [1]),
    ("source", {"bigid": "profile two", "glasswall": "acct.blob.core.windows.net/two"}, [1]),
    ("limit", dict.fromkeys(LISTS, 1), [1]),
]
CASES = [(vendor, field, value, found) for field, values, found in FIELDS for vendor, value in values.items()]


def test_every_vendor_that_lists_scans_is_in_the_table() -> None:
    assert {vendor.name for vendor in provider_classes().values() if issubclass(vendor, ListsScans)} == set(LISTS)
    assert set(Query.model_fields) == {field for field, *_rest in FIELDS} | {"owners", "all_users"}


def ask(vendor: str, expected: list[Expected], **query: t.Any) -> StatusResult:
    with scripted_context(*expected, provider=vendor) as context:
        return read_status(context, StatusRequest(query=parse_query(query)))


@pytest.mark.parametrize(("vendor", "field", "value", "found"), CASES)
def test_a_query_finds_only_what_matches(vendor: str, field: str, value: t.Any, found: list[int]) -> None:
    expected = LISTS[vendor]()
    if vendor == "bigid" and field == "limit":
        rows = expected[0].answer["data"]["scanChildren"]
        rows.reverse()  # the newest comes first
    result = ask(vendor, expected, **{field: value})
    assert [scan.id for scan in result.scans or ()] == [IDS[number] for number in found]
    assert result.complete is True


@pytest.mark.parametrize(
    ("owners", "listed", "is_complete"),
    [
        (["bob"], ["bob", "BOB"], True),
        ([" Bob", "ann"], ["bob", "Ann "], True),
        (["bob"], ["bob", "ann"], False),
        (["bob"], [None, "bob"], False),
        (["bob"], ["bobby", "bob"], False),
    ],
)
def test_a_scan_of_another_owner_leaves_a_gap(owners: list[str], listed: list[str | None], is_complete: bool) -> None:
    """The scan is reported as a gap: a server that ignores the filter may also omit scans of the wanted owners."""
    rows = [item("Completed", scan_id, scanOwner=owner) for scan_id, owner in zip(IDS, listed, strict=True)]
    result = ask("glasswall", [Expected("GET", "/api/v1/scans/allusers", answer=page(*rows))], owners=owners)
    assert (len(result.scans or ()), result.complete) == (2, is_complete)


def test_a_scan_without_a_start_is_kept() -> None:
    rows = [item("Completed", IDS[0], scanStartTime=None), item("Completed", IDS[1], scanStartTime="soon")]
    result = ask("glasswall", [Expected("GET", "/api/v1/scans", answer=page(*rows))], started_after=BETWEEN)
    assert len(result.scans or ()) == 2


def test_what_was_read_before_an_error_matches_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_context(*glasswall_list()) as context:
        provider = context.require(ListsScans)
        listed = provider.list_scans(Query())

        def list_scans(_query: Query) -> ScanList:
            raise UnavailableError("The second page failed.", result=listed)

        monkeypatch.setattr(provider, "list_scans", list_scans)
        with pytest.raises(DatascanError) as raised:
            read_status(context, StatusRequest(query=parse_query({"started_after": BETWEEN})))
    assert [scan.id for scan in raised.value.result.scans] == [IDS[1]]
