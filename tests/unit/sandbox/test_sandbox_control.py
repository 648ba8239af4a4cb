# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control routes, and the README, which must document all settings."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from datascan_sandbox.faults import Fault, Kind
from datascan_sandbox.vendors import vendor_classes

README = Path(__file__).resolve().parents[3] / "roles" / "sandbox" / "README.md"
VENDORS = [vendor.name for vendor in vendor_classes()]


def test_requests_are_noted_in_order_without_headers_or_bodies(world: Any) -> None:
    world.start()
    world.glasswall("GET", "/scans", query={"scanStatus": ["Listing", "Processing"], "page": 1})
    world.bigid("GET", "/clusters", token="wrong")
    world.control("GET", "/health")
    noted = world.control("GET", "/requests").json()
    assert noted == [
        {
            "vendor": "glasswall",
            "method": "POST",
            "path": "/glasswall/api/v1/scans",
            "query": "",
            "status": 200,
            "fault": None,
        },
        {
            "vendor": "glasswall",
            "method": "GET",
            "path": "/glasswall/api/v1/scans",
            "query": "scanStatus=Listing&scanStatus=Processing&page=1",
            "status": 200,
            "fault": None,
        },
        {
            "vendor": "bigid",
            "method": "GET",
            "path": "/bigid/api/v1/clusters",
            "query": "",
            "status": 401,
            "fault": None,
        },
    ]
    world.control("DELETE", "/requests")
    assert world.control("GET", "/requests").json() == []


def test_a_request_in_the_journal_names_its_fault(world: Any) -> None:
    world.fault("status", code=502)
    world.glasswall("GET", "/scans")
    noted = world.control("GET", "/requests").json()[0]
    assert (noted["status"], noted["fault"]) == (502, "status")


def test_settings_merge(world: Any) -> None:
    before = world.control("GET", "/settings").json()
    world.settings("glasswall", listing_seconds=9)
    world.settings("glasswall", page_size_default=3)
    after = world.control("GET", "/settings").json()
    assert after["glasswall"] == {**before["glasswall"], "listing_seconds": 9, "page_size_default": 3}
    assert {**after, "glasswall": before["glasswall"]} == before


@pytest.mark.parametrize(
    "changes",
    [
        {"glasswall": {"nonsense": 1}},
        {"glasswall": {"page_links": "pretty"}},
        {"glasswall": {"listing_seconds": "long"}},
        {"acme": {}},
    ],
)
def test_wrong_settings_change_nothing(world: Any, changes: dict[str, Any]) -> None:
    before = world.control("GET", "/settings").json()
    reply = world.control("POST", "/settings", {"bigid": {"queued_seconds": 7}, **changes})
    assert reply.status in (400, 404) and reply.json()["detail"]
    assert world.control("GET", "/settings").json() == before


def test_a_misspelt_setting_comes_with_the_one_that_is_meant(world: Any) -> None:
    reply = world.control("POST", "/settings", {"glasswall": {"listing_second": 1}})
    assert reply.json()["detail"].endswith(". Did you mean listing_seconds?")


def test_reset_forgets_everything(world: Any) -> None:
    before = world.control("GET", "/settings").json()
    world.settings("protecto", pending_seconds=50)
    world.fault("html", rule={"times": None})
    world.control("POST", "/clock", {"advance": 500})
    for vendor in VENDORS:
        world.seed(vendor, {"count": 2})
    assert world.control("POST", "/reset").status == 200
    assert world.control("GET", "/settings").json() == before
    assert world.control("GET", "/faults").json() == world.control("GET", "/requests").json() == []
    assert world.control("GET", "/clock").json()["offset"] == 0
    assert [world.control("GET", f"/{vendor}/scans").json() for vendor in VENDORS] == [[]] * len(VENDORS)


def test_clock_can_be_moved(world: Any) -> None:
    scan = world.start()
    assert world.control("POST", "/clock", {"advance": 3600}).json()["offset"] == 3600
    assert world.glasswall("GET", f"/scans/{scan}").json()["scanStatus"] == "Completed"


@pytest.mark.parametrize("vendor", VENDORS)
def test_seeds(world: Any, vendor: str) -> None:
    made = world.seed(vendor, {"count": 3, "extraField": "kept"})
    scans = world.control("GET", f"/{vendor}/scans").json()
    assert len(set(made)) == len(scans) == 3
    assert all(scan["extraField"] == "kept" for scan in scans)


def test_a_seed_can_go_its_usual_way_or_run_for_ever(world: Any) -> None:
    usual = world.seed("glasswall", {"status": None, "age": 0})[0]
    runs = world.seed("glasswall", {"status": "Processing"})[0]
    world.clock.advance(100000)
    shown = {scan["scanId"]: scan["scanStatus"] for scan in world.control("GET", "/glasswall/scans").json()}
    assert shown == {usual: "Completed", runs: "Processing"}


@pytest.mark.parametrize("wish", [{"count": "many"}, {"age": None}])
def test_a_wrong_seed_is_refused(world: Any, wish: dict[str, Any]) -> None:
    assert world.control("POST", "/glasswall/scans", wish).status == 400


def test_unknown_vendor(world: Any) -> None:
    assert world.control("GET", "/acme/scans").status == 404
    assert world.call("GET", "/acme/scans").status == 404


def test_readme_lists_every_setting_with_its_default(world: Any) -> None:
    rows = dict(re.findall(r"^\| `(\w+\.\w+)` \| `(.*?)` \|", README.read_text(encoding="utf-8"), re.MULTILINE))
    settings = world.control("GET", "/settings").json()
    expected = {f"{vendor}.{name}": _shown(value) for vendor in VENDORS for name, value in settings[vendor].items()}
    assert rows == expected


def test_readme_lists_every_fault_and_option() -> None:
    text = README.read_text(encoding="utf-8")
    for name in (*get_args(Kind), *Fault.model_fields):
        assert f"`{name}`" in text, name


def test_role_names_its_variables_alike_everywhere() -> None:
    defaults = yaml.safe_load((README.parent / "defaults" / "main.yml").read_text(encoding="utf-8"))
    specs = yaml.safe_load((README.parent / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options = specs["argument_specs"]["main"]["options"]
    rows = set(re.findall(r"^\| `(sandbox_\w+)` \| .* \| .* \|$", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(defaults) == set(options) == rows
    # The default of sandbox_python is an expression, which a specification cannot have.
    assert all(options[name].get("default") == value for name, value in defaults.items() if name != "sandbox_python")


def _shown(value: Any) -> str:
    """A value as YAML has it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else json.dumps(value)
