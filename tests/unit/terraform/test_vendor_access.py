# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider's configuration, and what all its resources share."""

from __future__ import annotations

import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import requests
from sandbox_vendor import REFRESH_TOKEN
from terraform_provider_datascan import schemas, vendor_access
from terraform_provider_datascan._core.options import CONNECTION_OPTIONS
from terraform_provider_datascan._core.providers.registry import provider_classes
from terraform_provider_datascan.hand_over import HandOver, agree
from terraform_provider_datascan.protocol.choices import report_wrong_choices
from terraform_provider_datascan.protocol.diagnostics import Diagnostics, ProviderError
from terraform_provider_datascan.protocol.provider import Call
from terraform_provider_datascan.protocol.values import UNKNOWN, Values
from terraform_provider_datascan.provider import DatascanProvider
from terraform_provider_datascan.vendor_access import VendorAccess
from terraform_provider_datascan.wording import for_terraform, path_of
from terraform_steps import SimulatedAccess, Steps, provider_config, sample_config

pytestmark = pytest.mark.one_core

PACKAGE = Path(schemas.__file__).parent


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the options of this user from the environment."""
    for option in CONNECTION_OPTIONS.values():
        monkeypatch.delenv(option.get("env", "DATASCAN_"), raising=False)


def configured(**given: t.Any) -> VendorAccess:
    access = VendorAccess()
    access.configure(provider_config(**given), Call(Diagnostics()))
    return access


def test_the_environment_gives_what_is_not_set_and_an_empty_text_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATASCAN_PROVIDER", "glasswall")
    monkeypatch.setenv("DATASCAN_API_TOKEN", "token-of-the-environment")
    access = configured(vendor="", api_token="")
    assert (access.vendor, access.is_connected) == ("glasswall", True)
    assert "token-of" not in access.redactor.redact_text("token-of-the-environment")
    monkeypatch.setenv("DATASCAN_API_TOKEN", "")
    with pytest.raises(ProviderError, match="wrong"):
        configured(api_token="")


@pytest.mark.parametrize(
    ("given", "message", "path"),
    [
        ({}, "vendor is missing", ("vendor",)),
        ({"vendor": "glasswall", "api_token": None}, "api_token is missing", ("api_token",)),
        ({"vendor": "glasswall", "api_url": None}, "api_url is missing", ("api_url",)),
        ({"vendor": "glasswall", "timeout": 0}, "timeout must be more than 0", ("timeout",)),
        ({"vendor": "glasswall", "retries": -1}, "retries must be 0 or more", ("retries",)),
        ({"vendor": "glasswall", "retries": 1.5}, "retries must be a whole number", ("retries",)),
        ({"vendor": "protecto", "time_zone": "Mars"}, "time_zone 'Mars' is not known", ("time_zone",)),
    ],
    ids=str,
)
def test_an_option_that_cannot_work_is_named(given: Values, message: str, path: tuple[str]) -> None:
    with pytest.raises(ProviderError) as caught:
        configured(**given)
    assert message in caught.value.detail
    assert caught.value.path == path


def test_an_unknown_option_is_waited_for(vendor: str = "glasswall") -> None:
    access = configured(vendor=vendor, api_url=UNKNOWN, api_token=UNKNOWN)
    assert (access.vendor, access.is_connected) == (vendor, False)
    access.validate(provider_config(vendor=UNKNOWN, timeout=UNKNOWN))
    config = sample_config(vendor)
    steps = Steps(t.cast("SimulatedAccess", access))
    action, planned = steps.plan(config)
    assert (action, planned["source"]) == ("create", "acct.blob.core.windows.net/uploads")
    state = {**dict.fromkeys(planned), "id": "a"}
    assert steps._resource().read(state) == state
    with pytest.raises(ProviderError) as caught:
        access.context(Call(Diagnostics()))
    assert "api_token, api_url of the provider are known only after apply." in caught.value.detail


def test_all_resources_share_one_exchange_of_tokens() -> None:
    access = SimulatedAccess("bigid", lasts=1.0)
    access.configure(provider_config(vendor="bigid", api_token=None, refresh_token=REFRESH_TOKEN), Call(Diagnostics()))
    network, paths = access.network, []

    class Recorder(requests.adapters.BaseAdapter):
        def send(self, request: t.Any, **options: t.Any) -> requests.Response:
            paths.append(request.path_url)
            return network.send(request, **options)

        def close(self) -> None:
            """There is nothing to close."""

    access.network = Recorder()
    for _resource in range(3):
        assert Steps(access).apply(sample_config("bigid")) is None
    assert len([path for path in paths if "refresh-access-token" in path]) == 1


def test_all_resources_share_one_rate_limit() -> None:
    access = SimulatedAccess("advalidation")
    clients = [access.context(Call(Diagnostics())).provider._client for _call in range(2)]
    assert clients[0] is not clients[1]
    assert clients[0]._rate_limiter is clients[1]._rate_limiter


def test_a_warning_is_shown_once_and_without_secrets() -> None:
    access = configured(vendor="glasswall", api_token="a-very-secret-token")
    diagnostics = Diagnostics()
    for _time in range(2):
        access.warn(Call(diagnostics), "Note", "the vendor said a-very-secret-token\nand more")
    (found,) = diagnostics.found
    assert found.detail == "the vendor said ******** and more"


def test_progress_in_the_log_has_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(vendor_access, "write_log", lambda level, line: lines.append(line))
    access = configured(vendor="glasswall", api_token="a-very-secret-token")
    access._log_progress("1 of 1 runs: a-very-secret-token\nand more")
    assert lines == ["1 of 1 runs: ******** and more"]


def test_a_token_of_the_environment_is_masked_before_there_is_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATASCAN_API_TOKEN", "token-of-the-environment")
    access = configured(vendor="glasswall", api_url=UNKNOWN, api_token=None)
    assert not access.is_connected
    assert access.redactor.redact_text("token-of-the-environment") == "********"


def test_what_is_stored_has_no_secret_and_no_command_for_a_log() -> None:
    access = configured(vendor="glasswall", api_token="a-very-secret-token")
    shown = access.shown({"error": "##vso[task.complete] a-very-secret-token"})
    assert "##vso[" not in shown["error"]
    assert "very-secret" not in shown["error"]


# Wording


@pytest.mark.parametrize("vendor", sorted(provider_classes()))
def test_advice_of_the_core_names_nothing_of_ansible(vendor: str) -> None:
    ansible = re.compile(r"\b(?:scan_(?:start|status|wait|cancel)|task|provider:|on_timeout|if_active:)")
    for capability, sentence in provider_classes()[vendor].unsupported.items():
        if capability != "rescan":  # which Terraform does not do
            assert ansible.search(for_terraform(sentence)) is None, capability


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ("glasswall.source_connection_string would be refused: it expired.", ("glasswall", "source_connection_string")),
        ("protecto.objects[1].object_name is empty.", ("protecto", "objects", 1, "object_name")),
        ("wait_timeout must be 0 or more seconds.", ("wait_timeout",)),
        ("The vendor did not answer.", ()),
        ("", ()),
    ],
)
def test_a_message_stands_at_the_attribute_that_it_begins_with(message: str, path: tuple[t.Any, ...]) -> None:
    assert path_of(message, schemas.RESOURCES["datascan_scan"].attributes) == path


def test_choices_are_checked_at_any_depth_where_they_are_known() -> None:
    diagnostics = Diagnostics()
    attributes = schemas.DATA_SOURCES["datascan_gate"].attributes
    config: Values = {"mode": "advice", "policy": {"states": ["completed", "done", UNKNOWN]}}
    report_wrong_choices(attributes, config, diagnostics)
    report_wrong_choices(attributes, {"mode": "", "policy": UNKNOWN}, diagnostics)
    assert {(one.path, one.summary) for one in diagnostics.found} == {
        (("mode",), "Wrong mode"),
        (("policy", "states"), "Wrong states"),
    }


# Hand over


def test_a_scan_is_handed_over_once_and_to_the_plan_that_it_was_left_for() -> None:
    hand_over = HandOver()
    hand_over.leave({"id": "a"}, {"source": UNKNOWN, "triggers": {"version": "1"}})
    assert hand_over.take({"source": "here", "triggers": {"version": "2"}}) is None
    assert hand_over.take({"source": "here", "triggers": {"version": "1"}}) == {"id": "a"}
    assert hand_over.take({"source": "here", "triggers": {"version": "1"}}) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (1, 1, True),
        (1, UNKNOWN, True),
        ([1, UNKNOWN], [1, 2], True),
        ([1], [1, 2], False),
        ({"a": [UNKNOWN]}, {"a": [{"b": 1}]}, True),
        ({"a": 1}, {"b": 1}, False),
        (None, UNKNOWN, True),
        (None, {"a": 1}, False),
    ],
)
def test_values_agree_as_far_as_they_are_known(one: t.Any, other: t.Any, expected: bool) -> None:
    assert agree(one, other) is expected


# Schemas


def test_the_schemas_load_without_the_core() -> None:
    """Terraform starts the provider three times for a plan, and the first start needs nothing but the schemas."""
    code = (
        "import sys; from terraform_provider_datascan.provider import DatascanProvider; p = DatascanProvider(); "
        "assert p.schema and p.resource_schemas and p.data_source_schemas; "
        "print([name for name in sys.modules if '_core' in name])"
    )
    command = [sys.executable, "-B", "-c", code]
    printed = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_every_kind_has_a_schema() -> None:
    provider = DatascanProvider()
    assert provider.resources.keys() == provider.resource_schemas.keys()
    for name, kind in provider.resources.items():
        assert kind.schema is provider.resource_schemas[name]
