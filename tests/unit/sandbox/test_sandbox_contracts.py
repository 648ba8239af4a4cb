# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox answers as documented: every contract file is tested."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
FILES = sorted(CONTRACTS.glob("*/*.json"))
UNKNOWN = "56d61ae4-8147-4778-acb1-1f1f9c881fa7"

# Every operation of the documents with every status that they name.
DOCUMENTED = {
    "glasswall": {
        "list-own": {200, 400, 401},
        "list-all-users": {200, 400, 401},
        "start": {200, 400, 401, 412},
        "get": {200, 401, 404},
        "cancel": {202, 401, 404, 405},
        "rescan": {200, 401, 404, 409, 412, 425},
    },
    "bigid": {
        "parent-scans": {200},
        "status": {200, 400, 401, 404, 500},
        "clusters": {200},
        "columns": {200, 400, 401, 404, 500},
    },
    "protecto": {"status": {200}},
    "advalidation": {"get-scan": {200, 401, 403, 404, 422}},
}

# Keys that the documents call optional, or that only some answers have.
OPTIONAL = {"glasswall": {"parentScan"}}
# Keys whose value may be null or of this type, whichever of both the example shows.
NULLABLE = {"scanEndTime": str, "childScans": list, "businessAttribute": str, "conditionsString": str}
# Responses that have further keys according to the documents, or for which the documents leave this open.
MORE_KEYS = {"bigid/parent-scans-200", "bigid/parent-scans-200-code"}
# Of these responses, a vendor's program reads only the keys in the file.
MORE_KEYS |= {f"bigid/{name}-200" for name in ("record", "scan-insights", "scan-profiles", "scans-status")}
# Fields of Advalidation's scan that the document lacks and its client library has.
KNOWN_EXTRA = {"isInconclusive", "inconclusiveReason"}


@dataclass
class Ask:
    """What a contract's request needs beside the file to get the documented response."""

    path: str | None = None
    token: str | None = "sandbox-token"
    query: dict[str, Any] | None = None
    body: Any = None
    same: list[str] = field(default_factory=list)
    """Parts of the body that must be equal to the document's, not only alike."""


Prepare = Callable[[Any], Ask]
PREPARE: dict[str, Prepare] = {}


def prepares(*names: str) -> Callable[[Prepare], Prepare]:
    def keep(function: Prepare) -> Prepare:
        PREPARE.update(dict.fromkeys(names, function))
        return function

    return keep


# Glasswall


@prepares(
    "glasswall/list-own-401",
    "glasswall/list-all-users-401",
    "glasswall/start-401",
    "glasswall/get-401",
    "glasswall/cancel-401",
    "glasswall/rescan-401",
    "bigid/status-401",
    "bigid/columns-401",
    "advalidation/get-scan-401",
)
def _unknown_token(world: Any) -> Ask:
    return Ask(token="nobody")


@prepares("glasswall/get-404", "glasswall/cancel-404", "glasswall/rescan-404", "glasswall/list-own-400")
def _as_it_is(world: Any) -> Ask:
    return Ask()


@prepares("glasswall/list-all-users-400")
def _as_admin(world: Any) -> Ask:
    return Ask(token="sandbox-admin-token")


@prepares("glasswall/list-own-200", "glasswall/list-all-users-200")
def _forty_scans_at_the_moment_of_the_query(world: Any) -> Ask:
    world.clock.advance(1671554681.741 - world.clock.now())  # 2022-12-20T16:44:41.741Z
    parent = {"parentScan": UNKNOWN, "status": "Processing", "age": 0, "spacing": 0, "owner": "admin"}
    world.seed("glasswall", {"count": 40, **parent})
    return Ask(token="sandbox-admin-token", same=["pageLinks"])


@prepares("glasswall/start-200")
def _good_start(world: Any) -> Ask:
    return Ask(body=world.wish())


@prepares("glasswall/start-400")
def _expired(world: Any) -> Ask:
    text = world.wish()["sourceConnectionString"].replace("se=2099", "se=2023")
    return Ask(body=world.wish(sourceConnectionString=text), same=[""])


@prepares("glasswall/start-412")
def _empty(world: Any) -> Ask:
    return Ask(body=world.wish("container/empty"), same=[""])


@prepares("glasswall/get-200")
def _rescan_that_is_processing(world: Any) -> Ask:
    parent = world.start()
    world.clock.advance(5)
    child = world.glasswall("PATCH", f"/scans/{parent}").json()["scanId"]
    world.clock.advance(2)
    return Ask(path=f"/scans/{child}", same=["scanStatus"])


