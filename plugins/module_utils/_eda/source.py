# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source: polls in a thread, and sends an event for each change, without an end."""

from __future__ import annotations

import asyncio
import logging
import typing as t
from collections.abc import Callable, Mapping

from .._core.clock import InterruptibleClock
from .._core.errors import DatascanError
from .._core.operations.follow import Change, ChangeKind, Follower
from .._core.text import one_line
from .daemon_thread import in_daemon_thread
from .position_file import PositionFile

logger = logging.getLogger("datascan.gate.scans")  # the engine runs the source under another name

_SAVE_EVERY = 0.25  # seconds: what is delivered in between is repeated after a kill


class EventQueue(t.Protocol):
    """Where the engine takes events from. It holds one, so that putting waits until the engine has time."""

    async def put(self, event: Mapping[str, t.Any], /) -> None:
        """Hand over an event."""


class Feedback:
    """The engine's answers that it has processed an event, where the user asks for them."""

    def __init__(self, queue: asyncio.Queue[t.Any] | None, timeout: float) -> None:
        """The time-out is seconds. Without a queue, an event counts as processed once it was handed over."""
        self._queue = queue
        self._timeout = timeout

    async def is_processed(self, event: Mapping[str, t.Any]) -> bool:
        """Whether the engine reports within the time-out that it has processed this event."""
        if self._queue is None:
            return True
        try:
            await asyncio.wait_for(self._wait_for(event["meta"]["uuid"]), self._timeout)
        except asyncio.TimeoutError:  # not the built-in TimeoutError before Python 3.11
            return False
        return True

    async def _wait_for(self, identity: str) -> None:
        """An answer about an earlier event may still come after its time."""
        queue = t.cast("asyncio.Queue[t.Any]", self._queue)
        while (await queue.get()).get("meta", {}).get("uuid") != identity:
            pass


class ScanSource:
    """Follows scans, and puts an event into the engine's queue for each change."""

    def __init__(
        self,
        follower: Follower,
        clock: InterruptibleClock,
        *,
        event_of: Callable[[Change], dict[str, t.Any]],
        redact_text: Callable[[str], str],
        events: frozenset[str],
        position_file: PositionFile,
        feedback: Feedback,
    ) -> None:
        """`event_of` makes an event without secrets; `events` are the kinds to send, all if it is empty."""
        self._follower = follower
        self._clock = clock
        self._event_of = event_of
        self._redact_text = redact_text
        self._events = events
        self._position_file = position_file
        self._feedback = feedback
        self._saved_at = clock.monotonic()

    async def run(self, queue: EventQueue) -> None:
        """Send events until cancelled. The engine ends when a source returns, so this never does.

        Raises DatascanError, with a message without secrets, where following cannot go on.
        """
        try:
            while True:
                for change in await in_daemon_thread(self._follower.poll):
                    self._log(change)
                    if not await self._deliver(queue, change):
                        break
                await self._save()
                if self._follower.is_over:
                    logger.info("All scans have finished. Nothing is left to follow.")
                    await asyncio.Event().wait()
                await asyncio.sleep(self._follower.pause())
        except DatascanError as error:
            raise error.with_message(one_line(self._redact_text(error.message))) from None
        finally:
            self._clock.interrupt()  # ends a poll that still runs

    async def _deliver(self, queue: EventQueue, change: Change) -> bool:
        """Whether a change was handed over. If not, a later poll reports it again, and those after it."""
        if not self._events or change.kind.value in self._events:
            event = self._event_of(change)
            await queue.put(event)
            await asyncio.sleep(0)  # the engine's turn
            if not await self._feedback.is_processed(event):
                logger.warning("The engine did not confirm an event within feedback_timeout. It will be sent again.")
                return False
        self._follower.delivered(change)
        if self._clock.monotonic() - self._saved_at >= _SAVE_EVERY:
            await self._save()
        return True

    async def _save(self) -> None:
        """In a thread, because a slow disk would hold up the engine's loop."""
        await in_daemon_thread(lambda: self._position_file.save(self._follower))
        self._saved_at = self._clock.monotonic()

    def _log(self, change: Change) -> None:
        if change.kind is ChangeKind.ERROR and change.error is not None:
            message = one_line(self._redact_text(change.error.message))
            logger.warning("The vendor cannot be read, polling continues: %s", message)
        elif change.kind is ChangeKind.RECOVERED:
            logger.warning("The vendor can be read again.")
