# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five rules for each connection string, and messages that contain no part of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.glasswall.azure_sas import ConnectionString

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
SOURCE = {"resources": "so", "permissions": "rl"}
DESTINATION = {"resources": "sco", "permissions": "rwcl"}
GOOD = {
    "sv": "2022-11-02",
    "ss": "bfqt",
    "srt": "sco",
    "st": "2025-12-31T00:00:00Z",
    "se": "2026-01-02T00:00:00Z",
    "spr": "https",
    "sig": "ZmFrZQ%3D%3D",
}


def string(endpoint: str = "BlobEndpoint=https://acct.blob.core.windows.net/", **fields: str) -> str:
    given = {**GOOD, "sp": "rwdlacup", **fields}
    sas = "&".join(f"{name}={value}" for name, value in given.items() if value)
    return f"{endpoint};QueueEndpoint=https://acct.queue.core.windows.net/;SharedAccessSignature={sas}"


def faults(text: str, rules: dict[str, str] | None = None) -> list[str]:
    """Check a connection string, by default with the rules for the source."""
    return ConnectionString.parse(text).faults(**(rules or SOURCE), now=NOW)


def test_a_string_that_keeps_all_rules() -> None:
    assert faults(string()) == faults(string(), DESTINATION) == []


@pytest.mark.parametrize(
    ("fields", "source", "destination"),
    [
        ({"ss": "fqt"}, ["the signed service (ss) lacks blob (b)"], ["the signed service (ss) lacks blob (b)"]),
        ({"ss": ""}, ["the signed service (ss) lacks blob (b)"], ["the signed service (ss) lacks blob (b)"]),
        ({"srt": "so"}, [], ["the signed resource type (srt) lacks container (c)"]),
        (
            {"srt": "c"},
            ["the signed resource type (srt) lacks service (s) and object (o)"],
            ["the signed resource type (srt) lacks service (s) and object (o)"],
        ),
        (
            {"srt": ""},
            ["the signed resource type (srt) lacks service (s) and object (o)"],
            ["the signed resource type (srt) lacks service (s) and container (c) and object (o)"],
        ),
        ({"sp": "rl"}, [], ["the signed permission (sp) lacks Write (w) and Create (c)"]),
        ({"sp": "lr"}, [], ["the signed permission (sp) lacks Write (w) and Create (c)"]),
        (
            {"sp": "wc"},
            ["the signed permission (sp) lacks Read (r) and List (l)"],
            ["the signed permission (sp) lacks Read (r) and List (l)"],
        ),
        ({"sp": "r"}, ["the signed permission (sp) lacks List (l)"], None),
    ],
    ids=str,
)
def test_services_resource_types_and_permissions(
    fields: dict[str, str], source: list[str], destination: list[str] | None
) -> None:
    assert faults(string(**fields)) == source
    if destination is not None:
        assert faults(string(**fields), DESTINATION) == destination


@pytest.mark.parametrize(
    ("st", "fault"),
    [
        (NOW - timedelta(seconds=1), None),
        (NOW, None),  # when it arrives, it is in the past
        (NOW + timedelta(seconds=1), "it is not valid before 2026-01-01T00:00:01Z (signed start, st)"),
    ],
    ids=str,
)
def test_the_start_has_to_be_over(st: datetime, fault: str | None) -> None:
    assert faults(string(st=st.strftime("%Y-%m-%dT%H:%M:%SZ"))) == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("se", "fault"),
    [
        (NOW + timedelta(seconds=1), None),
        (NOW, "it expired at 2026-01-01T00:00:00Z (signed expiry, se)"),
        (NOW - timedelta(seconds=1), "it expired at 2025-12-31T23:59:59Z (signed expiry, se)"),
    ],
    ids=str,
)
def test_the_expiry_has_to_come(se: datetime, fault: str | None) -> None:
    assert faults(string(se=se.strftime("%Y-%m-%dT%H:%M:%SZ"))) == ([fault] if fault else [])