@prepares("glasswall/cancel-202")
def _rescan_that_is_listing(world: Any) -> Ask:
    parent = world.start()
    world.clock.advance(5)
    return Ask(path=f"/scans/{world.glasswall('PATCH', f'/scans/{parent}').json()['scanId']}")


@prepares("glasswall/cancel-405", "glasswall/rescan-200")
def _listing_is_over(world: Any) -> Ask:
    scan = world.start()
    world.clock.advance(1.5)
    return Ask(path=f"/scans/{scan}")


@prepares("glasswall/rescan-409")
def _rescan_runs(world: Any) -> Ask:
    scan = world.start()
    world.clock.advance(5)
    assert world.glasswall("PATCH", f"/scans/{scan}").status == 200
    return Ask(path=f"/scans/{scan}")


@prepares("glasswall/rescan-412")
def _string_has_expired_since(world: Any) -> Ask:
    soon = world.wish()["sourceConnectionString"].replace("2099-01-01", "2023-11-19")
    scan = world.start(sourceConnectionString=soon)
    world.clock.advance(24 * 3600)
    return Ask(path=f"/scans/{scan}", same=[""])


@prepares("glasswall/rescan-425")
def _still_listing(world: Any) -> Ask:
    return Ask(path=f"/scans/{world.start()}")


# BigID


@prepares("bigid/parent-scans-200")
def _a_parent_scan(world: Any) -> Ask:
    world.start_bigid("weekly")
    return Ask()


@prepares("bigid/parent-scans-200-code")
def _a_parent_scan_in_a_list(world: Any) -> Ask:
    world.settings("bigid", parent_scans_shape="list", id_key="id")
    world.start_bigid("weekly")
    return Ask()


@prepares("bigid/status-200-active")
def _active(world: Any) -> Ask:
    return Ask(path=f"/scans/{world.start_bigid('weekly')}/status", same=["status"])


@prepares("bigid/status-200-stopped")
def _stopped(world: Any) -> Ask:
    scan = world.start_bigid("weekly")
    world.clock.advance(60)
    return Ask(path=f"/scans/{scan}/status", same=["status"])


@prepares("bigid/status-400", "bigid/columns-400")
def _ill_formed(world: Any) -> Ask:
    return Ask(same=[""])


@prepares("bigid/status-404")
def _unknown_scan(world: Any) -> Ask:
    return Ask(path=f"/scans/{'0' * 24}/status")


@prepares("bigid/columns-404")
def _unknown_cluster(world: Any) -> Ask:
    return Ask(same=[""])


@prepares("bigid/status-500", "bigid/columns-500")
def _server_error(world: Any) -> Ask:
    world.fault("status", code=500)
    return Ask(same=[""])


@prepares("bigid/clusters-200", "bigid/columns-200")
def _catalogue(world: Any) -> Ask:
    return Ask()


# Protecto


@prepares("protecto/status-200")
def _waiting_and_done(world: Any) -> Ask:
    return _two(world, "47882682-9f38-4f45-afec-daadaa1b230b", "97d18b52-ade8-44f8-9176-802e329c0d2b")


@prepares("protecto/status-200-list-of-ids")
def _two_ids(world: Any) -> Ask:
    return _two(world, "123456789", "987654321")


def _two(world: Any, waits: str, done: str) -> Ask:
    """Both at the moment of the document's time stamps."""
    world.clock.advance(0.346615)
    world.seed("protecto", {"tracking_id": waits, "age": 0, "status": None})
    world.seed("protecto", {"tracking_id": done, "age": 0, "status": "SUCCESS"})
    return Ask(same=[""])


@prepares("protecto/status-200-single-id")
def _one_id(world: Any) -> Ask:
    world.seed("protecto", {"tracking_id": "123456789"})
    return Ask()


def _protecto_word(name: str, seconds: float) -> Prepare:
    def prepare(world: Any) -> Ask:
        scan = world.start_protecto(name)
        world.clock.advance(seconds)
        return Ask(body=[scan], same=["data.0.status"])

    return prepare


PREPARE["protecto/status-200-pending"] = _protecto_word("ok", 0)
PREPARE["protecto/status-200-in-progress"] = _protecto_word("ok", 2)
PREPARE["protecto/status-200-success"] = _protecto_word("ok", 5)
PREPARE["protecto/status-200-failed"] = _protecto_word("error", 5)


# Advalidation


def _creative_scan(creative: int, seconds: float) -> Prepare:
    def prepare(world: Any) -> Ask:
        token = "sandbox-admin-token" if creative == 12 else "sandbox-token"
        scan = world.advalidation("POST", f"/creatives/{creative}/rescan", body={}, token=token).json()["data"]["id"]
        world.clock.advance(seconds)
        return Ask(path=f"/scans/{scan}")

    return prepare


