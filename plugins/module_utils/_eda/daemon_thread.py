# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a call that blocks without holding up an event loop, or its end."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import typing as t
from collections.abc import Callable

R = t.TypeVar("R")


async def in_daemon_thread(call: Callable[[], R]) -> R:
    """The result of a call. A loop that ends does not wait for the thread, as it would with asyncio.to_thread."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[R] = loop.create_future()

    def settle(result: R | None, error: BaseException | None) -> None:
        if future.done():  # cancelled meanwhile
            return
        if error is None:
            future.set_result(t.cast("R", result))
        else:
            future.set_exception(error)

    def run() -> None:
        result, error = None, None
        try:
            result = call()
        except BaseException as raised:  # noqa: BLE001  (it is raised where the call is awaited)
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="datascan-poll", daemon=True).start()
    return await future
