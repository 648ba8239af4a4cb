# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A route that does not exist: a plain 404 that names the route, and no scan."""

from __future__ import annotations

from typing import Any

import pytest
from datascan_sandbox.vendors import vendor_classes

BASES = {vendor.name: vendor.api_path() for vendor in vendor_classes()}


@pytest.mark.parametrize("vendor", BASES)
@pytest.mark.parametrize("path", ["/nothing", "/scans/1/nothing", "/scans/"])
@pytest.mark.parametrize("token", ["sandbox-token", None])
def test_an_unknown_route_is_named(world: Any, vendor: str, path: str, token: str | None) -> None:
    reply = world.vendor(vendor, "PATCH", path, token=token)
    assert (reply.status, reply.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert reply.body.decode() == f"There is no route PATCH {BASES[vendor]}{path}."
    assert world.control("GET", "/requests").json()[-1]["status"] == 404


@pytest.mark.parametrize("path", ["/", "/nobody", "/nobody/v1/scans", "/_control/nothing/at/all"])
def test_an_address_of_no_vendor_is_named_as_well(world: Any, path: str) -> None:
    reply = world.call("GET", path)
    assert (reply.status, reply.body.decode()) == (404, f"There is no route GET {path}.")


def test_an_error_of_a_control_route_has_its_own_message(world: Any) -> None:
    reply = world.control("GET", "/nobody/scans")
    assert reply.status == 404 and "Unknown vendor nobody" in reply.json()["detail"]


@pytest.mark.parametrize(("paths", "path"), [("old", "/data-scan/status"), ("new", "/data-scan-status")])
def test_a_path_of_another_generation_is_an_unknown_route(world: Any, paths: str, path: str) -> None:
    world.settings("protecto", paths=paths)
    assert world.protecto(path, ["a"]).body.decode() == f"There is no route PUT {BASES['protecto']}{path}."


def test_a_record_that_a_deployment_lacks_is_an_unknown_route(world: Any) -> None:
    scan = world.start_bigid("nightly")
    world.settings("bigid", scan_record="absent")
    assert world.bigid("GET", f"/scans/{scan}").body.decode().endswith(f"/scans/{scan}.")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("vendor", BASES)
def test_a_method_that_a_route_lacks_is_refused_with_those_that_it_has(world: Any, vendor: str, method: str) -> None:
    path = {"bigid": "/scanProfiles", "protecto": "/data-scan/status"}.get(vendor, "/scans/1")
    allowed = {"bigid": "GET, POST", "protecto": "PUT", "glasswall": "DELETE, GET, PATCH"}.get(vendor, "GET")
    reply = world.vendor(vendor, method, path)
    assert (reply.status, reply.headers["allow"]) == (405, allowed)
    assert b"Server error" not in reply.body


LONG = "9" * 5000
DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    ("vendor", "method", "path", "more"),
    [
        ("advalidation", "GET", f"/scans/{LONG}", {}),
        ("advalidation", "GET", "/creatives/٣", {}),
        ("advalidation", "POST", "/campaigns", {"body": {"name": "a", "type": "display", "adspecId": [1]}}),
        ("advalidation", "POST", "/campaigns", {"body": {"name": "a", "type": "display", "adspecId": True}}),
        ("advalidation", "POST", "/campaigns/1/creatives", {"body": DEEP}),
        ("bigid", "GET", "/scans/parent-scans", {"query": {"limit": LONG}}),
        ("bigid", "GET", "/ds-connections", {"query": {"skip": "-1"}}),
        ("bigid", "POST", "/scans", {"body": DEEP}),
        ("protecto", "PUT", "/data-scan/status", {"body": DEEP}),
        ("protecto", "PUT", "/data-scan/data-scan-async", {"body": [{"object_name": ["a"], "data_samples": "x"}]}),
        ("protecto", "PUT", "/data-scan-async", {"body": [{"object_name": ["a"], "data_samples": ["x"]}]}),
        ("protecto", "PUT", "/data-scan-async", {"body": [{"object_name": ["a"], "data_samples": [{"samples": "x"}]}]}),
        ("protecto", "PUT", "/data-scan-details", {"body": {"data": {"object_name": ["a"]}, "next_page_token": LONG}}),
        ("glasswall", "POST", "/scans", {"body": DEEP}),
        ("glasswall", "GET", "/scans", {"query": {"page": LONG}}),
    ],
)
def test_what_is_not_valid_is_the_clients_error(world: Any, vendor: str, method: str, path: str, more: Any) -> None:
    assert world.vendor(vendor, method, path, **more).status in (400, 404, 422)
    assert not world.sandbox.vendors[vendor].by_id
