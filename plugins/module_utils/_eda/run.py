# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a rulebook's arguments to an event source that runs."""

from __future__ import annotations

import asyncio
import typing as t
from collections.abc import Mapping

from .._core.clock import InterruptibleClock
from .._core.compat import pydantic, requests
from .._core.errors import DatascanError, InvalidInputError
from .._core.operations.context import OperationContext
from .._core.operations.follow import Change, Follower
from .._core.options import CONNECTION_OPTIONS, credentials_in
from .._core.providers.registry import connect
from .._core.redaction import Redactor
from .._core.text import bounded, disarm_commands, one_line
from .arguments import parse_arguments, query_facts
from .events import event_of
from .position_file import PositionFile
from .source import EventQueue, Feedback, ScanSource, logger


async def follow_scans(queue: EventQueue, given: Mapping[str, t.Any]) -> None:
    """Send an event for each change of the scans that a rulebook names, until cancelled.

    Raises DatascanError, with one sentence and without secrets, where that cannot begin or cannot go on.
    """
    arguments = dict(given)
    feedback_queue: asyncio.Queue[t.Any] | None = arguments.pop("eda_feedback_queue", None)
    redactor = Redactor(credentials_in(CONNECTION_OPTIONS, arguments))
    try:
        source, close = _build(arguments, feedback_queue, redactor)
    except DatascanError as error:
        raise error.with_message(one_line(redactor.redact_text(error.message))) from None
    try:
        await source.run(queue)
    finally:
        close()


def _build(
    given: Mapping[str, t.Any], feedback_queue: asyncio.Queue[t.Any] | None, redactor: Redactor
) -> tuple[ScanSource, t.Callable[[], None]]:
    if problem := pydantic.PROBLEM or requests.PROBLEM:
        raise InvalidInputError(problem)
    arguments = parse_arguments(given)
    clock = InterruptibleClock()

    def warn(line: str) -> None:
        logger.warning("%s", one_line(redactor.redact_text(line)))

    provider = connect(arguments.connection, clock, warn, redactor)
    follower = Follower(OperationContext(provider, clock, warn=warn, redact=redactor.redact), arguments.request)
    name, api_url = arguments.connection.provider, arguments.connection.api_url or ""
    query = arguments.request.query
    position_file = PositionFile(arguments.state_file, [name, api_url, None if query is None else query_facts(query)])
    position_file.load(follower)

    def event(change: Change) -> dict[str, t.Any]:
        shown = redactor.redact(event_of(change, name, api_url))
        return t.cast("dict[str, t.Any]", disarm_commands(bounded(shown)))

    source = ScanSource(
        follower,
        clock,
        event_of=event,
        redact_text=redactor.redact_text,
        events=arguments.events,
        position_file=position_file,
        feedback=Feedback(feedback_queue if arguments.feedback else None, arguments.feedback_timeout),
    )
    return source, provider.close
