# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of the event source in a rulebook, checked before anything is sent."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from .._core.errors import InvalidInputError
from .._core.models import QUERY_OPTIONS, Query, parse_query
from .._core.operations.follow import REPORT_FIRST, ChangeKind, FollowRequest
from .._core.option_reading import OptionTable, read_options
from .._core.options import CONNECTION_OPTIONS, ConnectionOptions, check_seconds, connection_options
from .._core.providers.registry import NAMES, provider_class

ARGUMENTS: OptionTable = {
    **CONNECTION_OPTIONS,
    "scan_ids": {"type": "list", "elements": "str", "default": []},
    # `limit` would hide scans, and all that match are followed.
    "query": {"type": "dict", "options": {name: option for name, option in QUERY_OPTIONS.items() if name != "limit"}},
    "interval": {"type": "float"},  # seconds
    "report_first": {"type": "str", "default": "active", "choices": list(REPORT_FIRST)},
    "events": {"type": "list", "elements": "str", "default": [], "choices": [kind.value for kind in ChangeKind]},
    "state_file": {"type": "path"},
    # The engine reads these two names itself.
    "feedback": {"type": "bool", "default": False},
    "feedback_timeout": {"type": "float", "default": 120.0},  # seconds
}


@dataclass(frozen=True)
class SourceArguments:
    """What a rulebook asks of the source."""

    connection: ConnectionOptions
    request: FollowRequest
    events: frozenset[str]  # the kinds to send; all if it is empty
    state_file: str | None
    feedback: bool
    feedback_timeout: float  # seconds


def parse_arguments(given: Mapping[str, t.Any]) -> SourceArguments:
    """The arguments of a rulebook; the environment is used for connection options that are not set.

    Raises InvalidInputError for an argument that is wrong.
    """
    values = read_options(ARGUMENTS, _with_ids_as_text(given), environment=os.environ)
    check_seconds("feedback_timeout", values["feedback_timeout"])
    query = values.get("query")
    if query is not None and values["scan_ids"]:
        raise InvalidInputError("scan_ids and query are both set: use one of them.")
    return SourceArguments(
        connection=connection_options({name: values[name] for name in CONNECTION_OPTIONS if name in values}),
        request=FollowRequest(
            scan_ids=values["scan_ids"],
            query=None if query is None else parse_query(given["query"]),  # in which an empty name is not missing
            interval=values.get("interval"),
            report_first=values["report_first"],
        ),
        events=frozenset(values["events"]),
        state_file=values.get("state_file"),
        feedback=values["feedback"],
        feedback_timeout=values["feedback_timeout"],
    )


def query_facts(query: Query) -> dict[str, t.Any]:
    """A query as JSON, in which the order of states and owners makes no difference."""
    facts = query.model_dump(mode="json")
    return {name: sorted(value) if isinstance(value, list) else value for name, value in sorted(facts.items())}


def _with_ids_as_text(given: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """YAML reads the id 1001 as a number, which is the same id only for vendors whose ids are whole numbers."""
    provider, ids = given.get("provider") or os.environ.get("DATASCAN_PROVIDER"), given.get("scan_ids")
    if not isinstance(ids, list) or provider not in NAMES or not provider_class(provider).whole_number_ids:
        return dict(given)
    return {**given, "scan_ids": [str(value) if _is_whole_number(value) else value for value in ids]}


def _is_whole_number(value: t.Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