def test_a_string_without_a_start_is_valid_at_once_and_one_without_an_expiry_never() -> None:
    assert faults(string(st="")) == []
    assert faults(string(se="")) == ["the signed expiry (se) is missing or not a time"]


def test_invalid_times() -> None:
    assert faults(string(st="soon", se="later")) == [
        "the signed start (st) is not a time",
        "the signed expiry (se) is missing or not a time",
    ]


@pytest.mark.parametrize("se", ["2026-01-02", "2026-01-02T00:00Z", "2026-01-02T00:00:00.1234567Z"])
def test_the_forms_of_time_that_azure_allows(se: str) -> None:
    assert faults(string(se=se)) == []


def test_times_may_be_percent_encoded() -> None:
    assert faults(string(st=quote("2025-12-31T00:00:00Z", safe=""), se=quote("2026-01-02T00:00:00Z", safe=""))) == []
    assert len(faults(string(se=quote("2025-01-02T00:00:00Z", safe="")))) == 1


def test_a_question_mark_before_the_signature_is_no_part_of_it() -> None:
    text = string().replace("SharedAccessSignature=sv=2022-11-02&", "SharedAccessSignature=?")
    assert "=?ss=" in text
    assert faults(text, DESTINATION) == []


def test_order_case_and_spaces_of_the_parts_do_not_matter() -> None:
    sas = string().rpartition("SharedAccessSignature=")[2]
    assert faults(f" sharedaccesssignature={sas} ; BLOBENDPOINT = https://acct.blob.core.windows.net ;\n") == []


def test_an_account_key_is_refused_whatever_else_is_there() -> None:
    key = "AccountName=acct;AccountKey=c2VjcmV0a2V5c2VjcmV0;EndpointSuffix=core.windows.net"
    for text in (key, f"{string()};AccountKey=c2VjcmV0a2V5c2VjcmV0"):
        assert faults(text) == ["it contains an account key, but only a shared access signature (SAS) is accepted"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["BlobEndpoint is missing or not a URL", "SharedAccessSignature is missing"]),
        ("nonsense", ["BlobEndpoint is missing or not a URL", "SharedAccessSignature is missing"]),
        ("BlobEndpoint=https://acct.blob.core.windows.net/", ["SharedAccessSignature is missing"]),
        ("BlobEndpoint=https://a/;SharedAccessSignature=", ["SharedAccessSignature is missing"]),
        (string("BlobEndpoint=acct.blob.core.windows.net"), ["BlobEndpoint is missing or not a URL"]),
        (string("BlobEndpoint=https://[::1/"), ["BlobEndpoint is missing or not a URL"]),
        (string("FileEndpoint=https://acct.file.core.windows.net/"), ["BlobEndpoint is missing or not a URL"]),
        (string(sig=""), ["the signature (sig) is missing"]),
    ],
)
def test_parts_that_are_missing(text: str, expected: list[str]) -> None:
    assert faults(text) == expected


def test_a_container_url_is_no_connection_string() -> None:
    url = "https://acct.blob.core.windows.net/uploads?sv=2022-11-02&sr=c&sp=rl&se=2099-01-01T00:00:00Z&sig=ZmFrZQ%3D%3D"
    assert "BlobEndpoint is missing or not a URL" in faults(url)


@pytest.mark.parametrize(
    "text",
    [
        string(ss="f", srt="c", sp="d", st="2099-01-01", se="2020-01-01"),
        string(st="c2VjcmV0", se="c2VjcmV0"),
        string("BlobEndpoint=c2VjcmV0"),
        "SharedAccessSignature=sig=c2VjcmV0",
        "AccountKey=c2VjcmV0",
        "https://acct.blob.core.windows.net/?sig=c2VjcmV0",
        "c2VjcmV0",
    ],
)
def test_no_sentence_gives_anything_away(text: str) -> None:
    messages = " ".join(faults(text, DESTINATION))
    assert messages
    for secret in ("c2VjcmV0", "ZmFrZQ", "sig=", "blob.core.windows.net", "https://"):
        assert secret not in messages
