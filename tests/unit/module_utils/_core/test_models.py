# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of a scan, times, and what users hand in as scans and queries."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.models import (
    ACTIVE,
    FINISHED,
    PREDICTED_ID,
    STATES,
    Issue,
    Query,
    Scan,
    ScanState,
    iso,
    parse_query,
    parse_scan,
    parse_timestamp,
    predicted_scan,
    summarise,
)

UTC = timezone.utc
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def scan(state: str = "running", **fields: t.Any) -> Scan:
    return Scan(**{"id": "1", "provider": "glasswall", "state": state, **fields})


# Times


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-01T12:00:00Z", NOON),
        ("2026-01-01T12:00:00z", NOON),
        ("2026-01-01T12:00:00", NOON),
        ("2026-01-01 12:00:00", NOON),
        (" 2026-01-01T12:00:00Z ", NOON),
        ("2026-01-01T13:30:00+01:30", NOON),
        ("2026-01-01T12:00Z", NOON),
        ("2026-01-01", NOON.replace(hour=0)),
        ("2026-01-01T12:00:00.1Z", NOON.replace(microsecond=100_000)),
        ("2026-01-01T12:00:00.12Z", NOON.replace(microsecond=120_000)),
        ("2026-01-01T12:00:00.123Z", NOON.replace(microsecond=123_000)),
        ("2026-01-01T12:00:00.1234567Z", NOON.replace(microsecond=123_456)),
        ("2026-01-01T12:00:00.123456789+00:00", NOON.replace(microsecond=123_456)),
        ("2023-11-18 06:20:38.346615", datetime(2023, 11, 18, 6, 20, 38, 346_615, UTC)),
        (NOON, NOON),
        (NOON.replace(tzinfo=None), NOON),
        (NOON.astimezone(timezone(timedelta(hours=-5))), NOON),
    ],
)
def test_times_become_utc(text: t.Any, time: datetime) -> None:
    assert parse_timestamp(text) == time
    assert parse_timestamp(text).tzinfo is UTC  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "value",
    [
        *("", "soon", "-", "None", "2026-13-01T00:00:00Z", "2026-01-01T25:00:00Z"),
        *("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"),  # in UTC beyond the calendar
        *("0001-01-01T00:00:00", "0001-01-01T00:00:00.0000000Z", "0001-01-01T00:00:00-05:00"),  # .NET's word for none
        *(None, 0, 1767268800, True, [], {}),
    ],
)
def test_an_unparseable_time_is_none_and_keeps_the_scan(value: t.Any) -> None:
    assert parse_timestamp(value) is None
    assert scan("completed", finished_at=value).finished_at is None


def test_iso_ends_in_z() -> None:
    assert iso(NOON.astimezone(timezone(timedelta(hours=2)))) == "2026-01-01T12:00:00Z"


# Scans


@pytest.mark.parametrize(
    ("state", "finished", "succeeded"),
    [
        ("queued", False, None),
        ("running", False, None),
        ("completed", True, True),
        ("failed", True, False),
        ("cancelled", True, False),
        ("stopped", True, None),
        ("unknown", False, None),
    ],
)
def test_what_each_state_means(state: str, finished: bool, succeeded: bool | None) -> None:
    made = scan(state, finished_at="2026-01-01T12:00:00Z")
    assert (made.finished, made.succeeded) == (finished, succeeded)
    assert made.finished_at == (NOON if finished else None)
    assert (made.state in FINISHED) is finished


def test_the_states_are_these() -> None:
    assert STATES == ("queued", "running", "completed", "failed", "cancelled", "stopped", "unknown")
    assert {state.value for state in ACTIVE} == {"queued", "running"}


def test_a_result_has_these_keys() -> None:
    assert set(scan().model_dump(mode="json")) == {
        *("id", "provider", "name", "state", "vendor_status", "finished", "succeeded", "started_at", "finished_at"),
        *("owner", "source", "target", "parent_id", "child_ids", "issue_count", "issues", "error"),
    }


@pytest.mark.parametrize(
    ("sent", "error"),
    [("-", None), ("None", None), ("", None), (" ", None), (None, None), (" disk ", "disk"), (5, "5")],
)
def test_the_ways_of_saying_that_there_is_no_error(sent: t.Any, error: str | None) -> None:
    assert scan(error=sent).error == error


@pytest.mark.parametrize("fields", [{"id": 7}, {"parent_id": 7}, {"child_ids": [7]}, {"source": 7}, {"id": 7.0}])
def test_a_scan_has_texts_where_a_number_would_name_another_one(fields: dict[str, t.Any]) -> None:
    """YAML reads the id 007 as the number 7. Providers turn numbers of their vendors into texts themselves."""
    (name,) = fields
    with pytest.raises(InvalidInputError, match=rf"scans\[0\] is not a scan .*: check {name}\.$"):
        parse_scan({**scan("completed").model_dump(mode="json"), **fields}, "scans[0]")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "1: running"),
        ({"name": "nightly"}, "nightly (1): running"),
        ({"vendor_status": "Running"}, "1: running"),
        ({"source": "in", "target": "out"}, "in \u2192 out (1): running"),
        ({"source": "in"}, "in \u2192 - (1): running"),
        ({"name": "nightly", "source": "in"}, "nightly (1): running"),
        ({"state": "cancelled", "vendor_status": "Canceled "}, "1: cancelled"),
        ({"vendor_status": "Listing"}, "1: running (vendor status Listing)"),
        ({"state": "failed", "vendor_status": "Error", "error": "disk."}, "1: failed (vendor status Error): disk"),
    ],
)
def test_how_messages_name_a_scan(fields: dict[str, t.Any], message: str) -> None:
    assert str(scan(**fields)) == message


