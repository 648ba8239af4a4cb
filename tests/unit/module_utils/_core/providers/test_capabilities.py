# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An incomplete provider fails when its class is defined. Its base classes define what it supports."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import UnsupportedError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.base import CAPABILITIES, Provider
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import (
    CancelsScans,
    CountsIssues,
    ListsColumns,
    ListsScans,
    RescansScans,
    StartsScans,
    require,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import (
    provider_classes,
    providers_supporting,
)
from scripted_vendor import connected

CLASSES: dict[str, type[Provider]] = {
    "start": StartsScans,
    "list": ListsScans,
    "cancel": CancelsScans,
    "rescan": RescansScans,
    "columns": ListsColumns,
    "issues": CountsIssues,
}
METHODS: dict[str, set[str]] = {
    "start": {"validate_target", "predict_scan", "start"},
    "list": {"list_scans", "list_scans_of"},
    "cancel": {"is_cancellable", "cancel"},
    "rescan": {"get_rescan_parent", "find_running_rescan", "rescan_blocker", "rescan", "find_created_rescan"},
    "columns": {"list_clusters", "list_columns"},
    "issues": {"count_issues"},
}
ALL = {name: f"Do something else than {name}." for name in CAPABILITIES}


def body(**changes: t.Any) -> dict[str, t.Any]:
    """The body of a complete provider without capabilities; a change to None leaves the name out."""
    names: dict[str, t.Any] = {
        "name": "vendor",
        "title": "Vendor",
        "unsupported": ALL,
        "state_map": {"done": ScanState.COMPLETED},
        "parse_errors": classmethod(lambda cls, response: []),
        "check_id": lambda self, scan_id: scan_id,
        "get": lambda self, scan_id: None,
    }
    return {name: value for name, value in {**names, **changes}.items() if value is not None}


def define(*bases: type, **changes: t.Any) -> type[Provider]:
    return t.cast("type[Provider]", type("Vendor", bases or (Provider,), body(**changes)))


def with_capability(name: str, **changes: t.Any) -> type[Provider]:
    """A provider with all that one capability needs."""
    methods: dict[str, t.Any] = {method: lambda self, *args: None for method in METHODS[name]}
    attributes: dict[str, t.Any] = {"target_options": {"path": {"type": "str"}}} if name == "start" else {}
    unsupported = {other: sentence for other, sentence in ALL.items() if other != name}
    return define(CLASSES[name], **{**methods, **attributes, "unsupported": unsupported, **changes})


def problem(*parts: str) -> str:
    return rf"^Vendor is not a complete provider: .*{'.*'.join(parts)}"


def test_a_provider_may_have_no_capability() -> None:
    vendor = define()
    assert not any(vendor.supports(name) for name in CAPABILITIES)


@pytest.mark.parametrize("name", CAPABILITIES)
def test_a_provider_supports_what_it_extends(name: str) -> None:
    vendor = with_capability(name)
    assert [one for one in CAPABILITIES if vendor.supports(one)] == [name]


def test_every_capability_has_its_class() -> None:
    assert set(CLASSES) == set(METHODS) == set(CAPABILITIES)
    for name, capability in CLASSES.items():
        assert capability.supports(name)
        own = {one for one, value in vars(capability).items() if getattr(value, "__isabstractmethod__", False)}
        assert own == METHODS[name]


@pytest.mark.parametrize("name", ["name", "title", "unsupported", "state_map", "parse_errors", "check_id", "get"])
def test_what_every_provider_has_must_be_there(name: str) -> None:
    with pytest.raises(TypeError, match=problem("it lacks", name)):
        define(**{name: None})


@pytest.mark.parametrize(("name", "method"), [(name, one) for name in METHODS for one in sorted(METHODS[name])])
def test_every_method_of_a_capability_must_be_there(name: str, method: str) -> None:
    with pytest.raises(TypeError, match=problem(f"it lacks {method}")):
        with_capability(name, **{method: None})


def test_a_provider_that_starts_scans_has_options_for_what_to_scan() -> None:
    with pytest.raises(TypeError, match=problem("it lacks target_options")):
        with_capability("start", target_options=None)


@pytest.mark.parametrize("name", CAPABILITIES)
@pytest.mark.parametrize("sentence", [None, ""])
def test_what_is_not_implemented_must_be_explained(name: str, sentence: str | None) -> None:
    explained = {**ALL, name: sentence} if sentence is not None else {one: ALL[one] for one in ALL if one != name}
    with pytest.raises(TypeError, match=problem(f"neither implements {name} nor explains")):
        define(unsupported=explained)


@pytest.mark.parametrize("name", CAPABILITIES)
def test_what_is_implemented_must_not_be_excluded(name: str) -> None:
    with pytest.raises(TypeError, match=problem(f"both implements and excludes {name}")):
        with_capability(name, unsupported=ALL)


def test_only_capabilities_can_be_excluded() -> None:
    with pytest.raises(TypeError, match=problem("`unsupported` has 'dance', which is not a capability")):
        define(unsupported={**ALL, "dance": "Sing."})


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(TypeError, match=problem("it lacks cancel, title", "both implements and excludes cancel")):
        with_capability("cancel", cancel=None, title=None, unsupported=ALL)


def test_a_part_of_a_provider_is_checked_with_the_whole() -> None:
    class Part(ListsColumns, is_partial=True):
        """A provider that supports only clusters."""

        def list_clusters(self) -> list[t.Any]:
            return []

    rest = {one: sentence for one, sentence in ALL.items() if one != "columns"}
    with pytest.raises(TypeError, match=problem("it lacks list_columns")):
        define(Part, unsupported=rest)
    assert define(Part, unsupported=rest, list_columns=lambda self, query: iter(())).supports("columns")


def test_a_capability_has_a_known_name() -> None:
    with pytest.raises(TypeError, match="there is no capability 'dance'"):

        class Dances(Provider, capability="dance"):
            """A class that is not a capability."""


def test_a_capability_that_does_not_exist_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="There is no capability 'dance'"):
        define().supports("dance")


