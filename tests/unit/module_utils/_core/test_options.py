# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options without Ansible: the environment, types, and messages for what is wrong."""

from __future__ import annotations

import math
import sys
import typing as t
import zoneinfo
from dataclasses import fields
from datetime import datetime, timezone

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.options import (
    CONNECTION_OPTIONS,
    ConnectionOptions,
    check_seconds,
    connection_options,
    credentials_in,
    parse_time_zone,
)

ENVIRONMENT = {
    "DATASCAN_PROVIDER": "bigid",
    "DATASCAN_API_URL": "https://vendor.test/v1",
    "DATASCAN_API_TOKEN": "from the environment",
    "DATASCAN_VALIDATE_CERTS": "no",
    "DATASCAN_CA_PATH": "~/ca.pem",
}


def test_the_table_and_the_dataclass_have_the_same_options_and_defaults() -> None:
    assert list(CONNECTION_OPTIONS) == [field.name for field in fields(ConnectionOptions)]
    given = {name: option["default"] for name, option in CONNECTION_OPTIONS.items() if "default" in option}
    assert connection_options({"provider": "bigid", **given}, {}) == ConnectionOptions("bigid")


def test_the_environment_is_the_fallback_for_unset_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ci")
    options = connection_options({"api_token": "given", "timeout": "7.5", "retries": None}, ENVIRONMENT)
    assert options == ConnectionOptions(
        "bigid", "https://vendor.test/v1", "given", validate_certs=False, ca_path="/home/ci/ca.pem", timeout=7.5
    )


def test_an_empty_text_is_not_set() -> None:
    options = connection_options({"api_url": "", "validate_certs": "", "timeout": ""}, {**ENVIRONMENT})
    assert (options.api_url, options.validate_certs, options.timeout) == ("https://vendor.test/v1", False, 30.0)
    blank = connection_options({"provider": "bigid"}, {"DATASCAN_VALIDATE_CERTS": "", "DATASCAN_API_URL": ""})
    assert (blank.validate_certs, blank.api_url) == (True, None)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "provider is missing: set it, or the environment variable DATASCAN_PROVIDER."),
        ({"provider": "bigid", "api_key": "x"}, "api_key is not an option. Did you mean api_token?"),
        ({"provider": "bigid", "zzz": "x"}, "zzz is not an option: use provider, api_url"),
        ({"provider": "bigid", "timeout": "soon"}, "timeout must be a number."),
        ({"provider": "bigid", "timeout": 0}, "timeout must be more than 0 seconds."),
        ({"provider": "bigid", "timeout": 10**400}, "timeout must be a number."),
        ({"provider": "bigid", "timeout": True}, "timeout must be a number."),
        ({"provider": "bigid", "retries": 1.9}, "retries must be a whole number."),
        ({"provider": "bigid", "retries": float("inf")}, "retries must be a whole number."),
        ({"provider": "bigid", "retries": -1}, "retries must be 0 or more."),
        ({"provider": "bigid", "validate_certs": "maybe"}, "validate_certs must be true or false."),
        ({"provider": 7}, "provider must be a text."),
        ({"provider": "bigid", "api_token": ["s3cret"]}, "api_token must be a text."),
    ],
)
def test_what_is_wrong_is_named_and_no_value_is_quoted(given: dict[str, t.Any], message: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        connection_options(given, {})
    assert caught.value.message.startswith(message)
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize("value", [-1, 0, math.nan, -math.inf, math.inf, 1e10])
def test_a_duration_is_positive_and_no_longer_than_a_clock_can_count(value: float) -> None:
    with pytest.raises(InvalidInputError, match=r"^wait_timeout must be"):
        check_seconds("wait_timeout", value)


def test_zero_is_a_duration_where_it_is_allowed() -> None:
    check_seconds("wait_timeout", 0, zero=True)
    with pytest.raises(InvalidInputError, match=r"must be 0 or more seconds"):
        check_seconds("wait_timeout", -0.1, zero=True)


def test_credentials_are_found_at_any_depth_and_data_is_not_a_credential() -> None:
    table = {
        "api_token": {"type": "str", "no_log": True, "aliases": ["token"]},
        "targets": {"type": "list", "options": {"key": {"no_log": True}, "samples": {"type": "list", "no_log": True}}},
    }
    values = {"token": "t", "targets": [{"key": "k", "samples": ["1"]}, "not a dictionary"]}
    assert list(credentials_in(table, values)) == ["t", "k"]


def test_the_text_of_the_options_shows_no_token() -> None:
    assert "s3cret" not in repr(ConnectionOptions("bigid", api_token="s3cret", refresh_token="s3cret"))


# Time zones


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        (None, "12:00"),
        ("", "12:00"),
        ("UTC", "12:00"),
        ("Z", "12:00"),
        ("+00:00", "12:00"),
        ("+05:30", "06:30"),
        ("+0530", "06:30"),
        ("-08:00", "20:00"),
        (" Europe/Berlin ", "10:00"),
        ("Asia/Kolkata", "06:30"),
    ],
)
def test_a_time_zone_is_an_offset_or_a_name(text: str | None, utc: str) -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=parse_time_zone(text))
    assert noon.astimezone(timezone.utc).strftime("%H:%M") == utc


@pytest.mark.parametrize(
    "text",
    ["Berlin", "+24:00", "+05:60", "5:30", "330", "CEST+1", "../etc/passwd", "/etc/passwd", "Europe", "a\0b", "\ud800"],
)
def test_any_other_time_zone_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^time_zone .* is not known here: set it to"):
        ConnectionOptions("protecto", time_zone=text).check()


def test_a_machine_without_the_database_of_time_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tzdata", None)
    zoneinfo.reset_tzpath([])
    try:
        zoneinfo.ZoneInfo.clear_cache()
        with pytest.raises(InvalidInputError, match=r"Names need .* the Python package tzdata\.$"):
            parse_time_zone("Europe/Vaduz")
        assert parse_time_zone("UTC") is timezone.utc
    finally:
        zoneinfo.reset_tzpath()
