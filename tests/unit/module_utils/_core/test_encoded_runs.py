# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of encoded text are found faster than by their patterns, and never differently."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.encoded_runs import (
    BASE64_RUN,
    HEX_RUN,
    has_base64_run,
    has_hex_run,
)
from hypothesis import given, settings
from hypothesis import strategies as st

PIECES = st.sampled_from(
    [
        "41",
        "7a",
        "00",
        "0",
        "4",
        "f",
        "8",
        "QUJD",
        "ab",
        "Zz09",
        "A",
        "g",
        "z",
        "0",
        "-",
        "_",
        "+",
        "/",
        "=",
        " ",
        "\u00e9",
    ]
)


@pytest.mark.one_core
@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=40))
def test_the_fast_search_finds_what_the_pattern_finds(text: str) -> None:
    assert has_base64_run(text) == (BASE64_RUN.search(text) is not None)
    assert has_hex_run(text) == (HEX_RUN.search(text) is not None)


@pytest.mark.parametrize("before", ["", "a", "table_0000.column_", "\u00e9\U0001f512 "])
@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le"])
def test_text_is_found_wherever_it_begins(before: str, encoding: str) -> None:
    data = "secret-token".encode(encoding)
    assert has_hex_run(before + data.hex())
    assert has_hex_run(data.hex().upper() + before)
    assert not has_hex_run(before + data.hex()[:14])
    if encoding == "ascii":
        assert has_base64_run(before + base64.b64encode(data).decode())
        assert not has_base64_run(before + "QUJD" * 2)
