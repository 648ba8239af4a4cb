# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of the event source: no event and no error contains a secret."""

from __future__ import annotations

import asyncio
import logging
import typing as t

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._eda import run
from glasswall_script import SCAN_ID, read_response
from scripted_vendor import TOKEN, Expected, connected

ARGUMENTS = {
    "provider": "glasswall",
    "api_url": "https://vendor.test/api/v1",
    "api_token": TOKEN,
    "scan_ids": [SCAN_ID],
}


def first_event(monkeypatch: pytest.MonkeyPatch, answer: Expected) -> dict[str, t.Any]:
    """The first event of a source whose first poll gets this answer."""
    events: list[dict[str, t.Any]] = []

    class Engine:
        async def put(self, event: t.Mapping[str, t.Any], /) -> None:
            events.append(dict(event))
            following.cancel()

    async def follow() -> None:
        nonlocal following
        following = asyncio.ensure_future(run.follow_scans(Engine(), ARGUMENTS))
        await following

    def connect(options: t.Any, clock: t.Any, warn: t.Callable[[str], None], redactor: t.Any) -> t.Any:
        return connected([answer], warn=warn)[0]

    following: asyncio.Future[None]
    monkeypatch.setattr(run, "connect", connect)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(follow())
    return events[0]


def test_an_event_has_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    event = first_event(monkeypatch, read_response("Completed", scanOwner=f"for {TOKEN}"))
    assert (event["event"], event["scan"]["id"]) == ("finished", SCAN_ID)
    assert event["scan"]["owner"] == "for ********"


def test_a_warning_has_no_secret_and_is_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        event = first_event(monkeypatch, read_response(f"Odd {TOKEN}"))
    assert TOKEN not in str(event)
    (warning,) = [record.getMessage() for record in caplog.records if "not a documented status" in record.getMessage()]
    assert TOKEN not in warning and "\n" not in warning


def test_a_wrong_argument_is_named_without_a_secret() -> None:
    with pytest.raises(InvalidInputError, match=r"^provider must be one of .* not '\*{8}'") as caught:
        asyncio.run(run.follow_scans(t.cast("t.Any", None), {**ARGUMENTS, "provider": TOKEN}))
    assert TOKEN not in caught.value.message