PREPARE["advalidation/get-scan-200"] = _creative_scan(1, 60)
PREPARE["advalidation/get-scan-200-checks"] = _creative_scan(1, 60)
PREPARE["advalidation/get-scan-200-queued"] = _creative_scan(1, 0)
PREPARE["advalidation/get-scan-403"] = _creative_scan(12, 60)
PREPARE["advalidation/get-scan-404"] = _as_it_is
PREPARE["advalidation/get-scan-422"] = _as_it_is


# The tests


def name_of(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


def test_every_documented_row_has_a_file() -> None:
    for vendor, operations in DOCUMENTED.items():
        for operation, statuses in operations.items():
            found = {
                json.loads(file.read_text(encoding="utf-8"))["response"]["status"]
                for file in (CONTRACTS / vendor).glob(f"{operation}-[0-9]*.json")
            }
            assert found == statuses, f"{vendor} {operation}"


def test_every_file_is_tried_and_nothing_else() -> None:
    prepared = {name_of(file) for file in FILES if "sandbox" in json.loads(file.read_text(encoding="utf-8"))}
    assert prepared | set(PREPARE) == {name_of(file) for file in FILES}
    assert not prepared & set(PREPARE)


def _as_the_file_says(world: Any, vendor: str, wish: dict[str, Any]) -> Ask:
    """What the field `sandbox` of a contract asks for: settings, an existing scan, a token; `{id}` in the path."""
    world.settings(vendor, **wish.get("settings", {}))
    (scan_id,) = world.seed(vendor, wish["scan"]) if "scan" in wish else (None,)
    path = wish["path"].format(id=scan_id) if "path" in wish else None
    return Ask(path=path, token=wish.get("token", "sandbox-token"), same=wish.get("same", []))


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_sandbox_keeps_the_contract(file: Path, world: Any) -> None:
    contract = json.loads(file.read_text(encoding="utf-8"))
    assert set(contract) - {"note", "sandbox"} == {"document", "section", "request", "response"}
    request, response, vendor = contract["request"], contract["response"], file.parent.name
    prepare = PREPARE.get(name_of(file))
    ask = prepare(world) if prepare else _as_the_file_says(world, vendor, contract["sandbox"])
    base = world.bases[vendor]
    path = ask.path or request["path"].removeprefix("/api/v1")
    reply = world.call(
        request["method"],
        base + path,
        token=ask.token,
        query=ask.query or request["query"],
        body=ask.body if ask.body is not None else request["body"],
    )
    assert reply.status == response["status"], reply.body
    for header, value in response["headers"].items():
        assert reply.headers.get(header.lower()) == value, header
    _check_body(reply, response["body"], name_of(file), ask)


def _check_body(reply: Any, expected: Any, name: str, ask: Ask) -> None:
    if expected is None:
        assert reply.body == b""
        return
    if isinstance(expected, str):  # a text that is no JSON
        assert reply.body.decode() == expected
        return
    actual = reply.json()
    alike(actual, expected, name, "")
    for place in ask.same:
        assert _at(actual, place) == _at(expected, place), place


def alike(actual: Any, expected: Any, name: str, place: str, *, first: bool = True) -> None:
    """The same keys, and values of the same types. Only the first item of a list must have something in its lists."""
    key = place.rpartition(".")[2]
    if key in NULLABLE:
        assert actual is None or isinstance(actual, NULLABLE[key]), place
        return
    assert type(actual) is type(expected), f"{place}: {actual!r} is not like {expected!r}"
    if isinstance(expected, dict):
        vendor = name.partition("/")[0]
        missing = set(expected) - set(actual) - OPTIONAL.get(vendor, set())
        assert not missing, f"{place} lacks {missing}"
        if name not in MORE_KEYS:
            extra = set(actual) - set(expected) - (KNOWN_EXTRA if vendor == "advalidation" else set())
            # The form of a check of Advalidation is not documented.
            assert not extra or expected == {}, f"{place} has {extra} too"
        for part in set(expected) & set(actual):
            alike(actual[part], expected[part], name, f"{place}.{part}", first=first)
    elif isinstance(expected, list) and expected:
        assert actual or not first, f"{place} is empty"
        for number, item in enumerate(actual):
            alike(item, expected[0], name, f"{place}.{number}", first=first and number == 0)


def _at(body: Any, place: str) -> Any:
    for part in filter(None, place.split(".")):
        body = body[int(part)] if isinstance(body, list) else body[part]
    return body