def test_a_predicted_scan_counts_as_running() -> None:
    made = predicted_scan("glasswall", source="here")
    assert (made.id, made.state, made.finished, made.source) == (PREDICTED_ID, "queued", False, "here")


def test_a_summary_counts_every_state() -> None:
    counted = summarise([scan("failed"), scan("failed"), scan("completed")])
    assert counted == {"total": 3, **dict.fromkeys(STATES, 0), "failed": 2, "completed": 1}
    assert list(summarise([])) == ["total", *STATES]


# Scans that are handed in


def test_a_scan_survives_the_way_from_task_to_task() -> None:
    made = scan("completed", id="x", name="n", started_at=NOON, finished_at=NOON, child_ids=["y"], issue_count=0)
    made = made.model_copy(
        update={"issues": [Issue(name="a.docx", result="Failed", place="host/uploads"), Issue(name="b")]}
    )
    assert parse_scan(made.model_dump(mode="json"), "scans[0]") == made


def test_keys_that_are_no_field_are_left_out() -> None:
    assert parse_scan({**scan().model_dump(mode="json"), "colour": "red"}, "scans[0]") == scan()


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"id": "1", "provider": "glasswall"}, "state"),
        ({"id": "1", "provider": "glasswall", "state": "done"}, "state"),
        ({"state": "completed"}, "id, provider"),
        ({"id": ["s3cret"], "provider": "glasswall", "state": "completed"}, "id"),
        ({"id": "1", "provider": "glasswall", "state": "completed", "child_ids": "s3cret"}, "child_ids"),
        ({"id": "1", "provider": "glasswall", "state": "completed", "issue_count": "s3cret"}, "issue_count"),
        ({}, "id, provider, state"),
        ("s3cret", "id, provider, state"),
        (None, "id, provider, state"),
        ([], "id, provider, state"),
    ],
)
def test_an_invalid_scan_is_reported_without_its_values(value: t.Any, wrong: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"scans\[3\] is not a scan .*: check {wrong}\.$") as caught:
        parse_scan(value, "scans[3]")
    assert "s3cret" not in caught.value.message


# Queries


def test_a_query_without_options_narrows_nothing() -> None:
    nothing = {"states": None, "started_after": None, "started_before": None, "owners": [], "all_users": False}
    assert parse_query({**nothing, "limit": None}) == parse_query({}) == Query()


def test_a_query_with_every_option() -> None:
    query = parse_query(
        {
            "states": ["failed", "completed"],
            "started_after": "2026-01-01T13:00:00+01:00",
            "started_before": "2026-01-01T12:00:00",
            "owners": ["ann"],
            "all_users": True,
            "limit": 1,
        }
    )
    assert query.states == {ScanState.FAILED, ScanState.COMPLETED}
    assert query.started_after == query.started_before == NOON
    assert (query.owners, query.all_users, query.limit) == (["ann"], True, 1)


@pytest.mark.parametrize("name", ["started_after", "started_before"])
@pytest.mark.parametrize("value", ["yesterday", "2026-01-32", " "])
def test_an_invalid_time_does_not_widen_a_query(name: str, value: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"query\.{name} must be a time in ISO 8601"):
        parse_query({name: value})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nme": "nightly"}, "query.nme is not an option. Did you mean query.name?"),
        ({5: "nightly"}, "query.5 is not an option"),
        ({"limit": [5]}, "query.limit must be a whole number."),
        ({"limit": True}, "query.limit must be a whole number."),
        ({"limit": float("nan")}, "query.limit must be a whole number."),
        ({"name": {"a": 1}}, "query.name must be a text."),
        ({"owners": ["ann", None]}, "query.owners[1] must be a text."),
        ({"states": [["failed"]]}, "query.states[0] must be a text."),
        ({"states": ["lost"]}, "query.states[0] must be one of queued, running"),
        ({"states": []}, "query.states is empty"),
        ({"owners": {"ann": 1}}, "query.owners must be a list."),
        ({"owners": ["ann", " "]}, "query.owners has an empty name."),
        ({"all_users": "maybe"}, "query.all_users must be true or false."),
        ({"started_after": []}, "query.started_after must be a text."),
        ("name=nightly", "query must be a dictionary."),
        (["name"], "query must be a dictionary."),
    ],
)
def test_a_query_of_another_kind_is_refused_in_one_sentence(options: t.Any, message: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_query(options)
    assert refused.value.message.startswith(message)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing_is_refused(limit: int) -> None:
    with pytest.raises(InvalidInputError, match=r"query\.limit must be 1 or more"):
        parse_query({"limit": limit})