def test_scans_are_the_same_by_source_and_target() -> None:
    def scan(**fields: t.Any) -> Scan:
        return Scan(id="1", provider="vendor", state=ScanState.RUNNING, **fields)

    vendor = with_capability("start", predict_scan=lambda self, target: scan(source=target["path"], target="t"))
    provider = t.cast("t.Any", vendor)(None, None, print)
    assert provider.is_same_target(scan(source="a", target="t"), {"path": "a"})
    assert not provider.is_same_target(scan(source="b", target="t"), {"path": "a"})
    assert not provider.is_same_target(scan(source="a", target="u"), {"path": "a"})


# The four vendors


@pytest.mark.parametrize("name", provider_classes())
def test_what_a_vendor_lacks_is_refused_with_what_to_do_instead(name: str) -> None:
    provider, _script = connected([], provider=name)
    for capability, base in CLASSES.items():
        if provider.supports(capability):
            assert require(provider, base) is provider
            continue
        with pytest.raises(UnsupportedError) as caught:
            require(provider, base)
        sentence = provider.unsupported[capability]
        assert caught.value.message == f"{provider.title} cannot {CAPABILITIES[capability]}. {sentence}"


def test_providers_are_found_by_capability() -> None:
    known = {
        "start": {"bigid", "glasswall", "protecto"},
        "list": {"bigid", "glasswall"},
        "cancel": {"glasswall"},
        "rescan": {"advalidation", "glasswall"},
        "columns": {"bigid"},
        "issues": {"advalidation", "glasswall"},
    }
    for name, base in CLASSES.items():
        found = {vendor.name for vendor in providers_supporting(base)}
        assert found == {vendor.name for vendor in provider_classes().values() if vendor.supports(name)}
        assert found >= known[name]
