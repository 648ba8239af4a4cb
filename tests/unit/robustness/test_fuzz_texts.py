# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsers of outside texts: dates, headers, connection strings, ids. Any text is parsed or refused."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.export import escape_formula
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.foreign_text import clean_text
from ansible_collections.datascan.gate.plugins.module_utils._core.http.body import parse_json
from ansible_collections.datascan.gate.plugins.module_utils._core.http.retry import parse_retry_after
from ansible_collections.datascan.gate.plugins.module_utils._core.models import iso, parse_timestamp
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.glasswall.azure_sas import ConnectionString
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.registry import provider_classes
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import MASK, Redactor
from ansible_collections.datascan.gate.plugins.module_utils._core.text import one_line
from fake_clock import FakeClock
from glasswall_script import SAS
from hypothesis import given, settings
from hypothesis import strategies as st
from random_answers import ODD_HEADERS, ODD_TEXTS
from scripted_vendor import connected

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
DATES = ("2026-01-01T00:00:00.1234567Z", "Thu, 01 Jan 2026 00:00:00 GMT", "20260101T000000+2359", "2026-W01-1")
PIECES = (
    *(*ODD_TEXTS, *DATES, *SAS.split("&"), *(value for headers in ODD_HEADERS for value in headers.values())),
    *(
        *"=;&?%:/.,-+TZz0123456789 \t\n\0\x1b\ud800\udcff\U0001f512\u0663\uff11",
        "%3D",
        "sig=",
        "se=",
        "\\u00",
        "[::1",
        "]",
    ),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
NO_KEY = {"api_token": "t0ken-t0ken"}


def any_text(examples: int = 300) -> t.Callable[[t.Callable[[str], None]], t.Callable[[], None]]:
    return lambda test: settings(max_examples=examples, derandomize=True, database=None, deadline=None)(
        given(TEXTS)(test)
    )


@any_text()
def test_a_date(text: str) -> None:
    time = parse_timestamp(text)
    if time is not None:
        assert time.tzinfo is timezone.utc and parse_timestamp(iso(time)) == time


@any_text()
def test_a_wait_that_a_server_wishes(text: str) -> None:
    wish = parse_retry_after(text, FakeClock())  # type: ignore[arg-type]
    assert wish is None or isinstance(wish, float)


@any_text()
def test_a_connection_string(text: str) -> None:
    for string in (text, f"BlobEndpoint=https://{text}/;SharedAccessSignature={text}", SAS.replace("2099", text)):
        faults = ConnectionString.parse(string).faults(resources="sco", permissions="rwlc", now=NOW)
        assert all(fault.isprintable() and len(fault) < 200 for fault in faults)


@pytest.mark.parametrize("vendor", sorted(provider_classes()))
def test_an_id(vendor: str) -> None:
    provider, _script = connected([], provider=vendor)

    @any_text(150)
    def holds(text: str) -> None:
        try:
            checked = provider.check_id(text)
        except InvalidInputError as error:
            assert one_line(error.message).isprintable()
        else:
            assert checked and checked == checked.strip() == provider.check_id(checked)

    holds()


@any_text()
def test_a_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable() or set("\u00a0\u202f\u3000") & set(line)
    assert len(line) <= 4000 and "\n" not in clean_text(text)
    assert one_line(line) == line or len(line) > 400


@any_text()
def test_a_secret(text: str) -> None:
    secrets = Redactor([text])
    if len(text) >= 6:
        assert secrets.redact_text(f"a {text} b") in (f"a {MASK} b", f"a {MASK}") or text not in secrets.redact_text(
            f"a {text} b"
        )
    secrets.redact({"a": [text]})


@any_text()
def test_a_body_and_a_cell(text: str) -> None:
    fault, data = parse_json(text)
    assert fault is None or data is None
    assert escape_formula(text) in (text, f"'{text}")
